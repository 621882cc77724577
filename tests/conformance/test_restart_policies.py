"""Restart policies: condition, delay, attempts, window; what a task went through, and what it says when it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    NS,
    OTHER,
    WORKER,
    Spec,
    demand,
    set_availability,
    states,
    type_line,
    wait_for,
)
from tests.conformance.watching import (
    Past,
    Seen,
    at,
    counts,
    declare,
    declared,
    is_part_of,
    tasks_of,
    wait_says,
    wait_until,
    watch_until,
)

STARTS_FROM = "formed"

ONE = {"Replicated": {"Replicas": 1}}
DELAY_S = 2
PULL_DELAY_S = 6
"""Longer than a pull takes to fail on a busy machine."""


def service(name: str, script: str, **policy: object) -> Spec:
    """One task, with a policy."""
    return declared(name, ONE, script, RestartPolicy=policy)


def changed(spec: Spec, **container: object) -> Spec:
    """The same with something else of its container."""
    spec["TaskTemplate"]["ContainerSpec"].update(container)
    return spec


CONDITIONS = ("any", "on-failure", "none")
CODES = (0, 1)
ENDS = {(condition, code): f"{condition}-{code}" for condition in CONDITIONS for code in CODES}
NEVER = {"Condition": "none"}
SERVICES = (
    *(
        service(name, f"sleep 1; exit {code}", Condition=condition, Delay=DELAY_S * NS)
        for (condition, code), name in ENDS.items()
    ),
    declared("usual", ONE, "exit 1"),
    service("no-delay", "exit 1", Delay=0, MaxAttempts=3),
    service("two-attempts", "exit 1", Delay=NS, MaxAttempts=2),
    service("on-failure-attempt", "exit 1", Condition="on-failure", Delay=NS, MaxAttempts=1),
    service("long-window", "exit 1", Delay=NS, MaxAttempts=1, Window=600 * NS),
    service("short-window", "exit 1", Delay=3 * NS, MaxAttempts=1, Window=NS),
    service("signal-to-itself", "kill -9 $$; exit 5", **NEVER),
    changed(service("not-there", "", **NEVER), Args=["/nosuch"]),
    changed(service("not-in-path", "", **NEVER), Command=["nosuch"]),
    changed(service("no-image", "", Delay=PULL_DELAY_S * NS), Image="nosuch:1"),
    changed(
        service("sick", "sleep 1000", **NEVER),
        Healthcheck={"Test": ["CMD", "false"], "Interval": NS // 2, "Retries": 2},
    ),
    changed(service("relative-target", "", **NEVER), Mounts=[{"Type": "volume", "Source": "x", "Target": "m"}]),
    changed(service("relative-bind", "", **NEVER), Mounts=[{"Type": "bind", "Source": "x", "Target": "/m"}]),
    changed(service("absolute-volume", "", **NEVER), Mounts=[{"Type": "volume", "Source": "/x", "Target": "/m"}]),
    changed(service("tmpfs-of-something", "", **NEVER), Mounts=[{"Type": "tmpfs", "Source": "x", "Target": "/m"}]),
    changed(service("no-such-bind", "", **NEVER), Mounts=[{"Type": "bind", "Source": "/nosuch", "Target": "/m"}]),
    changed(service("root", "", **NEVER), Mounts=[{"Type": "volume", "Source": "x", "Target": "/"}]),
)
_OCI = (
    "starting container failed: failed to create task for container: failed to create shim task: OCI runtime create "
    "failed: runc create failed: unable to start container process: error during container init: exec: "
)
_RESOLVING, _PREPARING = ("rejected", "resolving controller failed"), ("rejected", "preparing")
LAST_WORDS: dict[str, tuple[tuple[str, str], str, int | None]] = {
    "signal-to-itself": (("failed", "started"), "task: non-zero exit (5)", 5),
    "not-there": (("failed", "starting"), f'{_OCI}"/nosuch": stat /nosuch: no such file or directory', 127),
    "not-in-path": (("failed", "starting"), f'{_OCI}"nosuch": executable file not found in $PATH', 127),
    "sick": (("failed", "starting"), "task: non-zero exit (137): dockerexec: unhealthy container", 137),
    "relative-target": (_RESOLVING, "invalid mount target, must be an absolute path: m", None),
    "relative-bind": (_RESOLVING, "invalid bind mount source, must be an absolute path: x", None),
    "absolute-volume": (_RESOLVING, "invalid volume mount source, must not be an absolute path: /x", None),
    "tmpfs-of-something": (_RESOLVING, "invalid tmpfs source, source must be empty", None),
    "no-such-bind": (
        _PREPARING,
        'invalid mount config for type "bind": bind source path does not exist: /nosuch',
        0,
    ),
    "root": (
        _PREPARING,
        "invalid mount config for type \"volume\": invalid specification: destination can't be '/'",
        0,
    ),
}
"""State and message of a task that ended, its error, and the exit code that its status tells of its container."""


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen of the services."""

    tasks: dict[str, list[Seen]] = field(default_factory=dict)
    pasts: dict[str, list[list[Seen]]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)

    def look(self, lab: Lab, name: str, when: str = "") -> None:
        """Keep what can be seen of a service now."""
        self.tasks[name + when] = tasks_of(lab, name)
        self.counts[name + when] = counts(lab, name)


WATCHED = ("any-0", "any-1", "on-failure-1", "no-image", "short-window")
ATTEMPTS = {"no-delay": 4, "two-attempts": 3, "on-failure-attempt": 2, "long-window": 2}
ENDED = ("complete", "failed", "rejected")


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """All services at once, until each has shown what it does; then a node is drained, and another one dies."""
    told = Story()
    first = [spec for spec in SERVICES if spec["Name"] in WATCHED]
    declare(lab, *first)
    pasts = {name: Past(lab, name) for name in WATCHED}
    watch_until(lab, pasts.values(), lambda: all(has_ended_twice(past) for past in pasts.values()))
    declare(lab, *[spec for spec in SERVICES if spec not in first])
    for name, times in ATTEMPTS.items():
        wait_says(lab, name, *[("shutdown", "failed")] * times)
    for name in (*LAST_WORDS, "none-0", "none-1", "on-failure-0"):
        wait_until(lab, partial(has_ended, lab, name), f"the end of {name}")
    wait_until(lab, lambda: sum(task.state == "failed" for task in tasks_of(lab, "usual")) >= 3, "three failures")
    told.pasts = {name: past.tasks() for name, past in pasts.items()}
    for spec in SERVICES:
        told.look(lab, spec["Name"])
    for name in ("two-attempts", "none-0"):
        told.typed[name] = type_line(lab, MANAGER, f"docker service ps {name}")
    for spec in SERVICES:
        demand(lab.manager(), "DELETE", f"/services/{spec['Name']}")
    end_from_outside(lab, told)
    lose_nodes(lab, told)
    return told


def has_ended_twice(past: Past) -> bool:
    """Whether two of a service's tasks were seen at their end."""
    return sum(task[-1].state in ENDED and task[-1].desired == "shutdown" for task in past.tasks()) >= 2


def has_ended(lab: Lab, service: str) -> bool:
    """Whether a service's task has come to its end, and is known to."""
    return tasks_of(lab, service)[-1].says[0] == "shutdown"


def lose_nodes(lab: Lab, told: Story) -> None:
    """Three replicas that are never restarted, and three that are on failure."""
    names = ("never", "on-failure")
    for name, condition in zip(names, ("none", "on-failure"), strict=True):
        policy = {"Condition": condition}
        declare(lab, declared(name, {"Replicated": {"Replicas": 3}}, "sleep 1000", RestartPolicy=policy))
    wait_until(lab, lambda: all(counts(lab, name) == (3, 3, 0) for name in names), "six tasks")
    set_availability(lab, WORKER, "drain")
    wait_until(lab, lambda: counts(lab, "never") == (2, 3, 0), "two left")
    wait_until(lab, lambda: running_on(lab, "on-failure", WORKER) == 0 and counts(lab, "on-failure")[0] == 3, "moved")
    for name in names:
        told.look(lab, name, " drained")
    lab[OTHER].stop()
    wait_for(lab, lambda: states(lab, OTHER), ["down"])
    wait_until(lab, lambda: running_on(lab, "on-failure", MANAGER) == 3, "all on the manager")
    for name in names:
        told.look(lab, name, " lost")


def end_from_outside(lab: Lab, told: Story) -> None:
    """`docker stop`, which nginx takes well, and `docker kill`, which no program can."""
    ends = {"stopped": ("on-failure", "stop?t=10"), "stopped-any": ("any", "stop?t=10"), "killed": ("none", "kill")}
    for name, (condition, _) in ends.items():
        declare(lab, changed(service(name, "", Condition=condition, Delay=NS), Image="nginx:alpine", Args=[]))
    for name, (_, act) in ends.items():
        wait_says(lab, name, ("running", "running"))
        (task,) = tasks_of(lab, name)
        container_id = task.raw["Status"]["ContainerStatus"]["ContainerID"]
        demand(lab[task.host or ""], "POST", f"/containers/{container_id}/{act}")
    wait_says(lab, "stopped", ("shutdown", "complete"))
    wait_says(lab, "stopped-any", ("shutdown", "complete"), ("running", "running"))
    wait_says(lab, "killed", ("shutdown", "failed"))
    lab.clock.sleep(2)
    for name in ends:
        told.look(lab, name)
        demand(lab.manager(), "DELETE", f"/services/{name}")


def running_on(lab: Lab, service: str, host: str) -> int:
    """How many tasks that are meant to run do so there."""
    return sum((task.host, *task.says[:2]) == (host, "running", "running") for task in tasks_of(lab, service))


def ends(tasks: list[Seen]) -> list[float]:
    """When tasks ended, in order."""
    return sorted(at(task.raw["Status"]["Timestamp"]) for task in tasks if task.state in ENDED)


COMPLETE = ("shutdown", "complete", "finished", "")
FAILED = ("shutdown", "failed", "started", "task: non-zero exit (1)")

# --- the condition ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("condition", "code"), ENDS)
def test_the_condition_says_what_is_restarted(story: Story, condition: str, code: int) -> None:
    """`any` everything, `on-failure` what failed, `none` nothing; whatever ended is to be shut down."""
    tasks = story.tasks[ENDS[condition, code]]
    assert tasks[0].says == (FAILED if code else COMPLETE)
    assert tasks[0].exit_code == code
    restarts = condition == "any" or (condition == "on-failure" and code != 0)
    assert (len(tasks) > 1) == restarts


@pytest.mark.parametrize("name", ["none-0", "none-1", "on-failure-0", "two-attempts", "long-window"])
def test_a_task_that_is_not_restarted_still_counts_as_wanted(story: Story, name: str) -> None:
    """`0/1`, for good."""
    assert story.counts[name] == (0, 1, 0)


LIFE = (
    ("pending", "pending task scheduling"),
    ("assigned", "scheduler assigned task to node"),
    ("accepted", "accepted"),
    ("preparing", "preparing"),
    ("ready", "prepared"),
)


@pytest.mark.parametrize("name", ["any-0", "any-1", "on-failure-1"])
def test_what_a_task_goes_through(story: Story, name: str) -> None:
    """As far as somebody sees who looks again and again: a task is never wanted less, nor less far."""
    wanted = ("running", "complete", "finished") if name.endswith("0") else ("running", "failed", "started")
    whole = [("running", "new", "created"), *(("running", *step) for step in LIFE)]
    whole += [("running", "starting", "starting"), ("running", "running", "started"), wanted, ("shutdown", *wanted[1:])]
    seen = [task.says[:3] for task in story.pasts[name][0]]
    assert is_part_of(seen, whole), seen
    assert seen[-1] == whole[-1]


@pytest.mark.parametrize("name", ["any-0", "any-1", "on-failure-1"])
def test_what_its_replacement_goes_through(story: Story, name: str) -> None:
    """It is made at once and gets ready, and only after the delay it is to run."""
    whole = [("ready", "new", "created"), *(("ready", *step) for step in LIFE), ("running", *LIFE[-1])]
    whole += [("running", "starting", "starting"), ("running", "running", "started")]
    seen = [task.says[:3] for task in story.pasts[name][1] if task.state not in ENDED]
    assert is_part_of(seen, whole), seen
    assert ("ready", "ready", "prepared") in seen


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        ("pending", ["Timestamp", "State", "Message", "PortStatus"]),
        ("assigned", ["Timestamp", "State", "Message", "PortStatus"]),
        ("preparing", ["Timestamp", "State", "Message", "PortStatus"]),
        ("ready", ["Timestamp", "State", "Message", "PortStatus"]),
        ("starting", ["Timestamp", "State", "Message", "ContainerStatus", "PortStatus"]),
        ("running", ["Timestamp", "State", "Message", "ContainerStatus", "PortStatus"]),
        ("failed", ["Timestamp", "State", "Message", "Err", "ContainerStatus", "PortStatus"]),
        ("complete", ["Timestamp", "State", "Message", "ContainerStatus", "PortStatus"]),
    ],
)
def test_a_status_tells_of_the_container_from_its_start_on(story: Story, state: str, keys: list[str]) -> None:
    """With its process while it runs; an error only where there is one."""
    tasks = [seen.raw for past in ("any-0", "any-1") for task in story.pasts[past] for seen in task]
    found = [task["Status"] for task in tasks if task["Status"]["State"] == state and "Err" not in task["Status"]]
    found += [task["Status"] for task in tasks if task["Status"]["State"] == state == "failed"]
    for status in found:
        assert list(status) == keys
        container = status.get("ContainerStatus")
        assert container is None or list(container) == ["ContainerID", "PID", "ExitCode"]
        assert container is None or (container["PID"] > 0) == (state == "running")
    assert found or state in ("pending", "assigned", "preparing", "starting")  # may be missed between two looks


# --- the delay -------------------------------------------------------------------------------------------------------


def test_the_usual_delay_is_five_seconds(story: Story) -> None:
    """And what it takes to start and to end."""
    gaps = [later - earlier for earlier, later in pairwise(ends(story.tasks["usual"]))]
    assert gaps
    assert all(5 <= gap < 20 for gap in gaps), gaps


def test_no_delay_is_a_delay_too(story: Story) -> None:
    """Four tasks fail as fast as they are made."""
    gaps = [later - earlier for earlier, later in pairwise(ends(story.tasks["no-delay"]))]
    assert min(gaps) < 5


def test_an_image_that_nobody_has_is_tried_once_a_delay(story: Story) -> None:
    """A replacement that is rejected while it gets ready waits for its own delay before the next is made."""
    assert {task.message for task in story.tasks["no-image"] if task.state == "rejected"} == {"preparing"}
    assert {task.err for task in story.tasks["no-image"]} <= {"No such image: nosuch:1", ""}
    seen = [task.says[:2] for task in story.pasts["no-image"][1]]
    assert seen.index(("ready", "rejected")) < seen.index(("shutdown", "rejected"))
    gaps = [later - earlier for earlier, later in pairwise(ends(story.tasks["no-image"]))]
    assert all(gap >= PULL_DELAY_S - 1 for gap in gaps[1:]), gaps


# --- attempts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ATTEMPTS)
def test_attempts_are_restarts(story: Story, name: str) -> None:
    """One more task than attempts. Without a window, or within a long one, they are used up for good."""
    assert [task.says for task in story.tasks[name]] == [FAILED] * ATTEMPTS[name]


def test_a_window_forgives(story: Story) -> None:
    """Whoever fails less often than that goes on; of the history one more than the attempts is kept."""
    assert len(story.pasts["short-window"]) >= 3
    assert len(story.tasks["short-window"]) <= 3


# --- how a task ended ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LAST_WORDS)
def test_how_a_task_ended(story: Story, name: str) -> None:
    """Rejected before its start, failed afterwards; the message is of the step that went wrong."""
    (task,) = story.tasks[name]
    assert ((task.state, task.message), task.err, task.exit_code) == LAST_WORDS[name]
    assert task.desired == "shutdown"


def test_a_container_that_is_stopped_may_end_well(story: Story) -> None:
    """Then a service that is restarted on failure is not; any other is."""
    assert [task.says for task in story.tasks["stopped"]] == [COMPLETE]
    assert [task.says for task in story.tasks["stopped-any"]] == [COMPLETE, ("running", "running", "started", "")]


def test_a_container_that_is_killed_has_failed(story: Story) -> None:
    """With 128 and the number of the signal, and the condition decides as for any failure."""
    (task,) = story.tasks["killed"]
    assert task.says == ("shutdown", "failed", "started", "task: non-zero exit (137)")
    assert task.exit_code == 137


def test_a_task_without_a_container_tells_of_an_empty_one(story: Story) -> None:
    """Once it was to be prepared."""
    (task,) = story.tasks["no-such-bind"]
    assert task.raw["Status"]["ContainerStatus"] == {"ContainerID": "", "PID": 0, "ExitCode": 0}


# --- nodes -----------------------------------------------------------------------------------------------------------


def test_what_is_never_restarted_does_not_leave_a_drained_node(story: Story) -> None:
    """It is shut down there, and that was it; what is restarted on failure moves."""
    ended = [task.says for task in story.tasks["never drained"] if task.host == WORKER]
    assert ended == [("shutdown", "shutdown", "shutdown", "")]
    assert len(story.tasks["never drained"]) == 3
    assert story.counts["never drained"] == (2, 3, 0)
    assert story.counts["on-failure drained"] == (3, 3, 0)


def test_nor_a_lost_one(story: Story) -> None:
    """It keeps the state that was seen last."""
    lost = [task.says for task in story.tasks["never lost"] if task.host == OTHER]
    assert lost == [("shutdown", "running", "started", "")]
    assert story.counts["never lost"] == (2, 3, 0)
    assert len(story.tasks["never lost"]) == 3


# --- what is printed -------------------------------------------------------------------------------------------------


@pytest.mark.cli
def test_service_ps_shows_attempts_below_one_another(story: Story) -> None:
    """The newest first."""
    rows = [row.split("  ") for row in story.typed["two-attempts"][1:]]
    assert [row[1] for row in rows] == ["two-attempts.1", "\\_ two-attempts.1", "\\_ two-attempts.1"]
    assert [row[4:] for row in rows] == [["Shutdown", "Failed <age> ago", '"task: non-zero exit (1)"']] * 3


@pytest.mark.cli
def test_service_ps_shows_what_is_complete(story: Story) -> None:
    """Desired state Shutdown, although nobody shut it down."""
    (row,) = story.typed["none-0"][1:]
    assert row.split("  ")[1:3] + row.split("  ")[4:] == ["none-0.1", "alpine:latest", "Shutdown", "Complete <age> ago"]
