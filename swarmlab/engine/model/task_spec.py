"""What a task is made from: its container, its resources, where it may run, when it is replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swarmlab.engine.model.meta import Labels
from swarmlab.engine.model.secrets import ConfigReference, SecretReference
from swarmlab.engine.model.words import RestartCondition


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
    secrets: tuple[SecretReference, ...] = ()
    configs: tuple[ConfigReference, ...] = ()
    isolation: str = ""
    init: bool | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAttachmentConfig:
    """One network that tasks are attached to, and the names they have on it.

    `addresses` are what a container that is no task asks for.
    """

    target: str
    aliases: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    driver_opts: Mapping[str, str] = field(default_factory=dict)


ATTACHMENT = "attachment"
"""The runtime of a task that is no container: a place on a network for a container that a node started by itself."""


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
