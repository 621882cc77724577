"""Brings every node a certificate of the swarm's new root, and then makes the new root the one that all trust.

Owns the end of a rotation: root, join tokens and TLS info of the cluster object. That one begins is decided by
control_cluster.py. Every three seconds up to thirty nodes are asked to renew; a node that is away is asked when it is
back, and until then, or until it is removed, the rotation goes on.
Source: swarmkit ca/reconciler.go, ca/server.go (rootReconciliationRetryInterval).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import ClusterObject, Node, TLSInfo
from swarmlab.engine.named_timers import NamedTimers
from swarmlab.engine.store import Change, Hears, Store
from swarmlab.engine.swarm.roots import digest_of, tls_info
from swarmlab.engine.swarm.tokens import make_join_token

_ROUND_S = 3.0
_NODES_A_ROUND = 30


class Renewing(Protocol):
    """Who reaches the nodes."""

    def ask_to_renew(self, node_id: NodeId) -> None:
        """Tell a node to renew its certificate, where it can be told."""


class RootRotation:
    """One leader's care for the change of root.

    Args:
        chance: the new join tokens come from it.
        nodes: who reaches them.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, nodes: Renewing) -> None:
        self._store = store
        self._chance = chance
        self._nodes = nodes
        self._timers = NamedTimers(clock)
        self._forget()

    def _forget(self) -> None:
        self._timers.cancel()
        self._wanted: TLSInfo | None = None
        self._waiting: dict[NodeId, None] = {}
        self._asked: dict[NodeId, None] = {}
        self._again: dict[NodeId, None] = {}
        self._due = False
        self._dirty = False

    def start(self) -> None:
        """Leadership begins: there may be a rotation to go on with."""
        self._dirty = True

    def stop(self) -> None:
        """Leadership ends."""
        self._forget()

    @property
    def hears(self) -> Hears:
        """Marked are a rotation that begins, ends or changes, and nodes that renewed, came back or left."""
        return {ClusterObject: self._on_cluster, Node: self._on_nodes}

    def _on_cluster(self, changes: Sequence[Change[ClusterObject]]) -> None:
        for change in changes:
            self._dirty |= change.before is None or _next_root(change.before) != _next_root(change.after)

    def _on_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes if self._wanted is not None else ():
            self._note(change.object.id, change.after)

    def _note(self, node_id: NodeId, node: Node | None) -> None:
        if node is None or self._has_certificate(node):
            for marks in (self._waiting, self._asked, self._again):
                marks.pop(node_id, None)
            return
        self._waiting[node_id] = None

    def meet(self, node_id: NodeId) -> None:
        """The node is in touch with the leader, perhaps anew: it may have missed that it was asked."""
        if node_id in self._asked:
            self._again[node_id] = None

    def _has_certificate(self, node: Node) -> bool:
        """Whether the node's certificate was issued by the root that is wanted."""
        info, wanted = node.description.tls_info if node.description else None, self._wanted
        return bool(info and wanted) and _issuer(info) == _issuer(wanted)

    def tick(self) -> bool:
        """Ask nodes, or end the rotation. Returns whether the store was written."""
        if self._dirty:
            self._begin()
        again, self._again = self._again, {}
        for node_id in again:
            self._nodes.ask_to_renew(node_id)
        if not self._due:
            return False
        self._due = False
        if not self._waiting:
            return self._finish()
        self._ask_some()
        self._timers.plan("round", _ROUND_S, self._mark_due)
        return False

    def _mark_due(self) -> None:
        self._due = True

    def _begin(self) -> None:
        self._forget()
        cluster = self._store.cluster()
        if cluster.next_root is None:
            return
        self._wanted = cluster.tls_info
        lacking = (node for node in self._store.all(Node) if not self._has_certificate(node))
        self._waiting = dict.fromkeys(node.id for node in lacking)
        self._due = True

    def _ask_some(self) -> None:
        for node_id in [node_id for node_id in self._waiting if node_id not in self._asked][:_NODES_A_ROUND]:
            self._asked[node_id] = None
            self._nodes.ask_to_renew(node_id)

    def _finish(self) -> bool:
        cluster = self._store.cluster()
        root = cluster.next_root
        if root is None:
            return False
        changed = replace(
            cluster,
            root=root,
            next_root=None,
            tls_info=tls_info(root, root),
            worker_token=make_join_token(digest_of(root), self._chance),
            manager_token=make_join_token(digest_of(root), self._chance),
        )
        with self._store.transaction() as transaction:
            transaction.update(changed)
        return True


def _next_root(cluster: ClusterObject | None) -> object:
    return None if cluster is None else cluster.next_root


def _issuer(info: TLSInfo | None) -> tuple[bytes, bytes] | None:
    return (info.cert_issuer_subject, info.cert_issuer_public_key) if info else None
