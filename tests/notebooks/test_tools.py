"""The tools round the notebooks: executing them, and reading their tags into the coverage table."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import coverage_table, execute_notebooks
from tools.coverage_table import BEGIN, END, Coverage
from tools.lessons import ON_HOSTS


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A small lesson with an age, a random id and a widget in it."""
    cells = [
        new_markdown_cell("# A lesson"),
        new_code_cell("import os\nprint(os.environ['SWARMLAB_TIME'])\nprint('again')", metadata={"tags": ["S3"]}),
        new_code_cell("import ipywidgets\nipywidgets.Button(description='docker node ls')"),
        new_code_cell("print('only here')", metadata={"tags": ["S3", "S2", "embedded-only"]}),
        new_code_cell("print('3')", metadata={"tags": ["S2", "same-on-real"]}),
    ]
    path = tmp_path / "02-lesson.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_executing_twice_gives_the_same_bytes(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make notebooks` on unchanged lessons changes nothing."""
    monkeypatch.setenv("SWARMLAB_TIME", "live")
    monkeypatch.setenv("IPYTHONDIR", str(notebook.parent))
    assert execute_notebooks.main([str(notebook)]) == 0
    first = notebook.read_bytes()
    assert execute_notebooks.main([str(notebook)]) == 0
    assert notebook.read_bytes() == first
    run = nbformat.read(notebook, as_version=4)
    assert run.metadata.kernelspec.name == "python3"
    assert run.cells[1].outputs[0].text == "manual\nagain\n"
    assert set(run.cells[2].outputs[0].data) == {"text/plain"}


def test_a_lesson_that_needs_hosts_is_left_alone(notebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless hosts are asked for; it is named."""
    lesson = notebook.rename(notebook.with_stem(ON_HOSTS[0]))
    before = lesson.read_bytes()
    assert execute_notebooks.main([str(lesson)]) == 0
    assert lesson.read_bytes() == before
    assert capsys.readouterr().out == f"{lesson.name}: left out, it needs hosts (--hosts)\n"


def test_a_lesson_that_needs_hosts_covers_nothing_embedded(notebook: Path) -> None:
    """Its cells count on real engines only."""
    lesson = notebook.rename(notebook.with_stem(ON_HOSTS[0]))
    assert coverage_table.collect_coverage([lesson])["S3"] == Coverage(lessons=[lesson.stem], embedded=0, real=1)


def test_coverage_counts_cells_by_their_tags(notebook: Path) -> None:
    """A row counts on real engines only by cells that run there."""
    coverage = coverage_table.collect_coverage([notebook])
    assert coverage["S3"] == Coverage(lessons=["02-lesson"], embedded=2, real=1, compared_on_real=0)
    assert coverage["S2"] == Coverage(lessons=["02-lesson"], embedded=2, real=1, compared_on_real=1)
    assert set(coverage) == {"S3", "S2"}


def test_table_shows_a_covered_row_only(notebook: Path) -> None:
    """What no lesson covers yet is counted, not listed."""
    table = coverage_table.render(coverage_table.collect_coverage([notebook]))
    assert "2 of 19 rows" in table
    assert "| [02](notebooks/02-lesson.ipynb) | 2 | 1, 1 compared |" in table
    assert "| S4 |" not in table


def test_replacing_the_table_leaves_the_rest() -> None:
    """Only what stands between the marks changes, however often."""
    readme = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = coverage_table.replace_table(readme, "new")
    assert once == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert coverage_table.replace_table(once, "new") == once
