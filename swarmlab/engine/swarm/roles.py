"""Turns wanted roles into real ones: promoted nodes join the raft group, demoted ones leave it.

Owns a node's observed `role`. A promotion is seen at once in the spec, and half a second later in MANAGER STATUS; a
demoted node leaves the managers at once, and five seconds later its role is that of a worker. Who is promoted before
that manages again when its engine has waited in vain for the worker's role (manager_service.py).
Source: swarmkit manager/role_manager.go; times recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Node, Role
from swarmlab.engine.named_timers import NamedTimers
from swarmlab.engine.store import Change, Hears, Store
from swarmlab.engine.swarm.raft import Raft

_CERTIFICATE_S = 0.5
_RECONCILE_S = 5.0


class ChangingMember(Protocol):
    """A node's engine that changes its role."""

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way into the swarm (then it finds its place by itself), or out of the managers."""

    def become_manager(self) -> str:
        """Serve as a manager from now on; returns the advertised `address:port`."""

    def stop_managing(self) -> None:
        """The managers took this one out: serve as a manager no more, and wait for another role."""

    def become_worker(self) -> None:
        """The role has come: it is a worker."""


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
        self._timers = NamedTimers(clock)
        self._dirty: dict[NodeId, None] = {}
        self._rounds: dict[NodeId, bool] = {}

    def start(self) -> None:
        """Leadership begins: look at every node."""
        self._dirty = dict.fromkeys(node.id for node in self._store.all(Node))

    def stop(self) -> None:
        """Leadership ends: forget what was planned."""
        self._timers.cancel()
        self._dirty.clear()
        self._rounds.clear()

    @property
    def hears(self) -> Hears:
        """Nodes are marked whose wanted role changed, or that have just come."""
        return {Node: self._on_nodes}

    def _on_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes:
            self._dirty[change.object.id] = None

    def recheck(self, node_id: NodeId) -> None:
        """The node's engine is free for a role again."""
        self._dirty[node_id] = None
        self._clock.wake()

    def tick(self) -> bool:
        """Promote and demote. Returns whether the store was written."""
        dirty, self._dirty = self._dirty, {}
        nodes = [node for node_id in dirty if (node := self._store.get(Node, node_id)) is not None]
        return any([self._look_at(node) for node in nodes])

    def _look_at(self, node: Node) -> bool:
        is_member, in_round = self._group.raft.is_member(node.id), self._rounds.pop(node.id, False)
        if node.spec.role is Role.MANAGER:
            if not is_member and node.id not in self._timers:
                self._timers.plan(node.id, _CERTIFICATE_S, lambda: self._promote(node.id))
            return self._set_role(node, Role.MANAGER)
        if not is_member and (in_round or node.role is Role.WORKER):
            self._timers.cancel(node.id)
            return self._make_worker(node)
        if is_member:
            self._take_out(node.id)
        if node.id not in self._timers or in_round:
            self._timers.plan(node.id, _RECONCILE_S, lambda: self._begin_round(node.id))
        return False

    def _promote(self, node_id: NodeId) -> None:
        """The node joins the raft group with a new certificate; if it cannot be told now, it is when it comes back."""
        member = self._group.members.get(node_id)
        if self._group.raft.is_member(node_id) or member is None:
            return
        if self._group.connected(node_id) and not member.is_busy:
            self._group.issue(node_id, Role.MANAGER)
            self._group.raft.add(node_id, member.become_manager())

    def _take_out(self, node_id: NodeId) -> None:
        """Take a manager out of raft, unless it cannot be spared now."""
        if self._group.raft.can_lose(node_id):
            self._group.raft.remove(node_id)
            if (member := self._group.members.get(node_id)) is not None:
                member.stop_managing()

    def _begin_round(self, node_id: NodeId) -> None:
        self._rounds[node_id] = True
        self._dirty[node_id] = None

    def _make_worker(self, node: Node) -> bool:
        if not self._set_role(node, Role.WORKER):
            return False
        self._group.issue(node.id, Role.WORKER)
        if (member := self._group.members.get(node.id)) is not None:
            member.become_worker()
        return True

    def _set_role(self, node: Node, role: Role) -> bool:
        if node.role is role:
            return False
        with self._store.transaction() as transaction:
            transaction.update(replace(node, role=role))
        return True
