"""One frozen look at a swarm: nodes, services, tasks. Plots, tables and checks are made from it.

Owns the translation from the API's JSON to names that read well. A snapshot never changes; take another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from docker import DockerClient

from swarmlab.client.tables import natural

ACTIVE = ("new", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running")
"""States of a task that has not ended."""

ENDED_BY_ITSELF = ("complete", "failed")
NANO = 1e9

SHORT_ID = 12
"""Characters of a removed service's ID that stand for its name on its tasks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeView:
    """A node as the managers see it.

    Attributes:
        label: the host name, with the start of the id where two nodes share a name.
        role: worker or manager.
        state: ready, down, unknown or disconnected.
        availability: active, pause or drain.
        reachability: reachable or unreachable; empty for a worker.
        message: why it is in that state, in the managers' words; empty when all is well.
        address: as the managers know it.
        cpus: of the machine.
        memory_bytes: of the machine.
        created_at: when it joined.
        updated_at: when the swarm last wrote its record.
    """

    id: str
    name: str
    label: str
    role: str
    state: str
    availability: str
    is_leader: bool
    reachability: str
    message: str = ""
    address: str = ""
    cpus: float = 0.0
    memory_bytes: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """A task.

    Attributes:
        service: its name; once it is removed, the beginning of its ID.
        slot: None for a task of a global service.
        node_id: empty while no node has been chosen.
        error: why it failed, or why it is still pending.
        image: as declared, without the digest.
        created_at: when the swarm made it.
        state_at: since when it is in its state.
        message: what its node, or the scheduler, says of the state.
        container_id: empty as long as there is none.
        exit_code: of its container's program, once it has ended.
        reserved_cpus: set aside for it on its node.
        reserved_memory_bytes: the same.
        spec: what was declared for it, as the API has it; it never changes in a task's life.
    """

    id: str
    service: str
    slot: int | None
    node_id: str
    state: str
    desired_state: str
    error: str
    image: str = ""
    created_at: datetime | None = None
    state_at: datetime | None = None
    message: str = ""
    container_id: str = ""
    exit_code: int | None = None
    reserved_cpus: float = 0.0
    reserved_memory_bytes: int = 0
    spec: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def name(self) -> str:
        """`helloworld.1`; the service alone for a task without a slot."""
        return self.service if self.slot is None else f"{self.service}.{self.slot}"

    @property
    def is_wanted(self) -> bool:
        """Whether the swarm wants it to run, now or in a moment."""
        return self.desired_state in ("running", "ready", "accepted", "complete")

    @property
    def is_active(self) -> bool:
        """Whether it has not ended, as far as the swarm knows."""
        return self.state in ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """A service.

    Attributes:
        mode: Replicated, Global, ReplicatedJob or GlobalJob.
        replicas: None for a global one and for jobs.
        image: as declared, without the digest.
        update_state: of its last update, as `updating` or `paused`; empty without one.
        update_message: the same in the managers' words.
        created_at: when it was declared.
        updated_at: when the swarm last wrote its record.
    """

    id: str
    name: str
    mode: str
    replicas: int | None
    image: str = ""
    update_state: str = ""
    update_message: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The swarm at one moment; nodes, services and tasks in the order of their names."""

    nodes: tuple[NodeView, ...]
    services: tuple[ServiceView, ...]
    tasks: tuple[TaskView, ...]

    def current(self, services: Iterable[str] = ()) -> tuple[TaskView, ...]:
        """Tasks that are wanted or still active, of these services or of all."""
        names = set(services)
        return tuple(
            task for task in self.tasks if (task.is_wanted or task.is_active) and (not names or task.service in names)
        )

    def counts(self, services: Iterable[str] = ()) -> dict[str, int]:
        """Number of running tasks on each node, by the node's id."""
        running = [task.node_id for task in self.current(services) if task.state == "running"]
        return {node.id: running.count(node.id) for node in self.nodes}

    def node(self, node_id: str) -> NodeView | None:
        """The node with this id, if the swarm still knows it."""
        return next((node for node in self.nodes if node.id == node_id), None)


def take_snapshot(client: DockerClient) -> Snapshot:
    """Look at the swarm through one of its managers."""
    api: Any = client.api  # partly without types
    services = {service["ID"]: _service(service) for service in api.services()}
    tasks = [_task(task, services) for task in api.tasks()]
    return Snapshot(
        nodes=tuple(sorted(_nodes(api.nodes()), key=lambda node: (natural(node.name), node.state == "down", node.id))),
        services=tuple(sorted(services.values(), key=lambda service: natural(service.name))),
        tasks=tuple(sorted(tasks, key=lambda task: (natural(task.name), task.id))),
    )


def _nodes(found: list[Mapping[str, Any]]) -> list[NodeView]:
    names = [_host_name(node) for node in found]
    return [_node(node, is_shared=names.count(name) > 1) for node, name in zip(found, names, strict=True)]


def _host_name(node: Mapping[str, Any]) -> str:
    """Empty while a node is joining and has not described itself yet."""
    return str(node["Description"].get("Hostname", ""))


def _node(node: Mapping[str, Any], *, is_shared: bool) -> NodeView:
    manager = node.get("ManagerStatus") or {}
    resources = node["Description"].get("Resources") or {}
    name = _host_name(node)
    return NodeView(
        id=node["ID"],
        name=name,
        label=f"{name} ({node['ID'][:4]})" if is_shared else name,
        role=node["Spec"]["Role"],
        state=node["Status"]["State"],
        availability=node["Spec"]["Availability"],
        is_leader=bool(manager.get("Leader")),
        reachability=manager.get("Reachability", ""),
        message=node["Status"].get("Message", ""),
        address=node["Status"].get("Addr", ""),
        cpus=resources.get("NanoCPUs", 0) / NANO,
        memory_bytes=resources.get("MemoryBytes", 0),
        created_at=moment(node.get("CreatedAt", "")),
        updated_at=moment(node.get("UpdatedAt", "")),
    )


def _service(service: Mapping[str, Any]) -> ServiceView:
    mode = service["Spec"]["Mode"]
    update = service.get("UpdateStatus") or {}
    return ServiceView(
        id=service["ID"],
        name=service["Spec"]["Name"],
        mode=next(iter(mode)),
        replicas=(mode.get("Replicated") or {}).get("Replicas"),
        image=_image(service["Spec"]),
        update_state=update.get("State", ""),
        update_message=update.get("Message", ""),
        created_at=moment(service.get("CreatedAt", "")),
        updated_at=moment(service.get("UpdatedAt", "")),
    )


def _task(task: Mapping[str, Any], services: Mapping[str, ServiceView]) -> TaskView:
    service, status, spec = services.get(task["ServiceID"]), task["Status"], task.get("Spec") or {}
    container = status.get("ContainerStatus") or {}
    reserved = (spec.get("Resources") or {}).get("Reservations") or {}
    return TaskView(
        id=task["ID"],
        service=service.name if service else task["ServiceID"][:SHORT_ID],
        slot=task.get("Slot") or None,
        node_id=task.get("NodeID", ""),
        state=status["State"],
        desired_state=task["DesiredState"],
        error=status.get("Err", ""),
        image=_image({"TaskTemplate": spec}),
        created_at=moment(task.get("CreatedAt", "")),
        state_at=moment(status.get("Timestamp", "")),
        message=status.get("Message", ""),
        container_id=container.get("ContainerID", ""),
        exit_code=container.get("ExitCode") if status["State"] in ENDED_BY_ITSELF else None,
        reserved_cpus=reserved.get("NanoCPUs", 0) / NANO,
        reserved_memory_bytes=reserved.get("MemoryBytes", 0),
        spec=spec,
    )


def _image(spec: Mapping[str, Any]) -> str:
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    return str(container.get("Image", "")).partition("@")[0]


def moment(text: str) -> datetime | None:
    """A moment as the API writes it, to the microsecond, in UTC; None for none."""
    if not text or text.startswith("0001-"):
        return None
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{seconds}.{fraction[:6] or 0:0<6}").replace(tzinfo=UTC)
