"""Tables as the docker CLI aligns them, and the order of names in them.

Source: Go text/tabwriter as docker/cli sets it up (cells at least 10 wide, 3 blanks between), sortorder.NaturalLess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MINIMUM_WIDTH = 10
PADDING = 3
SHORT_ID = 12


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Header and rows, every column as wide as its widest cell; no newline at the end."""
    lines = [headers, *rows]
    widths = [max(MINIMUM_WIDTH, PADDING + max(map(len, column))) for column in zip(*lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    *front, last = cells
    return "".join(f"{cell:<{width}}" for cell, width in zip(front, widths, strict=False)) + last


def natural(name: str) -> list[tuple[bool, int, str]]:
    """Sort key under which `web.2` comes before `web.10`."""
    return [
        (part.isdigit() is False, int(part) if part.isdigit() else 0, part) for part in re.findall(r"\d+|\D+", name)
    ]


def short_id(identifier: str) -> str:
    """The first twelve characters, as tables show an id; a digest's `sha256:` is left out."""
    return identifier.removeprefix("sha256:")[:SHORT_ID]


def ellipsis(text: str, width: int) -> str:
    """At most `width` characters, the last one `…` where something was cut."""
    return text if len(text) <= width else text[: width - 1] + "…"


def capitalised(word: str) -> str:
    """`running` as tables show it: `Running`."""
    return word[:1].upper() + word[1:]
