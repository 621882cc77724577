"""Hosts, addresses, walls, power."""

import pytest

from swarmlab.engine.world import HostSpec, Outcome, Reach, Wall, World

PORT = "2377/tcp"


def make_world(hosts: int = 3) -> World:
    world = World([HostSpec(hostname=f"docker-swarm-{n}") for n in range(1, hosts + 1)])
    for hostname in world.hosts:
        world.listen(hostname, PORT)
    return world


def private(world: World, number: int) -> str:
    return world.hosts[f"docker-swarm-{number}"].address


def test_addresses_are_given_out_in_order() -> None:
    """Hosts are in one private network, and each has a public address as well."""
    world = make_world()
    assert [host.address for host in world.hosts.values()] == ["172.31.16.11", "172.31.16.12", "172.31.16.13"]
    assert [host.public_address for host in world.hosts.values()] == ["203.0.113.11", "203.0.113.12", "203.0.113.13"]


def test_three_hundred_hosts_have_addresses_of_their_own() -> None:
    """The last byte overflows into the one before it."""
    world = World([HostSpec(hostname=f"h{n}") for n in range(300)])
    assert len({host.address for host in world.hosts.values()}) == 300


def test_two_hosts_cannot_have_one_name() -> None:
    """A hostname stands for one machine of the world."""
    with pytest.raises(ValueError, match="two hosts are named a"):
        World([HostSpec(hostname="a"), HostSpec(hostname="a")])


def test_a_port_that_nobody_serves_refuses() -> None:
    """The host is there, and says no."""
    world = make_world()
    world.close("docker-swarm-3", PORT)
    assert world.reaches("docker-swarm-1", private(world, 3), PORT).outcome is Outcome.REFUSED


@pytest.mark.parametrize("wall", Wall)
def test_a_wall_drops_silently(wall: Wall) -> None:
    """Whoever sends hears nothing; whoever asks is told which wall it was."""
    world = make_world()
    world.block("docker-swarm-3", PORT, wall)
    found = world.reaches("docker-swarm-1", private(world, 3), PORT)
    assert found == Reach(outcome=Outcome.SILENT, walls=(wall,), hostname="docker-swarm-3")


def test_both_walls_must_allow() -> None:
    """Opening one of two closed walls is not enough."""
    world = make_world()
    for wall in Wall:
        world.block("docker-swarm-3", PORT, wall)
    world.open("docker-swarm-3", PORT, Wall.FIREWALL)
    assert world.reaches("docker-swarm-1", private(world, 3), PORT).walls == (Wall.SECURITY_GROUP,)
    world.open("docker-swarm-3", PORT, Wall.SECURITY_GROUP)
    assert world.reaches("docker-swarm-1", private(world, 3), PORT).ok


def test_a_host_reaches_itself_whatever_is_blocked() -> None:
    """Walls stand between hosts."""
    world = make_world()
    world.block("docker-swarm-3", PORT)
    for address in ("127.0.0.1", private(world, 3), world.hosts["docker-swarm-3"].public_address):
        assert world.reaches("docker-swarm-3", address, PORT).ok


def test_an_address_of_nobody_is_silent() -> None:
    """A wrong address answers nothing."""
    world = make_world()
    assert world.reaches("docker-swarm-1", "172.31.99.99", PORT) == Reach(outcome=Outcome.SILENT)


def test_a_host_outside_is_reached_by_public_addresses_only() -> None:
    """Private addresses mean nothing between networks, in both directions."""
    world = make_world()
    world.move_outside("docker-swarm-1")
    public = world.hosts["docker-swarm-3"].public_address
    assert world.reaches("docker-swarm-1", private(world, 3), PORT).outcome is Outcome.SILENT
    assert world.reaches("docker-swarm-3", private(world, 1), PORT).outcome is Outcome.SILENT
    assert world.reaches("docker-swarm-1", public, PORT).ok
    assert world.address_towards("docker-swarm-1", "docker-swarm-3") == public
    world.move_inside("docker-swarm-1")
    assert world.address_towards("docker-swarm-1", "docker-swarm-3") == private(world, 3)


def test_no_power_and_no_cable_are_silent() -> None:
    """A host that is off or cut off neither sends nor answers."""
    world = make_world()
    world.power_off("docker-swarm-3")
    assert world.reaches("docker-swarm-1", private(world, 3), PORT).outcome is Outcome.SILENT
    world.power_on("docker-swarm-3")
    world.disconnect("docker-swarm-1")
    assert world.reaches("docker-swarm-1", private(world, 3), PORT).outcome is Outcome.SILENT
    assert world.reaches("docker-swarm-1", private(world, 1), PORT).ok
    world.reconnect("docker-swarm-1")
    assert world.reaches("docker-swarm-1", private(world, 3), PORT).ok


def test_what_is_no_port_cannot_be_blocked() -> None:
    """A typing mistake is told, not kept."""
    with pytest.raises(ValueError, match="'2377' is no port; write 8080/tcp"):
        make_world().block("docker-swarm-1", "2377")


def test_subscribers_hear_of_every_change() -> None:
    """Whoever depends on the network is told to look again at that host."""
    world, heard = make_world(), list[str]()
    world.subscribe(heard.append)
    world.block("docker-swarm-1", PORT)
    world.disconnect("docker-swarm-1")
    world.power_off("docker-swarm-2")
    assert heard == ["docker-swarm-1", "docker-swarm-1", "docker-swarm-2"]


def test_the_outer_world_has_names() -> None:
    """docker.com is found by name and by address; a name of nobody is not."""
    world = make_world()
    docker = world.look_up("docker.com")
    assert docker is not None
    assert world.look_up(docker.address) is not None
    assert world.look_up("nosuch.example") is None
