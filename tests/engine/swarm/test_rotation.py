"""The change of the root certificate. Times and states as recorded from engines 28.5.2."""

from dataclasses import replace

import pytest

from swarmlab.engine.errors import EngineError
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import ClusterObject, ClusterSpec, ExternalCA, Node, Root
from swarmlab.engine.swarm.roots import make_root
from tests.engine.simulated import Hosts

UNREACHABLE = "there must be at least one valid, reachable external CA corresponding to the desired CA certificate"


def rotate(hosts: Hosts, **changes: object) -> ClusterObject:
    """`docker swarm ca --rotate`."""
    cluster = hosts.swarm.store.cluster()
    wanted = changes or {"force_rotate": cluster.spec.force_rotate + 1}
    spec: ClusterSpec = replace(cluster.spec, **wanted)  # type: ignore[arg-type]
    return hosts.ask(3, lambda control: control.update_cluster(cluster.meta.version, spec))


def own_root() -> Root:
    return make_root(Chance(99), 1_767_603_600.0)


def ready(hosts: Hosts) -> list[str]:
    """The hosts whose TLS STATUS is Ready."""
    info = hosts.swarm.store.cluster().tls_info
    nodes = hosts.swarm.store.all(Node)
    return sorted(node.hostname for node in nodes if node.description and node.description.tls_info == info)


ALL = ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]


def test_the_nodes_get_new_certificates_and_then_a_new_root() -> None:
    """Certificates within a second; after three seconds the new root is the one that everybody trusts."""
    hosts = Hosts("formed")
    before = hosts.swarm.store.cluster()
    during = rotate(hosts)
    assert during.root_rotation_in_progress
    assert during.tls_info.trust_root == before.tls_info.trust_root
    assert during.tls_info.cert_issuer_public_key != before.tls_info.cert_issuer_public_key
    assert during.worker_token == before.worker_token
    assert ready(hosts) == []
    hosts.advance(0.7)
    assert ready(hosts) == ALL
    hosts.advance(2.4)
    after = hosts.swarm.store.cluster()
    assert not after.root_rotation_in_progress
    assert after.tls_info.trust_root not in ("", before.tls_info.trust_root)
    assert ready(hosts) == []
    hosts.advance(0.3)
    assert ready(hosts) == ALL


def test_join_tokens_change_with_the_root() -> None:
    """The old ones are of another authority; nodes that are in stay in."""
    hosts = Hosts(nodes=3)
    hosts.init(3)
    hosts.wait(hosts.join(1))
    old = hosts.token()
    rotate(hosts)
    hosts.advance(4)
    assert hosts.refusal(hosts.join(2, join_token=old))[1].startswith("remote CA does not match fingerprint. Expected:")
    hosts.wait(hosts.join(2))
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]


def test_who_joins_meanwhile_needs_no_other_certificate() -> None:
    """It comes with the old token, and has one of the new root at once."""
    hosts = Hosts(nodes=3)
    hosts.init(3)
    hosts.wait(hosts.join(1))
    hosts[1].power_off()
    rotate(hosts)
    hosts.wait(hosts.join(2))
    assert "docker-swarm-2" in ready(hosts)


def test_a_node_that_is_away_keeps_the_rotation_going() -> None:
    """Until it is back and has its certificate."""
    hosts = Hosts("formed")
    hosts[2].power_off()
    rotate(hosts)
    hosts.advance(60)
    assert hosts.swarm.store.cluster().root_rotation_in_progress
    assert ready(hosts) == ["docker-swarm-1", "docker-swarm-3"]
    hosts[2].power_on()
    hosts.advance(6)
    assert not hosts.swarm.store.cluster().root_rotation_in_progress
    assert ready(hosts) == ALL


def test_a_node_that_is_removed_is_not_waited_for() -> None:
    """That is how a rotation comes to its end when a host is lost."""
    hosts = Hosts("formed")
    hosts[2].power_off()
    hosts.advance(20)
    rotate(hosts)
    hosts.ask(3, lambda control: control.remove_node("docker-swarm-2"))
    hosts.advance(4)
    assert not hosts.swarm.store.cluster().root_rotation_in_progress


def test_a_new_leader_goes_on_with_it() -> None:
    """Who was asked already is asked again."""
    hosts = Hosts("three-managers", nodes=4)
    hosts[4].power_off()
    hosts.advance(20)
    rotate(hosts)
    hosts[3].power_off()
    hosts.advance(30)
    hosts[3].power_on()
    hosts[4].power_on()
    hosts.advance(20)
    assert not hosts.swarm.store.cluster().root_rotation_in_progress
    assert ready(hosts) == [*ALL, "docker-swarm-4"]


def test_a_rotation_can_begin_anew() -> None:
    """The first new root is forgotten."""
    hosts = Hosts("formed")
    first = rotate(hosts).next_root
    hosts.advance(1)
    second = rotate(hosts).next_root
    hosts.advance(4)
    root = hosts.swarm.store.cluster().root
    assert root == second != first
    assert ready(hosts) == ALL


def test_no_more_than_thirty_nodes_are_asked_at_a_time() -> None:
    """The next thirty after three seconds."""
    hosts = Hosts("formed", nodes=40)
    rotate(hosts)
    hosts.advance(1)
    assert len(ready(hosts)) == 30
    hosts.advance(3)
    assert len(ready(hosts)) == 40


def test_a_root_of_ones_own() -> None:
    """Neither it nor its key is ever shown; the issuer's name is that of the certificate."""
    hosts, root = Hosts("formed"), own_root()
    rotate(hosts, signing_ca_cert=root.certificate, signing_ca_key=root.key)
    hosts.advance(4)
    cluster = hosts.swarm.store.cluster()
    assert cluster.root == root
    assert (cluster.spec.signing_ca_cert, cluster.spec.signing_ca_key) == ("", "")
    rotate(hosts, signing_ca_cert=root.certificate, signing_ca_key=root.key)
    assert not hosts.swarm.store.cluster().root_rotation_in_progress


def test_going_back_to_the_present_root_ends_a_rotation() -> None:
    """Nodes that have a certificate of the other one keep it until it is renewed."""
    hosts, root = Hosts("formed"), own_root()
    rotate(hosts, signing_ca_cert=root.certificate, signing_ca_key=root.key)
    hosts.advance(4)
    hosts[1].power_off()
    rotate(hosts)
    assert rotate(hosts, signing_ca_cert=root.certificate, signing_ca_key=root.key).next_root is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"signing_ca_key": "x"},
            "if a signing CA key is provided, the signing CA cert must also be provided",
        ),
        ({"signing_ca_cert": own_root().certificate}, UNREACHABLE),
        (
            {
                "signing_ca_cert": own_root().certificate,
                "external_cas": (ExternalCA(url="https://ca", ca_cert=own_root().certificate),),
            },
            UNREACHABLE,
        ),
    ],
)
def test_what_is_refused(changes: dict[str, object], words: str) -> None:
    """In SwarmKit's words; nothing has changed then."""
    hosts = Hosts("formed")
    before = hosts.swarm.store.cluster()
    with pytest.raises(EngineError) as refusal:
        rotate(hosts, **changes)
    assert str(refusal.value) == f"rpc error: code = InvalidArgument desc = {words}"
    assert hosts.swarm.store.cluster() == before


def test_an_external_authority_can_be_noted() -> None:
    """While the swarm signs by itself nobody asks whether it can be reached."""
    hosts = Hosts("formed")
    external = (ExternalCA(url="https://ca"),)
    assert rotate(hosts, external_cas=external).spec.external_cas == external
