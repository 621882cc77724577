"""Node certificates."""

from dataclasses import replace

from cryptography import x509

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import ClusterObject, ClusterSpec, Role
from swarmlab.engine.store import Store
from swarmlab.engine.swarm.certificates import NodeCertificate, issue
from swarmlab.engine.swarm.founding import Founding, found
from swarmlab.engine.swarm.roots import make_root

NOW = 1_700_000_000.0


def make_cluster(life_s: float = 7776000) -> ClusterObject:
    store = Store(Clock(NOW))
    found(Founding(spec=ClusterSpec(node_cert_expiry_s=life_s)), store, Chance(7), NOW)
    return store.cluster()


def issued(cluster: ClusterObject) -> NodeCertificate:
    return issue(cluster, NodeId("n"), Role.MANAGER, chance=Chance(8), now=NOW)


def read(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def test_one_seed_gives_the_same_certificates() -> None:
    """Keys come from the seed and signatures are deterministic."""
    assert issued(make_cluster()) == issued(make_cluster())


def test_a_node_certificate_names_node_role_and_swarm() -> None:
    """CN, OU and O are what Swarm puts there, and the authority has signed it."""
    cluster = make_cluster(life_s=3600)
    certificate = read(issued(cluster).pem)
    assert certificate.subject.rfc4514_string() == f"CN=n,OU=swarm-manager,O={cluster.id}"
    certificate.verify_directly_issued_by(read(cluster.root.certificate))
    assert certificate.not_valid_after_utc.timestamp() == NOW + 3600
    assert certificate.not_valid_before_utc.timestamp() == NOW - 3600


def test_an_expiry_of_zero_is_the_usual_one() -> None:
    """Ninety days."""
    assert issued(make_cluster(life_s=0)).expires == NOW + 90 * 86400


def test_while_the_root_is_changed_the_new_one_signs() -> None:
    """So nodes that join meanwhile need no other certificate afterwards."""
    root = make_root(Chance(9), NOW)
    certificate = issued(replace(make_cluster(), next_root=root))
    read(certificate.pem).verify_directly_issued_by(read(root.certificate))
    assert certificate.issuer == root
