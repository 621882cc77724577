"""Pages that are made, not written: kept as they should be, or compared with that."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.lessons import ROOT

CHECK = "--check"


def between(page: str, begin: str, end: str, text: str) -> str:
    """The page with this text between its two marks.

    Raises:
        ValueError: the page lacks one of them.
    """
    before, found, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise ValueError(f"there is no {begin} with its {end}")
    return f"{before}{begin}\n{text}\n{end}{after}"


def keep(pages: Mapping[Path, str], arguments: Sequence[str]) -> int:
    """Write each page's text; with `--check`, say which are not current. Returns the exit status."""
    if CHECK not in arguments:
        for path, text in pages.items():
            path.write_text(text)
        return 0
    old = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    for path in old:
        print(f"{path.relative_to(ROOT)} is not current: make fix", file=sys.stderr)
    return 1 if old else 0
