"""From an action to the screen: how long until the live board shows it, measured in a browser, in JupyterLab.

Usage: python benchmarks/board.py                                 the whole table, each row a JupyterLab of its own
       python benchmarks/board.py --nodes N --tasks N [--json]    one row
       python benchmarks/board.py --figures                       the medians, as JSON for all.py

A cell scales a service and disconnects hosts in turn, in live time on the embedded lab, and notes the time before each
call; the page notes the time at which the board's elements change. Both read the same machine's clock. `look_ms` is
what one look at the cluster costs (the four requests and the reading of their answers), which nothing on the board can
be faster than; `ms` are from before the call until the element is there: median and slowest. Needs Chromium or Chrome.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import nbformat
from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import Figure
from tests.jupyterlab import running_lab
from tests.needs import NEEDS, find_browser

ACTIONS = 16
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

PREPARE = """
import json, time
from docker.types import ServiceMode
from swarmlab import Lab
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.ownership import create_lab_directory
place = create_lab_directory("embedded")
lab = Lab(EmbeddedBackend(nodes={nodes}, state="formed", directory=place.path, docker_config=place.docker_config,
                          lab_id=place.lab_id), place)
client = lab.manager().client
if {tasks}:
    client.services.create("alpine", ["sleep", "1d"], name="many", mode=ServiceMode("replicated", {tasks}))
    while sum(task.state == "running" for task in lab.snapshot().tasks) < {tasks}:
        time.sleep(1)
few = client.services.create("alpine", ["sleep", "1d"], name="few", mode=ServiceMode("replicated", 1))
looks = []
for _ in range(5):
    began = time.time()
    lab.snapshot()
    looks.append(time.time() - began)
lab.board("inline")
"""
ACT = """
acted = []
for number in range({actions}):
    time.sleep({pause})
    if number % 2:
        acted.append(["mark", number, time.time() * 1000])
        lab["docker-swarm-1"].disconnect() if number % 4 == 1 else lab["docker-swarm-1"].reconnect()
    else:
        few.reload()
        acted.append(["scale", number // 2 + 2, time.time() * 1000])
        few.scale(number // 2 + 2)
time.sleep({pause})
print("ACTED", json.dumps([acted, sorted(looks)[2]]))
"""
WATCH = """
window.seen = [];
let before = "";
const look = () => {
  const board = document.querySelector(".swl-board");
  const few = [...board?.querySelectorAll(".swl-legend-item") ?? []].find(item => item.title === "Show only few");
  const marks = board?.querySelectorAll(".swl-mark, .swl-tile[aria-label*='cut from']").length;
  const now = `${few?.querySelector(".swl-runs").textContent.match(/[/](\\d+)/)?.[1]} ${marks > 0}`;
  if (now !== before) window.seen.push([before = now, Date.now()]);
};
const all = {subtree: true, childList: true, characterData: true, attributes: true};
new MutationObserver(look).observe(document.body, all);
"""


def row(nodes: int, tasks: int, actions: int) -> dict[str, float]:
    """Measure one size."""
    with tempfile.TemporaryDirectory(prefix="swarmlab-board-") as place:
        folder = Path(place)
        write_notebook(folder, nodes, tasks, actions)
        with running_lab(home=folder, cwd=folder, SWARMLAB_TIME="live") as lab, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(lab.link + "&reset")
            acted, look_s, seen = watched(page)
            browser.close()
    times = [shown - began for began, shown in shown_after(acted, seen)]
    return {
        "nodes": nodes,
        "tasks": tasks,
        "actions": len(times),
        "median_ms": round(statistics.median(times)),
        "slowest_ms": round(max(times)),
        "look_ms": round(look_s * 1000),
    }


def write_notebook(folder: Path, nodes: int, tasks: int, actions: int) -> None:
    """Two cells: the lab with its board, then the actions."""
    pause = 1.0 if tasks < 1000 else 8.0
    sources = (PREPARE.format(nodes=nodes, tasks=tasks), ACT.format(actions=actions, pause=pause))
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    (folder / "notebooks").mkdir()
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(notebook, folder / "notebooks" / "00-start.ipynb")


def watched(page: Page) -> tuple[list[list[object]], float, list[tuple[str, float]]]:
    """Run both cells; what was done when, what a look costs, and what was seen when."""
    page.locator(".jp-CodeCell .cm-content").first.click(timeout=60_000)
    page.get_by_role("button", name="Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.keyboard.press("Shift+Enter")
    page.locator(".swl-board .swl-legend-item").first.wait_for(timeout=300_000)
    page.evaluate(WATCH)
    page.keyboard.press("Shift+Enter")
    said = page.locator(".jp-RenderedText", has_text="ACTED").last
    said.wait_for(timeout=600_000)
    acted, look_s = json.loads(said.inner_text().partition("ACTED")[2])
    return acted, look_s, page.evaluate("window.seen")


def shown_after(acted: list[list[object]], seen: list[tuple[str, float]]) -> list[tuple[float, float]]:
    """When each action began, and when the board first showed it."""
    pairs = []
    is_cut = False
    replicas = 1
    for kind, number, began in acted:
        is_cut ^= kind == "mark"
        replicas = int(str(number)) if kind == "scale" else replicas
        wanted = f"{replicas} {str(is_cut).lower()}"
        moment = float(str(began))
        pairs.append((moment, next(at for state, at in seen if state == wanted and at >= moment)))
    return pairs


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, help="with --tasks: one row")
    parser.add_argument("--tasks", type=int, default=0)
    parser.add_argument("--actions", type=int, default=ACTIONS, help=f"of one row (default {ACTIONS})")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--figures", action="store_true", help="print medians as JSON for all.py")
    arguments = parser.parse_args()
    if arguments.nodes is not None:
        found = row(arguments.nodes, arguments.tasks, arguments.actions)
        print(json.dumps(found) if arguments.json else " ".join(f"{name} {value}" for name, value in found.items()))
        return
    if arguments.figures:
        what = "an action, until the board shows it: {nodes:,} nodes, {tasks:,} tasks"
        found_rows = all_rows() if NEEDS["browser"].is_there() else ()
        rows = [Figure(what=what.format(**found), value=found["median_ms"], unit="ms") for found in found_rows]
        print(json.dumps([asdict(row) for row in rows]))
        return
    print(f"{'nodes':>6}{'tasks':>7}{'median':>11}{'slowest':>11}{'a look':>11}")
    for found in all_rows():
        print(
            f"{found['nodes']:>6}{found['tasks']:>7}{found['median_ms']:>8} ms{found['slowest_ms']:>8} ms"
            f"{found['look_ms']:>8} ms",
            flush=True,
        )


def all_rows() -> Iterator[dict[str, float]]:
    """A small swarm and a large one, each in a process of its own."""
    for nodes, tasks in ((3, 5), (100, 3000)):
        command = [sys.executable, __file__, "--nodes", str(nodes), "--tasks", str(tasks), "--json"]
        yield json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    main()
