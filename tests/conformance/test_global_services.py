"""Global services: one task on each node that suits; nodes that are paused, drained, labelled, lost, or join."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    NS,
    OTHER,
    WORKER,
    Spec,
    demand,
    join,
    join_token,
    set_availability,
    states,
    type_line,
    update_service,
    wait_for,
)
from tests.conformance.watching import Seen, counts, declare, declared, kill, label_node, tasks_of, wait_until

STARTS_FROM = "separate"

DELAY = {"Delay": NS}


def service(name: str, *constraints: str, **policy: object) -> Spec:
    """A global service that sleeps."""
    return declared(
        name,
        {"Global": {}},
        "sleep 1000",
        Placement={"Constraints": list(constraints)},
        RestartPolicy={**DELAY, **policy},
    )


SERVICES = (
    service("all"),
    service("ssd", "node.labels.disk==ssd"),
    service("workers", "node.role==worker"),
    service("never", Condition="none"),
)


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen of the services, by moments."""

    tasks: dict[str, list[Seen]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    updates: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)

    def look(self, lab: Lab, when: str, *names: str) -> None:
        """Keep what can be seen of some services now."""
        for name in names:
            self.tasks[f"{name} {when}"] = tasks_of(lab, name)
            self.counts[f"{name} {when}"] = counts(lab, name)
            self.updates[f"{name} {when}"] = demand(lab.manager(), "GET", f"/services/{name}").get("UpdateStatus")

    def on(self, host: str, moment: str) -> list[tuple[str, str, str, str]]:
        """What the tasks of one host say, the oldest first."""
        return [task.says for task in self.tasks[moment] if task.host == host]


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Two nodes; a third one joins; one is paused, labelled, drained, and another one dies."""
    told = Story()
    address = {host.name: host.address for host in lab.backend.hosts}[MANAGER]
    demand(lab[MANAGER], "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": address})
    assert join(lab, WORKER, join_token(lab), address).ok
    wait_for(lab, lambda: states(lab, WORKER), ["ready"])
    label_node(lab, WORKER, disk="ssd")
    declare(lab, *SERVICES)
    until_running(lab, all=2, ssd=1, workers=1, never=2)
    told.look(lab, "at first", "all", "ssd", "workers")
    assert join(lab, OTHER, join_token(lab), address).ok
    until_running(lab, all=3, ssd=1, workers=2, never=3)
    told.look(lab, "joined", "all", "ssd", "workers")
    pause(lab, told)
    relabel(lab, told)
    drain(lab, told)
    die(lab, told)
    return told


def until_running(lab: Lab, **running: int) -> None:
    """Wait until as many tasks as are wanted run, and that are so many."""
    for name, number in running.items():
        wait_until(lab, partial(is_settled, lab, name, number), f"{number} tasks of {name}")


def is_settled(lab: Lab, name: str, number: int) -> bool:
    """Whether so many tasks run, and no others are wanted or still run."""
    tasks = tasks_of(lab, name)
    live = [task.says[:2] for task in tasks if task.state not in ("failed", "rejected", "shutdown")]
    return live == [("running", "running")] * number and counts(lab, name) == (number, number, 0)


def pause(lab: Lab, told: Story) -> None:
    """A paused node loses its label; its service is updated; its task fails."""
    set_availability(lab, WORKER, "pause")
    label_node(lab, WORKER, disk="none")
    update_service(lab, lambda spec: spec["TaskTemplate"].update(ForceUpdate=1), "all")
    wait_until(lab, lambda: len(tasks_of(lab, "all")) == 5, "the others updated")
    until_running(lab, all=3)
    kill(lab, "workers", WORKER)
    wait_until(lab, lambda: counts(lab, "workers") == (1, 1, 0), "one of the workers")
    lab.clock.sleep(3)
    told.look(lab, "paused", "all", "ssd", "workers")
    set_availability(lab, WORKER, "active")
    wait_until(lab, lambda: len(tasks_of(lab, "all")) == 6, "the last one updated")
    until_running(lab, all=3, ssd=0, workers=2)
    told.look(lab, "active again", "all", "ssd", "workers")


def relabel(lab: Lab, told: Story) -> None:
    """A label comes, on two nodes; then it goes from one."""
    for host in (WORKER, OTHER):
        label_node(lab, host, disk="ssd")
    until_running(lab, ssd=2)
    told.look(lab, "with labels", "ssd")
    label_node(lab, OTHER, disk="hdd")
    until_running(lab, ssd=1)
    told.look(lab, "without one", "ssd")


def drain(lab: Lab, told: Story) -> None:
    """A drained node, active again."""
    set_availability(lab, WORKER, "drain")
    until_running(lab, all=2, never=2)
    told.look(lab, "drained", "all", "never")
    told.typed["drained"] = type_line(lab, MANAGER, "docker service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'")
    told.typed["ps"] = type_line(lab, MANAGER, "docker service ps all")
    set_availability(lab, WORKER, "active")
    until_running(lab, all=3, never=2)
    told.look(lab, "active once more", "all", "never")


def die(lab: Lab, told: Story) -> None:
    """A node's engine dies and comes back."""
    lab[OTHER].stop()
    wait_for(lab, lambda: states(lab, OTHER), ["down"])
    wait_until(lab, lambda: counts(lab, "all")[1] == 2, "two wanted")
    told.look(lab, "lost", "all", "never")
    lab[OTHER].start()
    wait_for(lab, lambda: states(lab, OTHER), ["ready"])
    until_running(lab, all=3, never=1)
    told.look(lab, "back", "all", "never")


RUNNING = ("running", "running", "started", "")
SHUTDOWN = ("shutdown", "shutdown", "shutdown", "")
REJECTED = (
    "shutdown",
    "rejected",
    "task rejected by constraint enforcer",
    "assigned node no longer meets constraints",
)

# --- where -----------------------------------------------------------------------------------------------------------


def test_each_node_that_suits_has_one_task(story: Story) -> None:
    """Without a slot."""
    assert {task.host for task in story.tasks["all at first"]} == {WORKER, MANAGER}
    assert {task.host for task in story.tasks["ssd at first"]} == {WORKER}
    assert {task.host for task in story.tasks["workers at first"]} == {WORKER}
    assert not any("Slot" in task.raw for task in story.tasks["all at first"])


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("all at first", (2, 2, 0)),
        ("all joined", (3, 3, 0)),
        ("workers joined", (2, 2, 0)),
        ("all drained", (2, 2, 0)),
        ("all lost", (3, 2, 0)),
        ("all back", (3, 3, 0)),
        ("never back", (1, 1, 0)),
    ],
)
def test_what_a_global_service_counts(story: Story, moment: str, expected: tuple[int, int, int]) -> None:
    """Running, as far as was seen; wanted."""
    assert story.counts[moment] == expected


def test_a_node_that_joins_gets_its_tasks(story: Story) -> None:
    """At once; those whose constraints it meets."""
    assert story.on(OTHER, "all joined") == [RUNNING]
    assert story.on(OTHER, "workers joined") == [RUNNING]
    assert story.on(OTHER, "ssd joined") == []


# --- pause -----------------------------------------------------------------------------------------------------------


def test_a_paused_nodes_task_is_not_updated(story: Story) -> None:
    """The others are."""
    assert story.on(WORKER, "all paused") == [RUNNING]
    assert story.on(OTHER, "all paused") == story.on(MANAGER, "all paused") == [SHUTDOWN, RUNNING]


def test_a_paused_node_keeps_a_task_that_does_not_suit_it(story: Story) -> None:
    """Nobody looks at its labels."""
    assert story.on(WORKER, "ssd paused") == [RUNNING]


def test_what_fails_on_a_paused_node_is_not_restarted(story: Story) -> None:
    """It is no longer wanted there."""
    assert story.on(WORKER, "workers paused") == [("shutdown", "failed", "started", "task: non-zero exit (137)")]


def test_a_node_that_is_active_again_catches_up(story: Story) -> None:
    """What is outdated is replaced, what is missing is started, what does not suit is rejected."""
    assert story.on(WORKER, "all active again") == [SHUTDOWN, RUNNING]
    assert story.on(WORKER, "workers active again")[1:] == [RUNNING]
    assert story.on(WORKER, "ssd active again") == [REJECTED]


# --- labels ----------------------------------------------------------------------------------------------------------


def test_a_label_that_comes_brings_a_task(story: Story) -> None:
    """Also where one was rejected before."""
    assert story.on(WORKER, "ssd with labels") == [REJECTED, RUNNING]
    assert story.on(OTHER, "ssd with labels") == [RUNNING]


def test_a_label_that_goes_takes_the_task_with_it(story: Story) -> None:
    """Nothing waits there for the label, as a job would."""
    assert story.on(OTHER, "ssd without one") == [REJECTED]
    assert story.counts["ssd without one"] == (1, 1, 0)


# --- drain, loss -----------------------------------------------------------------------------------------------------


def test_a_drained_nodes_task_is_shut_down(story: Story) -> None:
    """It runs nowhere else instead."""
    assert story.on(WORKER, "all drained")[-1] == SHUTDOWN
    assert len(story.tasks["all drained"]) == 6


def test_an_active_node_gets_a_new_task(story: Story) -> None:
    """Unless the service's tasks are never restarted: then the old one fills the place."""
    assert story.on(WORKER, "all active once more")[-2:] == [SHUTDOWN, RUNNING]
    assert story.on(WORKER, "never active once more") == [SHUTDOWN]


def test_a_lost_nodes_task_is_to_be_shut_down(story: Story) -> None:
    """It keeps the state that was seen last, and counts."""
    assert story.on(OTHER, "all lost")[-1] == ("shutdown", "running", "started", "")


def test_a_node_that_is_back_gets_a_new_task(story: Story) -> None:
    """The same holds."""
    failed = ("shutdown", "failed", "started", "task: non-zero exit (255)")
    assert story.on(OTHER, "all back")[-2:] == [failed, RUNNING]
    assert story.on(OTHER, "never back") == [failed]


# --- what is printed -------------------------------------------------------------------------------------------------


@pytest.mark.cli
def test_service_ls_counts_nodes(story: Story) -> None:
    """Those that are wanted now."""
    assert story.typed["drained"] == ["all global 2/2", "never global 2/2", "ssd global 0/0", "workers global 1/1"]


@pytest.mark.cli
def test_service_ps_shows_a_nodes_tasks_below_one_another(story: Story) -> None:
    """The newest first."""
    rows = [row.split("  ") for row in story.typed["ps"][1:]]
    assert sorted((row[3], row[4], row[1]) for row in rows) == [
        (WORKER, "Shutdown", "\\_ all.<id>"),
        (WORKER, "Shutdown", "all.<id>"),
        (OTHER, "Running", "all.<id>"),
        (OTHER, "Shutdown", "\\_ all.<id>"),
        (MANAGER, "Running", "all.<id>"),
        (MANAGER, "Shutdown", "\\_ all.<id>"),
    ]
