"""How the containers of one host start: one after the other, and what a start that fails leaves.

Owns the starts that are under way. Source: moby daemon/start.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from swarmlab.engine.clock import Timer
from swarmlab.engine.errors import Conflict, EngineError, NotModified
from swarmlab.engine.host.container import Container, ContainerState, ContainerStatus
from swarmlab.engine.host.container_parts import ContainerParts
from swarmlab.engine.host.log_drivers import check_begin
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.pending import Pending, failed, resolved
from swarmlab.engine.programs.workloads import StartFailed

START_S = (0.35, 0.75)
"""How long a start takes; the starts of one host follow one another. Recorded from 28.5.2 on two cores."""

_START_FAILED = 128


class Starts:
    """The starts of one host's containers.

    Attributes:
        prepare: gives a container its places on the swarm's networks.
    """

    def __init__(self, parts: ContainerParts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._chance = parts.host.chance
        self._under_way: dict[ContainerId, tuple[Timer, Pending[None]]] = {}
        self._free_at = 0.0
        self.prepare: Callable[[Container], Pending[None]] = lambda container: resolved(None)

    def start(self, reference: str) -> Pending[None]:
        """Start a container; answers when its process runs, or fails as runc does. Running already: NotModified."""
        container = self._parts.table.find(reference)
        if container.id in self._under_way:
            return self._under_way[container.id][1]
        if container.state.paused:
            return failed(Conflict("cannot start a paused container, try unpause instead"))
        if container.state.running:
            return failed(NotModified())
        self._parts.restarts.begin_anew(container)
        container.stopped_by_user = False
        return self.begin(container)

    def begin(self, container: Container) -> Pending[None]:
        """Start it, whoever wants that."""
        pending: Pending[None] = Pending()
        began = max(self._clock.now, self._free_at)
        self._free_at = began + self._chance.between(*START_S)
        timer = self._clock.at(self._free_at, lambda: self._attach_and_finish(container))
        self._under_way[container.id] = (timer, pending)
        return pending

    def under_way(self, container: Container) -> Pending[None] | None:
        """The answer of a container's start, where one is under way."""
        start = self._under_way.get(container.id)
        return start and start[1]

    def is_up(self, container: Container) -> bool:
        """Whether it runs, or its start is under way."""
        return container.state.running or container.id in self._under_way

    def cancel(self, container: Container, error: EngineError) -> None:
        """Do not start it after all; whoever waits is told why."""
        if container.id in self._under_way:
            timer, pending = self._under_way.pop(container.id)
            timer.cancel()
            pending.fail(error)

    def power_off(self) -> None:
        """The engine died: the next start waits for none."""
        self._free_at = 0.0

    def _attach_and_finish(self, container: Container) -> None:
        """Go on when the container has its places on the swarm's networks; most have none, and go on at once."""
        ready = self.prepare(container)
        ready.on_done(lambda: self._finish(container, ready))

    def _finish(self, container: Container, ready: Pending[None]) -> None:
        if container.id not in self._under_way:
            return  # it was removed meanwhile
        _, pending = self._under_way.pop(container.id)
        try:
            ready.result()
            check_begin(container.config.log_driver, container.config.log_options)
            pid = self._parts.runs.begin(container)
        except EngineError as error:
            self._fail(container, error)
            pending.fail(error)
            return
        container.state = ContainerState(status=ContainerStatus.RUNNING, pid=pid, started_at=self._clock.now)
        container.stopped_by_user = container.ends_for_good = False
        container.log.begin()
        self._parts.health.begin(container)
        self._parts.tell(container, "start")
        pending.resolve(None)

    def _fail(self, container: Container, error: EngineError) -> None:
        code = error.code if isinstance(error, StartFailed) else _START_FAILED
        status = ContainerStatus.EXITED if container.state.restarting else container.state.status
        container.state = replace(container.state, status=status, exit_code=code, error=str(error))
        container.log.end(self._clock.now)
        if container.config.auto_remove:
            self._parts.delete(container, volumes=True)
