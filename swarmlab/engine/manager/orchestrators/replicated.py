"""The replicated orchestrator: keeps as many live slots of a service as it has replicas.

Owns the creation of tasks (NEW), and the desired state REMOVE of those that a smaller count no longer needs. Ended and
lost tasks it hands to the restart supervisor, outdated ones to the updater.
Source: swarmkit manager/orchestrator/replicated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from swarmlab.engine.ids import NodeId
from swarmlab.engine.manager.orchestrators.orchestrator import Orchestrator, free_numbers, set_desired
from swarmlab.engine.manager.tasks import Slot, is_lost
from swarmlab.engine.model import Node, Replicated, Service, Task, TaskState


class ReplicatedOrchestrator(Orchestrator):
    """Keeps replicated services as they are declared."""

    modes = (Replicated,)

    def _on_node(self, node: Node, removed: bool) -> None:
        """The tasks of a lost node are replaced elsewhere."""
        if removed or is_lost(node):
            for task in self._store.tasks_on_node(node.id):
                if task.service_id in self._ours and task.desired_state <= TaskState.RUNNING:
                    self._ended[task.id] = None

    def _on_task(self, task: Task, removed: bool) -> None:
        if removed:
            self._services[task.service_id] = None
        elif task.status.state.is_terminal or (task.node_id and is_lost(self._store.get(Node, task.node_id))):
            self._ended[task.id] = None

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
            for number in free_numbers(filled, wanted - len(filled)):
                dead.pop(number, None)
                self._add(transaction, service, slot=number)
            for slot in dead.values():
                for task in slot:
                    transaction.remove(task)
            for slot in kept[wanted:]:
                set_desired(transaction, slot, TaskState.REMOVE)
        self._updates.update(service, kept[:wanted])


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
