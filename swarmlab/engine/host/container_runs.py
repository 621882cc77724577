"""The processes of one host's running containers: how one begins, signals to it, its end.

Owns the processes and the published ports. What state a container is in is containers.py's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from swarmlab.engine.errors import ServerError
from swarmlab.engine.host.container import Container, MountPoint, PortBinding
from swarmlab.engine.host.container_creation import endpoints_of
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.files import Files, MountedFiles
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.programs.processes import Context, Process, Program, Surroundings
from swarmlab.engine.programs.workloads import find_program, programs_of

_FIRST_EPHEMERAL_PORT = 32768
_FIRST_PID = 1000

Connect = Callable[[Container], Surroundings]
Exited = Callable[[Container, int], None]


def emit(events: Events, container: Container, action: str, **more: str) -> None:
    """Tell of something that happened to a container: its labels, image and name are among the attributes."""
    attributes = {**container.labels, **more, "image": container.config.image, "name": container.name}
    events.emit("container", action, container.id, dict(sorted(attributes.items())))


class Runs:
    """The running containers of one host, by their processes.

    Args:
        connect: what a container's programs see of the network.
        exited: called when a process ends, with its exit code.
    """

    def __init__(self, parts: HostParts, *, connect: Connect, exited: Exited) -> None:
        self._parts = parts
        self._connect = connect
        self._exited = exited
        self._processes: dict[ContainerId, Process] = {}
        self._runnable: dict[ContainerId, None] = {}
        self._ports: dict[ContainerId, tuple[PortBinding, ...]] = {}
        self._pid = _FIRST_PID

    def begin(self, container: Container) -> int:
        """Give a container its networks and its process; the process goes on with the next `tick`.

        Returns:
            The process's number on the host.

        Raises:
            EngineError: it cannot be started; it is on no network then.
        """
        image = self._parts.images.content_of(container.image_id)
        programs = programs_of(image.base, image.servers)
        try:
            self._publish_ports(container)
            for endpoint in endpoints_of(container.config):
                self._parts.networks.attach(container, endpoint)
            program = find_program(container.command, programs)
        except Exception:
            self._let_go(container)
            raise
        for mount in _volumes_of(container):
            self._tell_of_mount("mount", container, mount)
        self._processes[container.id] = self._process(container, program, programs)
        self._wake(container.id)
        self._pid += 1 + int(self._parts.chance.between(1, 40))
        return self._pid

    def _process(self, container: Container, program: Program, programs: Mapping[str, Program]) -> Process:
        return Process(
            program,
            self._context(container, programs),
            wake=lambda: self._wake(container.id),
            on_exit=lambda code: self._end(container, code),
            is_init=not container.config.init,
        )

    def _wake(self, id_: ContainerId) -> None:
        self._runnable[id_] = None
        self._parts.clock.wake()

    def _context(self, container: Container, programs: Mapping[str, Program]) -> Context:
        clock, log, tty = self._parts.clock, container.log, container.config.tty
        return Context(
            arguments=container.command,
            environment=_environment(container),
            hostname=container.hostname,
            working_dir=container.config.working_dir or "/",
            user=container.config.user,
            terminal=tty,
            files=Files(container.files, tuple(self._mounted(mount) for mount in container.mounts)),
            network=self._connect(container),
            programs=programs,
            clock=clock,
            chance=self._parts.chance.branch(),
            write=lambda stream, text: log.write(clock.now, "stdout" if tty else stream, text),
        )

    def _mounted(self, mount: MountPoint) -> MountedFiles:
        files = self._parts.volumes.find(mount.name).files if mount.type == "volume" else {}
        return MountedFiles(target=mount.destination, files=files, read_only=mount.read_only)

    def _publish_ports(self, container: Container) -> None:
        taken = {(port.protocol, port.host_port) for ports in self._ports.values() for port in ports}
        bound: list[PortBinding] = []
        for port in container.config.ports:
            if (port.protocol, port.host_port) in taken:
                raise _port_taken(container, port, self._parts.chance.hex_id())
            number = port.host_port or _free_port(port.protocol, taken)
            taken.add((port.protocol, number))
            bound.append(replace(port, host_port=number))
        self._ports[container.id] = tuple(bound)
        container.config = replace(container.config, ports=tuple(bound))

    # --- while they run ---

    def signal(self, container: Container, name: str) -> None:
        """Send a signal to a container's process 1; it has none while the engine is off."""
        if process := self._processes.get(container.id):
            process.signal(name)

    def tick(self) -> bool:
        """Run the processes that are due. Returns whether anything happened."""
        due, self._runnable = self._runnable, {}
        for id_ in due:
            if id_ in self._processes:
                self._processes[id_].run()
        return bool(due)

    # --- the end ---

    def _end(self, container: Container, code: int) -> None:
        del self._processes[container.id]
        self._let_go(container)
        for mount in _volumes_of(container):
            self._tell_of_mount("unmount", container, mount)
        self._exited(container, code)

    def _let_go(self, container: Container) -> None:
        self._parts.networks.detach(container)
        self._ports.pop(container.id, None)

    def vanish(self) -> None:
        """The engine dies, and every process with it."""
        for process in self._processes.values():
            process.vanish()
        self._processes, self._runnable, self._ports = {}, {}, {}

    def _tell_of_mount(self, action: str, container: Container, mount: MountPoint) -> None:
        attributes = {"container": container.id, "driver": mount.driver}
        if action == "mount":
            writable = "false" if mount.read_only else "true"
            attributes |= {"destination": mount.destination, "propagation": "", "read/write": writable}
        self._parts.events.emit("volume", action, mount.name, attributes)


def _volumes_of(container: Container) -> list[MountPoint]:
    return [mount for mount in container.mounts if mount.type == "volume"]


def _port_taken(container: Container, port: PortBinding, endpoint_id: str) -> ServerError:
    return ServerError(
        "failed to set up container networking: driver failed programming external connectivity on endpoint "
        f"{container.name} ({endpoint_id}): Bind for {port.host_ip or '0.0.0.0'}:{port.host_port} failed: port is "
        "already allocated"
    )


def _free_port(protocol: str, taken: set[tuple[str, int]]) -> int:
    port = _FIRST_EPHEMERAL_PORT
    while (protocol, port) in taken:
        port += 1
    return port


def _environment(container: Container) -> dict[str, str]:
    """What a program gets: PATH, HOSTNAME, its own variables, and HOME where nobody set it. Recorded from 28.5.2."""
    own = dict(entry.partition("=")[::2] for entry in container.env)
    tty = {"TERM": "xterm"} if container.config.tty else {}
    path = {"PATH": own.pop("PATH")} if "PATH" in own else {}
    return {**path, "HOSTNAME": container.hostname, **tty, **own, "HOME": own.get("HOME", "/root")}
