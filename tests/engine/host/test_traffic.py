"""Tests of who answers a connection: services' addresses, the routing mesh, ports of one host, walls."""

from __future__ import annotations

from collections import Counter

import pytest

from swarmlab.engine.model import (
    ContainerSpec,
    EndpointSpec,
    NetworkAttachmentConfig,
    Placement,
    PortConfig,
    PublishMode,
    Replicated,
    ServiceSpec,
    TaskSpec,
)
from swarmlab.engine.programs.connections import Ending, Exchange
from swarmlab.engine.programs.http import HttpRequest, parse_response
from swarmlab.engine.world import Wall
from tests.engine.hosts import SwarmOfThree, text_of

GET = HttpRequest(method="GET", path="/", headers={"Host": "test", "User-Agent": "test"}).text


class Lab(SwarmOfThree):
    """Three nodes; `web` is whoami."""

    def __init__(self) -> None:
        super().__init__()
        for daemon in self.daemons:
            daemon.images.add("traefik/whoami")
        self.net = self.network("net")

    def serve(
        self, replicas: int = 3, *, mode: str = "vip", constraint: str = "", port: PortConfig | None = None
    ) -> None:
        spec = ServiceSpec(
            name="web",
            task=TaskSpec(
                container=ContainerSpec(image="traefik/whoami"),
                networks=(NetworkAttachmentConfig(target=self.net.id),),
                placement=Placement(constraints=(constraint,) if constraint else ()),
            ),
            mode=Replicated(replicas=replicas),
            endpoint=EndpointSpec(mode=mode, ports=(port,) if port else ()),
        )
        self.wait(self.three.ask(lambda control: control.create_service(spec)))
        self.advance(6)

    def from_outside(self, number: int, port: int = 8080) -> Exchange:
        address = self.daemons[number - 1].host.address
        return self.simulation.traffic.from_outside(address, port, GET)

    def outputs(self, *command: str, network: str = "net", times: int = 1) -> list[str]:
        """What a task of alpine on the worker prints."""
        script = f"for i in $(seq {times}); do {' '.join(command)}; done; sleep 1000"
        self.create("client", "sh", "-c", script, networks=(self.net.id,) if network else ())
        self.advance(10)
        (task,) = self.running("client")
        text = text_of(self.container_of(task))
        self.remove("client")
        return text.splitlines()


@pytest.fixture
def lab() -> Lab:
    return Lab()


INGRESS = PortConfig(target_port=80, published_port=8080)
HOST = PortConfig(target_port=80, published_port=8080, publish_mode=PublishMode.HOST)


def hostnames(exchanges: list[Exchange]) -> Counter[str]:
    """How often each container answered, by the name that it says it has."""
    answers = [parse_response(each.text) for each in exchanges]
    return Counter(answer.body.splitlines()[0] for answer in answers if answer)


def test_every_node_answers_on_a_port_of_the_mesh_in_turn_by_every_task(lab: Lab) -> None:
    """Also the node that has none: six connections to each, two for each task."""
    lab.serve(3, constraint="node.hostname!=docker-swarm-1", port=INGRESS)
    for number in (1, 2, 3):
        counted = hostnames([lab.from_outside(number) for _ in range(6)])
        assert sorted(counted.values()) == [2, 2, 2]


def test_the_answer_names_the_container(lab: Lab) -> None:
    """So that a lab can say which task answered."""
    lab.serve(1, port=INGRESS)
    (task,) = lab.running("web")
    assert lab.from_outside(2).container_id == lab.container_of(task).id


def test_the_asker_of_the_mesh_is_the_nodes_own_address(lab: Lab) -> None:
    """The node's place on the ingress network, not the client's address."""
    lab.serve(1, port=INGRESS)
    ingress = lab.one.networks.ingress_id()
    text = lab.from_outside(1).text
    assert f"RemoteAddr: {lab.one.balancer_address(ingress)}:" in text


def test_a_port_in_host_mode_is_served_where_the_task_is(lab: Lab) -> None:
    """Elsewhere nothing listens; the asker is the client itself."""
    lab.serve(1, constraint="node.hostname==docker-swarm-2", port=HOST)
    assert [lab.from_outside(number).ending for number in (1, 2, 3)] == [
        Ending.REFUSED,
        Ending.ANSWERED,
        Ending.REFUSED,
    ]
    assert "RemoteAddr: 198.51.100.77:" in lab.from_outside(2).text


def test_a_service_without_running_tasks_refuses(lab: Lab) -> None:
    """The port leads nowhere."""
    lab.serve(0, port=INGRESS)
    assert lab.from_outside(1).ending is Ending.REFUSED


def test_without_4789_udp_the_mesh_reaches_no_task_of_another_node(lab: Lab) -> None:
    """Connections to tasks of the node itself are answered, those to others time out."""
    lab.serve(3, port=INGRESS)
    lab.simulation.world.block("docker-swarm-1", "4789/udp")
    endings = Counter(lab.from_outside(1).ending for _ in range(6))
    assert endings == {Ending.ANSWERED: 2, Ending.TIMED_OUT: 4}


def test_a_security_group_keeps_others_out_but_ufw_does_not(lab: Lab) -> None:
    """Docker's packets are forwarded before the host's own firewall sees them."""
    lab.serve(1, port=INGRESS)
    lab.simulation.world.block("docker-swarm-1", "8080/tcp", Wall.FIREWALL)
    assert lab.from_outside(1).answered
    lab.simulation.world.block("docker-swarm-1", "8080/tcp", Wall.SECURITY_GROUP)
    assert lab.from_outside(1).ending is Ending.TIMED_OUT
    assert lab.from_outside(2).answered


def test_a_services_name_leads_to_every_task_in_turn(lab: Lab) -> None:
    """By its virtual address."""
    lab.serve(3)
    lines = [line for line in lab.outputs("wget -qO- http://web", times=6) if line.startswith("Hostname")]
    assert sorted(Counter(lines).values()) == [2, 2, 2]


def test_tasks_and_dnsrr_lead_to_tasks_themselves(lab: Lab) -> None:
    """The asker is the client's own address then."""
    lab.serve(2, mode="dnsrr")
    lines = lab.outputs("wget -qO- http://tasks.web; hostname -i", times=1)
    asker = next(line.split()[1].partition(":")[0] for line in lines if line.startswith("RemoteAddr"))
    assert asker == lines[-1]


def test_a_names_addresses_come_in_another_order_each_time(lab: Lab) -> None:
    """So that whoever takes the first one takes another one now and then."""
    lab.serve(3, mode="dnsrr")
    lines = lab.outputs("getent ahosts web", times=12)
    orders = {tuple(lines[number : number + 3]) for number in range(0, 36, 3)}
    assert len(lines) == 36
    assert len(orders) > 1
    assert len({frozenset(order) for order in orders}) == 1


def test_nobody_has_a_name_without_running_tasks(lab: Lab) -> None:
    """wget's words."""
    lab.serve(0)
    assert lab.outputs("wget -qO- http://web") == ["wget: bad address 'web'"]


def test_a_container_reaches_published_ports_of_hosts(lab: Lab) -> None:
    """Of its own and of others, off any overlay."""
    lab.serve(1, port=INGRESS)
    address = lab.two.host.address
    lines = lab.outputs(f"wget -qO- http://{address}:8080", f"; wget -qO- {address}:8081", network="")
    assert any(line.startswith("Hostname") for line in lines)
    assert lines[-1] == f"wget: can't connect to remote host ({address}): Connection refused"
