"""Rules for the cells of a lesson: run, in order, small, after prose, compared. Sentences say where, and what to do."""

from __future__ import annotations

import re

from tests.notebooks.rules.documents import Cell, Lesson, LessonRule
from tools import coverage_table
from tools.lessons import tags

HELPER_TAGS = {"raises-exception", "embedded-only", "same-on-real"}
LINES_AT_MOST = 6
CODE_IN_A_ROW = 2
IGNORES = re.compile(r"^\s*#.*(NBVAL_|PYTEST_VALIDATE_IGNORE)", flags=re.M)

# Cells that may do what others may not, by name (`05-scale#id of the cell`), each with the reason.
IGNORED: dict[str, str] = {}
LONG: dict[str, str] = {}


def was_run(lesson: Lesson) -> list[str]:
    """nbval passes a cell that was never run, and one that was run out of turn."""
    counts = [(cell, cell.node.execution_count) for cell in lesson.code()]
    return [
        cell.says(f"its execution count is {count}, not {turn}: run the lesson from top to bottom (make notebooks)")
        for turn, (cell, count) in enumerate(counts, 1)
        if count != turn
    ]


def kernel_named(lesson: Lesson) -> list[str]:
    """Without it JupyterLab asks which kernel to use, in a dialog that blocks the page."""
    named = lesson.notebook.metadata.get("kernelspec", {}).get("name")
    return [] if named == "python3" else [f"{lesson.name}: name the kernel python3 in its metadata, not {named}"]


def tags_known(lesson: Lesson) -> list[str]:
    """A misspelled tag would silently cover nothing."""
    known = HELPER_TAGS | coverage_table.read_rows().keys()
    return [
        cell.says(f"“{tag}” is no row of docs/rows.toml and no tag of docs/write-a-lesson.md: mend or remove it")
        for cell in lesson.cells()
        for tag in sorted(tags(cell.node) - known)
    ]


def prose_first(lesson: Lesson) -> list[str]:
    """A lesson begins with prose, and prose comes back before code grows long."""
    wrong = []
    in_a_row = CODE_IN_A_ROW
    for cell in lesson.cells():
        in_a_row = in_a_row + 1 if cell.is_code else 0
        if in_a_row == CODE_IN_A_ROW + 1:
            wrong.append(cell.says(f"say something first: at the beginning, and after {CODE_IN_A_ROW} cells of code"))
    return wrong


def cells_small(lesson: Lesson) -> list[str]:
    """One idea a cell."""
    sizes = [(cell, len(cell.source.splitlines())) for cell in lesson.code()]
    return [
        cell.says(f"it has {lines} lines: write 1 to {LINES_AT_MOST}, or name it in LONG with a reason")
        for cell, lines in sizes
        if not 1 <= lines <= LINES_AT_MOST and cell.name not in LONG
    ]


def no_semicolon(lesson: Lesson) -> list[str]:
    """It hides the answer in Jupyter, and nbval sees the difference."""
    return [
        cell.says("take away the `;` at the end of a line")
        for cell in lesson.code()
        if re.search(r";\s*$", cell.source, flags=re.M)
    ]


def outputs_compared(lesson: Lesson) -> list[str]:
    """An output that is not compared may say anything."""
    return [
        cell.says("let its output be compared, or name it in IGNORED with a reason")
        for cell in lesson.code()
        if is_ignored(cell) and cell.name not in IGNORED
    ]


def is_ignored(cell: Cell) -> bool:
    """By a comment or by a tag of nbval's."""
    return bool(IGNORES.search(cell.source)) or any(tag.lower().startswith("nbval") for tag in tags(cell.node))


CELL_RULES: tuple[LessonRule, ...] = (
    was_run,
    kernel_named,
    tags_known,
    prose_first,
    cells_small,
    no_semicolon,
    outputs_compared,
)
