"""A whole lesson with the keyboard alone, cell by cell.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.learner import Learner
from tests.browser.pages import hurried, jupyterlab_on
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

YOURS = "# Your commands go here."
TWO = """%docker service create --name second alpine ping docker.com
%docker service scale helloworld=2 second=2"""
RIGHT_WITHIN_S = 60
NOTICE_MICE = "addEventListener('mousedown', () => { window.mouseWasUsed = true; }, true)"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on the lessons, in live time, which passes quickly in this one."""
    with jupyterlab_on(tmp_path_factory.mktemp("scale"), {"05-scale": hurried("05-scale")}, time="live") as lab:
        yield lab


def test_scaling_by_keyboard_alone(learner: Learner, page: Page) -> None:
    """Lesson 05: Shift+Enter, Tab, arrows, Space, Enter and Escape suffice; the exercises end right."""
    page.add_init_script(NOTICE_MICE)
    learner.open("05-scale")
    commit_by_keys(learner, "spread = predict", "2, 2, 1")
    expect(learner.run_until("counts = sorted")).to_contain_text("You predicted: 2, 2, 1")
    commit_by_keys(learner, "kept = predict", "yes")
    commit_by_keys(learner, "fullest = predict", "3")
    scale_by_typing(learner)
    expect(learner.run_until("fullest.outcome")).to_contain_text("What happened: 3")
    answer_by_keys(learner, "05-q1", "Nothing.")
    answer_by_keys(learner, "05-q2", "3, 3 and 2")
    ask_for_a_hint(learner)
    write_yours(learner, "%docker service scale helloworld=6")
    expect(learner.run_until("even.check()")).to_contain_text("05-a right")
    write_yours(learner, TWO)
    expect(learner.run_until("two.check()")).to_contain_text("05-b right")
    scale_by_arrow(learner)
    check_until_right(learner, "nothing.check()", "05-c")
    learner.run_until("lab.close()")
    expect(learner.run_until("progress()")).to_contain_text(re.compile(r"05 · Scale\s*3 of 3\s*2 of 2\s*3"))
    assert page.evaluate("window.mouseWasUsed") is None


def go_into(learner: Learner, source: str) -> Locator:
    """Run cell after cell; stay on that one, whose answer takes keys."""
    cell = learner.run_until(source, and_stay=True)
    expect(
        cell.locator("[data-swarmlab-keys]")
    ).to_be_attached()  # keys that come before it is there go to the notebook
    return cell


def go_back(learner: Learner, cell: Locator) -> None:
    """Escape leads back to the cell, and an arrow to the next one."""
    learner.press("Escape")
    expect(cell).to_be_focused()
    learner.press("ArrowDown")


def choose(learner: Learner, cell: Locator, choice: str) -> None:
    """Tab to the first answer, go down to that one, and Space; or type it, where there is a field."""
    if cell.get_by_role("textbox", name="Answer").count():
        learner.reach(cell.get_by_role("textbox", name="Answer"))
        learner.page.keyboard.type(choice)
        return
    learner.reach(cell.get_by_role("radio").first)
    learner.reach(cell.get_by_role("radio", name=choice), "ArrowDown")
    learner.press("Space")


def commit_by_keys(learner: Learner, source: str, choice: str) -> None:
    """A prediction."""
    cell = go_into(learner, source)
    choose(learner, cell, choice)
    learner.reach(cell.get_by_role("button", name="Commit"))
    learner.press("Enter")
    expect(cell.get_by_role("status")).to_have_text(f"You predict: {choice}")
    go_back(learner, cell)


def answer_by_keys(learner: Learner, quiz: str, choice: str) -> None:
    """A quiz."""
    cell = go_into(learner, f'quiz("{quiz}")')
    choose(learner, cell, choice)
    learner.reach(cell.get_by_role("button", name="Answer", exact=True))
    learner.press("Space")
    expect(cell.get_by_role("status")).to_contain_text(") right: ")
    go_back(learner, cell)


def scale_by_typing(learner: Learner) -> None:
    """The number beside the slider is a field."""
    cell = go_into(learner, "before = lab.snapshot()")
    to_the_slider(learner, cell)
    learner.press("Tab", "7", "Enter")
    wait_for_scaled(cell, 7)
    learner.take("lesson-05-slider")
    go_back(learner, cell)


def scale_by_arrow(learner: Learner) -> None:
    """Exercise 05-c, with the slider in a cell of one's own; and then some time."""
    learner.run_until("lab.reset")
    learner.run_until("Your cell:")
    learner.write("lab.panels.services()")
    cell = go_into(learner, YOURS)
    to_the_slider(learner, cell)
    learner.press("ArrowLeft")
    wait_for_scaled(cell, 0)
    go_back(learner, cell)


def check_until_right(learner: Learner, source: str, exercise: str) -> None:
    """Ctrl+Enter, as often as it takes: a task that is no longer wanted needs a moment to stop."""
    cell = learner.run_until(source, and_stay=True)
    until = time.monotonic() + RIGHT_WITHIN_S
    while f"{exercise} right" not in cell.inner_text() and time.monotonic() < until:
        learner.run(and_stay=True)
    expect(cell).to_contain_text(f"{exercise} right")
    learner.press("ArrowDown")


def to_the_slider(learner: Learner, cell: Locator) -> None:
    """In the services' panel, on the other tab."""
    learner.reach(cell.get_by_role("tab", name="create"))
    learner.press("ArrowRight", "Enter")
    learner.reach(cell.get_by_role("slider"))


def wait_for_scaled(cell: Locator, number: int) -> None:
    """What the panel's card says in the end."""
    result = cell.get_by_label("What the command printed")
    expect(result).to_contain_text(f"helloworld scaled to {number}\n")
    expect(result).to_contain_text("verify: Service helloworld converged")


def ask_for_a_hint(learner: Learner) -> None:
    """Exercise 05-a, by its buttons."""
    cell = go_into(learner, "lab.reset")
    learner.reach(cell.get_by_role("button", name="Check", exact=True))
    learner.press("Enter")
    expect(cell.get_by_role("status")).to_have_text("○ not attempted")
    learner.reach(cell.get_by_role("button", name="Hint", exact=True))
    learner.press("Space")
    expect(cell).to_contain_text("Hint 1 of 3: You say how many tasks there are in all.")
    go_back(learner, cell)


def write_yours(learner: Learner, source: str) -> None:
    """Go on to the next cell that is the learner's own, and write into it."""
    learner.run_until("Your cell:")
    learner.write(source)
