"""The list of the tests in a browser, tests/browser/README.md: what each shows, in its own words, and its runs.

python tools/browser_table.py             write it
python tools/browser_table.py --check     fail if it is not current
"""

from __future__ import annotations

import ast
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.conformance_table import ROOT, collect
from tools.generated import keep

PAGE = ROOT / "tests" / "browser" / "README.md"
MARK = "pytest.mark.browser"
HEAD = """\
# Tests in a browser

{tests} tests need a browser: Chromium without a window (Playwright). Those in this folder drive JupyterLab, and
Notebook 7, as `python -m swarmlab lab` starts them: `make test ARGS=tests/browser`; the others show a widget alone on a
page. Whatever a test of this folder is about, an error on the page's console fails it (`conftest.py`); what Notebook 7
complains of by itself, `test_notebook7.py` names. What a learner does stands in `learner.py`; `test_sources.py`, which
needs no browser, compares with the lessons what is said of them here.

Pictures go to `artifacts/`; CI keeps them. Two are in the project's README, copied by hand when they look otherwise:
`docs/board.png` is `artifacts/board-rolling-update.png` (`test_board.py`), `docs/timeline.png` is
`artifacts/timeline-light.png` (`test_timeline.py`).

| Module | What a test shows | Runs |
|---|---|---|
"""


def make_page() -> str:
    """The whole page."""
    tests = list(marked_tests())
    modules = sorted({str(path.relative_to(ROOT)) for path, _ in tests})
    runs = Counter(test.partition("[")[0] for test in collect(*modules))
    rows, total = [], 0
    for path, test in tests:
        count = runs[f"{path.relative_to(ROOT)}::{test.name}"]
        rows.append(f"| [{path.stem}]({os.path.relpath(path, PAGE.parent)}) | {in_words(test)} | {count} |")
        total += count
    return HEAD.format(tests=total) + "\n".join(rows) + "\n"


def marked_tests() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Those marked as tests that need a browser, by themselves or with their module; this folder's first."""
    for path in sorted((ROOT / "tests").rglob("test_*.py"), key=lambda path: (path.parent != PAGE.parent, path)):
        body = ast.parse(path.read_text()).body
        is_marked = any(ast.unparse(node) == f"pytestmark = {MARK}" for node in body)
        tests = [node for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
        for test in tests:
            if is_marked or MARK in map(ast.unparse, test.decorator_list):
                yield path, test


def in_words(test: ast.FunctionDef) -> str:
    """What a test shows: its name, and what it says of itself."""
    name = test.name.removeprefix("test_").replace("_", " ").capitalize()
    return f"**{name}.** {' '.join((ast.get_docstring(test) or '').split())}"


if __name__ == "__main__":
    sys.exit(keep({PAGE: make_page()}, sys.argv[1:]))
