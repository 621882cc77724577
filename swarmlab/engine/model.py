"""The objects of a swarm: nodes, services, tasks, networks, the cluster. Frozen values; the store has the current ones.

Fields are the API's, in snake_case. Durations are seconds, memory is bytes, times are seconds since the Unix epoch.
A spec holds what was sent and nothing else (`None` where nothing was sent): defaults apply when a spec is read for a
decision, through the constants at the end. Source: swarmkit api/types.proto, api/specs.proto, api/defaults/service.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum, StrEnum

from swarmlab.engine.ids import ClusterId, NetworkId, NodeId, ServiceId, TaskId

Labels = Mapping[str, str]


class TaskState(IntEnum):
    """A task's life, in order; the numbers are SwarmKit's, and observed state never goes down."""

    NEW = 0
    PENDING = 64
    ASSIGNED = 192
    ACCEPTED = 256
    PREPARING = 320
    READY = 384
    STARTING = 448
    RUNNING = 512
    COMPLETE = 576
    SHUTDOWN = 640
    FAILED = 704
    REJECTED = 768
    REMOVE = 800
    ORPHANED = 832

    @property
    def is_terminal(self) -> bool:
        """Whether the task has ended, one way or another."""
        return self > TaskState.RUNNING


class Role(StrEnum):
    """What a node is in the swarm."""

    WORKER = "worker"
    MANAGER = "manager"


class Availability(StrEnum):
    """What the scheduler may do with a node."""

    ACTIVE = "active"
    PAUSE = "pause"
    DRAIN = "drain"


class NodeState(StrEnum):
    """What the dispatcher knows of a node."""

    UNKNOWN = "unknown"
    DOWN = "down"
    READY = "ready"
    DISCONNECTED = "disconnected"


class Reachability(StrEnum):
    """What the raft group knows of a manager."""

    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    REACHABLE = "reachable"


class RestartCondition(StrEnum):
    """When an ended task gets a successor."""

    NONE = "none"
    ON_FAILURE = "on-failure"
    ANY = "any"


class FailureAction(StrEnum):
    """What an update does when too many new tasks fail."""

    PAUSE = "pause"
    CONTINUE = "continue"
    ROLLBACK = "rollback"


class UpdateOrder(StrEnum):
    """Whether the old task ends before the new one starts."""

    STOP_FIRST = "stop-first"
    START_FIRST = "start-first"


class UpdateState(StrEnum):
    """How far an update or rollback is."""

    UPDATING = "updating"
    PAUSED = "paused"
    COMPLETED = "completed"
    ROLLBACK_STARTED = "rollback_started"
    ROLLBACK_PAUSED = "rollback_paused"
    ROLLBACK_COMPLETED = "rollback_completed"


class PublishMode(StrEnum):
    """Whether a published port is the whole swarm's or one host's."""

    INGRESS = "ingress"
    HOST = "host"


class Kind(Enum):
    """The tables of the store."""

    NODE = "node"
    SERVICE = "service"
    TASK = "task"
    NETWORK = "network"
    CLUSTER = "cluster"


# --- parts of a service's spec -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GenericResource:
    """So many of a kind of thing that is neither CPU nor memory; `named` where the node tells them apart."""

    kind: str
    value: int | str
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """CPU in billionths of a CPU, memory in bytes, generic resources; zero means not asked for."""

    nano_cpus: int = 0
    memory_bytes: int = 0
    pids: int = 0
    generic_resources: tuple[GenericResource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRequirements:
    """What a task may use at most (limits) and what a node must have free for it (reservations)."""

    limits: Resources | None = None
    reservations: Resources | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """When and how often an ended task is replaced; `window_s` is what `max_attempts` is counted over."""

    condition: RestartCondition = RestartCondition.ANY
    delay_s: float | None = None
    max_attempts: int = 0
    window_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Where an image runs; empty means anywhere."""

    architecture: str = ""
    os: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where tasks may run. `preferences` are the descriptors of `spread`, outermost first."""

    constraints: tuple[str, ...] = ()
    preferences: tuple[str, ...] = ()
    max_replicas: int = 0
    platforms: tuple[Platform, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Something mounted in the container. `options` holds Bind/Volume/TmpfsOptions as they were sent."""

    type: str = "volume"
    source: str = ""
    target: str = ""
    read_only: bool = False
    consistency: str = ""
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthcheck:
    """How the engine asks a container whether it is well; None means the image's value."""

    test: tuple[str, ...] = ()
    interval_s: float = 0
    timeout_s: float = 0
    start_period_s: float = 0
    start_interval_s: float = 0
    retries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DNSConfig:
    """The container's resolver."""

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """The container that each task of a service is. `extra` keeps fields that no rule here reads, as they were sent."""

    image: str = ""
    labels: Labels = field(default_factory=dict)
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    hostname: str = ""
    env: tuple[str, ...] = ()
    dir: str = ""
    user: str = ""
    groups: tuple[str, ...] = ()
    tty: bool = False
    open_stdin: bool = False
    read_only: bool = False
    mounts: tuple[Mount, ...] = ()
    stop_signal: str = ""
    stop_grace_period_s: float | None = None
    healthcheck: Healthcheck | None = None
    hosts: tuple[str, ...] = ()
    dns_config: DNSConfig | None = None
    isolation: str = ""
    init: bool | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAttachmentConfig:
    """One network that tasks are attached to, and the names they have on it."""

    target: str
    aliases: tuple[str, ...] = ()
    driver_opts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """What a task is made from: the part of a service's spec whose change replaces tasks."""

    container: ContainerSpec
    resources: ResourceRequirements | None = None
    restart: RestartPolicy | None = None
    placement: Placement | None = None
    networks: tuple[NetworkAttachmentConfig, ...] = ()
    log_driver: Mapping[str, object] | None = None
    force_update: int = 0
    runtime: str = "container"


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


# --- objects of the store ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What every stored object has; the store sets it. `version` is the index of the transaction that wrote it."""

    version: int = 0
    created_at: float = 0
    updated_at: float = 0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerStatus:
    """The container of a task, once there is one."""

    container_id: str = ""
    pid: int = 0
    exit_code: int = 0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """What a user decides about a node."""

    name: str = ""
    labels: Labels = field(default_factory=dict)
    role: Role = Role.WORKER
    availability: Availability = Availability.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDescription:
    """The engine of a node; plugins are (type, name) pairs."""

    version: str = ""
    labels: Labels = field(default_factory=dict)
    plugins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TLSInfo:
    """The swarm's root certificate (PEM) and its issuer's subject and public key (DER)."""

    trust_root: str
    cert_issuer_subject: bytes
    cert_issuer_public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDescription:
    """What a node says of itself."""

    hostname: str
    platform: Platform = Platform(architecture="x86_64", os="linux")
    resources: Resources = Resources()
    engine: EngineDescription = EngineDescription()
    tls_info: TLSInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """What the dispatcher knows of a node; `addr` is the address it was seen at."""

    state: NodeState = NodeState.UNKNOWN
    message: str = ""
    addr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerStatus:
    """A manager's place in the raft group; `addr` is `address:port`."""

    leader: bool
    reachability: Reachability
    addr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One engine as a member of the swarm. `role` is the observed one, `spec.role` the wanted one.

    `attachments` are the addresses from which the node balances load on the swarm's networks.
    """

    id: NodeId
    meta: Meta = Meta()
    spec: NodeSpec
    role: Role = Role.WORKER
    description: NodeDescription | None = None
    status: NodeStatus = NodeStatus()
    manager_status: ManagerStatus | None = None
    attachments: tuple[NetworkAttachment, ...] = ()

    @property
    def hostname(self) -> str:
        """The host's own name; need not be unique."""
        return self.description.hostname if self.description else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IPAMConfig:
    """One address range of a network."""

    subnet: str = ""
    gateway: str = ""
    ip_range: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec:
    """A network that the whole swarm can use. `ipam_driver` is as it was sent, empty means `default`."""

    name: str
    driver: str = "overlay"
    labels: Labels = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    enable_ipv6: bool = False
    ipam_driver: str = ""
    ipam: tuple[IPAMConfig, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A swarm network with the ranges and options (VXLAN id) that it was given."""

    id: NetworkId
    meta: Meta = Meta()
    spec: NetworkSpec
    ipam: tuple[IPAMConfig, ...] = ()
    driver_options: Mapping[str, str] = field(default_factory=dict)
    predefined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """The swarm's settings. Periods in seconds. Source: swarm-wide defaults of swarmkit manager/manager.go."""

    name: str = "default"
    labels: Labels = field(default_factory=dict)
    task_history_retention_limit: int = 5
    snapshot_interval: int = 10000
    keep_old_snapshots: int = 0
    log_entries_for_slow_followers: int = 500
    election_tick: int = 10
    heartbeat_tick: int = 1
    heartbeat_period_s: float = 5
    node_cert_expiry_s: float = 7776000
    force_rotate: int = 0
    autolock_managers: bool = False


DEFAULT_ADDR_POOL = ("10.0.0.0/8",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterObject:
    """The swarm itself as a stored object: settings, tokens, root certificate.

    `default_addr_pool` is what was asked for; empty (which is what the docker CLI asks for) means DEFAULT_ADDR_POOL.
    """

    id: ClusterId
    meta: Meta = Meta()
    spec: ClusterSpec = ClusterSpec()
    tls_info: TLSInfo
    worker_token: str
    manager_token: str
    root_rotation_in_progress: bool = False
    default_addr_pool: tuple[str, ...] = DEFAULT_ADDR_POOL
    subnet_size: int = 24
    data_path_port: int = 4789


StoreObject = Node | Service | Task | Network | ClusterObject

# --- defaults, applied when a spec is read for a decision ----------------------------------------------------------

DEFAULT_STOP_GRACE_PERIOD_S = 10.0
DEFAULT_RESTART_DELAY_S = 5.0
DEFAULT_UPDATE_MONITOR_S = 5.0
DEFAULT_RESTART = RestartPolicy(delay_s=DEFAULT_RESTART_DELAY_S)
DEFAULT_UPDATE = UpdateConfig(parallelism=1, monitor_s=DEFAULT_UPDATE_MONITOR_S)


def restart_policy(spec: TaskSpec) -> RestartPolicy:
    """The restart policy that is in force for `spec`."""
    return spec.restart or DEFAULT_RESTART


def restart_delay_s(spec: TaskSpec) -> float:
    """Seconds between a task's end and its successor's start."""
    delay_s = restart_policy(spec).delay_s
    return DEFAULT_RESTART_DELAY_S if delay_s is None else delay_s


def placement(spec: TaskSpec) -> Placement:
    """The placement that is in force for `spec`."""
    return spec.placement or Placement()


def reservations(spec: TaskSpec) -> Resources:
    """What a node must have free for a task of `spec`."""
    return (spec.resources and spec.resources.reservations) or Resources()


def stop_grace_period_s(spec: ContainerSpec) -> float:
    """Seconds between the stop signal and SIGKILL."""
    return DEFAULT_STOP_GRACE_PERIOD_S if spec.stop_grace_period_s is None else spec.stop_grace_period_s
