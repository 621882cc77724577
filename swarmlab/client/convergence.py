"""When a service is what was declared, in one sentence; empty when it is.

`api` is the docker SDK's low-level client, which has no types.
Source: the same counting as docker/cli cli/command/service/progress, without its five seconds of verification.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from docker.errors import NotFound

Task = Mapping[str, Any]


def missing_for_convergence(api: Any, name: str) -> str:
    """What keeps a service from being converged; empty when nothing does."""
    try:
        service = api.inspect_service(name)
    except NotFound:
        return f"there is no service {name}"
    update = service.get("UpdateStatus") or {}
    if update.get("State") in ("updating", "rollback_started"):
        return f"{update['State']}: {update.get('Message', '')}"
    tasks = _up_to_date(api, service["ID"])
    down = {node["ID"] for node in api.nodes() if node["Status"]["State"] == "down"}
    wanted = [task for task in tasks if task["DesiredState"] == "running" and task.get("NodeID") not in down]
    running = [task for task in wanted if task["Status"]["State"] == "running"]
    target = _target(service, wanted)
    if len(running) == target and target >= 0:
        return ""
    return f"{len(running)} of {max(target, 0)} tasks running{_reason(wanted)}"


def _up_to_date(api: Any, service_id: str) -> list[Task]:
    filters = json.dumps({"service": {service_id: True}, "_up-to-date": {"true": True}})
    found: list[Task] = api._result(api._get(api._url("/tasks"), params={"filters": filters}), json=True)
    return found


def _target(service: Mapping[str, Any], wanted: list[Task]) -> int:
    mode = service["Spec"]["Mode"]
    if "Replicated" in mode:
        return int(mode["Replicated"].get("Replicas", 1))
    nodes = {task.get("NodeID") for task in wanted}
    return len(nodes) or -1


def _reason(tasks: Iterable[Task]) -> str:
    errors = [task["Status"]["Err"] for task in tasks if task["Status"].get("Err")]
    return f" ({errors[0]})" if errors else ""
