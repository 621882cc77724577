"""What is noted of a run in docs/runs.json."""

from argparse import Namespace

import pytest

from tests import recorded_runs
from tests.asked_before import made_of
from tests.recorded_runs import is_whole, note_modules, outcomes, played, unchanged
from tools.conformance_table import describe_real, newest_first

PORTS, JOBS = "tests/conformance/test_ports.py", "tests/conformance/test_jobs.py"


def report(name: str, outcome: str, when: str = "call", **played: int) -> pytest.TestReport:
    """Of a test of a module of conformance tests."""
    test, properties = f"{PORTS}::{name}", [*played.items()]
    return pytest.TestReport(test, ("", 0, ""), {}, outcome, None, when, user_properties=properties)  # type: ignore[arg-type]


def test_a_test_that_fails_afterwards_is_one_that_failed() -> None:
    """In its teardown: it is not counted twice."""
    reports = [
        report("a", "passed"),
        report("b", "passed", requests=50),
        report("b", "failed", "teardown", requests=50),
    ]
    noted: dict[str, dict[str, dict[str, object]]] = {}
    note_modules(noted, outcomes(reports), "28.5.2+dfsg4", {})
    assert (noted[PORTS]["28.5.2"]["passed"], noted[PORTS]["28.5.2"]["failed"]) == (1, 1)
    assert (played(outcomes(reports))["requests"]["kept"], played(outcomes(reports))["requests"]["broken"]) == (0, 50)


def test_each_engine_is_noted_by_itself() -> None:
    """An older one does not replace what was found on the newest."""
    noted = {PORTS: {"28.5.2": {"passed": 10, "failed": 0, "date": "2026-11-28"}}}
    note_modules(noted, outcomes([report("a", "passed")]), "20.10.24", {})
    note_modules(noted, outcomes([report("a", "failed")]), "9.0.1", {})
    assert noted[PORTS]["28.5.2"]["passed"] == 10
    assert [run["engine"] for run in newest_first(noted[PORTS])] == ["28.5.2", "20.10.24", "9.0.1"]
    assert describe_real(noted[PORTS]).startswith("10 (28.5.2, 2026-11-28); 1 (20.10.24, ")


def test_what_a_module_was_made_of_is_noted_where_it_is_known() -> None:
    """With the version in full; else it would be left out of runs on what it has not been asked."""
    noted: dict[str, dict[str, dict[str, object]]] = {}
    note_modules(noted, outcomes([report("a", "passed")]), "28.5.2+dfsg4", {PORTS: "abc"})
    assert (noted[PORTS]["28.5.2"]["made_of"], noted[PORTS]["28.5.2"]["on"]) == ("abc", "28.5.2+dfsg4")
    note_modules(noted, outcomes([report("a", "passed")]), "28.5.2+dfsg4", {})
    assert "made_of" not in noted[PORTS]["28.5.2"]


def test_what_was_edited_or_skipped_meanwhile_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is anything where no command was typed."""
    monkeypatch.setattr(recorded_runs, "has_docker_command", lambda: True)
    before = {PORTS: made_of(PORTS), JOBS: "something else"}
    assert unchanged(before, besides=set()) == {PORTS: made_of(PORTS)}
    assert unchanged(before, besides={PORTS}) == {}
    monkeypatch.setattr(recorded_runs, "has_docker_command", lambda: False)
    assert unchanged(before, besides=set()) == {}


ALL = {"keyword": "", "deselect": None, "maxfail": None, "lf": False, "markexpr": "not newcomer"}


@pytest.mark.parametrize(
    ("asked", "named", "whole"),
    [
        ({}, PORTS, True),
        ({"keyword": "closed"}, PORTS, False),
        ({"deselect": ["a"]}, PORTS, False),
        ({"maxfail": 1}, PORTS, False),
        ({"lf": True}, PORTS, False),
        ({"markexpr": "cli"}, PORTS, False),
        ({}, f"{PORTS}::test_a", False),
    ],
)
def test_a_part_of_a_module_is_not_noted(
    pytestconfig: pytest.Config, asked: dict[str, object], named: str, *, whole: bool
) -> None:
    """Its number would replace that of the whole."""
    assert is_whole(Namespace(**{**ALL, **asked}), [named], pytestconfig.getini("addopts")) is whole
