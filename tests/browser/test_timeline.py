"""The time line in a real browser: what it shows, by keyboard and by mouse, in light and dark, small and large.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import ARTIFACTS, LOADED_WITHIN_MS, RUN_WITHIN_MS, open_page
from tests.jupyterlab import RunningLab, running_lab
from tests.needs import quiet_network

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


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab in manual time on four small notebooks."""
    folder = tmp_path_factory.mktemp("timeline")
    (folder / "notebooks").mkdir()
    write_notebook(folder / "notebooks" / "00-start.ipynb", STORY, "lab.timeline()", 'lab.why("helloworld.2")')
    write_notebook(folder / "notebooks" / "again.ipynb", STORY, "lab.timeline()")
    write_notebook(folder / "notebooks" / "dark.ipynb", STORY, "lab.timeline()")
    write_notebook(folder / "notebooks" / "large.ipynb", LARGE, "large.timeline()", "large.close()")
    settings = {"SWARMLAB_TIME": "manual", "SWARMLAB_BACKEND": "embedded"}
    with quiet_network(), running_lab(home=folder, cwd=folder, **settings) as lab:
        yield lab


def write_notebook(path: Path, *cells: str) -> None:
    """A notebook of code cells."""
    made = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {},
            "source": text.strip(),
            "outputs": [],
            "execution_count": None,
        }
        for number, text in enumerate(cells)
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook))


@pytest.fixture
def complaints() -> list[str]:
    """What the page said on its console, errors only."""
    return []


@pytest.fixture
def page(complaints: list[str]) -> Iterator[Page]:
    """A new browser with a new profile, as wide as the smallest that must do."""
    with open_page(complaints, width=1280, height=800) as page:
        yield page


def run_all(page: Page, lab: RunningLab, notebook: str, *, cells: int) -> Locator:
    """Open a notebook, run so many of its cells, and find the time line."""
    page.goto(lab.link.replace("00-start", notebook) + "&reset")
    expect(page.locator(".jp-NotebookPanel .jp-CodeCell").first).to_be_visible(timeout=LOADED_WITHIN_MS)
    expect(page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible(timeout=LOADED_WITHIN_MS)
    for number in range(cells):
        page.locator(".jp-CodeCell .jp-Editor").nth(number).click()
        page.keyboard.press("Shift+Enter")
    timeline = page.get_by_role("region", name="Time line of the lab")
    expect(timeline).to_be_visible(timeout=RUN_WITHIN_MS)
    return timeline


def set_theme(lab: RunningLab, page: Page, name: str) -> None:
    """For the next time the page is loaded."""
    address = f"{lab.server}/lab/api/settings/@jupyterlab/apputils-extension:themes?token={lab.token}"
    assert page.request.put(address, data={"raw": json.dumps({"theme": name})}).ok


def rows(timeline: Locator) -> Sequence[str]:
    """The names of its rows."""
    return timeline.locator(".swt-label").all_inner_texts()


def take(timeline: Locator, name: str) -> None:
    """A picture of the time line alone."""
    ARTIFACTS.mkdir(exist_ok=True)
    timeline.screenshot(path=ARTIFACTS / f"timeline-{name}.png")


def test_the_story_of_a_small_lab(lab: RunningLab, page: Page, complaints: list[str]) -> None:
    """Rows a slot and a node, why a task moved, back to a moment and to the present again, by keyboard alone."""
    timeline = run_all(page, lab, "00-start", cells=2)
    expect(timeline.locator(".swt-label")).to_have_count(7)
    assert rows(timeline) == [f"helloworld.{n}" for n in (1, 2, 3, 4, 5)] + ["web.1", "web.2"]
    expect(timeline.locator(".swt-failure").first).to_be_visible()
    slot = timeline.get_by_role("button", name="helloworld.1:")
    slot.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(timeline.locator(".swt-answer")).to_contain_text(
        re.compile(r"helloworld\.2 (moved|was replaced).* at \d\d:")
    )
    expect(timeline.locator('.swt-label[aria-pressed="true"]')).to_have_text("helloworld.2")
    expect(timeline.locator('.swt-label[aria-pressed="true"]')).to_be_focused()
    take(timeline, "light")
    slider = timeline.get_by_role("slider", name="Moment that is shown")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    expect(timeline.get_by_role("status")).to_contain_text("You see a past moment")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"\d\d:\d\d:\d\d UTC"))
    take(timeline, "past")
    timeline.get_by_role("button", name="Back to the present").click()
    expect(timeline.get_by_role("status")).to_contain_text("● Live")
    timeline.get_by_label("Rows", exact=True).select_option("node")
    assert rows(timeline) == ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]
    take(timeline, "nodes")
    assert complaints == []


def test_a_page_that_is_loaded_again_shows_it_again(lab: RunningLab, page: Page, complaints: list[str]) -> None:
    """In the dark, too."""
    timeline = run_all(page, lab, "dark", cells=2)
    timeline.get_by_role("button", name="helloworld.2:").click()
    page.locator(".jp-CodeCell .jp-Editor").first.click()
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    set_theme(lab, page, "JupyterLab Dark")
    page.reload()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false", timeout=LOADED_WITHIN_MS)
    expect(timeline.locator(".swt-answer")).to_contain_text("helloworld.2 ", timeout=LOADED_WITHIN_MS)
    take(timeline, "dark")
    set_theme(lab, page, "JupyterLab Light")
    assert complaints == []


def test_running_the_cell_again_replaces_it(lab: RunningLab, page: Page, complaints: list[str]) -> None:
    """One time line, not two."""
    timeline = run_all(page, lab, "again", cells=2)
    page.locator(".jp-CodeCell .jp-Editor").nth(1).click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-CodeCell .jp-InputPrompt").nth(1)).to_have_text("[3]:", timeout=RUN_WITHIN_MS)
    expect(timeline).to_have_count(1)
    expect(timeline.locator(".swt-label")).to_have_count(7)
    assert complaints == []


def test_a_large_lab_is_counted(lab: RunningLab, page: Page, complaints: list[str]) -> None:
    """100 nodes and 3,000 tasks: a row a node, or a service; what is filtered is shown in full; the end is told."""
    timeline = run_all(page, lab, "large", cells=2)
    expect(timeline.locator(".swt-strip")).to_have_count(4, timeout=RUN_WITHIN_MS)
    timeline.get_by_label("Rows", exact=True).select_option("node")
    expect(timeline.locator(".swt-strip")).to_have_count(100, timeout=RUN_WITHIN_MS)
    take(timeline, "large")
    timeline.get_by_label("Rows", exact=True).select_option("slot")
    timeline.get_by_label("Filter tasks by service, node or state").fill("web docker-swarm-17")
    expect(timeline.locator(".swt-bar").first).to_be_visible()
    take(timeline, "filtered")
    page.locator(".jp-CodeCell .jp-Editor").nth(2).click()
    page.keyboard.press("Shift+Enter")
    expect(timeline.get_by_role("status")).to_contain_text(
        "This lab has ended: Lab.start() starts another.", timeout=RUN_WITHIN_MS
    )
    assert complaints == []
