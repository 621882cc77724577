"""What is mounted into a container: volumes, paths of the host, memory. How each is checked and made.

Owns no state. Source: moby volume/mounts/{linux_parser,validate}.go, daemon/volumes.go; texts recorded from 28.5.2.
Simplification: a tmpfs has no limit of size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from swarmlab.engine.errors import InvalidParameter, ServerError
from swarmlab.engine.host.container import Container, ContainerConfig, MountPoint
from swarmlab.engine.host.files import is_directory_in
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.image_mounts import is_inside, make_image_mount, subpath_of
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Mount

Find = Callable[[str], Container]
_MODES = frozenset("ro rw z Z nocopy cached delegated consistent private rprivate shared rshared slave rslave".split())


def make_mounts(
    config: ContainerConfig, of_image: Iterable[str], id_: ContainerId, parts: HostParts, find: Find
) -> tuple[MountPoint, ...]:
    """Everything that is mounted into a new container, its volumes made.

    Raises:
        InvalidParameter: a mount that cannot be.
        ServerError: one of `--volume` that cannot be: here the engine's refusal has no type.
        NoSuchContainer: there is none to take mounts from.
    """
    inherited = [mount for reference in config.volumes_from for mount in _mounts_of(reference, find)]
    for mount in config.mounts:
        _check(mount, parts, config.binds.get(mount.target))
    _check_unique(config.mounts)
    taken = {mount.target for mount in config.mounts} | {mount.destination for mount in inherited}
    anonymous = [Mount(type="volume", target=path) for path in of_image if path not in taken]
    own = [_make(mount, _mode(config.binds.get(mount.target)), id_, parts) for mount in (*config.mounts, *anonymous)]
    targets = {mount.destination for mount in own}
    kept = [mount for mount in inherited if mount.destination not in targets]
    for point in kept:
        if point.type == "volume":
            parts.volumes.find(point.name).users[id_] = None
    return (*own, *kept)


def _mounts_of(reference: str, find: Find) -> list[MountPoint]:
    """`container[:ro]` of `--volumes-from`."""
    name, _, mode = reference.partition(":")
    if mode not in ("", "ro", "rw"):
        raise InvalidParameter(f"invalid mode: {mode}")
    mounts = [mount for mount in find(name).mounts if mount.type != "tmpfs"]
    return [_read_only(mount) for mount in mounts] if mode == "ro" else mounts


def _read_only(mount: MountPoint) -> MountPoint:
    return MountPoint(
        type=mount.type,
        destination=mount.destination,
        source=mount.source,
        name=mount.name,
        driver=mount.driver,
        mode="ro",
        read_only=True,
    )


def _check_unique(mounts: tuple[Mount, ...]) -> None:
    targets = [mount.target.rstrip("/") for mount in mounts]
    double = next((target for target in targets if targets.count(target) > 1), None)
    if double is not None:
        raise InvalidParameter(f"Duplicate mount point: {double}")


def _mode(bind: str | None) -> str:
    """The options of `source:target:options`."""
    return bind.split(":")[2] if bind and bind.count(":") == 2 else ""


def _check(mount: Mount, parts: HostParts, bind: str | None) -> None:
    """`bind` is what `--volume` said, None for `--mount`."""
    wrong = next((word for word in _mode(bind).split(",") if word and word not in _MODES), None)
    if wrong is not None:
        raise ServerError(f"invalid mode: {_mode(bind)}")
    reason = _reason_against(mount)
    if reason and bind:
        kind = f'invalid mount config for type "{mount.type}"'
        raise ServerError(f"invalid volume specification: '{bind}': {kind}: {reason}")
    if mount.type == "image" and "VolumeOptions" in mount.options:
        raise InvalidParameter('VolumeOptions must not be specified on mount type "image"')
    if reason:
        raise InvalidParameter(f'invalid mount config for type "{mount.type}": {reason}')
    creates = bind is not None or bool(_options(mount, "BindOptions").get("CreateMountpoint"))
    if mount.type == "bind" and not creates and not lies_on(parts.disk, mount.source):
        refusal = f"bind source path does not exist: {mount.source}"
        raise InvalidParameter(f'invalid mount config for type "bind": {refusal}')


def _reason_against(mount: Mount) -> str:
    if mount.type not in ("volume", "bind", "tmpfs", "image"):
        return "mount type unknown"
    if mount.type != "image" and "ImageOptions" in mount.options:
        return "field ImageOptions must not be specified"
    if not mount.target:
        return "field Target must not be empty"
    if mount.target.rstrip("/") == "":
        return "invalid specification: destination can't be '/'"
    if not mount.target.startswith("/"):
        return f"invalid mount path: '{mount.target}' mount path must be absolute"
    match mount.type:
        case "bind" | "image" if not mount.source:
            return "field Source must not be empty"
        case "bind" if not mount.source.startswith("/"):
            return f"invalid mount path: '{mount.source}' mount path must be absolute"
        case "tmpfs" if mount.source:
            return "field Source must not be specified"
        case "image" if not is_inside(subpath_of(mount)):
            return "subpath must be a relative path within the volume"
    return ""


def lies_on(disk: dict[str, str], path: str) -> bool:
    """Whether a path is a file or a directory of the host."""
    return path in disk or is_directory_in(disk, path)


def _make(mount: Mount, mode: str, id_: ContainerId, parts: HostParts) -> MountPoint:
    match mount.type:
        case "tmpfs":
            return MountPoint(type="tmpfs", destination=mount.target, read_only=mount.read_only)
        case "bind":
            return _make_bind(mount, mode, parts)
        case "image":
            return make_image_mount(mount, id_, parts)
    driver, options = _volume_driver(mount)
    volume = parts.volumes.create(mount.source, driver=driver, labels=_volume_labels(mount), options=options)
    volume.users[id_] = None
    return MountPoint(
        type="volume",
        destination=mount.target,
        source=volume.mountpoint,
        name=volume.name,
        driver=volume.driver,
        mode=mode or ("" if volume.anonymous else "z"),
        read_only=mount.read_only,
    )


def _make_bind(mount: Mount, mode: str, parts: HostParts) -> MountPoint:
    source = "/" + mount.source.strip("/")
    if not lies_on(parts.disk, source):
        parts.disk[source + "/"] = ""
    propagation = str(_options(mount, "BindOptions").get("Propagation") or "rprivate")
    return MountPoint(
        type="bind",
        destination=mount.target,
        source=source,
        mode=mode,
        propagation=propagation,
        read_only=mount.read_only,
    )


def _options(mount: Mount, key: str) -> dict[str, object]:
    options = mount.options.get(key)
    return options if isinstance(options, dict) else {}


def _volume_driver(mount: Mount) -> tuple[str, dict[str, str]]:
    given = _options(mount, "VolumeOptions").get("DriverConfig")
    driver = given if isinstance(given, dict) else {}
    options = driver.get("Options")
    texts = {str(key): str(value) for key, value in options.items()} if isinstance(options, dict) else {}
    return str(driver.get("Name") or ""), texts


def _volume_labels(mount: Mount) -> dict[str, str]:
    labels = _options(mount, "VolumeOptions").get("Labels")
    return {str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {}
