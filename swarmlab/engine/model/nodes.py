"""Nodes: what a user decides about one, what it says of itself, what is observed."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.engine.ids import NodeId
from swarmlab.engine.model.meta import Labels, Meta
from swarmlab.engine.model.task_spec import Platform, Resources
from swarmlab.engine.model.tasks import NetworkAttachment
from swarmlab.engine.model.words import Availability, NodeState, Reachability, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSpec:
    """What a user decides about a node."""

    name: str = ""
    labels: Labels = field(default_factory=dict)
    role: Role = Role.WORKER
    availability: Availability = Availability.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDescription:
    """The engine of a node; plugins are (type, name) pairs."""

    version: str = ""
    labels: Labels = field(default_factory=dict)
    plugins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TLSInfo:
    """The swarm's root certificate (PEM) and its issuer's subject and public key (DER)."""

    trust_root: str
    cert_issuer_subject: bytes
    cert_issuer_public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDescription:
    """What a node says of itself."""

    hostname: str
    platform: Platform = Platform(architecture="x86_64", os="linux")
    resources: Resources = Resources()
    engine: EngineDescription = EngineDescription()
    tls_info: TLSInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """What the dispatcher knows of a node; `addr` is the address it was seen at."""

    state: NodeState = NodeState.UNKNOWN
    message: str = ""
    addr: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerStatus:
    """A manager's place in the raft group; `addr` is `address:port`."""

    leader: bool
    reachability: Reachability
    addr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One engine as a member of the swarm. `role` is the observed one, `spec.role` the wanted one.

    `attachments` are the addresses from which the node balances load on the swarm's networks.
    """

    id: NodeId
    meta: Meta = Meta()
    spec: NodeSpec
    role: Role = Role.WORKER
    description: NodeDescription | None = None
    status: NodeStatus = NodeStatus()
    manager_status: ManagerStatus | None = None
    attachments: tuple[NetworkAttachment, ...] = ()

    @property
    def hostname(self) -> str:
        """The host's own name; need not be unique."""
        return self.description.hostname if self.description else ""
