"""What is compared with real engines: docs/conformance.md and docs/engine-versions.md.

The first counts the tests that run alike on the embedded engine and on real ones, as pytest collects them, and says
what docs/runs.json notes of their last run on real ones; of the second see tools/engine_versions.py.

python tools/conformance_table.py             write both
python tools/conformance_table.py --check     fail if they are not current
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools import engine_versions
from tools.generated import keep

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "conformance.md"
RUNS = ROOT / "docs" / "runs.json"
"""What tests/recorded_runs.py noted."""
Run = dict[str, Any]
COMPARED = ("tests/conformance", "tests/transcripts/test_transcripts.py")
HEAD = """\
# Conformance

For whoever wants to see how the embedded engine is compared with real ones.

One body of tests runs on the embedded engine (`make test`) and on three real Docker Engines (`make real`), and expects
the same of both: HTTP status, error text, JSON keys and types, the states that tasks go through, what the docker CLI
prints. There are {tests} tests in {modules} modules; the transcripts among them type {commands} commands of the real
CLI. What is known to differ is in [differences.md](differences.md), also what is known from Docker's source only; what
engines older than 28.5 do otherwise, in [engine-versions.md](engine-versions.md).

The column "Tests" counts what there is, as pytest collects it; all of it passes on the embedded engine whenever
`make test` does where docker 28 is: without that command the tests that type it are skipped. The last column says how
many passed on real engines when that was last noted (`SWARMLAB_RECORD_RUNS=1 make real`, kept in
[runs.json](runs.json)): {passed} in all.

{played}

| Module | What it compares | Tests | Passed on real engines |
|---|---|---|---|
"""
PLAYED = {
    "histories": "histories of random faults (`tests/invariants`)",
    "requests": "requests that nobody should send (`tests/fuzz`)",
    "compared": "of such requests sent to real engines too, and compared (`tests/real/test_hostile_requests.py`)",
}


class Collected:
    """Keeps what pytest collects."""

    def __init__(self) -> None:
        self.tests: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Collected is everything."""
        self.tests = [item.nodeid for item in session.items]


def collect(*names: str) -> list[str]:
    """The node ids of all tests below these folders."""
    collected = Collected()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        folders = [str(ROOT / name) for name in names]
        status = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", *folders], [collected])
    if status != pytest.ExitCode.OK:
        raise SystemExit(said.getvalue())
    return collected.tests


def first_sentence(path: Path) -> str:
    """What a module says of itself."""
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return " ".join(text.partition("\n\n")[0].split())


def count_commands() -> int:
    """How many commands the transcripts type."""
    lines = [line for path in (ROOT / "tests/transcripts").glob("*.txt") for line in path.read_text().splitlines()]
    return sum(":~$ docker " in line for line in lines)


def make_table(collected: list[str]) -> str:
    """The whole of docs/conformance.md."""
    tests, runs = Counter(test.partition("::")[0] for test in collected), json.loads(RUNS.read_text())
    rows = [
        f"| `{name}` | {first_sentence(ROOT / name)} | {tests[name]} | {describe_real(runs['real'].get(name, {}))} |"
        for name in sorted(tests)
    ]
    head = HEAD.format(
        tests=tests.total(),
        modules=len(tests),
        commands=count_commands(),
        passed=sum(run["passed"] for name in tests for run in newest_first(runs["real"].get(name, {}))[:1]),
        played=describe_played(runs["played"]),
    )
    return head + "\n".join(rows) + "\n"


def newest_first(runs: Mapping[str, Run]) -> list[Run]:
    """A module's runs by their engines, whose versions are numbers with dots."""
    return [{"engine": engine, **runs[engine]} for engine in sorted(runs, key=_version, reverse=True)]


def _version(engine: str) -> list[int]:
    return [int(part) for part in engine.split(".")]


def describe_real(runs: Mapping[str, Run]) -> str:
    """How a module's tests ended on real engines; on older ones, what is listed as otherwise is not counted."""
    return "; ".join(map(_describe, newest_first(runs))) or "not noted"


def _describe(run: Run) -> str:
    failed = f", {run['failed']} failed" if run["failed"] else ""
    return f"{run['passed']}{failed} ({run['engine']}, {run['date']})"


def describe_played(played: dict[str, Any]) -> str:
    """What was played against the embedded engine alone, and how that ended."""
    sentences = [
        f"{run['kept'] + run['broken']:,} {what}, {run['broken']} of them in tests that failed ({run['date']})"
        for name, what in PLAYED.items()
        if (run := played.get(name))
    ]
    noted = "; ".join(sentences) or "nothing is noted"
    return f"Played at random, when last noted (`SWARMLAB_RECORD_RUNS=1 make chaos`, `make real`): {noted}."


def make_pages() -> dict[Path, str]:
    """What both pages say."""
    collected = collect(*COMPARED)
    return {TABLE: make_table(collected), engine_versions.PAGE: engine_versions.render(collected)}


if __name__ == "__main__":
    sys.exit(keep(make_pages(), sys.argv[1:]))
