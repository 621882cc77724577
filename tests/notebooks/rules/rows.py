"""The rule for all lessons together: the walk is covered, row by row, by cells that show something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.coverage_table import Coverage, collect_coverage, read_rows
from tools.lessons import code_cells, read_lesson, tags


def rows_covered(paths: Sequence[Path]) -> list[str]:
    """Each row S is tagged in a cell on each kind of lab that can show it, and some cell of it has an output."""
    coverage = collect_coverage(list(paths))
    shown = {tag for path in paths for cell in code_cells(read_lesson(path)) if cell.outputs for tag in tags(cell)}
    walk = {id_: row for id_, row in read_rows().items() if id_.startswith("S")}
    return [
        f"{id_}: tag a cell of a lesson with it that {what}"
        for id_, row in walk.items()
        for what in lacking(row.get("only"), coverage.get(id_, Coverage()), is_shown=id_ in shown)
    ]


def lacking(only: str | None, covered: Coverage, *, is_shown: bool) -> Iterator[str]:
    """What no cell of a row does."""
    if not covered.embedded and only != "real":
        yield "runs on the embedded lab"
    if not covered.real and only != "embedded":
        yield "runs on real engines"
    if not is_shown:
        yield "has an output"
