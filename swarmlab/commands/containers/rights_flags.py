"""Flags of `docker run` and `docker create` that say what a container may do, and what of its host it sees.

Source: docker/cli cli/command/container/opts.go, docker/docker api/types/container/hostconfig.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.spelling.devices import read_device, read_gpus
from swarmlab.commands.spelling.options import Many, Switch, Text, flag
from swarmlab.commands.spelling.typed import pairs

Body = dict[str, Any]
_UNCONFINED = "systempaths=unconfined"
_CGROUPNS = """Cgroup namespace to use (host|private)
'host':    Run the container in the Docker host's cgroup namespace
'private': Run the container in its own private cgroup namespace
'':        Use the cgroup namespace as configured by the
           default-cgroupns-mode option on the daemon (default)"""


@dataclass(frozen=True, kw_only=True)
class RightsFlags(Command):
    """Capabilities, namespaces, devices, settings of the kernel."""

    cap_add: Many = flag("--cap-add list", "Add Linux capabilities")
    cap_drop: Many = flag("--cap-drop list", "Drop Linux capabilities")
    cgroupns: Text = flag("--cgroupns string", _CGROUPNS)
    device: Many = flag("--device list", "Add a host device to the container")
    device_cgroup_rule: Many = flag(
        "--device-cgroup-rule list", "Add a rule to the cgroup allowed devices list", syntax="cgroup-rule"
    )
    gpus: Many = flag("--gpus gpu-request", "GPU devices to add to the container ('all' to pass all GPUs)")
    group_add: Many = flag("--group-add list", "Add additional groups to join")
    init: Switch = flag("--init", "Run an init inside the container that forwards signals and reaps processes")
    ipc: Text = flag("--ipc string", "IPC mode to use")
    isolation: Text = flag("--isolation string", "Container isolation technology")
    pid: Text = flag("--pid string", "PID namespace to use")
    privileged: Switch = flag("--privileged", "Give extended privileges to this container")
    read_only: Switch = flag("--read-only", "Mount the container's root filesystem as read only")
    runtime: Text = flag("--runtime string", "Runtime to use for this container")
    security_opt: Many = flag("--security-opt list", "Security Options")
    sysctl: Many = flag("--sysctl map", "Sysctl options", "map[]", syntax="sysctl")
    userns: Text = flag("--userns string", "User namespace to use")
    uts: Text = flag("--uts string", "UTS namespace to use")

    def devices(self) -> list[Body]:
        """The devices of the host that the container has too. Raises DockerError."""
        try:
            return [read_device(text) for text in self.device]
        except ValueError as error:
            raise DockerError(str(error)) from None

    def check_namespaces(self) -> None:
        """Raise DockerError for a namespace that cannot be."""
        pid = self.pid or ""
        if pid not in ("", "host") and not (pid.startswith("container:") and pid.removeprefix("container:")):
            raise DockerError("--pid: invalid PID mode")
        if self.uts not in (None, "", "host"):
            raise DockerError("--uts: invalid UTS mode")
        if self.userns not in (None, "", "host"):
            raise DockerError("--userns: invalid USER mode")
        if self.cgroupns not in (None, "", "private", "host"):
            raise DockerError("--cgroupns: invalid CGROUP mode")

    def rights(self) -> Body:
        """The rights and namespaces of a HostConfig, devices and security options aside."""
        optional = {"Init": self.init, "Runtime": self.runtime or None, "Sysctls": pairs(self.sysctl) or None}
        return {
            "CapAdd": _capabilities(self.cap_add),
            "CapDrop": _capabilities(self.cap_drop),
            "CgroupnsMode": self.cgroupns or "",
            "DeviceCgroupRules": list(self.device_cgroup_rule) or None,
            "DeviceRequests": [read_gpus(text) for text in self.gpus] or None,
            "GroupAdd": list(self.group_add) or None,
            "IpcMode": self.ipc or "",
            "Isolation": self.isolation or "",
            "PidMode": self.pid or "",
            "Privileged": bool(self.privileged),
            "ReadonlyRootfs": bool(self.read_only),
            "UTSMode": self.uts or "",
            "UsernsMode": self.userns or "",
            **{key: value for key, value in optional.items() if value is not None},
        }

    def security(self) -> Body:
        """Options of security; one of them is the CLI's own, and uncovers what is hidden of /proc and /sys.

        Raises:
            DockerError: an option makes no sense, or its profile cannot be read.
        """
        options = [_security_option(text) for text in self.security_opt]
        uncovered: list[str] | None = [] if _UNCONFINED in options else None
        kept = [text for text in options if text != _UNCONFINED]
        shown = kept if options else None
        return {"SecurityOpt": shown, "MaskedPaths": uncovered, "ReadonlyPaths": uncovered}


def _capabilities(words: Iterable[str]) -> list[str] | None:
    """`net_admin` as `CAP_NET_ADMIN`, each once, in order."""
    upper = {word.upper() for word in words}
    return (
        sorted(word if word in ("ALL", "RESET") or word.startswith("CAP_") else f"CAP_{word}" for word in upper) or None
    )


def _security_option(text: str) -> str:
    name, equals, value = text.partition("=")
    if not equals and name != "no-new-privileges":
        name, colon, value = text.partition(":")
        if not colon:
            raise DockerError(f'Invalid --security-opt: "{text}"')
    if name == "seccomp" and value not in ("unconfined", "builtin"):
        return f"seccomp={_profile(value)}"
    return text


def _profile(path: str) -> str:
    try:
        text = Path(path).read_bytes().decode(errors="surrogateescape")
    except OSError as error:
        verb = "read" if isinstance(error, IsADirectoryError) else "open"
        reason = (error.strerror or "").lower()
        raise DockerError(f"opening seccomp profile ({path}) failed: {verb} {path}: {reason}") from None
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    except ValueError as error:
        raise DockerError(f"compacting json for seccomp profile ({path}) failed: {error}") from None
