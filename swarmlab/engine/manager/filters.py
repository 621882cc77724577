"""Which nodes may take a task, and in which words the scheduler says no.

Owns the ordered list of rules and their texts. A node is charged to the first rule that it fails, and what is counted
is forgotten whenever a node passes. Source: swarmkit manager/scheduler/filter.go, pipeline.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from swarmlab.engine.errors import RpcUnknown
from swarmlab.engine.manager.constraints import node_matches, parse
from swarmlab.engine.manager.generic_resources import covers
from swarmlab.engine.manager.nodeset import NodeInfo
from swarmlab.engine.model import Availability, Mount, NodeState, Platform, PublishMode, Task, placement, reservations

Check = Callable[[NodeInfo], bool]
_READY, _ACTIVE = NodeState.READY, Availability.ACTIVE
_SAME_ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}


def ready(task: Task) -> Check | None:
    """The node is ready and its availability is active."""
    return lambda info: info.node.status.state is _READY and info.node.spec.availability is _ACTIVE


def resources(task: Task) -> Check | None:
    """What is not reserved yet covers the task's reservations; limits count for nothing."""
    wanted = reservations(task.spec)
    if not (wanted.nano_cpus or wanted.memory_bytes or wanted.generic_resources):
        return None
    return lambda info: (
        info.free_cpus >= wanted.nano_cpus
        and info.free_memory >= wanted.memory_bytes
        and (not wanted.generic_resources or covers(info.free_generic, wanted.generic_resources))
    )


def plugins(task: Task) -> Check | None:
    """The node has the drivers of the task's networks, volumes and log.

    Simplification: every swarm network is an overlay; a node that reports no plugins at all is taken to have them.
    """
    needed = {("Volume", name) for mount in task.spec.container.mounts if (name := _volume_driver(mount))}
    if task.networks:
        needed.add(("Network", "overlay"))
    log = str((task.spec.log_driver or {}).get("Name", ""))
    log = "" if log == "none" else log
    if not needed and not log:
        return None
    return lambda info: _has_plugins(info, needed, log)


def _volume_driver(mount: Mount) -> str:
    options = mount.options.get("VolumeOptions") if mount.type == "volume" else None
    driver = options.get("DriverConfig") if isinstance(options, Mapping) else None
    name = driver.get("Name", "") if isinstance(driver, Mapping) else ""
    return "" if name == "local" else str(name)


def _has_plugins(info: NodeInfo, needed: set[tuple[str, str]], log: str) -> bool:
    found = set(info.node.description.engine.plugins) if info.node.description else set()
    if not found:
        return True
    reports_log_drivers = any(kind == "Log" for kind, _ in found)
    wanted = needed | ({("Log", log)} if log and reports_log_drivers else set())
    return all((kind, name) in found or (kind, f"{name}:latest") in found for kind, name in wanted)


def constraints(task: Task) -> Check | None:
    """The node meets the placement constraints."""
    expressions = placement(task.spec).constraints
    if not expressions:
        return None
    try:
        parsed = parse(expressions)
    except RpcUnknown:
        return None
    return lambda info: node_matches(parsed, info.node)


def platform(task: Task) -> Check | None:
    """The image exists for the node's operating system and architecture."""
    wanted = placement(task.spec).platforms
    if not wanted:
        return None
    return lambda info: (
        info.node.description is not None and any(_runs_on(image, info.node.description.platform) for image in wanted)
    )


def _runs_on(image: Platform, node: Platform) -> bool:
    def architecture(of: Platform) -> str:
        return _SAME_ARCHITECTURE.get(of.architecture, of.architecture)

    return architecture(image) in ("", architecture(node)) and image.os in ("", node.os)


def host_ports(task: Task) -> Check | None:
    """The ports that the task publishes on its host are free there."""
    ports = task.endpoint.ports if task.endpoint else ()
    wanted = {(p.protocol, p.published_port) for p in ports if p.publish_mode is PublishMode.HOST and p.published_port}
    if not wanted:
        return None
    return lambda info: not any(port in info.host_ports for port in wanted)


def max_replicas(task: Task) -> Check | None:
    """The node has fewer tasks of the service than it may have."""
    limit = placement(task.spec).max_replicas
    if not limit:
        return None
    return lambda info: info.active_by_service.get(task.service_id, 0) < limit


def volumes(task: Task) -> Check | None:
    """The cluster volumes that it mounts are there for the node.

    A volume is not until its CSI plugin has made it. Simplification: no host has such a plugin, so none ever is.
    """
    return (lambda info: False) if any(mount.type == "cluster" for mount in task.spec.container.mounts) else None


@dataclass(frozen=True, slots=True)
class Filter:
    """One rule: `check_for` gives its check for a task, or None where it does not apply; then its two sentences."""

    check_for: Callable[[Task], Check | None]
    one: str
    several: str

    def explain(self, count: int) -> str:
        """Why `count` nodes did not pass."""
        return self.one if count == 1 else self.several.format(count)


FILTERS = (
    Filter(ready, "1 node not available for new tasks", "{} nodes not available for new tasks"),
    Filter(resources, "insufficient resources on 1 node", "insufficient resources on {} nodes"),
    Filter(plugins, "missing plugin on 1 node", "missing plugin on {} nodes"),
    Filter(
        constraints,
        "scheduling constraints not satisfied on 1 node",
        "scheduling constraints not satisfied on {} nodes",
    ),
    Filter(platform, "unsupported platform on 1 node", "unsupported platform on {} nodes"),
    Filter(host_ports, "host-mode port already in use on 1 node", "host-mode port already in use on {} nodes"),
    Filter(max_replicas, "max replicas per node limit exceed", "max replicas per node limit exceed"),
    Filter(
        volumes,
        "cannot fulfill requested CSI volume mounts on 1 node",
        "cannot fulfill requested CSI volume mounts on {} nodes",
    ),
)


class Pipeline:
    """The rules that apply to one task, and how many nodes failed each of them.

    Args:
        task: any task of a group; all tasks of one service and spec version are equal to the rules.
    """

    def __init__(self, task: Task) -> None:
        self._checks = [(rule, check) for rule in FILTERS if (check := rule.check_for(task)) is not None]
        self._failures: dict[Filter, int] = {}

    def passes(self, info: NodeInfo) -> bool:
        """Whether the node may take the task; a no is counted, a yes forgets what was counted."""
        for rule, check in self._checks:
            if not check(info):
                self._failures[rule] = self._failures.get(rule, 0) + 1
                return False
        self._failures.clear()
        return True

    def explain(self) -> str:
        """Why nodes did not pass, most frequent reason first; empty when none failed."""
        ordered = sorted((rule for rule in FILTERS if rule in self._failures), key=lambda rule: -self._failures[rule])
        return "; ".join(rule.explain(self._failures[rule]) for rule in ordered)
