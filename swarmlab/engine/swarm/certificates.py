"""Node certificates: what makes an engine a member of a swarm. Owns no state.

Source: swarmkit ca/config.go, ca/certificates.go: CN node id, OU swarm-<role>, O cluster id; backdated by an hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import ClusterObject, Role, Root
from swarmlab.engine.swarm.roots import attribute, make_key, make_serial, sign, signer, time_of

_BACKDATED = timedelta(hours=1)
_DEFAULT_LIFE_S = 7776000


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCertificate:
    """Signed by the swarm's authority for one id, one role, one swarm.

    Attributes:
        issuer: the root that signed it.
        begins, expires: when it is valid, seconds since the Unix epoch.
        pem: the certificate itself.
    """

    node_id: NodeId
    role: Role
    issuer: Root
    begins: float
    expires: float
    pem: str


def issue(cluster: ClusterObject, node_id: NodeId, role: Role, *, chance: Chance, now: float) -> NodeCertificate:
    """A certificate for a node; while the root is changed, one of the new root."""
    issuer = cluster.next_root or cluster.root
    authority, key = signer(issuer)
    life = timedelta(seconds=cluster.spec.node_cert_expiry_s or _DEFAULT_LIFE_S)
    begins, expires = time_of(now) - _BACKDATED, time_of(now) + life
    subject = x509.Name(
        [
            attribute(NameOID.ORGANIZATION_NAME, cluster.id),
            attribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"swarm-{role.value}"),
            attribute(NameOID.COMMON_NAME, node_id),
        ]
    )
    public = make_key(chance).public_key()
    builder = x509.CertificateBuilder(authority.subject, subject, public, make_serial(chance), begins, expires)
    return NodeCertificate(
        node_id=node_id,
        role=role,
        issuer=issuer,
        begins=begins.timestamp(),
        expires=expires.timestamp(),
        pem=sign(builder, key),
    )
