"""How much of a slot's history is kept."""

from dataclasses import replace

from swarmlab.engine.manager.reaper import BATCH_S
from swarmlab.engine.model import RestartPolicy, TaskState
from tests.engine.fakes import FakeSwarm, spec


def set_limit(swarm: FakeSwarm, limit: int) -> None:
    cluster = swarm.store.cluster()
    wanted = replace(cluster.spec, task_history_retention_limit=limit)
    swarm.control.update_cluster(cluster.meta.version, wanted)


def failing_swarm(failures: int, limit: int = 5) -> FakeSwarm:
    """A service whose only task has failed so often and runs again."""
    swarm = FakeSwarm(nodes=1)
    set_limit(swarm, limit)
    swarm.control.create_service(spec())
    for _ in range(failures):
        fail(swarm)
    swarm.advance(BATCH_S)
    return swarm


def fail(swarm: FakeSwarm) -> None:
    swarm.until(swarm.all_run(1))
    swarm.agents.report(swarm.running()[0].id, TaskState.FAILED, "started")
    swarm.step()
    swarm.until(swarm.all_run(1))


def test_the_oldest_go_first() -> None:
    """The newest failures and the live task stay."""
    swarm = failing_swarm(3, limit=10)
    ids = [task.id for task in swarm.tasks()]
    set_limit(swarm, 3)
    fail(swarm)
    swarm.advance(BATCH_S)
    assert [task.id for task in swarm.tasks()][:2] == ids[2:]


def test_a_lower_limit_waits_for_the_next_task() -> None:
    """Changing the setting alone forgets nothing."""
    swarm = failing_swarm(6, limit=10)
    set_limit(swarm, 2)
    swarm.advance(60)
    assert len(swarm.tasks()) == 7
    fail(swarm)
    swarm.advance(BATCH_S)
    assert len(swarm.tasks()) == 2


def test_a_negative_limit_keeps_everything() -> None:
    """Nothing is ever reaped then."""
    assert len(failing_swarm(8, limit=-1).tasks()) == 9


def test_restart_attempts_need_their_history() -> None:
    """A limit of attempts keeps as many tasks and one more, whatever the setting says."""
    swarm = FakeSwarm(nodes=1)
    set_limit(swarm, 1)
    swarm.control.create_service(spec(image="crash", restart=RestartPolicy(max_attempts=3, delay_s=1)))
    swarm.advance(60)
    assert [task.state for task in swarm.tasks()] == [TaskState.FAILED] * 4


def test_tasks_that_never_ran_leave_at_once() -> None:
    """A pending task of a removed service has no container to wait for."""
    swarm = FakeSwarm(nodes=0)
    service = swarm.control.create_service(spec(replicas=3))
    swarm.advance(1)
    swarm.control.remove_service("web")
    swarm.advance(BATCH_S)
    assert swarm.store.tasks_of_service(service.id) == []
