"""The containers of one host: create, start, stop, pause, remove, wait. What `docker run` and the agent both use.

Owns the containers and their states. What runs inside is a process (processes.py) of a program (workloads.py); how a
container is made from what was asked for is in container_creation.py, what else runs in it in execs.py.
Source: moby daemon/{start,stop,kill,pause,delete,wait,monitor,rename}.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
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
from swarmlab.engine.host.container import Container, ContainerConfig, ContainerState, ContainerStatus, EndpointConfig
from swarmlab.engine.host.container_contexts import Connect
from swarmlab.engine.host.container_creation import Pattern, make_alike, make_container
from swarmlab.engine.host.container_restarts import Restarts, wants_restart
from swarmlab.engine.host.container_runs import Runs, emit
from swarmlab.engine.host.container_table import ContainerTable
from swarmlab.engine.host.container_waits import Waits
from swarmlab.engine.host.entrusted import EntrustedFile
from swarmlab.engine.host.execs import Execs
from swarmlab.engine.host.files import Files
from swarmlab.engine.host.health import HealthChecks
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.keyboard import Keyboard
from swarmlab.engine.host.log_drivers import check_begin
from swarmlab.engine.host.logs import Attached
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Labels
from swarmlab.engine.pending import Pending, resolved
from swarmlab.engine.programs.processes import SIGNALS, Running, signal_name
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

    Attributes:
        execs: what runs in them besides.
        health: what their health checks show.
        named: the container of exactly a name, if there is one.
    """

    def __init__(self, parts: HostParts, *, connect: Connect) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._chance = parts.chance
        self._events = parts.events
        self._images = parts.images
        self._volumes = parts.volumes
        self._networks = parts.networks
        self._table = ContainerTable()
        self.named = self._table.named
        self._runs = Runs(parts, connect=connect, find=self._table.find, exited=self._exited)
        self.execs = Execs(parts, self._runs)
        self.health = HealthChecks(parts, self.execs)
        self._restarts = Restarts(parts.clock, self._start_again)
        self._waits = Waits()
        self._starting: dict[ContainerId, tuple[Timer, Pending[None]]] = {}
        self._restarted: set[ContainerId] = set()
        self._kill_timers: dict[ContainerId, Timer] = {}
        self._start_free_at = 0.0
        self._on = True
        self.prepare: Callable[[Container], Pending[None]] = lambda container: resolved(None)
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
        self._networks.check_chosen(config.endpoints)
        id_ = ContainerId(self._chance.hex_id())
        return self._take(make_container(id_, name, config, image, self._parts, self._table.find))

    def create_alike(
        self, pattern: Pattern, *, name: str, labels: Labels, endpoints: tuple[EndpointConfig, ...]
    ) -> Container:
        """Make one more container of a pattern, whose image still lies here under its name. Raises as `create` does."""
        self._table.check_free(name)
        self._networks.check_chosen(endpoints)
        id_ = ContainerId(self._chance.hex_id())
        return self._take(make_alike(pattern, id_, name, labels, endpoints, self._clock.now))

    def _take(self, container: Container) -> Container:
        self._give_keyboard(container)
        self._table.add(container)
        self.tell(container, "create")
        return container

    def _give_keyboard(self, container: Container) -> None:
        """Let clients type into it, where its standard input is open."""
        config, log, clock = container.config, container.log, self._clock
        if config.tty or config.open_stdin:
            show = (lambda text: log.write(clock.now, "stdout", text)) if config.tty else None
            container.keyboard = Keyboard(show)

    def files(self, container: Container) -> Files:
        """The files that a container sees."""
        return self._runs.contexts.files(container)

    def running(self, container: Container) -> builtins.list[Running]:
        """What runs in a container, its process 1 first."""
        return self._runs.running(container)

    def rename(self, reference: str, name: str) -> None:
        """Give it another name. Raises Conflict, InvalidParameter."""
        container = self.find(reference)
        name = name.removeprefix("/")
        if not name:
            raise InvalidParameter("Neither old nor new names may be empty")
        if name == container.name:
            raise InvalidParameter("Renaming a container with the same name as its current name")
        self._table.check_free(name)
        old = container.name
        self._table.rename(container, name)
        self.tell(container, "rename", oldName=f"/{old}")

    def remove(self, reference: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a stopped container, with `force` a running one; with `volumes` its anonymous volumes too.

        Raises:
            Conflict: it runs.
        """
        container = self.find(reference)
        if container.state.running and not force:
            reason = f"{container.state.status}: stop the container before removing or force remove"
            reason = "paused and must be unpaused first" if container.state.paused else reason
            raise Conflict(f'cannot remove container "{container.name}": container is {reason}')
        self._restarts.cancel(container)
        if container.state.running:
            container.config = replace(container.config, auto_remove=False, restart="no")
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
        self.tell(container, "destroy")
        self._waits.removed(container.id, container.state.exit_code)

    # --- start ---

    def entrust(self, reference: str, files: tuple[EntrustedFile, ...]) -> None:
        """Give a container, which is about to start, the files of its secrets and configs."""
        self.find(reference).entrusted = files

    def start(self, reference: str) -> Pending[None]:
        """Start a container; answers when its process runs, or fails as runc does. Running already: NotModified."""
        container = self.find(reference)
        if container.id in self._starting:
            return self._starting[container.id][1]
        if container.state.paused:
            return failed(Conflict("cannot start a paused container, try unpause instead"))
        if container.state.running:
            return failed(NotModified())
        self._restarts.begin_anew(container)
        container.stopped_by_user = False
        return self._start(container)

    def _start_again(self, container: Container) -> None:
        """Its restart policy starts it."""
        self._start(container)

    def _start(self, container: Container) -> Pending[None]:
        pending: Pending[None] = Pending()
        began = max(self._clock.now, self._start_free_at)
        self._start_free_at = began + self._chance.between(*START_S)
        timer = self._clock.at(self._start_free_at, lambda: self._attach_and_finish(container))
        self._starting[container.id] = (timer, pending)
        return pending

    def _cancel_start(self, container: Container, error: EngineError) -> None:
        if container.id in self._starting:
            timer, pending = self._starting.pop(container.id)
            timer.cancel()
            pending.fail(error)

    def _attach_and_finish(self, container: Container) -> None:
        """Go on when the container has its places on the swarm's networks; most have none, and go on at once."""
        ready = self.prepare(container)
        ready.on_done(lambda: self._finish_start(container, ready))

    def _finish_start(self, container: Container, ready: Pending[None]) -> None:
        if container.id not in self._starting:
            return  # it was removed meanwhile
        _, pending = self._starting.pop(container.id)
        try:
            ready.result()
            check_begin(container.config.log_driver, container.config.log_options)
            pid = self._runs.begin(container)
        except EngineError as error:
            code = error.code if isinstance(error, StartFailed) else _START_FAILED
            status = ContainerStatus.EXITED if container.state.restarting else container.state.status
            container.state = replace(container.state, status=status, exit_code=code, error=str(error))
            container.log.end(self._clock.now)
            if container.config.auto_remove:
                self._delete(container, volumes=True)
            pending.fail(error)
            return
        container.state = ContainerState(status=ContainerStatus.RUNNING, pid=pid, started_at=self._clock.now)
        container.log.begin()
        self.health.begin(container)
        self.tell(container, "start")
        pending.resolve(None)

    # --- stop, kill, wait ---

    def stop(self, reference: str, *, timeout_s: float | None = None, signal: str = "") -> Pending[None]:
        """Send the stop signal, and SIGKILL when the grace period is over. Not running: NotModified."""
        container = self.find(reference)
        name = self._stop_signal(container, signal)
        if not self.is_up(container):
            return failed(NotModified())
        if not container.state.running:
            return self._stop_when_started(container, timeout_s, signal)
        container.stopped_by_user = True
        if self._stop_restarting(container):
            self.tell(container, "stop")
            return resolved(None)
        grace_s = timeout_s if timeout_s is not None else container.config.stop_timeout_s
        grace_s = DEFAULT_STOP_TIMEOUT_S if grace_s is None else grace_s
        stopped = self._waits.for_stop(container.id)
        if grace_s >= 0 and container.id not in self._kill_timers:
            timer = self._clock.after(grace_s, lambda: self._send(container, "SIGKILL"))
            self._kill_timers[container.id] = timer
        self._send(container, name)
        return stopped

    def is_up(self, container: Container) -> bool:
        """Whether it runs, or its start is under way."""
        return container.state.running or container.id in self._starting

    def _stop_when_started(self, container: Container, timeout_s: float | None, signal: str) -> Pending[None]:
        """A start holds the container until it is over. Source: moby daemon/start.go, containerStart (its Lock)."""
        pending: Pending[None] = Pending()

        def stop() -> None:
            if container.state.running:
                stopped = self.stop(container.id, timeout_s=timeout_s, signal=signal)
                stopped.on_done(lambda: _pass_on(stopped, pending))
            else:
                pending.fail(NotModified())

        self._starting[container.id][1].on_done(stop)
        return pending

    def _stop_signal(self, container: Container, wanted: str) -> str:
        of_image = self._images.content_of(container.image_id).stop_signal
        text = wanted or container.config.stop_signal or of_image or "SIGTERM"
        name = signal_name(text)
        if name is None:
            raise InvalidParameter(f"invalid signal: {text.removeprefix('SIG')}")
        return name

    def _stop_restarting(self, container: Container) -> bool:
        """Leave a container that waits for its next start as it is. Returns whether it did."""
        if not container.state.restarting:
            return False
        self._restarts.cancel(container)
        self._cancel_start(container, ServerError("the container was stopped"))
        container.state = replace(container.state, status=ContainerStatus.EXITED)
        return True

    def restart(self, reference: str, *, timeout_s: float | None = None, signal: str = "") -> Pending[None]:
        """Stop, then start."""
        container = self.find(reference)
        pending: Pending[None] = Pending()

        def go_on() -> None:
            started = self.start(container.id)
            started.on_done(lambda: _pass_on(started, pending))

        def tell() -> None:
            if container.state.running:
                self.tell(container, "restart")

        pending.on_done(tell)
        if container.state.running:
            self._restarted.add(container.id)
            self.stop(container.id, timeout_s=timeout_s, signal=signal).on_done(go_on)
        else:
            go_on()
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
        container.stopped_by_user = True
        if not self._stop_restarting(container):
            self._send(container, name)

    def _send(self, container: Container, name: str) -> None:
        """Source: moby daemon/kill.go, killWithSignal: what stands still goes on, so that the signal gets there."""
        self.tell(container, "kill", signal=str(SIGNALS[name]))
        self._runs.signal(container, name)
        if container.state.paused:
            self.unpause(container.id)

    # --- pause ---

    def pause(self, reference: str) -> None:
        """Let its processes stand still. Raises Conflict."""
        container = self.find(reference)
        container.check_running()
        if container.state.paused:
            raise Conflict(f"Container {container.id} is already paused")
        if container.state.restarting:
            raise Conflict(f"Container {container.id} is restarting, wait until the container is running")
        container.state = replace(container.state, status=ContainerStatus.PAUSED)
        self._runs.freeze(container)
        self.health.stop(container)
        self.tell(container, "pause")

    def unpause(self, reference: str) -> None:
        """Let its processes go on. Raises ServerError."""
        container = self.find(reference)
        if not container.state.paused:
            raise ServerError(f"Container {container.id} is not paused")
        container.state = replace(container.state, status=ContainerStatus.RUNNING)
        self._runs.thaw(container)
        self.health.resume(container)
        self.tell(container, "unpause")

    def update(self, reference: str, change: Callable[[ContainerConfig], ContainerConfig]) -> None:
        """Change what was asked for: limits, the restart policy."""
        container = self.find(reference)
        container.config = change(container.config)
        self.tell(container, "update")

    # --- waiting ---

    def wait(self, reference: str, condition: str = "not-running") -> Pending[int]:
        """Its exit code once it is `not-running`, after its `next-exit`, or once it is `removed`."""
        container = self.find(reference)
        if condition == "removed":
            return self._waits.for_removal(container.id)
        if condition == "next-exit" or container.state.running:
            return self._waits.for_exit(container.id)
        return resolved(container.state.exit_code)

    def attach(self, reference: str, *, stdout: bool = True, stderr: bool = True) -> Attached:
        """What it writes from now on, as it writes it; ends with the container's process."""
        container = self.find(reference)
        attached = Attached(stdout=stdout, stderr=stderr)
        container.log.attach(attached)
        self.tell(container, "attach")
        return attached

    def detach(self, container: Container) -> None:
        """Whoever was attached pressed the keys that detach."""
        self.tell(container, "detach")

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
        again = not container.stopped_by_user and wants_restart(container, code, stopped=False)
        status = ContainerStatus.RESTARTING if again else ContainerStatus.EXITED
        container.state = replace(container.state, status=status, pid=0, exit_code=code, finished_at=now)
        container.log.end(now)
        self._clear_away(container)
        if self._waits.being_stopped(container.id):
            self.tell(container, "stop")
        self.tell(container, "die", execDuration=str(int(ran_s)), exitCode=str(code))
        if again:
            container.restart_count += 1
            self._restarts.plan(container, ran_s)
        keep = container.id in self._restarted
        self._restarted.discard(container.id)
        self._waits.exited(container.id, code)
        if container.config.auto_remove and not keep:
            self._delete(container, volumes=True)

    def _clear_away(self, container: Container) -> None:
        """What ends with a container's process: what else ran in it, what was typed, what lay in its memory."""
        self.health.stop(container)
        self.execs.end_all(container)
        container.memory_files = None
        if container.keyboard is not None:
            self._give_keyboard(container)

    # --- power ---

    def power_off(self) -> None:
        """The engine dies, and every process with it."""
        self._on = False
        died = ServerError("the engine stopped")
        for container in self._table.list(all_=True):
            self._cancel_start(container, died)
        for container in self._table.list():
            self.health.stop(container)
            self.execs.end_all(container, quietly=True)
        self._restarts.forget_all()
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
            container.ports = ()
            self._networks.detach(container, quietly=True)
            if container.config.auto_remove:
                self._delete(container, volumes=True)
        for container in reversed(self._table.list(all_=True)):
            began = container.state.started_at is not None
            if began and wants_restart(container, container.state.exit_code, stopped=container.stopped_by_user):
                self._start(container)

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

    def tell(self, container: Container, action: str, **more: str) -> None:
        """Tell of something that happened to a container."""
        emit(self._events, container, action, **more)


class _CannotKill(NoSuchContainer):
    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"cannot kill container: {reference}: No such container: {reference}")


def failed(error: EngineError) -> Pending[None]:
    """An answer that stands already: a refusal."""
    pending: Pending[None] = Pending()
    pending.fail(error)
    return pending


def _pass_on(done: Pending[None], to: Pending[None]) -> None:
    try:
        to.resolve(done.result())
    except EngineError as error:
        to.fail(error)
