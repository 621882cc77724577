"""What the orchestrators of all modes do alike: whose services are theirs, what marks work, in which order it is done.

Owns the creation of tasks (NEW) and the desired state REMOVE of a removed service's tasks; what a service of its mode
needs, each orchestrator says itself. Source: swarmkit manager/orchestrator/service.go, taskinit/init.go.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, ServiceId, TaskId
from swarmlab.engine.manager.restarts import RestartSupervisor
from swarmlab.engine.manager.tasks import new_task
from swarmlab.engine.manager.updates import UpdateSupervisor
from swarmlab.engine.model import Node, Service, Task, TaskState
from swarmlab.engine.store import Change, Hears, Store, Transaction


class Orchestrator(ABC):
    """Keeps the services of one mode as they are declared.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids of tasks.
    """

    modes: ClassVar[tuple[type, ...]]
    """Of the services that are looked after."""
    wanted: ClassVar[TaskState] = TaskState.RUNNING
    """The desired state of a task that is to do its work; with a higher one it is given up."""

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance
        self._restarts = RestartSupervisor(store, clock, chance)
        self._updates = UpdateSupervisor(store, clock, chance, self._restarts)
        self._forget()

    def _forget(self) -> None:
        self._ours: dict[ServiceId, None] = {}
        self._services: dict[ServiceId, None] = {}
        self._removed: dict[ServiceId, None] = {}
        self._ended: dict[TaskId, None] = {}
        self._resumes = False

    def start(self) -> None:
        """Look at every service of the mode; take up delays and updates of the leader before."""
        self._ours = {service.id: None for service in self._store.all(Service) if self._is_ours(service)}
        self._services = dict(self._ours)
        self._resumes = True

    def stop(self) -> None:
        """Forget everything, delays and running updates too."""
        self._updates.stop()
        self._restarts.stop()
        self._forget()

    # --- marking ---

    @property
    def hears(self) -> Hears:
        """Services that changed are marked, and whatever tasks and nodes give reason to do."""
        return {Task: self._hear_tasks, Node: self._hear_nodes, Service: self._hear_services}

    def _hear_tasks(self, changes: Sequence[Change[Task]]) -> None:
        ours, wanted = self._ours, self.wanted
        for change in changes:
            task = change.object
            if change.after is None:
                self._restarts.forget(task)
            if task.service_id not in ours:
                continue
            if change.after is not None:
                if task.status.state.is_terminal:
                    self._restarts.on_end(task)
                self._updates.on_task(task)
            if task.desired_state <= wanted:
                self._on_task(task, change.after is None)

    def _hear_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes:
            self._restarts.on_node(change)
            self._on_node(change.object, change.after is None)

    def _hear_services(self, changes: Sequence[Change[Service]]) -> None:
        for change in changes:
            service = change.object
            if not self._is_ours(service):
                continue
            self._services.pop(service.id, None)
            if change.after is None:
                self._ours.pop(service.id, None)
                self._removed[service.id] = None
            else:
                self._ours[service.id] = self._services[service.id] = None

    def _is_ours(self, service: Service) -> bool:
        return isinstance(service.spec.mode, self.modes)

    @abstractmethod
    def _on_node(self, node: Node, removed: bool) -> None:
        """Mark what a node's change gives reason to do."""

    def _on_task(self, task: Task, removed: bool) -> None:
        """Mark a wanted task that ended, to be replaced or given up."""
        if task.state.is_terminal and not removed:
            self._ended[task.id] = None

    # --- working ---

    def tick(self) -> bool:
        """Do what is marked, then start what has waited long enough, and let updates go on."""
        before = self._store.version
        if self._resumes:
            self._resumes = False
            self._resume()
        self._work()
        self._restarts.tick()
        self._updates.tick()
        return self._store.version != before

    def _resume(self) -> None:
        """At the beginning of leadership: forget tasks without a service, take up delays, look at the tasks."""
        ours: list[Task] = []
        with self._store.transaction() as transaction:
            for task in self._store.all(Task):
                if task.service_id and transaction.get(Service, task.service_id) is None:
                    transaction.remove(task)
                elif task.service_id in self._ours:
                    ours.append(task)
        self._restarts.resume(ours)
        for task in ours:
            if task.desired_state <= self.wanted:
                self._on_task(task, removed=False)

    def _work(self) -> None:
        """First replace tasks that ended, then bring services to what they declare."""
        self._restart_ended()
        self._remove_services()
        self._reconcile_services()

    def _restart_ended(self) -> None:
        if not self._ended:
            return
        ended, self._ended = self._ended, {}
        with self._store.transaction() as transaction:
            for task_id in ended:
                task = transaction.get(Task, task_id)
                service = transaction.get(Service, task.service_id) if task else None
                if task is not None and service is not None and task.desired_state <= self.wanted:
                    self._restart(transaction, service, task)

    def _restart(self, transaction: Transaction, service: Service, task: Task) -> None:
        self._restarts.restart(transaction, service, task)

    def _remove_services(self) -> None:
        """All tasks of a removed service are to be stopped and forgotten, history included."""
        removed, self._removed = self._removed, {}
        for service_id in removed:
            with self._store.transaction() as transaction:
                set_desired(transaction, self._store.tasks_of_service(service_id), TaskState.REMOVE)
            self._restarts.forget_service(service_id)

    def _reconcile_services(self) -> None:
        services, self._services = self._services, {}
        for service_id in services:
            service = self._store.get(Service, service_id)
            if service is not None:
                self._reconcile(service)

    @abstractmethod
    def _reconcile(self, service: Service) -> None:
        """Bring one service to what it declares."""

    def _add(self, transaction: Transaction, service: Service, *, slot: int = 0, node_id: str = "") -> None:
        now, chance = self._clock.now, self._chance
        transaction.create(new_task(service, chance, now, slot=slot, node_id=node_id, desired_state=self.wanted))


def set_desired(transaction: Transaction, tasks: Iterable[Task], state: TaskState) -> None:
    """Give tasks up; one that is given up further than that stays as it is."""
    for task in tasks:
        if task.desired_state < state:
            transaction.update(replace(task, desired_state=state))


def free_numbers(taken: Iterable[int], count: int, *, first: int = 1) -> list[int]:
    """The lowest slot numbers that are not taken."""
    numbers = set(taken)
    return list(itertools.islice((each for each in itertools.count(first) if each not in numbers), max(count, 0)))
