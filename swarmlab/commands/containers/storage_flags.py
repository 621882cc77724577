"""Flags of `docker run` and `docker create` about files and logs: volumes, mounts, tmpfs, log driver.

Source: docker/cli cli/command/container/opts.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.spelling.mounts import read_mount
from swarmlab.commands.spelling.options import Many, Text, flag
from swarmlab.commands.spelling.typed import pairs
from swarmlab.commands.spelling.volumes import read_bind

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class StorageFlags(Command):
    """What is mounted where, and what becomes of the output."""

    log_driver: Text = flag("--log-driver string", "Logging driver for the container")
    log_opt: Many = flag("--log-opt list", "Log driver options")
    mount: Many = flag("--mount mount", "Attach a filesystem mount to the container")
    storage_opt: Many = flag("--storage-opt list", "Storage driver options for the container")
    tmpfs: Many = flag("--tmpfs list", "Mount a tmpfs directory")
    volume: Many = flag("-v, --volume list", "Bind mount a volume")
    volume_driver: Text = flag("--volume-driver string", "Optional volume driver for the container")
    volumes_from: Many = flag("--volumes-from list", "Mount volumes from the specified container(s)")

    def volumes(self) -> tuple[list[str], Body]:
        """Those with a source, and the paths of those without a name. Raises DockerError."""
        binds: list[str] = []
        nameless: Body = {}
        for text in dict.fromkeys(self.volume):
            try:
                bind = read_bind(text)
            except ValueError as error:
                raise DockerError(str(error)) from None
            if bind is None:
                nameless[text] = {}
            else:
                binds.append(bind)
        return binds, nameless

    def log_config(self) -> Body:
        """The log driver with its options. Raises DockerError."""
        if self.log_driver == "none" and self.log_opt:
            raise DockerError("invalid logging opts for driver none")
        return {"Type": self.log_driver or "", "Config": pairs(self.log_opt)}

    def storage(self) -> Body:
        """What else a HostConfig says of files. Raises DockerError."""
        if any("=" not in text for text in self.storage_opt):
            raise DockerError("invalid storage option")
        optional = {
            "Mounts": [read_mount(text) for text in self.mount],
            "StorageOpt": pairs(self.storage_opt),
            "Tmpfs": {path: options for path, _, options in (text.partition(":") for text in self.tmpfs)},
        }
        return {
            "VolumeDriver": self.volume_driver or "",
            "VolumesFrom": list(self.volumes_from) or None,
            **{key: value for key, value in optional.items() if value},
        }
