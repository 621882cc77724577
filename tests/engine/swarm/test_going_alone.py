"""A manager goes on alone with a copy of its swarm (`--force-new-cluster`). Recorded from engines 28.5.2."""

from swarmlab.engine.model import Role
from swarmlab.engine.swarm.cluster import Swarm
from tests.engine.simulated import Hosts

NO_MANAGER = "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state."
EVERYWHERE = ("docker-swarm-1 ready reachable", "docker-swarm-2 ready reachable", "docker-swarm-3 ready leader")


def swarm_of(hosts: Hosts, number: int) -> Swarm:
    swarm = hosts[number].membership.swarm
    assert swarm is not None
    return swarm


def go_alone(hosts: Hosts, number: int) -> None:
    hosts.init(number, force_new_cluster=True)


def test_managers_that_are_well_hear_that_they_were_removed() -> None:
    """The leader at once, a follower when it misses the leader; they are workers, and then manage again."""
    hosts = Hosts("three-managers")
    hosts.create_helloworld(3)
    go_alone(hosts, 1)
    hosts.advance(1)
    assert hosts.refusal(hosts[3].ask(lambda control: None))[1].startswith(NO_MANAGER)
    hosts.advance(15)
    assert hosts.refusal(hosts[2].ask(lambda control: None))[1].startswith(NO_MANAGER)
    assert hosts.node_ls(1) == ["docker-swarm-1 ready leader", "docker-swarm-2 ready", "docker-swarm-3 ready"]
    hosts.advance(50)
    assert hosts.node_ls(2) == [
        "docker-swarm-1 ready leader",
        "docker-swarm-2 ready reachable",
        "docker-swarm-3 ready reachable",
    ]
    assert hosts.running_on() == ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]


def test_workers_come_along() -> None:
    """They find the manager that hears a leader."""
    hosts = Hosts("three-managers", nodes=4)
    go_alone(hosts, 1)
    hosts.advance(30)
    assert "docker-swarm-4 ready" in hosts.node_ls(1)
    assert swarm_of(hosts, 4) is swarm_of(hosts, 1)


def test_a_manager_that_was_cut_off_makes_a_second_swarm() -> None:
    """Of the same id, with the same services; each goes its own way, and each thinks the other side is down."""
    hosts = Hosts("three-managers")
    hosts.create_helloworld(3)
    hosts.world.disconnect("docker-swarm-1")
    hosts.advance(30)
    go_alone(hosts, 1)
    hosts.advance(40)
    assert swarm_of(hosts, 1) is not swarm_of(hosts, 3)
    assert swarm_of(hosts, 1).id == swarm_of(hosts, 3).id
    assert hosts.node_ls(1) == ["docker-swarm-1 ready leader", "docker-swarm-2 down", "docker-swarm-3 down"]
    assert "docker-swarm-1 down unreachable" in hosts.node_ls(3)
    hosts.ask(1, lambda control: control.remove_service("helloworld"))
    assert len(hosts.running_on()) == 3


def test_when_it_is_back_the_others_belong_to_it() -> None:
    """What their majority did meanwhile is lost."""
    hosts = Hosts("three-managers", nodes=4)
    hosts.world.disconnect("docker-swarm-1")
    hosts.advance(30)
    go_alone(hosts, 1)
    hosts.create_helloworld(2)
    hosts.world.reconnect("docker-swarm-1")
    hosts.advance(120)
    assert {swarm_of(hosts, number) for number in (1, 2, 3, 4)} == {swarm_of(hosts, 1)}
    assert hosts.node_ls(3) == [
        "docker-swarm-1 ready leader",
        "docker-swarm-2 ready reachable",
        "docker-swarm-3 ready reachable",
        "docker-swarm-4 ready",
    ]
    assert hosts.running_on() == []
    assert [len(hosts[number].containers.list()) for number in (1, 2, 3, 4)] == [0, 0, 0, 0]


def test_managers_that_were_off_belong_to_it_too() -> None:
    """They find out when they are back, and need not be told to rejoin."""
    hosts = Hosts("three-managers")
    for number in (2, 3):
        hosts[number].power_off()
    hosts.advance(40)
    go_alone(hosts, 1)
    for number in (2, 3):
        hosts[number].power_on()
    hosts.advance(120)
    assert swarm_of(hosts, 1) is swarm_of(hosts, 2) is swarm_of(hosts, 3)
    assert hosts.node_ls(2)[0] == "docker-swarm-1 ready leader"
    assert hosts.node(2).role is Role.MANAGER


def test_a_node_that_joined_the_others_is_unknown_here() -> None:
    """It has no record in the copy, and must join anew."""
    hosts = Hosts("three-managers", nodes=4)
    hosts.wait(hosts[4].membership.leave())
    hosts.world.disconnect("docker-swarm-1")
    hosts.advance(30)
    go_alone(hosts, 1)
    hosts.wait(hosts.join(4))
    hosts.world.reconnect("docker-swarm-1")
    hosts.advance(120)
    assert not any(line.startswith("docker-swarm-4 ready") for line in hosts.node_ls(1))
