"""Binder's way to the first answer, as far as it runs here: postBuild, start, the first cells, a terminal.

Usage: python benchmarks/binder.py [--figures]

In clean folders, with the environment of the tests in place of conda's (`tests/binder/stand_in.py`). Not measured: the
image's making and its fetching, conda's step, the browser.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.figures import Figure, tell
from tests.binder.stand_in import Image, make_image
from tests.binder.story import DO_ONE, LESSON, first_cells, served
from tests.jupyter_server import kernel_of, type_into_terminal


def steps(image: Image) -> Iterator[str]:
    """What has just been done, each time."""
    image.run("binder/postBuild")
    yield "`binder/postBuild`"
    with served(image) as lab:
        yield "`binder/start`, until the server answers"
        with kernel_of(lab, LESSON) as kernel:
            cells = first_cells(image)
            kernel.run(cells[0])
            yield "the first cell's answer: a kernel, what the lessons import"
            for cell in cells[1:]:
                kernel.run(cell)
            yield "a lab, the board, three commands, a service of three tasks, a picture"
            type_into_terminal(lab, "docker node ls; echo over", r"\nover")
            yield "`docker node ls` in a new terminal"
            kernel.run(DO_ONE)
            yield "a question answered"


def figures() -> Iterator[Figure]:
    """The time of each step."""
    with TemporaryDirectory(prefix="swarmlab-", ignore_cleanup_errors=True) as folder:
        image = make_image(Path(folder))
        began = time.perf_counter()
        for step in steps(image):
            yield Figure(what=step, value=time.perf_counter() - began, unit="s")
            began = time.perf_counter()


if __name__ == "__main__":
    tell(figures, __doc__)
