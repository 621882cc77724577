"""Restart policies: condition, delay, attempts, window; and what a replacement waits for."""

from swarmlab.engine.model import Availability, NodeState, RestartCondition, RestartPolicy, TaskState
from tests.engine.fakes import FakeSwarm, spec


def swarm_with(image: str = "alpine", *, nodes: int = 2, **policy: object) -> FakeSwarm:
    swarm = FakeSwarm(nodes=nodes)
    swarm.control.create_service(spec(image=image, restart=RestartPolicy(**policy)))  # type: ignore[arg-type]
    swarm.advance(3)
    return swarm


def test_any_restarts_what_ended_well_too() -> None:
    """The default condition makes no difference between exit codes."""
    swarm = swarm_with("done")
    assert len(swarm.tasks()) == 2


def test_on_failure_leaves_what_ended_well() -> None:
    """The ended task fills its slot: no successor, also not by scaling."""
    swarm = swarm_with("done", condition=RestartCondition.ON_FAILURE)
    swarm.scale(1)
    swarm.advance(60)
    assert [(task.state, task.desired_state) for task in swarm.tasks()] == [(TaskState.COMPLETE, TaskState.SHUTDOWN)]


def test_none_restarts_nothing() -> None:
    """Not even the tasks of a drained node move."""
    swarm = swarm_with(condition=RestartCondition.NONE)
    node = swarm.store.find(type(swarm.node("n1")), swarm.tasks()[0].node_id)
    swarm.set_availability(node.hostname, Availability.DRAIN)
    swarm.advance(60)
    assert [task.state for task in swarm.tasks()] == [TaskState.SHUTDOWN]


def test_max_attempts_counts_restarts_of_a_slot() -> None:
    """Two attempts are two restarts; then the slot stays as it is."""
    swarm = swarm_with("crash", max_attempts=2, delay_s=1)
    swarm.advance(60)
    assert [task.state for task in swarm.tasks()] == [TaskState.FAILED] * 3


def test_attempts_start_anew_with_a_new_spec() -> None:
    """Failures of an old version do not count against the new one."""
    swarm = swarm_with("crash", max_attempts=1, delay_s=1)
    swarm.advance(30)
    swarm.update_task(force_update=1)
    swarm.advance(30)
    newest = swarm.tasks()[-1]
    assert newest.spec.force_update == 1
    assert sum(task.spec_version == newest.spec_version for task in swarm.tasks()) == 2


def test_a_window_forgives() -> None:
    """Only restarts within the window count, so a slow crash loop goes on for ever."""
    swarm = swarm_with("crash", max_attempts=1, delay_s=5, window_s=3)
    swarm.advance(60)
    assert swarm.live()


def test_the_replacement_waits_for_the_old_task_to_stop() -> None:
    """On a drained node the delay is nothing, but two tasks of a slot do not run at once."""
    swarm = swarm_with()
    swarm.agents.stop_s = 10
    old = swarm.running()[0]
    hostname = next(name for name, count in swarm.per_node().items() if count)
    swarm.set_availability(hostname, Availability.DRAIN)
    swarm.advance(9.9)
    assert swarm.live()[0].desired_state is TaskState.READY
    swarm.until(swarm.all_run(1))
    ended = next(task for task in swarm.tasks() if task.id == old.id)
    assert ended.status.timestamp <= swarm.running()[0].status.timestamp


def test_the_wait_for_the_old_task_lasts_a_minute_at_most() -> None:
    """A task that does not stop cannot hold its replacement up for ever."""
    swarm = swarm_with()
    swarm.agents.stop_s = 300
    hostname = next(name for name, count in swarm.per_node().items() if count)
    swarm.set_availability(hostname, Availability.DRAIN)
    assert 59 < swarm.until(lambda: bool(swarm.running())) < 62


def test_the_wait_ends_when_the_node_goes_down() -> None:
    """Nobody can report the end of a task on a lost node."""
    swarm = swarm_with()
    swarm.agents.stop_s = 300
    hostname = next(name for name, count in swarm.per_node().items() if count)
    swarm.set_availability(hostname, Availability.DRAIN)
    swarm.advance(5)
    swarm.set_state(hostname, NodeState.DOWN)
    assert swarm.until(lambda: bool(swarm.running())) < 2
