"""Text with tabs, its columns aligned: what the docker CLI sends its tables through.

A cell ends with a tab; cells of one column that stand in lines without a gap share a width; the last cell of a line
is free. Source: Go text/tabwriter as docker/cli sets it up.
"""

from __future__ import annotations

from collections.abc import Sequence

MINIMUM_WIDTH = 10
PADDING = 3


def aligned(text: str, *, minimum: int = MINIMUM_WIDTH, padding: int = PADDING) -> str:
    """The text with blanks for tabs."""
    lines = [line.split("\t") for line in text.split("\n")]
    widths: list[list[int]] = [[] for _ in lines]
    _measure(lines, widths, range(len(lines)), minimum, padding)
    return "\n".join(_line(cells, known) for cells, known in zip(lines, widths, strict=True))


def _measure(
    lines: Sequence[Sequence[str]], widths: Sequence[list[int]], among: range, minimum: int, padding: int
) -> None:
    """Find the width of the next column in every block of lines that have it, and go on within the block."""
    block: list[int] = []
    for at in [*among, None]:
        if at is not None and len(widths[at]) < len(lines[at]) - 1:
            block.append(at)
        elif block:
            column = len(widths[block[0]])
            width = max(minimum, *(len(lines[each][column]) + padding for each in block))
            for each in block:
                widths[each].append(width)
            _measure(lines, widths, range(block[0], block[-1] + 1), minimum, padding)
            block = []


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    *front, last = cells
    return "".join(f"{cell:<{width}}" for cell, width in zip(front, widths, strict=True)) + last
