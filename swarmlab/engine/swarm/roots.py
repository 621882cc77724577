"""Root certificates: the swarm's own, and those that users bring. Owns no state: values in, values out.

They are real (ECDSA P-256, X.509), but drawn from the seeded chance and signed deterministically, so a lab of one seed
repeats them. Nothing secret ever hangs on them.
Source: swarmkit ca/certificates.go (20 years, common name swarm-ca; NewRootCA), controlapi/ca_rotation.go; refusals
recorded from 28.5.2.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from swarmlab.engine.errors import RpcInternal, RpcInvalidArgument
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import Root, TLSInfo

SigningKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_LIFE = timedelta(days=20 * 365)
_LEAST_LIFE = timedelta(days=365)
_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\n.*?\n-----END \1-----", re.DOTALL)

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


def make_root(chance: Chance, now: float) -> Root:
    """A new root certificate, signed by itself."""
    key = make_key(chance)
    name = x509.Name([attribute(NameOID.COMMON_NAME, "swarm-ca")])
    # Source: cfssl: whole minutes, five of them backdated.
    start = time_of(now).replace(second=0, microsecond=0) - timedelta(minutes=5)
    usages = {usage: usage in ("key_cert_sign", "crl_sign") for usage in _KEY_USAGES}
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), make_serial(chance), start, start + _LIFE)
        .add_extension(x509.KeyUsage(**usages), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Root(certificate=sign(builder, key), key=pem)


def digest_of(root: Root) -> str:
    """The SHA-256 of a root certificate, hexadecimal: what join tokens hold of it."""
    return hashlib.sha256(root.certificate.encode()).hexdigest()


def tls_info(trusted: Root, issuer: Root) -> TLSInfo:
    """What the API shows of who is trusted and who issues."""
    certificate, _ = signer(issuer)
    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    subject = certificate.subject.public_bytes()
    return TLSInfo(trust_root=trusted.certificate, cert_issuer_subject=subject, cert_issuer_public_key=public)


@lru_cache(maxsize=16)
def signer(root: Root) -> tuple[x509.Certificate, SigningKey]:
    """A root's certificate and key, read."""
    key = load_pem_private_key(root.key.encode(), None)
    assert isinstance(key, SigningKey)
    return x509.load_pem_x509_certificate(root.certificate.encode()), key


def sign(builder: x509.CertificateBuilder, key: SigningKey) -> str:
    """A certificate as PEM."""
    deterministic = True if isinstance(key, ec.EllipticCurvePrivateKey) else None
    return builder.sign(key, SHA256(), ecdsa_deterministic=deterministic).public_bytes(Encoding.PEM).decode()


# --- roots that users bring ----------------------------------------------------------------------------------------


def normal_pem(text: str) -> str:
    """The PEM blocks of a text, without what stands around them."""
    return "".join(f"{block[0]}\n" for block in _PEM.finditer(text.replace("\r\n", "\n")))


def check_root(certificate: str, key: str, now: float) -> Root:
    """A root that a user wants the swarm to go over to.

    Args:
        certificate: PEM, normal.
        key: PEM; empty: an external authority has it.
        now: seconds since the Unix epoch.

    Raises:
        RpcInvalidArgument: no swarm can use it.
    """
    found = _read_certificates(certificate)
    for each in found:
        _check_dates(each, now)
    if key:
        _check_key(_read_key(key), found[0].public_key())
    if len(found) > 1:
        raise RpcInvalidArgument("the desired CA certificate cannot contain multiple certificates")
    if found[0].not_valid_after_utc < time_of(now) + _LEAST_LIFE:
        raise RpcInvalidArgument("CA certificate expires too soon")
    return Root(certificate=certificate, key=key)


def check_can_sign(root: Root) -> None:
    """Whether the old root can vouch for the new one, so that nodes trust both meanwhile.

    Raises:
        RpcInternal: it is no certificate of an authority.
    """
    try:
        constraints = signer(root)[0].extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        constraints = x509.BasicConstraints(ca=False, path_length=None)
    if not constraints.ca:
        raise RpcInternal("unable to generate a cross-signed certificate for root rotation")


def _read_certificates(text: str) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        refusal = 'invalid root certificates: {"code":1003,"message":"Failed to parse certificate"}'
        raise RpcInvalidArgument(refusal) from None


def _check_dates(certificate: x509.Certificate, now: float) -> None:
    time = time_of(now)
    if certificate.not_valid_before_utc <= time <= certificate.not_valid_after_utc:
        return
    early = time < certificate.not_valid_before_utc
    limit = certificate.not_valid_before_utc if early else certificate.not_valid_after_utc
    raise RpcInvalidArgument(
        "error while validating Root CA Certificate: x509: certificate has expired or is not yet valid: "
        f"current time {_go_time(time)} is {'before' if early else 'after'} {_go_time(limit)}"
    )


def _read_key(text: str) -> SigningKey:
    try:
        key = load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, SigningKey):
        refusal = 'malformed private key: {"code":2002,"message":"Failed to decode private key"}'
        raise RpcInvalidArgument(refusal)
    return key


def _check_key(key: SigningKey, public: CertificatePublicKeyTypes) -> None:
    if key.public_key() != public:
        raise RpcInvalidArgument("certificate key mismatch")


# --- parts ---------------------------------------------------------------------------------------------------------


def make_key(chance: Chance) -> ec.EllipticCurvePrivateKey:
    """A key of the swarm's own kind."""
    scalar = int.from_bytes(chance.bytes(32)) % (_ORDER - 1) + 1
    return ec.derive_private_key(scalar, _CURVE)


def make_serial(chance: Chance) -> int:
    """A serial number."""
    return int.from_bytes(chance.bytes(20)) >> 1 | 1


def attribute(oid: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    """A part of a name as Go writes it (PrintableString), so that the issuer's bytes are Docker's."""
    return x509.NameAttribute(oid, value, _ASN1Type.PrintableString)


def time_of(now: float) -> datetime:
    """Engine time in whole seconds, as certificates have it."""
    return datetime.fromtimestamp(now, UTC).replace(microsecond=0)


def _go_time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
