"""Generic resources: asked for where no node has any; then an engine declares some, counted and with names."""

from __future__ import annotations

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
    said,
    type_line,
    update_service,
    wait_for,
)
from tests.conformance.engine_settings import restart_with

STARTS_FROM = "formed"

NOT_ENOUGH = "no suitable node (insufficient resources on 3 nodes)"
DECLARED = ("SSD=3", "GPU=one", "GPU=two")


def counted(kind: str, number: int) -> Spec:
    """So many of a kind."""
    return {"DiscreteResourceSpec": {"Kind": kind, "Value": number}}


def named(kind: str, name: str) -> Spec:
    """One of a kind, by its name."""
    return {"NamedResourceSpec": {"Kind": kind, "Value": name}}


def spec(name: str, *wanted: Spec, replicas: int | None = 1) -> Spec:
    """A service that sleeps and reserves this; without replicas it is global."""
    container = {"Image": "alpine:latest", "Args": ["sleep", "1000"], "StopGracePeriod": NS}
    template = {"ContainerSpec": container, "Resources": {"Reservations": {"GenericResources": list(wanted)}}}
    mode = {"Global": {}} if replicas is None else {"Replicated": {"Replicas": replicas}}
    return {"Name": name, "TaskTemplate": template, "Mode": mode}


@dataclass(slots=True, kw_only=True)
class Look:
    """A service's tasks: what runs where with what, and what the others say."""

    runs: list[tuple[str, list[Spec]]]
    waits: list[str]
    environment: list[list[str]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Story:
    """Without any; with what one engine declares; what was refused, stored and printed."""

    looks: dict[str, Look] = field(default_factory=dict)
    node: dict[str, Any] = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    stored: Any = None
    typed: dict[str, list[str]] = field(default_factory=dict)


ODD = {
    "by name": [named("GPU", "one")],
    "none of a kind": [counted("SSD", 0)],
    "fewer than none": [counted("SSD", -1)],
    "no kind": [counted("", 1)],
    "the same kind twice": [counted("SSD", 2), counted("SSD", 2)],
}


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Services first, then what they ask for."""
    told, manager = Story(), lab[MANAGER]
    for service in (
        spec("disks", counted("SSD", 1)),
        spec("disks-everywhere", counted("SSD", 1), replicas=None),
        spec("cards", counted("GPU", 1), replicas=3),
    ):
        demand(manager, "POST", "/services/create", service)
    lab.clock.sleep(1)
    for name in ("disks", "disks-everywhere", "cards"):
        told.looks[f"{name}, none there"] = look(lab, name)
    tell_of_nodes(lab, told, "without")
    restart_with(lab, WORKER, generic_resources=DECLARED)
    tell_of_nodes(lab, told, "with")
    wait_for(lab, lambda: [len(look(lab, name).runs) for name in ("disks", "disks-everywhere", "cards")], [1, 1, 2])
    for name in ("disks", "disks-everywhere", "cards"):
        told.looks[name] = look(lab, name)
    told.stored = demand(manager, "GET", "/services/disks")["Spec"]["TaskTemplate"]["Resources"]
    use_up(lab, told)
    for name, wanted in ODD.items():
        try_out(lab, told, name, wanted)
    type_commands(lab, told)
    return told


def use_up(lab: Lab, told: Story) -> None:
    """One SSD is left: three more want it; two go, and then one of the others gets what they had."""
    demand(lab[MANAGER], "POST", "/services/create", spec("more", counted("SSD", 1), replicas=3))
    wait_for(lab, lambda: len(look(lab, "more").runs), 1)
    lab.clock.sleep(1)
    told.looks["more"] = look(lab, "more")
    update_service(lab, lambda it: it["Mode"]["Replicated"].update(Replicas=0), "disks")
    wait_for(lab, lambda: len(look(lab, "more").runs), 2)
    told.looks["more, one given back"] = look(lab, "more")
    for name in ("more", "disks-everywhere"):
        demand(lab[MANAGER], "DELETE", f"/services/{name}")


def try_out(lab: Lab, told: Story, name: str, wanted: list[Spec]) -> None:
    """A service that asks for something odd; what becomes of its task."""
    answer = ask(lab[MANAGER], "POST", "/services/create", spec("odd", *wanted))
    told.answers[name] = (answer.status_code, "") if answer.ok else said(answer)
    if answer.ok:
        lab.clock.sleep(3)
        told.looks[name] = look(lab, "odd")
        demand(lab[MANAGER], "DELETE", "/services/odd")


def look(lab: Lab, service: str) -> Look:
    """Tasks that are meant to run."""
    manager = lab[MANAGER]
    hosts = {node["ID"]: node["Description"]["Hostname"] for node in demand(manager, "GET", "/nodes")}
    found = demand(manager, "GET", f'/tasks?filters={{"service":["{service}"],"desired-state":["running"]}}')
    running = [task for task in found if task["Status"]["State"] == "running"]
    return Look(
        runs=[(hosts[task["NodeID"]], task.get("GenericResources", [])) for task in running],
        waits=[task["Status"].get("Err", "") for task in found if task["Status"]["State"] == "pending"],
        environment=[environment(lab, hosts[task["NodeID"]], task) for task in running],
    )


def environment(lab: Lab, host: str, task: Spec) -> list[str]:
    """What a task's container is told of its resources."""
    container = demand(lab[host], "GET", f"/containers/{task['Status']['ContainerStatus']['ContainerID']}/json")
    return [each for each in container["Config"]["Env"] or [] if not each.startswith("PATH=")]


def tell_of_nodes(lab: Lab, told: Story, when: str) -> None:
    """What a node says of itself, and its engine."""
    for name in (WORKER, OTHER):
        told.node[f"{name} {when}"] = demand(lab[MANAGER], "GET", f"/nodes/{name}")["Description"]["Resources"]
        told.info[f"{name} {when}"] = demand(lab[name], "GET", "/info")["GenericResources"]
        line = f"docker node inspect --pretty {name}"
        told.typed[f"{name} {when}"] = resources_in(type_line(lab, MANAGER, line))


def resources_in(lines: list[str]) -> list[str]:
    """The names in that part of the printed text."""
    return [
        line.split(":")[0].strip()
        for line in lines
        if line.startswith(" ") and ("CPUs" in line or "Memory" in line or "Gen" in line)
    ]


def type_commands(lab: Lab, told: Story) -> None:
    """The same through the docker command."""
    shown = "docker service inspect --format '{{json .Spec.TaskTemplate.Resources.Reservations}}' typed"
    create = "docker service create -d -q --name typed --generic-resource"
    for name, line in {
        "create": f"{create} GPU=2 --generic-resource SSD=1 alpine sleep 1000",
        "created": shown,
        "update": "docker service update -d -q --generic-resource-rm GPU --generic-resource-add FPGA=1 typed",
        "updated": shown,
        "by name": f"{create} GPU=one alpine",
    }.items():
        told.typed[name] = type_line(lab, MANAGER, line)
    lab.clock.sleep(1)
    ps = "docker service ps --no-trunc --format '{{.Name}} {{.Error}}' --filter desired-state=running typed"
    told.typed["ps"] = type_line(lab, MANAGER, ps)


def sorted_specs(specs: list[Spec]) -> list[Spec]:
    """In an order of their own: kinds and names come in any."""
    return sorted(specs, key=repr)


def test_where_no_node_has_any(story: Story) -> None:
    """They are resources like any other; global tasks say the bare reason, one for each node."""
    assert story.looks["disks, none there"] == Look(runs=[], waits=[NOT_ENOUGH])
    assert story.looks["cards, none there"] == Look(runs=[], waits=[NOT_ENOUGH] * 3)
    assert story.looks["disks-everywhere, none there"] == Look(runs=[], waits=["insufficient resources on 1 node"] * 3)


def test_a_node_without_any_says_nothing(story: Story) -> None:
    """The engine says null."""
    for when in ("without", "with"):
        assert set(story.node[f"{OTHER} {when}"]) == {"NanoCPUs", "MemoryBytes"}
        assert story.info[f"{OTHER} {when}"] is None
    assert set(story.node[f"{WORKER} without"]) == {"NanoCPUs", "MemoryBytes"}


def test_a_node_shows_what_its_engine_was_told(story: Story) -> None:
    """The same in what the engine says of itself."""
    declared = sorted_specs([counted("SSD", 3), named("GPU", "one"), named("GPU", "two")])
    assert set(story.node[f"{WORKER} with"]) == {"NanoCPUs", "MemoryBytes", "GenericResources"}
    assert sorted_specs(story.node[f"{WORKER} with"]["GenericResources"]) == declared
    assert sorted_specs(story.info[f"{WORKER} with"]) == declared


def test_waiting_tasks_go_where_there_are_some_now(story: Story) -> None:
    """A task shows how many it got, its container is told."""
    (host, given), (told,) = story.looks["disks"].runs[0], story.looks["disks"].environment
    assert (host, given, told) == (WORKER, [counted("SSD", 1)], ["DOCKER_RESOURCE_SSD=1"])


def test_a_global_service_runs_where_there_are_some(story: Story) -> None:
    """The other nodes' tasks go on waiting."""
    seen = story.looks["disks-everywhere"]
    assert [host for host, _ in seen.runs] == [WORKER]
    assert seen.waits == ["insufficient resources on 1 node"] * 2


def test_what_has_names_is_given_out_by_name(story: Story) -> None:
    """Two are there, and three are asked for."""
    cards = story.looks["cards"]
    given = sorted_specs([one for _, resources in cards.runs for one in resources])
    assert given == [named("GPU", "one"), named("GPU", "two")]
    assert sorted(cards.environment) == [["DOCKER_RESOURCE_GPU=one"], ["DOCKER_RESOURCE_GPU=two"]]
    assert cards.waits == [NOT_ENOUGH]


def test_what_is_given_out_is_gone(story: Story) -> None:
    """Of three SSDs two were taken; what is given back goes to who waits."""
    assert len(story.looks["more"].runs) == 1
    assert story.looks["more"].waits == [NOT_ENOUGH] * 2
    assert len(story.looks["more, one given back"].runs) == 2


def test_the_spec_keeps_what_was_asked_for(story: Story) -> None:
    """Not what was given."""
    assert story.stored == {"Reservations": {"GenericResources": [counted("SSD", 1)]}}


@pytest.mark.parametrize("name", ["by name", "no kind"])
def test_what_is_never_granted(story: Story, name: str) -> None:
    """Nothing is refused; who asks for a thing by its name waits for ever."""
    assert story.answers[name] == (201, "")
    assert (len(story.looks[name].runs), story.looks[name].waits) == (0, [NOT_ENOUGH])


@pytest.mark.parametrize("name", ["none of a kind", "fewer than none", "the same kind twice"])
def test_what_is_granted_although_it_is_odd(story: Story, name: str) -> None:
    """Of two SSDs that are left, two are enough for two wishes for two: each is looked at alone."""
    assert story.answers[name] == (201, "")
    assert (len(story.looks[name].runs), story.looks[name].waits) == (1, [])


@pytest.mark.cli
def test_the_docker_command_asks_for_them(story: Story) -> None:
    """By number only; in any order, since it keeps them in a map."""
    reservations = '{"GenericResources":[%s]}'
    one = '{"DiscreteResourceSpec":{"Kind":"%s","Value":%d}}'
    created, updated = [one % ("GPU", 2), one % ("SSD", 1)], [one % ("SSD", 1), one % ("FPGA", 1)]
    assert story.typed["create"] == ["<id>"]
    assert story.typed["created"] in ([reservations % ",".join(each)] for each in (created, created[::-1]))
    assert story.typed["updated"] in ([reservations % ",".join(each)] for each in (updated, updated[::-1]))
    assert story.typed["ps"] == [f'typed.1 "{NOT_ENOUGH}"']


@pytest.mark.cli
def test_the_docker_command_shows_no_generic_resources_of_a_node(story: Story) -> None:
    """`docker node inspect --pretty` has CPUs and memory only."""
    assert story.typed[f"{WORKER} with"] == story.typed[f"{OTHER} with"]
