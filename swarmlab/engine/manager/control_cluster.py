"""What users do to the swarm itself: change its settings, rotate its join tokens.

Owns the cluster's spec and the tokens' secrets. Certificates and their rotation are the cluster's (cluster.py).
Source: swarmkit manager/controlapi/cluster.go, ca/config.go (GenerateJoinToken).
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.errors import NotImplementedHere, RpcInvalidArgument, UpdateOutOfSequence
from swarmlab.engine.ids import Chance, base36
from swarmlab.engine.model import ClusterObject, ClusterSpec
from swarmlab.engine.store import Store

_SECRET_BYTES, _SECRET_LENGTH = 16, 25
_MIN_EXPIRY_S = 3600


def update_cluster(
    store: Store, chance: Chance, version: int, spec: ClusterSpec, *, rotate_worker: bool, rotate_manager: bool
) -> ClusterObject:
    """Change the settings; a rotated token keeps its digest of the root certificate and gets a new secret."""
    cluster = store.cluster()
    _check(cluster.spec, spec)
    if version != cluster.meta.version:
        raise UpdateOutOfSequence
    changed = replace(
        cluster,
        spec=spec,
        worker_token=_rotated(cluster.worker_token, chance) if rotate_worker else cluster.worker_token,
        manager_token=_rotated(cluster.manager_token, chance) if rotate_manager else cluster.manager_token,
    )
    with store.transaction() as transaction:
        transaction.update(changed)
    return store.cluster()


def _rotated(token: str, chance: Chance) -> str:
    secret = base36(int.from_bytes(chance.bytes(_SECRET_BYTES), "big"), _SECRET_LENGTH)
    return f"{token.rpartition('-')[0]}-{secret}"


def _check(before: ClusterSpec, after: ClusterSpec) -> None:
    if after.name != before.name:
        raise RpcInvalidArgument("modification of cluster name is not allowed")
    if after.node_cert_expiry_s and after.node_cert_expiry_s < _MIN_EXPIRY_S:
        raise RpcInvalidArgument("minimum certificate expiry time is: 1h0m0s")
    if after.heartbeat_period_s < 0:
        raise RpcInvalidArgument("heartbeat time period cannot be a negative duration")
    if after.autolock_managers and not before.autolock_managers:
        raise NotImplementedHere("this engine has no autolock")
    if after.force_rotate != before.force_rotate:
        raise NotImplementedHere("this engine does not rotate its root certificate")
