"""The shape of what can be inspected, as engines 28.5.2 have it: keys, their order, types.

`python -m tests.conformance.shapes` looks at real engines and keeps what it sees in recorded/shapes.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from swarmlab.client.cluster import Node
from swarmlab.client.protocols import LabState
from swarmlab.lab import Lab
from tests.api.scenario import shape
from tests.conformance.asking import MANAGER, SERVICE, WORKER, ask, create_service, demand, running_tasks, wait_for

STARTS_FROM: LabState = "formed"
RECORDED = Path(__file__).parent / "recorded" / "shapes.json"

_VOLUME = {"Type": "volume", "Source": "notes", "Target": "/notes"}


def look(lab: Lab) -> Mapping[str, object]:
    """Everything that can be read, of a service with a task on each node and a few things besides."""
    manager, worker = lab[MANAGER], lab[WORKER]
    demand(manager, "POST", "/networks/create", {"Name": "talk", "Driver": "overlay"})
    for kind in ("secrets", "configs"):
        demand(manager, "POST", f"/{kind}/create", {"Name": "word", "Data": "c3dvcmRmaXNo", "Labels": {"a": "b"}})
    create_service(lab, replicas=3, mounts=[_VOLUME], Networks=[{"Target": "talk"}])
    wait_for(lab, lambda: running_tasks(lab), 3)
    seen = {**of_the_swarm(manager), **of_a_host(worker), **of_a_container(worker)}
    return {name: shape(content) for name, content in seen.items()}


def of_the_swarm(manager: Node) -> Mapping[str, object]:
    """What a manager answers."""
    tasks = demand(manager, "GET", "/tasks")
    return {
        "version": demand(manager, "GET", "/version"),
        "info of the manager": demand(manager, "GET", "/info"),
        "swarm": demand(manager, "GET", "/swarm"),
        "unlock key": demand(manager, "GET", "/swarm/unlockkey"),
        "nodes": sorted(demand(manager, "GET", "/nodes"), key=lambda node: node["Description"]["Hostname"]),
        "manager": demand(manager, "GET", f"/nodes/{MANAGER}"),
        "worker": demand(manager, "GET", f"/nodes/{WORKER}"),
        "services": demand(manager, "GET", "/services"),
        "service": demand(manager, "GET", f"/services/{SERVICE}"),
        "service in full": demand(manager, "GET", f"/services/{SERVICE}?insertDefaults=true"),
        "services with status": demand(manager, "GET", "/services?status=true"),
        "tasks": tasks,
        "task": demand(manager, "GET", f"/tasks/{tasks[0]['ID']}"),
        "secrets": demand(manager, "GET", "/secrets"),
        "secret": demand(manager, "GET", "/secrets/word"),
        "configs": demand(manager, "GET", "/configs"),
        "config": demand(manager, "GET", "/configs/word"),
        **events(manager, "swarm", ("service", "node", "network", "secret", "config")),
    }


def of_a_host(worker: Node) -> Mapping[str, object]:
    """What any engine answers of itself and what lies on it."""
    return {
        "info of a worker": demand(worker, "GET", "/info"),
        "networks": demand(worker, "GET", "/networks?filters=%7B%22name%22%3A%5B%22talk%22%5D%7D"),
        "network of the swarm": demand(worker, "GET", "/networks/talk"),
        "ingress": demand(worker, "GET", "/networks/ingress"),
        "bridge": demand(worker, "GET", "/networks/bridge"),
        "volumes": demand(worker, "GET", "/volumes"),
        "volume": demand(worker, "GET", "/volumes/notes"),
        "images": demand(worker, "GET", "/images/json"),
        "image": demand(worker, "GET", "/images/alpine:latest/json"),
        "history of an image": demand(worker, "GET", "/images/alpine:latest/history"),
        "what the registry has": demand(worker, "GET", "/distribution/alpine:latest/json"),
        "plugins": demand(worker, "GET", "/plugins"),
        "disk usage": demand(worker, "GET", "/system/df"),
        **events(worker, "local", ("container", "volume", "image")),
    }


def of_a_container(worker: Node) -> Mapping[str, object]:
    """What can be read of a task's container."""
    (listed,) = demand(worker, "GET", "/containers/json")
    path = f"/containers/{listed['Id']}"
    exec_id = demand(worker, "POST", f"{path}/exec", {"Cmd": ["true"]})["Id"]
    return {
        "container in a list": listed,
        "container": demand(worker, "GET", f"{path}/json"),
        "container with its size": demand(worker, "GET", f"{path}/json?size=1"),
        "changed files of a container": demand(worker, "GET", f"{path}/changes"),
        "exec": demand(worker, "GET", f"/exec/{exec_id}/json"),
    }


def events(node: Node, scope: str, kinds: Sequence[str]) -> Mapping[str, object]:
    """Of the events that the engine still knows, of each kind the first that says most; of a node, its state."""
    told = [json.loads(line) for line in ask(node, "GET", _until_now(node)).text.splitlines()]
    return {
        f"event of a {kind}": max(
            (event for event in told if (event["Type"], event["scope"]) == (kind, scope)),
            key=lambda event: (len(event["Actor"]["Attributes"]), "state.new" in event["Actor"]["Attributes"]),
        )
        for kind in kinds
    }


def _until_now(node: Node) -> str:
    """All events that an engine has had, by its own clock."""
    now: str = demand(node, "GET", "/info")["SystemTime"]
    return f"/events?since=0&until={datetime.fromisoformat(now[:19] + '+00:00').timestamp():.0f}"


def engine_version(lab: Lab) -> str:
    """Of the manager's engine: `28.5`."""
    version: str = demand(lab[MANAGER], "GET", "/version")["Version"]
    return ".".join(version.split(".")[:2])


if __name__ == "__main__":
    with Lab.start(STARTS_FROM, backend="dind") as real:
        recorded = {"engine": engine_version(real), "shapes": look(real)}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
