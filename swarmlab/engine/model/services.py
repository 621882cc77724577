"""Services: what is declared (specs), and the stored object with what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.engine.ids import NetworkId, ServiceId
from swarmlab.engine.model.meta import Labels, Meta
from swarmlab.engine.model.task_spec import NetworkAttachmentConfig, TaskSpec
from swarmlab.engine.model.words import FailureAction, PublishMode, UpdateOrder, UpdateState
from swarmlab.engine.quick import quick


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateConfig:
    """How a change is rolled out. Parallelism 0 means all at once; `monitor_s` None means the default."""

    parallelism: int = 0
    delay_s: float = 0
    failure_action: FailureAction = FailureAction.PAUSE
    monitor_s: float | None = None
    max_failure_ratio: float = 0
    order: UpdateOrder = UpdateOrder.STOP_FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class PortConfig:
    """One published port; `published_port` 0 asks for any."""

    name: str = ""
    protocol: str = "tcp"
    target_port: int = 0
    published_port: int = 0
    publish_mode: PublishMode = PublishMode.INGRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSpec:
    """How a service is reached: mode `vip` or `dnsrr`, and its ports."""

    mode: str = "vip"
    ports: tuple[PortConfig, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicated:
    """So many tasks, wherever they fit."""

    replicas: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Global:
    """One task on each node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicatedJob:
    """So many tasks run to their end, so many at a time."""

    max_concurrent: int = 1
    total_completions: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalJob:
    """One task run to its end on each node."""


ServiceMode = Replicated | Global | ReplicatedJob | GlobalJob


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """What a user declares: Swarm keeps the tasks as this says."""

    name: str
    labels: Labels = field(default_factory=dict)
    task: TaskSpec
    mode: ServiceMode = Replicated()
    update: UpdateConfig | None = None
    rollback: UpdateConfig | None = None
    networks: tuple[NetworkAttachmentConfig, ...] = ()
    endpoint: EndpointSpec | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateStatus:
    """How the last update of a service goes or went."""

    state: UpdateState
    started_at: float | None = None
    completed_at: float | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """Which run of a job this is, and when it began."""

    iteration: int = 0
    last_execution: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualIP:
    """A service's own address on a network, with its prefix length (`10.0.1.2/24`)."""

    network_id: NetworkId
    address: str


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """How a service is reached, as allocated: its ports with the numbers they got, and its virtual addresses."""

    spec: EndpointSpec | None = None
    ports: tuple[PortConfig, ...] = ()
    virtual_ips: tuple[VirtualIP, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A declared service and what became of its updates."""

    id: ServiceId
    meta: Meta = Meta()
    spec: ServiceSpec
    spec_version: int = 0
    previous_spec: ServiceSpec | None = None
    previous_spec_version: int | None = None
    endpoint: Endpoint | None = None
    update_status: UpdateStatus | None = None
    job_status: JobStatus | None = None
    pending_delete: bool = False
