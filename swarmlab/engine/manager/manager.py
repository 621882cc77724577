"""The leader's loops over one store, run to a fixed point.

Owns which loops there are and the order of their ticks. Owns no task or node state: each loop says what it writes.
A loop lives from `start` (this manager became the leader; it takes what it needs from the store) to `stop` (it forgets
everything, its timers included), so what real Swarm keeps in a leader's memory only is lost here too.
"""

from __future__ import annotations

from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance
from swarmlab.engine.manager.allocator import Allocator
from swarmlab.engine.manager.enforcer import Enforcer
from swarmlab.engine.manager.orchestrators.global_ import GlobalOrchestrator
from swarmlab.engine.manager.orchestrators.jobs import JobOrchestrator
from swarmlab.engine.manager.orchestrators.replicated import ReplicatedOrchestrator
from swarmlab.engine.manager.reaper import Reaper
from swarmlab.engine.manager.scheduler import Scheduler
from swarmlab.engine.store import Hears, Store


class Loop(Protocol):
    """One component of the leader: allocator, orchestrators, scheduler, reaper, enforcer, dispatcher."""

    @property
    def hears(self) -> Hears:
        """Of which objects' changes it hears between `start` and `stop`; it marks what they make dirty, no more."""

    def start(self) -> None:
        """Leadership begins: mark whatever the store holds as to be looked at. Writes nothing yet."""

    def stop(self) -> None:
        """Leadership ends: forget everything, cancel every timer."""

    def tick(self) -> bool:
        """Work on what is dirty and due. Returns whether the store was written."""


class Manager:
    """The leader of one swarm. Leads only between `start` and `stop`.

    Args:
        store: the swarm's store; must hold the cluster object when the manager starts.
        clock: engine time.
        chance: the seeded source of ids and choices.
        more: loops after the scheduler, in the order of their ticks (the dispatcher).
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, *, more: tuple[Loop, ...] = ()) -> None:
        self._loops: tuple[Loop, ...] = (
            Allocator(store, clock),
            ReplicatedOrchestrator(store, clock, chance),
            GlobalOrchestrator(store, clock, chance),
            JobOrchestrator(store, clock, chance),
            Reaper(store, clock),
            Enforcer(store, clock),
            Scheduler(store, clock, chance),
            *more,
        )
        self._store = store
        self.leads = False

    def start(self) -> None:
        """Begin to lead: every loop takes up its work from what the store holds."""
        self.leads = True
        for loop in self._loops:
            loop.start()
            for type_, hear in loop.hears.items():
                self._store.subscribe(hear, type_)

    def stop(self) -> None:
        """Cease to lead: nothing moves any more."""
        self.leads = False
        for loop in self._loops:
            loop.stop()
            for hear in loop.hears.values():
                self._store.unsubscribe(hear)

    def step(self) -> bool:
        """Run all loops until none has anything left to do now. Returns whether the store was written."""
        wrote = False
        while self.leads and any([loop.tick() for loop in self._loops]):
            wrote = True
        return wrote
