"""A learner on Binder: the server starts, lesson 00 is begun, and `docker node ls` is typed into a terminal.

    python -m tests.binder.story FOLDER

FOLDER holds an image of `stand_in.py`, in which `binder/postBuild` has run. A program of its own, so that a test can
take a CPU, the network or the right to write away from it. Writes one JSON object: `failed`, the cells that failed;
`terminal`, what the terminal showed; `progress`, the table of what is done, once a quiz was answered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.binder.stand_in import Image
from tests.jupyter_server import Kernel, kernel_of, type_into_terminal, wait_until_it_answers
from tests.jupyterlab import RunningLab, running_lab
from tools.lessons import code_cells, read_lesson

LESSON = "notebooks/00-start.ipynb"
COMMAND = ("jupyter-lab", "--no-browser", "--ip=127.0.0.1", "--allow-root")
"""Binder's own has other addresses, and a base URL. Source: binderhub, helm-chart/binderhub/values.yaml, `cmd`."""

LAST = "plot_placement("
DO_ONE = 'print(quiz("00-q1").answer("b"))\nprint(progress())'


@contextmanager
def served(image: Image) -> Iterator[RunningLab]:
    """The server as a container starts it."""
    command = [str(image.work / "binder/start"), *COMMAND]
    variables = image.variables() | {"SWARMLAB_TIME": "manual"}
    with running_lab(command, home=image.home, cwd=image.work, **variables) as lab:
        wait_until_it_answers(lab)
        yield lab


def tell(image: Image) -> dict[str, object]:
    """What happened."""
    with served(image) as lab, kernel_of(lab, LESSON) as kernel:
        failed = [error for cell in first_cells(image) for error in errors(kernel, cell)]
        shown = type_into_terminal(lab, "docker node ls; echo over", r"\nover")
        done = kernel.run(DO_ONE)[-1].text
    return {"failed": failed, "terminal": shown, "progress": done}


def first_cells(image: Image) -> list[str]:
    """Those of the lesson up to its first picture: a lab, a board, commands, a plot."""
    cells = [cell.source for cell in code_cells(read_lesson(image.work / LESSON))]
    return cells[: 1 + next(number for number, cell in enumerate(cells) if cell.startswith(LAST))]


def errors(kernel: Kernel, cell: str) -> list[str]:
    """What went wrong in a cell."""
    return [f"{cell}\n{each.ename}: {each.evalue}" for each in kernel.run(cell) if each.output_type == "error"]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(tell(Image.in_folder(Path(sys.argv[1])))))
