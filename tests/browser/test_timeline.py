"""The time line in a real browser: what it shows, by keyboard and by mouse, in light and dark, small and large.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.learner import LOADED_WITHIN_MS, RUN_WITHIN_MS, Learner
from tests.browser.pages import jupyterlab_on, notebook_of
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

STORY = """
from swarmlab import Lab
lab = Lab.start("helloworld")
%docker service scale --detach helloworld=5
lab.clock.sleep(20)
%docker service create --detach --name web --replicas 2 --constraint node.role==worker alpine sh -c "sleep 25; exit 3"
lab.clock.sleep(20)
lab["docker-swarm-1"].stop()
lab.clock.sleep(25)
lab["docker-swarm-1"].start()
%docker service update --detach --force helloworld
lab.clock.sleep(60)
%docker service scale --detach helloworld=4
lab.clock.sleep(20)
"""
LARGE = """
from pathlib import Path
from tempfile import mkdtemp
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.lab import Lab
from swarmlab.ownership import create_lab_directory
directory = create_lab_directory("large")
backend = EmbeddedBackend(directory=directory.path, state="formed", time="manual", nodes=100)
large = Lab(backend, directory)
for name in ("web", "api", "cache", "db"):
    mode = {"Replicated": {"Replicas": 750}}
    large.manager().client.services.create("alpine", ["sleep", "1000"], name=name, mode=mode)
    large.clock.sleep(30)
for name in ("docker-swarm-7", "docker-swarm-8"):
    large[name].stop()
large.clock.sleep(60)
"""


NOTEBOOKS = {
    "story": notebook_of(STORY, "lab.timeline()", 'lab.why("helloworld.2")'),
    "again": notebook_of(STORY, "lab.timeline()"),
    "dark": notebook_of(STORY, "lab.timeline()"),
    "large": notebook_of(LARGE, "large.timeline()", "large.close()"),
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab in manual time on four small notebooks."""
    with jupyterlab_on(tmp_path_factory.mktemp("timeline"), NOTEBOOKS, time="manual") as lab:
        yield lab


def look_back(learner: Learner, notebook: str) -> Locator:
    """Open a notebook, in the light, run its first two cells, and find the time line."""
    learner.prefer("JupyterLab Light")
    learner.open(notebook)
    learner.run_cell(0)
    learner.run_cell(1)
    timeline = learner.page.get_by_role("region", name="Time line of the lab")
    expect(timeline).to_be_visible()
    return timeline


def test_the_story_of_a_small_lab(learner: Learner) -> None:
    """Rows a slot and a node, why a task moved, back to a moment and to the present again, by keyboard alone."""
    timeline = look_back(learner, "story")
    slots = [*(f"helloworld.{number}" for number in (1, 2, 3, 4, 5)), "web.1", "web.2"]
    expect(timeline.locator(".swt-label")).to_have_text(slots)
    expect(timeline.locator(".swt-failure").first).to_be_visible()
    learner.press("ArrowDown", "Enter", at=timeline.get_by_role("button", name="helloworld.1:"))
    expect(timeline.locator(".swt-answer")).to_contain_text(
        re.compile(r"helloworld\.2 (moved|was replaced).* at \d\d:")
    )
    expect(timeline.locator('.swt-label[aria-pressed="true"]')).to_have_text("helloworld.2")
    expect(timeline.locator('.swt-label[aria-pressed="true"]')).to_be_focused()
    learner.take("timeline-light", timeline)
    slider = timeline.get_by_role("slider", name="Moment that is shown")
    learner.press("PageDown", "PageDown", "PageDown", at=slider)
    expect(timeline.get_by_role("status")).to_contain_text("You see a past moment")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d:\d\d UTC"))
    learner.take("timeline-past", timeline)
    timeline.get_by_role("button", name="Back to the present").click()
    expect(timeline.get_by_role("status")).to_contain_text("● Live")
    timeline.get_by_label("Rows", exact=True).select_option("node")
    expect(timeline.locator(".swt-label")).to_have_text(["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"])
    learner.take("timeline-nodes", timeline)


def test_a_page_that_is_loaded_again_shows_it_again(learner: Learner, page: Page) -> None:
    """In the dark, too."""
    timeline = look_back(learner, "dark")
    timeline.get_by_role("button", name="helloworld.2:").click()
    page.locator(".jp-CodeCell .jp-Editor").first.click()
    learner.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    learner.prefer("JupyterLab Dark")
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false", timeout=LOADED_WITHIN_MS)
    expect(timeline.locator(".swt-answer")).to_contain_text("helloworld.2 ", timeout=LOADED_WITHIN_MS)
    learner.take("timeline-dark", timeline)


def test_running_the_cell_again_replaces_it(learner: Learner) -> None:
    """One time line, not two."""
    timeline = look_back(learner, "again")
    learner.run_cell(1)
    expect(timeline).to_have_count(1)
    expect(timeline.locator(".swt-label")).to_have_count(7)


def test_a_large_lab_is_counted(learner: Learner) -> None:
    """100 nodes and 3,000 tasks: a row a node, or a service; what is filtered is shown in full; the end is told."""
    timeline = look_back(learner, "large")
    expect(timeline.locator(".swt-strip")).to_have_count(4, timeout=RUN_WITHIN_MS)
    timeline.get_by_label("Rows", exact=True).select_option("node")
    expect(timeline.locator(".swt-strip")).to_have_count(100, timeout=RUN_WITHIN_MS)
    learner.take("timeline-large", timeline)
    timeline.get_by_label("Rows", exact=True).select_option("slot")
    timeline.get_by_label("Filter tasks by service, node or state").fill("web docker-swarm-17")
    expect(timeline.locator(".swt-bar").first).to_be_visible()
    learner.take("timeline-filtered", timeline)
    learner.run_cell(2)
    expect(timeline.get_by_role("status")).to_contain_text("This lab has ended: Lab.start() starts another.")
