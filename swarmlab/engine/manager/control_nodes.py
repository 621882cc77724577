"""What users do to nodes: change availability, labels and role, and remove them.

Owns nodes' specs and the removal of node records. That tasks move and roles change follows by itself (orchestrators,
cluster). Source: swarmkit manager/controlapi/node.go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import RpcFailedPrecondition, RpcNotFound, UpdateOutOfSequence
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Node, NodeSpec, NodeState, Role, TaskState, TaskStatus
from swarmlab.engine.store import Store, Transaction


class RaftGroup(Protocol):
    """What the rules on nodes need to know of the managers; the cluster supplies it."""

    def is_member(self, node_id: NodeId) -> bool:
        """Whether the node belongs to the raft group (also an unreachable one does)."""

    def can_lose(self, node_id: NodeId) -> bool:
        """Whether a majority of the remaining members is reachable once this member is gone."""


class Nodes:
    """Requests about nodes.

    Args:
        store: the swarm's store.
        clock: engine time.
        raft: the managers; None: whoever is a manager by its spec is a member, and may be lost.
    """

    def __init__(self, store: Store, clock: Clock, raft: RaftGroup | None) -> None:
        self._store, self._clock, self._raft = store, clock, raft

    def update(self, reference: str, version: int, spec: NodeSpec) -> Node:
        """Change a node's spec; a demotion is checked before the version."""
        node = self._store.find(Node, reference)
        if node.spec.role is Role.MANAGER and spec.role is Role.WORKER:
            self._check_demotion(node)
        if version != node.meta.version:
            raise UpdateOutOfSequence
        with self._store.transaction() as transaction:
            transaction.update(replace(node, spec=spec))
        return self._store.find(Node, node.id)

    def _check_demotion(self, node: Node) -> None:
        managers = [other.id for other in self._store.all(Node) if other.spec.role is Role.MANAGER]
        if managers == [node.id]:
            raise RpcFailedPrecondition("attempting to demote the last manager of the swarm")
        if self._raft is None:
            return
        if not self._raft.is_member(node.id):
            raise RpcNotFound("can't find manager in raft memberlist")
        if not self._raft.can_lose(node.id):
            raise RpcFailedPrecondition("can't remove member from the raft: this would result in a loss of quorum")

    def remove(self, reference: str, *, force: bool) -> Node:
        """Remove a node's record; what it ran is orphaned."""
        node = self._store.find(Node, reference)
        if node.spec.role is Role.MANAGER and (self._raft is None or self._raft.is_member(node.id)):
            raise RpcFailedPrecondition(
                f"node {node.id} is a cluster manager and is a member of the raft cluster. "
                "It must be demoted to worker before removal"
            )
        if not force and node.status.state is NodeState.READY:
            raise RpcFailedPrecondition(f"node {node.id} is not down and can't be removed")
        with self._store.transaction() as transaction:
            self._orphan_tasks(transaction, node)
            transaction.remove(node)
        return node

    def _orphan_tasks(self, transaction: Transaction, node: Node) -> None:
        message = "Task belonged to a node that has been deleted"
        status = TaskStatus(timestamp=self._clock.now, state=TaskState.ORPHANED, message=message)
        for task in self._store.tasks_on_node(node.id):
            if task.state < TaskState.COMPLETE:
                transaction.update(replace(task, status=status))
