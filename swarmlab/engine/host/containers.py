"""The containers of one host: create, start, stop, kill, remove, wait. What `docker run` and the agent both use.

Owns the containers and their states. What runs inside is a process (processes.py) of a program (workloads.py); how a
container is made from what was asked for is in container_creation.py.
Source: moby daemon/{start,stop,kill,delete,wait,monitor,rename}.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from dataclasses import replace

from swarmlab.engine.clock import Timer
from swarmlab.engine.errors import (
    Conflict,
    EngineError,
    InvalidParameter,
    NoSuchContainer,
    NotModified,
    ServerError,
)
from swarmlab.engine.host.container import Container, ContainerConfig, ContainerState, ContainerStatus
from swarmlab.engine.host.container_creation import make_container
from swarmlab.engine.host.container_runs import Connect, Runs, emit
from swarmlab.engine.host.container_table import ContainerTable
from swarmlab.engine.host.container_waits import Waits
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.logs import LogReader
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.pending import Pending, resolved
from swarmlab.engine.programs.processes import SIGNALS, signal_name
from swarmlab.engine.programs.workloads import StartFailed

START_S = (0.35, 0.75)
"""How long a start takes; the starts of one host follow one another. Recorded from 28.5.2 on two cores."""

DEFAULT_STOP_TIMEOUT_S = 10.0
_ENGINE_DIED = 255
_START_FAILED = 128


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
        self._runs = Runs(parts, connect=connect, exited=self._exited)
        self._table = ContainerTable()
        self._waits = Waits()
        self._starting: dict[ContainerId, tuple[Timer, Pending[None]]] = {}
        self._kill_timers: dict[ContainerId, Timer] = {}
        self._start_free_at = 0.0
        self._on = True
        parts.images.in_use = self._table.made_of

    # --- reading ---

    def list(self, *, all_: bool = False) -> builtins.list[Container]:
        """The running containers, with `all_` the others too; newest first."""
        return self._table.list(all_=all_)

    def find(self, reference: str) -> Container:
        """By id, name (with or without a leading slash) or id prefix.

        Raises:
            NoSuchContainer: there is none.
            Ambiguous: an id's beginning fits several.
        """
        return self._table.find(reference)

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
        name = config.name or self._table.free_name(self._chance)
        self._table.check_free(name)
        id_ = ContainerId(self._chance.hex_id())
        container = make_container(id_, name, config, image, self._volumes, self._clock.now)
        self._table.add(container)
        self._emit(container, "create")
        return container

    def rename(self, reference: str, name: str) -> None:
        """Give it another name. Raises Conflict, InvalidParameter."""
        container = self.find(reference)
        if not name:
            raise InvalidParameter("Neither old nor new names may be empty")
        self._table.check_free(name)
        old = container.name
        self._table.rename(container, name)
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
            self._runs.signal(container, "SIGKILL")
        self._cancel_start(container, NoSuchContainer(reference))
        self._delete(container, volumes=volumes)

    def _delete(self, container: Container, *, volumes: bool) -> None:
        self._table.remove(container)
        for mount in container.mounts:
            if mount.type == "volume":
                volume = self._volumes.find(mount.name)
                volume.users.pop(container.id, None)
                if volumes and volume.anonymous and not volume.users:
                    self._volumes.remove(volume.name)
        self._emit(container, "destroy")
        self._waits.removed(container.id, container.state.exit_code)

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
            pid = self._runs.begin(container)
        except EngineError as error:
            code = error.code if isinstance(error, StartFailed) else _START_FAILED
            container.state = replace(container.state, exit_code=code, error=str(error))
            container.log.end(self._clock.now)
            if container.config.auto_remove:
                self._delete(container, volumes=True)
            pending.fail(error)
            return
        container.state = ContainerState(status=ContainerStatus.RUNNING, pid=pid, started_at=self._clock.now)
        container.log.begin()
        self._emit(container, "start")
        pending.resolve(None)

    # --- stop, kill, wait ---

    def stop(self, reference: str, *, timeout_s: float | None = None, signal: str = "") -> Pending[None]:
        """Send the stop signal, and SIGKILL when the grace period is over. Not running: NotModified."""
        container = self.find(reference)
        name = self._stop_signal(container, signal)
        if not container.state.running:
            pending: Pending[None] = Pending()
            pending.fail(NotModified())
            return pending
        grace_s = timeout_s if timeout_s is not None else container.config.stop_timeout_s
        grace_s = DEFAULT_STOP_TIMEOUT_S if grace_s is None else grace_s
        stopped = self._waits.for_stop(container.id)
        if grace_s >= 0 and container.id not in self._kill_timers:
            timer = self._clock.after(grace_s, lambda: self._send(container, "SIGKILL"))
            self._kill_timers[container.id] = timer
        self._send(container, name)
        return stopped

    def _stop_signal(self, container: Container, wanted: str) -> str:
        of_image = self._images.content_of(container.image_id).stop_signal
        text = wanted or container.config.stop_signal or of_image or "SIGTERM"
        name = signal_name(text)
        if name is None:
            raise InvalidParameter(f"invalid signal: {text.removeprefix('SIG')}")
        return name

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
        self._runs.signal(container, name)

    def wait(self, reference: str, condition: str = "not-running") -> Pending[int]:
        """Its exit code once it is `not-running`, after its `next-exit`, or once it is `removed`."""
        container = self.find(reference)
        if condition == "removed":
            return self._waits.for_removal(container.id)
        if condition == "next-exit" or container.state.running:
            return self._waits.for_exit(container.id)
        return resolved(container.state.exit_code)

    def attach(self, reference: str) -> LogReader:
        """What it writes from now on, as it writes it; ends with the container's process."""
        container = self.find(reference)
        self._emit(container, "attach")
        return container.log.attach()

    # --- running ---

    def tick(self) -> bool:
        """Run the processes that are due. Returns whether anything happened."""
        return self._runs.tick()

    def _exited(self, container: Container, code: int) -> None:
        timer = self._kill_timers.pop(container.id, None)
        if timer is not None:
            timer.cancel()
        now = self._clock.now
        ran_s = now - (container.state.started_at or now)
        container.state = replace(
            container.state, status=ContainerStatus.EXITED, pid=0, exit_code=code, finished_at=now
        )
        container.log.end(now)
        if self._waits.being_stopped(container.id):
            self._emit(container, "stop")
        self._emit(container, "die", execDuration=str(int(ran_s)), exitCode=str(code))
        self._waits.exited(container.id, code)
        if container.config.auto_remove:
            self._delete(container, volumes=True)

    # --- power ---

    def power_off(self) -> None:
        """The engine dies, and every process with it."""
        self._on = False
        died = ServerError("the engine stopped")
        for container in self._table.list(all_=True):
            self._cancel_start(container, died)
        self._runs.vanish()
        for timer in self._kill_timers.values():
            timer.cancel()
        self._waits.fail(died)
        self._kill_timers = {}
        self._start_free_at = 0.0

    def power_on(self) -> None:
        """The engine is back: what ran is Exited (255) now; what was to be removed at its end is gone."""
        self._on = True
        for container in self._table.list():
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
        self._table.remove(container)
        for mount in container.mounts:
            if mount.type == "volume":
                self._volumes.find(mount.name).users.pop(container.id, None)

    # --- events ---

    def _emit(self, container: Container, action: str, **more: str) -> None:
        emit(self._events, container, action, **more)


class _CannotKill(NoSuchContainer):
    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"cannot kill container: {reference}: No such container: {reference}")


def _pass_on(done: Pending[None], to: Pending[None]) -> None:
    try:
        to.resolve(done.result())
    except EngineError as error:
        to.fail(error)
