"""The live board in JupyterLab: beside a notebook, in live time, through whatever happens to a cluster.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.learner import UNTIL_NOTHING_MOVES, Learner
from tests.browser.pages import WINDOW, jupyterlab_on, notebook_of
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

SIDE = ".jupyterlab-sidecar .swl-board"

START = "from swarmlab import Lab; lab = Lab.start('three-managers')"
SHOW = "lab.board()"
CREATE = """from docker.types import ServiceMode, UpdateConfig
from swarmlab.commands import Session, parse
def docker(line): parse(line).run(Session.on(lab))
docker("service create -d --name web --replicas 3 --update-delay 2s nginx:1.25")
docker("service create -d --name db --constraint node.labels.disk==ssd nginx")"""
SCALE = 'docker("service scale -d web=6")'
UPDATE = 'docker("service update -d --image nginx:1.26 web")'
CUT = "lab.clock.set_rate(5); lab['docker-swarm-1'].disconnect(); lab['docker-swarm-2'].block('4789/udp')"
LOSE = "lab['docker-swarm-1'].reconnect(); [lab[f'docker-swarm-{n}'].stop() for n in (1, 2)]"
END = "lab.close()"
HUNDRED = """from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.ownership import create_lab_directory
place = create_lab_directory("embedded")
lab = Lab(EmbeddedBackend(nodes=100, managers=3, time="manual", state="formed", directory=place.path,
                          docker_config=place.docker_config, lab_id=place.lab_id), place)
for name in ("web", "api", "db"): docker(f"service create -d --name {name} --replicas 1000 nginx")
lab.clock.sleep(120)
lab["docker-swarm-7"].stop(); lab.clock.sleep(60)
lab.board("inline")"""
DRAIN = """docker("node update --availability drain docker-swarm-2")"""
REMOVE = 'docker("service rm web")'
SOON = """from threading import Timer
Timer(4, docker, ["node update --label-add disk=ssd docker-swarm-3"]).start()"""
CELLS = (START, SHOW, CREATE, SCALE, UPDATE, CUT, LOSE, END, HUNDRED, DRAIN, REMOVE, SOON)

KEEP_MOVES = """() => {
  window.moves = [];
  const animate = Element.prototype.animate;
  const place = (element) => { const { x, y } = element.getBoundingClientRect(); return { x, y }; };
  Element.prototype.animate = function (frames, options) {
    const to = place(this);
    const animation = animate.call(this, frames, options);
    const task = this.querySelector("[data-task]");
    const name = task?.getAttribute("aria-label").split(",")[0];
    const card = this.closest(".swl-card")?.querySelector(".swl-title").textContent;
    if (task) window.moves.push({ name, card, from: place(this), to });
    return animation;
  };
}"""
"""Each move of a task that is played: whose it is, on which card it ends, from where to where."""

KEEP_PLACES = """([side, parts]) => {
  window.places = new Set();
  const look = () => {
    const tops = parts.map((part) => document.querySelector(`${side} ${part}`)?.getBoundingClientRect().top);
    window.places.add(JSON.stringify(tops));
    requestAnimationFrame(look);
  };
  look();
}"""
"""In each frame: where these parts of the board begin."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on a notebook of a few cells, in live time."""
    with jupyterlab_on(tmp_path_factory.mktemp("board"), {"board": notebook_of(*CELLS)}, time="live") as lab:
        yield lab


@pytest.fixture
def learner(learner: Learner) -> Learner:
    """On that notebook, with room for the lesson, in the light."""
    learner.prefer("JupyterLab Light")
    learner.open("board")
    learner.hide_files()
    return learner


def run(learner: Learner, source: str) -> Locator:
    """Run one of the cells and wait for its end."""
    return learner.run_cell(CELLS.index(source))


def card(page: Page, host: str) -> Locator:
    """A host's card at the side."""
    return page.locator(f"{SIDE} .swl-card", has=page.locator(".swl-title", has_text=host))


def chips(page: Page, name: str) -> Locator:
    """The tasks of a service, or of one slot, at the side."""
    return page.locator(f'{SIDE} .swl-chip[aria-label^="{name}"]')


def on_card(page: Page, host: str) -> Locator:
    """The tasks on a host's card."""
    return card(page, host).locator(".swl-chip")


def test_the_board_follows_a_cluster_through_everything(learner: Learner, page: Page) -> None:
    """Tasks appear, move and wait with their reason; faults are marked, lost nodes grey, a lost leader is said."""
    status = page.locator(f"{SIDE} .swl-status")
    run(learner, START)
    expect(run(learner, SHOW).locator(".swl-line")).to_contain_text("The board is at the side")
    expect(status).to_contain_text("3 nodes · 0 tasks running")
    run(learner, CREATE)
    expect(page.locator(f"{SIDE} .swl-waiting")).to_contain_text("scheduling constraints not satisfied on 3 nodes")
    run(learner, SCALE)
    expect(chips(page, "web.").filter(has_text="▶ running")).to_have_count(6)
    learner.take("board-light")
    run(learner, UPDATE)
    expect(chips(page, "web.").filter(has_text="▶ running").filter(has_text="nginx:1.26").first).to_be_visible()
    expect(chips(page, "web.").filter(has_text="nginx:1.25").first).to_be_visible()
    learner.take("board-rolling-update")
    run(learner, CUT)
    expect(card(page, "docker-swarm-1")).to_contain_text("⊘ cut from the other hosts")
    expect(card(page, "docker-swarm-2")).to_contain_text("⊘ 4789/udp blocked at its firewall")
    expect(card(page, "docker-swarm-1")).to_have_class(re.compile("swl-tone-lost"))
    expect(card(page, "docker-swarm-1").get_by_text("! last seen running").first).to_be_visible()
    learner.turn_dark()
    learner.take("board-dark")
    run(learner, LOSE)
    expect(status).to_contain_text("No leader")
    expect(status).to_contain_text(re.compile(r"What you see is of \d\d:\d\d:\d\d"))
    learner.take("board-leader-lost")
    run(learner, END)
    expect(status).to_contain_text("This lab has ended: Lab.start() starts another.")


def test_a_move_is_seen_as_a_move(learner: Learner, page: Page) -> None:
    """The task that takes a slot over comes from where the other one was, and goes to its own node."""
    for cell in (START, SHOW, CREATE):
        run(learner, cell)
    expect(chips(page, "web.").filter(has_text="▶ running")).to_have_count(3)
    page.evaluate(UNTIL_NOTHING_MOVES)
    old = on_card(page, "docker-swarm-2").filter(has_text="web")
    name = str(old.get_attribute("aria-label")).partition(",")[0]
    was = old.bounding_box()
    page.evaluate(KEEP_MOVES)
    run(learner, DRAIN)
    new = chips(page, name).filter(has_text="▶ running")
    expect(on_card(page, "docker-swarm-2")).to_have_count(0)
    expect(new).to_have_count(1)
    page.evaluate(UNTIL_NOTHING_MOVES)
    now = new.bounding_box()
    moves = [move for move in page.evaluate("window.moves") if move["name"] == name]
    assert was
    assert now
    assert moves[0]["from"] == pytest.approx({"x": was["x"], "y": was["y"]}, abs=2)
    assert moves[-1]["to"] == pytest.approx({"x": now["x"], "y": now["y"]}, abs=2)
    assert moves[-1]["card"] in ("docker-swarm-1", "docker-swarm-3")


def test_nothing_jumps_while_tasks_come_and_go(learner: Learner, page: Page) -> None:
    """Status, switch, legend and cards begin where they began, in every frame."""
    run(learner, START)
    run(learner, SHOW)
    expect(card(page, "docker-swarm-3")).to_be_visible()
    page.evaluate(UNTIL_NOTHING_MOVES)
    page.evaluate(KEEP_PLACES, [SIDE, [".swl-status", ".swl-tools", ".swl-legend", ".swl-cards"]])
    for cell in (CREATE, SCALE, UPDATE, DRAIN):
        run(learner, cell)
    expect(chips(page, "web.").filter(has_text="▶ running")).to_have_count(6)
    expect(on_card(page, "docker-swarm-2")).to_have_count(0)
    run(learner, REMOVE)
    expect(chips(page, "web.")).to_have_count(0)
    assert len(page.evaluate("[...window.places]")) == 1


def test_the_switch_says_which_tasks_are_shown(learner: Learner, page: Page) -> None:
    """Running only: none that waits. Also failed and replaced: both tasks of a slot. Then the current ones again."""
    for cell in (START, SHOW, CREATE):
        run(learner, cell)
    running, waiting = chips(page, "web.").filter(has_text="▶ running"), chips(page, "db.")
    expect(running).to_have_count(3)
    expect(waiting).to_have_count(1)
    switch = page.locator(SIDE).get_by_label("Which tasks are shown")
    switch.select_option("running only")
    expect(waiting).to_have_count(0)
    expect(page.locator(f"{SIDE} .swl-chip")).to_have_count(3)
    run(learner, DRAIN)
    expect(on_card(page, "docker-swarm-2")).to_have_count(0)
    expect(running).to_have_count(3)
    switch.select_option("also failed and replaced (1)")
    expect(on_card(page, "docker-swarm-2")).to_have_count(1)
    expect(page.locator(f"{SIDE} .swl-chip")).to_have_count(5)
    switch.select_option("current tasks")
    expect(page.locator(f"{SIDE} .swl-chip")).to_have_count(4)
    expect(waiting).to_have_count(1)


def test_the_board_is_replaced_not_doubled(learner: Learner, page: Page) -> None:
    """By running the cell again, and after a restart of the kernel; until then the old one says that it is old."""
    run(learner, START)
    run(learner, SHOW)
    expect(page.locator(SIDE)).to_be_visible()
    run(learner, SHOW)
    expect(page.locator(SIDE)).to_have_count(1)
    learner.restart_kernel()
    expect(page.locator(SIDE)).to_contain_text("The kernel does not answer")
    run(learner, START)
    shown = run(learner, SHOW)
    expect(page.locator(f"{SIDE} .swl-status", has_text="3 nodes")).to_be_visible()
    expect(page.locator(SIDE)).to_have_count(1)
    page.evaluate(UNTIL_NOTHING_MOVES)
    page.locator(".jp-SideBar.jp-mod-right .lm-TabBar-tabCloseIcon").click(force=True)
    expect(shown.locator(".swl-board .swl-status")).to_contain_text("3 nodes")


def test_keys_suffice(learner: Learner, page: Page) -> None:
    """One tab stop for all tasks, arrows between them, Enter for what one has to tell, Escape back."""
    for cell in (START, SHOW, CREATE):
        run(learner, cell)
    expect(chips(page, "web.").filter(has_text="▶ running")).to_have_count(3)
    learner.press("Tab", at=page.locator(f"{SIDE} .swl-legend-item").last)
    first = page.evaluate("document.activeElement.dataset.task")
    learner.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.task") not in (first, None)
    learner.press("Enter")
    expect(page.locator(f"{SIDE} .swl-detail")).to_contain_text("nginx:1.25")
    learner.press("Escape")
    expect(page.locator(f"{SIDE} .swl-detail")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.task") is not None
    expect(page.locator(f"{SIDE} [data-task][tabindex='0']")).to_have_count(1)


def test_a_hundred_nodes_are_counted(learner: Learner, page: Page) -> None:
    """A tile each, and a table of the tasks that can be filtered."""
    for cell in (START, CREATE):
        run(learner, cell)
    shown = run(learner, HUNDRED)
    board = shown.locator(".swl-board")
    expect(board.locator(".swl-tile")).to_have_count(100)
    expect(board.locator("caption")).to_contain_text("The first 200 of 3,")
    board.locator("input").fill("web docker-swarm-42")
    expect(board.locator("caption")).to_have_text("10 tasks")
    board.locator("input").fill("")
    page.set_viewport_size(WINDOW | {"height": 1600})
    learner.take("board-100-nodes")


def test_a_task_that_moves_keeps_the_focus(learner: Learner, page: Page) -> None:
    """The one that waited is still the one that the keys are at when it has got a node."""
    for cell in (START, SHOW, CREATE, SOON):
        run(learner, cell)
    waiting = chips(page, "db.")
    expect(waiting).to_have_count(1)
    waiting.focus()
    task = waiting.get_attribute("data-task")
    expect(on_card(page, "docker-swarm-3").filter(has_text="db").filter(has_text="▶ running")).to_have_count(1)
    assert page.evaluate("document.activeElement.dataset.task") == task
