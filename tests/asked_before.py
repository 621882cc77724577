"""Which tests real engines need not be asked again: those of modules that passed there as they are. A pytest plugin.

`SWARMLAB_ON_REAL=changed make real` leaves them out and names them; .ci/run does so to land a change. Without it every
test runs, as in CI's other runs. On which engine a module passed, and made of what, is in docs/runs.json, where
tests/recorded_runs.py notes it. A real engine answers the same question as before. Tests of the labs of real engines,
of faults and of own hosts, are made of the package's side of these too; what else a test depends on is seen by those
that always run: `ALWAYS` and the lessons.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.older_engines import ALIKE, FOLDER, node_version

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "docs" / "runs.json"
EXERCISES = "tests/lessons/on_labs/"
FAULTS, HOSTS = "tests/real/", "tests/hosts/real/"
NOTED = (*ALIKE, EXERCISES, FAULTS, HOSTS)
"""What is noted of real engines."""

CORE = tuple(f"{FOLDER}test_{name}.py" for name in ("refusals", "jobs", "updates", "secrets", "networks"))
"""Modules that always run; .ci/run asks older engines the same."""

WALK = "tests/transcripts/test_transcripts.py::test_a_transcript_reads_the_same_on_every_engine[walk]"
THREE_STATES = f"{EXERCISES}test_exercises.py::test_an_exercise_knows_its_three_states"
OVER_SSH = f"{HOSTS}test_lessons.py::test_a_lesson_over_ssh[17-your-own-hosts]"
ALWAYS = (*CORE, WALK, f"{THREE_STATES}[05-a]", f"{THREE_STATES}[08-a]", OVER_SSH)

LABS = ("backends", "client", "commands", "doctor", "file_lock.py", "lab.py", "magics.py", "ownership.py")
ALSO = {
    FOLDER: ["tests/commands/files"],
    EXERCISES: ["swarmlab/lessons", "notebooks/data"],
    FAULTS: [f"swarmlab/{name}" for name in LABS],
    HOSTS: [f"swarmlab/{name}" for name in LABS],
}
"""What modules of a folder are made of that they neither import from tests/ nor have beside them."""

LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Find what need not be asked: once, before anything is written anywhere."""
    known = getattr(config, "workerinput", {}).get("left_out")
    config.stash[LEFT_OUT] = sorted(left_out()) if known is None else known


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each process that runs tests, so that all leave out the same."""
    node.workerinput["left_out"] = node.config.stash[LEFT_OUT]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave it out."""
    known = config.stash[LEFT_OUT]
    out = [item for item in items if module_of(item.nodeid) in known and not item.nodeid.startswith(ALWAYS)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name what was asked for and left out."""
    asked_for = [Path(argument.partition("::")[0]).resolve() for argument in config.args]
    known = [name for name in config.stash[LEFT_OUT] if any((ROOT / name).is_relative_to(each) for each in asked_for)]
    if known:
        terminalreporter.section(f"{len(known)} modules that real engines were not asked again", sep="-")
        for name in known:
            some = sum(module_of(test) == name for test in ALWAYS)
            terminalreporter.line(f"{name}{f', but for {some} of its tests' if some else ''}")
        terminalreporter.line(f"As they are they passed on {node_version()}: docs/runs.json. All run in `make real`.")


def module_of(test: str) -> str:
    """The file that a test stands in, by the test's node id."""
    return test.partition("::")[0]


def asks_only_what_changed() -> bool:
    """Whether this run, on real engines, leaves out what passed there as it is."""
    return os.environ.get("SWARMLAB_ON_REAL") == "changed" and os.environ["SWARMLAB_BACKEND"] == "dind"


def left_out() -> Iterator[str]:
    """The modules of which this run asks what always runs, and no more."""
    if asks_only_what_changed():
        passed = passed_as_they_are(json.loads(RUNS.read_text())["real"], node_version())
        yield from (module for module in passed if module not in ALWAYS)


def passed_as_they_are(noted: Mapping[str, Any], engine: str) -> Iterator[str]:
    """Modules of which every test passed on an engine, and which are made of the same files today.

    Args:
        noted: of each module how it ended, by engine.
        engine: its version in full, `28.5.2+dfsg4`.
    """
    for module, runs in noted.items():
        run = runs.get(engine.partition("+")[0], {})
        if engine and run.get("on") == engine and run.get("made_of") == made_of(module) and not run["failed"]:
            yield module


def made_of(module: str) -> str:
    """A digest of a module: of all that it imports from this repository's tests and tools, and of what it reads."""
    files = _with_imports(ROOT / module)
    folders = {path.parent for path in files if path.parent != ROOT / "tests"}
    also = {ROOT / name for folder, names in ALSO.items() if module.startswith(folder) for name in names}
    files |= {path for path in also if path.is_file()}
    files |= {
        each for folder in folders | also for each in folder.rglob("*") if each.is_file() and _is_read(each, folder)
    }
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _is_read(path: Path, folder: Path) -> bool:
    """Whether it is data; of the package's own folders, source too."""
    is_source = path.suffix == ".py" and folder.is_relative_to(ROOT / "tests")
    return not is_source and path.suffix != ".md" and "__pycache__" not in path.parts


def _with_imports(path: Path) -> set[Path]:
    """A file, the conftest.py beside it, and, of tests/ and tools/, those that they import."""
    found: set[Path] = set()
    waiting = [path]
    while waiting:
        path = waiting.pop()
        if path not in found and path.exists():
            found.add(path)
            ours = [name for name in _imports(path) if name.startswith(("tests.", "tools."))]
            waiting += [path.with_name("conftest.py"), *(ROOT / f"{name.replace('.', '/')}.py" for name in ours)]
    return found


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
