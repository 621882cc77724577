"""The replicated orchestrator: keeps as many live slots of a service as it has replicas.

Owns the creation of tasks (NEW), and the desired state REMOVE of those that a smaller count or a removed service no
longer needs. Ended and lost tasks it hands to the restart supervisor, outdated ones to the updater.
Source: swarmkit manager/orchestrator/replicated.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId, ServiceId, TaskId
from swarmlab.engine.manager.orchestrators.common import remove_tasks, resume
from swarmlab.engine.manager.restarts import RestartSupervisor
from swarmlab.engine.manager.tasks import Slot, is_lost, new_task
from swarmlab.engine.manager.updates import UpdateSupervisor
from swarmlab.engine.model import Node, Replicated, Service, Task, TaskState
from swarmlab.engine.store import Action, Change, Store, Transaction


class ReplicatedOrchestrator:
    """Keeps replicated services as they are declared.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids of tasks.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance
        self._restarts = RestartSupervisor(store, clock, chance)
        self._updates = UpdateSupervisor(store, clock, chance, self._restarts)
        self._forget()

    def _forget(self) -> None:
        self._services: dict[ServiceId, None] = {}
        self._removed: dict[ServiceId, None] = {}
        self._lost_nodes: dict[NodeId, None] = {}
        self._ended: dict[TaskId, None] = {}
        self._resumes = False

    def start(self) -> None:
        """Look at every task and service; take up delays and updates of the leader before."""
        self._services = {service.id: None for service in self._store.all(Service) if _is_ours(service)}
        self._resumes = True

    def stop(self) -> None:
        """Forget everything, delays and running updates too."""
        self._updates.stop()
        self._restarts.stop()
        self._forget()

    def on_change(self, change: Change) -> None:
        """Mark services that changed, tasks that ended, nodes that were lost."""
        self._restarts.on_change(change)
        self._updates.on_change(change)
        removed = change.action is Action.REMOVE
        match change.object:
            case Service() as service if _is_ours(service):
                self._services.pop(service.id, None)
                (self._removed if removed else self._services)[service.id] = None
            case Node() as node if removed or is_lost(node):
                self._lost_nodes[node.id] = None
            case Task() as task:
                self._on_task(task, removed)

    def _on_task(self, task: Task, removed: bool) -> None:
        if removed:
            self._restarts.cancel(task.id)
        if task.desired_state > TaskState.RUNNING or not self._is_ours(task):
            return
        if removed:
            self._services[task.service_id] = None
        elif task.state.is_terminal or (task.node_id and is_lost(self._store.get(Node, task.node_id))):
            self._ended[task.id] = None

    def _is_ours(self, task: Task) -> bool:
        service = self._store.get(Service, task.service_id)
        return service is not None and _is_ours(service)

    def tick(self) -> bool:
        """First replace tasks that ended, then bring services to what they declare."""
        before = self._store.version
        if self._resumes:
            self._resumes = False
            for task in resume(self._store, self._restarts, _is_ours):
                self._on_task(task, removed=False)
        self._restart_tasks()
        self._remove_services()
        services, self._services = self._services, {}
        for service_id in services:
            service = self._store.get(Service, service_id)
            if service is not None:
                self._reconcile(service)
        self._restarts.tick()
        self._updates.tick()
        return self._store.version != before

    def _restart_tasks(self) -> None:
        for node_id in self._lost_nodes:
            for task in self._store.tasks_on_node(node_id):
                if task.desired_state <= TaskState.RUNNING and self._is_ours(task):
                    self._ended[task.id] = None
        ended, self._ended, self._lost_nodes = self._ended, {}, {}
        with self._store.transaction() as transaction:
            for task_id in ended:
                present = transaction.get(Task, task_id)
                service = transaction.get(Service, present.service_id) if present else None
                if present is not None and service is not None and present.desired_state <= TaskState.RUNNING:
                    self._restarts.restart(transaction, service, present)

    def _remove_services(self) -> None:
        removed, self._removed = self._removed, {}
        for service_id in removed:
            remove_tasks(self._store, service_id)
            self._restarts.forget_service(service_id)

    # --- bringing a service to what it declares ---

    def _reconcile(self, service: Service) -> None:
        """Update the slots that stay, then add missing ones or remove those that are too many."""
        assert isinstance(service.spec.mode, Replicated)
        slots: dict[int, Slot] = {}
        for task in self._store.tasks_of_service(service.id):
            slots.setdefault(task.slot, []).append(task)
        filled = {number: live for number, slot in slots.items() if (live := self._restarts.updatable(slot, service))}
        dead = {number: slot for number, slot in slots.items() if number not in filled}
        wanted = service.spec.mode.replicas
        kept = _by_balance(filled.values()) if wanted < len(filled) else list(filled.values())
        with self._store.transaction() as transaction:
            for number in _free_numbers(filled, wanted - len(filled)):
                dead.pop(number, None)
                transaction.create(new_task(service, self._chance, self._clock.now, slot=number))
            for slot in dead.values():
                for task in slot:
                    transaction.remove(task)
            for slot in kept[wanted:]:
                _remove(transaction, slot)
        self._updates.update(service, kept[:wanted])


def _is_ours(service: Service) -> bool:
    return isinstance(service.spec.mode, Replicated)


def _free_numbers(filled: Iterable[int], count: int) -> list[int]:
    """The lowest slot numbers from 1 that are not filled."""
    taken = set(filled)
    return list(itertools.islice((number for number in itertools.count(1) if number not in taken), max(count, 0)))


def _by_balance(slots: Iterable[Slot]) -> list[Slot]:
    """Slots in the order in which they are worth keeping, so that what is left is spread evenly.

    A node's first copies go before its second ones; among equals the running go before others, then low slot numbers.
    Slots without a node or with several tasks come last. Source: swarmkit replicated/services.go, slot.go.
    """
    ordered = sorted(slots, key=lambda slot: (all(task.state is not TaskState.RUNNING for task in slot), slot[0].slot))
    copies: Counter[NodeId] = Counter()
    numbered: list[tuple[tuple[bool, int], Slot]] = []
    for slot in ordered:
        node_id = slot[0].node_id
        if len(slot) == 1 and node_id:
            copies[node_id] += 1
            numbered.append(((False, copies[node_id]), slot))
        else:
            numbered.append(((True, 0), slot))
    return [slot for _, slot in sorted(numbered, key=lambda pair: pair[0])]


def _remove(transaction: Transaction, slot: Slot) -> None:
    for task in slot:
        transaction.update(replace(task, desired_state=TaskState.REMOVE))
