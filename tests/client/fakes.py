"""A clock that is moved by whoever waits, and a swarm's answers made by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import docker.errors


class ManualClock:
    """Lab time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """Lab time."""
        return self._now

    def elapsed(self) -> float:
        """Seconds of it."""
        return self._now.timestamp()

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self._now += timedelta(seconds=seconds)


class SwarmApi:
    """The part of the SDK's low-level client that snapshots and convergence ask; holds plain API dictionaries."""

    def __init__(
        self, *, nodes: list[dict[str, Any]], services: list[dict[str, Any]], tasks: list[dict[str, Any]]
    ) -> None:
        self._nodes, self._services, self._tasks = nodes, services, tasks
        self.api = self

    def nodes(self) -> list[dict[str, Any]]:
        """All nodes."""
        return self._nodes

    def services(self) -> list[dict[str, Any]]:
        """All services."""
        return self._services

    def inspect_service(self, name: str) -> dict[str, Any]:
        """One service by name."""
        for service in self._services:
            if service["Spec"]["Name"] == name:
                return service
        raise docker.errors.NotFound(f"service {name} not found")

    def tasks(self) -> list[dict[str, Any]]:
        """All tasks."""
        return self._tasks

    def _url(self, path: str) -> str:
        return path

    def _get(self, url: str, params: dict[str, str]) -> list[dict[str, Any]]:
        assert (url, "_up-to-date" in params["filters"]) == ("/tasks", True)
        return self._tasks

    def _result(self, answer: list[dict[str, Any]], *, json: bool) -> list[dict[str, Any]]:
        assert json
        return answer


def node(name: str, *, state: str = "ready", node_id: str = "", leader: bool = False) -> dict[str, Any]:
    """A node as the API has it."""
    manager = {"ManagerStatus": {"Leader": True, "Reachability": "reachable"}} if leader else {}
    return {
        "ID": node_id or f"id-{name}",
        "Spec": {"Role": "manager" if leader else "worker", "Availability": "active"},
        "Description": {"Hostname": name},
        "Status": {"State": state},
        **manager,
    }


def service(name: str, replicas: int | None = 1, **more: Any) -> dict[str, Any]:
    """A service as the API has it; global without replicas."""
    mode: dict[str, Any] = {"Global": {}} if replicas is None else {"Replicated": {"Replicas": replicas}}
    return {"ID": f"id-{name}", "Spec": {"Name": name, "Mode": mode}, **more}


def task(
    service_name: str, slot: int, on: str = "", state: str = "running", *, desired: str = "running", error: str = ""
) -> dict[str, Any]:
    """A task as the API has it."""
    return {
        "ID": f"task-{service_name}-{slot}-{on}-{state}",
        "ServiceID": f"id-{service_name}",
        "Slot": slot,
        "NodeID": f"id-{on}" if on else "",
        "DesiredState": desired,
        "Status": {"State": state, "Err": error},
    }
