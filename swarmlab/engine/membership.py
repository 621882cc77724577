"""One node's part in a swarm: init, join, leave, and what `docker info` says of it.

Owns the node's local swarm state (inactive, pending, active, error), its certificate and the managers that it knows.
The swarm itself, with its store and its leader, is cluster.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Availability, ClusterObject, ClusterSpec
from swarmlab.engine.pending import Pending


class LocalNodeState(StrEnum):
    """What `docker info` calls `Swarm:`."""

    INACTIVE = "inactive"
    PENDING = "pending"
    ACTIVE = "active"
    ERROR = "error"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """What `docker swarm init` sends; empty means not given."""

    listen_addr: str = "0.0.0.0:2377"
    advertise_addr: str = ""
    data_path_addr: str = ""
    data_path_port: int = 0
    default_addr_pool: tuple[str, ...] = ()
    subnet_size: int = 0
    force_new_cluster: bool = False
    availability: Availability = Availability.ACTIVE
    spec: ClusterSpec = ClusterSpec()


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """What `docker swarm join` sends."""

    remote_addrs: tuple[str, ...]
    join_token: str
    listen_addr: str = "0.0.0.0:2377"
    advertise_addr: str = ""
    data_path_addr: str = ""
    availability: Availability = Availability.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteManager:
    """A manager that this node knows, as `address:port`; the id is empty while it joins."""

    node_id: NodeId
    addr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwarmInfo:
    """The `Swarm` part of `GET /info`; `nodes`, `managers` and `cluster` only where this node answers for the swarm."""

    node_id: NodeId = NodeId("")
    node_addr: str = ""
    local_node_state: LocalNodeState = LocalNodeState.INACTIVE
    control_available: bool = False
    error: str = ""
    remote_managers: tuple[RemoteManager, ...] = ()
    nodes: int = 0
    managers: int = 0
    cluster: ClusterObject | None = None


class Membership:
    """What this node is in which swarm."""

    def init(self, request: InitRequest) -> Pending[NodeId]:
        """Make a new swarm with this node as its manager.

        Raises (through the Pending): InvalidParameter, Unavailable (already in a swarm).
        """
        raise NotImplementedError

    def join(self, request: JoinRequest) -> Pending[None]:
        """Join a swarm; fails after 20 s while the attempt goes on in the background."""
        raise NotImplementedError

    def leave(self, *, force: bool = False) -> Pending[None]:
        """Leave the swarm; a manager needs `force`."""
        raise NotImplementedError

    def info(self) -> SwarmInfo:
        """What `docker info` says of this node's swarm."""
        raise NotImplementedError
