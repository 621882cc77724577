"""Which node gets a task: modes, constraints, reservations, host ports, most replicas, pause, drain; and why not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    NS,
    OTHER,
    WORKER,
    Spec,
    ask,
    demand,
    set_availability,
    type_line,
    wait_for,
)

STARTS_FROM = "formed"


@dataclass(slots=True, kw_only=True)
class Story:
    """Of each service: where its tasks run, and what the others' status says."""

    runs: dict[str, list[str]] = field(default_factory=dict)
    waits: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    status: dict[str, dict[str, int]] = field(default_factory=dict)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    ports: list[Any] = field(default_factory=list)


def spec(name: str, *, replicas: int | None = None, ports: list[Spec] | None = None, **template: object) -> Spec:
    """A service that sleeps; without replicas it is global."""
    container = {"Image": "alpine:latest", "Args": ["sleep", "1000"], "StopGracePeriod": NS}
    mode = {"Global": {}} if replicas is None else {"Replicated": {"Replicas": replicas}}
    given = {"EndpointSpec": {"Ports": ports}} if ports else {}
    return {"Name": name, "TaskTemplate": {"ContainerSpec": container, **template}, "Mode": mode, **given}


SERVICES = {
    "three": spec("three", replicas=3),
    "everywhere": spec("everywhere"),
    "workers": spec("workers", Placement={"Constraints": ["node.role==worker"]}),
    "nowhere": spec("nowhere", replicas=2, Placement={"Constraints": ["node.labels.disk==ssd"]}),
    "everywhere-nowhere": spec("everywhere-nowhere", Placement={"Constraints": ["node.labels.disk==ssd"]}),
    "huge": spec("huge", replicas=1, Resources={"Reservations": {"NanoCPUs": 4000 * NS}}),
    "huge-everywhere": spec("huge-everywhere", Resources={"Reservations": {"MemoryBytes": 2**50}}),
    "one-a-node": spec("one-a-node", replicas=4, Placement={"MaxReplicas": 1}),
    "host-port": spec(
        "host-port", replicas=4, ports=[{"TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}]
    ),
    "elsewhere": spec("elsewhere", replicas=1, Placement={"Platforms": [{"Architecture": "s390x", "OS": "linux"}]}),
    "two-reasons": spec(
        "two-reasons",
        replicas=1,
        Placement={"Constraints": [f"node.hostname=={WORKER}"]},
        Resources={"Reservations": {"NanoCPUs": 4000 * NS}},
    ),
}
REFUSED = {
    "a bad constraint": spec("x", Placement={"Constraints": ["node.role=worker"]}),
    "a bad key": spec("x", Placement={"Constraints": ["node role==worker"]}),
    "too little CPU": spec("x", Resources={"Reservations": {"NanoCPUs": 1}}),
    "too little memory": spec("x", Resources={"Limits": {"MemoryBytes": 1024}}),
    "a port twice": spec("x", ports=[{"TargetPort": 80, "PublishedPort": 90}, {"TargetPort": 81, "PublishedPort": 90}]),
    "a host port of another as ingress": spec("x", ports=[{"TargetPort": 80, "PublishedPort": 8080}]),
    "an order that is none": {**spec("x", replicas=1), "UpdateConfig": {"Order": "sideways"}},
    "a ratio that is none": {**spec("x", replicas=1), "UpdateConfig": {"MaxFailureRatio": 2}},
    "a condition that is none": spec("x", RestartPolicy={"Condition": "sometimes"}),
    "fewer than none": spec("x", RestartPolicy={"Delay": -1}),
}


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """All services at once, then a paused and a drained node."""
    manager, told = lab[MANAGER], Story()
    for service in SERVICES.values():
        demand(manager, "POST", "/services/create", service)
    wait_for(lab, lambda: sum(tasks_running(lab).values()), 3 + 3 + 2 + 3 + 3)
    lab.clock.sleep(1)
    look(lab, told, "", SERVICES)
    told.ports = demand(manager, "GET", '/tasks?filters={"service":["host-port"],"desired-state":["running"]}')
    told.typed["ps"] = type_line(lab, MANAGER, "docker service ps --no-trunc --format '{{.Name}} {{.Error}}' nowhere")
    told.typed["ls"] = type_line(lab, MANAGER, "docker service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'")
    for name, body in REFUSED.items():
        answer = ask(manager, "POST", "/services/create", body)
        told.refused[name] = (answer.status_code, answer.json()["message"])
    set_availability(lab, WORKER, "pause")
    set_availability(lab, OTHER, "drain")
    workers = {"Constraints": ["node.role==worker"]}
    demand(manager, "POST", "/services/create", spec("late", Placement=workers))
    demand(manager, "POST", "/services/create", spec("no-room", replicas=1, Placement=workers))
    lab.clock.sleep(8)
    look(lab, told, " paused and drained", ("three", "everywhere", "one-a-node", "late", "no-room"))
    return told


def look(lab: Lab, told: Story, when: str, services: Any) -> None:
    """Keep what can be seen of the services now."""
    manager = lab[MANAGER]
    hosts = {node["ID"]: node["Description"]["Hostname"] for node in demand(manager, "GET", "/nodes")}
    listed = {s["Spec"]["Name"]: s for s in demand(manager, "GET", "/services?status=true")}
    for name in services:
        tasks = [t for t in demand(manager, "GET", "/tasks") if t["ServiceID"] == listed[name]["ID"]]
        wanted = [t for t in tasks if t["DesiredState"] == "running"]
        told.runs[name + when] = sorted(hosts[t["NodeID"]] for t in wanted if t["Status"]["State"] == "running")
        waiting = [t["Status"] for t in wanted if t["Status"]["State"] != "running"]
        told.waits[name + when] = sorted((status["State"], status.get("Err", "")) for status in waiting)
        told.status[name + when] = listed[name]["ServiceStatus"]


def tasks_running(lab: Lab) -> dict[str, int]:
    """How many tasks of each service run."""
    listed = demand(lab[MANAGER], "GET", "/services?status=true")
    return {service["Spec"]["Name"]: service["ServiceStatus"]["RunningTasks"] for service in listed}


ALL = [WORKER, OTHER, MANAGER]
ONE, THREE = "on 1 node", "on 3 nodes"
LATER = " paused and drained"
_NOT_THERE = "no suitable node (2 nodes not available for new tasks; "


def pending(*errors: str) -> list[tuple[str, str]]:
    """Tasks that wait, each with its reason."""
    return [("pending", error) for error in errors]


OUTCOMES: dict[str, tuple[list[str], list[tuple[str, str]], int]] = {
    "three": (ALL, [], 3),
    "everywhere": (ALL, [], 3),
    "workers": ([WORKER, OTHER], [], 2),
    "nowhere": ([], pending(*[f"no suitable node (scheduling constraints not satisfied {THREE})"] * 2), 2),
    "everywhere-nowhere": ([], [], 0),
    "huge": ([], pending(f"no suitable node (insufficient resources {THREE})"), 1),
    "huge-everywhere": ([], pending(*[f"insufficient resources {ONE}"] * 3), 3),
    "one-a-node": (ALL, pending("no suitable node (max replicas per node limit exceed)"), 4),
    "host-port": (ALL, pending(f"no suitable node (host-mode port already in use {THREE})"), 4),
    "elsewhere": ([], pending(f"no suitable node (unsupported platform {THREE})"), 1),
    "two-reasons": ([], pending(f"no suitable node (insufficient resources {THREE})"), 1),
    f"three{LATER}": ([WORKER, MANAGER, MANAGER], [], 3),
    f"everywhere{LATER}": ([WORKER, MANAGER], [], 2),
    f"one-a-node{LATER}": (
        [WORKER, MANAGER],
        pending(*[f"{_NOT_THERE}max replicas per node limit exceed)"] * 2),
        4,
    ),
    f"late{LATER}": ([], [], 0),
    f"no-room{LATER}": ([], pending(f"{_NOT_THERE}scheduling constraints not satisfied {ONE})"), 1),
}
_RPC = "rpc error: code = {} desc = "
_BAD, _UNKNOWN = _RPC.format("InvalidArgument"), _RPC.format("Unknown")
REFUSALS = {
    "a bad constraint": (500, f"{_UNKNOWN}constraint expected one operator from ==, !="),
    "a bad key": (500, f"{_UNKNOWN}key 'node role' is invalid"),
    "too little CPU": (400, f"{_BAD}invalid cpu value 1e-09: Must be at least 0.001"),
    "too little memory": (400, f"{_BAD}invalid memory value 1024: Must be at least 4MiB"),
    "a port twice": (400, f"{_BAD}EndpointSpec: duplicate published ports provided"),
    "a host port of another as ingress": (
        400,
        f"{_BAD}port '8080' is already in use by service 'host-port' (<id>) as a host-published port",
    ),
    "an order that is none": (400, "unrecognized update order sideways"),
    "a ratio that is none": (
        400,
        f"{_BAD}TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1",
    ),
    "a condition that is none": (400, 'invalid RestartCondition: "sometimes"'),
    "fewer than none": (400, f"{_BAD}TaskSpec: restart-delay cannot be negative"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_where_tasks_run_and_why_others_do_not(name: str, story: Story) -> None:
    """Global tasks that wait say the bare reason; the first filter that says no counts a node."""
    assert (story.runs[name], story.waits[name]) == OUTCOMES[name][:2]


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_the_service_counts(name: str, story: Story) -> None:
    """The two numbers of `docker service ls`."""
    runs, _, desired = OUTCOMES[name]
    assert story.status[name] == {"RunningTasks": len(runs), "DesiredTasks": desired, "CompletedTasks": 0}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused(name: str, story: Story) -> None:
    """Status and words."""
    status, message = story.refused[name]
    assert (status, re.sub(r"\b[0-9a-z]{25}\b", "<id>", message)) == REFUSALS[name]


def test_a_host_port_shows_on_its_task(story: Story) -> None:
    """Only once it runs."""
    port = {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}
    shown = {task["Status"]["State"]: task["Status"]["PortStatus"] for task in story.ports}
    assert shown == {"running": {"Ports": [port]}, "pending": {}}


@pytest.mark.cli
def test_the_docker_command_says_why(story: Story) -> None:
    """`docker service ps` and `docker service ls`."""
    reason = '"no suitable node (scheduling constraints not satisfied on 3 nodes)"'
    assert story.typed["ps"] == [f"nowhere.1 {reason}", f"nowhere.2 {reason}"]
    assert story.typed["ls"] == [
        "elsewhere replicated 0/1",
        "everywhere global 3/3",
        "everywhere-nowhere global 0/0",
        "host-port replicated 3/4",
        "huge replicated 0/1",
        "huge-everywhere global 0/3",
        "nowhere replicated 0/2",
        "one-a-node replicated 3/4 (max 1 per node)",
        "three replicated 3/3",
        "two-reasons replicated 0/1",
        "workers global 2/2",
    ]
