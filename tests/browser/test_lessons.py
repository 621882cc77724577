"""Lessons in a real browser: opened by the printed link, run from top to bottom, looked at.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.jupyterlab import RunningLab, running_lab
from tests.needs import find_browser, quiet_network
from tools.lessons import NOTEBOOKS, ROOT, code_cells, lesson_paths, read_lesson

pytestmark = pytest.mark.browser

SHOWN = ("00-start", "05-scale", "08-failures")
LESSONS = [path.stem for path in lesson_paths() if path.stem in SHOWN]
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
ARTIFACTS = ROOT / "artifacts"
WINDOW = {"width": 1400, "height": 900}
LOADED_WITHIN_MS = 60_000
RUN_WITHIN_MS = 180_000


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on a copy of the lessons, in manual time: the committed ones stay as they are."""
    folder = tmp_path_factory.mktemp("browser")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    settings = {"SWARMLAB_TIME": "manual", "SWARMLAB_BACKEND": "embedded"}
    with quiet_network(), running_lab(home=folder, cwd=folder, **settings) as lab:
        yield lab


@pytest.fixture(scope="module")
def complaints() -> list[str]:
    """What the page said on its console, errors only."""
    return []


@pytest.fixture
def page(complaints: list[str]) -> Iterator[Page]:
    """A new browser with a new profile."""
    complaints.clear()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport=WINDOW)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        browser.close()


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_runs_without_a_question(lesson: str, lab: RunningLab, page: Page, complaints: list[str]) -> None:
    """No dialog, no pop-up, no error on the console; every cell runs to its end."""
    page.goto(lab.link.replace("00-start", lesson) + "&reset")  # not with the tabs of the lesson before
    expect(page.locator(".jp-NotebookPanel .jp-CodeCell").first).to_be_visible(timeout=LOADED_WITHIN_MS)
    expect(page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible(timeout=LOADED_WITHIN_MS)
    assert_nothing_popped_up(page)
    choose(page, "Edit", "Clear Outputs of All Cells")
    choose(page, "Run", "Run All Cells")
    wait_until_all_ran(page, len(list(code_cells(read_lesson(NOTEBOOKS / f"{lesson}.ipynb")))))
    assert_nothing_popped_up(page)
    take_pictures(page, lesson)
    assert complaints == []


def assert_nothing_popped_up(page: Page) -> None:
    """No dialog that asks, no toast that announces."""
    assert page.locator(".jp-Dialog").all_inner_texts() == []
    assert page.locator(".Toastify__toast").all_inner_texts() == []


def choose(page: Page, menu: str, entry: str) -> None:
    """Click an entry of the menu bar."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=re.compile(f"^{entry}")).first.click()


def wait_until_all_ran(page: Page, cells: int) -> None:
    """Wait for a number in front of every code cell."""
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    expect(prompts).to_have_count(cells, timeout=LOADED_WITHIN_MS)
    expect(prompts.filter(has_text=re.compile(r"\[\d+\]:"))).to_have_count(cells, timeout=RUN_WITHIN_MS)


def take_pictures(page: Page, lesson: str) -> None:
    """The lesson as a learner first sees it, and all of it in one tall picture."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.locator(".jp-WindowedPanel-outer").evaluate("panel => panel.scrollTop = 0")
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
    page.screenshot(path=picture(lesson, "top"))
    content = page.locator(".jp-WindowedPanel-outer").first.evaluate("panel => panel.scrollHeight")
    page.set_viewport_size(WINDOW | {"height": min(int(content) + 200, 15_000)})
    page.screenshot(path=picture(lesson, "all"))


def picture(lesson: str, part: str) -> Path:
    """Where a screenshot goes."""
    return ARTIFACTS / f"{lesson}-{part}.png"
