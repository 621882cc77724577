"""A worker is removed by force while a task runs on it: the task is orphaned, another one takes its slot."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, SERVICE, WORKER, create_service, demand, placement, type_line, wait_for

STARTS_FROM = "formed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The lost task as the API and the docker command show it, and where the service runs afterwards."""

    lost: tuple[str, str, str, str]
    typed: list[str]
    runs: dict[str, int]


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """One task on each node; then a node goes."""
    create_service(lab, replicas=3)
    node = demand(lab[MANAGER], "GET", f"/nodes/{WORKER}")["ID"]
    filters = f'filters={{"node":["{node}"]}}'
    (task,) = demand(lab[MANAGER], "GET", f"/tasks?{filters}")
    demand(lab[MANAGER], "DELETE", f"/nodes/{node}?force=1")
    wait_for(lab, lambda: sum(placement(lab).values()), 3)
    lost = demand(lab[MANAGER], "GET", f"/tasks/{task['ID']}")
    status = lost["Status"]
    line = (
        f"docker service ps --no-trunc --format '{{{{.DesiredState}}}} {{{{.CurrentState}}}} {{{{.Error}}}}' {SERVICE}"
    )
    return Story(
        lost=(status["State"], lost["DesiredState"], status["Message"], status.get("Err", "")),
        typed=sorted(type_line(lab, MANAGER, line)),
        runs=placement(lab),
    )


def test_its_task_is_orphaned(story: Story) -> None:
    """Nobody will ever know what became of it."""
    assert story.lost == ("orphaned", "shutdown", "Task belonged to a node that has been deleted", "")


def test_the_slot_is_filled_elsewhere(story: Story) -> None:
    """On the nodes that are left."""
    assert sum(story.runs.values()) == 3
    assert WORKER not in story.runs


@pytest.mark.cli
def test_the_docker_command_shows_it(story: Story) -> None:
    """As any other state."""
    assert story.typed == ["Running Running <age> ago"] * 3 + ["Shutdown Orphaned <age> ago"]
