"""What users may do to a swarm's store: one facade over the rules of each resource (SwarmKit's controlapi).

Owns the checks and the refusals of requests, and the specs of services, nodes, networks and the cluster. Moves no task
except for removal: orchestrators do that when they see the changed spec. Every call is one transaction.
"""

from __future__ import annotations

from collections.abc import Collection

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance
from swarmlab.engine.manager.control_attachments import Attachments
from swarmlab.engine.manager.control_cluster import Clusters, Rotation
from swarmlab.engine.manager.control_networks import Networks
from swarmlab.engine.manager.control_nodes import Nodes, RaftGroup
from swarmlab.engine.manager.control_secrets import Configs, Secrets
from swarmlab.engine.manager.control_services import Services, ServiceStatus
from swarmlab.engine.manager.control_volumes import ClusterVolumes
from swarmlab.engine.model import ClusterObject, ClusterSpec, Network, NetworkSpec, Node, NodeSpec, Service, ServiceSpec
from swarmlab.engine.store import Store

__all__ = ["Control", "RaftGroup", "Rotation", "ServiceStatus"]


class Control:
    """The requests that change a swarm, and the questions that need more than a look-up.

    Args:
        store: the swarm's store; `control.store` is for reading.
        clock: engine time.
        chance: ids, names, token secrets.
        raft: the managers, for demotion and removal; None: the spec's role alone decides.

    Attributes:
        secrets, configs, volumes: requests about these.
        attachments: requests of nodes for their containers.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, raft: RaftGroup | None = None) -> None:
        self.store = store
        self._clusters = Clusters(store, clock, chance)
        self._services = Services(store, clock, chance)
        self._nodes = Nodes(store, clock, raft)
        self._networks = Networks(store, chance)
        self.attachments = Attachments(store, clock, chance)
        self.secrets = Secrets(store, chance)
        self.configs = Configs(store, chance)
        self.volumes = ClusterVolumes(store, chance)

    # --- services ---

    def create_service(self, spec: ServiceSpec) -> Service:
        """Declare a service; its tasks follow by themselves. Networks may be named or given by id."""
        return self._services.create(spec)

    def update_service(self, service_id: str, version: int, spec: ServiceSpec, *, rollback: bool = False) -> Service:
        """Change the declaration, or with `rollback` take the previous one back (`spec` must be valid all the same)."""
        return self._services.update(service_id, version, spec, rollback=rollback)

    def remove_service(self, reference: str) -> Service:
        """Remove a service at once; its tasks follow as their containers stop."""
        return self._services.remove(reference)

    def service_status(self, service: Service) -> ServiceStatus:
        """What `service ls` counts: tasks last seen running whatever is desired of them, and tasks wanted."""
        return self._services.status(service)

    # --- nodes ---

    def update_node(self, reference: str, version: int, spec: NodeSpec) -> Node:
        """Change a node's availability, labels or wanted role."""
        return self._nodes.update(reference, version, spec)

    def remove_node(self, reference: str, *, force: bool = False) -> Node:
        """Forget a node; its tasks are orphaned."""
        return self._nodes.remove(reference, force=force)

    # --- networks ---

    def create_network(self, spec: NetworkSpec) -> Network:
        """Declare a network; the allocator gives it its ranges in the next step."""
        return self._networks.create(spec)

    def prune_networks(self, wanted: Collection[str]) -> list[str]:
        """Remove those of these networks that nothing uses. Returns the names of what is gone."""
        return self._networks.prune(wanted)

    def remove_network(self, reference: str) -> Network:
        """Remove a network that nothing uses."""
        return self._networks.remove(reference)

    # --- the cluster ---

    def update_cluster(self, version: int, spec: ClusterSpec, rotation: Rotation | None = None) -> ClusterObject:
        """Change the swarm's settings, rotate its secrets, let it go over to another root certificate."""
        return self._clusters.update(version, spec, rotation or Rotation())
