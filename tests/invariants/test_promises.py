"""Each promise can be broken: a swarm that keeps them all is damaged by hand, and the look at it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from swarmlab.engine import states
from swarmlab.engine.ids import NodeId, TaskId
from swarmlab.engine.model import (
    Availability,
    ContainerSpec,
    EndpointSpec,
    Global,
    NetworkAttachment,
    Node,
    NodeState,
    NodeStatus,
    PortConfig,
    PublishMode,
    ResourceRequirements,
    Resources,
    Service,
    ServiceSpec,
    Task,
    TaskSpec,
    TaskState,
    TaskStatus,
    UpdateConfig,
    UpdateOrder,
    with_status,
)
from swarmlab.engine.simulation import Simulation
from swarmlab.engine.store import Store
from tests.invariants.promises import Promises

Damage = Callable[[Store], None]


def swarm() -> tuple[Simulation, Promises]:
    """A global service with a task on each of three nodes, each of which reserves most of a CPU."""
    simulation = states.build("formed", seed=1)
    resources = ResourceRequirements(reservations=Resources(nano_cpus=1_500_000_000))
    task = TaskSpec(container=ContainerSpec(image="alpine:latest", args=("sleep", "100000")), resources=resources)
    ports = (PortConfig(target_port=80, published_port=8080, publish_mode=PublishMode.INGRESS),)
    spec = ServiceSpec(name="web", task=task, mode=Global(), endpoint=EndpointSpec(ports=ports))
    simulation.wait_for(simulation.daemons["docker-swarm-3"].ask(lambda control: control.create_service(spec)))
    simulation.settle()
    promises = Promises(simulation)
    simulation.advance(60)
    promises.look()
    return simulation, promises


def store_of(simulation: Simulation) -> Store:
    return simulation.swarms()[0].store


def any_task(store: Store) -> Task:
    return next(store.all(Task))


def write(store: Store, *objects: Task | Node | Service) -> None:
    """Write objects as they are, whoever may."""
    with store.transaction() as transaction:
        for obj in objects:
            is_known = transaction.get(type(obj), obj.id) is not None
            transaction.update(obj) if is_known else transaction.create(obj)


def another(task: Task, **changes: object) -> Task:
    """One more task like this one."""
    return replace(task, id=TaskId("another"), **changes)  # type: ignore[arg-type]


def a_second_task(store: Store) -> None:
    write(store, another(any_task(store)))


def two_more_of_a_service_that_starts_first(store: Store) -> None:
    service = next(store.all(Service))
    order = UpdateConfig(order=UpdateOrder.START_FIRST)
    write(store, replace(service, spec=replace(service.spec, update=order)))
    for number in range(2):
        write(store, replace(any_task(store), id=TaskId(f"more{number}")))


def an_address_twice(store: Store) -> None:
    first, second, *_ = store.all(Task)
    given = (
        NetworkAttachment(network_id=next(store.all(Node)).attachments[0].network_id, addresses=("10.0.0.99/24",)),
    )
    write(store, replace(first, networks=given), replace(second, networks=given))


def a_port_twice(store: Store) -> None:
    service = next(store.all(Service))
    write(store, replace(service, id="other", spec=replace(service.spec, name="other")))  # type: ignore[arg-type]


def too_much_reserved(store: Store) -> None:
    write(store, another(any_task(store), desired_state=TaskState.SHUTDOWN))


def a_node_that_is_not_there(store: Store) -> None:
    write(store, another(any_task(store), desired_state=TaskState.SHUTDOWN, node_id=NodeId("nowhere")))


def a_step_back(store: Store) -> None:
    """Past the check of the table of moves, which refuses it."""
    task = any_task(store)
    object.__setattr__(task, "status", TaskStatus(timestamp=0, state=TaskState.COMPLETE))
    before = with_status(task, TaskStatus(timestamp=0, state=TaskState.PENDING))
    with store.transaction() as transaction:
        transaction._put(task.id, task, before)


def a_wish_taken_back(store: Store) -> None:
    task = any_task(store)
    write(store, replace(task, desired_state=TaskState.SHUTDOWN))
    write(store, replace(any_task(store), desired_state=TaskState.RUNNING))


def somebody_elses_move(store: Store) -> None:
    write(store, with_status(any_task(store), TaskStatus(timestamp=0, state=TaskState.FAILED)))


def another_node(store: Store) -> None:
    task = any_task(store)
    other = next(node for node in store.all(Node) if node.id != task.node_id)
    write(store, replace(task, node_id=other.id))


def a_service_gone(store: Store) -> None:
    with store.transaction() as transaction:
        transaction.remove(next(store.all(Service)))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (a_second_task, "2 tasks of slot .* want to run"),
        (two_more_of_a_service_that_starts_first, "3 tasks of slot .* want to run"),
        (an_address_twice, "2 hold .*10.0.0.99/24"),
        (a_port_twice, "2 services publish"),
        (too_much_reserved, "the CPUs of .* are overbooked"),
        (a_node_that_is_not_there, "its node is gone"),
        (a_step_back, "moved a task backwards"),
        (a_wish_taken_back, "took a task's desired state back"),
        (somebody_elses_move, "test_promises moved a task RUNNING -> FAILED"),
        (another_node, "moved a task to another node"),
        (a_service_gone, "test_promises removed"),
    ],
)
def test_damage_is_seen_at_once(damage: Damage, words: str) -> None:
    """Whatever else is wrong then, these words are among what is said."""
    simulation, promises = swarm()
    damage(store_of(simulation))
    with pytest.raises(AssertionError, match=words):
        promises.look()


def drained(node: Node) -> Node:
    return replace(node, spec=replace(node.spec, availability=Availability.DRAIN))


def down(node: Node) -> Node:
    return replace(node, status=NodeStatus(state=NodeState.DOWN))


@pytest.mark.parametrize(("lost", "limit_s"), [(drained, 5), (down, 5)], ids=["drained", "down"])
def test_what_lasts_too_long_is_seen_then(lost: Callable[[Node], Node], limit_s: float) -> None:
    """A while is allowed, and a jump of time is no while."""
    simulation, promises = swarm()
    store = store_of(simulation)
    node = next(node for node in store.all(Node) if node.id == any_task(store).node_id)
    # Written where nobody of the leader's hears of it, so that nobody moves the task.
    store._subscribers = {type_: () for type_ in store._subscribers}
    write(store, lost(node))
    promises.look()
    promises.jump(100)
    simulation.clock.leap(100)
    promises.look()
    simulation.clock.leap(limit_s + 1)
    with pytest.raises(AssertionError, match="wanted on a node that is drained or down"):
        promises.look()


def test_a_task_that_does_not_stop_is_seen_after_a_minute() -> None:
    """Its node is ready, and it runs on."""
    simulation, promises = swarm()
    store = store_of(simulation)
    store._subscribers = {type_: () for type_ in store._subscribers}
    write(store, replace(any_task(store), desired_state=TaskState.SHUTDOWN))
    promises.look()
    simulation.clock.leap(61)
    with pytest.raises(AssertionError, match="it does not stop"):
        promises.look()


def test_a_majority_without_a_leader_is_seen_after_minutes() -> None:
    """Two of three managers live, and neither stands for election."""
    simulation = states.build("three-managers", seed=1)
    promises = Promises(simulation)
    raft = simulation.swarms()[0].raft
    raft._stand_for_election = lambda node_id: None  # type: ignore[method-assign]
    simulation.daemons["docker-swarm-3"].power_off()
    for seconds in (1, 250):
        simulation.advance(seconds)
        promises.look()
    simulation.advance(100)
    with pytest.raises(AssertionError, match="a majority of the managers lives, and nobody leads"):
        promises.look()
