"""What tests in a browser start: JupyterLab on notebooks of their own, a page, and the place of pictures."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Page, sync_playwright

from tests.jupyterlab import RunningLab, running_lab
from tests.needs import find_browser, quiet_network
from tools.execute_notebooks import KERNEL
from tools.lessons import NOTEBOOKS, ROOT, code_cells, read_lesson

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
WINDOW = {"width": 1280, "height": 800}
"""The smallest that everything must fit."""

ARTIFACTS = ROOT / "artifacts"
"""Where pictures are kept, for people to look at; CI keeps them, too."""


def notebook_of(*cells: str) -> NotebookNode:
    """A notebook of code cells."""
    return new_notebook(cells=[new_code_cell(cell.strip()) for cell in cells], metadata={"kernelspec": KERNEL})


def hurried(lesson: str) -> NotebookNode:
    """A lesson in which time passes ten times as fast as on the reader's clock, once its lab is there."""
    notebook = read_lesson(NOTEBOOKS / f"{lesson}.ipynb")
    first = next(cell for cell in code_cells(notebook) if "lab = Lab.start(" in cell.source)
    first.source = re.sub(r"^lab = Lab.start\(.*\)$", r"\g<0>\nlab.clock.set_rate(10)", first.source, flags=re.M)
    return notebook


@contextmanager
def jupyterlab_on(folder: Path, notebooks: Mapping[str, NotebookNode], *, time: str) -> Iterator[RunningLab]:
    """JupyterLab as a learner starts it, on a copy of the lessons and on other notebooks.

    Args:
        folder: its home, and where it works.
        notebooks: by their names; one that is named as a lesson takes its place.
        time: of the labs that are started in it, `live` or `manual`.
    """
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / "notebooks" / f"{name}.ipynb")
    settings = {"SWARMLAB_TIME": time, "SWARMLAB_BACKEND": "embedded"}
    with quiet_network(), running_lab(home=folder, cwd=folder, **settings) as lab:
        yield lab


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A browser, until the end of the block. It keeps an event loop running, so nothing else in this process can."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def open_page(browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """A page with a new profile; what it says on its console, errors only, is added to the complaints."""
    page = browser.new_page(viewport=WINDOW)
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
    yield page
    page.close()


def picture(name: str) -> Path:
    """Where a picture goes."""
    ARTIFACTS.mkdir(exist_ok=True)
    return ARTIFACTS / f"{name}.png"
