"""The swarm's certificate authority and its join tokens.

Owns keys and certificates: they are real (ECDSA P-256, X.509), but drawn from the seeded chance and signed
deterministically, so a lab of one seed repeats them. Nothing secret ever hangs on them.
Source: swarmkit ca/config.go (tokens), ca/certificates.go (root certificate: 20 years, common name swarm-ca).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from swarmlab.engine.errors import ServerError
from swarmlab.engine.ids import Chance, ClusterId, NodeId, base36
from swarmlab.engine.model import Role, TLSInfo

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ROOT_LIFE = timedelta(days=20 * 365)
_DIGEST_LENGTH = 50
_SECRET_LENGTH = 25
_BACKDATED = timedelta(hours=1)

_KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinToken:
    """A join token taken apart: the digest (hexadecimal) of the swarm's root certificate, and the role's secret."""

    digest: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeCertificate:
    """What makes a node a member: signed by the swarm's authority for one id, one role, one swarm."""

    node_id: NodeId
    role: Role
    cluster_id: ClusterId
    expires: datetime
    pem: str


class RootCA:
    """The swarm's certificate authority.

    Args:
        chance: the keys come from it.
        now: seconds since the Unix epoch.
    """

    def __init__(self, chance: Chance, now: float) -> None:
        self._chance = chance
        self._key = _make_key(chance)
        self._name = x509.Name([_attribute(NameOID.COMMON_NAME, "swarm-ca")])
        self._certificate = self._make_root(now)
        self.pem = self._certificate.public_bytes(Encoding.PEM).decode()
        self.digest = hashlib.sha256(self.pem.encode()).hexdigest()

    @property
    def tls_info(self) -> TLSInfo:
        """What the API shows of the authority."""
        return TLSInfo(
            trust_root=self.pem,
            cert_issuer_subject=self._name.public_bytes(),
            cert_issuer_public_key=self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        )

    def make_join_token(self) -> str:
        """A new token for this authority: its digest and a fresh secret, both in base 36."""
        secret = base36(int.from_bytes(self._chance.bytes(16)), _SECRET_LENGTH)
        return f"SWMTKN-1-{base36(int(self.digest, 16), _DIGEST_LENGTH)}-{secret}"

    def issue(
        self, node_id: NodeId, role: Role, cluster_id: ClusterId, *, now: float, valid_s: float
    ) -> NodeCertificate:
        """A certificate for a node. Source: swarmkit ca/config.go: CN node id, OU swarm-<role>, O cluster id."""
        expires = _time(now) + timedelta(seconds=valid_s)
        subject = x509.Name(
            [
                _attribute(NameOID.ORGANIZATION_NAME, cluster_id),
                _attribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"swarm-{role.value}"),
                _attribute(NameOID.COMMON_NAME, node_id),
            ]
        )
        builder = self._builder(subject, _make_key(self._chance), _time(now) - _BACKDATED, expires)
        return NodeCertificate(
            node_id=node_id, role=role, cluster_id=cluster_id, expires=expires, pem=_pem(self._sign(builder))
        )

    def _make_root(self, now: float) -> x509.Certificate:
        # Source: cfssl: whole minutes, five of them backdated.
        start = _time(now).replace(second=0, microsecond=0) - timedelta(minutes=5)
        usages = {usage: usage in ("key_cert_sign", "crl_sign") for usage in _KEY_USAGES}
        builder = (
            self._builder(self._name, self._key, start, start + _ROOT_LIFE)
            .add_extension(x509.KeyUsage(**usages), critical=True)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        )
        return self._sign(builder)

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime, end: datetime
    ) -> x509.CertificateBuilder:
        return x509.CertificateBuilder(
            issuer_name=self._name,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=int.from_bytes(self._chance.bytes(20)) >> 1 | 1,
            not_valid_before=start,
            not_valid_after=end,
        )

    def _sign(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        return builder.sign(self._key, SHA256(), ecdsa_deterministic=True)


def parse_join_token(token: str) -> JoinToken:
    """Take a join token apart.

    Raises:
        ServerError: it is none.
    """
    if not token:
        # Docker then trusts whatever authority it finds, and is refused there.
        return JoinToken(digest="", secret="")
    parts = token.split("-")
    if len(parts) != 4 or parts[:2] != ["SWMTKN", "1"]:
        raise ServerError("invalid join token")
    digest, secret = parts[2:]
    if (len(digest), len(secret)) != (_DIGEST_LENGTH, _SECRET_LENGTH) or not digest.isalnum():
        raise ServerError("invalid join token")
    return JoinToken(digest=f"{int(digest, 36):064x}", secret=secret)


def _make_key(chance: Chance) -> ec.EllipticCurvePrivateKey:
    scalar = int.from_bytes(chance.bytes(32)) % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, _CURVE)


def _attribute(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    """A part of a name as Go writes it (PrintableString), so that the issuer's bytes are Docker's."""
    return x509.NameAttribute(oid, value, _ASN1Type.PrintableString)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _time(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC).replace(microsecond=0)
