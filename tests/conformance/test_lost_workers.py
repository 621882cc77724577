"""Row S19: both workers' engines die while five tasks run; they come back; the tasks are spread again."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from swarmlab.client.snapshots import Snapshot, TaskView
from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    OTHER,
    WORKER,
    create_service,
    force_update,
    placement,
    running_tasks,
    states,
    type_line,
    wait_for,
)

STARTS_FROM = "formed"

REPLICAS = 5


@dataclass(slots=True, kw_only=True)
class Look:
    """What was seen at one moment."""

    snapshot: Snapshot
    placement: dict[str, int]
    running_tasks: int
    typed: dict[str, list[str]] = field(default_factory=dict)

    def task(self, task_id: str) -> TaskView:
        """A task as it was then."""
        return next(task for task in self.snapshot.tasks if task.id == task_id)


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen before, while the workers were lost, and after they came back; and where tasks went in the end."""

    before: Look
    down_after_s: float
    lost: Look
    returned: Look
    spread: dict[str, int]

    def lost_tasks(self) -> list[TaskView]:
        """The tasks that ran on the workers when they died, as they were before.

        A successor may have been sent to the other worker while that one was not yet known to be Down; it is not here.
        """
        managers = {node.id for node in self.before.snapshot.nodes if node.name == MANAGER}
        return [task for task in self.before.snapshot.tasks if task.node_id not in managers]


def look(lab: Lab) -> Look:
    lines = ("node ls", "service ls", "service ps helloworld")
    typed = {line: type_line(lab, MANAGER, f"docker {line}") for line in lines}
    return Look(snapshot=lab.snapshot(), placement=placement(lab), running_tasks=running_tasks(lab), typed=typed)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    create_service(lab, replicas=REPLICAS)
    before = look(lab)
    for name in (WORKER, OTHER):
        lab[name].stop()
    down_after_s = wait_for(lab, lambda: states(lab, WORKER) + states(lab, OTHER), ["down", "down"])
    wait_for(lab, lambda: placement(lab), {MANAGER: REPLICAS})
    lost = look(lab)
    for name in (WORKER, OTHER):
        lab[name].start()
    wait_for(lab, lambda: states(lab, WORKER) + states(lab, OTHER), ["ready", "ready"])
    wait_for(lab, lambda: running_tasks(lab), REPLICAS)
    lab.clock.sleep(3)
    returned = look(lab)
    force_update(lab)
    return Story(before=before, down_after_s=down_after_s, lost=lost, returned=returned, spread=placement(lab))


def test_a_lost_worker_is_down_when_three_heartbeats_are_missing(story: Story) -> None:
    """13.5 to 16.5 s after its last heartbeat, and that was up to 5.5 s before its engine died."""
    assert 8 <= story.down_after_s <= 17.5


@pytest.mark.cli
def test_node_ls_shows_the_lost_workers_down(story: Story) -> None:
    """As typed on the manager."""
    assert story.lost.typed["node ls"][1:] == [
        "<id>  docker-swarm-1  Down  Active  <version>",
        "<id>  docker-swarm-2  Down  Active  <version>",
        "<id> *  docker-swarm-3  Ready  Active  Leader  <version>",
    ]


def test_tasks_pile_up_on_the_node_that_is_left(story: Story) -> None:
    """Spread before, all in one place now."""
    assert sorted(story.before.placement.values()) == [1, 2, 2]
    assert story.lost.placement == {MANAGER: REPLICAS}


def test_tasks_last_seen_running_on_a_lost_node_still_count(story: Story) -> None:
    """More run than were asked for, as far as the swarm knows."""
    assert story.lost.running_tasks == REPLICAS + len(story.lost_tasks()) > REPLICAS


@pytest.mark.cli
def test_service_ls_shows_more_replicas_than_were_asked_for(story: Story) -> None:
    """`8/5` or `9/5`, `5/5` once the workers are back."""
    row = "<id>  helloworld  replicated  {}/5  alpine:latest"
    assert story.lost.typed["service ls"][1:] == [row.format(story.lost.running_tasks)]
    assert story.returned.typed["service ls"][1:] == [row.format(REPLICAS)]


def test_a_task_on_a_lost_node_keeps_the_state_that_was_seen_last(story: Story) -> None:
    """It is to be shut down, and nobody is there to say that it has ended."""
    now = [story.lost.task(task.id) for task in story.lost_tasks()]
    assert {(task.desired_state, task.state, task.error) for task in now} == {("shutdown", "running", "")}


@pytest.mark.cli
def test_service_ps_shows_replaced_tasks_under_their_successors(story: Story) -> None:
    """Desired state Shutdown, behind the mark for an older task of the slot."""
    rows = [row.split("  ")[1:] for row in story.lost.typed["service ps helloworld"][1:]]
    lost = [row for row in rows if row[3:] == ["Shutdown", "Running <age> ago"]]
    assert [row[0] for row in lost] == [f"\\_ {task.name}" for task in story.lost_tasks()]
    assert {row[2] for row in lost} == {WORKER, OTHER}
    assert [row[3:] for row in rows if not row[0].startswith("\\_")] == [["Running", "Running <age> ago"]] * REPLICAS


def test_the_lost_tasks_have_failed_once_their_engines_are_back(story: Story) -> None:
    """What a container reads whose engine died."""
    now = [story.returned.task(task.id) for task in story.lost_tasks()]
    assert {(task.state, task.error) for task in now} == {("failed", "task: non-zero exit (255)")}


def test_nothing_moves_back_when_the_workers_return(story: Story) -> None:
    """Swarm never rebalances by itself."""
    assert story.returned.placement == {MANAGER: REPLICAS}
    assert story.returned.running_tasks == REPLICAS


def test_a_forced_update_spreads_the_tasks_again(story: Story) -> None:
    """`docker service update --force` replaces every task, and each new one goes where fewest are."""
    assert sorted(story.spread.values()) == [1, 2, 2]
