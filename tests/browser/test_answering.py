"""A learner who uses no mouse answers a prediction, a quiz and an exercise in JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser.test_lessons import FLAGS, LOADED_WITHIN_MS, choose, wait_until_all_ran
from tests.jupyterlab import running_lab
from tests.needs import find_browser, quiet_network
from tools.execute_notebooks import KERNEL

pytestmark = pytest.mark.browser

CELLS = (
    'from swarmlab import Lab, exercise, predict, quiz\nlab = Lab.start("helloworld")',
    'spread = predict("How many nodes have a task?", ["one", "two", "three"])\nspread',
    'quiz("05-q2")',
    'exercise("05-a")',
)
WINDOW = {"width": 1280, "height": 1400}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """JupyterLab on a notebook that asks three things, run to its end."""
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in CELLS], metadata={"kernelspec": KERNEL})
    (tmp_path / "notebooks").mkdir()
    nbformat.write(notebook, tmp_path / "notebooks" / "00-start.ipynb")
    settings = {"SWARMLAB_TIME": "manual", "SWARMLAB_BACKEND": "embedded"}
    with quiet_network(), running_lab(home=tmp_path, cwd=tmp_path, **settings) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport=WINDOW)
        page.goto(lab.link)
        expect(page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible(timeout=LOADED_WITHIN_MS)
        choose(page, "Run", "Run All Cells")
        wait_until_all_ran(page, len(CELLS))
        expect(page.locator(".swarmlab-lesson [data-swarmlab-keys]")).to_have_count(3)  # nobody is that quick
        yield page
        browser.close()


def test_the_keyboard_alone_suffices(page: Page, tmp_path: Path) -> None:
    """Arrows choose, Tab goes on, Enter and Space press; JupyterLab takes none of them for itself."""
    prediction, quiz, exercise = (page.locator(".swarmlab-lesson").nth(number) for number in range(3))
    press(prediction.get_by_role("radio").first, "ArrowDown", "Tab", "Tab", "Enter")
    expect(prediction.get_by_role("status")).to_have_text("You predict: two")
    expect(prediction.get_by_role("radio").first).to_be_disabled()
    press(quiz.get_by_role("radio").first, "Tab", "Space", "Tab", "Tab", "Space")
    expect(quiz.get_by_role("status")).to_contain_text("b) right: Each new task")
    page.keyboard.press("Escape")
    expect(page.locator(".jp-CodeCell").nth(2)).to_be_focused()
    press(exercise.get_by_role("button", name="Check", exact=True), "Enter")
    expect(exercise.get_by_role("status")).to_have_text("○ not attempted")
    press(exercise.get_by_role("button", name="Check", exact=True), "Tab", "Space")
    expect(exercise).to_contain_text("Hint 1 of 3: You say how many tasks there are in all.")
    kept = tmp_path / ".local/share/jupyter/swarmlab/progress.json"
    assert '"hints": 1' in kept.read_text()


def press(where: Locator, *keys: str) -> None:
    """Go there, and press one key after the other on whatever has the focus."""
    where.focus()
    for key in keys:
        where.page.keyboard.press(key)
