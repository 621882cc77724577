"""How a container is made from what was asked for: its image's values under its own, mounts, networks, the command.

Owns no state. Source: moby daemon/create.go, container/container.go, daemon/names.go.
"""

from __future__ import annotations

import re
from dataclasses import replace

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.host.container import Container, ContainerConfig, EndpointConfig, MountPoint
from swarmlab.engine.host.images import Image
from swarmlab.engine.host.logs import LogBuffer
from swarmlab.engine.host.volumes import Volumes
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Mount
from swarmlab.engine.programs.workloads import check_simulated, programs_of

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def check_name(name: str) -> None:
    """Raise InvalidParameter unless a container may have this name."""
    if not _NAME.fullmatch(name):
        raise InvalidParameter(f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")


def make_container(
    id_: ContainerId, name: str, config: ContainerConfig, image: Image, volumes: Volumes, now: float
) -> Container:
    """The container, with its volumes made.

    Raises:
        InvalidParameter: no command, or a bad mount.
        NotImplementedHere: it needs what this engine does not have.
    """
    content = image.content
    command = _command(config, image)
    _check_supported(config)
    check_simulated(command, programs_of(content.base, content.servers), stdin=config.open_stdin)
    wanted = _wanted_mounts(config, image)
    for mount in wanted:
        _check_mount(mount)
    mounts = tuple(_mount(mount, id_, volumes) for mount in wanted)
    ports = {*config.exposed_ports, *content.exposed_ports, *(f"{p.container_port}/{p.protocol}" for p in config.ports)}
    hostname = config.hostname or id_[:12]
    return Container(
        id=id_,
        name=name,
        config=replace(
            config,
            name=name,
            working_dir=config.working_dir or content.working_dir,
            exposed_ports=tuple(sorted(ports)),
            hostname=hostname,
        ),
        command=command,
        image_id=image.id,
        env=_env(content.env, config.env),
        hostname=hostname,
        created_at=now,
        log=LogBuffer(),
        mounts=mounts,
        files={"/etc/hostname": f"{hostname}\n", "/etc/resolv.conf": _RESOLVER},
    )


_RESOLVER = "nameserver 127.0.0.11\noptions ndots:0\n"


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


def _check_supported(config: ContainerConfig) -> None:
    if config.restart not in ("", "no"):
        raise NotImplementedHere(f"the embedded engine does not restart containers (--restart {config.restart})")
    check = config.healthcheck
    if check is not None and check.test and check.test[0] != "NONE":
        raise NotImplementedHere("the embedded engine does not run health checks")
    if config.network_mode.startswith("container:"):
        raise NotImplementedHere("the embedded engine does not share networks between containers")


def _env(base: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    """The image's variables that are not set anew, after the container's own. Source: moby daemon/commit.go, merge."""
    names = {entry.partition("=")[0] for entry in own}
    return (*own, *(entry for entry in base if entry.partition("=")[0] not in names))


def _wanted_mounts(config: ContainerConfig, image: Image) -> list[Mount]:
    targets = {mount.target for mount in config.mounts}
    of_image = [Mount(type="volume", target=path) for path in image.content.volumes if path not in targets]
    return [*config.mounts, *of_image]


def _check_mount(mount: Mount) -> None:
    if not mount.target.startswith("/"):
        path = f"invalid mount path: '{mount.target}' mount path must be absolute"
        raise InvalidParameter(f'invalid mount config for type "{mount.type}": {path}')
    if mount.type not in ("volume", "tmpfs"):
        raise NotImplementedHere(f"the embedded engine has no mounts of type {mount.type}")


def _mount(mount: Mount, container_id: ContainerId, volumes: Volumes) -> MountPoint:
    if mount.type == "tmpfs":
        return MountPoint(type="tmpfs", destination=mount.target)
    volume = volumes.create(mount.source, labels=_volume_labels(mount))
    volume.users[container_id] = None
    return MountPoint(
        type="volume",
        destination=mount.target,
        source=volume.mountpoint,
        name=volume.name,
        driver=volume.driver,
        read_only=mount.read_only,
    )


def _volume_labels(mount: Mount) -> dict[str, str]:
    options = mount.options.get("VolumeOptions")
    labels = options.get("Labels") if isinstance(options, dict) else None
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}


def endpoints_of(config: ContainerConfig) -> tuple[EndpointConfig, ...]:
    """The networks to attach to: those named, else the one of the network mode."""
    if config.endpoints:
        return config.endpoints
    mode = "bridge" if config.network_mode in ("", "default") else config.network_mode
    return (EndpointConfig(network=mode),)
