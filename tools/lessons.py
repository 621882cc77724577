"""The lessons as files: which there are, and the tags of their cells. Shared by the tools and their tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).parent.parent
NOTEBOOKS = ROOT / "notebooks"

ON_HOSTS = ("17-your-own-hosts",)
"""The lessons that need the learner's own hosts: no lab on one machine can show what they show."""


def lesson_paths() -> list[Path]:
    """Every lesson, in the order of its number."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))


def needs_hosts(path: Path) -> bool:
    """Whether a lesson runs only where SWARMLAB_BACKEND names hosts."""
    return path.suffix == ".ipynb" and path.stem in ON_HOSTS


def read_lesson(path: Path) -> NotebookNode:
    """One notebook."""
    return nbformat.read(path, as_version=4)


def code_cells(lesson: NotebookNode) -> Iterator[NotebookNode]:
    """The cells that run, in order."""
    return (cell for cell in lesson.cells if cell.cell_type == "code")


def tags(cell: NotebookNode) -> set[str]:
    """What a cell is tagged with."""
    return set(cell.metadata.get("tags", []))


def title(lesson: NotebookNode) -> str:
    """The first heading."""
    return str(lesson.cells[0].source.splitlines()[0].lstrip("# ")) if lesson.cells else ""
