"""What a program in a container has at hand: files, variables, the network, the other programs. Owns no state.

Source: moby daemon/container_operations_unix.go, oci_linux.go, libnetwork/etchosts, libnetwork/resolvconf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from swarmlab.engine.host.container import Container, MountPoint
from swarmlab.engine.host.files import Files, MountedFiles
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.image_mounts import mounted_image
from swarmlab.engine.ids import Chance
from swarmlab.engine.programs.processes import Context, Program, Running, Surroundings, Write
from swarmlab.engine.programs.standard_input import NO_INPUT, StandardInput
from swarmlab.engine.programs.workloads import programs_of
from swarmlab.engine.quick import quick

Connect = Callable[[Container], Surroundings]
_HOSTS = """\
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""
_INNER_RESOLVER = "nameserver 127.0.0.11\noptions ndots:0\n"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a program is started: what differs between a container's own and one of `exec`.

    Attributes:
        environment: beyond what the container has.
        stdin: what it reads; None for nothing.
        processes: what runs in the container.
        kill: sends a signal to a process of the container.
        pid: its number inside the container.
    """

    arguments: tuple[str, ...]
    user: str
    working_dir: str
    terminal: bool
    write: Write
    chance: Chance
    processes: Callable[[], list[Running]]
    kill: Callable[[int, str], bool]
    environment: tuple[str, ...] = ()
    stdin: StandardInput | None = None
    pid: int = 1


class Contexts:
    """Makes the contexts of one host's programs.

    Args:
        connect: what a container's programs see of the network.
    """

    def __init__(self, parts: HostParts, *, connect: Connect) -> None:
        self._parts = parts
        self._connect = connect

    def programs(self, container: Container) -> Mapping[str, Program]:
        """What can be started in a container."""
        image = self._parts.images.content_of(container.image_id)
        return programs_of(image.base, image.servers)

    def make(self, container: Container, network_of: Container, start: Start) -> Context:
        """What a program has at hand; `network_of` is the container whose network it uses."""
        return Context(
            arguments=start.arguments,
            variables=partial(_environment, container, start),
            hostname=container.hostname,
            working_dir=start.working_dir or "/",
            user=start.user,
            terminal=start.terminal,
            files=self.files(container),
            network=self._connect(network_of),
            programs=self.programs(container),
            clock=self._parts.clock,
            chance=start.chance,
            write=start.write,
            stdin=start.stdin or NO_INPUT,
            processes=start.processes,
            pid=start.pid,
            kill=start.kill,
        )

    def files(self, container: Container) -> Files:
        """The files that a container sees."""
        return Files(
            container.files,
            (*(self._mounted(container, m) for m in container.mounts), *(f.mounted() for f in container.entrusted)),
            read_only=container.config.read_only,
            given=lambda: self._given(container),
        )

    def _given(self, container: Container) -> Mapping[str, str]:
        """What the image and the engine put there."""
        return {**self._parts.images.content_of(container.image_id).files, **given_files(container)}

    def _mounted(self, container: Container, mount: MountPoint) -> MountedFiles:
        target, read_only = mount.destination, mount.read_only
        match mount.type:
            case "volume":
                return MountedFiles(
                    target=target, files=self._parts.volumes.find(mount.name).files, read_only=read_only
                )
            case "bind":
                root = mount.source.rstrip("/")
                return MountedFiles(target=target, files=self._parts.disk, root=root, read_only=read_only)
            case "image":
                return mounted_image(mount, self._parts)
        if container.memory_files is None:
            container.memory_files = {}
        files = container.memory_files.setdefault(target, {})
        return MountedFiles(target=target, files=files, read_only=read_only)


def given_files(container: Container) -> dict[str, str]:
    """What the engine writes into a container."""
    return {
        "/.dockerenv": "",
        "/etc/hostname": f"{container.hostname}\n",
        "/etc/hosts": _hosts(container),
        "/etc/resolv.conf": _resolver(container),
    }


def _hosts(container: Container) -> str:
    entries = [entry.partition(":")[::2] for entry in container.config.hosts]
    extra = [f"{address}\t{name}\n" for name, address in entries]
    own = [endpoint.address.partition("/")[0] for endpoint in container.endpoints.values() if endpoint.address]
    return "".join([_HOSTS, *extra, *(f"{address}\t{container.hostname}\n" for address in own)])


def _resolver(container: Container) -> str:
    given = container.config.host_extra
    servers, searches, options = (_words(given, key) for key in ("Dns", "DnsSearch", "DnsOptions"))
    if not servers or not {"bridge", "host"} & container.endpoints.keys():
        return _INNER_RESOLVER + (f"search {' '.join(searches)}\n" if searches else "")
    lines = [f"nameserver {server}\n" for server in servers]
    lines += [f"search {' '.join(searches)}\n"] if searches else []
    return "".join([*lines, *([f"options {' '.join(options)}\n"] if options else [])])


def _words(given: Mapping[str, object], key: str) -> list[str]:
    value = given.get(key)
    return [str(each) for each in value] if isinstance(value, list | tuple) else []


def _environment(container: Container, start: Start) -> dict[str, str]:
    """PATH, HOSTNAME, the container's variables, and HOME where nobody set it. Recorded from 28.5.2."""
    own = dict(entry.partition("=")[::2] for entry in (*container.env, *start.environment))
    tty = {"TERM": "xterm"} if start.terminal else {}
    path = {"PATH": own.pop("PATH")} if "PATH" in own else {}
    return {**path, "HOSTNAME": container.hostname, **tty, **own, "HOME": own.get("HOME", "/root")}
