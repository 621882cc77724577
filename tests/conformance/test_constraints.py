"""Constraints on what a node is: its address, its engine's labels, its platform, its id; and what none meets."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, OTHER, WORKER, Spec, ask, demand, said, type_line, wait_for
from tests.conformance.engine_settings import restart_with
from tests.conformance.watching import label_node

STARTS_FROM = "formed"

ALL, OTHERS = [WORKER, OTHER, MANAGER], [OTHER, MANAGER]
CONSTRAINTS: dict[str, tuple[str, list[str]]] = {
    "an address": ("node.ip == {address}", [WORKER]),
    "another address": ("node.ip != {address}", OTHERS),
    "a range": ("node.ip == {range}", ALL),
    "another range": ("node.ip == 192.0.2.0/24", []),
    "not another range": ("node.ip != 192.0.2.0/24", ALL),
    "no address": ("node.ip == nonsense", []),
    "not no address": ("node.ip != nonsense", []),
    "half an address": ("node.ip == 10.1", []),
    "an address of IPv6": ("node.ip == fe80::1", []),
    "an engine's label": ("engine.labels.disk == ssd", [WORKER]),
    "an engine's label in capitals": ("ENGINE.LABELS.disk == SSD", [WORKER]),
    "its name in capitals": ("engine.labels.DISK == ssd", []),
    "another engine's label": ("engine.labels.disk != ssd", OTHERS),
    "an engine's label without value": ("engine.labels.fast == true", []),
    "an engine's label that no engine has": ("engine.labels.nosuch == ssd", []),
    "not an engine's label that no engine has": ("engine.labels.nosuch != ssd", ALL),
    "a node's label is none of its engine": ("engine.labels.zone == a", []),
    "a node's label": ("node.labels.zone == A", [OTHER]),
    "an operating system": ("node.platform.os == linux", ALL),
    "an operating system in capitals": ("node.platform.os == LINUX", ALL),
    "another operating system": ("node.platform.os == windows", []),
    "not another operating system": ("node.platform.os != windows", ALL),
    "an architecture": ("node.platform.arch == x86_64", ALL),
    "an architecture as images call it": ("node.platform.arch == amd64", []),
    "not an architecture": ("node.platform.arch != x86_64", []),
    "an id": ("node.id == {id}", [WORKER]),
    "half an id": ("node.id == {half}", []),
    "a key that is none": ("node.nosuch == x", []),
    "not a key that is none": ("node.nosuch != x", []),
    "a label without a name": ("node.labels. == x", []),
    "an engine's label without a name": ("engine.labels. != x", []),
}
SEVERAL = ["node.platform.os == linux", "engine.labels.disk == ssd", "node.role == manager"]


@dataclass(slots=True, kw_only=True)
class Story:
    """Of each constraint: the answer, where a global service's tasks run, what a replicated one's says."""

    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    runs: dict[str, list[str]] = field(default_factory=dict)
    waits: dict[str, list[str]] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    info: list[str] = field(default_factory=list)


def spec(name: str, constraints: list[str], mode: Spec) -> Spec:
    """A service that sleeps."""
    container = {"Image": "alpine:latest", "Args": ["sleep", "1000"], "StopGracePeriod": NS}
    return {"Name": name, "TaskTemplate": {"ContainerSpec": container, "Placement": {"Constraints": constraints}}} | {
        "Mode": mode
    }


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """One engine has labels; then a service after the other, global where nodes meet its constraint."""
    told, manager = Story(), lab[MANAGER]
    restart_with(lab, WORKER, labels=("disk=ssd", "fast="))
    label_node(lab, OTHER, zone="a")
    worker = demand(manager, "GET", f"/nodes/{WORKER}")
    told.labels = worker["Description"]["Engine"]["Labels"]
    told.info = demand(lab[WORKER], "GET", "/info")["Labels"]
    address, id_ = lab[WORKER].address, worker["ID"]
    facts = {"address": address, "range": address.rpartition(".")[0] + ".0/24", "id": id_, "half": id_[:12]}
    for name, (text, hosts) in CONSTRAINTS.items():
        try_out(lab, told, name, [text.format(**facts)], hosts)
    try_out(lab, told, "several", SEVERAL, [])
    demand(manager, "POST", "/services/create", spec("waits", SEVERAL[1:], {"Replicated": {"Replicas": 1}}))
    lab.clock.sleep(1)
    told.typed = type_line(
        lab, MANAGER, "docker service ps --no-trunc --format '{{.Name}} {{.CurrentState}} {{.Error}}' waits"
    )
    return told


def try_out(lab: Lab, told: Story, name: str, constraints: list[str], hosts: list[str]) -> None:
    """Make a service, see where it runs, and take it away."""
    mode: Spec = {"Global": {}} if hosts else {"Replicated": {"Replicas": 1}}
    answer = ask(lab[MANAGER], "POST", "/services/create", spec("tried", constraints, mode))
    told.answers[name] = said(answer) if not answer.ok else (answer.status_code, "")
    if not answer.ok:
        return
    names = {node["ID"]: node["Description"]["Hostname"] for node in demand(lab[MANAGER], "GET", "/nodes")}

    def tasks() -> list[Spec]:
        found: list[Spec] = demand(lab[MANAGER], "GET", '/tasks?filters={"service":["tried"]}')
        return found

    wait_for(lab, lambda: sum(task["Status"]["State"] == "running" for task in tasks()), len(hosts))
    lab.clock.sleep(0.5)
    told.runs[name] = sorted(names[task["NodeID"]] for task in tasks() if task["Status"]["State"] == "running")
    told.waits[name] = [task["Status"].get("Err", "") for task in tasks() if task["Status"]["State"] == "pending"]
    demand(lab[MANAGER], "DELETE", "/services/tried")
    wait_for(lab, lambda: demand(lab[MANAGER], "GET", "/tasks"), [])


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_which_nodes_meet_a_constraint(story: Story, name: str) -> None:
    """And what a task says that none can take."""
    assert story.answers[name] == (201, "")
    hosts = CONSTRAINTS[name][1]
    nowhere = ["no suitable node (scheduling constraints not satisfied on 3 nodes)"]
    assert (story.runs[name], story.waits[name]) == (hosts, [] if hosts else nowhere)


def test_all_constraints_must_be_met(story: Story) -> None:
    """Here each is met by some node."""
    assert story.waits["several"] == ["no suitable node (scheduling constraints not satisfied on 3 nodes)"]


def test_a_node_shows_its_engines_labels(story: Story) -> None:
    """One may have no value."""
    assert story.info == ["disk=ssd", "fast="]
    assert story.labels == {"disk": "ssd", "fast": ""}


@pytest.mark.cli
def test_the_docker_command_says_why(story: Story) -> None:
    """As of any other reason."""
    reason = '"no suitable node (scheduling constraints not satisfied on 3 nodes)"'
    assert story.typed == [f"waits.1 Pending <age> ago {reason}"]
