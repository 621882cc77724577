"""A lesson in Notebook 7, which has one notebook a page and no side panel.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.learner import IDLE_IN_NOTEBOOK_7, Learner
from tests.browser.pages import hurried, jupyterlab_on
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

KNOWN = r"TypeError: .*\(reading 'schema'\)\n +at \S+/static/notebook/notebook_core\."
"""Notebook 7.6 says so of itself when it opens any notebook, with nothing installed beside it."""


@pytest.fixture
def known() -> str:
    """What any notebook is opened with."""
    return KNOWN


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The server that a learner starts; it serves Notebook 7 as well where that is installed."""
    with jupyterlab_on(tmp_path_factory.mktemp("seven"), {"05-scale": hurried("05-scale")}, time="live") as lab:
        yield lab


def test_a_lesson_in_notebook_7(learner: Learner, page: Page) -> None:
    """The board is inline, the slider scales, and every cell runs to its end."""
    learner.idle = IDLE_IN_NOTEBOOK_7
    learner.arrive("05-scale", f"{learner.lab.server}/notebooks/notebooks/05-scale.ipynb?token={learner.lab.token}")
    board = learner.run_until("lab.board()").locator(".swl-board")
    expect(board.locator(".swl-status")).to_contain_text("3 nodes · 1 task running")
    board.locator(".swl-card").last.scroll_into_view_if_needed()
    learner.take("notebook7-board")
    panel = learner.run_until("before = lab.snapshot()").locator(".swarmlab-panel")
    panel.get_by_role("tab", name="change").click()
    learner.press("ArrowRight", at=panel.get_by_role("slider"))
    expect(panel.get_by_label("What the command printed")).to_contain_text("helloworld scaled to 4")
    expect(panel.locator(".swarmlab-card-state")).to_contain_text("✓ done")
    expect(board.locator(".swl-status")).to_contain_text("3 nodes · 4 tasks running")
    learner.take("notebook7-panel")
    learner.run_until("progress()")
