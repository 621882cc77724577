"""What lessons are built of, in a notebook that nobody answers: it runs to its end, and prints the same each time."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.notebooks.test_configuration import run_pytest
from tools import execute_notebooks

CELLS = (
    'from swarmlab import Lab, exercise, predict, progress, quiz\nlab = Lab.start("helloworld")',
    'spread = predict("How many nodes have a task?", [1, 2, 3], id="05-1")\nspread',
    "%docker service scale helloworld=6\nspread.outcome(3)",
    'quiz("05-q1")',
    'even = exercise("05-a")\neven',
    "even.check()",
    "even.hint()",
    "progress()",
    "lab.close()",
)


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A lesson that is made of nothing else, executed."""
    path = tmp_path / "05-lesson.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in CELLS]), path)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SWARMLAB_TIME", "SWARMLAB_PROGRESS", "IPYTHONDIR"):
            patch.setenv(name, str(tmp_path))  # what the tool sets is undone at the end
        assert execute_notebooks.main([str(path)]) == 0
    return path


def test_every_cell_says_something_that_a_static_reader_can_read(notebook: Path) -> None:
    """Questions, verdicts and progress are text."""
    cells = nbformat.read(notebook, as_version=4).cells
    texts = ["".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs) for cell in cells]
    assert texts[1] == "Predict: How many nodes have a task?\n  ( ) 1\n  ( ) 2\n  ( ) 3"
    assert texts[2] == "No prediction made. What happened: 3"
    assert texts[3].startswith("Quiz 05-q1: The CPUs of all nodes are at 100 percent.")
    assert texts[4].startswith("Exercise 05-a · Two on each node\n\nMake each of")
    assert texts[5] == "05-a right: each of the three nodes runs 2 tasks of helloworld."
    assert texts[6].startswith("Hint 1 of 3: ")
    assert "05 · Scale                1 of 3      0 of 2    0             begun\n" in texts[7]


def test_nbval_finds_the_same_again(notebook: Path) -> None:
    """However often: a kernel of the tests begins with nothing done."""
    for _ in range(2):
        assert "9 passed" in run_pytest(notebook, "--nbval")
