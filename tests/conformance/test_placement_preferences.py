"""Placement preferences: tasks spread evenly over the values of a label, then of another; nodes without the label.

Of two nodes with the same values any may get the odd task, so tasks are counted by value.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, OTHER, WORKER, Spec, demand, type_line, wait_for
from tests.conformance.watching import label_node

STARTS_FROM = "formed"

ZONES = {WORKER: "a", OTHER: "a", MANAGER: "b"}
RACKS = {WORKER: "1", OTHER: "2", MANAGER: ""}


def spec(name: str, replicas: int, *spread: str, **placement: object) -> Spec:
    """A service that sleeps, spread over these descriptors in turn."""
    container = {"Image": "alpine:latest", "Args": ["sleep", "1000"], "StopGracePeriod": NS}
    preferences = [{"Spread": {"SpreadDescriptor": descriptor}} for descriptor in spread]
    template = {"ContainerSpec": container, "Placement": {"Preferences": preferences, **placement}}
    return {"Name": name, "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": replicas}}}


ZONE, RACK = "node.labels.zone", "node.labels.rack"
SERVICES = {
    each["Name"]: each
    for each in (
        spec("even", 6, ZONE),
        spec("odd", 5, ZONE),
        spec("two-levels", 8, ZONE, RACK),
        spec("two-levels-turned", 6, RACK, ZONE),
        spec("some-have-none", 6, RACK),
        spec("nobody-has-it", 6, "node.labels.nosuch"),
        spec("upper-case", 6, "NODE.LABELS.zone"),
        spec("no-label", 6, "node.hostname"),
        spec("nonsense", 6, "nonsense"),
        spec("empty", 6, ""),
        spec("workers", 4, ZONE, Constraints=["node.role==worker"]),
        spec("one-a-node", 4, ZONE, MaxReplicas=1),
    )
}


@dataclass(slots=True, kw_only=True)
class Story:
    """Of each service: the hosts of its tasks; what the others say; what was stored, printed, refused."""

    runs: dict[str, list[str]] = field(default_factory=dict)
    waits: dict[str, list[str]] = field(default_factory=dict)
    stored: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    by_sdk: Any = None


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """All services one after the other, each alone on the nodes; one of them grows."""
    told, manager = Story(), lab[MANAGER]
    for host in ZONES:
        label_node(lab, host, zone=ZONES[host], **({"rack": RACKS[host]} if RACKS[host] else {}))
    for name, service in SERVICES.items():
        demand(manager, "POST", "/services/create", service)
        wanted = service["Mode"]["Replicated"]["Replicas"]
        look_when_settled(lab, told, name, 3 if name == "one-a-node" else wanted)
        told.stored[name] = demand(manager, "GET", f"/services/{name}")["Spec"]["TaskTemplate"]["Placement"]
        demand(manager, "DELETE", f"/services/{name}")
        wait_for(lab, lambda: demand(manager, "GET", "/tasks"), [])
    grow(lab, told)
    type_commands(lab, told)
    return told


def grow(lab: Lab, told: Story) -> None:
    """Two tasks without a preference on the zone with two nodes; then four more, with one."""
    manager = lab[MANAGER]
    demand(manager, "POST", "/services/create", spec("grows", 2, Constraints=["node.role==worker"]))
    look_when_settled(lab, told, "grows", 2)
    stored = demand(manager, "GET", "/services/grows")
    changed = {**spec("grows", 6, ZONE), "TaskTemplate": stored["Spec"]["TaskTemplate"]}
    changed["TaskTemplate"]["Placement"] = {"Preferences": [{"Spread": {"SpreadDescriptor": ZONE}}]}
    demand(manager, "POST", f"/services/{stored['ID']}/update?version={stored['Version']['Index']}", changed)
    look_when_settled(lab, told, "grows", 6)
    demand(manager, "DELETE", "/services/grows")


def look_when_settled(lab: Lab, told: Story, name: str, running: int) -> None:
    """Keep where a service's tasks are, once so many run and no more will."""
    manager = lab[MANAGER]
    hosts = {node["ID"]: node["Description"]["Hostname"] for node in demand(manager, "GET", "/nodes")}

    def tasks() -> list[Spec]:
        found = demand(manager, "GET", f'/tasks?filters={{"service":["{name}"],"desired-state":["running"]}}')
        return [task for task in found if task["DesiredState"] == "running"]

    wait_for(lab, lambda: sum(task["Status"]["State"] == "running" for task in tasks()), running)
    lab.clock.sleep(1)
    found = tasks()
    told.runs[name] = sorted(hosts[task["NodeID"]] for task in found if task["Status"]["State"] == "running")
    told.waits[name] = [task["Status"]["Err"] for task in found if task["Status"]["State"] == "pending"]


def type_commands(lab: Lab, told: Story) -> None:
    """The same through the docker command and through the docker SDK."""
    create = "docker service create -d -q --replicas 4 --name typed --placement-pref spread=node.labels.zone"
    shown = "docker service inspect --format '{{json .Spec.TaskTemplate.Placement.Preferences}}' typed"
    for name, line in {
        "create": f"{create} --placement-pref spread=node.labels.rack alpine sleep 1000",
        "created": shown,
        "pretty": "docker service inspect --pretty typed",
        "update": "docker service update -d -q --placement-pref-rm spread=node.labels.zone"
        " --placement-pref-add spread=engine.labels.disk typed",
        "updated": shown,
        "other strategy": "docker service create --placement-pref binpack=node.labels.zone alpine",
        "no strategy": "docker service create --placement-pref node.labels.zone alpine",
    }.items():
        told.typed[name] = type_line(lab, MANAGER, line)
    made = lab[MANAGER].client.services.create(
        "alpine:latest", command=["sleep", "1000"], name="by-sdk", preferences=[("spread", ZONE), ("spread", RACK)]
    )
    made.reload()
    told.by_sdk = made.attrs["Spec"]["TaskTemplate"]["Placement"]


def by(values: dict[str, str], hosts: list[str]) -> dict[str, int]:
    """How many tasks there are of each value of a label."""
    return dict(Counter(values[host] for host in hosts))


def test_each_value_gets_the_same_number(story: Story) -> None:
    """Although one has two nodes, and the other one."""
    assert by(ZONES, story.runs["even"]) == {"a": 3, "b": 3}


def test_the_odd_one_goes_anywhere(story: Story) -> None:
    """Values differ by one at most."""
    assert sorted(by(ZONES, story.runs["odd"]).values()) == [2, 3]


def test_a_second_level_divides_what_the_first_gave(story: Story) -> None:
    """Four for each zone, and of the one zone's two for each rack."""
    assert Counter(story.runs["two-levels"]) == {WORKER: 2, OTHER: 2, MANAGER: 4}


def test_the_first_level_counts_first(story: Story) -> None:
    """Three racks, one of them without a name: two each, whatever the zones."""
    assert Counter(story.runs["two-levels-turned"]) == {WORKER: 2, OTHER: 2, MANAGER: 2}


def test_nodes_without_the_label_are_a_value_of_their_own(story: Story) -> None:
    """They are not left out."""
    assert by(RACKS, story.runs["some-have-none"]) == {"1": 2, "2": 2, "": 2}


@pytest.mark.parametrize("name", ["nobody-has-it", "no-label", "nonsense", "empty"])
def test_what_divides_nothing_changes_nothing(story: Story, name: str) -> None:
    """A label that nobody has, and what is no label: tasks are spread over nodes, as always."""
    assert Counter(story.runs[name]) == {WORKER: 2, OTHER: 2, MANAGER: 2}


def test_the_word_before_the_label_may_be_in_capitals(story: Story) -> None:
    """As in a constraint."""
    assert by(ZONES, story.runs["upper-case"]) == {"a": 3, "b": 3}


def test_a_value_whose_nodes_may_take_none_gets_none(story: Story) -> None:
    """The others take all: a preference never makes a task wait."""
    assert Counter(story.runs["workers"]) == {WORKER: 2, OTHER: 2}


def test_a_preference_gives_way_to_the_most_replicas_a_node(story: Story) -> None:
    """Its zone has no more room, nor has the other."""
    assert Counter(story.runs["one-a-node"]) == {WORKER: 1, OTHER: 1, MANAGER: 1}
    assert story.waits["one-a-node"] == ["no suitable node (max replicas per node limit exceed)"]


def test_tasks_that_are_there_count(story: Story) -> None:
    """Two run in the one zone already; of four more, three go to the other. A preference replaces no task."""
    assert by(ZONES, story.runs["grows"]) == {"a": 3, "b": 3}


@pytest.mark.parametrize("name", SERVICES)
def test_a_preference_is_stored_as_it_came(story: Story, name: str) -> None:
    """Its descriptor is not looked at."""
    given = SERVICES[name]["TaskTemplate"]["Placement"]["Preferences"]
    assert story.stored[name]["Preferences"] == given


def test_the_sdk_sends_the_same(story: Story) -> None:
    """Pairs of strategy and descriptor."""
    assert story.by_sdk == {"Preferences": [{"Spread": {"SpreadDescriptor": each}} for each in (ZONE, RACK)]}


@pytest.mark.cli
def test_the_docker_command_sends_and_shows_them(story: Story) -> None:
    """In their order; an added one comes last."""
    assert story.typed["create"] == ["<id>"]
    assert story.typed["created"] == [
        '[{"Spread":{"SpreadDescriptor":"node.labels.zone"}},{"Spread":{"SpreadDescriptor":"node.labels.rack"}}]'
    ]
    assert [line for line in story.typed["pretty"] if "spread" in line or "Preferences" in line] == [
        " Preferences:  [spread=node.labels.zone spread=node.labels.rack]"
    ]
    assert story.typed["updated"] == [
        '[{"Spread":{"SpreadDescriptor":"node.labels.rack"}},{"Spread":{"SpreadDescriptor":"engine.labels.disk"}}]'
    ]


@pytest.mark.cli
def test_the_docker_command_knows_one_strategy(story: Story) -> None:
    """It asks no engine."""
    refusal = 'invalid argument "%s" for "--placement-pref" flag: %s'
    assert story.typed["other strategy"][0] == refusal % (
        "binpack=node.labels.zone",
        "unsupported placement preference binpack (only spread is supported)",
    )
    assert story.typed["no strategy"][0] == refusal % (
        "node.labels.zone",
        'placement preference must be of the format "<strategy>=<arg>"',
    )
