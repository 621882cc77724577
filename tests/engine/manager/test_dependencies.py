"""Secrets and configs go where a task asks for them, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.ids import NodeId, ServiceId, TaskId
from swarmlab.engine.manager.assignments import Assignments
from swarmlab.engine.model import (
    ContainerSpec,
    FileTarget,
    Secret,
    SecretReference,
    SecretSpec,
    Task,
    TaskSpec,
    TaskState,
    TaskStatus,
)
from tests.engine.fakes import FakeSwarm

N1, N2 = NodeId("n1"), NodeId("n2")


def task(id_: str, node: NodeId, secret: Secret | None) -> Task:
    asked = (SecretReference(secret_id=secret.id, secret_name="tok", file=FileTarget(name="tok")),) if secret else ()
    return Task(
        id=TaskId(id_),
        spec=TaskSpec(container=ContainerSpec(image="alpine", secrets=asked)),
        service_id=ServiceId("service"),
        service_name="web",
        slot=1,
        node_id=node,
        status=TaskStatus(timestamp=0, state=TaskState.ASSIGNED),
        desired_state=TaskState.RUNNING,
    )


def set_up() -> tuple[FakeSwarm, Assignments, Secret]:
    """Assignments of their own over a store, two nodes with a session."""
    swarm = FakeSwarm(nodes=0)
    secret = swarm.control.secrets.declare(SecretSpec(name="tok", data=b"x"))
    assignments = Assignments(swarm.store)
    for node in (N1, N2):
        assignments.everything(node)
    swarm.store.subscribe(assignments.note, Task)
    return swarm, assignments, secret


def write(swarm: FakeSwarm, *tasks: Task, end: bool = False) -> None:
    with swarm.store.transaction() as transaction:
        for each in tasks:
            if end:
                status = replace(each.status, state=TaskState.SHUTDOWN)
                transaction.update(replace(each, status=status))
            else:
                transaction.create(each)


def test_a_node_gets_a_secret_with_its_first_task() -> None:
    """The other node, whose task does not ask for it, never does."""
    swarm, assignments, secret = set_up()
    write(swarm, task("a", N1, secret), task("b", N2, None))
    assert assignments.changes(N1).entrusted == (secret,)
    assert assignments.changes(N2).entrusted == ()
    write(swarm, task("c", N1, secret))
    assert assignments.changes(N1).entrusted == ()


def test_a_node_loses_it_with_its_last_task() -> None:
    """When that has ended, as the node itself reported."""
    swarm, assignments, secret = set_up()
    tasks = [task("a", N1, secret), task("b", N1, secret)]
    write(swarm, *tasks)
    assignments.changes(N1)
    for number, each in enumerate(tasks):
        running = replace(each, status=replace(each.status, state=TaskState.RUNNING))
        with swarm.store.transaction() as transaction:
            transaction.update(running)
        write(swarm, running, end=True)
        assert assignments.dirty() == ([N1] if number else [])
    change = assignments.changes(N1)
    assert (change.tasks, change.withdrawn) == ((), (secret.id,))


def test_a_new_session_gets_what_live_tasks_ask_for() -> None:
    """Whatever the last session was told."""
    swarm, assignments, secret = set_up()
    write(swarm, task("a", N1, secret))
    assignments.changes(N1)
    assert assignments.everything(N1).entrusted == (secret,)
    assignments.forget(N1)
    assert assignments.everything(N1).entrusted == (secret,)
