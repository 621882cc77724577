"""One container as a value: what was asked for, what it is in now. The life of containers is in containers.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from swarmlab.engine.host.logs import LogBuffer
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Healthcheck, Labels, Mount


class ContainerStatus(StrEnum):
    """`State.Status` of the API."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"
    REMOVING = "removing"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBinding:
    """A published port of a container; `host_port` 0 asks for any."""

    container_port: int
    protocol: str = "tcp"
    host_port: int = 0
    host_ip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointConfig:
    """A network to attach to. `address` (with prefix length) is given for overlays, else the network chooses."""

    network: str
    address: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerConfig:
    """What was asked for. `None` means the image's own; `extra` keeps what no rule reads, as it was sent."""

    image: str
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
    init: bool | None = None
    stop_signal: str = ""
    stop_timeout_s: float | None = None
    mounts: tuple[Mount, ...] = ()
    network_mode: str = "default"
    endpoints: tuple[EndpointConfig, ...] = ()
    hosts: tuple[str, ...] = ()
    ports: tuple[PortBinding, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    auto_remove: bool = False
    restart: str = "no"
    restart_max_retries: int = 0
    healthcheck: Healthcheck | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


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
    health: str = ""

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self.status is ContainerStatus.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class MountPoint:
    """Something mounted. `name` is the volume's; `source` is the path on the host."""

    type: str
    destination: str
    source: str = ""
    name: str = ""
    driver: str = ""
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A container's place on one network; `address` with prefix length."""

    network: str
    network_id: str
    endpoint_id: str = ""
    address: str = ""
    gateway: str = ""
    mac: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Container:
    """A container of this host. Only `containers.Containers` changes one.

    Attributes:
        config: what was asked for, with the name that it got.
        command: what runs, entrypoint and arguments.
        image_id: the image it was made of, as it was then.
        env: the image's and its own.
        log: what it wrote so far.
    """

    id: ContainerId
    name: str
    config: ContainerConfig
    command: tuple[str, ...]
    image_id: str
    env: tuple[str, ...]
    hostname: str
    created_at: float
    log: LogBuffer
    state: ContainerState = ContainerState()
    mounts: tuple[MountPoint, ...] = ()
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    restart_count: int = 0
    stopped_by_user: bool = False

    @property
    def labels(self) -> Labels:
        """Its own labels; the image's are among them."""
        return self.config.labels
