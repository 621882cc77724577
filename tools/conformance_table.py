"""What is compared with real engines: docs/conformance.md and docs/engine-versions.md.

The first counts the tests that run alike on the embedded engine and on real ones, as pytest collects them; of the
second see tools/engine_versions.py.

python tools/conformance_table.py             write both
python tools/conformance_table.py --check     fail if they are not current
"""

from __future__ import annotations

import ast
import contextlib
import io
import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools import engine_versions

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "conformance.md"
COMPARED = ("tests/conformance", "tests/transcripts/test_transcripts.py")
HEAD = """\
# Conformance

One body of tests runs on the embedded engine (`make test`) and on three real Docker Engines (`make real`), and expects
the same of both: HTTP status, error text, JSON keys and types, the states that tasks go through, what the docker CLI
prints. {tests} tests in {modules} modules do; the transcripts among them type {commands} commands of the real CLI. What
is known to differ is in [differences.md](differences.md); what engines older than 28.5 do otherwise, in
[engine-versions.md](engine-versions.md).

| Module | What it compares | Tests |
|---|---|---|
"""


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
    tests = Counter(test.partition("::")[0] for test in collected)
    rows = [f"| `{name}` | {first_sentence(ROOT / name)} | {tests[name]} |" for name in sorted(tests)]
    head = HEAD.format(tests=tests.total(), modules=len(tests), commands=count_commands())
    return head + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check."""
    collected = collect(*COMPARED)
    pages = {TABLE: make_table(collected), engine_versions.PAGE: engine_versions.render(collected)}
    if arguments == ["--check"]:
        old = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
        for path in old:
            print(f"{path.relative_to(ROOT)} is not current: make fix", file=sys.stderr)
        return 1 if old else 0
    for path, text in pages.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
