"""What real engines are not asked again: a module that passed there as it is. All else they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmlab.lessons.catalogue import EXERCISES
from tests import asked_before
from tests.asked_before import ALWAYS, CORE, NOTED, OVER_SSH, THREE_STATES, WALK, made_of, module_of, passed_as_they_are
from tools.lessons import ROOT

ENGINE = "28.5.2+dfsg4"
PORTS = "tests/conformance/test_ports.py"
ON_LABS = "tests/lessons/on_labs/test_exercises.py"
FAULTS = "tests/real/test_faults.py"
FILES = {
    PORTS: "from tests.conformance import asking\nfrom tests.needs import required",
    "tests/conformance/asking.py": "from tests.transcripts.typed import Typist",
    "tests/conformance/conftest.py": "import os",
    "tests/conformance/test_secrets.py": "def test_b(): ...",
    "tests/conformance/recorded/shapes.json": "{}",
    "tests/transcripts/typed.py": "class Typist: ...",
    "tests/needs.py": "def required(): ...",
    "tests/commands/files/ca.crt": "a certificate",
    ON_LABS: "def test_a(): ...",
    "swarmlab/lessons/catalogue.py": "EXERCISES = {}",
    "notebooks/data/hello.yml": "services: {}",
    FAULTS: "from tests.needs import required",
    "swarmlab/backends/dind/walls.py": "def raise_walls(): ...",
    "swarmlab/lab.py": "class Lab: ...",
    "swarmlab/engine/clock.py": "class Clock: ...",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with three modules that real engines are asked, and what these are made of."""
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(asked_before, "ROOT", tmp_path)
    return tmp_path


def noted(**otherwise: object) -> dict[str, dict[str, dict[str, object]]]:
    """What is noted of modules that passed as they are."""
    return {
        module: {"28.5.2": {"passed": 10, "failed": 0, "on": ENGINE, "made_of": made_of(module), **otherwise}}
        for module in (PORTS, ON_LABS, FAULTS)
    }


def test_what_passed_as_it_is_need_not_be_asked(root: Path) -> None:
    """On that engine, and on no other: not a newer one, nor the same of another maker, nor one that nobody knows."""
    assert set(passed_as_they_are(noted(), ENGINE)) == {PORTS, ON_LABS, FAULTS}
    for other in ("28.5.3+dfsg4", "28.5.2", ""):
        assert set(passed_as_they_are(noted(), other)) == set()


@pytest.mark.parametrize("otherwise", [{"failed": 1}, {"made_of": None}, {"on": None}])
def test_what_did_not_pass_is_asked(root: Path, otherwise: dict[str, object]) -> None:
    """Or passed before it was noted what it was made of, and on what."""
    assert list(passed_as_they_are(noted(**otherwise), ENGINE)) == []


@pytest.mark.parametrize(
    ("changed", "asked"),
    [
        (PORTS, {PORTS}),
        ("tests/conformance/asking.py", {PORTS}),
        ("tests/conformance/conftest.py", {PORTS}),
        ("tests/conformance/recorded/shapes.json", {PORTS}),
        ("tests/transcripts/typed.py", {PORTS}),
        ("tests/needs.py", {PORTS, FAULTS}),
        ("tests/commands/files/ca.crt", {PORTS}),
        (ON_LABS, {ON_LABS}),
        ("swarmlab/lessons/catalogue.py", {ON_LABS}),
        ("notebooks/data/hello.yml", {ON_LABS}),
        ("swarmlab/backends/dind/walls.py", {FAULTS}),
        ("swarmlab/lab.py", {FAULTS}),
        ("swarmlab/engine/clock.py", set()),
        ("tests/conformance/test_secrets.py", set()),
    ],
)
def test_what_is_made_of_something_else_is_asked(root: Path, changed: str, asked: set[str]) -> None:
    """Of itself, of what it imports and reads; a module beside it that it does not import is nothing to it."""
    before = noted()
    (root / changed).write_text("import re  # something else")
    assert {PORTS, ON_LABS, FAULTS} - set(passed_as_they_are(before, ENGINE)) == asked


def test_a_module_that_is_gone_is_no_matter(root: Path) -> None:
    """Its note may stay."""
    before = noted()
    (root / PORTS).unlink()
    assert list(passed_as_they_are(before, ENGINE)) == [ON_LABS, FAULTS]


def test_what_always_runs_is_there() -> None:
    """A name that nothing has would be one that never runs."""
    for name in ALWAYS:
        path = ROOT / module_of(name)
        assert path.exists()
        assert name.startswith(NOTED)
        assert name.partition("::")[2].partition("[")[0] in path.read_text()
    assert (ROOT / f"notebooks/{OVER_SSH.partition('[')[2].strip(']')}.ipynb").exists()
    asked = [name.removeprefix(THREE_STATES).strip("[]") for name in ALWAYS if name.startswith(THREE_STATES)]
    assert set(asked) < set(EXERCISES)
    assert (ROOT / "tests/transcripts/walk.txt").exists()


def test_older_engines_are_asked_the_same() -> None:
    """By .ci/run, which names them in its own language."""
    script = (ROOT / ".ci/run").read_text()
    assert " ".join(path.removeprefix("tests/conformance/test_").removesuffix(".py") for path in CORE) in script
    assert WALK in script
