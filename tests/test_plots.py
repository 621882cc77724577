"""The pictures: their content as text, their size, their words; how they look is looked at by people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import matplotlib.colors
import pytest

from swarmlab import plots
from swarmlab.client.events import EventLog, read_event
from swarmlab.client.history import History
from swarmlab.client.lives import Life, Stay
from swarmlab.client.snapshots import Snapshot, TaskView, take_snapshot
from swarmlab.client.watch import Sight
from swarmlab.looks import PALETTE
from swarmlab.plots.timeline import in_lanes
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


def moment(seconds: float) -> datetime:
    """A moment of the story that the time line tells."""
    return datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(seconds=seconds)


def past_of(slots: int) -> History:
    """A task a slot on the third node; the first one's failed and was replaced; the node was drained in the end."""
    nodes = take_snapshot(SwarmApi(nodes=NODES, services=[service("web", slots)], tasks=[])).nodes  # type: ignore[arg-type]
    tasks = [
        TaskView(
            id=f"t{slot}", service="web", slot=slot, node_id="id-docker-swarm-3", state="running", error="",
            desired_state="running", created_at=moment(10), state_at=moment(12), container_id="c",
        )
        for slot in range(1, slots + 1)
    ]  # fmt: skip
    tasks.append(
        replace(
            tasks[0], id="old", state="failed", desired_state="shutdown", error="task: non-zero exit (3)",
            created_at=moment(1), state_at=moment(10),
        )
    )  # fmt: skip
    log = EventLog()
    drained = {"name": "docker-swarm-3", "availability.new": "drain", "availability.old": "active"}
    told = {"Type": "node", "Action": "update", "Actor": {"ID": "n", "Attributes": drained}, "scope": "swarm"}
    log.note(read_event("docker-swarm-3", {**told, "time": int(moment(30).timestamp())}))
    history = History(log, lambda: moment(40))
    history.see(Sight(snapshot=Snapshot(nodes=nodes, services=(), tasks=tuple(tasks)), taken_at=moment(40)))
    return history


def test_the_time_line_is_told_in_tables_and_words() -> None:
    """Tasks from their making to their end, and events with the numbers that the picture has."""
    history = past_of(2)
    assert plots.timeline_table(history, ["web"]).split("\n") == [
        "TASK      NODE             FROM       UNTIL      STATE     ERROR",
        "web.1     docker-swarm-3   09:00:01   09:00:10   failed    task: non-zero exit (3)",
        "web.1     docker-swarm-3   09:00:10              running",
        "web.2     docker-swarm-3   09:00:10              running",
    ]
    assert plots.events_table(history).split("\n") == [
        "MARK      AT         EVENT",
        "1         09:00:30   node docker-swarm-3: availability active to drain",
    ]
    assert plots.describe_timeline(history) == (
        "Tasks of all services from 09:00:01 to 09:00:40: 3 in 2 rows, 2 active at the end, 1 failed."
    )
    assert plots.describe_timeline(history, ["api"]) == "Tasks of api until 09:00:40: none."


def test_the_time_line_has_a_row_a_slot() -> None:
    """A bar for each state, the node's name where there is room, a cross where a task failed, a number an event."""
    figure = plots.draw_timeline(past_of(2))
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["web.2", "web.1"]
    assert sorted({patch.get_hatch() or "" for patch in axes.patches}) == ["", "//"]
    assert {text.get_text() for text in axes.texts} == {"docker-swarm-3", "1"}
    (legend,) = figure.legends
    assert {text.get_text() for text in legend.get_texts()} == {
        "web", "▶ running", "… on its way", "failed or rejected",
    }  # fmt: skip


def lives_of(*spans: tuple[float, float | None]) -> list[Life]:
    """Tasks of one slot, from one second to another."""
    found = []
    for number, (since, until) in enumerate(spans):
        task = TaskView(
            id=f"t{number}", service="web", slot=1, node_id="", state="running", desired_state="running", error=""
        )
        ended_at = None if until is None else moment(until)
        stay = Stay(since=moment(since), until=ended_at, task=task, node=None)
        found.append(Life(task=task, stays=(stay,), ended_at=ended_at))
    return found


@pytest.mark.parametrize(
    ("spans", "lanes"),
    [
        ([(0, 5), (5, 9), (9, None)], [0, 1, 0]),
        ([(0, 6), (5, None)], [0, 1]),
        ([(0, None), (1, None), (2, None), (3, 4), (5, None)], [0, 1, 2, 3, 3]),
        ([(0, None), (1, 2), (3, 4)], [0, 1, 1]),
    ],
)
def test_no_bar_of_a_slot_lies_on_another_one(spans: list[tuple[float, float | None]], lanes: list[int]) -> None:
    """By turns in two lanes, as long as these are free."""
    assert list(in_lanes(lives_of(*spans)).values()) == lanes


def test_a_time_line_of_very_many_slots_has_a_row_a_node() -> None:
    """As high as it has tasks; and the table tells of the newest."""
    history = past_of(90)
    figure = plots.draw_timeline(history)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["docker-swarm-3"]
    assert figure.get_size_inches()[1] < 5
    lines = plots.timeline_table(history).split("\n")
    assert (len(lines), lines[-1]) == (62, "31 older tasks are left out; name services to see fewer.")


def test_an_empty_lab_has_an_empty_time_line() -> None:
    """No task yet."""
    history = History(EventLog(), lambda: moment(0))
    assert plots.draw_timeline(history).axes
    assert plots.timeline_table(history) == "TASK      NODE      FROM      UNTIL     STATE     ERROR"
