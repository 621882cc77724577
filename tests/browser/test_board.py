"""The live board in JupyterLab: beside a notebook, in live time, through whatever happens to a cluster.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from tests.browser.test_lessons import ARTIFACTS, FLAGS, LOADED_WITHIN_MS, choose
from tests.jupyterlab import RunningLab, running_lab
from tests.needs import find_browser, quiet_network
from tools.lessons import NOTEBOOKS

pytestmark = pytest.mark.browser

WINDOW = {"width": 1280, "height": 800}
DONE_WITHIN_MS = 90_000
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
CELLS = (START, SHOW, CREATE, SCALE, UPDATE, CUT, LOSE, END, HUNDRED)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on a notebook of a few cells, in live time."""
    folder = tmp_path_factory.mktemp("board")
    (folder / "notebooks").mkdir()
    shutil.copy(NOTEBOOKS / "00-start.ipynb", folder / "notebooks")
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "notebooks/board.ipynb"
    )
    settings = {"SWARMLAB_TIME": "live", "SWARMLAB_BACKEND": "embedded"}
    with quiet_network(), running_lab(home=folder, cwd=folder, **settings) as lab:
        yield lab


@pytest.fixture
def complaints() -> list[str]:
    """What the page said on its console, errors only."""
    return []


@pytest.fixture
def page(lab: RunningLab, complaints: list[str]) -> Iterator[Page]:
    """The notebook in a new browser with a new profile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page(viewport=WINDOW)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(lab.link.replace("00-start", "board") + "&reset")
        expect(page.locator(".jp-CodeCell").first).to_be_visible(timeout=LOADED_WITHIN_MS)
        expect(page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible(timeout=LOADED_WITHIN_MS)
        choose(page, "View", "File Browser")  # hides it: room for the lesson
        yield page
        browser.close()


def run(page: Page, source: str) -> Locator:
    """Run one of the cells and wait for its end."""
    cell = page.locator(".jp-CodeCell").nth(CELLS.index(source))
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(prompt).not_to_have_text(before, timeout=DONE_WITHIN_MS)
    expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=DONE_WITHIN_MS)
    assert cell.locator(".jp-RenderedText[data-mime-type*=error]").all_inner_texts() == []
    return cell


def card(page: Page, host: str) -> Locator:
    """A host's card at the side."""
    return page.locator(f"{SIDE} .swl-card", has=page.locator(".swl-title", has_text=host))


def chips(page: Page, name: str) -> Locator:
    """The tasks of a service, or of one slot, at the side."""
    return page.locator(f'{SIDE} .swl-chip[aria-label^="{name}"]')


def turn_dark(page: Page) -> None:
    """As the command palette does it."""
    choose(page, "View", "Activate Command Palette")
    page.keyboard.type("JupyterLab Dark")
    page.keyboard.press("Enter")
    expect(page.locator("body[data-jp-theme-light=false]")).to_be_attached()


def picture(page: Page, name: str) -> None:
    """Keep what is to be seen, once nothing moves."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.evaluate("Promise.all(document.getAnimations().map(each => each.finished.catch(() => null)))")
    page.screenshot(path=Path(ARTIFACTS / f"board-{name}.png"))


def test_the_board_follows_a_cluster_through_everything(page: Page, complaints: list[str]) -> None:
    """Tasks appear, move and wait with their reason; faults are marked, lost nodes grey, a lost leader is said."""
    status = page.locator(f"{SIDE} .swl-status")
    run(page, START)
    expect(run(page, SHOW).locator(".swl-line")).to_contain_text("The board is at the side")
    expect(status).to_contain_text("3 nodes · 0 tasks running")
    run(page, CREATE)
    expect(page.locator(f"{SIDE} .swl-waiting")).to_contain_text("scheduling constraints not satisfied on 3 nodes")
    run(page, SCALE)
    expect(chips(page, "web.").filter(has_text="▶ running")).to_have_count(6, timeout=DONE_WITHIN_MS)
    picture(page, "light")
    run(page, UPDATE)
    expect(chips(page, "web.").filter(has_text="nginx:1.26").first).to_be_visible(timeout=DONE_WITHIN_MS)
    expect(chips(page, "web.").filter(has_text="nginx:1.25").first).to_be_visible()
    picture(page, "rolling-update")
    run(page, CUT)
    expect(card(page, "docker-swarm-1")).to_contain_text("⊘ cut from the other hosts")
    expect(card(page, "docker-swarm-2")).to_contain_text("⊘ 4789/udp blocked at its firewall")
    expect(card(page, "docker-swarm-1")).to_have_class(re.compile("swl-tone-lost"), timeout=DONE_WITHIN_MS)
    expect(card(page, "docker-swarm-1").get_by_text("! last seen running").first).to_be_visible(timeout=DONE_WITHIN_MS)
    turn_dark(page)
    picture(page, "dark")
    run(page, LOSE)
    expect(status).to_contain_text("No leader", timeout=DONE_WITHIN_MS)
    expect(status).to_contain_text(re.compile(r"What you see is of \d\d:\d\d:\d\d"))
    picture(page, "leader-lost")
    run(page, END)
    expect(status).to_contain_text("This lab has ended: Lab.start() starts another.")
    assert complaints == []


def test_the_board_is_replaced_not_doubled(page: Page, complaints: list[str]) -> None:
    """By running the cell again, and after a restart of the kernel; until then the old one says that it is old."""
    run(page, START)
    run(page, SHOW)
    expect(page.locator(SIDE)).to_be_visible()
    run(page, SHOW)
    expect(page.locator(SIDE)).to_have_count(1)
    choose(page, "Kernel", "Restart Kernel…")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect(page.locator(SIDE)).to_contain_text("The kernel does not answer")
    run(page, START)
    shown = run(page, SHOW)
    expect(page.locator(f"{SIDE} .swl-status")).to_contain_text("3 nodes")
    expect(page.locator(SIDE)).to_have_count(1)
    page.locator(".jp-SideBar.jp-mod-right .lm-TabBar-tabCloseIcon").click(force=True)
    expect(shown.locator(".swl-board .swl-status")).to_contain_text("3 nodes")
    assert complaints == []


def test_keys_suffice(page: Page, complaints: list[str]) -> None:
    """One tab stop for all tasks, arrows between them, Enter for what one has to tell, Escape back."""
    for cell in (START, SHOW, CREATE):
        run(page, cell)
    expect(chips(page, "web.")).to_have_count(3)
    page.locator(f"{SIDE} .swl-legend-item").last.focus()
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.dataset.task")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.task") not in (first, None)
    page.keyboard.press("Enter")
    expect(page.locator(f"{SIDE} .swl-detail")).to_contain_text("nginx:1.25")
    page.keyboard.press("Escape")
    expect(page.locator(f"{SIDE} .swl-detail")).to_be_hidden()
    assert page.evaluate("document.activeElement.dataset.task") is not None
    assert page.locator(f"{SIDE} [data-task][tabindex='0']").count() == 1
    assert complaints == []


def test_a_hundred_nodes_are_counted(page: Page, complaints: list[str]) -> None:
    """A tile each, and a table of the tasks that can be filtered."""
    for cell in (START, CREATE):
        run(page, cell)
    shown = run(page, HUNDRED)
    board = shown.locator(".swl-board")
    expect(board.locator(".swl-tile")).to_have_count(100, timeout=DONE_WITHIN_MS)
    expect(board.locator("caption")).to_contain_text("The first 200 of 3,", timeout=DONE_WITHIN_MS)
    board.locator("input").fill("web docker-swarm-42")
    expect(board.locator("caption")).to_have_text("10 tasks")
    board.locator("input").fill("")
    page.set_viewport_size(WINDOW | {"height": 1600})
    picture(page, "100-nodes")
    assert complaints == []
