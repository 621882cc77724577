"""What becomes of a container whose process has ended: its code, its next start, its removal.

Owns which containers are kept, although they remove themselves, because they are about to be restarted.
Source: moby daemon/monitor.go, handleContainerExit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from swarmlab.engine.host.container import Container, ContainerStatus
from swarmlab.engine.host.container_parts import ContainerParts
from swarmlab.engine.host.container_restarts import wants_restart
from swarmlab.engine.ids import ContainerId


class Ends:
    """The ends of one host's containers.

    Args:
        stopped: called with each container that ended; nobody need kill it any more.
    """

    def __init__(self, parts: ContainerParts, *, stopped: Callable[[Container], None]) -> None:
        self._parts = parts
        self._stopped = stopped
        self._kept: set[ContainerId] = set()

    def keep(self, container: Container) -> None:
        """Do not remove it at its next end: it is started again."""
        self._kept.add(container.id)

    def exited(self, container: Container, code: int) -> None:
        """Its process ended."""
        parts, now = self._parts, self._parts.clock.now
        self._stopped(container)
        ran_s = now - (container.state.started_at or now)
        again = not container.ends_for_good and wants_restart(container, code, stopped=container.stopped_by_user)
        status = ContainerStatus.RESTARTING if again else ContainerStatus.EXITED
        container.state = replace(container.state, status=status, pid=0, exit_code=code, finished_at=now)
        container.log.end(now)
        self._clear_away(container)
        if parts.waits.being_stopped(container.id):
            parts.tell(container, "stop")
        parts.tell(container, "die", execDuration=str(int(ran_s)), exitCode=str(code))
        if again:
            container.restart_count += 1
            parts.restarts.plan(container, ran_s)
        keep = container.id in self._kept
        self._kept.discard(container.id)
        parts.waits.exited(container.id, code)
        if container.config.auto_remove and not keep:
            parts.delete(container, volumes=True)

    def _clear_away(self, container: Container) -> None:
        """What ends with a container's process: what else ran in it, what was typed, what lay in its memory."""
        self._parts.health.stop(container)
        self._parts.execs.end_all(container)
        container.memory_files = None
        if container.keyboard is not None:
            self._parts.give_keyboard(container)
