"""Jobs: tasks that run to their end, so many in all or one on each node."""

from dataclasses import replace

import pytest

from swarmlab.engine.errors import RpcInvalidArgument
from swarmlab.engine.model import (
    Availability,
    GlobalJob,
    ReplicatedJob,
    RestartCondition,
    RestartPolicy,
    ServiceSpec,
    Task,
    TaskState,
    UpdateConfig,
    UpdateState,
)
from tests.engine.fakes import FakeSwarm, image, spec

COMPLETE, FAILED, REMOVE, RUNNING, SHUTDOWN = (
    TaskState.COMPLETE,
    TaskState.FAILED,
    TaskState.REMOVE,
    TaskState.RUNNING,
    TaskState.SHUTDOWN,
)


def job(total: int = 3, at_once: int | None = None, *, image: str = "done", **task: object) -> ServiceSpec:
    mode = ReplicatedJob(total_completions=total, max_concurrent=total if at_once is None else at_once)
    return replace(spec(image=image, **task), mode=mode)  # type: ignore[arg-type]


def global_job(image: str = "done", **task: object) -> ServiceSpec:
    return replace(spec(image=image, **task), mode=GlobalJob())  # type: ignore[arg-type]


def swarm_with(declared: ServiceSpec, *, nodes: int = 3, run_s: float = 1) -> FakeSwarm:
    swarm = FakeSwarm(nodes=nodes)
    swarm.control.create_service(declared)
    swarm.advance(run_s)
    return swarm


def counts(swarm: FakeSwarm) -> tuple[int, int, int]:
    """What `service ls` shows: running, desired, completed."""
    status = swarm.control.service_status(swarm.service())
    return status.running, status.desired, status.completed


def states(tasks: list[Task]) -> list[TaskState]:
    return [task.state for task in tasks]


# --- so many in all ------------------------------------------------------------------------------------------------


def test_slots_count_from_zero_and_tasks_want_to_complete() -> None:
    """So a job's first task is named by its node, as a global service's tasks are."""
    swarm = swarm_with(job(3))
    assert sorted(task.slot for task in swarm.tasks()) == [0, 1, 2]
    assert {task.desired_state for task in swarm.tasks()} == {COMPLETE}
    first = next(task for task in swarm.tasks() if task.slot == 0)
    assert first.name == f"web.{first.node_id}.{first.id}"
    assert counts(swarm) == (3, 3, 0)


def test_so_many_at_a_time_until_all_are_complete() -> None:
    """A slot is filled when another task has ended well."""
    swarm = swarm_with(job(5, at_once=2))
    most = 0
    while len([task for task in swarm.tasks() if task.state is COMPLETE]) < 5:
        swarm.advance(0.1)
        most = max(most, sum(not task.state.is_terminal for task in swarm.tasks()))
    assert most == 2
    assert counts(swarm) == (0, 2, 5)
    assert len(swarm.tasks()) == 5


def test_nothing_is_to_be_done() -> None:
    """A job of no tasks is complete at once."""
    assert counts(swarm_with(job(0))) == (0, 0, 0)


def test_completed_tasks_stay_for_ever() -> None:
    """The history limit is not for them."""
    swarm = swarm_with(job(8, at_once=1), run_s=60)
    assert states(swarm.tasks()) == [COMPLETE] * 8
    assert {task.desired_state for task in swarm.tasks()} == {COMPLETE}


def test_a_failed_task_is_tried_again_in_its_slot_after_the_delay() -> None:
    """The condition `any` means failures only."""
    swarm = swarm_with(job(1, image="crash", restart=RestartPolicy(delay_s=2)), run_s=2.5)
    first, second = swarm.tasks()
    assert (first.state, first.desired_state) == (FAILED, SHUTDOWN)
    assert (second.slot, second.desired_state) == (0, TaskState.READY)
    swarm.advance(2)
    assert swarm.tasks()[1].desired_state is COMPLETE


def test_attempts_of_a_slot_are_counted() -> None:
    """Two attempts are two restarts, in slot 0 too."""
    swarm = swarm_with(job(1, image="crash", restart=RestartPolicy(delay_s=1, max_attempts=2)), run_s=60)
    assert states(swarm.tasks()) == [FAILED] * 3


def test_a_slot_that_was_given_up_is_filled_when_the_next_task_ends() -> None:
    """With the condition `none` two slots bring one another back; one alone stays given up."""
    never = RestartPolicy(condition=RestartCondition.NONE)
    alone = swarm_with(job(1, image="crash", restart=never), run_s=60)
    assert states(alone.tasks()) == [FAILED]
    swarm = FakeSwarm(nodes=2)
    swarm.control.create_service(job(2, image="alpine", restart=never))
    swarm.advance(1)
    for slot in (0, 1):
        task = next(task for task in swarm.tasks() if task.slot == slot and task.state is RUNNING)
        swarm.agents.report(task.id, FAILED, "started", "task: non-zero exit (3)")
        swarm.advance(1)
    assert [(task.slot, task.state) for task in swarm.tasks() if task.desired_state is COMPLETE] == [(0, RUNNING)]


@pytest.mark.parametrize("how", ["label", "force", "rollback"])
def test_whatever_is_changed_a_job_runs_anew(how: str) -> None:
    """The old tasks that still run are removed, those that are complete stay; there is no rolling update."""
    swarm = swarm_with(job(2, at_once=1), run_s=2.5)
    complete, running = swarm.tasks()
    match how:
        case "label":
            swarm.update(labels={"a": "b"})
        case "force":
            swarm.update_task(force_update=1)
        case "rollback":
            swarm.update(labels={"a": "b"})
            swarm.rollback()
    swarm.step()
    service = swarm.service()
    assert service.job_status is not None
    iteration = 2 if how == "rollback" else 1
    assert (service.job_status.iteration, service.job_status.last_execution) == (iteration, swarm.clock.now)
    old = {task.id: task.desired_state for task in swarm.tasks() if task.job_iteration == 0}
    assert old == {complete.id: COMPLETE, running.id: REMOVE}
    swarm.advance(60)
    assert [(task.slot, task.state) for task in swarm.tasks() if task.job_iteration == iteration] == [
        (0, COMPLETE),
        (1, COMPLETE),
    ]
    assert counts(swarm) == (0, 1, 2)


def test_a_rolled_back_job_stays_so() -> None:
    """Nobody completes a rollback that no updater makes."""
    swarm = swarm_with(job(1), run_s=5)
    swarm.update(labels={"a": "b"})
    swarm.rollback()
    swarm.advance(60)
    status = swarm.service().update_status
    assert status is not None
    assert (status.state, status.message) == (UpdateState.ROLLBACK_STARTED, "manually requested rollback")


def test_a_drained_nodes_task_is_left_alone() -> None:
    """Nodes are no reason to look at a job."""
    swarm = swarm_with(job(3, image="alpine"))
    swarm.set_availability("n1", Availability.DRAIN)
    swarm.advance(60)
    assert states(swarm.tasks()) == [RUNNING] * 3
    assert {task.desired_state for task in swarm.tasks()} == {COMPLETE}


def test_the_next_leader_goes_on() -> None:
    """Delays and counts are taken up, nothing runs twice."""
    swarm = swarm_with(job(3, at_once=1, image="done"), run_s=2.5)
    swarm.manager.stop()
    swarm.manager.start()
    swarm.advance(60)
    assert states(swarm.tasks()) == [COMPLETE] * 3


# --- one on each node ----------------------------------------------------------------------------------------------


def test_each_node_has_one_task() -> None:
    """`service ls` counts what is still to be done, and what is done."""
    swarm = swarm_with(global_job())
    assert {task.node_id for task in swarm.tasks()} == {swarm.node(name).id for name in ("n1", "n2", "n3")}
    assert counts(swarm) == (3, 3, 0)
    swarm.advance(5)
    assert counts(swarm) == (0, 0, 3)


def test_a_global_jobs_old_tasks_all_go() -> None:
    """The complete ones, too."""
    swarm = swarm_with(global_job(), run_s=5)
    swarm.update_task(force_update=1)
    swarm.advance(5)
    assert {task.job_iteration for task in swarm.tasks()} == {1}
    assert states(swarm.tasks()) == [COMPLETE] * 3


def test_constraints_and_availability_say_which_nodes() -> None:
    """A node that is paused, or does not match, gets none."""
    swarm = FakeSwarm(nodes=3)
    swarm.set_availability("n1", Availability.PAUSE)
    swarm.control.create_service(global_job(constraints=("node.hostname!=n2",)))
    swarm.advance(1)
    assert [task.node_id for task in swarm.tasks()] == [swarm.node("n3").id]


def test_a_new_node_gets_its_task_when_another_ends() -> None:
    """And a lost node's task is given up then, not before; a complete one stays what it is."""
    swarm = swarm_with(global_job(image="alpine"), nodes=3)
    first, second, third = (next(t for t in swarm.tasks() if t.node_id == swarm.node(n).id) for n in ("n1", "n2", "n3"))
    swarm.agents.report(first.id, COMPLETE, "finished")
    swarm.advance(1)
    for name in ("n1", "n2"):
        swarm.set_availability(name, Availability.DRAIN)
    new = swarm.add_node("n4")
    swarm.advance(1)
    assert len(swarm.tasks()) == 3
    swarm.agents.report(third.id, FAILED, "started", "task: non-zero exit (1)")
    swarm.step()
    desired = {task.id: task.desired_state for task in swarm.tasks()}
    assert (desired[first.id], desired[second.id], desired[third.id]) == (COMPLETE, SHUTDOWN, SHUTDOWN)
    assert [task.node_id for task in swarm.tasks() if task.id not in (first.id, second.id, third.id)] == [
        new.id,
        third.node_id,
    ]


def test_what_failed_on_a_drained_node_is_restarted_there() -> None:
    """The replacement waits until the node is active again."""
    swarm = swarm_with(global_job("alpine", restart=RestartPolicy(delay_s=1)), nodes=1)
    swarm.set_availability("n1", Availability.DRAIN)
    swarm.agents.report(swarm.tasks()[0].id, FAILED, "started", "task: non-zero exit (1)")
    swarm.advance(5)
    assert [(task.state, task.desired_state) for task in swarm.tasks()] == [
        (FAILED, SHUTDOWN),
        (TaskState.PENDING, COMPLETE),
    ]
    swarm.set_availability("n1", Availability.ACTIVE)
    swarm.advance(2)
    assert states(swarm.tasks()) == [FAILED, RUNNING]


def test_attempts_mean_nothing_to_a_global_job() -> None:
    """Swarm records them under one key and looks them up under another."""
    swarm = swarm_with(global_job("crash", restart=RestartPolicy(delay_s=1, max_attempts=1)), nodes=1, run_s=30)
    assert len(swarm.tasks()) > 5


# --- refusals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("declared", [job(), global_job()])
def test_jobs_have_no_update_config(declared: ServiceSpec) -> None:
    """A rollback config passes."""
    swarm = FakeSwarm(nodes=1)
    with pytest.raises(RpcInvalidArgument, match="Jobs may not have an update config"):
        swarm.control.create_service(replace(declared, update=UpdateConfig()))
    swarm.control.create_service(replace(declared, rollback=UpdateConfig()))


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        (job(1, 2**63), "Maximum concurrent jobs must not be negative"),
        (job(2**64 - 1, 1), "Total completed jobs must not be negative"),
        (spec(replicas=2**63), "Number of replicas must be non-negative"),
    ],
)
def test_numbers_that_would_be_negative(declared: ServiceSpec, message: str) -> None:
    """What does not fit into 63 bits is a minus sign that got lost."""
    with pytest.raises(RpcInvalidArgument, match=message):
        FakeSwarm(nodes=1).control.create_service(declared)


def test_a_removed_job() -> None:
    """All its tasks go, complete ones too."""
    swarm = swarm_with(job(3), run_s=5)
    service = swarm.control.remove_service("web")
    swarm.advance(4)
    assert swarm.store.tasks_of_service(service.id) == []


def test_an_image_that_is_not_there_is_tried_once_a_delay() -> None:
    """A replacement that is rejected before its start is replaced after its own delay."""
    swarm = swarm_with(job(1, image="bad", restart=RestartPolicy(delay_s=5)), run_s=21)
    assert 4 <= len(swarm.tasks()) <= 6
    swarm.update_task(container=image("done"))
    swarm.advance(5)
    assert swarm.tasks()[-1].state is COMPLETE
