"""Which updates run: one at a time for each service of an orchestrator.

Owns the running updates, nothing in the store. What an update does is updater.py's business.
Source: swarmkit manager/orchestrator/update/updater.go (Supervisor).
"""

from __future__ import annotations

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, ServiceId
from swarmlab.engine.manager.restarts import RestartSupervisor
from swarmlab.engine.manager.tasks import Slot
from swarmlab.engine.manager.updater import Run, Updater
from swarmlab.engine.model import Service, Task
from swarmlab.engine.store import Store


class UpdateSupervisor:
    """The updates of one orchestrator's services, one at a time for each.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids of new tasks.
        restarts: starts the new tasks when the old ones have ended.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, restarts: RestartSupervisor) -> None:
        self._store, self._clock, self._chance, self._restarts = store, clock, chance, restarts
        self._updates: dict[ServiceId, Updater] = {}
        self._awake: dict[ServiceId, None] = {}

    def stop(self) -> None:
        """Forget all updates; the next leader takes them up from the stored update status."""
        for update in self._updates.values():
            update.cancel()
        self._updates, self._awake = {}, {}

    def update(self, service: Service, slots: list[Slot]) -> None:
        """Bring these slots up to date; an update towards the same spec goes on, another one is given up."""
        running = self._updates.get(service.id)
        if running is not None:
            if running.service.spec == service.spec:
                return
            running.cancel()
        self._updates[service.id] = Updater(
            self._store, self._clock, self._chance, self._restarts, Run(service, slots, lambda: self._wake(service.id))
        )
        self._wake(service.id)

    def _wake(self, service_id: ServiceId) -> None:
        self._awake[service_id] = None

    def on_task(self, task: Task) -> None:
        """Pass on the tasks that updates watch."""
        if task.service_id in self._updates:
            self._updates[task.service_id].on_task(task)

    def tick(self) -> bool:
        """Let every update with news go on."""
        before = self._store.version
        while self._awake:
            service_id = next(iter(self._awake))
            del self._awake[service_id]
            update = self._updates.get(service_id)
            if update is not None:
                update.advance()
                if update.done:
                    del self._updates[service_id]
        return self._store.version != before
