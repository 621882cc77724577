"""A node's certificate: renewed in time, and what becomes of a node that was off for too long."""

from dataclasses import replace

from swarmlab.engine.model import Node
from swarmlab.engine.swarm.certificates import NodeCertificate
from swarmlab.engine.swarm.membership import InitRequest, LocalNodeState
from tests.engine.simulated import Hosts

HOUR = 3600.0


def certificate(hosts: Hosts, number: int) -> NodeCertificate:
    found = hosts[number].membership.identity.certificate
    assert found is not None
    return found


def short_lived() -> Hosts:
    """Hosts whose certificates last for an hour."""
    hosts = Hosts(nodes=3)
    hosts.init(3)
    cluster = hosts.swarm.store.cluster()
    spec = replace(cluster.spec, node_cert_expiry_s=HOUR)
    hosts.ask(3, lambda control: control.update_cluster(cluster.meta.version, spec))
    for number in (1, 2):
        hosts.wait(hosts.join(number))
    hosts.simulation.settle()
    return hosts


def test_a_certificate_is_renewed_before_it_expires() -> None:
    """Between 50 and 80 % of its life, which begins an hour before it is issued; nothing else changes."""
    hosts = short_lived()
    first = certificate(hosts, 1)
    hosts.advance(0.6 * HOUR)
    assert certificate(hosts, 1).expires > first.expires
    hosts.advance(5 * HOUR)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]
    assert certificate(hosts, 1).expires > hosts.clock.now


def test_the_usual_certificate_lasts_for_ninety_days() -> None:
    """It is renewed after 45 to 72 of them."""
    hosts = Hosts("formed")
    first = certificate(hosts, 1)
    assert round((first.expires - hosts.clock.now) / 86400) == 90
    hosts.advance(44 * 86400)
    assert certificate(hosts, 1) == first
    hosts.advance(29 * 86400)
    assert certificate(hosts, 1) != first


def test_a_node_that_is_back_in_time_renews_at_once() -> None:
    """What it has is still accepted."""
    hosts = short_lived()
    first = certificate(hosts, 1)
    hosts[1].power_off()
    hosts.advance(0.9 * HOUR)
    hosts[1].power_on()
    hosts.advance(30)
    assert "docker-swarm-1 ready" in hosts.node_ls()
    assert certificate(hosts, 1).expires > first.expires


def test_a_node_whose_engine_died_during_init_renews_in_time() -> None:
    """It goes on with its init, and with its certificate."""
    hosts = Hosts(nodes=3)
    answer = hosts[3].membership.init(InitRequest(spec={"node_cert_expiry_s": HOUR}))
    hosts.advance(0.2)
    hosts[3].power_off()
    hosts.refusal(answer)
    hosts[3].power_on()
    hosts.advance(5 * HOUR)
    assert certificate(hosts, 3).expires > hosts.clock.now


def test_a_node_that_was_off_for_too_long_cannot_come_back() -> None:
    """Its engine says why; it can leave without force and join anew, as another node."""
    hosts = short_lived()
    first = certificate(hosts, 1)
    hosts[1].power_off()
    hosts.advance(1.1 * HOUR)
    hosts[1].power_on()
    hosts.advance(30)
    info = hosts[1].membership.info()
    assert (info.local_node_state, info.node_id, info.node_addr) == (LocalNodeState.ERROR, "", "172.31.16.11")
    assert info.error.startswith(
        "error while loading TLS certificate in /var/lib/docker/swarm/certificates/swarm-node.crt: "
        f"certificate (1 - {first.node_id}) not valid after "
    )
    assert info.error.endswith(": x509: certificate has expired or is not yet valid: ")
    assert "docker-swarm-1 down" in hosts.node_ls()
    assert hosts.refusal(hosts[1].ask(lambda control: None))[1].startswith("This node is not a swarm manager. Use")
    hosts.wait(hosts[1].membership.leave())
    hosts.wait(hosts.join(1))
    assert hosts.node_ls().count("docker-swarm-1 ready") == 1


def test_a_node_that_was_cut_off_for_too_long_is_not_let_in() -> None:
    """Its engine ran all the time, but could not renew; it goes on trying."""
    hosts = short_lived()
    hosts.world.disconnect("docker-swarm-1")
    hosts.advance(2 * HOUR)
    hosts.world.reconnect("docker-swarm-1")
    hosts.advance(3 * HOUR)
    assert "docker-swarm-1 down" in hosts.node_ls()
    assert hosts[1].membership.info().local_node_state is LocalNodeState.ACTIVE


def test_nodes_say_whose_certificate_they_have() -> None:
    """`node ls --format {{.TLSStatus}}` compares it with the swarm's."""
    hosts = Hosts("formed")
    info = hosts.swarm.store.cluster().tls_info
    assert {node.description.tls_info == info for node in hosts.swarm.store.all(Node) if node.description} == {True}
