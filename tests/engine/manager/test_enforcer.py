"""Tasks whose node was changed under them."""

from dataclasses import replace

from swarmlab.engine.model import Availability, ReplicatedJob, RestartPolicy, TaskState
from tests.engine.fakes import FakeSwarm, spec


def test_a_label_that_goes_takes_its_tasks_along() -> None:
    """The task is rejected in Swarm's words and runs elsewhere after the usual delay."""
    swarm = FakeSwarm(nodes=2)
    swarm.set_label("n1", disk="ssd")
    swarm.control.create_service(spec(constraints=("node.labels.disk==ssd",)))
    swarm.until(swarm.all_run(1))
    swarm.set_label("n2", disk="ssd")
    swarm.set_label("n1", disk="hdd")
    swarm.step()
    status = swarm.tasks()[0].status
    assert status.state is TaskState.REJECTED
    assert status.message == "task rejected by constraint enforcer"
    assert status.err == "assigned node no longer meets constraints"
    assert 5 < swarm.until(swarm.all_run(1)) < 6
    assert swarm.per_node() == {"n1": 0, "n2": 1}


def test_a_jobs_complete_task_is_rejected_too() -> None:
    """It is still wanted; so it runs once more, where it suits."""
    swarm = FakeSwarm(nodes=2)
    swarm.set_label("n1", disk="ssd")
    declared = spec(image="done", constraints=("node.labels.disk==ssd",), restart=RestartPolicy(delay_s=1))
    swarm.control.create_service(replace(declared, mode=ReplicatedJob()))
    swarm.advance(5)
    assert [task.state for task in swarm.tasks()] == [TaskState.COMPLETE]
    swarm.set_label("n2", disk="ssd")
    swarm.set_label("n1", disk="hdd")
    swarm.advance(5)
    assert [task.state for task in swarm.tasks()] == [TaskState.REJECTED, TaskState.COMPLETE]
    assert swarm.tasks()[1].node_id == swarm.node("n2").id


def test_a_paused_node_is_left_alone() -> None:
    """Its tasks stay whatever its labels are."""
    swarm = FakeSwarm(nodes=1)
    swarm.set_label("n1", disk="ssd")
    swarm.control.create_service(spec(constraints=("node.labels.disk==ssd",)))
    swarm.until(swarm.all_run(1))
    swarm.set_availability("n1", Availability.PAUSE)
    swarm.set_label("n1", disk="hdd")
    swarm.advance(5)
    assert len(swarm.running()) == 1
