"""Lessons in a real browser: opened by the printed link, run from top to bottom, looked at.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.learner import Learner
from tests.browser.pages import WINDOW, jupyterlab_on
from tests.jupyterlab import RunningLab
from tools.lessons import lesson_paths

pytestmark = pytest.mark.browser

SHOWN = ("00-start", "05-scale", "08-failures")
NOTICE_POPUPS = """window.poppedUp = [];
new MutationObserver(() => {
  for (const each of document.querySelectorAll(".jp-Dialog, .Toastify__toast")) window.poppedUp.push(each.innerText);
}).observe(document, {childList: true, subtree: true});"""
"""Whatever pops up while the page is there, even if it is gone again."""

LESSONS = [path.stem for path in lesson_paths() if path.stem in SHOWN]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on a copy of the lessons, in manual time."""
    with jupyterlab_on(tmp_path_factory.mktemp("lessons"), {}, time="manual") as lab:
        yield lab


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_runs_without_a_question(lesson: str, learner: Learner, page: Page) -> None:
    """No dialog, no pop-up; every cell runs to its end."""
    page.add_init_script(NOTICE_POPUPS)
    learner.open(lesson)
    learner.choose("Edit", "Clear Outputs of All Cells")
    learner.run_all()
    take_pictures(learner, lesson)
    assert page.evaluate("window.poppedUp") == []


def take_pictures(learner: Learner, lesson: str) -> None:
    """The lesson as a learner first sees it, and all of it in one tall picture."""
    outer = learner.page.locator(".jp-WindowedPanel-outer").first
    outer.evaluate("panel => panel.scrollTop = 0")
    expect(learner.page.get_by_role("heading", level=1)).to_be_in_viewport()
    learner.take(f"{lesson}-top")
    height = int(outer.evaluate("panel => panel.scrollHeight"))
    learner.page.set_viewport_size(WINDOW | {"height": min(height + 200, 15_000)})
    learner.take(f"{lesson}-all")
