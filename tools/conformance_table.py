"""docs/conformance.md: the tests that run alike on the embedded engine and on real ones, as pytest collects them.

python tools/conformance_table.py             write it
python tools/conformance_table.py --check     fail if it is not current
"""

from __future__ import annotations

import ast
import contextlib
import io
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "conformance.md"
COMPARED = ("tests/conformance", "tests/transcripts/test_transcripts.py")
HEAD = """\
# Conformance

One body of tests runs on the embedded engine (`make test`) and on three real Docker Engines (`make real`), and expects
the same of both: HTTP status, error text, JSON keys and types, the states that tasks go through, what the docker CLI
prints. {tests} tests in {modules} modules do; the transcripts among them type {commands} commands of the real CLI. What
is known to differ is in [differences.md](differences.md).

| Module | What it compares | Tests |
|---|---|---|
"""


class Collected:
    """Counts what pytest collects, by module."""

    def __init__(self) -> None:
        self.tests: Counter[str] = Counter()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Collected is everything."""
        self.tests.update(item.path.relative_to(ROOT).as_posix() for item in session.items)


def collect() -> Counter[str]:
    """How many tests each module has."""
    collected = Collected()
    with contextlib.redirect_stdout(io.StringIO()) as said:
        folders = [str(ROOT / folder) for folder in COMPARED]
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


def make_table() -> str:
    """The whole file."""
    tests = collect()
    rows = [f"| `{name}` | {first_sentence(ROOT / name)} | {tests[name]} |" for name in sorted(tests)]
    head = HEAD.format(tests=tests.total(), modules=len(tests), commands=count_commands())
    return head + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check."""
    table = make_table()
    if arguments == ["--check"]:
        if not TABLE.exists() or TABLE.read_text() != table:
            print("docs/conformance.md is not current: make fix", file=sys.stderr)
            return 1
        return 0
    TABLE.write_text(table)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
