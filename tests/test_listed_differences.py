"""What becomes of a test that is listed as different on an older engine."""

import pytest

from tests.listed_differences import judge
from tests.older_engines import ALIKE, Difference, engines
from tools import engine_versions
from tools.engine_versions import ROOT

DIFFERENCE = Difference(what="", older='500 `it\'s "a"`', newest="400 `b`", tests=())
WORDLESS = Difference(what="", older="an empty list", newest="null", tests=(), shown=("[] == None",))


def report(outcome: str, when: str = "call") -> pytest.TestReport:
    """Of a test."""
    return pytest.TestReport("a test", ("", 0, ""), {}, outcome, None, when)  # type: ignore[arg-type]


def test_a_failure_with_the_listed_words_is_expected() -> None:
    """However Python quotes them."""
    seen = report("failed")
    judge(seen, DIFFERENCE, "assert (500, 'it\\'s \"a\"') == (400, 'b')")
    assert (seen.outcome, seen.wasxfail) == ("skipped", 'older engine: 500 `it\'s "a"`')


def test_another_failure_stays_one() -> None:
    """And says which words it has not."""
    seen = report("failed")
    judge(seen, DIFFERENCE, "assert (500, 'c') == (400, 'b')")
    assert seen.failed
    assert seen.sections == [("engine-versions.toml says otherwise; not seen", 'it\'s "a"')]


def test_a_test_that_passes_is_listed_wrongly() -> None:
    """So it fails; its setup and teardown do not."""
    seen, setup = report("passed"), report("passed", "setup")
    judge(seen, DIFFERENCE, "")
    judge(setup, DIFFERENCE, "")
    assert (seen.outcome, setup.outcome) == ("failed", "passed")


@pytest.mark.parametrize("when", ["setup", "teardown"])
def test_only_the_call_may_fail(when: str) -> None:
    """A failure before or after it stays one, whatever words it shows."""
    seen = report("failed", when)
    judge(seen, DIFFERENCE, "assert (500, 'it\\'s \"a\"') == (400, 'b')")
    assert seen.failed
    assert not hasattr(seen, "wasxfail")


@pytest.mark.parametrize(
    ("failure", "outcome"), [("assert [] == None", "skipped"), ("assert [] == [1]", "failed"), ("", "failed")]
)
def test_where_an_engine_has_no_words_the_comparison_shows_it(failure: str, outcome: str) -> None:
    """As pytest writes it."""
    seen = report("failed")
    judge(seen, WORDLESS, failure)
    assert seen.outcome == outcome


def test_a_difference_without_words_is_refused() -> None:
    """Any failure would be taken for it."""
    with pytest.raises(ValueError, match="'Ranges' needs words in backticks, or `shown`"):
        Difference(what="Ranges", older="an empty list", newest="null", tests=())


def test_no_test_is_listed_twice() -> None:
    """Each sees one difference."""
    for engine in engines().values():
        listed = [test for difference in engine.differences for test in difference.tests]
        assert len(listed) == len(set(listed))


def test_a_test_that_never_ran_there_does_not_count_as_alike() -> None:
    """Neither one of a module that came later, nor one more of a module that was compared."""
    listed = [test for engine in engines().values() for test in engine.by_test()]
    later = [f"tests/conformance/test_later.py::test_{number}" for number in range(3)]
    more = [f"tests/conformance/test_ports.py::test_{number}" for number in range(12)]
    page = engine_versions.render([*listed, *later, *more])
    assert "| `test_later` | 0 |  | 3 |" in page
    assert "| `test_ports` | 10 |  | 2 |" in page


def test_what_was_compared_is_a_module_that_is_there() -> None:
    """One that is renamed keeps its number."""
    names = {path.name for prefix in ALIKE for path in (ROOT / prefix).parent.rglob("test_*.py")}
    for engine in engines().values():
        assert set(engine.compared) <= names


def test_what_is_listed_is_there() -> None:
    """A test that is renamed is missed when the page is made."""
    listed = [test for engine in engines().values() for test in engine.by_test()]
    assert "| `test_secrets` | 0 | 4 |  |" in engine_versions.render(listed)
    with pytest.raises(ValueError, match="tests that are not there: tests/conformance/"):
        engine_versions.render(listed[1:])
