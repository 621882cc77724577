"""Row S6: a node is active, paused, drained, active again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from swarmlab.client.snapshots import TaskView
from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    OTHER,
    WORKER,
    create_service,
    demand,
    placement,
    scale,
    set_availability,
    type_line,
    wait_for,
)

STARTS_FROM = "formed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Where tasks ran in each situation; the tasks that the drained node had to give up; `docker node ls`."""

    active: dict[str, int]
    paused: dict[str, int]
    scaled_while_paused: dict[str, int]
    drained: dict[str, int]
    given_up: list[TaskView]
    active_again: dict[str, int]
    scaled_again: dict[str, int]
    typed: dict[str, str]


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once; the worker is the node in question."""
    typed = {}
    seen = []

    def look(situation: str) -> None:
        seen.append(placement(lab))
        typed[situation] = next((line for line in type_line(lab, MANAGER, "docker node ls") if WORKER in line), "")

    create_service(lab, replicas=3)
    look("active")
    set_availability(lab, WORKER, "pause")
    lab.clock.sleep(3)
    look("pause")
    scale(lab, 5)
    look("pause, scaled")
    before = {task.id for task in lab.snapshot().tasks if task.node_id == node_id(lab, WORKER)}
    set_availability(lab, WORKER, "drain")
    wait_for(lab, lambda: demand(lab[WORKER], "GET", "/containers/json"), [])
    lab.wait_converged("helloworld")
    look("drain")
    given_up = [task for task in lab.snapshot().tasks if task.id in before]
    set_availability(lab, WORKER, "active")
    lab.clock.sleep(5)
    look("active again")
    scale(lab, 7)
    look("active again, scaled")
    active, paused, scaled_while_paused, drained, active_again, scaled_again = seen
    return Story(
        active=active,
        paused=paused,
        scaled_while_paused=scaled_while_paused,
        drained=drained,
        given_up=given_up,
        active_again=active_again,
        scaled_again=scaled_again,
        typed=typed,
    )


def node_id(lab: Lab, name: str) -> str:
    """A node's id."""
    return next(node.id for node in lab.snapshot().nodes if node.name == name)


def test_an_active_node_takes_tasks(story: Story) -> None:
    """Each of three nodes one of three."""
    assert story.active == {WORKER: 1, OTHER: 1, MANAGER: 1}


def test_a_paused_node_keeps_its_tasks(story: Story) -> None:
    """Nothing happens to them."""
    assert story.paused == story.active


def test_a_paused_node_gets_no_new_tasks(story: Story) -> None:
    """All new ones go to the others."""
    assert story.scaled_while_paused == {WORKER: 1, OTHER: 2, MANAGER: 2}


def test_a_drained_nodes_tasks_are_stopped_and_rescheduled_on_active_nodes(story: Story) -> None:
    """Five run all the same."""
    assert WORKER not in story.drained
    assert sorted(story.drained.values()) == [2, 3]


def test_the_stopped_tasks_are_shut_down(story: Story) -> None:
    """Not failed, although their container was killed in the end."""
    assert [(task.desired_state, task.state, task.error) for task in story.given_up] == [("shutdown", "shutdown", "")]


def test_nothing_moves_back_to_a_node_that_is_active_again(story: Story) -> None:
    """Only new tasks go there, and all of them, since it has none."""
    assert story.active_again == story.drained
    assert story.scaled_again == {**story.drained, WORKER: 2}


@pytest.mark.cli
def test_node_ls_shows_the_availability(story: Story) -> None:
    """In its own column; the node is Ready all the time."""
    assert [row.split("  ")[2:4] for row in story.typed.values()] == [
        ["Ready", "Active"],
        ["Ready", "Pause"],
        ["Ready", "Pause"],
        ["Ready", "Drain"],
        ["Ready", "Active"],
        ["Ready", "Active"],
    ]
