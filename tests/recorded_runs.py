"""What ran, when, and how it ended: kept in docs/runs.json where SWARMLAB_RECORD_RUNS asks for it. A pytest plugin.

`SWARMLAB_RECORD_RUNS=1 make real` notes of each module of conformance tests how many passed on which real engines,
`SWARMLAB_RECORD_RUNS=1 make chaos` how many histories and requests were played. What did not run keeps what was noted
of it before. tools/conformance_table.py shows it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.older_engines import ALIKE, node_version

RUNS = Path(__file__).parent.parent / "docs" / "runs.json"
PLAYED = ("histories", "requests", "compared")
"""Properties of tests that play so many (`record_property`)."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Note what ran."""
    if not os.environ.get("SWARMLAB_RECORD_RUNS"):
        return
    noted = json.loads(RUNS.read_text()) if RUNS.exists() else {"real": {}, "played": {}}
    reports = [
        report
        for outcome in ("passed", "failed", "error")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call" or outcome == "error"
    ]
    if os.environ["SWARMLAB_BACKEND"] == "dind":
        noted["real"] |= _of_modules(reports)
    noted["played"] |= _played(reports)
    RUNS.write_text(json.dumps(noted, indent=1, sort_keys=True) + "\n")


def _of_modules(reports: list[Any]) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {}
    for report in reports:
        if report.nodeid.startswith(ALIKE):
            module = counts.setdefault(report.nodeid.partition("::")[0], Counter(passed=0, failed=0))
            module["passed" if report.passed else "failed"] += 1
    when = {"date": _today(), "engine": node_version().partition("+")[0]}
    return {module: {**count, **when} for module, count in counts.items()}


def _played(reports: list[Any]) -> dict[str, Any]:
    played: dict[str, Any] = {}
    for report in reports:
        for name, number in report.user_properties:
            if name in PLAYED:
                one = played.setdefault(name, {"date": _today(), "kept": 0, "broken": 0})
                one["kept" if report.passed else "broken"] += number
    return played


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
