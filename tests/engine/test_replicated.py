"""Replicated services: scaling, slots, history, lost and drained nodes."""

from collections import Counter

from swarmlab.engine.model import Availability, NodeState, Replicated, Task, TaskState
from tests.engine.fakes import FakeSwarm, spec


def running_swarm(replicas: int, nodes: int = 3) -> FakeSwarm:
    swarm = FakeSwarm(nodes=nodes)
    swarm.control.create_service(spec(replicas=replicas))
    swarm.until(swarm.all_run(replicas))
    return swarm


def fail(swarm: FakeSwarm, task: Task) -> None:
    swarm.agents.report(task.id, TaskState.FAILED, "started", "task: non-zero exit (137)")
    swarm.step()


def test_slots_are_numbered_from_one() -> None:
    """A service has as many tasks as replicas, one a slot."""
    swarm = running_swarm(5)
    assert [task.slot for task in swarm.live()] == [1, 2, 3, 4, 5]
    assert swarm.tasks()[0].name == f"web.1.{swarm.live()[0].id}"


def test_a_killed_task_is_replaced_in_its_slot_after_the_delay() -> None:
    """The replacement is there at once with desired state ready, and runs when five seconds have passed."""
    swarm = running_swarm(2)
    fail(swarm, swarm.live()[0])
    replacement = swarm.live()[0]
    assert (replacement.slot, replacement.desired_state) == (1, TaskState.READY)
    swarm.advance(1)
    assert swarm.live()[0].state is TaskState.READY
    swarm.advance(3.9)
    assert swarm.live()[0].desired_state is TaskState.READY
    swarm.advance(0.2)
    assert swarm.live()[0].desired_state is TaskState.RUNNING
    swarm.until(swarm.all_run(2))


def test_an_image_that_does_not_exist_is_tried_once_a_delay() -> None:
    """A replacement that is rejected before its start waits for its own delay: no hot loop."""
    swarm = FakeSwarm()
    swarm.control.create_service(spec(image="bad"))
    swarm.advance(0.1)
    counts = []
    for _ in range(3):
        counts.append(len(swarm.tasks()))
        swarm.advance(5.1)
    assert counts == [2, 3, 4]


def test_scaling_down_keeps_the_spread() -> None:
    """Nodes with the most copies lose them first, then high slots go."""
    swarm = running_swarm(7)
    swarm.scale(4)
    swarm.until(swarm.all_run(4))
    assert sorted(swarm.per_node().values()) == [1, 1, 2]
    swarm.scale(3)
    swarm.until(swarm.all_run(3))
    assert sorted(swarm.per_node().values()) == [1, 1, 1]


def test_scaling_down_takes_unassigned_tasks_first() -> None:
    """A task that waits for a node is worth less than one that runs."""
    swarm = running_swarm(3)
    for name in ("n1", "n2", "n3"):
        swarm.set_availability(name, Availability.PAUSE)
    swarm.scale(5)
    swarm.advance(1)
    swarm.scale(3)
    swarm.advance(1)
    assert [task.slot for task in swarm.running()] == [1, 2, 3]


def test_of_equals_the_high_slots_go() -> None:
    """On one node the last slots are removed."""
    swarm = running_swarm(5, nodes=1)
    swarm.scale(2)
    swarm.step()
    assert [task.slot for task in swarm.live()] == [1, 2]


def test_removed_tasks_leave_no_history() -> None:
    """Tasks of a slot that is scaled away are forgotten once they have stopped."""
    swarm = running_swarm(4)
    swarm.scale(1)
    swarm.step()
    going = [task for task in swarm.tasks() if task.desired_state is TaskState.REMOVE]
    assert len(going) == 3
    swarm.advance(3)
    assert len(swarm.tasks()) == 1


def test_scaling_up_fills_the_lowest_free_slots() -> None:
    """Slots that were given up are used again."""
    swarm = running_swarm(4)
    swarm.scale(2)
    swarm.advance(5)
    swarm.scale(5)
    swarm.until(swarm.all_run(5))
    assert [task.slot for task in swarm.live()] == [1, 2, 3, 4, 5]


def test_scaling_leaves_running_tasks_and_status_alone() -> None:
    """A new number of replicas replaces nothing and is no update."""
    swarm = running_swarm(2)
    before = {task.id for task in swarm.live()}
    swarm.scale(4)
    swarm.until(swarm.all_run(4))
    assert before < {task.id for task in swarm.live()}
    assert swarm.service().update_status is None


def test_a_slot_keeps_five_tasks_in_all() -> None:
    """The history limit counts the live task too."""
    swarm = running_swarm(1)
    for _ in range(8):
        fail(swarm, swarm.running()[0])
        swarm.until(swarm.all_run(1))
    swarm.advance(1)
    assert Counter(task.state for task in swarm.tasks()) == {TaskState.FAILED: 4, TaskState.RUNNING: 1}


def test_tasks_of_a_drained_node_move_without_delay() -> None:
    """They are replaced elsewhere as soon as they have stopped, and nothing comes back by itself."""
    swarm = running_swarm(6)
    swarm.set_availability("n1", Availability.DRAIN)
    waited_s = swarm.until(swarm.all_run(6))
    assert waited_s < 3
    assert swarm.per_node() == {"n1": 0, "n2": 3, "n3": 3}
    swarm.set_availability("n1", Availability.ACTIVE)
    swarm.advance(30)
    assert swarm.per_node() == {"n1": 0, "n2": 3, "n3": 3}


def test_a_paused_node_keeps_what_it_has() -> None:
    """It only gets nothing new."""
    swarm = running_swarm(3)
    swarm.set_availability("n1", Availability.PAUSE)
    swarm.scale(7)
    swarm.until(swarm.all_run(7))
    assert swarm.per_node() == {"n1": 1, "n2": 3, "n3": 3}


def test_a_lost_nodes_tasks_still_count_as_running() -> None:
    """They were last seen so: `service ls` reads 7/5 until the node is back and stops them."""
    swarm = running_swarm(5, nodes=2)
    lost = swarm.per_node()["n2"]
    swarm.set_state("n2", NodeState.DOWN)
    swarm.step()
    assert {task.desired_state for task in swarm.live() if task.state is not TaskState.RUNNING} == {TaskState.READY}
    swarm.until(swarm.all_run(5))
    status = swarm.control.service_status(swarm.service())
    assert (status.running, status.desired) == (5 + lost, 5)
    swarm.set_state("n2", NodeState.READY)
    swarm.advance(5)
    status = swarm.control.service_status(swarm.service())
    assert (status.running, status.desired) == (5, 5)
    assert swarm.per_node() == {"n1": 5, "n2": 0}


def test_an_unknown_or_disconnected_node_moves_nothing() -> None:
    """Only a node that is down loses its tasks."""
    swarm = running_swarm(3)
    before = [task.id for task in swarm.live()]
    for state in (NodeState.UNKNOWN, NodeState.DISCONNECTED):
        swarm.set_state("n1", state)
        swarm.advance(10)
    assert [task.id for task in swarm.live()] == before


def test_a_removed_node_orphans_its_tasks() -> None:
    """Its record is gone at once, its tasks run elsewhere."""
    swarm = running_swarm(3)
    swarm.set_state("n1", NodeState.DOWN)
    swarm.until(swarm.all_run(3))
    swarm.set_state("n2", NodeState.UNKNOWN)
    swarm.control.remove_node("n2")
    swarm.until(swarm.all_run(3))
    assert swarm.per_node() == {"n1": 0, "n3": 3}
    orphans = [task for task in swarm.tasks() if task.state is TaskState.ORPHANED]
    assert orphans[0].status.message == "Task belonged to a node that has been deleted"


def test_a_removed_service_is_gone_at_once_and_its_tasks_when_they_have_stopped() -> None:
    """The tasks are wanted away, history and all."""
    swarm = running_swarm(3)
    service = swarm.control.remove_service("web")
    swarm.step()
    assert {task.desired_state for task in swarm.store.tasks_of_service(service.id)} == {TaskState.REMOVE}
    swarm.advance(3)
    assert swarm.store.tasks_of_service(service.id) == []


def test_zero_replicas() -> None:
    """A service may have no tasks at all."""
    swarm = running_swarm(2)
    swarm.update(mode=Replicated(replicas=0))
    swarm.advance(5)
    assert swarm.tasks() == []


def test_a_new_leader_goes_on_with_pending_delays() -> None:
    """A replacement that waits is started after what is left of its delay."""
    swarm = running_swarm(2)
    fail(swarm, swarm.live()[0])
    swarm.advance(3)
    swarm.manager.stop()
    swarm.manager.start()
    waited_s = swarm.until(swarm.all_run(2))
    assert 1.5 < waited_s < 5.6


def test_a_stopped_manager_moves_nothing() -> None:
    """Without a leader no task changes and no timer is left."""
    swarm = running_swarm(2)
    fail(swarm, swarm.live()[0])
    swarm.manager.stop()
    before = swarm.tasks()
    swarm.advance(60)
    assert swarm.tasks() == before
    assert swarm.clock.next_due() is None
