"""Root certificates: the swarm's own, and those that a user may or may not bring."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from swarmlab.engine.errors import EngineError
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import Root
from swarmlab.engine.swarm.roots import check_can_sign, check_root, make_root, normal_pem, tls_info

NOW = 1_700_000_000.0
DAY = timedelta(days=1)


def bring(*, begins: timedelta = -DAY, ends: timedelta = 3650 * DAY, ca: bool = True) -> Root:
    """A root of one's own, valid between two moments round NOW."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.fromtimestamp(NOW, UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mine")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now + begins, now + ends)
    signed = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True).sign(key, SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Root(certificate=signed.public_bytes(Encoding.PEM).decode(), key=pem.decode())


def test_the_root_certificate_is_one_that_other_programs_read() -> None:
    """It names the swarm's authority, may sign, is signed by itself, and lives for twenty years."""
    certificate = x509.load_pem_x509_certificate(make_root(Chance(1), NOW).certificate.encode())
    assert certificate.subject.rfc4514_string() == "CN=swarm-ca"
    certificate.verify_directly_issued_by(certificate)
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 20 * 365


def test_the_issuer_is_written_as_docker_writes_it() -> None:
    """`node inspect` shows these bytes, the same on every swarm."""
    root = make_root(Chance(1), NOW)
    assert base64.b64encode(tls_info(root, root).cert_issuer_subject) == b"MBMxETAPBgNVBAMTCHN3YXJtLWNh"


def test_a_root_of_ones_own_can_be_used() -> None:
    """As it is, and it vouches for others."""
    root = bring()
    assert check_root(root.certificate, root.key, NOW) == root
    check_can_sign(root)


def test_what_stands_round_the_pem_does_not_count() -> None:
    """Text before and after, or nothing but text."""
    root = make_root(Chance(1), NOW)
    assert normal_pem(f"mine:\n{root.certificate}\nthat is all") == root.certificate
    assert normal_pem("nothing") == ""


GOOD, OTHER, SOON, OLD = bring(), bring(), bring(ends=100 * DAY), bring(begins=-9 * DAY, ends=-DAY)
LATER = bring(begins=DAY)
OUT_OF_TIME = (
    "error while validating Root CA Certificate: x509: certificate has expired or is not yet valid: current time "
)
NO_KEY = 'malformed private key: {"code":2002,"message":"Failed to decode private key"}'
NO_CERTIFICATE = 'invalid root certificates: {"code":1003,"message":"Failed to parse certificate"}'


@pytest.mark.parametrize(
    ("certificate", "key", "words"),
    [
        (GOOD.certificate, OTHER.key, "certificate key mismatch"),
        (GOOD.certificate, "junk", NO_KEY),
        (SOON.certificate, SOON.key, "CA certificate expires too soon"),
        (OLD.certificate, OLD.key, OUT_OF_TIME + "2023-11-14T22:13:20Z is after 2023-11-13T22:13:20Z"),
        (LATER.certificate, LATER.key, OUT_OF_TIME + "2023-11-14T22:13:20Z is before 2023-11-15T22:13:20Z"),
        (
            GOOD.certificate + OTHER.certificate,
            GOOD.key,
            "the desired CA certificate cannot contain multiple certificates",
        ),
        (GOOD.key, GOOD.key, NO_CERTIFICATE),
    ],
)
def test_a_root_that_no_swarm_can_use(certificate: str, key: str, words: str) -> None:
    """In the words of a real engine."""
    with pytest.raises(EngineError) as refusal:
        check_root(certificate, key, NOW)
    assert str(refusal.value) == f"rpc error: code = InvalidArgument desc = {words}"


def test_a_certificate_that_is_no_authority_cannot_be_gone_over_to() -> None:
    """Nothing can be cross-signed with it."""
    with pytest.raises(EngineError) as refusal:
        check_can_sign(bring(ca=False))
    assert str(refusal.value) == (
        "rpc error: code = Internal desc = unable to generate a cross-signed certificate for root rotation"
    )
