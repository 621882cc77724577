"""Turns wanted roles into real ones: promoted nodes join the raft group, demoted ones leave it.

Owns a node's observed `role`. A promotion is seen at once in the spec, and half a second later in MANAGER STATUS; a
demotion is done at once. Source: swarmkit manager/role_manager.go; times recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Node, Role
from swarmlab.engine.store import Change, Store
from swarmlab.engine.swarm.raft import Raft

_CERTIFICATE_S = 0.5
_RETRY_S = 5.0


class ChangingMember(Protocol):
    """A node's engine that changes its role."""

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way into the swarm (then it finds its place by itself), or out of the managers."""

    def become_manager(self) -> str:
        """Serve as a manager from now on; returns the advertised `address:port`."""

    def become_worker(self) -> None:
        """Serve as a manager no more."""


class Group(Protocol):
    """What roles are changed in."""

    raft: Raft

    @property
    def members(self) -> Mapping[NodeId, ChangingMember]:
        """The nodes' engines."""

    def issue(self, node_id: NodeId, role: Role) -> None:
        """Give a node a certificate for its role."""

    def connected(self, node_id: NodeId) -> bool:
        """Whether the node hears of its new role."""


class RoleKeeper:
    """One leader's care for roles.

    Args:
        group: the swarm.
    """

    def __init__(self, store: Store, clock: Clock, group: Group) -> None:
        self._store = store
        self._clock = clock
        self._group = group
        self._dirty: dict[NodeId, None] = {}
        self._timers: dict[NodeId, Timer] = {}

    def start(self) -> None:
        """Leadership begins: look at every node."""
        self._dirty = dict.fromkeys(node.id for node in self._store.all(Node))

    def stop(self) -> None:
        """Leadership ends: forget what was planned."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._dirty.clear()

    def on_change(self, change: Change) -> None:
        """Mark nodes whose wanted role changed, or that have just come."""
        if isinstance(change.object, Node):
            self._dirty[change.object.id] = None

    def tick(self) -> bool:
        """Promote and demote. Returns whether the store was written."""
        dirty, self._dirty = self._dirty, {}
        nodes = [node for node_id in dirty if (node := self._store.get(Node, node_id)) is not None]
        return any([self._look_at(node) for node in nodes])

    def _look_at(self, node: Node) -> bool:
        is_member = self._group.raft.is_member(node.id)
        if node.spec.role is Role.WORKER:
            self._cancel(node.id)
            return self._demote(node) if is_member or node.role is Role.MANAGER else False
        if is_member or node.id in self._timers:
            return False
        self._timers[node.id] = self._clock.after(_CERTIFICATE_S, lambda: self._promote(node.id))
        return self._set_role(node, Role.MANAGER)

    def _promote(self, node_id: NodeId) -> None:
        """The node has its certificate: it joins the raft group, if it hears of it at all."""
        del self._timers[node_id]
        if self._group.raft.is_member(node_id):
            return
        if not self._group.connected(node_id) or self._group.members[node_id].is_busy:
            self._again(node_id)
            return
        self._group.issue(node_id, Role.MANAGER)
        self._group.raft.add(node_id, self._group.members[node_id].become_manager())

    def _demote(self, node: Node) -> bool:
        raft = self._group.raft
        if raft.is_member(node.id):
            if not raft.can_lose(node.id):
                self._again(node.id)
                return False
            raft.remove(node.id)
        self._group.issue(node.id, Role.WORKER)
        if (member := self._group.members.get(node.id)) is not None:
            member.become_worker()
        return self._set_role(node, Role.WORKER)

    def _set_role(self, node: Node, role: Role) -> bool:
        if node.role is role:
            return False
        with self._store.transaction() as transaction:
            transaction.update(replace(node, role=role))
        return True

    def _again(self, node_id: NodeId) -> None:
        self._timers[node_id] = self._clock.after(_RETRY_S, lambda: self._due(node_id))

    def _due(self, node_id: NodeId) -> None:
        del self._timers[node_id]
        self._dirty[node_id] = None

    def _cancel(self, node_id: NodeId) -> None:
        if timer := self._timers.pop(node_id, None):
            timer.cancel()
