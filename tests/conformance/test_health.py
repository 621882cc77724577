"""Health checks of containers and of tasks: states, log, events."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, ask, demand, wait_for

STARTS_FROM = "formed"
SCRIPT = "sleep 2; touch /ok; sleep 4; rm /ok; sleep 100"


@dataclass
class Seen:
    """What the story left."""

    first: dict[str, Any] = field(default_factory=dict)
    well: dict[str, Any] = field(default_factory=dict)
    ill: dict[str, Any] = field(default_factory=dict)
    gone: dict[str, Any] = field(default_factory=dict)
    late: dict[str, Any] = field(default_factory=dict)
    without: dict[str, Any] = field(default_factory=dict)
    listed: list[str] = field(default_factory=list)
    chosen: list[list[str]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    starting: tuple[str, str] = ("", "")
    failed: dict[str, Any] = field(default_factory=dict)


def _check(*test: str, interval_s: float = 1, timeout_s: float = 0.5, retries: int = 2) -> dict[str, object]:
    return {
        "Test": list(test),
        "Interval": int(interval_s * NS),
        "Timeout": int(timeout_s * NS),
        "Retries": retries,
    }


@pytest.fixture(scope="module")
def seen(lab: Lab) -> Seen:  # noqa: PLR0915  (one story, told once)
    """A container that is well from its second to its sixth second, one whose check takes too long, two services."""
    node, seen = lab[MANAGER], Seen()
    node.client.images.pull("alpine", "latest")
    began = lab.clock.now()

    def run(name: str, command: list[str], check: dict[str, object] | None) -> None:
        body = {"Image": "alpine", "Cmd": command, "Healthcheck": check}
        demand(node, "POST", f"/containers/create?name={name}", body)
        demand(node, "POST", f"/containers/{name}/start")

    def state(name: str) -> dict[str, Any]:
        found: dict[str, Any] = demand(node, "GET", f"/containers/{name}/json")["State"]
        return found

    def status_of(name: str) -> str:
        listed = demand(node, "GET", f'/containers/json?all=1&filters={{"name":["^/{name}$"]}}')
        return str(listed[0]["Status"]).partition("(")[2].strip(")")

    def health(name: str) -> str:
        return str(state(name)["Health"]["Status"])

    run("hc", ["sh", "-c", SCRIPT], _check("CMD-SHELL", "cat /ok"))
    seen.first = state("hc")
    seen.listed.append(status_of("hc"))
    run("late", ["sleep", "100"], _check("CMD", "sleep", "30", retries=1))
    run("none", ["sleep", "100"], _check("NONE"))
    wait_for(lab, lambda: health("hc"), "healthy", timeout_s=20)
    seen.well = state("hc")
    seen.listed.append(status_of("hc"))
    seen.chosen.append(_chosen(node, "healthy"))
    wait_for(lab, lambda: health("hc"), "unhealthy", timeout_s=20)
    seen.ill, seen.late, seen.without = state("hc"), state("late"), state("none")
    seen.listed.append(status_of("hc"))
    seen.chosen += [_chosen(node, "unhealthy"), _chosen(node, "none")]
    for name in ("hc", "late", "none"):
        demand(node, "POST", f"/containers/{name}/kill")
    wait_for(lab, lambda: state("hc")["Running"], False)
    seen.gone = state("hc")
    lab.clock.sleep(1.5)
    for event in node.client.events(
        since=began, until=lab.clock.now(), decode=True, filters={"container": "hc", "type": "container"}
    ):
        seen.events.append(event["Action"])
    for name in ("hc", "late", "none"):
        demand(node, "DELETE", f"/containers/{name}?force=1")
    wrong = {"interval": {"Interval": 10}, "retries": {"Retries": -1}, "timeout": {"Timeout": 10}}
    for name, more in wrong.items():
        answer = ask(
            node, "POST", "/containers/create", {"Image": "alpine", "Healthcheck": {"Test": ["CMD", "ls"], **more}}
        )
        seen.refused[name] = (answer.status_code, answer.json()["message"])
    _services(lab, seen)
    return seen


def _chosen(node: Any, health: str) -> list[str]:
    found = demand(node, "GET", f'/containers/json?filters={{"health":["{health}"]}}')
    return sorted(each["Names"][0] for each in found)


def _services(lab: Lab, seen: Seen) -> None:
    """One whose check always fails, with two seconds until it counts."""
    manager = lab.manager()
    container = {
        "Image": "alpine:latest",
        "Args": ["sleep", "1000"],
        "StopGracePeriod": NS,
        "Healthcheck": _check("CMD", "false", interval_s=1, retries=2),
    }
    template = {"ContainerSpec": container, "RestartPolicy": {"Condition": "none"}}
    spec = {"Name": "ill", "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": 1}}}
    demand(manager, "POST", "/services/create", spec)

    def task() -> dict[str, Any]:
        tasks = demand(manager, "GET", '/tasks?filters={"service":["ill"]}')
        return tasks[0]["Status"] if tasks else {"State": "none"}

    wait_for(lab, lambda: task()["State"], "starting", timeout_s=30)
    seen.starting = (task()["State"], task()["Message"])
    wait_for(lab, lambda: task()["State"], "failed", timeout_s=30)
    seen.failed = task()
    demand(manager, "DELETE", "/services/ill")


def test_at_first_it_is_starting(seen: Seen) -> None:
    """Without a log, and shown by `docker ps`."""
    assert seen.first["Health"] == {"Status": "starting", "FailingStreak": 0, "Log": []}
    assert seen.listed == ["health: starting", "healthy", "unhealthy"]


def test_one_success_makes_it_healthy(seen: Seen) -> None:
    """The log has the failures before it, with their output."""
    health = seen.well["Health"]
    assert (health["FailingStreak"], [probe["ExitCode"] for probe in health["Log"]][-1]) == (0, 0)
    first = health["Log"][0]
    assert (first["ExitCode"], first["Output"]) == (1, "cat: can't open '/ok': No such file or directory\n")
    assert set(first) == {"Start", "End", "ExitCode", "Output"}


def test_failures_in_a_row_make_it_unhealthy(seen: Seen) -> None:
    """The last five are kept; it runs on all the same."""
    health = seen.ill["Health"]
    assert (health["Status"], health["FailingStreak"], seen.ill["Running"]) == ("unhealthy", 2, True)
    assert len(health["Log"]) == 5


def test_a_check_that_takes_too_long_is_a_failure(seen: Seen) -> None:
    """The text names the time that it had."""
    health = seen.late["Health"]
    assert health["Status"] == "unhealthy"
    assert (health["Log"][0]["ExitCode"], health["Log"][0]["Output"]) == (-1, "Health check exceeded timeout (500ms)")


def test_without_a_check_there_is_no_health(seen: Seen) -> None:
    """`NONE` takes it away."""
    assert "Health" not in seen.without


def test_an_ended_container_counts_as_unhealthy(seen: Seen) -> None:
    """What its checks showed is kept."""
    assert (seen.gone["Status"], seen.gone["Health"]["Status"]) == ("exited", "unhealthy")
    assert len(seen.gone["Health"]["Log"]) == 5


def test_containers_are_chosen_by_health(seen: Seen) -> None:
    """`docker ps --filter health=`."""
    assert "/hc" in seen.chosen[0]
    assert "/hc" in seen.chosen[1]
    assert "/none" in seen.chosen[2]


def test_each_check_is_an_exec_and_each_change_an_event(seen: Seen) -> None:
    """In this order."""
    assert seen.events[:5] == ["create", "start", *_EXEC]
    changes = [action for action in seen.events if action.startswith("health_status")]
    assert changes == ["health_status: healthy", "health_status: unhealthy"]
    assert seen.events[seen.events.index(changes[0]) - 1] == "exec_die"


_EXEC = ["exec_create: /bin/sh -c cat /ok", "exec_start: /bin/sh -c cat /ok", "exec_die"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("interval", "Interval in Healthcheck cannot be less than 1ms"),
        ("timeout", "Timeout in Healthcheck cannot be less than 1ms"),
        ("retries", "Retries in Healthcheck cannot be negative"),
    ],
)
def test_a_check_that_cannot_be_is_refused(seen: Seen, name: str, text: str) -> None:
    """At creation."""
    assert seen.refused[name] == (400, text)


def test_a_task_is_starting_until_it_is_healthy(seen: Seen) -> None:
    """Its container runs already."""
    assert seen.starting == ("starting", "starting")


def test_an_unhealthy_task_fails(seen: Seen) -> None:
    """Its container was stopped, and the error says why."""
    assert seen.failed["Err"] == "task: non-zero exit (137): dockerexec: unhealthy container"
    assert (seen.failed["Message"], seen.failed["ContainerStatus"]["ExitCode"]) == ("starting", 137)
