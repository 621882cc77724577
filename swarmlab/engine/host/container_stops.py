"""How the containers of one host are stopped, killed and paused by their users.

Owns when who is killed whose grace period is running. Source: moby daemon/{stop,kill,pause}.go.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.clock import Timer
from swarmlab.engine.errors import Conflict, EngineError, InvalidParameter, NoSuchContainer, NotModified, ServerError
from swarmlab.engine.host.container import Container, ContainerStatus
from swarmlab.engine.host.container_parts import ContainerParts
from swarmlab.engine.host.container_starts import Starts
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.pending import Pending, failed, resolved
from swarmlab.engine.programs.signals import SIGNALS, signal_name

DEFAULT_STOP_TIMEOUT_S = 10.0


class Stops:
    """Stops, signals and pauses of one host's containers."""

    def __init__(self, parts: ContainerParts, starts: Starts) -> None:
        self._parts = parts
        self._find = parts.table.find
        self._starts = starts
        self._kill_timers: dict[ContainerId, Timer] = {}

    # --- stop ---

    def stop(self, reference: str, *, timeout_s: float | None = None, signal: str = "") -> Pending[None]:
        """Send the stop signal, and SIGKILL when the grace period is over. Not running: NotModified."""
        container = self._find(reference)
        name = self._stop_signal(container, signal, reference)
        if not container.state.running:
            start = self._starts.under_way(container)
            return self._stop_after(start, container, timeout_s, signal) if start else failed(NotModified())
        container.stopped_by_user = True
        if self._stop_restarting(container):
            self._parts.tell(container, "stop")
            return resolved(None)
        grace_s = timeout_s if timeout_s is not None else container.config.stop_timeout_s
        grace_s = DEFAULT_STOP_TIMEOUT_S if grace_s is None else grace_s
        stopped = self._parts.waits.for_stop(container.id)
        if grace_s >= 0 and container.id not in self._kill_timers:
            timer = self._parts.clock.after(grace_s, lambda: self._send(container, "SIGKILL"))
            self._kill_timers[container.id] = timer
        self._send(container, name)
        return stopped

    def _stop_after(
        self, start: Pending[None], container: Container, timeout_s: float | None, signal: str
    ) -> Pending[None]:
        """A start holds the container until it is over. Source: moby daemon/start.go, containerStart (its Lock)."""
        pending: Pending[None] = Pending()

        def stop() -> None:
            if container.state.running:
                self.stop(container.id, timeout_s=timeout_s, signal=signal).pass_on(pending)
            else:
                pending.fail(NotModified())

        start.on_done(stop)
        return pending

    def _stop_signal(self, container: Container, wanted: str, reference: str) -> str:
        text = wanted or self._own_signal(container) or "SIGTERM"
        name = signal_name(text)
        if name is None:
            raise ServerError(f"cannot stop container: {reference}: invalid signal: {text}")
        return name

    def _own_signal(self, container: Container) -> str:
        """The stop signal that it, or its image, names."""
        return container.config.stop_signal or self._parts.host.images.content_of(container.image_id).stop_signal

    def _stop_restarting(self, container: Container) -> bool:
        """Leave a container that waits for its next start as it is. Returns whether it did."""
        if not container.state.restarting:
            return False
        self._parts.restarts.cancel(container)
        self._starts.cancel(container, ServerError("the container was stopped"))
        container.state = replace(container.state, status=ContainerStatus.EXITED)
        return True

    def stopped(self, container: Container) -> None:
        """It has ended: nobody need kill it any more."""
        timer = self._kill_timers.pop(container.id, None)
        if timer is not None:
            timer.cancel()

    def power_off(self) -> None:
        """The engine died: it kills nobody any more."""
        for timer in self._kill_timers.values():
            timer.cancel()
        self._kill_timers = {}

    # --- kill ---

    def kill(self, reference: str, signal: str = "SIGKILL") -> None:
        """Send a signal.

        Raises:
            NoSuchContainer, Conflict: there is none, or it does not run.
            InvalidParameter: no such signal.
        """
        try:
            container = self._find(reference)
        except NoSuchContainer as error:
            raise _CannotKill(reference) from error
        name = signal_name(signal)
        if name is None:
            raise InvalidParameter(f"cannot kill container: {reference}: invalid signal: {signal}")
        if not container.state.running:
            raise Conflict(f"cannot kill container: {reference}: container {container.id} is not running")
        self._send(container, name)

    def _send(self, container: Container, name: str) -> None:
        """Deliver a signal; one that stops ends the restarts too, and what stands still goes on, so that it gets there.

        SIGKILL stops, and the container's stop signal; where it names none, any signal does.
        Source: moby daemon/kill.go, killWithSignal.
        """
        own = self._own_signal(container)
        stops = not own or name in ("SIGKILL", signal_name(own))
        container.stopped_by_user = True
        container.ends_for_good |= stops
        if container.state.restarting:
            if stops:
                self._stop_restarting(container)
            return
        self._parts.tell(container, "kill", signal=str(SIGNALS[name]))
        self._parts.runs.signal(container, name)
        if stops and container.state.paused:
            self.unpause(container.id)

    # --- pause ---

    def pause(self, reference: str) -> None:
        """Let its processes stand still. Raises Conflict."""
        container = self._find(reference)
        container.check_running()
        if container.state.paused:
            raise Conflict(f"Container {container.id} is already paused")
        if container.state.restarting:
            raise Conflict(f"Container {container.id} is restarting, wait until the container is running")
        container.state = replace(container.state, status=ContainerStatus.PAUSED)
        self._parts.runs.freeze(container)
        self._parts.health.stop(container)
        self._parts.tell(container, "pause")

    def unpause(self, reference: str) -> None:
        """Let its processes go on. Raises ServerError."""
        container = self._find(reference)
        if not container.state.paused:
            raise ServerError(f"Container {container.id} is not paused")
        container.state = replace(container.state, status=ContainerStatus.RUNNING)
        self._parts.runs.thaw(container)
        self._parts.health.resume(container)
        self._parts.tell(container, "unpause")


class _CannotKill(NoSuchContainer):
    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"cannot kill container: {reference}: No such container: {reference}")
