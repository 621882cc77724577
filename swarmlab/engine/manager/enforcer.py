"""The constraint enforcer: rejects tasks whose node, since it was changed, no longer suits them.

Owns the state REJECTED in that one case. Looks at a node when it changes, at active ones only; what becomes of the
rejected tasks is the orchestrators' business. A job's task is wanted even when it is complete, so it is looked at, and
what it reserved counts, as if it ran.
Source: swarmkit manager/orchestrator/constraintenforcer/constraint_enforcer.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import NodeId
from swarmlab.engine.manager.constraints import suits
from swarmlab.engine.manager.generic_resources import covers, free
from swarmlab.engine.model import Availability, Node, Resources, Service, Task, TaskState, reservations
from swarmlab.engine.store import Change, Hears, Store


class Enforcer:
    """Rejects tasks that their node no longer suits.

    Args:
        store: the swarm's store.
        clock: engine time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._nodes: dict[NodeId, None] = {}

    def start(self) -> None:
        """Look at every node."""
        self._nodes = {node.id: None for node in self._store.all(Node)}

    def stop(self) -> None:
        """Look at no node any more."""
        self._nodes = {}

    @property
    def hears(self) -> Hears:
        """Nodes that changed are marked."""
        return {Node: self._on_nodes}

    def _on_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes:
            if change.before is not None and change.after is not None:
                self._nodes[change.after.id] = None

    def tick(self) -> bool:
        """Reject what does not suit the changed nodes."""
        if not self._nodes:
            return False
        before = self._store.version
        nodes, self._nodes = self._nodes, {}
        with self._store.transaction() as transaction:
            for node_id in nodes:
                node = transaction.get(Node, node_id)
                if node is not None and node.spec.availability is Availability.ACTIVE:
                    for task in self._unsuited(node):
                        transaction.update(self._rejected(task))
        return self._store.version != before

    def _unsuited(self, node: Node) -> list[Task]:
        """Tasks against the constraints that their service has now, or beyond what the node has to reserve."""
        capacity = node.description.resources if node.description else Resources()
        cpus, memory, generic = capacity.nano_cpus, capacity.memory_bytes, capacity.generic_resources
        unsuited = []
        for task in self._store.tasks_on_node(node.id):
            if not TaskState.ASSIGNED <= task.desired_state <= TaskState.COMPLETE or task.state > TaskState.COMPLETE:
                continue
            reserved = reservations(task.spec)
            fits = reserved.nano_cpus <= cpus and reserved.memory_bytes <= memory
            fits = fits and covers(generic, reserved.generic_resources)
            if not fits or not self._meets_constraints(task, node):
                unsuited.append(task)
                continue
            cpus -= reserved.nano_cpus
            memory -= reserved.memory_bytes
            generic = free(generic, task.assigned_generic_resources)
        return unsuited

    def _meets_constraints(self, task: Task, node: Node) -> bool:
        service = self._store.get(Service, task.service_id)
        return suits(node, service.spec.task if service else task.spec)

    def _rejected(self, task: Task) -> Task:
        status = replace(
            task.status,
            timestamp=self._clock.now,
            state=TaskState.REJECTED,
            message="task rejected by constraint enforcer",
            err="assigned node no longer meets constraints",
        )
        return replace(task, status=status)
