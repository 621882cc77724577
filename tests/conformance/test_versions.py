"""`Version.Index`: raft's log of a real swarm, entry by entry, as far as nothing depends on who is quicker."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from swarmlab.client.cluster import Node
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, WORKER, ask, demand, wait_for

STARTS_FROM = "three-managers"

KINDS = ("nodes", "services", "secrets", "configs", "tasks")
DATA = base64.b64encode(b"x").decode()
SERVICE = {"TaskTemplate": {"ContainerSpec": {"Image": "alpine:latest"}}, "Mode": {"Replicated": {"Replicas": 0}}}


def versions(node: Node) -> dict[str, int]:
    """The index of everything that shows one, by id."""
    found: dict[str, int] = {"swarm": demand(node, "GET", "/swarm")["Version"]["Index"]}
    for kind in KINDS:
        found |= {each["ID"]: each["Version"]["Index"] for each in demand(node, "GET", f"/{kind}")}
    return found


def write(node: Node) -> int:
    """Change a node's labels; returns the index that it gets."""
    record = demand(node, "GET", f"/nodes/{WORKER}")
    spec = {**record["Spec"], "Labels": {"n": str(record["Version"]["Index"])}}
    demand(node, "POST", f"/nodes/{record['ID']}/update?version={record['Version']['Index']}", spec)
    return int(demand(node, "GET", f"/nodes/{WORKER}")["Version"]["Index"])


def entries(node: Node, path: str, body: dict[str, Any]) -> int:
    """How many entries the log has grown by, once everything has come to rest, by creating something."""
    before = write(node)
    demand(node, "POST", path, body)
    for _ in range(3):
        # What follows of itself follows in moments.
        demand(node, "GET", "/nodes")
    return write(node) - before - 1


@pytest.fixture(scope="module")
def manager(lab: Lab) -> Node:
    """The leader, when everybody is ready."""
    return lab[MANAGER]


def test_a_new_swarms_manager_and_cluster_have_always_the_same_index(manager: Node) -> None:
    """Nine and ten: what came before is the first member, its election, the first objects, the ingress network."""
    assert demand(manager, "GET", f"/nodes/{MANAGER}")["Version"]["Index"] == 9
    assert demand(manager, "GET", "/swarm")["Version"]["Index"] == 10


def test_a_quiet_swarm_writes_nothing(manager: Node, lab: Lab) -> None:
    """Heartbeats are no entries."""
    before = versions(manager)
    lab.clock.sleep(12)
    assert versions(manager) == before
    assert write(manager) == max(before.values()) + 1


@pytest.mark.parametrize(
    ("path", "body", "grown"),
    [
        ("/secrets/create", {"Name": "s", "Data": DATA}, 1),
        ("/configs/create", {"Name": "c", "Data": DATA}, 1),
        ("/services/create", {**SERVICE, "Name": "plain"}, 1),
    ],
)
def test_what_is_only_stored_is_one_entry(manager: Node, path: str, body: dict[str, Any], grown: int) -> None:
    """Nobody else has anything to do about it."""
    assert entries(manager, path, body) == grown


def test_a_network_is_written_again_with_its_range(manager: Node, lab: Lab) -> None:
    """By the request, and by the allocator."""
    before = write(manager)
    demand(manager, "POST", "/networks/create", {"Name": "mesh", "Driver": "overlay"})
    lab.clock.sleep(1)
    assert write(manager) - before - 1 == 2


def test_a_service_that_publishes_a_port_is_written_again_with_its_address(manager: Node, lab: Lab) -> None:
    """By the request, and by the allocator."""
    before = write(manager)
    ports = {"EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]}}
    demand(manager, "POST", "/services/create", {**SERVICE, **ports, "Name": "public"})
    lab.clock.sleep(1)
    assert write(manager) - before - 1 == 2


def test_a_new_leader_writes_again_what_has_addresses(manager: Node, lab: Lab) -> None:
    """Its own first entry, the networks, the nodes, the services, and that all nodes are unknown.

    The last two in either order, and more entries where the first who stood for election was not elected.
    """
    before = write(manager)
    plain = demand(manager, "GET", "/services/plain")["Version"]
    public = demand(manager, "GET", "/services/public")
    lab[MANAGER].stop()
    other = lab[WORKER]
    wait_for(lab, lambda: ask(other, "GET", "/nodes").ok, True)
    wait_for(lab, lambda: demand(other, "GET", f"/nodes/{MANAGER}")["Status"]["State"], "unknown")
    after = demand(other, "GET", "/services/public")
    assert after["UpdatedAt"] > public["UpdatedAt"]
    written = {after["Version"]["Index"], demand(other, "GET", f"/nodes/{MANAGER}")["Version"]["Index"]}
    assert len(written) == 2
    assert all(before + 5 <= index <= before + 8 for index in written)
    assert demand(other, "GET", "/services/plain")["Version"] == plain
