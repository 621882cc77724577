"""Whether a node serves as a manager, and how far it is: it starts, is ready, closes, or is expelled.

Owns the port that a manager serves. What a manager does when it leads is cluster.py's and manager.py's.
Source: moby daemon/cluster/noderunner.go; times recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.clock import Clock
from swarmlab.engine.named_timers import NamedTimers
from swarmlab.engine.world import World

START_S = 0.5
_CLOSING_S = 8.0
_EXPELLED_S = 14.0


class ManagerService:
    """The manager of one node.

    Args:
        on_ready: hears when requests can be made here.

    Attributes:
        runs: whether it is there at all.
        ready: whether requests can be made here.
        closing: whether it led until it was demoted, and is about to end.
        expelled: whether the other managers went on without it, which it is about to find out.
    """

    def __init__(self, hostname: str, clock: Clock, world: World, on_ready: Callable[[], None]) -> None:
        self._hostname = hostname
        self._world = world
        self._timers = NamedTimers(clock)
        self._on_ready = on_ready
        self._port = ""
        self.runs = self.ready = self.closing = self.expelled = False

    def start(self, port: str) -> None:
        """Begin to serve `port` (`2377/tcp`); not ready yet."""
        self.runs, self.ready, self._port = True, False, port
        self._world.listen(self._hostname, port)

    def be_ready_soon(self) -> None:
        """The managers' group has taken it in, or it begins anew: requests can be made here in a moment."""
        self.ready = False
        self._timers.plan("ready", START_S, self.be_ready)

    def be_ready(self) -> None:
        """Requests can be made here."""
        self.ready = True
        self._on_ready()

    def demote(self, *, led: bool) -> None:
        """Serve no more; one that led needs some seconds to close."""
        if led:
            self.closing = True
            self._timers.plan("end", _CLOSING_S, self.end)
        else:
            self.end()

    def expel(self) -> None:
        """The other managers went on without this one."""
        self.expelled = True
        self._timers.plan("end", _EXPELLED_S, self.end)

    def end(self) -> None:
        """Be no manager."""
        self._timers.cancel()
        self.runs = self.ready = self.closing = self.expelled = False
        self._world.close(self._hostname, self._port)

    def power_off(self) -> None:
        """The engine dies; that it is a manager stays on disk."""
        self._timers.cancel()
        self.ready = self.closing = self.expelled = False

    def power_on(self, *, is_member: bool) -> None:
        """The engine is back."""
        if not self.runs:
            return
        self._world.listen(self._hostname, self._port)
        self.ready = True
        if not is_member:
            self.expel()
