"""Rolling updates: what is replaced, how fast, what failures do, and how to turn back."""

from collections.abc import Callable

from swarmlab.engine.model import (
    Availability,
    FailureAction,
    Replicated,
    TaskState,
    UpdateConfig,
    UpdateOrder,
    UpdateState,
    UpdateStatus,
)
from tests.engine.fakes import FakeSwarm, image, spec


def running_swarm(replicas: int = 4, update: UpdateConfig | None = None, *, nodes: int = 3) -> FakeSwarm:
    swarm = FakeSwarm(nodes=nodes)
    swarm.control.create_service(spec(replicas=replicas, update=update))
    swarm.until(swarm.all_run(replicas))
    return swarm


def status(swarm: FakeSwarm) -> UpdateStatus:
    found = swarm.service().update_status
    assert found is not None
    return found


def reaches(swarm: FakeSwarm, state: UpdateState) -> Callable[[], bool]:
    return lambda: swarm.service().update_status is not None and status(swarm).state is state


def new_ones(swarm: FakeSwarm, name: str) -> int:
    return sum(task.spec.container.image == name for task in swarm.live())


def test_slots_are_replaced_one_by_one() -> None:
    """Parallelism 1: never is more than one task missing."""
    swarm = running_swarm(4)
    swarm.update_task(container=image("busybox"))
    swarm.step()
    assert (status(swarm).state, status(swarm).message) == (UpdateState.UPDATING, "update in progress")
    least = 4
    while not reaches(swarm, UpdateState.COMPLETED)():
        least = min(least, len(swarm.running()))
        swarm.advance(0.25)
    assert least == 3
    assert new_ones(swarm, "busybox") == 4
    assert status(swarm).message == "update completed"


def test_an_update_lasts_until_the_monitor_has_seen_the_last_task() -> None:
    """Five seconds after the last task is up the update is complete."""
    swarm = running_swarm(1)
    swarm.update_task(container=image("busybox"))
    swarm.until(lambda: new_ones(swarm, "busybox") == 1 and len(swarm.running()) == 1)
    assert 4.9 < swarm.until(reaches(swarm, UpdateState.COMPLETED)) < 5.1
    assert status(swarm).completed_at == swarm.clock.now


def test_the_old_task_stops_before_the_new_one_starts() -> None:
    """Stop-first: the new task waits in state ready without any restart delay."""
    swarm = running_swarm(1)
    swarm.update_task(container=image("busybox"))
    swarm.advance(1)
    assert swarm.live()[0].state is TaskState.READY
    assert swarm.until(swarm.all_run(1)) < 2


def test_start_first() -> None:
    """The old task is stopped only when the new one runs."""
    swarm = running_swarm(1, UpdateConfig(parallelism=1, order=UpdateOrder.START_FIRST))
    swarm.update_task(container=image("busybox"))
    fewest = 1
    while not reaches(swarm, UpdateState.COMPLETED)():
        fewest = min(fewest, sum(task.state is TaskState.RUNNING for task in swarm.tasks()))
        swarm.advance(0.1)
    assert fewest == 1
    assert new_ones(swarm, "busybox") == 1


def test_parallelism_zero_is_all_at_once() -> None:
    """Every slot is in work at the same time."""
    swarm = running_swarm(4, UpdateConfig(parallelism=0))
    swarm.update_task(container=image("busybox"))
    swarm.step()
    assert new_ones(swarm, "busybox") == 4


def test_a_worker_pauses_after_each_slot() -> None:
    """The delay lies between slots; it lengthens the monitoring at the end when it is the longer of the two."""
    swarm = running_swarm(2, UpdateConfig(parallelism=1, delay_s=30))
    swarm.update_task(container=image("busybox"))
    swarm.until(lambda: new_ones(swarm, "busybox") == 1 and len(swarm.running()) == 2)
    assert 29 < swarm.until(lambda: new_ones(swarm, "busybox") == 2) < 31
    assert 60 < swarm.until(reaches(swarm, UpdateState.COMPLETED)) < 64


def test_what_is_no_part_of_a_task_replaces_nothing() -> None:
    """Labels of the service, replicas and the update config change no task and start no update."""
    swarm = running_swarm(2)
    before = [task.id for task in swarm.live()]
    swarm.update(labels={"a": "b"}, update=UpdateConfig(parallelism=2))
    swarm.advance(20)
    assert [task.id for task in swarm.live()] == before
    assert swarm.service().update_status is None


def test_force_replaces_everything() -> None:
    """`service update --force` is a change of a number in the task's spec, and so spreads tasks anew."""
    swarm = running_swarm(4, nodes=1)
    swarm.add_node("n2")
    swarm.update_task(force_update=1)
    swarm.until(reaches(swarm, UpdateState.COMPLETED))
    assert sorted(swarm.per_node().values()) == [2, 2]


def test_constraints_that_the_node_meets_replace_nothing() -> None:
    """A task on a node that suits the new constraints stays; another one moves."""
    swarm = running_swarm(3)
    placed = {task.id: task.node_id for task in swarm.live()}
    swarm.update_task(placement=spec(constraints=("node.hostname!=n1",)).task.placement)
    swarm.until(reaches(swarm, UpdateState.COMPLETED))
    moved = [node_id for id_, node_id in placed.items() if id_ not in {task.id for task in swarm.live()}]
    assert moved == [swarm.node("n1").id]
    assert swarm.per_node()["n1"] == 0


def test_a_failure_pauses() -> None:
    """The first new task that fails stops the update; restarts go on, and the other slots stay old."""
    swarm = running_swarm(3)
    swarm.update_task(container=image("bad"))
    swarm.until(reaches(swarm, UpdateState.PAUSED))
    failed = next(task for task in swarm.tasks() if task.state is TaskState.REJECTED)
    assert status(swarm).message == f"update paused due to failure or early termination of task {failed.id}"
    assert status(swarm).completed_at is None
    swarm.advance(30)
    assert len(swarm.running()) == 2
    assert new_ones(swarm, "bad") == 1


def test_a_paused_update_goes_on_with_the_next_update() -> None:
    """Any update clears the status; what is still outdated is replaced then."""
    swarm = running_swarm(3)
    swarm.update_task(container=image("bad"))
    swarm.until(reaches(swarm, UpdateState.PAUSED))
    swarm.update_task(container=image("busybox"))
    swarm.until(reaches(swarm, UpdateState.COMPLETED))
    assert new_ones(swarm, "busybox") == 3 == len(swarm.running())


def test_an_early_end_within_the_monitor_counts_as_failure() -> None:
    """Also a task that ran for a second has failed."""
    swarm = running_swarm(2)
    swarm.update_task(container=image("crash"))
    swarm.until(reaches(swarm, UpdateState.PAUSED))
    assert new_ones(swarm, "crash") >= 1


def test_a_failure_counts_although_the_worker_rests_longer_than_the_monitor() -> None:
    """It is read after the last rest; the monitor period is a second longer than the delay from then on."""
    swarm = running_swarm(1, UpdateConfig(parallelism=1, delay_s=10, monitor_s=2))
    swarm.update_task(container=image("crash"))
    assert 10 < swarm.until(reaches(swarm, UpdateState.PAUSED)) < 16


def test_failures_below_the_ratio_are_borne() -> None:
    """More than so large a share of the slots must fail."""
    swarm = running_swarm(2, UpdateConfig(parallelism=1, max_failure_ratio=1))
    swarm.update_task(container=image("bad"))
    swarm.until(reaches(swarm, UpdateState.COMPLETED))


def test_failure_action_continue() -> None:
    """Nothing stops such an update."""
    swarm = running_swarm(2, UpdateConfig(parallelism=1, failure_action=FailureAction.CONTINUE))
    swarm.update_task(container=image("bad"))
    swarm.until(reaches(swarm, UpdateState.COMPLETED))


def test_failure_action_rollback() -> None:
    """The service returns to its previous spec by itself, which is then forgotten."""
    swarm = running_swarm(3, UpdateConfig(parallelism=1, failure_action=FailureAction.ROLLBACK))
    swarm.update_task(container=image("bad"))
    swarm.until(reaches(swarm, UpdateState.ROLLBACK_STARTED))
    assert status(swarm).message.startswith("update rolled back due to failure or early termination of task ")
    swarm.until(reaches(swarm, UpdateState.ROLLBACK_COMPLETED))
    assert status(swarm).message == "rollback completed"
    assert swarm.service().spec.task.container.image == "alpine"
    assert swarm.service().previous_spec is None
    assert new_ones(swarm, "alpine") == 3 == len(swarm.running())


def test_a_rollback_leaves_tasks_that_never_left_the_old_spec() -> None:
    """Tasks that the update had not reached stay, the others are replaced."""
    swarm = running_swarm(3)
    before = {task.id for task in swarm.live()}
    swarm.update_task(container=image("bad"))
    swarm.until(reaches(swarm, UpdateState.PAUSED))
    swarm.rollback()
    assert (status(swarm).state, status(swarm).message) == (UpdateState.ROLLBACK_STARTED, "manually requested rollback")
    swarm.until(reaches(swarm, UpdateState.ROLLBACK_COMPLETED))
    assert len(before & {task.id for task in swarm.running()}) == 2


def test_rolling_back_twice_returns_to_the_newer_spec() -> None:
    """The two specs change places, replicas included."""
    swarm = running_swarm(1)
    swarm.update(mode=Replicated(replicas=2), task=spec(image="busybox").task)
    swarm.until(reaches(swarm, UpdateState.COMPLETED))
    swarm.rollback()
    swarm.until(reaches(swarm, UpdateState.ROLLBACK_COMPLETED))
    assert (new_ones(swarm, "alpine"), len(swarm.live())) == (1, 1)
    swarm.rollback()
    swarm.until(reaches(swarm, UpdateState.ROLLBACK_COMPLETED))
    assert (new_ones(swarm, "busybox"), len(swarm.live())) == (2, 2)


def test_a_rollback_with_nothing_to_do_is_complete_at_once() -> None:
    """Only the number of replicas had changed."""
    swarm = running_swarm(1)
    swarm.scale(2)
    swarm.until(swarm.all_run(2))
    swarm.rollback()
    swarm.step()
    assert status(swarm).state is UpdateState.ROLLBACK_COMPLETED


def test_a_newer_update_replaces_a_running_one() -> None:
    """What was half done is brought to the newest spec."""
    swarm = running_swarm(4)
    swarm.update_task(container=image("busybox"))
    swarm.advance(4)
    swarm.update_task(container=image("nginx"))
    swarm.until(reaches(swarm, UpdateState.COMPLETED))
    assert new_ones(swarm, "nginx") == 4 == len(swarm.running())


def test_a_task_without_a_node_blocks_its_worker() -> None:
    """The update waits for it without a limit, and the status says so."""
    swarm = running_swarm(2)
    for name in ("n1", "n2", "n3"):
        swarm.set_availability(name, Availability.PAUSE)
    swarm.update_task(container=image("busybox"))
    swarm.advance(300)
    assert status(swarm).state is UpdateState.UPDATING
    assert new_ones(swarm, "busybox") == 1


def test_a_new_leader_takes_an_update_up() -> None:
    """The stored status is enough to go on."""
    swarm = running_swarm(4)
    swarm.update_task(container=image("busybox"))
    swarm.advance(4)
    swarm.manager.stop()
    swarm.manager.start()
    swarm.until(reaches(swarm, UpdateState.COMPLETED))
    assert new_ones(swarm, "busybox") == 4 == len(swarm.running())


def test_scaling_during_an_update() -> None:
    """The new number is reached and every task has the new spec."""
    swarm = running_swarm(3)
    swarm.update_task(container=image("busybox"))
    swarm.advance(3)
    swarm.scale(5)
    swarm.until(swarm.all_run(5), limit_s=200)
    swarm.advance(60)
    assert new_ones(swarm, "busybox") == 5
