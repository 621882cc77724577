"""The global orchestrator: keeps one task of a service on each node that may have one.

Owns the creation of tasks (NEW, with the node preset), and their desired state SHUTDOWN or REMOVE when the node or the
service goes. Ended tasks it hands to the restart supervisor, outdated ones to the updater.
Source: swarmkit manager/orchestrator/global/global.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId, ServiceId, TaskId
from swarmlab.engine.manager.constraints import node_matches, parse
from swarmlab.engine.manager.orchestrators.common import remove_tasks, resume
from swarmlab.engine.manager.restarts import RestartSupervisor
from swarmlab.engine.manager.tasks import Slot, is_dirty, is_lost, new_task
from swarmlab.engine.manager.updates import UpdateSupervisor
from swarmlab.engine.model import Availability, Global, Node, Service, Task, TaskState, placement
from swarmlab.engine.store import Action, Change, Store, Transaction


class GlobalOrchestrator:
    """Keeps global services as they are declared.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids of tasks.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance
        self._restarts = RestartSupervisor(store, clock, chance)
        self._updates = UpdateSupervisor(store, clock, chance, self._restarts)
        self._ours: dict[ServiceId, None] = {}
        self._forget()

    def _forget(self) -> None:
        self._ours.clear()
        self._services: dict[ServiceId, None] = {}
        self._removed: dict[ServiceId, None] = {}
        self._nodes: dict[NodeId, None] = {}
        self._removed_nodes: dict[NodeId, None] = {}
        self._ended: dict[TaskId, None] = {}
        self._resumes = False

    def start(self) -> None:
        """Look at every global service; take up delays and updates of the leader before."""
        self._ours.update({service.id: None for service in self._store.all(Service) if _is_ours(service)})
        self._services = dict(self._ours)
        self._resumes = True

    def stop(self) -> None:
        """Forget everything, delays and running updates too."""
        self._updates.stop()
        self._restarts.stop()
        self._forget()

    def on_change(self, change: Change) -> None:
        """Mark services and nodes that changed and tasks that ended."""
        self._restarts.on_change(change)
        self._updates.on_change(change)
        removed = change.action is Action.REMOVE
        match change.object:
            case Service() as service if _is_ours(service):
                self._on_service(service, removed)
            case Node() as node:
                self._nodes.pop(node.id, None)
                (self._removed_nodes if removed else self._nodes)[node.id] = None
            case Task() as task if removed:
                self._restarts.cancel(task.id)
            case Task() as task:
                self._on_task(task)

    def _on_service(self, service: Service, removed: bool) -> None:
        self._services.pop(service.id, None)
        if removed:
            self._ours.pop(service.id, None)
            self._removed[service.id] = None
        else:
            self._ours[service.id] = self._services[service.id] = None

    def _on_task(self, task: Task) -> None:
        if task.service_id in self._ours and task.desired_state <= TaskState.RUNNING and task.state.is_terminal:
            self._ended[task.id] = None

    def tick(self) -> bool:
        """First replace tasks that ended, then look at nodes, then at services."""
        before = self._store.version
        if self._resumes:
            self._resumes = False
            for task in resume(self._store, self._restarts, _is_ours):
                self._on_task(task)
        self._restart_tasks()
        self._remove_services()
        self._look_at_nodes()
        services, self._services = self._services, {}
        for service_id in services:
            service = self._store.get(Service, service_id)
            if service is not None:
                self._reconcile(service)
        self._restarts.tick()
        self._updates.tick()
        return self._store.version != before

    def _restart_tasks(self) -> None:
        ended, self._ended = self._ended, {}
        with self._store.transaction() as transaction:
            for task_id in ended:
                task = transaction.get(Task, task_id)
                service = transaction.get(Service, task.service_id) if task else None
                if task is not None and service is not None and task.desired_state <= TaskState.RUNNING:
                    self._restart(transaction, service, task)

    def _restart(self, transaction: Transaction, service: Service, task: Task) -> None:
        node = transaction.get(Node, task.node_id)
        if node is None or is_lost(node):
            return
        if node.spec.availability is Availability.PAUSE or not _matches(service, node):
            _shut_down(transaction, [task])
        else:
            self._restarts.restart(transaction, service, task)

    def _remove_services(self) -> None:
        removed, self._removed = self._removed, {}
        for service_id in removed:
            remove_tasks(self._store, service_id)
            self._restarts.forget_service(service_id)

    # --- nodes ---

    def _look_at_nodes(self) -> None:
        nodes, self._nodes = self._nodes, {}
        removed, self._removed_nodes = self._removed_nodes, {}
        with self._store.transaction() as transaction:
            for node_id in removed:
                for task in self._tasks_on(node_id):
                    transaction.remove(task)
            for node_id in nodes:
                node = transaction.get(Node, node_id)
                if node is not None and self._ours:
                    self._look_at_node(transaction, node)

    def _tasks_on(self, node_id: NodeId) -> list[Task]:
        return [task for task in self._store.tasks_on_node(node_id) if task.service_id in self._ours]

    def _look_at_node(self, transaction: Transaction, node: Node) -> None:
        """A lost node's tasks shut down; another one gets what it lacks, outdated tasks are replaced at once."""
        if is_lost(node):
            _shut_down(transaction, self._tasks_on(node.id))
        elif node.spec.availability is not Availability.PAUSE:
            for service_id in self._ours:
                service = transaction.get(Service, service_id)
                if service is not None and _matches(service, node):
                    self._bring_node_up_to_date(transaction, service, node)

    def _bring_node_up_to_date(self, transaction: Transaction, service: Service, node: Node) -> None:
        slot = self._restarts.updatable(self._store.tasks_of_slot((service.id, node.id)), service)
        dirty = [task for task in slot if is_dirty(task, service, node)]
        clean = [task for task in slot if task not in dirty]
        if not clean:
            self._add(transaction, service, node.id)
        _shut_down(transaction, dirty + clean[1:])

    # --- services ---

    def _reconcile(self, service: Service) -> None:
        """Every eligible node gets a task, others lose theirs, and the updater looks at those that stay."""
        slots: dict[str, Slot] = {}
        for task in self._store.tasks_of_service(service.id):
            slots.setdefault(task.node_id, []).append(task)
        live = {node_id: found for node_id, slot in slots.items() if (found := self._restarts.updatable(slot, service))}
        stays: list[Slot] = []
        with self._store.transaction() as transaction:
            for node in [node for node in self._store.all(Node) if not is_lost(node)]:
                slot = live.pop(node.id, [])
                if not _matches(service, node):
                    _shut_down(transaction, slot)
                elif node.spec.availability is not Availability.PAUSE:
                    if slot:
                        stays.append(slot)
                    else:
                        self._add(transaction, service, node.id)
            for slot in live.values():
                _shut_down(transaction, slot)
        if stays:
            self._updates.update(service, stays)

    def _add(self, transaction: Transaction, service: Service, node_id: NodeId) -> None:
        transaction.create(new_task(service, self._chance, self._clock.now, node_id=node_id))


def _is_ours(service: Service) -> bool:
    return isinstance(service.spec.mode, Global)


def _matches(service: Service, node: Node) -> bool:
    return node_matches(parse(placement(service.spec.task).constraints), node)


def _shut_down(transaction: Transaction, tasks: Iterable[Task]) -> None:
    for task in tasks:
        if task.desired_state < TaskState.SHUTDOWN:
            transaction.update(replace(task, desired_state=TaskState.SHUTDOWN))
