"""What a learner sees when the kernel is gone, and what is left in a kernel when a lab is: nothing.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.learner import Learner
from tests.browser.pages import jupyterlab_on, notebook_of
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

START = """
import os
from swarmlab import Lab, exercise
lab = Lab.start("helloworld")
os.getpid()
"""
SHOWN = ("lab.board()", "lab.timeline()", "lab.panels.services()", 'exercise("05-a")')

HOLDS = """
import gc, threading, time
import psutil
from ipywidgets import Button
from swarmlab import Lab, exercise

def holds():
    gc.collect()
    process = psutil.Process()
    return process.num_threads(), len(process.net_connections("all"))

def settled(readings=20):
    alike = [holds()]
    while len(alike) < readings:
        time.sleep(0.1)
        now = holds()
        alike = [*alike, now] if now == alike[0] else [now]
    return alike[0]

def is_within(now, expected):
    return all(have <= most for have, most in zip(now, expected))

def come_to(expected, within_s=60):
    until = time.monotonic() + within_s
    while not is_within(holds(), expected) and time.monotonic() < until:
        time.sleep(0.1)
    now = holds()
    print("no more" if is_within(now, expected) else f"{now}, not {expected}: {threading.enumerate()}")

Button(description="a widget")
"""
SHOW_ALL = """
lab = Lab.start("helloworld")
display(lab.board(), lab.timeline(), exercise("05-a"))
panels = lab.panels
display(panels.cluster(), panels.services(), panels.inspect(), panels.logs("helloworld"))
display(panels.faults(), panels.ports())
"""
HELD = (
    HOLDS,
    "before = settled()",
    SHOW_ALL,
    "during = settled()\nprint(during if is_within(during, before) else 'more')",
    SHOW_ALL.replace('lab = Lab.start("helloworld")', ""),
    "come_to(during)",
    "lab.close()",
    "come_to(before)",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on two notebooks, in live time."""
    notebooks = {"shown": notebook_of(START, *SHOWN), "held": notebook_of(*HELD)}
    with jupyterlab_on(tmp_path_factory.mktemp("ends"), notebooks, time="live") as lab:
        yield lab


def shown(learner: Learner) -> Mapping[str, Locator]:
    """The four things that the notebook shows, each wherever it is on the page."""
    return {
        "board": learner.page.locator(".jupyterlab-sidecar .swl-board"),
        "timeline": learner.page.get_by_role("region", name="Time line of the lab"),
        "panel": learner.panel("services"),
        "exercise": learner.question("Exercise 05-a"),
    }


def kill(learner: Learner, pid: int) -> None:
    """From outside; JupyterLab says so, and starts another one by itself."""
    os.kill(pid, signal.SIGKILL)
    dialog = learner.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("appears to have died. It will restart automatically")
    dialog.get_by_role("button", name="Ok").click()


def restart(learner: Learner, _: int) -> None:
    """By the menu."""
    learner.restart_kernel()


@pytest.mark.parametrize("end", [kill, restart])
def test_a_kernel_that_is_gone(end, learner: Learner, page: Page) -> None:
    """Board, time line, panel and exercise say so, and the way back; on that way each is replaced, not doubled."""
    learner.open("shown")
    learner.hide_files()
    pid = int(learner.run_cell(0).locator(".jp-OutputArea-executeResult").inner_text().splitlines()[-1])
    for number in range(len(SHOWN)):
        learner.run_cell(1 + number)
    for each in shown(learner).values():
        expect(each).to_be_visible()
    end(learner, pid)
    for each in shown(learner).values():
        expect(each).to_contain_text("The kernel does not answer")
        expect(each).to_contain_text("Run the cells of the notebook again, from the top.")
    learner.take(f"kernel-{end.__name__}")
    learner.wait_for_kernel()
    for number in range(len(SHOWN) + 1):
        learner.run_cell(number)
    for each in shown(learner).values():
        expect(each).to_have_count(1)
        expect(each).not_to_contain_text("The kernel does not answer")
    expect(page.locator(".swarmlab-panel, .swarmlab-lesson")).to_have_count(2)
    expect(shown(learner)["board"].locator(".swl-status")).to_contain_text("3 nodes")


def test_a_lab_leaves_no_thread_and_no_socket(learner: Learner, page: Page) -> None:
    """What is replaced ends, and with the lab all that it held, even what was still running."""
    learner.open("held")
    learner.run_cell(0)
    expect(page.get_by_role("button", name="a widget")).to_be_visible()
    for number in (1, 2):
        learner.run_cell(number)
    expect(page.locator(".swarmlab-panel [data-swarmlab-keys]")).to_have_count(6)
    expect(learner.run_cell(3).locator(".jp-OutputArea-output")).to_have_text("more")
    learner.run_cell(4)
    expect(learner.run_cell(5)).to_contain_text("no more")
    follow_the_log(learner.panel("logs"))
    learner.run_cell(6)
    expect(learner.run_cell(7)).to_contain_text("no more")


def follow_the_log(logs: Locator) -> None:
    """Something that runs until it is ended."""
    logs.get_by_label("--follow", exact=True).check()
    logs.get_by_role("button", name="service logs", exact=True).click()
    expect(logs.locator(".swarmlab-card-state")).to_contain_text("running")
