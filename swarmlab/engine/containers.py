"""The containers of one host: create, start, stop, kill, remove, wait. What `docker run` and the agent both use.

Owns the containers and their states. What runs inside is a process (processes.py) of a program (workloads.py); how a
container is made from what was asked for is in container_creation.py.
Source: moby daemon/{start,stop,kill,delete,wait,monitor,rename}.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from swarmlab.engine.clock import Timer
from swarmlab.engine.container import Container, ContainerConfig, ContainerState, ContainerStatus, PortBinding
from swarmlab.engine.container_creation import check_name, endpoints_of, make_container
from swarmlab.engine.errors import (
    Ambiguous,
    Conflict,
    EngineError,
    InvalidParameter,
    NoSuchContainer,
    NotModified,
    SystemError_,
)
from swarmlab.engine.files import Files, MountedFiles
from swarmlab.engine.host_parts import HostParts
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.logs import LogReader
from swarmlab.engine.names import random_name
from swarmlab.engine.pending import Pending
from swarmlab.engine.processes import SIGNALS, Context, Process, Surroundings, signal_name
from swarmlab.engine.workloads import StartFailed, find_program, programs_of

START_S = (0.35, 0.75)
"""How long a start takes; the starts of one host follow one another. Recorded from 28.5.2 on two cores."""

DEFAULT_STOP_TIMEOUT_S = 10.0
_FIRST_EPHEMERAL_PORT = 32768
_ENGINE_DIED = 255

Connect = Callable[[Container], Surroundings]


@dataclass(slots=True)
class _Waiting:
    """Who waits for what of one container."""

    exit: builtins.list[Pending[int]] = field(default_factory=list)
    removal: builtins.list[Pending[int]] = field(default_factory=list)
    stops: builtins.list[Pending[None]] = field(default_factory=list)


class Containers:
    """All containers of one host.

    Args:
        connect: what a container's programs see of the network.
    """

    def __init__(self, parts: HostParts, *, connect: Connect) -> None:
        self._clock = parts.clock
        self._chance = parts.chance
        self._events = parts.events
        self._images = parts.images
        self._volumes = parts.volumes
        self._networks = parts.networks
        self._connect = connect
        self._containers: dict[ContainerId, Container] = {}
        self._processes: dict[ContainerId, Process] = {}
        self._runnable: dict[ContainerId, None] = {}
        self._starting: dict[ContainerId, tuple[Timer, Pending[None]]] = {}
        self._kill_timers: dict[ContainerId, Timer] = {}
        self._waiting: dict[ContainerId, _Waiting] = {}
        self._start_free_at = 0.0
        self._pid = 1000
        self._on = True
        parts.images.in_use = self._user_of_image

    # --- reading ---

    def list(self, *, all_: bool = False) -> builtins.list[Container]:
        """The running containers, with `all_` the others too; newest first."""
        return [c for c in reversed(self._containers.values()) if all_ or c.state.running]

    def find(self, reference: str) -> Container:
        """By id, name (with or without a leading slash) or id prefix.

        Raises:
            NoSuchContainer: there is none.
            Ambiguous: an id's beginning fits several.
        """
        if reference in self._containers:
            return self._containers[ContainerId(reference)]
        name = reference.removeprefix("/")
        named = [container for container in self._containers.values() if container.name == name]
        matches = named or [c for c in self._containers.values() if c.id.startswith(reference)]
        if not reference or not matches:
            raise NoSuchContainer(reference)
        if len(matches) > 1:
            raise Ambiguous("container", reference, len(matches))
        return matches[0]

    def _user_of_image(self, image_id: str) -> str | None:
        return next((c.id for c in self._containers.values() if c.image_id == image_id), None)

    # --- create, rename, remove ---

    def create(self, config: ContainerConfig) -> Container:
        """Make a container.

        Raises:
            NoSuchImage: its image does not lie on the host.
            Conflict: the name is taken.
            InvalidParameter: a bad name, a bad mount.
            NotImplementedHere: it needs what this engine does not have.
        """
        image = self._images.find(config.image)
        name = config.name or self._free_name()
        self._check_name(name)
        id_ = ContainerId(self._chance.hex_id())
        container = make_container(id_, name, config, image, self._volumes, self._clock.now)
        self._containers[id_] = container
        self._emit(container, "create")
        return container

    def _free_name(self) -> str:
        name = random_name(self._chance)
        return name if not self._named(name) else f"{name}{len(self._containers)}"

    def _named(self, name: str) -> Container | None:
        return next((container for container in self._containers.values() if container.name == name), None)

    def _check_name(self, name: str) -> None:
        check_name(name)
        holder = self._named(name)
        if holder is not None:
            raise Conflict(
                f'Conflict. The container name "/{name}" is already in use by container "{holder.id}". You have to '
                "remove (or rename) that container to be able to reuse that name."
            )

    def rename(self, reference: str, name: str) -> None:
        """Give it another name. Raises Conflict, InvalidParameter."""
        container = self.find(reference)
        if not name:
            raise InvalidParameter("Neither old nor new names may be empty")
        self._check_name(name)
        old, container.name = container.name, name
        container.config = replace(container.config, name=name)
        self._emit(container, "rename", oldName=f"/{old}")

    def remove(self, reference: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a stopped container, with `force` a running one; with `volumes` its anonymous volumes too.

        Raises:
            Conflict: it runs.
        """
        container = self.find(reference)
        if container.state.running and not force:
            raise Conflict(
                f'cannot remove container "{container.name}": container is running: stop the container before removing '
                "or force remove"
            )
        if container.state.running:
            container.config = replace(container.config, auto_remove=False)
            self._signal(container, "SIGKILL")
        self._cancel_start(container, NoSuchContainer(reference))
        self._delete(container, volumes=volumes)

    def _delete(self, container: Container, *, volumes: bool) -> None:
        del self._containers[container.id]
        for mount in container.mounts:
            if mount.type == "volume":
                volume = self._volumes.find(mount.name)
                volume.users.pop(container.id, None)
                if volumes and volume.anonymous and not volume.users:
                    self._volumes.remove(volume.name)
        self._emit(container, "destroy")
        waiting = self._waiting.pop(container.id, _Waiting())
        for pending in (*waiting.exit, *waiting.removal):
            pending.resolve(container.state.exit_code)

    # --- start ---

    def start(self, reference: str) -> Pending[None]:
        """Start a container; answers when its process runs, or fails as runc does. Running already: NotModified."""
        container = self.find(reference)
        if container.id in self._starting:
            return self._starting[container.id][1]
        pending: Pending[None] = Pending()
        if container.state.running:
            pending.fail(NotModified())
            return pending
        began = max(self._clock.now, self._start_free_at)
        self._start_free_at = began + self._chance.between(*START_S)
        timer = self._clock.at(self._start_free_at, lambda: self._finish_start(container))
        self._starting[container.id] = (timer, pending)
        return pending

    def _cancel_start(self, container: Container, error: EngineError) -> None:
        if container.id in self._starting:
            timer, pending = self._starting.pop(container.id)
            timer.cancel()
            pending.fail(error)

    def _finish_start(self, container: Container) -> None:
        _, pending = self._starting.pop(container.id)
        try:
            self._run(container)
        except EngineError as error:
            self._networks.detach(container)
            code = error.code if isinstance(error, StartFailed) else 128
            container.state = replace(container.state, exit_code=code, error=str(error))
            pending.fail(error)
        else:
            pending.resolve(None)

    def _run(self, container: Container) -> None:
        image = self._images.content_of(container.image_id)
        self._publish_ports(container)
        for endpoint in endpoints_of(container.config):
            self._networks.attach(container, endpoint)
        programs = programs_of(image.base, image.servers)
        program = find_program(container.command, programs)
        for mount in container.mounts:
            if mount.type == "volume":
                self._emit_mount("mount", container, mount.name, destination=mount.destination)
        context = self._context(container, programs)
        self._pid += 1 + int(self._chance.between(1, 40))
        process = Process(
            program,
            context,
            wake=lambda: self._runnable.setdefault(container.id),
            on_exit=lambda code: self._exited(container, code),
            is_init=not container.config.init,
        )
        self._processes[container.id] = process
        self._runnable[container.id] = None
        container.state = ContainerState(status=ContainerStatus.RUNNING, pid=self._pid, started_at=self._clock.now)
        container.log.begin()
        self._emit(container, "start")

    def _context(self, container: Container, programs: Mapping[str, object]) -> Context:
        files = Files(container.files, tuple(self._mounted(container)))
        write = container.log.write
        return Context(
            arguments=container.command,
            environment=_environment(container),
            hostname=container.hostname,
            working_dir=container.config.working_dir or "/",
            user=container.config.user,
            files=files,
            network=self._connect(container),
            programs=programs,  # type: ignore[arg-type]
            clock=self._clock,
            chance=self._chance.branch(),
            write=lambda stream, text: write(self._clock.now, "stdout" if container.config.tty else stream, text),
        )

    def _mounted(self, container: Container) -> builtins.list[MountedFiles]:
        return [
            MountedFiles(
                target=mount.destination,
                files=self._volumes.find(mount.name).files if mount.type == "volume" else {},
                read_only=mount.read_only,
            )
            for mount in container.mounts
        ]

    def _publish_ports(self, container: Container) -> None:
        taken = {(p.protocol, p.host_port) for c in self.list() for p in c.config.ports}
        bound: builtins.list[PortBinding] = []
        for port in container.config.ports:
            if port.host_port and (port.protocol, port.host_port) in taken:
                raise SystemError_(
                    "failed to set up container networking: driver failed programming external connectivity on "
                    f"endpoint {container.name} ({self._chance.hex_id()}): Bind for {port.host_ip or '0.0.0.0'}:"
                    f"{port.host_port} failed: port is already allocated"
                )
            number = port.host_port or _free_port(port.protocol, taken)
            taken.add((port.protocol, number))
            bound.append(replace(port, host_port=number))
        container.config = replace(container.config, ports=tuple(bound))

    # --- stop, kill, wait ---

    def stop(self, reference: str, *, timeout_s: float | None = None, signal: str = "") -> Pending[None]:
        """Send the stop signal, and SIGKILL when the grace period is over. Not running: NotModified."""
        container = self.find(reference)
        pending: Pending[None] = Pending()
        if not container.state.running:
            pending.fail(NotModified())
            return pending
        config = container.config
        grace_s = timeout_s if timeout_s is not None else config.stop_timeout_s
        grace_s = DEFAULT_STOP_TIMEOUT_S if grace_s is None else grace_s
        self._waiting.setdefault(container.id, _Waiting()).stops.append(pending)
        if grace_s >= 0 and container.id not in self._kill_timers:
            timer = self._clock.after(grace_s, lambda: self._send(container, "SIGKILL"))
            self._kill_timers[container.id] = timer
        self._send(container, _named_signal(signal) if signal else self._stop_signal(container))
        return pending

    def _stop_signal(self, container: Container) -> str:
        named = container.config.stop_signal or self._images.content_of(container.image_id).stop_signal or "SIGTERM"
        return _named_signal(named)

    def restart(self, reference: str, *, timeout_s: float | None = None) -> Pending[None]:
        """Stop, then start."""
        container = self.find(reference)
        if not container.state.running:
            return self.start(container.id)
        pending: Pending[None] = Pending()

        def go_on() -> None:
            started = self.start(container.id)
            started.on_done(lambda: _pass_on(started, pending))

        self.stop(container.id, timeout_s=timeout_s).on_done(go_on)
        return pending

    def kill(self, reference: str, signal: str = "SIGKILL") -> None:
        """Send a signal.

        Raises:
            NoSuchContainer, Conflict: there is none, or it does not run.
            InvalidParameter: no such signal.
        """
        try:
            container = self.find(reference)
        except NoSuchContainer as error:
            raise _CannotKill(reference) from error
        name = signal_name(signal)
        if name is None:
            raise InvalidParameter(f"cannot kill container: {reference}: invalid signal: {signal.removeprefix('SIG')}")
        if not container.state.running:
            raise Conflict(f"cannot kill container: {reference}: container {container.id} is not running")
        self._send(container, name)

    def _send(self, container: Container, name: str) -> None:
        self._emit(container, "kill", signal=str(SIGNALS[name]))
        self._signal(container, name)

    def _signal(self, container: Container, name: str) -> None:
        self._processes[container.id].signal(name)

    def wait(self, reference: str, condition: str = "not-running") -> Pending[int]:
        """Its exit code once it is `not-running`, after its `next-exit`, or once it is `removed`."""
        container = self.find(reference)
        pending: Pending[int] = Pending()
        if condition in ("", "not-running") and not container.state.running:
            pending.resolve(container.state.exit_code)
            return pending
        waiting = self._waiting.setdefault(container.id, _Waiting())
        (waiting.removal if condition == "removed" else waiting.exit).append(pending)
        return pending

    def attach(self, reference: str) -> LogReader:
        """What it writes from now on, as it writes it; ends with the container's process."""
        container = self.find(reference)
        self._emit(container, "attach")
        return container.log.attach()

    # --- running ---

    def tick(self) -> bool:
        """Run the processes that are due. Returns whether anything happened."""
        due, self._runnable = self._runnable, {}
        for id_ in due:
            if id_ in self._processes:
                self._processes[id_].run()
        return bool(due)

    def _exited(self, container: Container, code: int) -> None:
        self._processes.pop(container.id, None)
        timer = self._kill_timers.pop(container.id, None)
        if timer is not None:
            timer.cancel()
        now = self._clock.now
        ran_s = now - (container.state.started_at or now)
        container.state = replace(
            container.state, status=ContainerStatus.EXITED, pid=0, exit_code=code, finished_at=now
        )
        container.log.end(now)
        self._networks.detach(container)
        for mount in container.mounts:
            if mount.type == "volume":
                self._emit_mount("unmount", container, mount.name)
        waiting = self._waiting.setdefault(container.id, _Waiting())
        exits, waiting.exit, stops, waiting.stops = waiting.exit, [], waiting.stops, []
        if stops:
            self._emit(container, "stop")
        self._emit(container, "die", execDuration=str(int(ran_s)), exitCode=str(code))
        if container.config.auto_remove:
            self._delete(container, volumes=True)
        for pending in exits:
            pending.resolve(code)
        for stopped in stops:
            stopped.resolve(None)

    # --- power ---

    def power_off(self) -> None:
        """The engine dies, and every process with it."""
        self._on = False
        died = SystemError_("the engine stopped")
        for container in list(self._containers.values()):
            self._cancel_start(container, died)
        for process in self._processes.values():
            process.vanish()
        for timer in self._kill_timers.values():
            timer.cancel()
        for waiting in self._waiting.values():
            for answer in (*waiting.exit, *waiting.removal):
                answer.fail(died)
            for stop in waiting.stops:
                stop.fail(died)
        self._processes, self._runnable, self._kill_timers, self._waiting = {}, {}, {}, {}
        self._start_free_at = 0.0

    def power_on(self) -> None:
        """The engine is back: what ran is Exited (255) now; what was to be removed at its end is gone."""
        self._on = True
        for container in list(self._containers.values()):
            if not container.state.running:
                continue
            container.state = replace(
                container.state,
                status=ContainerStatus.EXITED,
                pid=0,
                exit_code=_ENGINE_DIED,
                finished_at=self._clock.now,
            )
            container.log.end(self._clock.now)
            self._networks.detach(container, quietly=True)
            if container.config.auto_remove:
                self._delete(container, volumes=True)

    def lose(self, reference: str) -> None:
        """Lose a container's data while the engine is off; nobody hears of it.

        Raises:
            ValueError: the engine is on.
        """
        if self._on:
            raise ValueError(f"container {reference} can be lost only while its engine is off")
        container = self.find(reference)
        self._networks.detach(container, quietly=True)
        del self._containers[container.id]
        for mount in container.mounts:
            if mount.type == "volume":
                self._volumes.find(mount.name).users.pop(container.id, None)

    # --- events ---

    def _emit(self, container: Container, action: str, **more: str) -> None:
        attributes = {**container.labels, **more, "image": container.config.image, "name": container.name}
        self._events.emit("container", action, container.id, dict(sorted(attributes.items())))

    def _emit_mount(self, action: str, container: Container, name: str, *, destination: str = "") -> None:
        attributes = {"container": container.id, "driver": "local"}
        if action == "mount":
            attributes |= {"destination": destination, "propagation": "", "read/write": "true"}
        self._events.emit("volume", action, name, attributes)


class _CannotKill(NoSuchContainer):
    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"cannot kill container: {reference}: No such container: {reference}")


def _named_signal(text: str) -> str:
    name = signal_name(text)
    if name is None:
        raise InvalidParameter(f"invalid signal: {text.removeprefix('SIG')}")
    return name


def _free_port(protocol: str, taken: set[tuple[str, int]]) -> int:
    port = _FIRST_EPHEMERAL_PORT
    while (protocol, port) in taken:
        port += 1
    return port


def _environment(container: Container) -> dict[str, str]:
    """What a program gets: the image's and its own variables, HOSTNAME, and HOME where nobody set it."""
    own = dict(entry.partition("=")[::2] for entry in container.env)
    tty = {"TERM": "xterm"} if container.config.tty else {}
    path = {"PATH": own.pop("PATH")} if "PATH" in own else {}
    return {**path, "HOSTNAME": container.hostname, **tty, **own, "HOME": own.get("HOME", "/root")}


def _pass_on(done: Pending[None], to: Pending[None]) -> None:
    try:
        to.resolve(done.result())
    except EngineError as error:
        to.fail(error)
