"""What users may do to a swarm's store: one facade over the rules of each resource (SwarmKit's controlapi).

Owns the checks and the refusals of requests, and the specs of services, nodes, networks and the cluster. Moves no task
except for removal: orchestrators do that when they see the changed spec. Every call is one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import ClusterObject, ClusterSpec, Network, NetworkSpec, Node, NodeSpec, Service, ServiceSpec
from swarmlab.engine.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """How many tasks of a service run and should run; `completed` counts for jobs only."""

    running: int
    desired: int
    completed: int = 0


class RaftGroup(Protocol):
    """What the rules on nodes need to know of the managers; the cluster supplies it."""

    def is_member(self, node_id: NodeId) -> bool:
        """Whether the node belongs to the raft group (also an unreachable one does)."""

    def can_lose(self, node_id: NodeId) -> bool:
        """Whether a majority of the remaining members is reachable once this member is gone."""


class Control:
    """The requests that change a swarm, and the questions that need more than a look-up.

    Args:
        store: the swarm's store; `control.store` is for reading.
        clock: engine time.
        chance: ids, token secrets.
        raft: the managers, for promotion, demotion and removal; None: the spec's role alone decides.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, raft: RaftGroup | None = None) -> None:
        self.store = store
        raise NotImplementedError

    # --- services ---

    def create_service(self, spec: ServiceSpec) -> Service:
        """Declare a service; its tasks follow by themselves."""
        raise NotImplementedError

    def update_service(self, service_id: str, version: int, spec: ServiceSpec, *, rollback: bool = False) -> Service:
        """Change the declaration, or with `rollback` take the previous one back (`spec` must be valid all the same)."""
        raise NotImplementedError

    def remove_service(self, reference: str) -> Service:
        """Remove a service at once; its tasks follow as their containers stop."""
        raise NotImplementedError

    def service_status(self, service: Service) -> ServiceStatus:
        """What `service ls` counts: tasks last seen running whatever is desired of them, and tasks wanted."""
        raise NotImplementedError

    # --- nodes ---

    def update_node(self, reference: str, version: int, spec: NodeSpec) -> Node:
        """Change a node's availability, labels or wanted role."""
        raise NotImplementedError

    def remove_node(self, reference: str, *, force: bool = False) -> Node:
        """Forget a node; its tasks are orphaned."""
        raise NotImplementedError

    # --- networks ---

    def create_network(self, spec: NetworkSpec) -> Network:
        """Declare a network; the allocator gives it its ranges in the same breath."""
        raise NotImplementedError

    def remove_network(self, reference: str) -> Network:
        """Remove a network that nothing uses."""
        raise NotImplementedError

    # --- the cluster ---

    def update_cluster(
        self, version: int, spec: ClusterSpec, *, rotate_worker_token: bool = False, rotate_manager_token: bool = False
    ) -> ClusterObject:
        """Change the swarm's settings, rotate its join tokens."""
        raise NotImplementedError
