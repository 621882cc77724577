"""The list of the tests in a browser, tests/browser/README.md: what each shows, in its own words, and its runs.

python tools/browser_table.py             write it
python tools/browser_table.py --check     fail if it is not current
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.conformance_table import ROOT, collect

FOLDER = "tests/browser"
PAGE = ROOT / FOLDER / "README.md"
HEAD = """\
# Tests in a browser

{tests} tests drive JupyterLab, and Notebook 7, in Chromium without a window (Playwright), as `python -m swarmlab lab`
starts them: `make test ARGS=tests/browser`. Whatever a test is about, an error on the page's console fails it
(`conftest.py`). What a learner does stands in `learner.py`. Pictures go to `artifacts/`; CI keeps them.

| Module | What a test shows | Runs |
|---|---|---|
"""


def make_page() -> str:
    """The whole page."""
    runs = Counter(test.partition("[")[0] for test in collect(FOLDER))
    rows = []
    for path in sorted((ROOT / FOLDER).glob("test_*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                words = " ".join((ast.get_docstring(node) or "").split())
                name = node.name.removeprefix("test_").replace("_", " ").capitalize()
                count = runs[f"{FOLDER}/{path.name}::{node.name}"]
                rows.append(f"| [{path.stem}]({path.name}) | **{name}.** {words} | {count} |")
    return HEAD.format(tests=runs.total()) + "\n".join(rows) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check."""
    page = make_page()
    if arguments != ["--check"]:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        print(f"{PAGE.relative_to(ROOT)} is not current: make fix", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
