"""Row S19, one task at a time: a container that is killed, removed, or lost while its engine is down."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from swarmlab.client.snapshots import TaskView
from swarmlab.lab import Lab
from tests.conformance.asking import WORKER, create_service, demand, wait_for

STARTS_FROM = "formed"

REPLICAS = 6
"""Two on each node, so that a lost container has a neighbour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A task that ended, its successor in the same slot at that moment, and how long that one then took to run."""

    task: TaskView
    successor: TaskView
    successor_took_s: float


@pytest.fixture(scope="module")
def service(lab: Lab) -> None:
    """Six tasks."""
    create_service(lab, replicas=REPLICAS)


def tasks_of_worker(lab: Lab) -> list[TaskView]:
    """The tasks that run on the first worker."""
    hosts = {node.id: node.name for node in lab.snapshot().nodes}
    tasks = lab.snapshot().tasks
    return [task for task in tasks if task.state == task.desired_state == "running" and hosts[task.node_id] == WORKER]


def container_of(lab: Lab, task: TaskView) -> str:
    """The id of a task's container."""
    status = demand(lab.manager(), "GET", f"/tasks/{task.id}")["Status"]
    container_id: str = status["ContainerStatus"]["ContainerID"]
    return container_id


def now(lab: Lab, task_id: str) -> TaskView:
    """A task as it is now."""
    return next(task for task in lab.snapshot().tasks if task.id == task_id)


def ended(lab: Lab, task: TaskView) -> Ended:
    """Wait for a task's end and for its successor."""
    wait_for(lab, lambda: now(lab, task.id).state, "failed")
    before = lab.snapshot().tasks
    (successor,) = (one for one in before if one.slot == task.slot and one.desired_state != "shutdown")
    took_s = wait_for(lab, lambda: now(lab, successor.id).state, "running")
    return Ended(task=now(lab, task.id), successor=successor, successor_took_s=took_s)


@pytest.fixture(scope="module")
def removed(lab: Lab, service: None) -> Ended:
    """`docker rm -f`."""
    task = tasks_of_worker(lab)[0]
    demand(lab[WORKER], "DELETE", f"/containers/{container_of(lab, task)}?force=1")
    return ended(lab, task)


def test_a_task_whose_container_was_removed_has_failed(removed: Ended) -> None:
    """With the exit code of a SIGKILL."""
    assert removed.task.error == "task: non-zero exit (137)"
    assert removed.task.desired_state == "shutdown"


def test_its_successor_is_there_at_once_and_runs_after_the_restart_delay(removed: Ended) -> None:
    """Nobody had to ask. It gets ready first, and waits for five seconds from the end of the other."""
    assert removed.successor.desired_state == "ready"
    assert 4 <= removed.successor_took_s <= 7


def test_a_killed_container_fails_in_the_same_way(lab: Lab, service: None) -> None:
    """SIGKILL, as when memory runs out."""
    task = tasks_of_worker(lab)[0]
    lab[WORKER].kill(container_of(lab, task))
    assert ended(lab, task).task.error == "task: non-zero exit (137)"


def test_a_lost_container_and_its_neighbour_read_differently(lab: Lab, service: None) -> None:
    """The source's case: the container went while its engine was down; the neighbour's was only killed with it."""
    lost, neighbour = tasks_of_worker(lab)
    lab[WORKER].lose_container(container_of(lab, lost))
    assert ended(lab, lost).task.error == f"No such container: {lost.name}.{lost.id}"
    assert ended(lab, neighbour).task.error == "task: non-zero exit (255)"
