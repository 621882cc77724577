"""Certificates of one lab: its own authority, a certificate for each engine and one for the learner.

Owns how they are made; where files lie is decided by the callers. The authority lives in memory only and ends with
the lab, so nobody can issue more certificates for its engines later.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 30
"""Longer than any lab lives, and short enough that a stolen key is soon worthless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What one side of a TLS connection needs, each in PEM."""

    authority: bytes
    certificate: bytes
    key: bytes

    def files(self) -> dict[str, bytes]:
        """Under the names that Docker gives them."""
        return {"ca.pem": self.authority, "cert.pem": self.certificate, "key.pem": self.key}

    def write(self, directory: Path) -> None:
        """Write the three files, readable by this user only, into a directory that is as private."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        for name, content in self.files().items():
            path = directory / name
            path.touch(mode=0o600)
            path.write_bytes(content)


class Authority:
    """A certificate authority for one lab."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _common_name(name)
        self._certificate = self._sign_itself()

    def issue_server(self, names: Iterable[str]) -> Credentials:
        """For an engine that is reached under these host names and addresses."""
        alternatives = x509.SubjectAlternativeName([_general_name(name) for name in names])
        return self._issue("engine", ExtendedKeyUsageOID.SERVER_AUTH, alternatives)

    def issue_client(self) -> Credentials:
        """For whoever may talk to the engines."""
        return self._issue("learner", ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def _sign_itself(self) -> x509.Certificate:
        usage = _key_usage(signs_certificates=True)
        builder = (
            _builder(self._name, self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
        )
        return builder.sign(self._key, hashes.SHA256())

    def _issue(
        self, name: str, purpose: x509.ObjectIdentifier, alternatives: x509.SubjectAlternativeName | None
    ) -> Credentials:
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = (
            _builder(_common_name(name), self._name, key)
            .add_extension(issuer, critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        )
        if alternatives is not None:
            builder = builder.add_extension(alternatives, critical=False)
        return Credentials(
            authority=_pem(self._certificate),
            certificate=_pem(builder.sign(self._key, hashes.SHA256())),
            key=key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    # An hour back: a virtual machine's clock may lag behind its host's.
    begin = datetime.now(UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
