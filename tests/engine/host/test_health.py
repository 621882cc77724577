"""Tests of health checks. Order, times and texts recorded from 28.5.2."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.host.container import Container, ContainerConfig, Health
from swarmlab.engine.host.health_spec import go_duration, merged_check
from swarmlab.engine.model import Healthcheck, Task, TaskState
from tests.engine.hosts import LocalHost, SwarmOfThree

WELL_FROM_2_TO_6 = ("sh", "-c", "sleep 2; touch /ok; sleep 4; rm /ok; sleep 100")
CHECK = Healthcheck(test=("CMD-SHELL", "cat /ok"), interval_s=1, timeout_s=0.5, retries=2)


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


def _health(container: Container) -> Health:
    assert container.health is not None
    return container.health


def test_health_follows_what_the_checks_show(host: LocalHost) -> None:
    """Starting, healthy at the first success, unhealthy when enough checks in a row have failed."""
    container = host.run(*WELL_FROM_2_TO_6, healthcheck=CHECK)
    assert (_health(container).status, _health(container).log) == ("starting", ())
    host.advance(1.5)
    assert (_health(container).status, _health(container).failing_streak) == ("starting", 1)
    assert _health(container).log[0].output == "cat: can't open '/ok': No such file or directory\n"
    host.advance(2)
    assert (_health(container).status, _health(container).failing_streak) == ("healthy", 0)
    host.advance(5)
    assert (_health(container).status, len(_health(container).log)) == ("unhealthy", 5)
    changes = [event.action for event in host.events.past() if event.action.startswith("health_status")]
    assert changes == ["health_status: healthy", "health_status: unhealthy"]


def test_each_check_is_an_exec(host: LocalHost) -> None:
    """It shows in the events as one."""
    host.run("sleep", "100", healthcheck=CHECK)
    host.advance(1.2)
    events = [event for event in host.events.past() if event.action.startswith("exec_")]
    assert [event.action for event in events] == [
        "exec_create: /bin/sh -c cat /ok",
        "exec_start: /bin/sh -c cat /ok",
        "exec_die",
    ]
    assert events[-1].attributes["exitCode"] == "1"


def test_a_check_that_takes_too_long_fails(host: LocalHost) -> None:
    """It is killed; the log says how long it had."""
    check = Healthcheck(test=("CMD", "sleep", "3"), interval_s=1, timeout_s=0.2, retries=1)
    container = host.run("sleep", "100", healthcheck=check)
    host.advance(1.3)
    probe = _health(container).log[0]
    assert (probe.exit_code, probe.output) == (-1, "Health check exceeded timeout (200ms)")
    assert _health(container).status == "unhealthy"
    assert host.containers.execs.ids_of(container) == []


def test_failures_in_the_start_period_do_not_count(host: LocalHost) -> None:
    """They are in the log all the same; it is looked at every start interval, five seconds by default."""
    check = Healthcheck(test=("CMD", "false"), interval_s=60, retries=1, start_period_s=12)
    container = host.run("sleep", "1000", healthcheck=check)
    host.advance(11)
    assert (_health(container).status, _health(container).failing_streak) == ("starting", 0)
    assert len(_health(container).log) == 2
    host.advance(70)
    assert _health(container).status == "unhealthy"


def test_a_container_that_ended_counts_as_unhealthy(host: LocalHost) -> None:
    """Nobody looks at it any more; its next start begins anew."""
    container = host.run("sleep", "1000", healthcheck=Healthcheck(test=("CMD", "true"), interval_s=1))
    host.advance(2)
    assert _health(container).status == "healthy"
    host.containers.kill(container.id)
    assert _health(container).status == "unhealthy"
    probes = _health(container).log
    host.advance(10)
    assert _health(container).log == probes
    host.wait(host.containers.start(container.id))
    assert (_health(container).status, _health(container).log) == ("starting", probes)


def test_none_takes_the_images_check_away(host: LocalHost) -> None:
    """So does a test that is no form of one."""
    for test in (("NONE",), ("FOO", "ls"), ()):
        assert host.run("sleep", "9", healthcheck=Healthcheck(test=test)).health is None


def test_the_images_check_holds_where_the_container_says_nothing() -> None:
    """Field by field."""
    image = Healthcheck(test=("CMD", "true"), interval_s=5, retries=4)
    assert merged_check(None, image) is image
    merged = merged_check(Healthcheck(interval_s=1), image)
    assert merged == Healthcheck(test=("CMD", "true"), interval_s=1, retries=4)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (Healthcheck(test=("CMD", "ls"), interval_s=1e-8), "Interval in Healthcheck cannot be less than 1ms"),
        (Healthcheck(test=("CMD", "ls"), timeout_s=1e-8), "Timeout in Healthcheck cannot be less than 1ms"),
        (Healthcheck(test=("CMD", "ls"), retries=-1), "Retries in Healthcheck cannot be negative"),
    ],
)
def test_a_check_that_cannot_be_is_refused(host: LocalHost, check: Healthcheck, text: str) -> None:
    """At creation."""
    with pytest.raises(InvalidParameter, match=f"^{text}$"):
        host.containers.create(ContainerConfig(image="alpine", healthcheck=check))


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "200ms"), (30, "30s"), (90, "1m30s"), (3600, "1h0m0s")])
def test_durations_read_as_gos(seconds: float, text: str) -> None:
    """In the log of a check that took too long."""
    assert go_duration(seconds) == text


# --- tasks ---


def test_a_task_runs_when_its_container_is_healthy() -> None:
    """Until then it is starting, and its name leads nowhere."""
    swarm = SwarmOfThree()
    check = Healthcheck(test=("CMD", "true"), interval_s=10)
    swarm.create("web", "sleep", "1000", healthcheck=check)
    task = swarm.tasks("web")[0]
    assert (task.state, task.status.message) == (TaskState.STARTING, "starting")
    swarm.advance(10)
    task = swarm.tasks("web")[0]
    assert (task.state, task.status.message) == (TaskState.RUNNING, "started")


def test_an_unhealthy_task_fails() -> None:
    """Its container is stopped; the task is replaced."""
    swarm = SwarmOfThree()
    check = Healthcheck(test=("CMD", "false"), interval_s=1, retries=2)
    swarm.create("web", "sleep", "1000", healthcheck=check, stop_grace_period_s=1)
    swarm.advance(6)
    failed = next(task for task in swarm.tasks("web") if task.state is TaskState.FAILED)
    assert failed.status.err == "task: non-zero exit (137): dockerexec: unhealthy container"
    assert failed.status.message == "starting"
    assert len(swarm.tasks("web")) > 1


def test_a_task_that_falls_ill_fails_later() -> None:
    """It was running until then."""
    swarm = SwarmOfThree()
    check = Healthcheck(test=("CMD-SHELL", "test -f /tmp/ok"), interval_s=1, retries=2)
    script = "touch /tmp/ok; sleep 6; rm /tmp/ok; sleep 1000"
    swarm.create("web", "sh", "-c", script, healthcheck=check, stop_grace_period_s=1)
    assert [task.state for task in swarm.tasks("web")] == [TaskState.RUNNING]
    swarm.advance(12)
    failed = next(task for task in swarm.tasks("web") if task.state is TaskState.FAILED)
    assert (failed.status.message, failed.status.err) == (
        "started",
        "task: non-zero exit (137): dockerexec: unhealthy container",
    )
    assert isinstance(failed, Task)
