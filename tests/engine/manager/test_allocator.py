"""Addresses, ranges and ports, in the order in which Docker 28.5.2 hands them out."""

from dataclasses import replace

from swarmlab.engine.manager.ranges import VXLAN_OPTION
from swarmlab.engine.model import (
    EndpointSpec,
    IPAMConfig,
    Network,
    NetworkAttachmentConfig,
    NetworkSpec,
    Node,
    NodeState,
    PortConfig,
    PublishMode,
    Service,
    ServiceSpec,
    TaskState,
)
from tests.engine.fakes import FakeSwarm, spec


def on(network: str, *, replicas: int = 3, name: str = "web", mode: str = "vip") -> ServiceSpec:
    """A service on a network."""
    wanted = spec(name, replicas=replicas, networks=(NetworkAttachmentConfig(target=network, aliases=("w",)),))
    return replace(wanted, endpoint=EndpointSpec(mode=mode))


def publishing(*ports: PortConfig, name: str = "web", replicas: int = 1) -> ServiceSpec:
    return replace(spec(name, replicas=replicas), endpoint=EndpointSpec(ports=ports))


def port(published: int, target: int = 80, mode: PublishMode = PublishMode.INGRESS) -> PortConfig:
    return PortConfig(target_port=target, published_port=published, publish_mode=mode)


def network(swarm: FakeSwarm, name: str) -> Network:
    return swarm.store.find(Network, name)


def subnet(swarm: FakeSwarm, name: str) -> str:
    return network(swarm, name).ipam[0].subnet


def create_network(swarm: FakeSwarm, name: str, **fields: object) -> None:
    swarm.control.create_network(NetworkSpec(name=name, **fields))  # type: ignore[arg-type]
    swarm.step()


def addresses(swarm: FakeSwarm, name: str = "web") -> list[str]:
    return [at.addresses[0] for task in swarm.live(name) for at in task.networks]


def node_addresses(swarm: FakeSwarm, of: str) -> list[str]:
    wanted = network(swarm, of).id
    return [at.addresses[0] for node in swarm.store.all(Node) for at in node.attachments if at.network_id == wanted]


def test_the_ingress_network_comes_first() -> None:
    """It is 10.0.0.0/24, and every node has an address on it from the start."""
    swarm = FakeSwarm(nodes=3)
    ingress = network(swarm, "ingress")
    assert ingress.ipam == (IPAMConfig(subnet="10.0.0.0/24", gateway="10.0.0.1"),)
    assert ingress.driver_options == {VXLAN_OPTION: "4096"}
    assert node_addresses(swarm, "ingress") == ["10.0.0.2/24", "10.0.0.3/24", "10.0.0.4/24"]


def test_networks_get_the_lowest_free_range_and_the_next_vxlan_id() -> None:
    """A removed network's range is used again at once, its id is not."""
    swarm = FakeSwarm()
    create_network(swarm, "neta")
    create_network(swarm, "netb")
    assert (subnet(swarm, "neta"), subnet(swarm, "netb")) == ("10.0.1.0/24", "10.0.2.0/24")
    swarm.control.remove_network("neta")
    create_network(swarm, "netc")
    assert subnet(swarm, "netc") == "10.0.1.0/24"
    assert network(swarm, "netc").driver_options == {VXLAN_OPTION: "4099"}


def test_a_wanted_range_is_given() -> None:
    """The gateway is its first address unless another is wanted."""
    swarm = FakeSwarm()
    create_network(swarm, "neta", ipam=(IPAMConfig(subnet="10.5.0.0/16"),))
    assert network(swarm, "neta").ipam == (IPAMConfig(subnet="10.5.0.0/16", gateway="10.5.0.1"),)


def test_several_ranges_are_used_up_one_after_another() -> None:
    """Each has a VXLAN id; after a change of leader all of it is still taken."""
    swarm = FakeSwarm()
    create_network(swarm, "neta", ipam=(IPAMConfig(subnet="10.5.0.0/30"), IPAMConfig(subnet="10.6.0.0/24")))
    assert network(swarm, "neta").driver_options[VXLAN_OPTION] == "4097,4098"
    swarm.control.create_service(on("neta", replicas=2))
    swarm.step()
    assert addresses(swarm) == ["10.6.0.2/24", "10.6.0.3/24"]
    swarm.manager.stop()
    swarm.manager.start()
    create_network(swarm, "netb")
    assert network(swarm, "netb").driver_options[VXLAN_OPTION] == "4099"
    swarm.control.create_service(on("neta", name="other", replicas=1))
    swarm.step()
    assert len({*addresses(swarm), *addresses(swarm, "other")}) == 3


def test_several_ranges_are_given_together_or_not_at_all() -> None:
    """One that is taken leaves the others free."""
    swarm = FakeSwarm()
    create_network(swarm, "neta", ipam=(IPAMConfig(subnet="10.5.0.0/24"),))
    create_network(swarm, "netb", ipam=(IPAMConfig(subnet="10.6.0.0/24"), IPAMConfig(subnet="10.5.0.0/24")))
    assert network(swarm, "netb").ipam == ()
    create_network(swarm, "netc", ipam=(IPAMConfig(subnet="10.6.0.0/24"),))
    assert subnet(swarm, "netc") == "10.6.0.0/24"


def test_a_range_that_is_taken_is_waited_for() -> None:
    """The network stays without ranges until the other one is gone."""
    swarm = FakeSwarm()
    create_network(swarm, "neta")
    create_network(swarm, "netb", ipam=(IPAMConfig(subnet="10.0.1.0/24"),))
    assert network(swarm, "netb").ipam == ()
    swarm.control.remove_network("neta")
    swarm.step()
    assert subnet(swarm, "netb") == "10.0.1.0/24"


def test_addresses_on_a_network_come_in_turn() -> None:
    """The service's own address, then its tasks', then one for each node that runs one of them."""
    swarm = FakeSwarm(nodes=3)
    create_network(swarm, "neta")
    swarm.control.create_service(on("neta"))
    swarm.until(swarm.all_run(3))
    endpoint = swarm.service().endpoint
    assert endpoint is not None
    assert [vip.address for vip in endpoint.virtual_ips] == ["10.0.1.2/24"]
    assert addresses(swarm) == ["10.0.1.3/24", "10.0.1.4/24", "10.0.1.5/24"]
    assert sorted(node_addresses(swarm, "neta")) == ["10.0.1.6/24", "10.0.1.7/24", "10.0.1.8/24"]
    assert swarm.live()[0].networks[0].aliases == ("w",)


def test_a_freed_address_comes_again_last() -> None:
    """A replacement has another address than the task before it."""
    swarm = FakeSwarm(nodes=1)
    create_network(swarm, "neta")
    swarm.control.create_service(on("neta", replicas=1))
    swarm.until(swarm.all_run(1))
    swarm.agents.report(swarm.live()[0].id, TaskState.FAILED, "started")
    swarm.until(lambda: len(swarm.tasks()) == 2)
    assert addresses(swarm) == ["10.0.1.5/24"]


def test_a_nodes_address_goes_with_its_last_task() -> None:
    """A node without tasks on a network has no address there."""
    swarm = FakeSwarm(nodes=2)
    create_network(swarm, "neta")
    swarm.control.create_service(on("neta", replicas=2))
    swarm.until(swarm.all_run(2))
    swarm.control.remove_service("web")
    swarm.advance(5)
    assert node_addresses(swarm, "neta") == []


def test_a_service_without_networks_and_ports_is_left_as_it_was_created() -> None:
    """The allocator does not write it: no new version, no endpoint."""
    swarm = FakeSwarm()
    created = swarm.control.create_service(spec())
    swarm.until(swarm.all_run(1))
    assert swarm.service() == created
    assert created.endpoint is None


def test_dnsrr_has_no_virtual_address() -> None:
    """The tasks have addresses, the service has none and is not written."""
    swarm = FakeSwarm()
    create_network(swarm, "neta")
    swarm.control.create_service(on("neta", mode="dnsrr", replicas=1))
    swarm.until(swarm.all_run(1))
    assert swarm.service().endpoint is None
    assert addresses(swarm)[0] == "10.0.1.2/24"


def test_a_published_port_brings_the_ingress_network() -> None:
    """Service and tasks have addresses on it, before those of other networks."""
    swarm = FakeSwarm(nodes=3)
    swarm.control.create_service(publishing(port(8080), port(0), replicas=2))
    swarm.until(swarm.all_run(2))
    endpoint = swarm.service().endpoint
    assert endpoint is not None
    assert [found.published_port for found in endpoint.ports] == [8080, 30000]
    assert endpoint.spec is not None
    assert [found.published_port for found in endpoint.spec.ports] == [8080, 0]
    assert [vip.address for vip in endpoint.virtual_ips] == ["10.0.0.5/24"]
    assert addresses(swarm) == ["10.0.0.6/24", "10.0.0.7/24"]
    assert swarm.live()[0].endpoint == endpoint


def test_dynamic_ports_come_in_turn_and_stay() -> None:
    """The next service gets the next number; an update does not change the number."""
    swarm = FakeSwarm()
    swarm.control.create_service(publishing(port(0), name="one"))
    swarm.control.create_service(publishing(port(0), name="two"))
    swarm.step()
    swarm.update("one", endpoint=EndpointSpec(ports=(port(0), port(8080, 81))))
    swarm.step()
    numbers = {
        name: [found.published_port for found in endpoint.ports]
        for name in ("one", "two")
        if (endpoint := swarm.service(name).endpoint)
    }
    assert numbers == {"one": [30000, 8080], "two": [30001]}


def test_published_ports_replace_tasks() -> None:
    """A change of the endpoint is a change of the tasks."""
    swarm = FakeSwarm()
    swarm.control.create_service(publishing(port(8080)))
    swarm.until(swarm.all_run(1))
    before = swarm.live()[0].id
    swarm.update(endpoint=EndpointSpec(ports=(port(8081),)))
    swarm.until(lambda: swarm.all_run(1)() and swarm.live()[0].id != before)
    endpoint = swarm.service().endpoint
    assert endpoint is not None
    assert [found.published_port for found in endpoint.ports] == [8081]


def test_taking_ports_away_frees_address_and_port() -> None:
    """Another service may publish them then."""
    swarm = FakeSwarm()
    swarm.control.create_service(publishing(port(8080)))
    swarm.until(swarm.all_run(1))
    swarm.update(endpoint=EndpointSpec())
    swarm.step()
    endpoint = swarm.service().endpoint
    assert endpoint is not None
    assert (endpoint.ports, endpoint.virtual_ips) == ((), ())
    swarm.control.create_service(publishing(port(8080), name="other"))
    swarm.step()
    assert swarm.service("other").endpoint is not None


def test_host_ports_are_copied() -> None:
    """They are each host's own, and need no address on the ingress network."""
    swarm = FakeSwarm()
    swarm.control.create_service(publishing(port(8080, mode=PublishMode.HOST)))
    swarm.step()
    endpoint = swarm.service().endpoint
    assert endpoint is not None
    assert endpoint.ports == (port(8080, mode=PublishMode.HOST),)
    assert endpoint.virtual_ips == ()


def test_tasks_wait_for_an_address() -> None:
    """In a full network they stay new, until an address is freed."""
    swarm = FakeSwarm(nodes=1)
    create_network(swarm, "tiny", ipam=(IPAMConfig(subnet="10.7.0.0/29"),))
    swarm.control.create_service(on("tiny", replicas=6, mode="dnsrr"))
    swarm.advance(2)
    waiting = [task for task in swarm.live() if task.state is TaskState.NEW]
    assert waiting
    assert {task.status.message for task in waiting} == {"created"}
    swarm.scale(2)
    swarm.advance(5)
    swarm.scale(4)
    swarm.until(swarm.all_run(4), limit_s=400)


def test_a_new_leader_knows_what_is_taken() -> None:
    """Addresses and ports are read from the store, none is given twice."""
    swarm = FakeSwarm(nodes=2)
    create_network(swarm, "neta")
    swarm.control.create_service(on("neta", replicas=2))
    swarm.control.create_service(publishing(port(0), name="pub"))
    swarm.until(swarm.all_run(2))
    version = swarm.service().meta.version
    swarm.manager.stop()
    swarm.manager.start()
    swarm.scale(4)
    swarm.control.create_service(publishing(port(0), name="pub2"))
    swarm.until(swarm.all_run(4))
    vips = [
        vip.address for service in swarm.store.all(Service) if service.endpoint for vip in service.endpoint.virtual_ips
    ]
    taken = addresses(swarm) + addresses(swarm, "pub") + addresses(swarm, "pub2") + vips
    taken += node_addresses(swarm, "neta") + node_addresses(swarm, "ingress")
    assert len(taken) == len(set(taken))
    endpoint = swarm.service("pub2").endpoint
    assert endpoint is not None
    assert endpoint.ports[0].published_port == 30001
    assert swarm.service().meta.version > version


def test_a_removed_node_gives_its_address_back() -> None:
    """The pool does not leak."""
    swarm = FakeSwarm(nodes=2)
    swarm.set_state("n2", NodeState.DOWN)
    swarm.control.remove_node("n2")
    swarm.step()
    assert node_addresses(swarm, "ingress") == ["10.0.0.2/24"]
