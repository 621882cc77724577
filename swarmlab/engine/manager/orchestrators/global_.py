"""The global orchestrator: keeps one task of a service on each node that may have one.

Owns the creation of tasks (NEW, with the node preset), and their desired state SHUTDOWN when the node goes or does not
suit any more. Ended tasks it hands to the restart supervisor, outdated ones to the updater.
Source: swarmkit manager/orchestrator/global/global.go.
"""

from __future__ import annotations

from swarmlab.engine.ids import NodeId
from swarmlab.engine.manager.constraints import suits
from swarmlab.engine.manager.orchestrators.orchestrator import Orchestrator, set_desired
from swarmlab.engine.manager.tasks import Slot, is_dirty, is_lost
from swarmlab.engine.model import Availability, Global, Node, Service, Task, TaskState
from swarmlab.engine.store import Transaction


class GlobalOrchestrator(Orchestrator):
    """Keeps global services as they are declared."""

    modes = (Global,)

    def _forget(self) -> None:
        super()._forget()
        self._nodes: dict[NodeId, None] = {}
        self._removed_nodes: dict[NodeId, None] = {}

    def _on_node(self, node: Node, removed: bool) -> None:
        self._nodes.pop(node.id, None)
        (self._removed_nodes if removed else self._nodes)[node.id] = None

    def _work(self) -> None:
        """First replace tasks that ended, then look at nodes, then at services."""
        self._restart_ended()
        self._remove_services()
        self._look_at_nodes()
        self._reconcile_services()

    def _restart(self, transaction: Transaction, service: Service, task: Task) -> None:
        node = transaction.get(Node, task.node_id)
        if node is None or is_lost(node):
            return
        if node.spec.availability is Availability.PAUSE or not suits(node, service.spec.task):
            set_desired(transaction, [task], TaskState.SHUTDOWN)
        else:
            self._restarts.restart(transaction, service, task)

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
            set_desired(transaction, self._tasks_on(node.id), TaskState.SHUTDOWN)
        elif node.spec.availability is not Availability.PAUSE:
            for service_id in self._ours:
                service = transaction.get(Service, service_id)
                if service is not None and suits(node, service.spec.task):
                    self._bring_node_up_to_date(transaction, service, node)

    def _bring_node_up_to_date(self, transaction: Transaction, service: Service, node: Node) -> None:
        slot = self._restarts.updatable(self._store.tasks_of_slot((service.id, node.id)), service)
        dirty = [task for task in slot if is_dirty(task, service, node)]
        clean = [task for task in slot if task not in dirty]
        if not clean:
            self._add(transaction, service, node_id=node.id)
        set_desired(transaction, dirty + clean[1:], TaskState.SHUTDOWN)

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
                if not suits(node, service.spec.task):
                    set_desired(transaction, slot, TaskState.SHUTDOWN)
                elif node.spec.availability is not Availability.PAUSE:
                    if slot:
                        stays.append(slot)
                    else:
                        self._add(transaction, service, node_id=node.id)
            for slot in live.values():
                set_desired(transaction, slot, TaskState.SHUTDOWN)
        if stays:
            self._updates.update(service, stays)
