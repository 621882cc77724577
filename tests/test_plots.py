"""The pictures: their content as text, their size, their words; how they look is looked at by people."""

from __future__ import annotations

from typing import Any

import matplotlib.colors
import pytest

from swarmlab import plots
from swarmlab.client.snapshots import Snapshot, take_snapshot
from swarmlab.looks import PALETTE
from tests.client.fakes import SwarmApi, node, service, task

NODES = [node("docker-swarm-1"), node("docker-swarm-2"), node("docker-swarm-3", leader=True)]


def snapshot_of(nodes: list[dict[str, Any]], services: list[dict[str, Any]], tasks: list[dict[str, Any]]) -> Snapshot:
    """A snapshot of a swarm made by hand."""
    api: Any = SwarmApi(nodes=nodes, services=services, tasks=tasks)
    return take_snapshot(api)


@pytest.fixture
def small() -> Snapshot:
    """Three nodes, five tasks in different states."""
    down = node("docker-swarm-2", state="down")
    paused = {**NODES[0], "Spec": {"Role": "worker", "Availability": "drain"}}
    tasks = [
        task("web", 1, "docker-swarm-3"),
        task("web", 2, "docker-swarm-3", "starting"),
        task("web", 3, "docker-swarm-2", desired="shutdown"),
        task("web", 4, "", "pending"),
        task("web", 5, "docker-swarm-3", "failed", desired="shutdown"),
    ]
    return snapshot_of([paused, down, NODES[2]], [service("web", 4)], tasks)


@pytest.fixture
def big() -> Snapshot:
    """Thirty nodes, three hundred tasks of four services."""
    nodes = [node(f"docker-swarm-{number}") for number in range(1, 31)]
    names = ("web", "api", "cache", "db")
    tasks = [task(names[n % 4], n // 4 + 1, f"docker-swarm-{n % 30 + 1}") for n in range(300)]
    return snapshot_of(nodes, [service(name, 75) for name in names], tasks)


def test_the_table_says_what_the_picture_shows(small: Snapshot) -> None:
    """Node, state, leader, and each task with its slot and state."""
    assert plots.placement_table(small, ["web"]).split("\n") == [
        "NODE               STATUS               TASKS     WHICH",
        "docker-swarm-1     ready drain worker   0",
        "docker-swarm-2     down worker          1         web.3 last seen running",
        "docker-swarm-3 *   ready leader         2         web.1 running, web.2 on its way",
        "no node yet        waiting              1         web.4 pending",
    ]


def test_the_words_say_it_too(small: Snapshot) -> None:
    """For those who do not see the picture."""
    words = plots.describe_placement(small, ["web"])
    assert words.startswith("Tasks of web on each node: docker-swarm-1 (ready drain worker) 0, ")


def test_every_task_is_a_cell_with_slot_and_sign(small: Snapshot) -> None:
    """State is told by sign and hatching, not by colour alone; the legend names both."""
    figure = plots.draw_placement(small, ["web"])
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert {"1 ▶", "2 …", "3 !", "4 ?"} <= set(texts)
    assert {"★ leader", "× down · worker", "‖ drain · worker"} <= set(texts)
    hatches = {patch.get_hatch() for axes in figure.axes for patch in axes.patches} - {None, ""}
    assert hatches == {"//", "xx", ".."}
    (legend,) = figure.legends
    assert {text.get_text() for text in legend.get_texts()} == {
        "web",
        "▶ running",
        "… on its way",
        "? pending",
        "! last seen running",
    }


def test_thirty_nodes_and_three_hundred_tasks_fit(big: Snapshot) -> None:
    """Ten nodes a row, every task a cell, no wider than a page."""
    figure = plots.draw_placement(big)
    assert len(figure.axes) == 3
    cells = [text for axes in figure.axes for text in axes.texts if "▶" in text.get_text()]
    assert len(cells) == 300
    width, height = figure.get_size_inches()
    assert width < 13
    assert height < 13
    assert max(map(len, plots.placement_table(big).split("\n"))) < 130


def test_each_service_has_a_colour_of_its_own(big: Snapshot) -> None:
    """Colours that any eye can tell apart, the same in cells and legend."""
    figure = plots.draw_placement(big)
    colours = {matplotlib.colors.to_hex(patch.get_facecolor()) for axes in figure.axes for patch in axes.patches}
    assert colours - {"#ffffff", "#eeeeee"} == {colour.lower() for colour in PALETTE[:4]}


def test_before_and_after_are_counted_for_each_node(small: Snapshot) -> None:
    """A table with the change."""
    later = snapshot_of(
        NODES, [service("web", 2)], [task("web", 1, "docker-swarm-1"), task("web", 2, "docker-swarm-3")]
    )
    assert plots.balance_table(small, later, ["web"]).split("\n") == [
        "NODE             BEFORE    AFTER     CHANGE",
        "docker-swarm-1   0         1         +1",
        "docker-swarm-2   1         0         -1",
        "docker-swarm-3   1         1         +0",
    ]
    figure = plots.draw_balance(small, later, ["web"])
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["before", "after"]


def test_a_picture_carries_its_words(small: Snapshot) -> None:
    """As alt text for the notebook, as text where there are no pictures, in the PNG itself."""
    picture = plots.Picture(plots.draw_placement(small), "Words for it.")
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "Words for it."
    assert b"Words for it." in data["image/png"]


def test_plotting_prints_the_table(
    small: Snapshot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of a notebook the table is all there is."""
    monkeypatch.setattr(plots.picture, "get_ipython", lambda: None)  # tests of magics leave one in this process

    class Lab:
        def snapshot(self) -> Snapshot:
            return small

    plots.plot_placement(Lab(), "web")
    assert capsys.readouterr().out == plots.placement_table(small, ["web"]) + "\n"
    plots.plot_balance(small, Lab())
    assert capsys.readouterr().out == plots.balance_table(small, small) + "\n"
