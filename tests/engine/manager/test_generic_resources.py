"""Generic resources: which nodes have enough, who gets which, and that they come back."""

from dataclasses import replace

import pytest

from swarmlab.engine.manager import generic_resources
from swarmlab.engine.model import GenericResource, Node, ResourceRequirements, Resources, Task, TaskState
from tests.engine.fakes import FakeSwarm, spec

GPUS = generic_resources.read(("GPU=one", "GPU=two"))
DISKS = generic_resources.read(("SSD=3",))


def wanted(**kinds: int) -> tuple[GenericResource, ...]:
    return tuple(GenericResource(kind=kind, value=value) for kind, value in kinds.items())


def swarm_with(*resources: GenericResource, replicas: int = 1, nodes: int = 1, **kinds: int) -> FakeSwarm:
    """A swarm whose first node has the resources, with a service that wants some of each kind."""
    swarm = FakeSwarm(nodes=nodes)
    give(swarm, resources)
    reservations = Resources(generic_resources=wanted(**kinds))
    swarm.control.create_service(spec(replicas=replicas, resources=ResourceRequirements(reservations=reservations)))
    swarm.advance(1)
    return swarm


def give(swarm: FakeSwarm, resources: tuple[GenericResource, ...]) -> None:
    """The first node's engine is started with these."""
    node = swarm.node("n1")
    assert node.description is not None
    has = replace(node.description.resources, generic_resources=resources)
    with swarm.store.transaction() as transaction:
        transaction.update(replace(node, description=replace(node.description, resources=has)))


def given(tasks: list[Task]) -> list[tuple[int | str, ...]]:
    return [tuple(each.value for each in task.assigned_generic_resources) for task in tasks]


@pytest.mark.parametrize(
    ("kinds", "enough"),
    [
        ({"SSD": 3}, True),
        ({"SSD": 4}, False),
        ({"GPU": 2}, True),
        ({"GPU": 3}, False),
        ({"FPGA": 1}, False),
        ({}, True),
    ],
)
def test_what_is_enough(kinds: dict[str, int], enough: bool) -> None:
    """Numbers are compared, names are counted, and what a node has none of is never enough."""
    assert generic_resources.covers(GPUS + DISKS, wanted(**kinds)) is enough


def test_things_cannot_be_asked_for_by_name() -> None:
    """Only the node gives names."""
    assert not generic_resources.covers(GPUS, GPUS[:1])


def test_a_task_gets_names_where_the_node_has_names() -> None:
    """The first that are left; the third task finds none."""
    swarm = swarm_with(*GPUS, replicas=3, GPU=1)
    assert sorted(given(swarm.running())) == [("one",), ("two",)]
    (waiting,) = (task for task in swarm.live() if task.state is TaskState.PENDING)
    assert waiting.status.err == "no suitable node (insufficient resources on 1 node)"
    assert waiting.assigned_generic_resources == ()


def test_numbers_are_given_as_numbers() -> None:
    """Two of three are one task's; the next would need two as well."""
    swarm = swarm_with(*DISKS, replicas=2, nodes=2, SSD=2)
    assert sorted(given(swarm.live())) == [(), (2,)]
    assert swarm.per_node() == {"n1": 1, "n2": 0}


def test_what_an_ended_task_had_is_given_to_the_next() -> None:
    """It comes back when the task has ended, not before."""
    swarm = swarm_with(*GPUS, replicas=2, GPU=2)
    first = swarm.running()[0]
    swarm.agents.report(first.id, TaskState.FAILED, "started", "task: non-zero exit (1)")
    swarm.advance(10)
    assert given(swarm.running()) == [("one", "two")]
    assert swarm.running()[0].id != first.id


def test_the_next_leader_knows_who_has_what() -> None:
    """It is written on the tasks."""
    swarm = swarm_with(*GPUS, replicas=1, GPU=1)
    swarm.manager.stop()
    swarm.manager.start()
    swarm.scale(2)
    swarm.advance(2)
    assert sorted(given(swarm.running())) == [("one",), ("two",)]


def test_a_node_that_lost_its_things_loses_their_tasks() -> None:
    """The constraint enforcer adds up what the node has."""
    swarm = swarm_with(*GPUS, replicas=2, GPU=1)
    give(swarm, GPUS[:1])
    swarm.step()
    rejected = [task for task in swarm.tasks() if task.state is TaskState.REJECTED]
    assert [task.status.err for task in rejected] == ["assigned node no longer meets constraints"]


def test_a_label_takes_nothing_away() -> None:
    """A node's change alone is no reason."""
    swarm = swarm_with(*GPUS, *DISKS, replicas=1, GPU=2, SSD=3)
    swarm.set_label("n1", a="b")
    swarm.advance(1)
    assert [task.state for task in swarm.tasks()] == [TaskState.RUNNING]
    assert swarm.store.get(Node, swarm.tasks()[0].node_id) is not None
