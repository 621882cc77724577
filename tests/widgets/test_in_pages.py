"""What only a page shows: faults on tiles, a log that grows while it is read, the command of a button in focus."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from swarmlab.client.protocols import Fault
from swarmlab.lab import Lab
from swarmlab.widgets.board import Board, describe
from swarmlab.widgets.card import CommandCard
from swarmlab.widgets.keys import OwnKeys
from swarmlab.widgets.panel import Preview, table
from swarmlab.widgets.panels.inspect import Tree
from swarmlab.widgets.panels.logs import LogLines
from swarmlab.widgets.timeline import Timeline
from tests.client.fakes import node
from tests.widgets.conftest import OpenLab, press
from tests.widgets.pages import THEMES, page_in, show
from tests.widgets.swarms import NOON, hosts, sight_of, web, web_task
from tests.widgets.test_timeline import wait_for

pytestmark = pytest.mark.browser

TIME = {"number": 1, "now": NOON.timestamp() * 1000, "ticks": False, "is_over": False}
FAULTS = (
    Fault(node="docker-swarm-7", kind="stopped"),
    Fault(node="docker-swarm-8", kind="disconnected"),
    Fault(node="docker-swarm-9", kind="blocked", port="7946/udp", wall="security_group"),
)


def board_of(nodes: int, tasks: int, **more: Any) -> dict[str, Any]:
    """The traits of a board of so many nodes and tasks."""
    made = [node(f"docker-swarm-{number}", leader=number == 3) for number in range(1, nodes + 1)]
    states = ("running", "running", "preparing", "failed", "pending")
    running = [web_task(n, "" if n % 5 == 4 else str(n % nodes + 1), states[n % 5]) for n in range(1, tasks + 1)]
    names = [f"docker-swarm-{number}" for number in range(1, nodes + 1)]
    return {"_all": {**TIME, "content": describe(sight_of(made, [web(tasks)], running, **more), hosts(*names))}}


def test_what_is_broken_is_drawn_on_the_tiles_of_a_large_lab() -> None:
    """In the words of the cards, each on its node; the label tells it, too."""
    with page_in("light") as page:
        show(page, Board, board_of(100, 900, faults=FAULTS))
        tiles = page.locator(".swl-tile")
        expect(tiles).to_have_count(100)
        assert page.locator(".swl-tile.swl-broken .swl-title").all_inner_texts() == [fault.node for fault in FAULTS]
        marks = [f"⊘ {fault}" for fault in FAULTS]
        assert page.locator(".swl-tile .swl-mark").all_inner_texts() == marks
        words = re.compile("^docker-swarm-9, worker, ready, active, 7946/udp blocked at its security group, . tasks$")
        expect(tiles.nth(8)).to_have_attribute("aria-label", words)


def test_two_nodes_of_one_host_are_told_apart() -> None:
    """On cards as narrow as they become: the whole name, and the beginning of the node's ID."""
    nodes = [node("docker-swarm-1", node_id="aaaa1", state="down"), node("docker-swarm-1", node_id="bbbb2")]
    with page_in("light", width=278) as page:
        show(page, Board, {"_all": {**TIME, "content": describe(sight_of(nodes), hosts("docker-swarm-1"))}})
        titles = page.locator(".swl-title")
        assert titles.all_inner_texts() == ["docker-swarm-1 (aaaa)", "docker-swarm-1 (bbbb)"]
        cut = "(titles) => titles.filter((title) => title.scrollWidth > title.clientWidth).length"
        assert (titles.evaluate_all(cut), page.locator(".swl-card").first.bounding_box()["width"] < 130) == (0, True)


LINES = [[f"web.1.abc@docker-swarm-{n % 3 + 1}    |", "#56B4E9", f" line {n}"] for n in range(60)]


def log(page: Page) -> Any:
    """Where it is scrolled to, whether that is the end, what is selected, and its first and last line."""
    return page.evaluate("""() => {
      const log = document.querySelector(".swarmlab-log");
      const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 2;
      return [atEnd, String(getSelection()), log.firstChild.textContent, log.lastChild.textContent];
    }""")


def tell_lines(page: Page, lines: list[list[str]]) -> None:
    """The kernel has new lines."""
    page.evaluate("(lines) => models[0].set('lines', lines)", lines)


def test_a_log_is_followed_at_its_end() -> None:
    """As long as nobody scrolls up; then what is read and what is selected stay, and the rest is appended."""
    with page_in("light") as page:
        show(page, LogLines, {"lines": LINES[:30]})
        tell_lines(page, LINES[:40])
        assert log(page) == [True, "", "".join(LINES[0][::2]), "".join(LINES[39][::2])]
        page.evaluate("""() => {
          const line = document.querySelectorAll(".swarmlab-log-line")[12];
          document.querySelector(".swarmlab-log").scrollTop = 100;
          getSelection().selectAllChildren(line);
        }""")
        top = page.locator(".swarmlab-log-line").nth(12).bounding_box()
        tell_lines(page, LINES[5:60])
        assert log(page) == [False, "".join(LINES[12][::2]), "".join(LINES[5][::2]), "".join(LINES[59][::2])]
        assert page.locator(".swarmlab-log-line").nth(7).bounding_box() == top
        tell_lines(page, [["", "", "<b>another</b>"]])
        assert log(page)[2:] == ["<b>another</b>", "<b>another</b>"]
        expect(page.locator(".swarmlab-log b")).to_have_count(0)


BUTTONS = """
<div class="swarmlab-panel jp-OutputArea-child" style="padding: 8px">
  <button class="jupyter-button" title="docker node ls">node ls</button>
  <button class="jupyter-button" title="docker swarm leave --force">swarm leave</button>
  <button class="jupyter-button">no tooltip</button>
</div>
"""


def test_the_command_of_a_button_is_read_by_keyboard() -> None:
    """Below the button that has the focus, without moving anything; the mouse has its tooltip."""
    with page_in("light") as page:
        page.evaluate("(html) => document.querySelector('main').innerHTML = html", BUTTONS)
        show(page, OwnKeys, {}, ".swarmlab-panel")
        expect(page.locator("[data-swarmlab-keys]")).to_have_count(1)
        hint, panel = page.locator(".swarmlab-hint"), page.locator(".swarmlab-panel")
        before = panel.bounding_box()
        page.keyboard.press("Tab")
        expect(hint).to_have_text("docker node ls")
        expect(hint).to_be_visible()
        page.keyboard.press("Tab")
        expect(hint).to_have_text("docker swarm leave --force")
        assert panel.bounding_box() == before
        page.keyboard.press("Tab")
        expect(hint).to_be_hidden()
        page.get_by_role("button", name="node ls").click()
        expect(hint).to_be_hidden()


@pytest.fixture(scope="module")
def timeline() -> dict[str, Any]:
    """The traits of the time line of a lab in which something happened."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARMLAB_TIME", "manual")
        with Lab.start("helloworld", backend="embedded") as lab:
            shown = lab.timeline()
            lab["docker-swarm-1"].stop()
            lab.clock.sleep(30)
            lab.manager().client.services.create("alpine", ["false"], name="fails")
            lab.clock.sleep(30)
            wait_for(lambda: any(life["error"] for life in shown.whole()["lives"].values()))
            return {"_all": shown.whole(), "moment": None, "chosen": "helloworld.1", "why": "It runs."}


def test_the_slider_follows_the_moment_that_the_board_shows(timeline: dict[str, Any]) -> None:
    """Whoever set it: back to the present, too."""
    moment = timeline["_all"]["now"] - 20_000
    with page_in("light") as page:
        show(page, Timeline, timeline)
        page.evaluate("(moment) => models[0].set('moment', moment)", moment)
        expect(page.get_by_role("status")).to_contain_text("You see a past moment")
        assert abs(float(page.get_by_role("slider").input_value()) - moment) < 1000
        page.evaluate("() => models[0].set('moment', null)")
        expect(page.get_by_role("status")).to_contain_text("● Live")
        assert page.get_by_role("slider").evaluate("(slider) => slider.max - slider.value < 1000")


def test_the_ports_fit_beside_an_open_board(open_lab: OpenLab) -> None:
    """The panel is 560 px wide then; whatever is closed, all four ports are seen with nothing to scroll sideways."""
    lab = open_lab()
    panel = lab.panels.ports()
    for wall in ("firewall", "security_group"):
        for port in ("7946/tcp", "4789/udp"):
            lab.cluster["docker-swarm-3"].block(port, at=wall)
    assert press(panel, "check the ports") == "24 ports tried, 4 closed"
    (name,) = panel.matrix._dom_classes
    html = f"""
    <div class="swarmlab-panel" style="width: 560px; box-sizing: border-box; font-family: var(--jp-ui-font-family)">
      <div class="{name}"><div class="widget-html-content">{panel.matrix.value}</div></div>
    </div>
    """
    with page_in("light") as page:
        page.add_style_tag(content=str(CommandCard._css))
        page.evaluate("(html) => document.querySelector('main').innerHTML = html", html)
        assert page.locator(".widget-html-content").evaluate("(box) => box.scrollWidth <= box.clientWidth")


CARD = {
    "lines": [{"label": "docker", "text": "docker node ls"}],
    "node": "docker-swarm-3",
    "state": "failed",
    "result": "Error response from daemon: no",
    "advice": "Ask a manager.",
    "rows": 5,
}
TREE = {
    "text": '[{"ID": "a", "Spec": {"Name": "web", "Number": 3, "Is": true, "None": null}}]',
    "chosen": ["ID"],
    "meaning": "Unique in the swarm.",
}
READ = Path(__file__).with_name("contrast.js").read_text()
NAMELESS = """() => {
  const controls = [...document.querySelectorAll("button, input, select, [role=treeitem], [tabindex='0']")];
  const nameOf = (control) => control.getAttribute("aria-label") ?? control.textContent;
  return controls.filter((control) => !nameOf(control).trim()).map((control) => control.outerHTML);
}"""


def panel_in_html() -> str:
    """What a panel shows besides fields and buttons: heading with an alert, a table, a preview, an example, a hint."""
    preview = Preview()
    preview.refuse("an image is needed")
    return f"""
    <div class="swarmlab-panel jp-OutputArea-child">
      <div class="swarmlab-heading"><h4>faults</h4><p role="alert">▲ No manager answers</p></div>
      {table("Nothing is broken.", ("NODE", "WHAT"), [("docker-swarm-1", "engine stopped")])}
      <div class="swarmlab-preview">{preview.value}</div>
      <input aria-label="image" placeholder="alpine" style="color: inherit; background: transparent">
      <div class="swarmlab-hint">docker node ls</div>
    </div>
    """


def show_everything(page: Page, timeline: dict[str, Any]) -> None:
    """Every widget that draws itself, in all its ways."""
    problem = "rpc error: code = Unknown desc = The swarm does not have a leader."
    for nodes, tasks in ((3, 12), (20, 100), (100, 900)):
        show(page, Board, board_of(nodes, tasks, faults=FAULTS, unreachable={"docker-swarm-2": "it does not answer"}))
    show(page, Board, board_of(3, 5, problem=problem))
    show(page, Timeline, timeline)
    show(page, CommandCard, CARD)
    show(page, Tree, TREE)
    show(page, LogLines, {"lines": LINES[:5]})
    page.evaluate("(html) => document.querySelector('main').insertAdjacentHTML('beforeend', html)", panel_in_html())
    show(page, OwnKeys, {}, ".swarmlab-panel")


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_can_be_read(theme: str, timeline: dict[str, Any]) -> None:
    """4.5 to 1 against what it stands on, as the browser computes both. Source: WCAG 2.2, 1.4.3."""
    with page_in(theme) as page:
        show_everything(page, timeline)
        expect(page.locator(".swl-tile")).to_have_count(100)
        expect(page.locator(".swt-label").first).to_be_visible()
        read, poor = page.evaluate(READ)
    assert read > 500
    assert sorted(set(poor)) == []


def test_every_control_says_what_it_is(timeline: dict[str, Any]) -> None:
    """By its text or its label."""
    with page_in("light") as page:
        show_everything(page, timeline)
        expect(page.locator(".swl-tile")).to_have_count(100)
        assert page.evaluate(NAMELESS) == []
