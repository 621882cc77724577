"""The leader's loops over one store, run to a fixed point.

Owns which loops there are and the order of their ticks. Owns no task or node state: each loop says what it writes.
A loop lives from `start` (this manager became the leader; it takes what it needs from the store) to `stop` (it forgets
everything, its timers included), so what real Swarm keeps in a leader's memory only is lost here too.
"""

from __future__ import annotations

from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance
from swarmlab.engine.store import Change, Store


class Loop(Protocol):
    """One component of the leader: allocator, orchestrators, scheduler, reaper, enforcer, dispatcher."""

    def start(self) -> None:
        """Leadership begins: mark whatever the store holds as to be looked at."""

    def stop(self) -> None:
        """Leadership ends: forget everything, cancel every timer."""

    def on_change(self, change: Change) -> None:
        """Mark what `change` makes dirty; write nothing. Only called between `start` and `stop`."""

    def tick(self) -> bool:
        """Work on what is dirty and due. Returns whether the store was written."""


class Manager:
    """The leader of one swarm.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: the seeded source of ids and choices.
        more: loops after the scheduler, in the order of their ticks (the dispatcher).
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, *, more: tuple[Loop, ...] = ()) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Begin to lead: every loop takes up its work from what the store holds."""

    def stop(self) -> None:
        """Cease to lead: nothing moves any more."""

    def step(self) -> bool:
        """Run all loops until none has anything left to do now. Returns whether the store was written."""
        raise NotImplementedError
