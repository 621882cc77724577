"""Global services: one task a node."""

from swarmlab.engine.model import Availability, NodeState, TaskState, UpdateState
from tests.engine.fakes import FakeSwarm, image, spec


def running_swarm(nodes: int = 3, constraints: tuple[str, ...] = ()) -> FakeSwarm:
    swarm = FakeSwarm(nodes=nodes)
    swarm.control.create_service(spec(replicas=None, constraints=constraints))
    swarm.advance(2)
    return swarm


def test_every_node_has_one_task() -> None:
    """Its slot is 0, and its name has the node's id instead."""
    swarm = running_swarm()
    assert swarm.per_node() == {"n1": 1, "n2": 1, "n3": 1}
    task = swarm.running()[0]
    assert task.slot == 0
    assert task.name == f"web.{task.node_id}.{task.id}"
    status = swarm.control.service_status(swarm.service())
    assert (status.running, status.desired) == (3, 3)


def test_a_new_node_gets_a_task_at_once() -> None:
    """That is what a global service is for."""
    swarm = running_swarm(1)
    swarm.add_node("n2")
    swarm.advance(1)
    assert swarm.per_node() == {"n1": 1, "n2": 1}


def test_a_lost_or_drained_nodes_task_is_not_replaced() -> None:
    """It stops; when the node is back a new one starts without any delay."""
    swarm = running_swarm(2)
    swarm.set_availability("n1", Availability.DRAIN)
    swarm.set_state("n2", NodeState.DOWN)
    swarm.advance(5)
    assert swarm.per_node() == {"n1": 0, "n2": 0}
    swarm.set_availability("n1", Availability.ACTIVE)
    swarm.set_state("n2", NodeState.READY)
    swarm.advance(1)
    assert len(swarm.running()) == 2


def test_a_failed_task_is_restarted_on_its_node() -> None:
    """With the usual delay."""
    swarm = running_swarm(2)
    task = swarm.running()[0]
    swarm.agents.report(task.id, TaskState.FAILED, "started", "task: non-zero exit (1)")
    swarm.step()
    assert len(swarm.live()) == 2
    assert 5 < swarm.until(swarm.all_run(2)) < 6
    assert swarm.per_node() == {"n1": 1, "n2": 1}


def test_a_paused_node_keeps_its_task_but_gets_no_other() -> None:
    """One that fails there is not restarted, and updates leave it alone."""
    swarm = running_swarm(2)
    swarm.set_availability("n1", Availability.PAUSE)
    swarm.update_task(container=image("busybox"))
    swarm.until(lambda: getattr(swarm.service().update_status, "state", None) is UpdateState.COMPLETED)
    images = {
        swarm.store.find(type(swarm.node("n1")), t.node_id).hostname: t.spec.container.image for t in swarm.live()
    }
    assert images == {"n1": "alpine", "n2": "busybox"}
    old = next(task for task in swarm.live() if task.spec.container.image == "alpine")
    swarm.agents.report(old.id, TaskState.FAILED, "started", "task: non-zero exit (1)")
    swarm.advance(20)
    assert swarm.per_node() == {"n1": 0, "n2": 1}


def test_an_outdated_task_is_replaced_when_its_node_is_active_again() -> None:
    """At once, and without an update status of its own."""
    swarm = running_swarm(2)
    swarm.set_availability("n1", Availability.PAUSE)
    swarm.update_task(container=image("busybox"))
    swarm.until(lambda: getattr(swarm.service().update_status, "state", None) is UpdateState.COMPLETED)
    before = swarm.service().update_status
    swarm.set_availability("n1", Availability.ACTIVE)
    swarm.advance(5)
    assert {task.spec.container.image for task in swarm.running()} == {"busybox"}
    assert swarm.service().update_status == before


def test_labels_decide_where_it_runs() -> None:
    """A node that starts to meet the constraint gets a task; one that ceases to loses its own."""
    swarm = running_swarm(2, constraints=("node.labels.disk==ssd",))
    assert swarm.per_node() == {"n1": 0, "n2": 0}
    swarm.set_label("n1", disk="ssd")
    swarm.advance(1)
    assert swarm.per_node() == {"n1": 1, "n2": 0}
    swarm.set_label("n1", disk="hdd")
    swarm.advance(5)
    assert swarm.per_node() == {"n1": 0, "n2": 0}


def test_a_removed_nodes_tasks_are_forgotten() -> None:
    """There is no history of a node that is no more."""
    swarm = running_swarm(2)
    swarm.set_state("n1", NodeState.DOWN)
    swarm.control.remove_node("n1")
    swarm.advance(1)
    assert {task.node_id for task in swarm.tasks()} == {swarm.node("n2").id}


def test_a_removed_service() -> None:
    """All its tasks go."""
    swarm = running_swarm()
    service = swarm.control.remove_service("web")
    swarm.advance(4)
    assert swarm.store.tasks_of_service(service.id) == []
