"""What a program in a container has at hand: files, variables, the network, the other programs. Owns no state.

Source: moby daemon/container_operations_unix.go, oci_linux.go, libnetwork/etchosts, libnetwork/resolvconf.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from swarmlab.engine.clock import Clock
from swarmlab.engine.host.container import Container, MountPoint
from swarmlab.engine.host.files import Files, MountedFiles
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.image_mounts import mounted_image
from swarmlab.engine.host.keyboard import Keyboard
from swarmlab.engine.ids import Chance
from swarmlab.engine.programs.processes import Context, Program, Running, Surroundings, Write
from swarmlab.engine.programs.standard_input import NO_INPUT
from swarmlab.engine.programs.workloads import programs_of

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


class Contexts:
    """Makes the contexts of one host's programs.

    Args:
        connect: what a container's programs see of the network.
        running: what runs in a container.
        kill: sends a signal to a process of a container.
    """

    def __init__(
        self,
        parts: HostParts,
        *,
        connect: Connect,
        running: Callable[[Container], list[Running]],
        kill: Callable[[Container, int, str], bool],
    ) -> None:
        self.clock = parts.clock
        self.connect = connect
        self.running = running
        self.kill = kill
        self._parts = parts

    def programs(self, container: Container) -> Mapping[str, Program]:
        """What can be started in a container."""
        image = self._parts.images.content_of(container.image_id)
        return programs_of(image.base, image.servers)

    def make(  # noqa: PLR0913  (what differs between a container's own program and one of `exec`)
        self,
        container: Container,
        network_of: Container,
        *,
        arguments: tuple[str, ...],
        environment: tuple[str, ...] = (),
        working_dir: str,
        user: str,
        terminal: bool,
        chance: Chance,
        write: Write,
        keyboard: Keyboard | None,
        pid: int = 1,
    ) -> Context:
        """What a program has at hand; `network_of` is the container whose network it uses, `keyboard` what it reads."""
        return Context(
            inside=_Inside(self, container, network_of),
            arguments=arguments,
            variables=partial(_environment, container, environment, terminal),
            working_dir=working_dir or "/",
            user=user,
            terminal=terminal,
            chance=chance,
            write=write,
            stdin=keyboard.source if keyboard else NO_INPUT,
            pid=pid,
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


class _Inside:
    """A container as its programs see it."""

    __slots__ = ("_container", "_contexts", "_network_of")

    def __init__(self, contexts: Contexts, container: Container, network_of: Container) -> None:
        self._contexts = contexts
        self._container = container
        self._network_of = network_of

    @property
    def hostname(self) -> str:
        return self._container.hostname

    @property
    def clock(self) -> Clock:
        return self._contexts.clock

    @property
    def files(self) -> Files:
        return self._contexts.files(self._container)

    @property
    def network(self) -> Surroundings:
        return self._contexts.connect(self._network_of)

    @property
    def programs(self) -> Mapping[str, Program]:
        return self._contexts.programs(self._container)

    def processes(self) -> list[Running]:
        return self._contexts.running(self._container)

    def kill(self, pid: int, signal: str) -> bool:
        return self._contexts.kill(self._container, pid, signal)


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
    servers, searches, options = map(container.config.host_texts, ("Dns", "DnsSearch", "DnsOptions"))
    if not servers or not {"bridge", "host"} & container.endpoints.keys():
        return _INNER_RESOLVER + (f"search {' '.join(searches)}\n" if searches else "")
    lines = [f"nameserver {server}\n" for server in servers]
    lines += [f"search {' '.join(searches)}\n"] if searches else []
    return "".join([*lines, *([f"options {' '.join(options)}\n"] if options else [])])


def _environment(container: Container, more: tuple[str, ...], terminal: bool) -> dict[str, str]:
    """PATH, HOSTNAME, the container's variables, and HOME where nobody set it. Recorded from 28.5.2."""
    own = dict(entry.partition("=")[::2] for entry in (*container.env, *more))
    tty = {"TERM": "xterm"} if terminal else {}
    path = {"PATH": own.pop("PATH")} if "PATH" in own else {}
    return {**path, "HOSTNAME": container.hostname, **tty, **own, "HOME": own.get("HOME", "/root")}
