"""What users may do with the networks of a swarm, and the exact words of what they may not."""

from dataclasses import replace

import pytest

from swarmlab.engine.errors import (
    Conflict,
    EngineError,
    RpcAlreadyExists,
    RpcFailedPrecondition,
    RpcInvalidArgument,
)
from swarmlab.engine.model import (
    EndpointSpec,
    IPAMConfig,
    Network,
    NetworkAttachmentConfig,
    NetworkSpec,
    PortConfig,
)
from tests.engine.fakes import FakeSwarm, spec

_PUBLISHED = replace(spec(), endpoint=EndpointSpec(ports=(PortConfig(target_port=80, published_port=8080),)))


def test_a_service_may_name_its_networks() -> None:
    """The stored spec has their ids."""
    swarm = FakeSwarm(nodes=1)
    network = swarm.control.create_network(NetworkSpec(name="neta"))
    service = swarm.control.create_service(spec(networks=(NetworkAttachmentConfig(target="neta"),)))
    assert service.spec.task.networks[0].target == network.id


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nosuch", "network nosuch not found"),
        (
            "ingress",
            "rpc error: code = InvalidArgument desc = "
            'Service cannot be explicitly attached to the ingress network "ingress"',
        ),
        ("none", "network none not found"),
    ],
)
def test_networks_that_a_service_cannot_use(target: str, words: str) -> None:
    """Unknown ones, the ingress network, and the one that is none."""
    with pytest.raises(EngineError) as refusal:
        FakeSwarm(nodes=1).control.create_service(spec(networks=(NetworkAttachmentConfig(target=target),)))
    assert str(refusal.value) == words


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (NetworkSpec(name="a b"), "name must be valid as a DNS name component"),
        (NetworkSpec(name="a", attachable=True, ingress=True), "ingress network cannot be attachable"),
        (NetworkSpec(name="a", ipam=(IPAMConfig(),)), "ipam configuration: invalid subnet "),
    ],
)
def test_a_wrong_network_is_refused(wanted: NetworkSpec, words: str) -> None:
    """In SwarmKit's words."""
    with pytest.raises(RpcInvalidArgument) as refusal:
        FakeSwarm(nodes=1).control.create_network(wanted)
    assert refusal.value.description == words


def test_a_network_name_is_taken_once() -> None:
    """The daemon itself refuses it."""
    swarm = FakeSwarm(nodes=1)
    swarm.control.create_network(NetworkSpec(name="neta"))
    with pytest.raises(Conflict) as refusal:
        swarm.control.create_network(NetworkSpec(name="neta"))
    assert str(refusal.value) == "network with name neta already exists"


def test_there_is_one_ingress_network() -> None:
    """A second one is refused with the id of the first."""
    swarm = FakeSwarm(nodes=1)
    ingress = swarm.store.find(Network, "ingress")
    with pytest.raises(RpcAlreadyExists) as refusal:
        swarm.control.create_network(NetworkSpec(name="mine", ingress=True))
    assert refusal.value.description == f"ingress network ({ingress.id}) is already present"


def test_a_network_in_use_stays() -> None:
    """As long as a service names it; its tasks that only have to stop yet do not hold it."""
    swarm = FakeSwarm(nodes=1)
    network = swarm.control.create_network(NetworkSpec(name="neta"))
    service = swarm.control.create_service(spec(networks=(NetworkAttachmentConfig(target="neta"),)))
    swarm.until(swarm.all_run(1))
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_network("neta")
    assert refusal.value.description == f"network {network.id} is in use by service {service.id}"
    swarm.control.remove_service("web")
    swarm.step()
    swarm.control.remove_network("neta")
    swarm.advance(5)


def test_ingress_is_needed_by_published_ports() -> None:
    """It cannot go while they are there, and they cannot come when it is gone."""
    swarm = FakeSwarm(nodes=1)
    service = swarm.control.create_service(_PUBLISHED)
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_network("ingress")
    words = f"ingress network cannot be removed because service {service.id} depends on it"
    assert refusal.value.description == words
    swarm.control.remove_service("web")
    swarm.advance(5)
    swarm.control.remove_network("ingress")
    swarm.advance(1)
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.create_service(_PUBLISHED)
    assert refusal.value.description == "service needs ingress network, but no ingress network is present"
