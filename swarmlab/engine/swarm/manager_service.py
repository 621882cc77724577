"""Whether a node serves as a manager, and how far it is: it starts, is ready, closes, or is expelled.

Owns the port that a manager serves, and the key that locks what it has on disk. What a manager does when it leads is
cluster.py's and manager.py's. Source: moby daemon/cluster/noderunner.go, swarmkit node/node.go (superviseManager waits
twice 16 s for another role); times recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.clock import Clock
from swarmlab.engine.named_timers import NamedTimers
from swarmlab.engine.world import World

START_S = 0.5
_CLOSING_S = 8.0
_EXPELLED_S = 14.0
_EXPELLED_LEADER_S = 0.5
_ROLE_S = 32.0


class ManagerService:
    """The manager of one node.

    Args:
        on_ready: hears when requests can be made here.
        on_free: hears when an engine that was taken out of the managers may become one again.

    Attributes:
        runs: whether it is there at all.
        ready: whether requests can be made here.
        closing: whether it led until it was demoted, and is about to end.
        expelled: whether the other managers went on without it, which it is about to find out.
        waits: whether it was taken out and waits for another role.
        lock_key: what unlocks its disk after a restart; empty where nothing is locked.
    """

    def __init__(
        self, hostname: str, clock: Clock, world: World, *, on_ready: Callable[[], None], on_free: Callable[[], None]
    ) -> None:
        self._hostname = hostname
        self._world = world
        self._timers = NamedTimers(clock)
        self._waiting = NamedTimers(clock)
        self._on_ready = on_ready
        self._on_free = on_free
        self._port = ""
        self.lock_key = ""
        self.runs = self.ready = self.closing = self.expelled = self.waits = False

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

    def stop(self, *, led: bool) -> None:
        """It was taken out: serve no more, and wait for another role; one that led needs some seconds to close."""
        self._wait_for_role()
        if led:
            self.closing = True
            self._timers.plan("end", _CLOSING_S, self.end)
        else:
            self.end()

    def _wait_for_role(self) -> None:
        self.waits = True
        self._waiting.plan("role", _ROLE_S, self.take_role)

    def take_role(self) -> None:
        """The role of a worker has come, or is waited for no longer."""
        self._waiting.cancel()
        if self.waits:
            self.waits = False
            self._on_free()

    def expel(self, *, leads: bool, then: Callable[[], None]) -> None:
        """Another manager goes on without this one; who leads sends messages, and is told at once."""
        if not self.expelled:
            self.expelled = True
            after_s = _EXPELLED_LEADER_S if leads else _EXPELLED_S
            self._timers.plan("end", after_s, lambda: self._be_expelled(then))

    def _be_expelled(self, then: Callable[[], None]) -> None:
        self._wait_for_role()
        self.end()
        then()

    def end(self) -> None:
        """Be no manager."""
        self._timers.cancel()
        self.lock_key = ""
        self.runs = self.ready = self.closing = self.expelled = False
        self._world.close(self._hostname, self._port)

    def power_off(self) -> None:
        """The engine dies; that it is a manager stays on disk."""
        self._timers.cancel()
        self._waiting.cancel()
        self.ready = self.closing = self.expelled = self.waits = False

    def power_on(self, *, is_member: bool) -> None:
        """The engine is back."""
        if not self.runs:
            return
        self._world.listen(self._hostname, self._port)
        self.ready = True
        if not is_member:
            self.expel(leads=False, then=lambda: None)
