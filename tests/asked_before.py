"""Which tests real engines need not be asked again: those of modules that passed there as they are. A pytest plugin.

`SWARMLAB_ON_REAL=changed make real` leaves them out and names them; .ci/run does so to land a change. Without it every
test runs, as in CI's other runs. On which engine a module passed, and made of what, is in docs/runs.json, where
tests/recorded_runs.py notes it. A real engine answers the same question as before; what else such a test depends on,
the client and the lab, is seen by those that always run: `ALWAYS`, the lessons, tests/real and tests/hosts/real.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.older_engines import ALIKE, node_version

ROOT = Path(__file__).parent.parent
RUNS = ROOT / "docs" / "runs.json"
EXERCISES = "tests/lessons/on_labs/"
NOTED = (*ALIKE, EXERCISES)
"""What is noted of real engines."""

CORE = tuple(f"tests/conformance/test_{name}.py" for name in ("refusals", "jobs", "updates", "secrets", "networks"))
ALWAYS = (
    *CORE,
    "tests/transcripts/test_transcripts.py::test_a_transcript_reads_the_same_on_every_engine[walk]",
    f"{EXERCISES}test_exercises.py::test_an_exercise_knows_its_three_states[05-a]",
    f"{EXERCISES}test_exercises.py::test_an_exercise_knows_its_three_states[08-a]",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what need not be asked."""
    known = set(left_out())
    asked = [item for item in items if module_of(item) not in known or item.nodeid.startswith(ALWAYS)]
    if len(asked) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in asked])
        items[:] = asked


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name it."""
    if known := sorted(left_out()):
        where = f"{len(known)} modules that real engines were not asked again, but for a few of their tests"
        terminalreporter.section(where, sep="-")
        terminalreporter.line("\n".join(known))
        terminalreporter.line(f"As they are they passed on {_engine()}: docs/runs.json. `make real` asks them all.")


def module_of(item: pytest.Item) -> str:
    """The file that a test stands in, as its node id names it."""
    return item.nodeid.partition("::")[0]


def asks_only_what_changed() -> bool:
    """Whether this run, on real engines, leaves out what passed there as it is."""
    return os.environ.get("SWARMLAB_ON_REAL") == "changed" and os.environ["SWARMLAB_BACKEND"] == "dind"


def left_out() -> Iterator[str]:
    """The modules of which this run asks what always runs, and no more."""
    if asks_only_what_changed():
        passed = passed_as_they_are(json.loads(RUNS.read_text())["real"], _engine())
        yield from (module for module in passed if not module.startswith(CORE))


def passed_as_they_are(noted: Mapping[str, Any], engine: str) -> Iterator[str]:
    """Modules of which every test passed on an engine, and which are made of the same files today.

    Args:
        noted: of each module how it ended, by engine.
        engine: its version, `28.5.2`.
    """
    for module, runs in noted.items():
        run = runs.get(engine)
        if run and run["passed"] and not run["failed"] and run.get("made_of") == made_of(module):
            yield module


def made_of(module: str) -> str:
    """A digest of a module and of what lies beside it for all of its folder; if it does exercises, of those too."""
    path = ROOT / module
    files = {path, *(each for each in path.parent.rglob("*") if not each.name.startswith("test_"))}
    if module.startswith(EXERCISES):
        files |= set((ROOT / "swarmlab/lessons").rglob("*.py"))
    return _digest(each for each in files if each.is_file() and each.suffix != ".pyc")


def _digest(files: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path.relative_to(ROOT).as_posix()}\0".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:16]


def _engine() -> str:
    return node_version().partition("+")[0]
