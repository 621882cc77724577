"""The store: transactions, versions, indexes, subscribers."""

from contextlib import suppress
from dataclasses import replace

import pytest

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Ambiguous, NotFound
from swarmlab.engine.ids import NodeId, ServiceId, TaskId
from swarmlab.engine.model import ContainerSpec, Service, ServiceSpec, Task, TaskSpec, TaskState, TaskStatus
from swarmlab.engine.store import Action, AnyChange, Store
from swarmlab.engine.transitions import IllegalMove

SPEC = TaskSpec(container=ContainerSpec(image="alpine"))


def service(id_: str, name: str) -> Service:
    return Service(id=ServiceId(id_), spec=ServiceSpec(name=name, task=SPEC))


def task(id_: str, slot: int = 1) -> Task:
    status = TaskStatus(timestamp=0, state=TaskState.NEW)
    return Task(
        id=TaskId(id_), spec=SPEC, service_id=ServiceId("s"), service_name="web", slot=slot,
        status=status, desired_state=TaskState.RUNNING,
    )  # fmt: skip


def store_with(*objects: Service | Task) -> Store:
    store = Store(Clock(50.0))
    with store.transaction() as tx:
        for obj in objects:
            tx.create(obj)
    return store


def test_one_transaction_is_one_version() -> None:
    """All objects of a transaction get its version, the next transaction a higher one."""
    store = store_with(service("a", "one"), service("b", "two"))
    assert {found.meta.version for found in store.all(Service)} == {1}
    with store.transaction() as tx:
        tx.update(service("a", "one"))
    assert store.find(Service, "one").meta.version == 2
    assert store.find(Service, "two").meta.version == 1


def test_a_transaction_that_raises_writes_nothing() -> None:
    """Bad input leaves the store as it was."""
    store = store_with()
    with suppress(RuntimeError), store.transaction() as tx:
        tx.create(service("a", "one"))
        raise RuntimeError
    assert list(store.all(Service)) == []
    assert store.version == 0


def test_objects_are_found_by_id_then_name_then_prefix() -> None:
    """A user's reference may be an id, a name, or the beginning of an id."""
    store = store_with(service("abc1", "web"), service("abd2", "abc1"))
    assert store.find(Service, "abc1").spec.name == "web"
    assert store.find(Service, "web").id == "abc1"
    assert store.find(Service, "abd").id == "abd2"
    with pytest.raises(Ambiguous, match=r"service ab is ambiguous \(2 matches found\)"):
        store.find(Service, "ab")
    with pytest.raises(NotFound, match="service nosuch not found"):
        store.find(Service, "nosuch")


def test_indexes_follow_a_task_and_keep_its_place() -> None:
    """Tasks are listed oldest first, also after one was assigned to a node."""
    store = store_with(task("t1"), task("t2", slot=2))
    with store.transaction() as tx:
        pending = replace(task("t1"), status=TaskStatus(timestamp=1, state=TaskState.PENDING))
        tx.update(replace(pending, node_id=NodeId("n")))
    assert [found.id for found in store.tasks_of_service(ServiceId("s"))] == ["t1", "t2"]
    assert [found.id for found in store.tasks_on_node(NodeId("n"))] == ["t1"]
    with store.transaction() as tx:
        tx.remove(store.tasks_on_node(NodeId("n"))[0])
    assert store.tasks_on_node(NodeId("n")) == []
    assert [found.id for found in store.tasks_of_slot((ServiceId("s"), 2))] == ["t2"]


def test_an_illegal_move_is_refused() -> None:
    """No component may let a new task run at once."""
    store = store_with(task("t1"))
    with pytest.raises(IllegalMove, match="NEW to RUNNING"), store.transaction() as tx:
        tx.update(replace(task("t1"), status=TaskStatus(timestamp=1, state=TaskState.RUNNING)))


def test_subscribers_hear_one_change_an_object() -> None:
    """Several writes of one object in one transaction are one change, from the first state to the last."""
    store, heard = store_with(), list[AnyChange]()
    store.subscribe(heard.extend)
    with store.transaction() as tx:
        tx.create(service("a", "one"))
        tx.update(service("a", "two"))
        tx.create(service("b", "gone"))
        tx.remove(service("b", "gone"))
    assert [(change.action, change.object.id) for change in heard] == [(Action.CREATE, "a")]
    assert store.find(Service, "two").id == "a"
