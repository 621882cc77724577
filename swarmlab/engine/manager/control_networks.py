"""What users do to swarm networks: create and remove them; and the ingress network that every swarm begins with.

Owns networks' specs and the refusals. Ranges and addresses are the allocator's.
Source: swarmkit manager/controlapi/network.go, manager/manager.go (newIngressNetwork).
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from swarmlab.engine.errors import (
    Conflict,
    NotImplementedHere,
    RpcAlreadyExists,
    RpcFailedPrecondition,
    RpcInvalidArgument,
    RpcPermissionDenied,
)
from swarmlab.engine.ids import Chance, NetworkId
from swarmlab.engine.manager.ports import needs_ingress
from swarmlab.engine.manager.service_rules import check_name
from swarmlab.engine.model import Network, NetworkSpec, Service, Task, TaskState
from swarmlab.engine.store import Store

PREDEFINED_LABEL = "com.docker.swarm.predefined"


def ingress_network(chance: Chance) -> Network:
    """The network of the routing mesh, as every new swarm has it; the allocator gives it 10.0.0.0/24."""
    spec = NetworkSpec(name="ingress", ingress=True)
    return Network(id=NetworkId(chance.object_id()), spec=spec)


class Networks:
    """Requests about networks.

    Args:
        store: the swarm's store.
        chance: ids.
    """

    def __init__(self, store: Store, chance: Chance) -> None:
        self._store, self._chance = store, chance

    def create(self, spec: NetworkSpec) -> Network:
        """Declare a network."""
        if self._store.named(Network, spec.name):
            raise Conflict(f"network with name {spec.name} already exists")
        _check(spec)
        present = [network.id for network in self._store.all(Network) if network.spec.ingress]
        if spec.ingress and present:
            raise RpcAlreadyExists(f"ingress network ({present[0]}) is already present")
        network = Network(id=NetworkId(self._chance.object_id()), spec=spec)
        with self._store.transaction() as transaction:
            transaction.create(network)
        return self._store.find(Network, network.id)

    def remove(self, reference: str) -> Network:
        """Remove a network that nothing uses any more."""
        network = self._store.find(Network, reference)
        if network.predefined:
            raise RpcFailedPrecondition(
                f"network {network.id} ({network.spec.name}) is a swarm predefined network and cannot be removed"
            )
        if network.spec.ingress:
            self._check_ingress_unused()
        else:
            self._check_unused(network)
        with self._store.transaction() as transaction:
            transaction.remove(network)
        return network

    def prune(self, wanted: Collection[str]) -> list[str]:
        """Remove those of these networks that nothing uses. Returns the names of what is gone."""
        gone = []
        for network in [self._store.get(Network, NetworkId(id_)) for id_ in sorted(wanted)]:
            if network is None or network.predefined or network.spec.ingress:
                continue
            with suppress(RpcFailedPrecondition):
                gone.append(self.remove(network.id).spec.name)
        return gone

    def _check_unused(self, network: Network) -> None:
        for service in self._store.all(Service):
            if any(config.target == network.id for config in (*service.spec.task.networks, *service.spec.networks)):
                raise RpcFailedPrecondition(f"network {network.id} is in use by service {service.id}")
        for task in self._store.all(Task):
            live = task.desired_state <= TaskState.RUNNING and task.state <= TaskState.RUNNING
            if live and any(attachment.network_id == network.id for attachment in task.networks):
                raise RpcFailedPrecondition(f"network {network.id} is in use by task {task.id}")

    def _check_ingress_unused(self) -> None:
        for service in self._store.all(Service):
            if needs_ingress(service.spec):
                raise RpcFailedPrecondition(
                    f"ingress network cannot be removed because service {service.id} depends on it"
                )


def _check(spec: NetworkSpec) -> None:
    if spec.attachable and spec.ingress:
        raise RpcInvalidArgument("ingress network cannot be attachable")
    check_name(spec.name)
    if PREDEFINED_LABEL in spec.labels:
        raise RpcPermissionDenied(
            f"label {PREDEFINED_LABEL} is for internally created predefined networks and cannot be applied by users"
        )
    if spec.driver != "overlay" and (spec.ipam or spec.ipam_options):
        raise NotImplementedHere(f"this engine gives no ranges to swarm networks with driver {spec.driver}")
    if spec.ipam_driver not in ("", "default"):
        raise RpcInvalidArgument(f"error during lookup of plugin {spec.ipam_driver}")
    # Wrong ranges do not come so far: the engine refuses them (host/ranges.py), all but one that says nothing.
    if any(not config.subnet for config in spec.ipam):
        raise RpcInvalidArgument("ipam configuration: invalid subnet ")
