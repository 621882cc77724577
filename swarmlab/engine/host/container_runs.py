"""The processes of one host's running containers: how one begins, signals to it, its end.

Owns the processes. What state a container is in is the business of container_starts.py and container_ends.py, what a
program sees is container_contexts.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Conflict, Forbidden
from swarmlab.engine.host.container import Container, ContainerConfig, MountPoint
from swarmlab.engine.host.container_contexts import Connect, Contexts
from swarmlab.engine.host.container_creation import endpoints_of
from swarmlab.engine.host.container_ports import PublishedPorts
from swarmlab.engine.host.container_spec import check_spec
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.image_mounts import check_subpath
from swarmlab.engine.host.keyboard import Keyboard
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Labels
from swarmlab.engine.programs.processes import Context, Process, Program, Running
from swarmlab.engine.programs.workloads import find_program, programs_of

_FIRST_PID = 1000
_OTHER_CONTAINER = "container:"
SHORTEST_RUN_S = 0.17
"""For how long a container runs at least, if nobody kills it. Recorded from 28.5.2 on two cores: a program that has
nothing to do is found to have ended 0.13 to 0.25 s after its start, so that its task is seen to run before it fails."""

Exited = Callable[[Container, int], None]
Find = Callable[[str], Container]


def emit(events: Events, container: Container, action: str, **more: str) -> None:
    """Tell of something that happened to a container: its labels, image and name are among the attributes."""
    said = partial(_attributes, container.labels, container.config.image, container.name, more)
    events.emit("container", action, container.id, said)


def _attributes(labels: Labels, image: str, name: str, more: dict[str, str]) -> dict[str, str]:
    return dict(sorted({**labels, "image": image, "name": name, **more}.items()))


class Runs:
    """The running containers of one host, by their processes.

    Args:
        connect: what a container's programs see of the network.
        find: the container of a name or id.
        exited: called when a container's process ends, with its exit code.

    Attributes:
        contexts: what programs have at hand.
        others: what runs in a container besides its process 1; `process_of`: which of them has a number.
    """

    def __init__(self, parts: HostParts, *, connect: Connect, find: Find, exited: Exited) -> None:
        self._parts = parts
        self._find = find
        self._exited = exited
        self.contexts = Contexts(parts, connect=connect, running=self.running, kill=self.kill)
        self.others: Callable[[ContainerId], list[Running]] = lambda _: []
        self.process_of: Callable[[ContainerId, int], Process | None] = lambda _, __: None
        self._processes: dict[ContainerId, Process] = {}
        self._runnable: dict[Process, None] = {}
        self._ports = PublishedPorts(parts.chance)
        self._pid = _FIRST_PID
        self._checked: ContainerConfig | None = None  # tasks of a service share one

    def begin(self, container: Container) -> int:
        """Give a container its networks and its process; the process goes on with the next `tick`.

        Returns:
            The process's number on the host.

        Raises:
            EngineError: it cannot be started; it is on no network then.
        """
        try:
            for mount in container.mounts:
                if mount.type == "image":
                    check_subpath(mount, self._parts)
            self._ports.publish(container)
            network_of = self._connect(container)
            image = self._parts.images.content_of(container.image_id)
            if container.config is not self._checked:
                check_spec(container.config, image.base)
                self._checked = container.config
            program = find_program(
                container.command,
                programs_of(image.base, image.servers),
                partial(self.contexts.files, container),
                container.config.working_dir,
            )
        except Exception:
            self._let_go(container)
            raise
        for mount in _volumes_of(container):
            self._tell_of_mount("mount", container, mount)
        self._processes[container.id] = self._process(container, network_of, program)
        self._pid += 1 + int(self._parts.chance.between(1, 40))
        return self._pid

    def _connect(self, container: Container) -> Container:
        """Attach it to its networks. Returns the container whose network it uses: itself, or another."""
        mode = container.config.network_mode
        if mode.startswith(_OTHER_CONTAINER):
            other = self._find(mode.removeprefix(_OTHER_CONTAINER))
            if not other.state.running:
                raise Conflict(f"cannot join network of a non running container: {other.id}")
            return other
        for endpoint in endpoints_of(container.config):
            try:
                self._parts.networks.attach(container, endpoint)
            except Forbidden as error:
                raise Forbidden(f"failed to set up container networking: {error}") from None
        return container

    def _process(self, container: Container, network_of: Container, program: Program) -> Process:
        first, config, keyboard = _First(self, self._parts.clock, container), container.config, container.keyboard
        context = self.contexts.make(
            container,
            network_of,
            arguments=container.command,
            working_dir=config.working_dir,
            user=config.user,
            terminal=config.tty,
            chance=self._parts.chance.branch(),
            write=first.write,
            keyboard=keyboard,
        )
        return self.spawn(
            program, context, keyboard, on_exit=first.end, is_init=not config.init, shortest_s=SHORTEST_RUN_S
        )

    def spawn(
        self,
        program: Program,
        context: Context,
        keyboard: Keyboard | None,
        *,
        on_exit: Callable[[int], None],
        is_init: bool,
        shortest_s: float = 0,
    ) -> Process:
        """Start a process in a container; it goes on with the next `tick`."""
        process = Process(program, context, wake=self._wake, on_exit=on_exit, is_init=is_init, shortest_s=shortest_s)
        if keyboard is not None:
            keyboard.source.heard, keyboard.press = process.hear, process.press
        self._wake(process)
        return process

    def _wake(self, process: Process) -> None:
        self._runnable[process] = None
        self._parts.clock.wake()

    def network_of(self, container: Container) -> Container:
        """The container whose network a running container uses."""
        mode = container.config.network_mode
        return self._find(mode.removeprefix(_OTHER_CONTAINER)) if mode.startswith(_OTHER_CONTAINER) else container

    def next_pid(self) -> int:
        """The number on the host of a process that `exec` starts."""
        self._pid += 1
        return self._pid

    # --- while they run ---

    def running(self, container: Container) -> list[Running]:
        """What runs in a container, its process 1 first."""
        own = Running(pid=1, user=container.config.user or "root", command=container.command)
        return [own, *self.others(container.id)]

    def signal(self, container: Container, name: str) -> None:
        """Send a signal to a container's process 1; it has none while the engine is off."""
        if process := self._processes.get(container.id):
            process.signal(name)

    def kill(self, container: Container, pid: int, name: str) -> bool:
        """A program of a container sends a signal to another, or to itself; SIGKILL does not reach an init.

        Returns:
            Whether there is a process of that number.
        """
        process = self._processes.get(container.id) if pid == 1 else self.process_of(container.id, pid)
        is_safe = pid == 1 and name == "SIGKILL" and not container.config.init
        if process is not None and name and not is_safe:
            self._parts.clock.after(0, lambda: process.signal(name))
        return process is not None

    def freeze(self, container: Container) -> None:
        """Let a container's process stand still."""
        self._processes[container.id].freeze()

    def thaw(self, container: Container) -> None:
        """Let it go on."""
        self._processes[container.id].thaw()

    def tick(self) -> bool:
        """Run the processes that are due. Returns whether anything happened."""
        due, self._runnable = self._runnable, {}
        for process in due:
            process.run()
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
        self._ports.take_back(container)

    def vanish(self) -> None:
        """The engine dies, and every process with it."""
        for process in self._processes.values():
            process.vanish()
        self._processes, self._runnable = {}, {}
        self._ports.clear()

    def _tell_of_mount(self, action: str, container: Container, mount: MountPoint) -> None:
        attributes = {"container": container.id, "driver": mount.driver}
        if action == "mount":
            writable = "false" if mount.read_only else "true"
            attributes |= {"destination": mount.destination, "propagation": "", "read/write": writable}
        self._parts.events.emit("volume", action, mount.name, attributes)


class _First:
    """What process 1 has to do with its container: where it writes, what its end is."""

    __slots__ = ("_clock", "_container", "_runs")

    def __init__(self, runs: Runs, clock: Clock, container: Container) -> None:
        self._runs = runs
        self._clock = clock
        self._container = container

    def write(self, stream: str, text: str) -> None:
        self._container.log.write(self._clock.now, stream, text)

    def end(self, code: int) -> None:
        self._runs._end(self._container, code)


def _volumes_of(container: Container) -> list[MountPoint]:
    return [mount for mount in container.mounts if mount.type == "volume"]
