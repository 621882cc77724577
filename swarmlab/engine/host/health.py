"""Health checks: a command is run in a container now and again, and what comes of it makes the container's health.

Owns the health of one host's containers, and when each is looked at next. A container without a check costs nothing.
Source: moby daemon/health.go; order of events recorded from 28.5.2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swarmlab.engine.clock import Timer
from swarmlab.engine.errors import EngineError
from swarmlab.engine.host.container import Container, Health, HealthStatus, Probe
from swarmlab.engine.host.container_runs import emit
from swarmlab.engine.host.execs import Exec, ExecConfig, Execs
from swarmlab.engine.host.health_spec import (
    DEFAULT_INTERVAL_S,
    DEFAULT_RETRIES,
    DEFAULT_START_INTERVAL_S,
    DEFAULT_TIMEOUT_S,
    go_duration,
    probe_command,
)
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.logs import Attached
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Healthcheck
from swarmlab.engine.pending import Pending

KEPT_PROBES = 5
KEPT_OUTPUT = 4096


@dataclass(slots=True)
class _Watch:
    """A container that is looked at: the next time, or what runs now."""

    timer: Timer | None = None
    exec_: Exec | None = None


class HealthChecks:
    """The health of one host's running containers."""

    def __init__(self, parts: HostParts, execs: Execs) -> None:
        self._clock = parts.clock
        self._events = parts.events
        self._execs = execs
        self._watched: dict[ContainerId, _Watch] = {}
        self._waiting: dict[ContainerId, list[Pending[HealthStatus]]] = {}

    def begin(self, container: Container) -> None:
        """The container's process began."""
        if probe_command(container.config.healthcheck):
            log = container.health.log if container.health else ()
            container.health = Health(status=HealthStatus.STARTING, log=log)
            self.resume(container)

    def resume(self, container: Container) -> None:
        """The container goes on after a pause."""
        if container.health is not None and probe_command(container.config.healthcheck):
            self._watched[container.id] = _Watch()
            self._plan(container)

    def stop(self, container: Container) -> None:
        """The container ended or stands still: nobody looks at it, and it counts as unhealthy."""
        watch = self._watched.pop(container.id, None)
        if watch is None or container.health is None:
            return
        if watch.timer is not None:
            watch.timer.cancel()
        container.health = replace(container.health, status=HealthStatus.UNHEALTHY)
        for pending in self._waiting.pop(container.id, ()):
            pending.resolve(HealthStatus.UNHEALTHY)

    def next_change(self, container: Container) -> Pending[HealthStatus]:
        """An answer that stands when its health is another than now, or its process has ended."""
        pending: Pending[HealthStatus] = Pending()
        self._waiting.setdefault(container.id, []).append(pending)
        return pending

    # --- one look ---

    def _plan(self, container: Container) -> None:
        watch = self._watched[container.id]
        watch.timer = self._clock.after(self._interval_s(container), lambda: self._look(container, watch))

    def _interval_s(self, container: Container) -> float:
        check, health = container.config.healthcheck, container.health
        assert check is not None
        assert health is not None
        early = self._clock.now - (container.state.started_at or 0) < check.start_period_s
        if early and health.status is HealthStatus.STARTING:
            return check.start_interval_s or DEFAULT_START_INTERVAL_S
        return check.interval_s or DEFAULT_INTERVAL_S

    def _look(self, container: Container, watch: _Watch) -> None:
        check = container.config.healthcheck
        began = self._clock.now
        config = ExecConfig(command=probe_command(check), stdout=True, stderr=True)
        exec_ = watch.exec_ = self._execs.create(container, config)
        output = Attached()
        exec_.listeners.append(output)
        timeout_s = (check.timeout_s if check else 0) or DEFAULT_TIMEOUT_S
        watch.timer = self._clock.after(timeout_s, lambda: self._too_late(container, watch, began, output, timeout_s))
        begun = self._execs.start(exec_)
        exec_.ended.on_done(lambda: self._ended(container, watch, began, output, begun))

    def _too_late(self, container: Container, watch: _Watch, began: float, output: Attached, timeout_s: float) -> None:
        exec_, watch.exec_ = watch.exec_, None
        text = "".join(piece.text for piece in output.read())
        message = f"Health check exceeded timeout ({go_duration(timeout_s)})" + (f": {text}" if text else "")
        if exec_ is not None:
            self._execs.kill(exec_)
        self._note(container, watch, began, -1, message)

    def _ended(self, container: Container, watch: _Watch, began: float, output: Attached, begun: Pending[None]) -> None:
        exec_, watch.exec_ = watch.exec_, None
        if exec_ is None or self._watched.get(container.id) is not watch:
            return
        if watch.timer is not None:
            watch.timer.cancel()
        try:
            if begun.done:
                begun.result()
            code = exec_.exit_code if exec_.exit_code is not None else -1
            text = "".join(piece.text for piece in output.read())
        except EngineError as error:
            code, text = -1, str(error)
        self._note(container, watch, began, code, text[:KEPT_OUTPUT])

    def _note(self, container: Container, watch: _Watch, began: float, code: int, output: str) -> None:
        """Source: moby daemon/health.go, handleProbeResult."""
        before = container.health
        if before is None or self._watched.get(container.id) is not watch:
            return
        probe = Probe(start=began, end=self._clock.now, exit_code=code, output=output)
        health = replace(before, log=(*before.log, probe)[-KEPT_PROBES:])
        container.health = _well(health) if code == 0 else _ill(health, container, began)
        if container.health.status is not before.status:
            emit(self._events, container, f"health_status: {container.health.status}")
            for pending in self._waiting.pop(container.id, ()):
                pending.resolve(container.health.status)
        if self._watched.get(container.id) is watch:
            self._plan(container)


def _well(health: Health) -> Health:
    return replace(health, status=HealthStatus.HEALTHY, failing_streak=0)


def _ill(health: Health, container: Container, began: float) -> Health:
    check = container.config.healthcheck or Healthcheck()
    young = began - (container.state.started_at or 0) < check.start_period_s
    if young and health.status is HealthStatus.STARTING:
        return health
    streak = health.failing_streak + 1
    ill = streak >= (check.retries or DEFAULT_RETRIES)
    return replace(health, failing_streak=streak, status=HealthStatus.UNHEALTHY if ill else health.status)
