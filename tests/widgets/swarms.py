"""Swarms made by hand, as the Watcher sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from swarmlab.client.protocols import Host
from swarmlab.client.snapshots import Snapshot, take_snapshot
from swarmlab.client.watch import Sight
from tests.client.fakes import SwarmApi, node, service, task

NOON = datetime(2026, 1, 2, 12, 0, 3, tzinfo=UTC)


def hosts(*names: str) -> Sequence[Host]:
    """The lab's machines."""
    return [
        Host(name=name, address=f"10.0.0.{number}", public_address=None, docker_host=f"unix://{name}", context=name)
        for number, name in enumerate(names, start=1)
    ]


HOSTS = hosts("docker-swarm-1", "docker-swarm-2", "docker-swarm-3")


def three_nodes(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Two workers and the leader; `docker_swarm_1={...}` replaces parts of one."""
    nodes = [node("docker-swarm-1"), node("docker-swarm-2"), node("docker-swarm-3", leader=True)]
    return [each | changes.get(each["Description"]["Hostname"].replace("-", "_"), {}) for each in nodes]


def sight_of(
    nodes: list[dict[str, Any]] | None = None,
    services: Sequence[dict[str, Any]] = (),
    tasks: Sequence[dict[str, Any]] = (),
    **more: Any,
) -> Sight:
    """What the Watcher sees of such a swarm at noon."""
    api: Any = SwarmApi(nodes=three_nodes() if nodes is None else nodes, services=list(services), tasks=list(tasks))
    snapshot: Snapshot = take_snapshot(api)
    return Sight(**{"snapshot": snapshot, "taken_at": NOON} | more)


def web(replicas: int = 3, **more: Any) -> dict[str, Any]:
    """A service."""
    return service("web", replicas, **more)


def web_task(slot: int, on: str = "", state: str = "running", *, image: str = "", **more: Any) -> dict[str, Any]:
    """One of its tasks; `on` is the number of a host."""
    made = task("web", slot, f"docker-swarm-{on}" if on else "", state, **more)
    return made | {"Spec": {"ContainerSpec": {"Image": image}}}
