"""One container as a value: what was asked for, what it is in now. The life of containers is in containers.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from swarmlab.engine.errors import Conflict
from swarmlab.engine.host.entrusted import EntrustedFile
from swarmlab.engine.host.files import GONE
from swarmlab.engine.host.keyboard import Keyboard
from swarmlab.engine.host.logs import LogBuffer
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Healthcheck, Labels, Mount
from swarmlab.engine.quick import quick


class ContainerStatus(StrEnum):
    """`State.Status` of the API."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    RESTARTING = "restarting"
    EXITED = "exited"
    REMOVING = "removing"
    DEAD = "dead"


class HealthStatus(StrEnum):
    """`State.Health.Status` of the API."""

    STARTING = "starting"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBinding:
    """A published port of a container; `host_port` 0 asks for any."""

    container_port: int
    protocol: str = "tcp"
    host_port: int = 0
    host_ip: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConfig:
    """A network to attach to. `address` (with prefix length) is given for overlays, else the network chooses."""

    network: str
    address: str = ""
    aliases: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerConfig:
    """What was asked for. `None` means the image's own; `extra` keeps what no rule reads, as it was sent.

    Attributes:
        binds: what `--volume` asked for, as it was written, by target; paths of the host that are missing are made.
        volumes_from: containers whose mounts it gets too, `name` or `name:ro`.
        publish_all: whether every exposed port is published on some port of the host.
        managed: whether the swarm's agent asked for it. Labels do not say so: users set them as they like.
    """

    image: str
    managed: bool = False
    name: str = ""
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    env: tuple[str, ...] = ()
    labels: Labels = field(default_factory=dict)
    hostname: str = ""
    working_dir: str = ""
    user: str = ""
    tty: bool = False
    open_stdin: bool = False
    stdin_once: bool = False
    init: bool | None = None
    stop_signal: str = ""
    stop_timeout_s: float | None = None
    mounts: tuple[Mount, ...] = ()
    binds: Mapping[str, str] = field(default_factory=dict)
    network_mode: str = "default"
    endpoints: tuple[EndpointConfig, ...] = ()
    hosts: tuple[str, ...] = ()
    read_only: bool = False
    log_driver: str = ""
    log_options: Mapping[str, str] = field(default_factory=dict)
    publish_all: bool = False
    volumes_from: tuple[str, ...] = ()
    ports: tuple[PortBinding, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    auto_remove: bool = False
    restart: str = "no"
    restart_max_retries: int = 0
    healthcheck: Healthcheck | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def host_extra(self) -> Mapping[str, object]:
        """What of the request's HostConfig no rule reads."""
        host = self.extra.get("HostConfig")
        return host if isinstance(host, Mapping) else {}

    def host_texts(self, key: str) -> list[str]:
        """A list of texts there, empty where it is not given."""
        value = self.host_extra.get(key)
        return [str(each) for each in value] if isinstance(value, list | tuple) else []


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    """What a container is in now. Times are seconds since the epoch, None where it has not happened."""

    status: ContainerStatus = ContainerStatus.CREATED
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    oom_killed: bool = False
    started_at: float | None = None
    finished_at: float | None = None

    @property
    def running(self) -> bool:
        """Whether its process is there, or about to be there again. Source: moby container/state.go, IsRunning."""
        return self.status in _RUNNING

    @property
    def paused(self) -> bool:
        """Whether its process stands still."""
        return self.status is ContainerStatus.PAUSED

    @property
    def restarting(self) -> bool:
        """Whether its process ended and another is about to begin."""
        return self.status is ContainerStatus.RESTARTING


_RUNNING = frozenset({ContainerStatus.RUNNING, ContainerStatus.PAUSED, ContainerStatus.RESTARTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One health check that was made; `exit_code` -1 where it took too long."""

    start: float
    end: float
    exit_code: int
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`State.Health`: what the health checks of a container showed. `log` has the last five."""

    status: HealthStatus
    failing_streak: int = 0
    log: tuple[Probe, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MountPoint:
    """Something mounted. `name` is the volume's; `source` the path on the host; `mode` as `--volume` said it.

    `subpath` is which part of an image, `image_id` which image it is.
    """

    type: str
    destination: str
    source: str = ""
    name: str = ""
    driver: str = ""
    mode: str = ""
    propagation: str = ""
    read_only: bool = False
    subpath: str = ""
    image_id: str = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A container's place on one network; `address` with prefix length."""

    network: str
    network_id: str
    endpoint_id: str = ""
    address: str = ""
    gateway: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def mac(self) -> str:
        """Its hardware address."""
        return mac_of(self.address)


def mac_of(address: str) -> str:
    """The address that libnetwork makes from an IPv4 address. Source: moby libnetwork/netutils, GenerateMACFromIP."""
    if not address:
        return ""
    numbers = address.partition("/")[0].split(".")
    return "02:42:" + ":".join([f"{int(number):02x}" for number in numbers])


@dataclass(slots=True, kw_only=True)
class Container:
    """A container of this host. Only containers.py and what it binds change one.

    Attributes:
        config: what was asked for, without what is its own: name, labels and hostname. Tasks of a service share one.
        command: what runs, entrypoint and arguments.
        image_id: the image it was made of, as it was then.
        env: the image's and its own.
        log: what it wrote so far.
        keyboard: where what is sent to it goes; None where its standard input is closed.
        ports: what it has published, while it runs.
        memory_files: the files of its tmpfs mounts, by their targets.
        entrusted: the files of its secrets and configs.
        stopped_by_user: whether a user sent it a signal since its last start, whichever.
        ends_for_good: whether its next end is the last one, whatever its policy says.
        health: what its health checks showed; None where it has none.
    """

    id: ContainerId
    name: str
    config: ContainerConfig
    command: tuple[str, ...]
    image_id: str
    env: tuple[str, ...]
    hostname: str
    labels: Labels
    created_at: float
    log: LogBuffer
    state: ContainerState = ContainerState()
    mounts: tuple[MountPoint, ...] = ()
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    keyboard: Keyboard | None = None
    health: Health | None = None
    ports: tuple[PortBinding, ...] = ()
    memory_files: dict[str, dict[str, str]] | None = None
    entrusted: tuple[EntrustedFile, ...] = ()
    restart_count: int = 0
    stopped_by_user: bool = False
    ends_for_good: bool = False

    def check_running(self) -> None:
        """Raise Conflict unless its process is there, or about to be."""
        if not self.state.running:
            raise Conflict(f"container {self.id} is not running")

    @property
    def written_bytes(self) -> int:
        """How much it wrote over its image."""
        return sum(len(text) for text in self.files.values() if text is not GONE)
