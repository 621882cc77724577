"""What users do to the swarm itself: change its settings, rotate its join tokens and its unlock key.

Owns the cluster's spec, the tokens' secrets and the unlock key. What becomes of the root is control_ca.py's.
Source: swarmkit manager/controlapi/cluster.go; the order of the refusals is that of its UpdateCluster.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import RpcInvalidArgument, UpdateOutOfSequence
from swarmlab.engine.ids import Chance
from swarmlab.engine.manager.control_ca import with_authority
from swarmlab.engine.model import ClusterObject, ClusterSpec
from swarmlab.engine.store import Store
from swarmlab.engine.swarm.roots import digest_of
from swarmlab.engine.swarm.tokens import make_join_token, make_unlock_key

MIN_EXPIRY_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """Which secrets an update renews."""

    worker_token: bool = False
    manager_token: bool = False
    unlock_key: bool = False


class Clusters:
    """Requests about the swarm itself.

    Args:
        chance: secrets come from it.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance

    def update(self, version: int, spec: ClusterSpec, rotation: Rotation) -> ClusterObject:
        """Change the settings; a rotated token keeps its digest of the root certificate and gets a new secret."""
        check_settings(spec)
        cluster = self._store.cluster()
        changed = with_authority(self._with_tokens(cluster, rotation), spec, self._chance, self._clock.now)
        if version != cluster.meta.version:
            raise UpdateOutOfSequence
        stored = replace(spec, name=spec.name or "default", signing_ca_cert="", signing_ca_key="")
        unlock_key = self._unlock_key(cluster, spec, rotation)
        with self._store.transaction() as transaction:
            transaction.update(replace(changed, spec=stored, unlock_key=unlock_key))
        return self._store.cluster()

    def _with_tokens(self, cluster: ClusterObject, rotation: Rotation) -> ClusterObject:
        digest = digest_of(cluster.root)
        if rotation.worker_token:
            cluster = replace(cluster, worker_token=make_join_token(digest, self._chance))
        if rotation.manager_token:
            cluster = replace(cluster, manager_token=make_join_token(digest, self._chance))
        return cluster

    def _unlock_key(self, cluster: ClusterObject, spec: ClusterSpec, rotation: Rotation) -> str:
        if not spec.autolock_managers:
            return ""
        return make_unlock_key(self._chance) if rotation.unlock_key or not cluster.unlock_key else cluster.unlock_key


def check_settings(spec: ClusterSpec) -> None:
    """Whether a swarm can have these settings.

    Raises:
        RpcInvalidArgument: it cannot.
    """
    if spec.name not in ("", "default"):
        raise RpcInvalidArgument("modification of cluster name is not allowed")
    if spec.node_cert_expiry_s and spec.node_cert_expiry_s < MIN_EXPIRY_S:
        raise RpcInvalidArgument("minimum certificate expiry time is: 1h0m0s")
    if spec.heartbeat_period_s < 0:
        raise RpcInvalidArgument("heartbeat time period cannot be a negative duration")
