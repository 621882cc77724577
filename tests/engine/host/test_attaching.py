"""Tests of containers that are no tasks on the swarm's overlay networks. Texts recorded from 28.5.2."""

from __future__ import annotations

import pytest

from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import RpcFailedPrecondition, ServerError
from swarmlab.engine.host.container import Container, ContainerConfig, EndpointConfig
from swarmlab.engine.model import Network, NetworkSpec, Task
from tests.engine.hosts import SwarmOfThree, text_of


class Lab(SwarmOfThree):
    """Three nodes with an attachable network `att`."""

    def __init__(self) -> None:
        super().__init__()
        self.advance(5)
        spec = NetworkSpec(name="att", attachable=True)
        self.att: Network = self.wait(self.three.ask(lambda control: control.create_network(spec)))

    def run(self, daemon: Daemon, name: str, *command: str, network: str = "att") -> Container:
        config = ContainerConfig(
            image="alpine",
            name=name,
            command=command or ("sleep", "1000"),
            labels={"com.docker.swarm.task.id": "said by a user, makes no task"},
            network_mode=network,
            endpoints=(EndpointConfig(network=network, aliases=(f"alias-of-{name}",)),),
        )
        container = daemon.containers.create(config)
        self.wait(daemon.containers.start(container.id))
        return container

    def stop(self, daemon: Daemon, name: str) -> None:
        self.wait(daemon.containers.stop(name, timeout_s=0))
        self.advance(1)

    def attachments(self) -> list[Task]:
        return [task for task in self.store.all(Task) if not task.service_id]


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_a_container_of_a_worker_gets_an_address_from_the_swarm(lab: Lab) -> None:
    """The first free one; the node has the network then."""
    container = lab.run(lab.one, "c1")
    assert container.endpoints["att"].address == "10.0.1.2/24"
    assert lab.one.networks.find("att").endpoints.keys() == {container.id}
    (task,) = lab.attachments()
    assert (task.node_id, task.spec.runtime) == (lab.one.membership.node_id, "attachment")


def test_an_address_of_ones_own_choice_is_given_once(lab: Lab) -> None:
    """Who wants it, too, waits 20 s in vain; it can be had again when it is free."""

    def run(daemon: Daemon, name: str) -> Container:
        chosen = EndpointConfig(network="att", address="10.0.1.77")
        config = ContainerConfig(
            image="alpine", name=name, command=("sleep", "1000"), network_mode="att", endpoints=(chosen,)
        )
        container = daemon.containers.create(config)
        lab.wait(daemon.containers.start(container.id))
        return container

    assert run(lab.one, "c1").endpoints["att"].address == "10.0.1.77/24"
    began = lab.now
    with pytest.raises(ServerError, match=r"check manager logs: context deadline exceeded$"):
        run(lab.two, "c2")
    assert lab.now - began >= 20
    assert len(lab.attachments()) == 1
    lab.stop(lab.one, "c1")
    lab.wait(lab.two.containers.start("c2"))
    assert lab.two.containers.find("c2").endpoints["att"].address == "10.0.1.77/24"


def test_containers_find_each_other_across_hosts(lab: Lab) -> None:
    """By name and by alias."""
    lab.run(lab.one, "c1")
    lab.advance(1)
    for name in ("c1", "alias-of-c1"):
        client = lab.run(lab.two, f"client-{name}", "ping", "-c", "1", name)
        lab.advance(3)
        assert "1 packets transmitted, 1 packets received" in text_of(client)


def test_what_stops_gives_its_address_back(lab: Lab) -> None:
    """The attachment is gone, and so is the network from that node."""
    lab.run(lab.one, "c1")
    lab.stop(lab.one, "c1")
    assert lab.attachments() == []
    assert [network.name for network in lab.one.networks.list() if network.scope == "swarm"] == ["ingress"]
    lab.wait(lab.one.containers.start("c1"))
    assert lab.one.containers.find("c1").endpoints["att"].address


def test_a_network_in_use_by_a_container_is_not_removed(lab: Lab) -> None:
    """Refused as for tasks."""
    lab.run(lab.one, "c1")
    (task,) = lab.attachments()
    lab.settle()
    with pytest.raises(RpcFailedPrecondition, match=rf"network {lab.att.id} is in use by task {task.id}$"):
        lab.wait(lab.three.ask(lambda control: control.remove_network("att")))


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        ("plain", "rpc error: code = PermissionDenied desc = network plain not manually attachable"),
        ("nosuch", "rpc error: code = NotFound desc = network nosuch not found"),
    ],
)
def test_other_networks_are_refused_at_the_start(lab: Lab, network: str, reason: str) -> None:
    """The container stays as created."""
    lab.network("plain")
    for daemon in (lab.one, lab.three):
        with pytest.raises(ServerError) as refused:
            lab.run(daemon, "c1", network=network)
        assert str(refused.value) == (
            f"failed to set up container networking: Could not attach to network {network}: {reason}"
        )
        assert daemon.containers.find("c1").state.status == "created"


def test_attachments_outlive_a_change_of_the_leader(lab: Lab) -> None:
    """The next leader knows whose address is whose."""
    first = lab.run(lab.one, "c1")
    lab.three.power_off()
    lab.three.power_on()
    lab.advance(30)
    second = lab.run(lab.two, "c2")
    assert len(lab.attachments()) == 2
    assert first.endpoints["att"].address != second.endpoints["att"].address


def test_leaving_the_swarm_while_attached_leaves_nothing(lab: Lab) -> None:
    """No attachment waits for ever."""
    lab.run(lab.one, "c1")
    lab.one.power_off()
    lab.advance(5)
    lab.one.power_on()
    lab.advance(30)
    assert lab.attachments() == []
