"""A learner who uses no mouse answers a prediction, a quiz and an exercise in JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.learner import Learner
from tests.browser.pages import jupyterlab_on
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

CELLS = (
    'from swarmlab import Lab, exercise, predict, quiz\nlab = Lab.start("helloworld")',
    'spread = predict("How many nodes have a task?", ["one", "two", "three"])\nspread',
    'quiz("05-q2")',
    'exercise("05-a")',
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunningLab]:
    """JupyterLab on a notebook that asks three things."""
    with jupyterlab_on(tmp_path, {"asking": CELLS}, time="manual") as lab:
        yield lab


def test_the_keyboard_alone_suffices(learner: Learner, page: Page, tmp_path: Path) -> None:
    """Arrows choose, Tab goes on, Enter and Space press; JupyterLab takes none of them for itself."""
    learner.open("asking")
    learner.run_all()
    expect(page.locator(".swarmlab-lesson [data-swarmlab-keys]")).to_have_count(3)  # nobody is that quick
    prediction, quiz, exercise = (page.locator(".swarmlab-lesson").nth(number) for number in range(3))
    learner.press("ArrowDown", "Tab", "Tab", "Enter", at=prediction.get_by_role("radio").first)
    expect(prediction.get_by_role("status")).to_have_text("You predict: two")
    expect(prediction.get_by_role("radio").first).to_be_disabled()
    learner.press("Tab", "Space", "Tab", "Tab", "Space", at=quiz.get_by_role("radio").first)
    expect(quiz.get_by_role("status")).to_contain_text("b) right: Each new task")
    learner.press("Escape")
    expect(page.locator(".jp-CodeCell").nth(2)).to_be_focused()
    learner.press("Enter", at=exercise.get_by_role("button", name="Check", exact=True))
    expect(exercise.get_by_role("status")).to_have_text("○ not attempted")
    learner.press("Tab", "Space", at=exercise.get_by_role("button", name="Check", exact=True))
    expect(exercise).to_contain_text("Hint 1 of 3: You say how many tasks there are in all.")
    kept = tmp_path / ".local/share/jupyter/swarmlab/progress.json"
    assert '"hints": 1' in kept.read_text()
