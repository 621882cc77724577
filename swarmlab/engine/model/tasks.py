"""Tasks: one container's slot of a service, once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from swarmlab.engine.ids import NetworkId, NodeId, ServiceId, TaskId
from swarmlab.engine.model.meta import Labels, Meta
from swarmlab.engine.model.services import Endpoint, PortConfig
from swarmlab.engine.model.task_spec import GenericResource, TaskSpec
from swarmlab.engine.model.words import TaskState
from swarmlab.engine.quick import changer, likeness, quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStatus:
    """The container of a task, once there is one."""

    container_id: str = ""
    pid: int = 0
    exit_code: int = 0


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStatus:
    """What is observed of a task. `timestamp` is the observer's time, seconds since the epoch."""

    timestamp: float
    state: TaskState
    message: str = ""
    err: str = ""
    container: ContainerStatus | None = None
    ports: tuple[PortConfig, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAttachment:
    """A task's addresses on one network, each with its prefix length."""

    network_id: NetworkId
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One container's slot of a service, once; a successor is a new task.

    `slot` is 0 for tasks of global services, `node_id` is empty until the task is assigned.
    """

    id: TaskId
    meta: Meta = Meta()
    spec: TaskSpec
    service_id: ServiceId
    service_name: str
    service_labels: Labels = field(default_factory=dict)
    slot: int = 0
    node_id: NodeId = NodeId("")
    status: TaskStatus
    desired_state: TaskState
    spec_version: int | None = None
    endpoint: Endpoint | None = None
    networks: tuple[NetworkAttachment, ...] = ()
    job_iteration: int | None = None
    assigned_generic_resources: tuple[GenericResource, ...] = ()

    @property
    def state(self) -> TaskState:
        """The observed state."""
        return self.status.state

    @property
    def name(self) -> str:
        """`service.slot.taskid`; `service.nodeid.taskid` for slot 0. Source: swarmkit api/naming/naming.go."""
        return f"{self.service_name}.{self.slot or self.node_id}.{self.id}"


with_status: Callable[[Task, TaskStatus], Task] = changer(Task, "status")
"""The task with another status."""

with_addresses: Callable[[Task, TaskStatus, tuple[NetworkAttachment, ...], Endpoint | None], Task] = changer(
    Task, "status", "networks", "endpoint"
)
"""The task as the allocator leaves it."""

with_node: Callable[[Task, TaskStatus, NodeId, tuple[GenericResource, ...]], Task] = changer(
    Task, "status", "node_id", "assigned_generic_resources"
)
"""The task as the scheduler places it, with the generic resources that it is given there."""

is_observation: Callable[[Task, Task], bool] = likeness(Task, "meta", "status")
"""Whether two versions of a task differ in nothing but what was observed."""
