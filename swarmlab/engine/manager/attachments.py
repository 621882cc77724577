"""The nodes' own addresses on swarm networks: from each of them a node balances load to a service's tasks.

Owns which node uses which network, and the choice of addresses; the allocator stores them. A node has an address on
the ingress network always, on another one as long as a task there uses it.
Source: swarmkit manager/allocator/network.go (allocateNode, getNodeNetworks).
"""

from __future__ import annotations

from collections import defaultdict

from swarmlab.engine.ids import NetworkId, NodeId, TaskId
from swarmlab.engine.manager.ipam import Addresses, Exhausted
from swarmlab.engine.model import NetworkAttachment, Node, Task


class NodeAttachments:
    """Which networks the nodes' tasks use.

    Args:
        addresses: where a node's address is taken from.

    Attributes:
        dirty: the nodes whose attachments may have to change.
        ingress: the ingress network, while there is one.
    """

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._users: dict[NodeId, dict[NetworkId, set[TaskId]]] = defaultdict(dict)
        self.dirty: dict[NodeId, None] = {}
        self.ingress: NetworkId | None = None

    def use(self, task: Task) -> None:
        """A task on a node uses its networks, those that are each host's own aside."""
        networks = self._users[task.node_id] if task.networks else {}
        for attachment in task.networks:
            if not attachment.addresses:
                continue
            if attachment.network_id not in networks:
                networks[attachment.network_id] = set()
                self.dirty[task.node_id] = None
            networks[attachment.network_id].add(task.id)

    def leave(self, task: Task) -> None:
        """A task uses its networks no more."""
        networks = self._users.get(task.node_id, {})
        for attachment in task.networks:
            users = networks.get(attachment.network_id, set())
            users.discard(task.id)
            if attachment.network_id in networks and not users:
                del networks[attachment.network_id]
                self.dirty[task.node_id] = None

    def forget_network(self, network_id: NetworkId, nodes: list[Node]) -> None:
        """A network is no more."""
        if self.ingress == network_id:
            self.ingress = None
        for node in nodes:
            if any(attachment.network_id == network_id for attachment in node.attachments):
                self._users[node.id].pop(network_id, None)
                self.dirty[node.id] = None

    def forget_node(self, node: Node) -> None:
        """A node is no more: its addresses are free."""
        self.dirty.pop(node.id, None)
        self._users.pop(node.id, None)
        for attachment in node.attachments:
            self._addresses.free(attachment.network_id, attachment.addresses[0])

    def of(self, node: Node) -> tuple[NetworkAttachment, ...]:
        """The attachments that the node should have; those that it has and needs are kept."""
        wanted = dict.fromkeys([*self._users.get(node.id, ()), *([self.ingress] if self.ingress else [])])
        kept = []
        for attachment in node.attachments:
            if attachment.network_id in wanted:
                del wanted[attachment.network_id]
                kept.append(attachment)
            else:
                self._addresses.free(attachment.network_id, attachment.addresses[0])
        for network_id in wanted:
            try:
                kept += self._addresses.address([NetworkAttachment(network_id=network_id)])
            except Exhausted:
                continue
        return tuple(kept)
