"""What `/events` tells of services, nodes, networks and secrets on a manager, and of containers on their host."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from swarmlab.client.cluster import Node
from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    OTHER,
    SERVICE,
    WORKER,
    ask,
    create_service,
    demand,
    scale,
    set_availability,
    type_line,
    update_service,
    wait_for,
)

STARTS_FROM = "formed"

Told = list[tuple[str, dict[str, str]]]
_OF_EVERY_LAB = ("name", "image", "container", "execDuration", "swarmlab.stand-in")
_MADE = {"made": "here"}
_STOPPED = ["kill 15", "kill 9", "stop", "die"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the manager's and the worker's engines told from the story's beginning to its end."""

    manager: list[dict[str, Any]]
    worker: list[dict[str, Any]]
    other: list[dict[str, Any]]
    typed: list[str]
    pruned: list[dict[str, Any]]

    def of(self, type_: str, events: list[dict[str, Any]]) -> Told:
        """Action and attributes of the events of one kind, without what differs from lab to lab."""
        return [
            (event["Action"], {k: v for k, v in event["Actor"]["Attributes"].items() if k not in _OF_EVERY_LAB})
            for event in events
            if event["Type"] == type_
        ]


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once; events are read afterwards, since they are kept."""
    manager, worker, other = lab[MANAGER], lab[WORKER], lab[OTHER]
    assert ask(worker, "POST", "/images/create?fromImage=alpine&tag=latest").ok
    lab.clock.sleep(2)
    began = engine_time(manager)
    lab.clock.sleep(2)
    talk = demand(manager, "POST", "/networks/create", {"Name": "talk", "Driver": "overlay"})["Id"]
    in_the_swarm(lab)
    demand(manager, "DELETE", f"/networks/{talk}")
    on_a_host(lab, worker)
    typed = type_line(lab, MANAGER, f"docker events --since {began} --until {engine_time(manager)} -f type=secret")
    return Story(
        manager=events(manager, began),
        worker=events(worker, began),
        other=events(other, began),
        typed=typed,
        pruned=pruned(lab, worker),
    )


def in_the_swarm(lab: Lab) -> None:
    """A service is made, scaled, changed and removed; a node is paused; a secret comes and goes."""
    manager = lab[MANAGER]
    create_service(lab, args=("sleep", "1000"), Placement={"Constraints": [f"node.hostname=={OTHER}"]})
    scale(lab, 2)
    update_service(lab, lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Image="alpine:3.20"))
    lab.clock.sleep(1)
    lab.wait_converged(SERVICE)
    update_service(lab, lambda spec: spec["Labels"].update(a="b"))
    set_availability(lab, WORKER, "pause")
    set_availability(lab, WORKER, "active")
    node = demand(manager, "GET", f"/nodes/{WORKER}")
    path = f"/nodes/{node['ID']}/update?version={node['Version']['Index']}"
    demand(manager, "POST", path, {**node["Spec"], "Labels": {"disk": "ssd"}})
    demand(manager, "DELETE", f"/services/{SERVICE}")
    demand(manager, "POST", "/secrets/create", {"Name": "word", "Data": "eA=="})
    demand(manager, "DELETE", "/secrets/word")
    lab.clock.sleep(3)


def on_a_host(lab: Lab, worker: Node) -> None:
    """One container ends by itself, another is killed, a third is stopped and started again."""
    for name, command in (("ends", ["sh", "-c", "exit 3"]), ("lives", ["sleep", "1000"])):
        body = {"Image": "alpine:latest", "Cmd": command, "Labels": {"made": "here"}}
        demand(worker, "POST", f"/containers/create?name={name}", body)
        demand(worker, "POST", f"/containers/{name}/start")
        lab.clock.sleep(1)
    demand(worker, "POST", "/containers/lives/restart?t=1")
    demand(worker, "POST", "/containers/lives/pause")
    demand(worker, "POST", "/containers/lives/unpause")
    demand(worker, "POST", "/containers/lives/rename?name=lived")
    demand(worker, "POST", "/containers/lived/kill")
    wait_for(lab, lambda: demand(worker, "GET", "/containers/json"), [])
    demand(worker, "DELETE", "/containers/lived")
    demand(worker, "DELETE", "/containers/ends")
    demand(worker, "POST", "/volumes/create", {"Name": "notes"})
    demand(worker, "DELETE", "/volumes/notes")
    lab.clock.sleep(2)


def pruned(lab: Lab, worker: Node) -> list[dict[str, Any]]:
    """What is told when a host is tidied up: one thing of each kind is left over."""
    began = engine_time(worker)
    lab.clock.sleep(2)
    demand(worker, "POST", "/images/alpine:latest/tag?repo=mine&tag=v1")
    demand(worker, "DELETE", "/images/mine:v1")
    demand(worker, "POST", "/containers/create", {"Image": "alpine:latest", "Cmd": ["true"], "Labels": _MADE})
    demand(worker, "POST", "/volumes/create", {"Name": "notes"})
    demand(worker, "POST", "/networks/create", {"Name": "talk"})
    for kind, filters in (("containers", ""), ("volumes", '{"all":["1"]}'), ("networks", ""), ("images", "")):
        demand(worker, "POST", f"/{kind}/prune?filters={filters}")
    lab.clock.sleep(2)
    return events(worker, began)


def engine_time(node: Node) -> int:
    """The present second, by the engine's own clock."""
    now: str = demand(node, "GET", "/info")["SystemTime"]
    return int(datetime.fromisoformat(re.sub(r"(\.\d+)?Z$", "+00:00", now)).timestamp())


def events(node: Node, since: int) -> list[dict[str, Any]]:
    """What the engine told since then."""
    text = ask(node, "GET", f"/events?since={since}&until={engine_time(node)}").text
    return [json.loads(line) for line in text.splitlines()]


def test_a_service_tells_what_changed(story: Story) -> None:
    """Old and new of replicas, image and the update's state; a change of labels is an update that says nothing."""
    assert story.of("service", story.manager) == [
        ("create", {}),
        ("update", {"replicas.new": "2", "replicas.old": "1"}),
        ("update", {"image.new": "alpine:3.20", "image.old": "alpine:latest"}),
        ("update", {"updatestate.new": "updating"}),
        ("update", {"updatestate.new": "completed", "updatestate.old": "updating"}),
        ("update", {}),
        ("remove", {}),
    ]


def test_a_node_tells_its_availability(story: Story) -> None:
    """A label says nothing."""
    assert story.of("node", story.manager) == [
        ("update", {"availability.new": "pause", "availability.old": "active"}),
        ("update", {"availability.new": "active", "availability.old": "pause"}),
        ("update", {}),
    ]


def test_a_network_of_the_swarm_is_updated_by_the_allocator(story: Story) -> None:
    """Who watches sees a creation, an update at once, and the removal."""
    swarm = [event for event in story.manager if event["scope"] == "swarm"]
    assert story.of("network", swarm) == [("create", {}), ("update", {}), ("remove", {})]


def test_a_secret_comes_and_goes(story: Story) -> None:
    """It is told with its name."""
    assert story.of("secret", story.manager) == [("create", {}), ("remove", {})]
    assert story.typed in ([], ["<time> secret create <id> (name=word)", "<time> secret remove <id> (name=word)"])


def test_events_of_the_swarm_have_its_scope(story: Story) -> None:
    """The others are the host's own."""
    scopes = {event["Type"]: event["scope"] for event in (*story.manager, *story.worker)}
    wanted = {"service": "swarm", "node": "swarm", "secret": "swarm", "container": "local", "volume": "local"}
    assert {kind: scopes[kind] for kind in wanted} == wanted


def test_workers_tell_nothing_of_the_swarm(story: Story) -> None:
    """Services and nodes are the managers' business, tasks nobody's."""
    kinds = {event["Type"] for event in (*story.worker, *story.other)}
    assert not kinds & {"service", "node", "secret", "config", "task"}
    assert not {event["Type"] for event in story.manager} & {"container", "task"}


def test_a_containers_life(story: Story) -> None:
    """Labels are told every time; a restart is a stop, a start, and a word of its own."""
    told = story.of("container", story.worker)
    assert told == [
        ("create", _MADE),
        ("start", _MADE),
        ("die", {"exitCode": "3", **_MADE}),
        ("create", _MADE),
        ("start", _MADE),
        ("kill", {**_MADE, "signal": "15"}),
        ("kill", {**_MADE, "signal": "9"}),
        ("stop", _MADE),
        ("die", {"exitCode": "137", **_MADE}),
        ("start", _MADE),
        ("restart", _MADE),
        ("pause", _MADE),
        ("unpause", _MADE),
        ("rename", {**_MADE, "oldName": "/lives"}),
        ("kill", {**_MADE, "signal": "9"}),
        ("die", {"exitCode": "137", **_MADE}),
        ("destroy", _MADE),
        ("destroy", _MADE),
    ]


def test_a_container_connects_to_the_bridge_while_it_runs(story: Story) -> None:
    """Each start connects it, each end disconnects it."""
    bridge = [("connect", {"type": "bridge"}), ("disconnect", {"type": "bridge"})]
    assert story.of("network", story.worker) == bridge * 3


def test_a_volume_is_created_and_destroyed(story: Story) -> None:
    """Its events name the driver."""
    volume = {"driver": "local"}
    assert story.of("volume", story.worker) == [("create", volume), ("destroy", volume)]


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("container", [("create", _MADE), ("destroy", _MADE)]),
        ("volume", [("create", {"driver": "local"}), ("destroy", {"driver": "local"})]),
        ("network", [("create", {"type": "bridge"}), ("destroy", {"type": "bridge"})]),
        ("image", [("tag", {}), ("untag", {})]),
    ],
)
def test_a_prune_is_told_when_it_is_over(story: Story, kind: str, told: Told) -> None:
    """After what went, with the bytes that it made free; also when nothing went."""
    assert story.of(kind, story.pruned) == [*told, ("prune", {"reclaimed": "0"})]


@pytest.mark.parametrize("nth", range(4), ids=["first of slot 1", "first of slot 2", "second", "second of the other"])
def test_a_tasks_container(story: Story, nth: int) -> None:
    """Whatever a task is replaced for, its container is stopped by TERM, then KILL, and removed in the end."""
    lives: dict[str, list[str]] = {}
    for event in story.other:
        if event["Type"] == "container":
            attributes = event["Actor"]["Attributes"]
            words = [event["Action"], attributes.get("signal", "")]
            lives.setdefault(attributes["com.docker.swarm.task.id"], []).append(" ".join(words).strip())
    assert list(lives.values())[nth] == ["create", "start", *_STOPPED, "destroy"]
