"""The shape of what can be inspected, as engines 28.5.2 have it: keys, their order, types.

`python -m tests.conformance.shapes` looks at real engines and keeps what it sees in recorded/shapes.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from swarmlab.client.protocols import LabState
from swarmlab.lab import Lab
from tests.api.scenario import shape
from tests.conformance.asking import MANAGER, SERVICE, WORKER, create_service, demand, running_tasks, wait_for

STARTS_FROM: LabState = "formed"
RECORDED = Path(__file__).parent / "recorded" / "shapes.json"

_VOLUME = {"Type": "volume", "Source": "notes", "Target": "/notes"}


def look(lab: Lab) -> Mapping[str, object]:
    """Everything that can be inspected, of a service with a task on each node."""
    manager, worker = lab[MANAGER], lab[WORKER]
    demand(manager, "POST", "/networks/create", {"Name": "talk", "Driver": "overlay"})
    create_service(lab, replicas=3, mounts=[_VOLUME], Networks=[{"Target": "talk"}])
    wait_for(lab, lambda: running_tasks(lab), 3)
    tasks = demand(manager, "GET", "/tasks")
    (listed,) = demand(worker, "GET", "/containers/json")
    seen = {
        "version": demand(manager, "GET", "/version"),
        "info of the manager": demand(manager, "GET", "/info"),
        "info of a worker": demand(worker, "GET", "/info"),
        "swarm": demand(manager, "GET", "/swarm"),
        "manager": demand(manager, "GET", f"/nodes/{MANAGER}"),
        "worker": demand(manager, "GET", f"/nodes/{WORKER}"),
        "service": demand(manager, "GET", f"/services/{SERVICE}"),
        "service in full": demand(manager, "GET", f"/services/{SERVICE}?insertDefaults=true"),
        "services with status": demand(manager, "GET", "/services?status=true"),
        "task": demand(manager, "GET", f"/tasks/{tasks[0]['ID']}"),
        "container in a list": listed,
        "container": demand(worker, "GET", f"/containers/{listed['Id']}/json"),
        "network of the swarm": demand(worker, "GET", "/networks/talk"),
        "ingress": demand(worker, "GET", "/networks/ingress"),
        "bridge": demand(worker, "GET", "/networks/bridge"),
        "volume": demand(worker, "GET", "/volumes/notes"),
    }
    return {name: shape(content) for name, content in seen.items()}


def engine_version(lab: Lab) -> str:
    """Of the manager's engine: `28.5`."""
    version: str = demand(lab[MANAGER], "GET", "/version")["Version"]
    return ".".join(version.split(".")[:2])


if __name__ == "__main__":
    with Lab.start(STARTS_FROM, backend="dind") as real:
        recorded = {"engine": engine_version(real), "shapes": look(real)}
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n")
