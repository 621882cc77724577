"""What must hold in the end: when every fault is healed and time has passed, the swarm is as declared.

Asked as a user asks, through the API. What cannot be (no node fits, no majority is left) must have its reason, which
is found here anew, by trying every node.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Protocol

from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster, Node

LIMIT_S = 400.0
_STEP_S = 10.0
_STEADY_IMAGE = re.compile(r"(alpine|busybox|nginx)(:|@|$)")
_STEADY_ARGS = (["sleep", "100000"], ["ping", "docker.com"])

Json = Mapping[str, Any]
Port = tuple[str, int]


class Past(Protocol):
    """What the API does not show of what happened."""

    def is_outdated(self, task_id: str) -> bool:
        """Whether the task's service was updated after it was made, whatever the update was.

        SwarmKit's scheduler tries such a task, if it found no node, only once more.
        """

    def has_overlapped(self, service_id: str) -> bool:
        """Whether updates of the service ever started the new task first."""


def wait(cluster: Cluster, past: Past) -> None:
    """Wait until nothing is missing.

    Args:
        cluster: the lab.
        past: what happened before.

    Raises:
        AssertionError: something still is after LIMIT_S of lab time.
    """
    for _ in range(int(LIMIT_S / _STEP_S)):
        cluster.clock.sleep(_STEP_S)
        lacking = list(missing(cluster, past))
        if not lacking:
            return
    raise AssertionError(f"{LIMIT_S:.0f} s after the last fault: {'; '.join(lacking)}")


def missing(cluster: Cluster, past: Past) -> Iterator[str]:
    """What is not yet as declared, swarm by swarm."""
    infos = {node.name: node.client.info()["Swarm"] for node in cluster}
    seen = set()
    for node in cluster:
        info = infos[node.name]
        if info["LocalNodeState"] == "inactive":
            yield from _leftovers(node)
        if info.get("ControlAvailable") and not _is_doomed(info, infos):
            if info.get("Error"):
                yield f"{node.name}: {info['Error']}"
            elif (swarm := info["Cluster"]["ID"]) not in seen:
                seen.add(swarm)
                yield from _missing_in(cluster, node, infos, past)


def _is_doomed(info: Json, infos: Mapping[str, Json]) -> bool:
    """Whether too few of the managers that this one knows are left: nothing will ever happen here."""
    managers = {peer["NodeID"] for peer in info["RemoteManagers"] or ()}
    alive = {i["NodeID"] for i in infos.values() if i.get("ControlAvailable") and i["NodeID"] in managers}
    return 2 * len(alive) <= len(managers)


def _leftovers(node: Node) -> Iterator[str]:
    """Who is in no swarm runs nothing of one."""
    found = node.client.api.containers(all=True, filters={"label": "com.docker.swarm.task.id"})
    if found:
        yield f"{node.name} is in no swarm and has {[container['Names'] for container in found]}"


def _missing_in(cluster: Cluster, manager: Node, infos: Mapping[str, Json], past: Past) -> Iterator[str]:
    api = manager.client.api
    nodes = {node["ID"]: node for node in api.nodes()}
    services = {service["ID"]: service for service in api.services()}
    tasks = api.tasks()
    yield from _nodes_missing(nodes, infos)
    if api.inspect_swarm()["RootRotationInProgress"] and all(n["Status"]["State"] == "ready" for n in nodes.values()):
        yield "every node is ready, and not everyone has a certificate of the new root"
    for service in services.values():
        own = [task for task in tasks if task["ServiceID"] == service["ID"]]
        rivals = {port for other in services.values() if other is not service for port in _host_ports(other["Spec"])}
        yield from Outcome(service, own, tasks, nodes, rivals, past).missing()
    for task in tasks:
        node = nodes.get(task.get("NodeID", ""))
        if task["ServiceID"] not in services and node is not None and node["Status"]["State"] == "ready":
            yield f"its service is gone: {_name(task)}"
    yield from _containers_missing(cluster, infos, nodes, tasks)


def _nodes_missing(nodes: Mapping[str, Json], infos: Mapping[str, Json]) -> Iterator[str]:
    """Every engine that takes itself for a member is ready; one of the managers leads."""
    for name, info in infos.items():
        record = nodes.get(info["NodeID"])
        if record is not None and info["LocalNodeState"] == "active" and record["Status"]["State"] != "ready":
            yield f"{name} is {record['Status']}"
    leaders = [node for node in nodes.values() if node.get("ManagerStatus", {}).get("Leader")]
    if len(leaders) != 1:
        yield f"{len(leaders)} leaders"


def _containers_missing(
    cluster: Cluster, infos: Mapping[str, Json], nodes: Mapping[str, Json], tasks: list[Json]
) -> Iterator[str]:
    """A host runs the containers of its tasks that run, and no others."""
    for host in cluster:
        node_id = infos[host.name]["NodeID"]
        if node_id not in nodes or infos[host.name]["LocalNodeState"] != "active":
            continue
        with suppress(RequestException):
            found = host.client.api.containers(filters={"label": "com.docker.swarm.task.id"})
            runs = {container["Labels"]["com.docker.swarm.task.id"] for container in found}
            told = {t["ID"] for t in tasks if t.get("NodeID") == node_id and t["Status"]["State"] in _HAS_CONTAINER}
            if not runs <= told:
                yield f"{host.name} runs what the swarm does not know of: {runs - told}"
            sure = {t["ID"] for t in tasks if t.get("NodeID") == node_id and t["Status"]["State"] == "running"}
            if not sure <= runs:
                yield f"{host.name} does not run {sure - runs}"


_HAS_CONTAINER = ("starting", "running")
_ENDED = ("complete", "shutdown", "failed", "rejected", "orphaned", "remove")


class Outcome:
    """What became of one service.

    `rivals` are the host ports that others ask for, too: who comes first has them.
    """

    def __init__(
        self,
        service: Json,
        own: list[Json],
        tasks: list[Json],
        nodes: Mapping[str, Json],
        rivals: set[Port],
        past: Past,
    ) -> None:
        self._past = past
        self._service, self._tasks, self._nodes, self._rivals = service, tasks, nodes, rivals
        self._spec = service["Spec"]
        self._template = self._spec["TaskTemplate"]
        self._own = own
        self._wanted = [task for task in own if task["DesiredState"] in ("ready", "running")]

    def missing(self) -> Iterator[str]:
        """What is not yet as declared."""
        if "Job" in next(iter(self._spec["Mode"])):
            yield from self._job_missing()
            return
        name = self._spec["Name"]
        least, most = self._count()
        # Where the new task starts first: one that never runs leaves the old one, and one whose old one is replaced at
        # the same time, since its node went down, leaves both; SwarmKit looks at the slot again at the next update.
        too_many = len(self._wanted) > most and not self._past.has_overlapped(self._service["ID"])
        if len(self._wanted) < least or too_many:
            yield f"{name} has {len(self._wanted)} tasks that are to run, not {least} to {most}"
        if self._is_steady():
            for task in self._wanted:
                if reason := self._why_not(task):
                    yield f"{_name(task)} does not run: {reason}"

    def _job_missing(self) -> Iterator[str]:
        """What of a job is neither done nor under way, or cannot be under way where it is."""
        iteration = self._service["JobStatus"]["JobIteration"].get("Index", 0)
        own = [task for task in self._own if task.get("JobIteration", {}).get("Index", 0) == iteration]
        active = [t for t in own if t["DesiredState"] in ("ready", "complete") and t["Status"]["State"] not in _ENDED]
        sure = self._will_end() or self._is_steady()
        if (mode := self._spec["Mode"].get("ReplicatedJob")) and sure and self._restarts():
            done = sum(task["Status"]["State"] == "complete" for task in own)
            if done + len(active) < mode["TotalCompletions"] and len(active) < mode["MaxConcurrent"]:
                yield f"{self._spec['Name']} has {done} tasks done, {len(active)} under way"
        for task in active if sure else ():
            # What waits on a node that is not there is left alone: SwarmKit looks at a job only when one of its own
            # tasks ends, or its service changes.
            node = self._nodes.get(task.get("NodeID", ""))
            is_lost = node is not None and node["Status"]["State"] != "ready"
            runs = task["Status"]["State"] == "running"
            reason = "" if is_lost or runs else self._why_not(task)
            if reason or (self._will_end() and runs and not is_lost):
                yield f"{_name(task)} is not done: {reason or 'it still runs'}"

    def _will_end(self) -> bool:
        container = self._template["ContainerSpec"]
        return bool(_STEADY_IMAGE.match(container["Image"])) and container.get("Args") == ["sleep", "3"]

    def _restarts(self) -> bool:
        policy = self._template.get("RestartPolicy") or {}
        return policy.get("Condition", "any") == "any" and not policy.get("MaxAttempts")

    def _count(self) -> tuple[int, int]:
        """How many tasks are to run."""
        restarts = self._restarts()
        if replicated := self._spec["Mode"].get("Replicated"):
            return (replicated["Replicas"] if restarts else 0), replicated["Replicas"]
        eligible = [
            node
            for node in self._nodes.values()
            if node["Status"]["State"] != "down"
            and node["Spec"]["Availability"] != "drain"
            and meets(node, self._template)
        ]
        sure = [node for node in eligible if node["Spec"]["Availability"] == "active"]
        return (len(sure) if restarts else 0), len(eligible)

    def _is_steady(self) -> bool:
        """Whether its containers, once started, run for ever; of an update that was given up nothing is known."""
        state = (self._service.get("UpdateStatus") or {}).get("State", "")
        container = self._template["ContainerSpec"]
        steady = bool(_STEADY_IMAGE.match(container["Image"])) and container.get("Args") in _STEADY_ARGS
        return steady and "paused" not in state

    def _why_not(self, task: Json) -> str:
        """Why a task that is to run does not; empty when it does, or when no node has room for it."""
        status = task["Status"]
        if status["State"] == "running" and task["DesiredState"] == "running":
            return ""
        if status["State"] != "pending":
            return f"{task['DesiredState']}, {status}"
        preset = task.get("NodeID")
        if not preset and self._past.is_outdated(task["ID"]):
            return ""
        fitting = [n["Description"]["Hostname"] for n in self._nodes.values() if self._fits(task, n, preset)]
        return f"it would fit on {', '.join(fitting)}: {status}" if fitting else ""

    def _fits(self, task: Json, node: Json, preset: str | None) -> bool:
        if preset and preset != node["ID"]:
            return False
        if node["Status"]["State"] != "ready" or node["Spec"]["Availability"] != "active":
            return False
        there = [t for t in self._tasks if t.get("NodeID") == node["ID"] and _holds(t) and t["ID"] != task["ID"]]
        spec = task["Spec"]
        most = spec.get("Placement", {}).get("MaxReplicas", 0)
        same = [t for t in there if t["ServiceID"] == task["ServiceID"] and t["DesiredState"] in ("ready", "running")]
        return (
            meets(node, spec)
            and not (most and len(same) >= most)
            and all(has_room(node, spec, there, what) for what in ("NanoCPUs", "MemoryBytes"))
            and not _host_ports(self._spec) & {*self._rivals, *(p for t in there for p in _ports_held(t))}
        )


def _holds(task: Json) -> bool:
    """Whether a task takes something of its node."""
    return task["Status"]["State"] not in ("new", "pending", *_ENDED)


def has_room(node: Json, spec: Json, there: list[Json], what: str) -> bool:
    """Whether a node has enough left of something."""
    held = sum(_reserved(task["Spec"], what) for task in there)
    return held + _reserved(spec, what) <= int(node["Description"]["Resources"][what])


def _reserved(spec: Json, what: str) -> int:
    return int(((spec.get("Resources") or {}).get("Reservations") or {}).get(what, 0))


def _host_ports(spec: Json) -> set[Port]:
    ports = (spec.get("EndpointSpec") or {}).get("Ports") or ()
    return {(p["Protocol"], p["PublishedPort"]) for p in ports if p.get("PublishMode") == "host"}


def _ports_held(task: Json) -> set[Port]:
    ports = (task["Status"].get("PortStatus") or {}).get("Ports") or ()
    return {(p["Protocol"], p["PublishedPort"]) for p in ports if p.get("PublishMode") == "host"}


def meets(node: Json, template: Json) -> bool:
    """Whether a node meets the constraints that histories use."""
    return all(_meets(node, text) for text in (template.get("Placement") or {}).get("Constraints") or ())


def _meets(node: Json, constraint: str) -> bool:
    key, equal, value = re.fullmatch(r"(\S+?)\s*(==|!=)\s*(\S+)", constraint).groups()  # type: ignore[union-attr]
    labels = node["Spec"].get("Labels") or {}
    values = {
        "node.role": "manager" if node.get("ManagerStatus") else "worker",
        "node.hostname": node["Description"]["Hostname"],
    }
    found = labels.get(key.removeprefix("node.labels.")) if key.startswith("node.labels.") else values[key]
    return (found == value) == (equal == "==")


def _name(task: Json) -> str:
    return f"{task.get('ServiceID')}.{task.get('Slot') or task.get('NodeID')}.{task['ID']}"
