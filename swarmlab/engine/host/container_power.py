"""What a host's power does to its containers: they die with the engine, and are Exited (255) when it is back.

Owns whether the engine is on. Source: moby daemon/daemon.go, restore.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.errors import EngineStopped
from swarmlab.engine.host.container import Container, ContainerStatus
from swarmlab.engine.host.container_parts import ContainerParts
from swarmlab.engine.host.container_restarts import wants_restart
from swarmlab.engine.host.container_starts import Starts
from swarmlab.engine.host.container_stops import Stops

_ENGINE_DIED = 255


class Power:
    """The power of one host's containers."""

    def __init__(self, parts: ContainerParts, starts: Starts, stops: Stops) -> None:
        self._parts = parts
        self._starts = starts
        self._stops = stops
        self._on = True

    def off(self) -> None:
        """The engine dies, and every process with it."""
        self._on = False
        parts, died = self._parts, EngineStopped()
        for container in parts.table.list(all_=True):
            self._starts.cancel(container, died)
        for container in parts.table.list():
            parts.health.stop(container)
            parts.execs.end_all(container, quietly=True)
        parts.restarts.forget_all()
        parts.runs.vanish()
        self._stops.power_off()
        parts.waits.fail(died)
        self._starts.power_off()

    def on(self) -> None:
        """The engine is back: what ran is Exited (255) now; what was to be removed at its end is gone."""
        self._on = True
        for container in self._parts.table.list():
            self._find_dead(container)
        for container in reversed(self._parts.table.list(all_=True)):
            began = container.state.started_at is not None
            if began and wants_restart(container, container.state.exit_code, stopped=container.stopped_by_user):
                self._starts.begin(container)

    def _find_dead(self, container: Container) -> None:
        now = self._parts.clock.now
        container.state = replace(
            container.state, status=ContainerStatus.EXITED, pid=0, exit_code=_ENGINE_DIED, finished_at=now
        )
        container.log.end(now)
        container.ports = ()
        self._parts.host.networks.detach(container, quietly=True)
        if container.config.auto_remove:
            self._parts.delete(container, volumes=True)

    def lose(self, reference: str) -> None:
        """Lose a container's data while the engine is off; nobody hears of it.

        Raises:
            ValueError: the engine is on.
        """
        if self._on:
            raise ValueError(f"container {reference} can be lost only while its engine is off")
        container = self._parts.table.find(reference)
        self._parts.host.networks.detach(container, quietly=True)
        self._parts.table.remove(container)
        for mount in container.mounts:
            if mount.type == "volume":
                self._parts.host.volumes.find(mount.name).users.pop(container.id, None)
