"""Tests of one host's networks, and of what containers see of them."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import Conflict, Forbidden, InvalidParameter, NotFound
from swarmlab.engine.host.container import EndpointConfig
from swarmlab.engine.host.network_rules import NetworkRequest
from swarmlab.engine.model import IPAMConfig
from tests.engine.hosts import LocalHost


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


def test_every_engine_has_three_networks(host: LocalHost) -> None:
    """Bridge, host, none; a swarm node has docker_gwbridge besides."""
    assert [(n.name, n.driver) for n in host.networks.list()] == [
        ("bridge", "bridge"),
        ("host", "host"),
        ("none", "null"),
    ]
    host.networks.join_swarm()
    assert host.networks.find("docker_gwbridge").subnet == "172.18.0.0/16"


def test_containers_get_the_lowest_free_address(host: LocalHost) -> None:
    """And give it back when they stop."""
    one, two = host.run("sleep", "99"), host.run("sleep", "99")
    assert one.endpoints["bridge"].address == "172.17.0.2/16"
    assert two.endpoints["bridge"].address == "172.17.0.3/16"
    host.containers.kill(one.id)
    assert host.run("sleep", "99").endpoints["bridge"].address == "172.17.0.2/16"


def test_names_lead_to_containers_on_bridges_of_ones_own_only(host: LocalHost) -> None:
    """The default bridge has no names."""
    host.networks.create(NetworkRequest(name="br1"))
    own = (EndpointConfig(network="br1"),)
    host.run("sleep", "99", name="web", endpoints=own)
    host.run("sleep", "99", name="plain")
    assert "1 packets received" in host.output("ping", "-c", "1", "web", endpoints=own)
    assert host.output("ping", "-c", "1", "plain") == "ping: bad address 'plain'\n"


def test_without_a_network_nothing_is_reached(host: LocalHost) -> None:
    """`--network none`."""
    assert host.output("ping", "docker.com", network_mode="none") == "ping: bad address 'docker.com'\n"


def test_refusals_are_the_engines(host: LocalHost) -> None:
    """Taken name, network in use, Docker's own networks, unknown ones."""
    host.networks.create(NetworkRequest(name="br1"))
    with pytest.raises(Conflict, match=r"^network with name br1 already exists$"):
        host.networks.create(NetworkRequest(name="br1"))
    container = host.run("sleep", "99", name="dd", endpoints=(EndpointConfig(network="br1"),))
    end = host.networks.find("br1").endpoints[container.id]
    with pytest.raises(Forbidden) as refused:
        host.networks.remove("br1")
    assert str(refused.value) == (
        f'error while removing network: network br1 has active endpoints (name:"dd" id:"{end.endpoint_id[:12]}")'
    )
    with pytest.raises(Forbidden, match=r"^bridge is a pre-defined network and cannot be removed$"):
        host.networks.remove("bridge")
    with pytest.raises(NotFound, match=r"^network nosuch not found$"):
        host.networks.find("nosuch")


@pytest.mark.parametrize(
    ("subnet", "words"),
    [
        ("bad", "invalid CIDR block notation"),
        ("10.0.0.0", "invalid CIDR block notation"),
        ("10.0.0.0/40", "invalid CIDR block notation"),
        ("10.1.2.3/16", "it should be 10.1.0.0/16"),
    ],
)
def test_a_range_that_is_none_is_refused(host: LocalHost, subnet: str, words: str) -> None:
    """Recorded from 28.5.2."""
    with pytest.raises(InvalidParameter, match=f"^invalid network config:\ninvalid subnet {subnet}: {words}$"):
        host.networks.create(NetworkRequest(name="br1", ranges=(IPAMConfig(subnet=subnet),)))


def test_ranges_do_not_overlap(host: LocalHost) -> None:
    """The next free one; a wanted one that overlaps is refused."""
    assert host.networks.create(NetworkRequest(name="br1")).subnet == "172.18.0.0/16"
    chosen = NetworkRequest(name="br2", ranges=(IPAMConfig(subnet="10.9.0.0/24"),))
    assert host.networks.create(chosen).gateway == "10.9.0.1"
    with pytest.raises(Forbidden, match=r"^invalid pool request: Pool overlaps with other one on this address space$"):
        host.networks.create(NetworkRequest(name="br3", ranges=(IPAMConfig(subnet="172.18.5.0/24"),)))
