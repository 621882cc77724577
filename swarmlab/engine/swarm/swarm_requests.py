"""What is asked of a node's membership and what it answers: init, join, info, and the words of its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Availability, ClusterObject
from swarmlab.engine.swarm.contacts import RemoteManager

# Source: moby daemon/cluster/errors.go and cluster.go (errNoManager).
NO_SWARM = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
NO_MANAGER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)
MANAGER_NOT_UP = "This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster."
ALREADY_IN_SWARM = (
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
)
NOT_IN_SWARM = "This node is not part of a swarm"
LOCKED = (
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.'
)
LOCKED_LEAVE = "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message."
NO_LEADER = (
    "The swarm does not have a leader. It's possible that too few managers are online. "
    "Make sure more than half of the managers are online."
)
MANAGER_CLOSES = (
    'connection error: desc = "transport: Error while dialing: dial unix /var/run/docker/swarm/control.sock: '
    'connect: no such file or directory"'
)


class LocalNodeState(StrEnum):
    """What `docker info` calls `Swarm:`."""

    INACTIVE = "inactive"
    PENDING = "pending"
    ACTIVE = "active"
    ERROR = "error"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """What `docker swarm init` sends; empty means not given.

    Attributes:
        spec: the settings that were named, by the names that ClusterSpec has for them.
    """

    listen_addr: str = "0.0.0.0:2377"
    advertise_addr: str = ""
    data_path_addr: str = ""
    data_path_port: int = 0
    default_addr_pool: tuple[str, ...] | None = None
    subnet_size: int = 0
    force_new_cluster: bool = False
    availability: Availability = Availability.ACTIVE
    spec: Mapping[str, object] = field(default_factory=dict)


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
class UnlockRequest:
    """What `docker swarm unlock` sends."""

    unlock_key: str = ""


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
