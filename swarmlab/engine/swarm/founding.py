"""What every swarm has from its first moment: its object with root, tokens and settings, and its networks.

Owns no state: it writes into an empty store. Source: swarmkit manager/manager.go, becomeLeader.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.engine.ids import Chance, ClusterId, NetworkId
from swarmlab.engine.manager.control_networks import ingress_network
from swarmlab.engine.model import DEFAULT_ADDR_POOL, ClusterObject, ClusterSpec, Network, NetworkSpec
from swarmlab.engine.store import Store
from swarmlab.engine.swarm.roots import digest_of, make_root, tls_info
from swarmlab.engine.swarm.tokens import make_join_token, make_unlock_key

_PREDEFINED = {"com.docker.swarm.predefined": "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What a new swarm is given."""

    spec: ClusterSpec = ClusterSpec()
    default_addr_pool: tuple[str, ...] = DEFAULT_ADDR_POOL
    subnet_size: int = 24
    data_path_port: int = 4789


def found(founding: Founding, store: Store, chance: Chance, now: float) -> None:
    """Write the first objects of a swarm."""
    with store.transaction() as transaction:
        transaction.create(_make_cluster(founding, chance, now))
        transaction.create(ingress_network(chance))
        for name in ("bridge", "host"):
            spec = NetworkSpec(name=name, driver=name, labels=_PREDEFINED)
            transaction.create(Network(id=NetworkId(chance.object_id()), spec=spec, predefined=True))


def note_keys(store: Store) -> None:
    """Write the cluster once more: its first leader has made the keys of the nodes' gossip, which nobody is shown.

    Source: swarmkit manager/keymanager/keymanager.go; recorded from 28.5.2: after `docker swarm init` the node's
    version is 9, the cluster's 10.
    """
    with store.transaction() as transaction:
        transaction.update(store.cluster())


def _make_cluster(founding: Founding, chance: Chance, now: float) -> ClusterObject:
    cluster_id, root = ClusterId(chance.object_id()), make_root(chance, now)
    return ClusterObject(
        id=cluster_id,
        spec=founding.spec,
        tls_info=tls_info(root, root),
        worker_token=make_join_token(digest_of(root), chance),
        manager_token=make_join_token(digest_of(root), chance),
        root=root,
        unlock_key=make_unlock_key(chance) if founding.spec.autolock_managers else "",
        default_addr_pool=founding.default_addr_pool,
        subnet_size=founding.subnet_size,
        data_path_port=founding.data_path_port,
    )
