"""A panel in a real browser: a form is filled in, a slider pulled, a field asked for its meaning, a result copied."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.learner import Learner
from tests.browser.pages import jupyterlab_on, notebook_of
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

CELLS = (
    "from swarmlab import Lab\nlab = Lab.start('formed')",
    "lab.panels.services()",
    "lab.panels.inspect('node', 'docker-swarm-3')",
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on a notebook of panels, its lab in live time."""
    with jupyterlab_on(tmp_path_factory.mktemp("panels"), {"panels": notebook_of(*CELLS)}, time="live") as lab:
        yield lab


def test_a_form_a_slider_and_a_field(learner: Learner, page: Page) -> None:
    """Create by the form, scale by the keyboard, copy the command, ask what a field means; run again: one panel."""
    learner.open("panels")
    learner.run_all()
    services, inspect = learner.panel("services"), learner.panel("inspect")
    create(services)
    copy(page, services)
    scale(learner, services)
    learner.take("panel-services", services)
    explain(learner, inspect)
    learner.take("panel-inspect", inspect)
    learner.run_cell(1)
    expect(services.locator(".swarmlab-card-state")).to_contain_text("Press a button")
    expect(page.locator(".swarmlab-panel")).to_have_count(2)


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
    expect(result).to_contain_text("overall progress:")
    expect(services.locator(".swarmlab-card-state")).to_have_text("✓ done on docker-swarm-3")
    expect(result).to_contain_text("overall progress: 2 out of 2 tasks")


def copy(page: Page, services: Locator) -> None:
    """The command is on the clipboard, and the button says so."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = services.get_by_role("button", name="copy the command (docker)")
    button.click()
    expect(button).to_have_text("copied")
    expected = "docker service create --name helloworld --replicas 2 alpine ping docker.com"
    assert page.evaluate("navigator.clipboard.readText()") == expected


def scale(learner: Learner, services: Locator) -> None:
    """From 2 to 3 with an arrow key, then to 1 by typing; a list keeps its arrows, and Escape leaves the panel."""
    learner.press("ArrowRight", "Enter", "Tab", "ArrowDown", at=services.get_by_role("tab", name="create"))
    expect(services.get_by_role("combobox", name="service", exact=True)).to_be_focused()
    slider = services.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuenow", re.compile(r"^2(\.0)?$"))
    slider.press("ArrowRight")
    result = services.get_by_label("What the command printed")
    expect(result).to_contain_text("helloworld scaled to 3")
    expect(result).to_contain_text("verify: Service helloworld converged")
    expect(services.get_by_role("row", name=re.compile(r"helloworld .* 3.3 "))).to_be_visible()
    learner.press("Tab", "1", "Enter")
    expect(result).to_contain_text("helloworld scaled to 1")
    services.get_by_label("--image", exact=True).press("Escape")
    expect(learner.cells.filter(has=services)).to_be_focused()


def explain(learner: Learner, inspect: Locator) -> None:
    """Choose a field with the keyboard alone."""
    learner.press("Enter", at=inspect.get_by_role("treeitem").first)
    expect(inspect.locator(".swarmlab-meaning")).to_contain_text("ID Unique in the swarm.")
    expect(inspect.locator(".swarmlab-raw .chosen")).to_contain_text('"ID":')
