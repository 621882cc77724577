"""Whether the swarm goes over to another root certificate, and to which.

Owns the refusals of what users ask of the certificate authority. That nodes get new certificates follows by itself
(swarm/rotation.py). Source: swarmkit manager/controlapi/ca_rotation.go; refusals recorded from 28.5.2.
Simplification: no host of the simulated world signs certificates for others, so an external authority can be noted but
never be gone over to: it is not reachable, which is what a real swarm would say.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.errors import RpcInvalidArgument
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import ClusterObject, ClusterSpec, Root
from swarmlab.engine.swarm.roots import check_can_sign, check_root, make_root, normal_pem, tls_info


def with_authority(cluster: ClusterObject, spec: ClusterSpec, chance: Chance, now: float) -> ClusterObject:
    """The cluster with the root that the settings ask for: the same, or one that nodes are to go over to.

    Raises:
        RpcInvalidArgument, RpcInternal: it cannot be had.
    """
    certificate, key = normal_pem(spec.signing_ca_cert), spec.signing_ca_key
    if key and not certificate:
        raise RpcInvalidArgument("if a signing CA key is provided, the signing CA cert must also be provided")
    if not certificate:
        forced = spec.force_rotate != cluster.last_forced_rotation
        return _rotating(cluster, spec, make_root(chance, now)) if forced else cluster
    root = check_root(certificate, key, now)
    if not key:
        raise RpcInvalidArgument(
            "there must be at least one valid, reachable external CA corresponding to the desired CA certificate"
        )
    if certificate == cluster.root.certificate:
        return _settled(cluster, spec, root)
    if cluster.next_root is not None and certificate == cluster.next_root.certificate:
        return replace(cluster, next_root=root, last_forced_rotation=spec.force_rotate)
    return _rotating(cluster, spec, root)


def _rotating(cluster: ClusterObject, spec: ClusterSpec, root: Root) -> ClusterObject:
    """A rotation begins, or begins anew."""
    check_can_sign(root)
    info = tls_info(cluster.root, root)
    return replace(cluster, next_root=root, tls_info=info, last_forced_rotation=spec.force_rotate)


def _settled(cluster: ClusterObject, spec: ClusterSpec, root: Root) -> ClusterObject:
    """The root that is trusted already is wanted: a rotation that goes on is given up."""
    info = tls_info(root, root)
    return replace(cluster, root=root, next_root=None, tls_info=info, last_forced_rotation=spec.force_rotate)
