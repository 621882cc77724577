"""Tests of a task's life on its node. Recorded from engines 28.5.2."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swarmlab.engine.model import ContainerStatus, Global, Mount, Replicated, Task, TaskState
from tests.engine.fakes import spec
from tests.engine.hosts import SwarmOfThree, text_of


@pytest.fixture
def swarm() -> SwarmOfThree:
    return SwarmOfThree()


def _states(swarm: SwarmOfThree, *, limit_s: float = 5) -> list[tuple[str, str]]:
    """The observed states of the store's first task, with their messages, as they come."""
    seen: list[tuple[str, str]] = []
    end = swarm.now + limit_s
    while swarm.now < end:
        for task in swarm.store.all(Task):
            entry = (task.state.name.lower(), task.status.message)
            if entry not in seen:
                seen.append(entry)
        swarm.advance(0.005)
    return seen


def test_a_task_goes_through_its_states(swarm: SwarmOfThree) -> None:
    """With the messages of the engine; reports are batched, so some states are never seen."""
    swarm.wait(swarm.three.ask(lambda control: control.create_service(spec(image="alpine:latest"))))
    seen = _states(swarm, limit_s=0.3)
    assert ("assigned", "scheduler assigned task to node") in seen
    assert ("preparing", "preparing") in seen or ("starting", "starting") in seen


def test_a_running_task_has_a_container_of_its_name(swarm: SwarmOfThree) -> None:
    """With Swarm's labels; the status carries its id and process."""
    swarm.create("helloworld", "ping", "docker.com")
    task = swarm.running("helloworld")[0]
    container = swarm.container_of(task)
    assert container.name == f"helloworld.1.{task.id}"
    assert task.status.container is not None
    assert (task.status.container.container_id, task.status.container.pid) == (container.id, container.state.pid)
    assert task.status.message == "started"
    assert container.labels["com.docker.swarm.service.name"] == "helloworld"
    assert container.labels["com.docker.swarm.task.name"] == task.name
    assert "64 bytes from" in text_of(container)


def test_ping_lingers_after_its_service_was_removed(swarm: SwarmOfThree) -> None:
    """SIGTERM a second after the order, SIGKILL ten seconds later, removal soon after: 11 to 12 seconds."""
    swarm.create("helloworld", "ping", "docker.com")
    daemon = swarm.daemon_of(swarm.running("helloworld")[0])
    swarm.remove("helloworld")
    assert list(swarm.store.all(Task)) != []
    gone_s = swarm.until(lambda: not daemon.containers.list())
    assert 10.9 < gone_s < 11.6
    assert daemon.containers.list(all_=True)[0].state.exit_code == 137
    assert swarm.until(lambda: not daemon.containers.list(all_=True)) < 1
    assert list(swarm.store.all(Task)) == []


def test_a_service_with_a_network_is_stopped_two_seconds_later(swarm: SwarmOfThree) -> None:
    """Its names go first, so that nobody asks it any more."""
    network = swarm.network("net1")
    swarm.create("web", image="nginx:alpine", networks=(network.id,))
    daemon = swarm.daemon_of(swarm.running("web")[0])
    swarm.remove("web")
    assert 3.0 < swarm.until(lambda: not daemon.containers.list()) < 3.6


def test_a_failing_program_fails_its_task(swarm: SwarmOfThree) -> None:
    """Message of the last step, its code in the error and in the container's status."""
    swarm.create("bad", "sh", "-c", "sleep 1; exit 3")
    task = next(task for task in swarm.tasks("bad") if task.state is TaskState.FAILED)
    assert (task.status.message, task.status.err) == ("started", "task: non-zero exit (3)")
    assert task.status.container is not None
    assert task.status.container.exit_code == 3


def test_a_program_that_is_not_there_fails_at_the_start(swarm: SwarmOfThree) -> None:
    """The engine's text after `starting container failed`."""
    swarm.create("bad", "foo")
    task = swarm.tasks("bad")[0]
    assert (task.state, task.status.message) == (TaskState.FAILED, "starting")
    assert task.status.err == (
        "starting container failed: failed to create task for container: failed to create shim task: OCI runtime "
        "create failed: runc create failed: unable to start container process: error during container init: "
        'exec: "foo": executable file not found in $PATH'
    )
    assert task.status.container is not None
    assert task.status.container.exit_code == 127


def test_an_image_that_nobody_has_rejects_the_task(swarm: SwarmOfThree) -> None:
    """The failed pull is not shown, the missing image is."""
    swarm.create("bad", image="nosuchimage:latest")
    task = swarm.tasks("bad")[0]
    assert (task.state, task.status.message) == (TaskState.REJECTED, "preparing")
    assert task.status.err == "No such image: nosuchimage:latest"
    assert task.status.container == ContainerStatus()


@pytest.mark.parametrize(
    ("mount", "message", "err"),
    [
        (Mount(target="m"), "resolving controller failed", "invalid mount target, must be an absolute path: m"),
        (
            Mount(type="bind", source="/nosuch", target="/m"),
            "preparing",
            'invalid mount config for type "bind": bind source path does not exist: /nosuch',
        ),
    ],
)
def test_a_mount_that_cannot_be_rejects_the_task(swarm: SwarmOfThree, mount: Mount, message: str, err: str) -> None:
    """What is wrong in itself is seen before anything is done for the task, and tells of no container."""
    swarm.create("bad", "sleep", "1000", mounts=(mount,))
    status = swarm.tasks("bad")[0].status
    assert (status.state, status.message, status.err) == (TaskState.REJECTED, message, err)
    assert status.container == (None if message.startswith("resolving") else ContainerStatus())


def test_a_task_that_is_being_stopped_reads_minus_one(swarm: SwarmOfThree) -> None:
    """From the order to the end of its container, and its time is that of the order."""
    swarm.create("helloworld", "ping", "docker.com")
    swarm.advance(5)
    (task,) = swarm.running("helloworld")
    ordered = swarm.now
    swarm.remove("helloworld")
    swarm.advance(3)
    (stopping,) = swarm.store.all(Task)
    assert (stopping.state, stopping.status.container) == (
        TaskState.RUNNING,
        replace(task.status.container or ContainerStatus(), exit_code=-1),
    )
    assert ordered <= stopping.status.timestamp < ordered + 1


def test_an_image_that_is_not_there_is_pulled(swarm: SwarmOfThree) -> None:
    """It takes its time."""
    swarm.create("cache", image="redis:alpine")
    swarm.advance(10)
    task = swarm.running("cache")[0]
    assert swarm.daemon_of(task).images.has("redis:alpine")


def test_a_killed_container_is_replaced(swarm: SwarmOfThree) -> None:
    """The old task fails with 137, the new one waits as `ready` for the restart delay."""
    swarm.create("helloworld", "ping", "docker.com")
    task = swarm.running("helloworld")[0]
    swarm.daemon_of(task).containers.remove(task.name, force=True)
    swarm.advance(1)
    old, new = swarm.tasks("helloworld")
    assert (old.state, old.status.err) == (TaskState.FAILED, "task: non-zero exit (137)")
    assert (new.state, new.desired_state) == (TaskState.READY, TaskState.READY)
    assert swarm.until(lambda: bool(swarm.running("helloworld"))) < 6


def test_scaling_down_never_shows_a_failure(swarm: SwarmOfThree) -> None:
    """Whatever code the program ends with; the container goes with the task."""
    swarm.create("helloworld", "ping", "docker.com", mode=Global())
    swarm.remove("helloworld")
    states: set[TaskState] = set()
    for _ in range(60):
        swarm.advance(0.25)
        states |= {task.state for task in swarm.store.all(Task)}
    assert TaskState.FAILED not in states
    assert [daemon.containers.list(all_=True) for daemon in swarm.daemons] == [[], [], []]


def test_a_volume_stays_after_its_service(swarm: SwarmOfThree) -> None:
    """On the node where its task ran, with what was written."""
    script = "echo kept > /data/note; sleep 1000"
    swarm.create("db", "sh", "-c", script, mounts=(Mount(source="dbdata", target="/data"),))
    daemon = swarm.daemon_of(swarm.running("db")[0])
    swarm.remove("db")
    swarm.advance(15)
    assert daemon.containers.list(all_=True) == []
    assert daemon.volumes.find("dbdata").files == {"/note": "kept\n"}


# --- engines die ---


def test_tasks_of_a_dead_engine_read_so_when_it_is_back(swarm: SwarmOfThree) -> None:
    """Exit 255, or no such container where it was lost."""
    swarm.create("helloworld", "ping", "docker.com", mode=Replicated(replicas=6))
    mine = [task for task in swarm.running("helloworld") if swarm.daemon_of(task) is swarm.one]
    assert len(mine) == 2
    swarm.one.power_off()
    swarm.advance(20)
    before = [swarm.store.get(Task, task.id) for task in mine]
    assert all(t is not None and t.state is TaskState.RUNNING for t in before)
    assert all(t is not None and t.desired_state is TaskState.SHUTDOWN for t in before)
    swarm.one.containers.lose(mine[0].name)
    swarm.one.power_on()
    swarm.advance(10)
    lost, kept = (swarm.store.get(Task, task.id) for task in mine)
    assert lost is not None
    assert kept is not None
    assert (lost.state, lost.status.err) == (TaskState.FAILED, f"No such container: {lost.name}")
    assert (kept.state, kept.status.err) == (TaskState.FAILED, "task: non-zero exit (255)")
    assert swarm.one.containers.find(kept.name).state.exit_code == 255


def test_without_a_manager_containers_run_on(swarm: SwarmOfThree) -> None:
    """And what became of them is told when there is one again."""
    swarm.create("helloworld", "ping", "docker.com", mode=Global())
    swarm.three.power_off()
    swarm.advance(30)
    assert len(swarm.one.containers.list()) == 1
    swarm.one.containers.kill(swarm.one.containers.list()[0].id)
    swarm.advance(30)
    swarm.three.power_on()
    swarm.advance(60)
    failed = [task for task in swarm.tasks("helloworld") if task.state is TaskState.FAILED]
    assert sorted(task.status.err for task in failed) == ["task: non-zero exit (137)", "task: non-zero exit (255)"]
    assert len(swarm.running("helloworld")) == 3


def test_leaving_removes_the_swarms_containers(swarm: SwarmOfThree) -> None:
    """And its overlays."""
    network = swarm.network("net1")
    swarm.create("helloworld", "ping", "docker.com", mode=Global(), networks=(network.id,))
    assert "net1" in [network.name for network in swarm.one.networks.list()]
    swarm.wait(swarm.one.membership.leave())
    swarm.advance(1)
    assert swarm.one.containers.list(all_=True) == []
    assert [n.name for n in swarm.one.networks.list()] == ["bridge", "docker_gwbridge", "host", "none"]


def test_tasks_on_one_overlay_find_each_other(swarm: SwarmOfThree) -> None:
    """By the service's name, from host to host; another network's do not."""
    network = swarm.network("net1")
    swarm.create("web", image="nginx:alpine", mode=Replicated(replicas=3), networks=(network.id,))
    swarm.create("probe", "ping", "-c", "1", "tasks.web", networks=(network.id,))
    swarm.create("other", "ping", "-c", "1", "tasks.web")
    assert "1 packets received" in text_of(swarm.container_of(swarm.tasks("probe")[0]))
    assert text_of(swarm.container_of(swarm.tasks("other")[0])) == "ping: bad address 'tasks.web'\n"


def test_the_containers_of_a_service_on_one_host_share_what_is_not_their_own(swarm: SwarmOfThree) -> None:
    """Name, hostname and labels are each one's."""
    swarm.create("plain", "sleep", "1000", mode=Replicated(replicas=6), env=("A=1",))
    tasks = swarm.running("plain")
    containers = [swarm.container_of(task) for task in tasks]
    assert len({id(container.config) for container in containers}) == 3
    for task, container in zip(tasks, containers, strict=True):
        assert (container.name, container.hostname) == (task.name, container.id[:12])
        assert container.labels["com.docker.swarm.task.id"] == task.id
        assert container.labels["com.docker.swarm.task.name"] == task.name


def test_placeholders_are_filled_in_for_each_task_of_a_host(swarm: SwarmOfThree) -> None:
    """What stands for the task differs between two tasks of one service on the same host."""
    swarm.create("each", "sleep", "1000", mode=Replicated(replicas=6), env=("SLOT={{.Task.Slot}}",))
    shown = {swarm.container_of(task).env[0] for task in swarm.running("each")}
    assert shown == {f"SLOT={slot}" for slot in range(1, 7)}
