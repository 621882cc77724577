"""The table of the README that says which lesson covers which row of docs/rows.toml, made from the cells' tags.

python tools/coverage_table.py             write it
python tools/coverage_table.py --check     fail if it is not current
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tools.generated import between, keep
from tools.lessons import ROOT, code_cells, lesson_paths, needs_hosts, read_lesson, tags

ROWS = ROOT / "docs" / "rows.toml"
README = ROOT / "README.md"
BEGIN = "<!-- coverage: begin (made by tools/coverage_table.py) -->"
END = "<!-- coverage: end -->"
HEADER = """
| Row | A learner | Lesson | Cells, embedded | Cells, real engines |
|---|---|---|---|---|
"""


@dataclass(slots=True)
class Coverage:
    """What covers one row: lessons, and numbers of cells."""

    lessons: list[str] = field(default_factory=list)
    embedded: int = 0
    real: int = 0
    compared_on_real: int = 0


def read_rows() -> dict[str, dict[str, str]]:
    """Every row by its id."""
    rows: dict[str, dict[str, str]] = tomllib.loads(ROWS.read_text())["rows"]
    return rows


def read_parts() -> dict[str, str]:
    """Titles of the parts, by the letter of their rows."""
    return {letter: part["title"] for letter, part in tomllib.loads(ROWS.read_text())["parts"].items()}


def collect_coverage(paths: list[Path]) -> dict[str, Coverage]:
    """For each row, the cells tagged with it."""
    coverage: dict[str, Coverage] = defaultdict(Coverage)
    rows = read_rows().keys()
    for path in paths:
        for cell in code_cells(read_lesson(path)):
            for row in tags(cell) & rows:
                count(coverage[row], path, tags(cell))
    return coverage


def count(covered: Coverage, lesson: Path, cell_tags: set[str]) -> None:
    """Add one cell."""
    if lesson.stem not in covered.lessons:
        covered.lessons.append(lesson.stem)
    covered.embedded += not needs_hosts(lesson)
    covered.real += "embedded-only" not in cell_tags
    covered.compared_on_real += "same-on-real" in cell_tags


def render(coverage: dict[str, Coverage]) -> str:
    """The tables in Markdown, one a part, with the rows that some lesson covers."""
    parts = []
    for letter, part in read_parts().items():
        rows = {id_: row for id_, row in read_rows().items() if id_.startswith(letter)}
        covered = [row_line(id_, row, coverage[id_]) for id_, row in rows.items() if id_ in coverage]
        head = f"\n**{part}**: {len(covered)} of {len(rows)} rows.\n"
        parts.append(head + (HEADER + "".join(covered) if covered else ""))
    return "".join(parts)


def row_line(id_: str, row: dict[str, str], covered: Coverage) -> str:
    """One row of the table."""
    does = " ".join(row["does"].split()).replace("|", "\\|")
    partly = f" ({row['partly']})" if "partly" in row else ""
    links = ", ".join(f"[{name[:2]}](notebooks/{name}.ipynb)" for name in covered.lessons)
    compared = f", {covered.compared_on_real} compared" if covered.compared_on_real else ""
    return f"| {id_} | {does}{partly} | {links} | {covered.embedded} | {covered.real}{compared} |\n"


def replace_table(readme: str, table: str) -> str:
    """The README with this table between its two marks."""
    return between(readme, BEGIN, END, table)


def make_page() -> str:
    """README.md with the table of today."""
    return replace_table(README.read_text(), render(collect_coverage(lesson_paths())))


if __name__ == "__main__":
    sys.exit(keep({README: make_page()}, sys.argv[1:]))
