"""What real engines are not asked again: a module that passed there as it is. All else they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import asked_before
from tests.asked_before import ALWAYS, CORE, made_of, passed_as_they_are

PORTS = "tests/conformance/test_ports.py"
EXERCISES = "tests/lessons/on_labs/test_exercises.py"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a module of each kind, a helper beside each, and one exercise."""
    for name in (PORTS, EXERCISES):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("def test_a(): ...")
        (tmp_path / name).with_name("asking.py").write_text("def ask(): ...")
    (tmp_path / "swarmlab/lessons").mkdir(parents=True)
    (tmp_path / "swarmlab/lessons/catalogue.py").write_text("EXERCISES = {}")
    monkeypatch.setattr(asked_before, "ROOT", tmp_path)
    return tmp_path


def passed(module: str, **otherwise: object) -> dict[str, dict[str, dict[str, object]]]:
    """What is noted of a module that passed as it is."""
    return {module: {"28.5.2": {"passed": 10, "failed": 0, "made_of": made_of(module), **otherwise}}}


def test_what_passed_as_it_is_need_not_be_asked(root: Path) -> None:
    """On that engine, and on no other."""
    noted = passed(PORTS) | passed(EXERCISES)
    assert set(passed_as_they_are(noted, "28.5.2")) == {PORTS, EXERCISES}
    assert set(passed_as_they_are(noted, "28.5.3")) == set()


@pytest.mark.parametrize("otherwise", [{"failed": 1}, {"passed": 0}, {"made_of": None}])
def test_what_did_not_pass_is_asked(root: Path, otherwise: dict[str, object]) -> None:
    """Or passed before it was noted what it was made of."""
    assert list(passed_as_they_are(passed(PORTS, **otherwise), "28.5.2")) == []


@pytest.mark.parametrize(
    ("changed", "module"),
    [
        (PORTS, PORTS),
        ("tests/conformance/asking.py", PORTS),
        (EXERCISES, EXERCISES),
        ("swarmlab/lessons/catalogue.py", EXERCISES),
    ],
)
def test_what_is_made_of_something_else_is_asked(root: Path, changed: str, module: str) -> None:
    """Of itself, of what lies beside it, of the exercises that it does; the other module is not asked for that."""
    noted = passed(PORTS) | passed(EXERCISES)
    (root / changed).write_text("# something else")
    assert set(passed_as_they_are(noted, "28.5.2")) == {PORTS, EXERCISES} - {module}


def test_a_module_that_is_gone_is_no_matter(root: Path) -> None:
    """Its note may stay."""
    noted = passed(PORTS)
    (root / PORTS).unlink()
    assert list(passed_as_they_are(noted, "28.5.2")) == []


def test_what_always_runs_is_there(pytestconfig: pytest.Config) -> None:
    """In the repository as it is; a name that nothing has would let everything out."""
    for name in ALWAYS:
        module, _, test = name.partition("::")
        assert test.partition("[")[0] in (pytestconfig.rootpath / module).read_text()
    assert set(CORE) < set(ALWAYS)
