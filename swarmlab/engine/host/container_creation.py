"""How a container is made from what was asked for: its image's values under its own, mounts, networks, the command.

Owns no state. Source: moby daemon/create.go, container/container.go, daemon/names.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.host import log_drivers
from swarmlab.engine.host.container import Container, ContainerConfig, EndpointConfig
from swarmlab.engine.host.container_mounts import Find, make_mounts
from swarmlab.engine.host.health_spec import merged_check
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.image import Image
from swarmlab.engine.host.logs import LogBuffer
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Labels
from swarmlab.engine.programs.workloads import check_simulated, programs_of
from swarmlab.engine.quick import changed

_NO_LABELS: Labels = {}
_BRIDGE = (EndpointConfig(network="bridge"),)
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def check_name(name: str) -> None:
    """Raise InvalidParameter unless a container may have this name."""
    if not _NAME.fullmatch(name):
        raise InvalidParameter(f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")


def make_container(
    id_: ContainerId, name: str, config: ContainerConfig, image: Image, parts: HostParts, find: Find
) -> Container:
    """The container, with its volumes made; `find` finds others of the host, by name or id.

    Raises:
        InvalidParameter: no command, a bad mount, a policy or a check that cannot be.
        NotImplementedHere: it needs what this engine does not have.
    """
    content = image.content
    command = _command(config, image)
    log_drivers.check_driver(config.log_driver, config.log_options)
    check_simulated(command, programs_of(content.base, content.servers))
    healthcheck = merged_check(config.healthcheck, content.healthcheck)
    mounts = make_mounts(config, content.volumes, id_, parts, find)
    ports = {*config.exposed_ports, *content.exposed_ports, *(f"{p.container_port}/{p.protocol}" for p in config.ports)}
    network_mode = _network_mode(config.network_mode, find)
    hostname = config.hostname or _hostname(network_mode, id_, parts, find)
    return Container(
        id=id_,
        name=name,
        config=changed(
            config,
            name="",
            labels=_NO_LABELS,
            hostname="",
            working_dir=config.working_dir or content.working_dir,
            exposed_ports=tuple(sorted(ports)),
            healthcheck=healthcheck,
            network_mode=network_mode,
        ),
        command=command,
        image_id=image.id,
        env=_env(content.env, config.env),
        hostname=hostname,
        labels=config.labels,
        created_at=parts.clock.now,
        log=LogBuffer(
            keeps=log_drivers.is_readable(config.log_driver, config.log_options),
            terminal=config.tty,
            details=_log_details(config),
        ),
        mounts=mounts,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What containers share that were asked for alike, as tasks of a service are; `hostname` empty: each its own."""

    image: Image
    config: ContainerConfig
    command: tuple[str, ...]
    env: tuple[str, ...]
    hostname: str


def pattern_of(container: Container, image: Image) -> Pattern | None:
    """The pattern of a new container; None where it has more of its own than name, labels and endpoints."""
    if container.mounts or container.config.log_options:
        return None
    return Pattern(
        image=image,
        config=container.config,
        command=container.command,
        env=container.env,
        hostname="" if container.hostname == container.id[:12] else container.hostname,
    )


def make_alike(
    pattern: Pattern, id_: ContainerId, name: str, labels: Labels, endpoints: tuple[EndpointConfig, ...], now: float
) -> Container:
    """One more container of a pattern; what can be wrong with it was looked at when the first was made."""
    config = pattern.config
    return Container(
        id=id_,
        name=name,
        config=config if endpoints == config.endpoints else changed(config, endpoints=endpoints),
        command=pattern.command,
        image_id=pattern.image.id,
        env=pattern.env,
        hostname=pattern.hostname or id_[:12],
        labels=labels,
        created_at=now,
        log=LogBuffer(keeps=log_drivers.is_readable(config.log_driver, config.log_options), terminal=config.tty),
    )


def _network_mode(mode: str, find: Find) -> str:
    """`container:name` by the other's id."""
    kind, colon, reference = mode.partition(":")
    return f"container:{find(reference).id}" if kind == "container" and colon else mode


def _hostname(network_mode: str, id_: ContainerId, parts: HostParts, find: Find) -> str:
    """The host's on its network, another container's on that one's, else the beginning of its own id."""
    if network_mode == "host":
        return parts.hostname
    return find(network_mode.partition(":")[2]).hostname if network_mode.startswith("container:") else id_[:12]


def _log_details(config: ContainerConfig) -> dict[str, str] | None:
    """What `--details` shows: the labels and variables that the log options name. Source: moby daemon/logger."""
    if not config.log_options:
        return None
    variables = dict(entry.partition("=")[::2] for entry in config.env)
    labels = [name for name in config.log_options.get("labels", "").split(",") if name in config.labels]
    names = [name for name in config.log_options.get("env", "").split(",") if name in variables]
    return {name: config.labels[name] for name in labels} | {name: variables[name] for name in names} or None


def _command(config: ContainerConfig, image: Image) -> tuple[str, ...]:
    """Entrypoint and arguments; an entrypoint of its own takes the image's arguments away."""
    if config.entrypoint is not None:
        command = (*config.entrypoint, *(config.command or ()))
    else:
        arguments = image.content.command if config.command is None else config.command
        command = (*image.content.entrypoint, *arguments)
    if not command:
        raise InvalidParameter("no command specified")
    return command


def _env(base: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    """The image's variables that are not set anew, after the container's own. Source: moby daemon/commit.go, merge."""
    if not own:
        return base
    names = {entry.partition("=")[0] for entry in own}
    return (*own, *(entry for entry in base if entry.partition("=")[0] not in names))


def endpoints_of(config: ContainerConfig) -> tuple[EndpointConfig, ...]:
    """The networks to attach to: those named, else the one of the network mode."""
    if config.endpoints:
        return config.endpoints
    mode = "bridge" if config.network_mode in ("", "default") else config.network_mode
    if mode == "bridge":
        return _BRIDGE
    return (EndpointConfig(network=mode),)
