"""What a node answers about its swarm: the block of `docker info`, and why it cannot take a request.

Owns no state: it reads a membership.
"""

from __future__ import annotations

from typing import Protocol

from swarmlab.engine.errors import EngineError, RpcUnavailable, Unavailable
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Node
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.contacts import Contacts
from swarmlab.engine.swarm.manager_service import ManagerService
from swarmlab.engine.swarm.node_addresses import NodeAddresses
from swarmlab.engine.swarm.swarm_requests import (
    LOCKED,
    MANAGER_CLOSES,
    MANAGER_NOT_UP,
    NO_MANAGER,
    NO_SWARM,
    LocalNodeState,
    SwarmInfo,
)


class Asked(Protocol):
    """What is read of a membership."""

    state: LocalNodeState
    swarm: Swarm | None
    node_id: NodeId
    manager: ManagerService
    error: str
    addresses: NodeAddresses
    contacts: Contacts

    def hears_leader(self) -> bool:
        """Whether requests get through to the leader."""


def refusal(node: Asked) -> EngineError | None:
    """Why requests about the swarm cannot be made at this node; None where they can."""
    if node.state is LocalNodeState.LOCKED:
        return Unavailable(LOCKED)
    if node.state in (LocalNodeState.INACTIVE, LocalNodeState.ERROR):
        return Unavailable(NO_SWARM)
    if not node.manager.runs:
        return Unavailable(NO_MANAGER)
    if node.manager.closing:
        return RpcUnavailable(MANAGER_CLOSES)
    return None if node.manager.ready else Unavailable(MANAGER_NOT_UP)


def swarm_info(node: Asked, error: Exception | None = None) -> SwarmInfo:
    """What `docker info` says of the node's swarm; `error` is what a manager heard that asked its leader for it."""
    runs = node.state in (LocalNodeState.PENDING, LocalNodeState.ACTIVE)
    control = node.manager.ready
    answers = error is None and control and not node.manager.closing and node.hears_leader()
    store = node.swarm.store if answers and node.swarm is not None else None
    nodes = list(store.all(Node)) if store is not None else []
    return SwarmInfo(
        node_id=node.node_id if runs else NodeId(""),
        node_addr=node.addresses.node,
        local_node_state=node.state,
        control_available=control,
        error=node.error if error is None else str(error),
        remote_managers=node.contacts.remotes if runs else (),
        nodes=len(nodes),
        managers=sum(found.manager_status is not None for found in nodes),
        cluster=store.cluster() if store is not None else None,
    )
