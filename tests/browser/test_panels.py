"""A panel in a real browser: a form is filled in, a slider pulled, a field asked for its meaning, a result copied."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser.test_lessons import ARTIFACTS, FLAGS, LOADED_WITHIN_MS, choose, wait_until_all_ran
from tests.jupyterlab import RunningLab, running_lab
from tests.needs import find_browser, quiet_network

pytestmark = pytest.mark.browser

WINDOW = {"width": 1280, "height": 800}
WITHIN_MS = 30_000
CELLS = (
    "from swarmlab import Lab\nlab = Lab.start('formed')",
    "lab.panels.services()",
    "lab.panels.inspect('node', 'docker-swarm-3')",
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[RunningLab]:
    """JupyterLab on a notebook of panels, its lab in live time."""
    (tmp_path / "notebooks").mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    nbformat.write(notebook, tmp_path / "notebooks" / "00-start.ipynb")
    settings = {"SWARMLAB_TIME": "live", "SWARMLAB_BACKEND": "embedded"}
    with quiet_network(), running_lab(home=tmp_path, cwd=tmp_path, **settings) as lab:
        yield lab
    shutil.rmtree(tmp_path / "notebooks")


def test_a_form_a_slider_and_a_field(lab: RunningLab) -> None:
    """Create by the form, scale by the keyboard, copy the command, ask what a field means; run again: one panel."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport=WINDOW)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(lab.link)
        expect(page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible(timeout=LOADED_WITHIN_MS)
        choose(page, "Run", "Run All Cells")
        wait_until_all_ran(page, len(CELLS))
        services, inspect = panel(page, "services"), panel(page, "inspect")
        create(services)
        copy(page, services)
        scale(services)
        picture(services, "panel-services")
        explain(inspect)
        picture(inspect, "panel-inspect")
        run_again(page)
        browser.close()
    assert complaints == []


def panel(page: Page, title: str) -> Locator:
    """The panel with that heading."""
    return page.locator(".swarmlab-panel").filter(has=page.get_by_role("heading", name=title, exact=True))


def create(services: Locator) -> None:
    """Fill in the form; it is refused until it makes sense; then press."""
    services.get_by_label("image", exact=True).fill("alpine")
    services.get_by_label("command of the container").fill("ping docker.com")
    services.get_by_label("--name", exact=True).first.fill("helloworld")
    services.get_by_label("--replicas", exact=True).first.fill("two")
    expect(services.get_by_role("alert").first).to_contain_text('parsing "two": invalid syntax')
    services.get_by_label("--replicas", exact=True).first.fill("2")
    services.get_by_role("button", name="service create").click()
    result = services.get_by_label("What the command printed")
    expect(result).to_contain_text("overall progress:", timeout=WITHIN_MS)
    expect(services.locator(".swarmlab-card-state")).to_have_text("✓ done on docker-swarm-3", timeout=WITHIN_MS)
    expect(result).to_contain_text("overall progress: 2 out of 2 tasks")


def copy(page: Page, services: Locator) -> None:
    """The command is on the clipboard, and the button says so."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = services.get_by_role("button", name="copy the command (docker)")
    button.click()
    expect(button).to_have_text("copied")
    expected = "docker service create --name helloworld --replicas 2 alpine ping docker.com"
    assert page.evaluate("navigator.clipboard.readText()") == expected


def scale(services: Locator) -> None:
    """From 2 to 3 with an arrow key, then to 1 by typing; a list keeps its arrows, and Escape leaves the panel."""
    services.get_by_role("tab", name="create").focus()
    for key in ("ArrowRight", "Enter", "Tab", "ArrowDown"):
        services.page.keyboard.press(key)
    expect(services.get_by_role("combobox", name="service", exact=True)).to_be_focused()
    slider = services.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuenow", re.compile(r"2(\.0)?"), timeout=WITHIN_MS)
    slider.press("ArrowRight")
    result = services.get_by_label("What the command printed")
    expect(result).to_contain_text("helloworld scaled to 3", timeout=WITHIN_MS)
    expect(result).to_contain_text("verify: Service helloworld converged", timeout=WITHIN_MS)
    expect(services.get_by_role("row", name=re.compile(r"helloworld .* 3.3 "))).to_be_visible()
    for key in ("Tab", "1", "Enter"):
        services.page.keyboard.press(key)
    expect(result).to_contain_text("helloworld scaled to 1", timeout=WITHIN_MS)
    services.get_by_label("--image", exact=True).press("Escape")
    expect(services.page.locator(".jp-CodeCell", has=services)).to_be_focused()


def explain(inspect: Locator) -> None:
    """Choose a field with the keyboard alone."""
    field = inspect.get_by_role("treeitem").first
    field.focus()
    field.press("Enter")
    expect(inspect.locator(".swarmlab-meaning")).to_contain_text("ID Unique in the swarm.", timeout=WITHIN_MS)
    expect(inspect.locator(".swarmlab-raw .chosen")).to_contain_text('"ID":')


def run_again(page: Page) -> None:
    """The cell's panel is replaced, not doubled."""
    page.locator(".jp-CodeCell").nth(1).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+Enter")
    fresh = panel(page, "services").locator(".swarmlab-card-state", has_text="Press a button")
    expect(fresh).to_be_visible(timeout=WITHIN_MS)
    expect(page.locator(".swarmlab-panel")).to_have_count(2)


def picture(panel: Locator, name: str) -> None:
    """Keep it, for people to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    panel.screenshot(path=ARTIFACTS / f"{name}.png")
