"""What ran, when, and how it ended: kept in docs/runs.json where SWARMLAB_RECORD_RUNS asks for it. A pytest plugin.

`SWARMLAB_RECORD_RUNS=1 make real` notes of each module that is the same on both sides how many of its tests passed on
which real engines, and what it was made of (tests/asked_before.py); `SWARMLAB_RECORD_RUNS=1 make chaos` how many
histories and requests were played. What did not run keeps what was noted of it before, and so does a module on another
engine, or one of which a run asked for a part (-k, -x, a test by its id, only what changed). tools/conformance_table.py
shows it.
"""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.asked_before import NOTED, ROOT, RUNS, asks_only_what_changed, made_of, module_of
from tests.needs import has_docker_command
from tests.older_engines import node_version

PLAYED = ("histories", "requests", "compared")
"""Properties of tests that play so many (`record_property`)."""

Noted = dict[str, Any]
MADE_OF = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Remember what each module is made of before anything runs."""
    if os.environ.get("SWARMLAB_RECORD_RUNS") and not hasattr(config, "workerinput"):
        paths = [path for name in NOTED for path in (sorted((ROOT / name).glob("test_*.py")) or [ROOT / name])]
        names = [path.relative_to(ROOT).as_posix() for path in paths]
        config.stash[MADE_OF] = {name: made_of(name) for name in names}


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config
) -> None:
    """Note what ran, unless something ended it before its end."""
    is_over = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if not (os.environ.get("SWARMLAB_RECORD_RUNS") and is_over):
        return
    noted = json.loads(RUNS.read_text()) if RUNS.exists() else {"real": {}, "played": {}}
    stats = terminalreporter.stats
    tests = outcomes([report for outcome in ("passed", "failed", "error") for report in stats.get(outcome, [])])
    if os.environ["SWARMLAB_BACKEND"] == "dind":
        if not asks_only_what_changed() and is_whole(config.option, config.args, config.getini("addopts")):
            skipped = {module_of(report.nodeid) for report in stats.get("skipped", [])}
            note_modules(noted["real"], tests, node_version(), unchanged(config.stash[MADE_OF], besides=skipped))
        else:
            terminalreporter.write_line(f"{RUNS.name}: no module is noted, since only parts of modules may have run")
    noted["played"] |= played(tests)
    RUNS.write_text(json.dumps(noted, indent=1, sort_keys=True) + "\n")


def unchanged(before: Mapping[str, str], *, besides: set[str]) -> Mapping[str, str]:
    """What modules are made of: of those that nobody has edited while they ran, and that ran with all their tests.

    Args:
        before: what they were made of at the beginning.
        besides: modules of which tests were skipped. Without the docker command some tests pass that type nothing.
    """
    if not has_docker_command():
        return {}
    return {name: digest for name, digest in before.items() if name not in besides and made_of(name) == digest}


def is_whole(option: Namespace, named: Sequence[str], always: Sequence[str]) -> bool:
    """Whether every test of each module that was named was to run, whatever failed before it.

    Args:
        option: what was asked of pytest.
        named: the files and folders.
        always: the options that every run has.
    """
    parts = (option.keyword, option.deselect, option.maxfail, option.lf, any("::" in name for name in named))
    return not any(parts) and f"-m={option.markexpr}" in always


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one test ended; what went wrong before or after it counts too."""

    passed: bool
    properties: Mapping[str, int]


def outcomes(reports: Iterable[pytest.TestReport]) -> Mapping[str, Outcome]:
    """Each test once, by its node id, although one that passed may fail afterwards."""
    found: dict[str, Outcome] = {}
    for report in reports:
        before = found.get(report.nodeid)
        passed = report.passed and (before is None or before.passed)
        properties = {name: number for name, number in report.user_properties if name in PLAYED}
        found[report.nodeid] = Outcome(passed=passed, properties=properties)  # type: ignore[arg-type]
    return found


def note_modules(noted: Noted, tests: Mapping[str, Outcome], engine: str, digests: Mapping[str, str]) -> None:
    """Instead of what was noted of the same modules on the same engine.

    Args:
        noted: is changed.
        tests: how they ended.
        engine: its version in full, `28.5.2+dfsg4`.
        digests: what modules are made of, where that is known of a module that ran as a whole.
    """
    counts: dict[str, Counter[str]] = {}
    for test, outcome in tests.items():
        if test.startswith(NOTED):
            module = counts.setdefault(module_of(test), Counter(passed=0, failed=0))
            module["passed" if outcome.passed else "failed"] += 1
    for module, count in counts.items():
        whole = {"made_of": digests[module], "on": engine} if module in digests else {}
        noted.setdefault(module, {})[engine.partition("+")[0]] = {**count, "date": _today(), **whole}


def played(tests: Mapping[str, Outcome]) -> Noted:
    """How much was played, and how much of it in tests that failed."""
    found: Noted = {}
    for outcome in tests.values():
        for name, number in outcome.properties.items():
            one = found.setdefault(name, {"date": _today(), "kept": 0, "broken": 0})
            one["kept" if outcome.passed else "broken"] += number
    return found


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
