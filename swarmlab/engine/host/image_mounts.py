"""Images that are mounted into containers, whole or one path of them; nobody writes there.

Owns no state. Source: moby daemon/containerfs_linux.go, volume/mounts/linux_parser.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from hashlib import sha256

from swarmlab.engine.errors import EngineError, NotFound
from swarmlab.engine.host.container import MountPoint
from swarmlab.engine.host.files import DIRECTORIES, MountedFiles, is_directory_in
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Mount

WARNING = "Image mount is an experimental feature"


def subpath_of(mount: Mount) -> str:
    """The path of the image that is wanted; empty for all of it."""
    options = mount.options.get("ImageOptions")
    return str(options.get("Subpath") or "") if isinstance(options, Mapping) else ""


def is_inside(path: str) -> bool:
    """Whether a path leads out of nothing."""
    return not path.startswith("/") and ".." not in posixpath.normpath(path).split("/")


def make_image_mount(mount: Mount, id_: ContainerId, parts: HostParts) -> MountPoint:
    """The mount of an image that lies on the host.

    Raises:
        NoSuchImage: it does not.
    """
    image = parts.images.find(mount.source)
    layer = sha256(f"{image.id} at {mount.target} of {id_}".encode()).hexdigest()
    return MountPoint(
        type="image",
        destination=mount.target,
        source=f"/var/lib/docker/overlay2/{layer}/merged",
        name=image.tags[0] if image.tags else mount.source,
        propagation="rprivate",
        read_only=True,
        subpath=subpath_of(mount).strip("/"),
        image_id=image.id,
    )


def mounted_image(mount: MountPoint, parts: HostParts) -> MountedFiles:
    """The files that it brings."""
    files = dict(parts.images.content_of(mount.image_id).files)
    root = f"/{mount.subpath}" if mount.subpath else ""
    return MountedFiles(target=mount.destination, files=files, read_only=True, root=root)


def check_subpath(mount: MountPoint, parts: HostParts) -> None:
    """Whether the image has the wanted path, as a container starts. Raises NotFound."""
    path = mount.subpath
    files = parts.images.content_of(mount.image_id).files
    if path and path not in DIRECTORIES and f"/{path}" not in files and not is_directory_in(files, f"/{path}"):
        raise _NoSuchPath(f"{mount.source}/{path}")


class _NoSuchPath(NotFound):
    def __init__(self, path: str) -> None:
        EngineError.__init__(self, f"cannot access path {path}: lstat {path}: no such file or directory")
