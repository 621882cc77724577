"""The certificate authority and join tokens."""

import base64
import hashlib

import pytest
from cryptography import x509

from swarmlab.engine.errors import ServerError
from swarmlab.engine.ids import Chance, ClusterId, NodeId
from swarmlab.engine.model import Role
from swarmlab.engine.swarm.certificates import RootCA, parse_join_token

NOW = 1_700_000_000.0


def test_the_root_certificate_is_one_that_other_programs_read() -> None:
    """It names the swarm's authority, may sign, is signed by itself, and lives for twenty years."""
    certificate = x509.load_pem_x509_certificate(RootCA(Chance(1), NOW).pem.encode())
    assert certificate.subject.rfc4514_string() == "CN=swarm-ca"
    certificate.verify_directly_issued_by(certificate)
    assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days == 20 * 365


def test_the_issuer_is_written_as_docker_writes_it() -> None:
    """`node inspect` shows these bytes, the same on every swarm."""
    subject = RootCA(Chance(1), NOW).tls_info.cert_issuer_subject
    assert base64.b64encode(subject) == b"MBMxETAPBgNVBAMTCHN3YXJtLWNh"


def test_a_token_holds_the_digest_of_the_root_certificate() -> None:
    """Its middle part is the certificate's SHA-256, so that a node can tell the swarm that it was invited to."""
    ca = RootCA(Chance(1), NOW)
    token = ca.make_join_token()
    prefix, version, digest, secret = token.split("-")
    assert (prefix, version, len(digest), len(secret)) == ("SWMTKN", "1", 50, 25)
    assert parse_join_token(token).digest == hashlib.sha256(ca.pem.encode()).hexdigest()


def test_tokens_of_one_swarm_differ_in_their_secret_only() -> None:
    """Worker and manager tokens have one digest."""
    ca = RootCA(Chance(1), NOW)
    one, other = ca.make_join_token(), ca.make_join_token()
    assert one[:60] == other[:60]
    assert one != other


def test_one_seed_gives_the_same_certificates() -> None:
    """Keys come from the seed and signatures are deterministic."""

    def issue() -> str:
        ca = RootCA(Chance(7), NOW)
        return ca.issue(NodeId("n"), Role.WORKER, ClusterId("c"), now=NOW, valid_s=7776000).pem

    assert issue() == issue()


def test_a_node_certificate_names_node_role_and_swarm() -> None:
    """CN, OU and O are what Swarm puts there, and the authority has signed it."""
    ca = RootCA(Chance(7), NOW)
    issued = ca.issue(NodeId("n"), Role.MANAGER, ClusterId("c"), now=NOW, valid_s=3600)
    certificate = x509.load_pem_x509_certificate(issued.pem.encode())
    assert certificate.subject.rfc4514_string() == "CN=n,OU=swarm-manager,O=c"
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(ca.pem.encode()))
    assert certificate.not_valid_after_utc == issued.expires


NO_TOKENS = ["foo", "SWMTKN-1-abc-def", "SWMTKN-1-" + "1" * 50, "SWMTKN-2-" + "1" * 50 + "-" + "a" * 25]


@pytest.mark.parametrize("text", NO_TOKENS)
def test_what_is_no_token_is_refused(text: str) -> None:
    """Parts that are missing or too short are noticed without asking anybody."""
    with pytest.raises(ServerError, match=r"^invalid join token$"):
        parse_join_token(text)
