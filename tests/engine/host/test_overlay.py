"""Tests of overlay networks between hosts, and of what breaks when a port closes. Recorded from engines 28.5.2."""

from __future__ import annotations

import pytest

from swarmlab.engine.clock import Clock
from swarmlab.engine.host.overlay import Overlay, Record
from swarmlab.engine.world import SWARM_PORTS, HostSpec, World

HOSTS = ("h1", "h2", "h3")
NET = "net1"


class Nodes:
    """Three nodes with a task of `web` each: 10.0.1.3, .4 and .5; the service has 10.0.1.2."""

    def __init__(self) -> None:
        self.clock = Clock(1000.0)
        self.world = World([HostSpec(hostname=host) for host in HOSTS])
        self.overlay = Overlay(self.clock, self.world)
        for number, host in enumerate(HOSTS):
            for port in SWARM_PORTS:
                self.world.listen(host, port)
            self.overlay.join(host, self.world.hosts[host].address)
            self.publish(host, f"10.0.1.{3 + number}")
        self.advance(5)

    def publish(self, host: str, address: str) -> None:
        record = Record(
            network_id=NET,
            container_id=f"container of {address}",
            address=address,
            task_name=f"web.{address}",
            service="web",
            vip="10.0.1.2",
            aliases=("www",),
        )
        self.overlay.publish(host, record)

    def advance(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while (due := self.clock.next_due()) is not None and due <= end:
            self.clock.move_to(due)
            self.clock.run_due()
        self.clock.move_to(end)

    def tasks_seen(self, host: str) -> list[str]:
        return self.overlay.resolve(host, NET, "tasks.web")

    def pings(self, host: str, source: str, address: str) -> bool:
        return self.overlay.reaches(host, NET, source, address) is not None

    def block(self, host: str, *ports: str) -> None:
        for port in ports:
            self.world.block(host, port)

    def open(self, host: str, *ports: str) -> None:
        for port in ports:
            self.world.open(host, port)


@pytest.fixture
def nodes() -> Nodes:
    return Nodes()


ALL = ["10.0.1.3", "10.0.1.4", "10.0.1.5"]


def test_every_node_knows_every_task(nodes: Nodes) -> None:
    """By `tasks.`, by the service's name and alias, by the task's own name."""
    for host in HOSTS:
        assert nodes.tasks_seen(host) == ALL
        assert nodes.overlay.resolve(host, NET, "web") == ["10.0.1.2"]
        assert nodes.overlay.resolve(host, NET, "www") == ["10.0.1.2"]
        assert nodes.overlay.resolve(host, NET, "tasks.www") == ALL
        assert nodes.overlay.resolve(host, NET, "web.10.0.1.4") == ["10.0.1.4"]
        assert nodes.overlay.resolve(host, NET, "nosuch") == []
        assert nodes.overlay.resolve(host, "other network", "web") == []
    assert nodes.pings("h1", "10.0.1.3", "10.0.1.5")


def test_names_go_before_the_address_does(nodes: Nodes) -> None:
    """A task that is to stop is still reached, but not found."""
    nodes.overlay.hide("h2", "container of 10.0.1.4")
    nodes.advance(1)
    assert nodes.tasks_seen("h1") == ["10.0.1.3", "10.0.1.5"]
    assert nodes.pings("h1", "10.0.1.3", "10.0.1.4")
    nodes.overlay.withdraw("h2", "container of 10.0.1.4")
    nodes.advance(1)
    assert not nodes.pings("h1", "10.0.1.3", "10.0.1.4")


def test_4789_closed_on_one_node_cuts_its_data_both_ways_at_once(nodes: Nodes) -> None:
    """Names are known all the same; opening heals at once."""
    nodes.block("h2", "4789/udp")
    assert not nodes.pings("h1", "10.0.1.3", "10.0.1.4")
    assert not nodes.pings("h2", "10.0.1.4", "10.0.1.3")
    assert nodes.pings("h1", "10.0.1.3", "10.0.1.5")
    nodes.advance(60)
    assert nodes.tasks_seen("h1") == ALL
    nodes.open("h2", "4789/udp")
    assert nodes.pings("h1", "10.0.1.3", "10.0.1.4")


def test_7946_closed_on_one_node_lets_the_others_forget_it(nodes: Nodes) -> None:
    """After some seconds its tasks are neither found nor reached; itself still knows the others."""
    nodes.block("h2", "7946/udp", "7946/tcp")
    nodes.advance(5)
    assert nodes.tasks_seen("h1") == ALL
    nodes.advance(3)
    assert nodes.tasks_seen("h1") == ["10.0.1.3", "10.0.1.5"]
    assert not nodes.pings("h1", "10.0.1.3", "10.0.1.4")
    assert nodes.tasks_seen("h2") == ALL
    assert not nodes.pings("h2", "10.0.1.4", "10.0.1.3")


def test_7946_opened_again_heals_within_seconds(nodes: Nodes) -> None:
    """News of the meantime arrive with it, both ways."""
    nodes.block("h2", "7946/udp", "7946/tcp")
    nodes.advance(20)
    nodes.publish("h2", "10.0.1.6")
    nodes.publish("h1", "10.0.1.7")
    nodes.advance(40)
    assert nodes.tasks_seen("h2") == [*ALL, "10.0.1.6"]
    nodes.open("h2", "7946/udp", "7946/tcp")
    nodes.advance(5)
    for host in ("h1", "h2"):
        nodes_seen = nodes.tasks_seen(host)
        assert "10.0.1.6" in nodes_seen
    assert nodes.pings("h1", "10.0.1.3", "10.0.1.4")


def test_7946_udp_alone_closed_delays_news_until_the_next_bulk_sync(nodes: Nodes) -> None:
    """They come over TCP, within half a minute; what the node tells itself is heard as ever."""
    nodes.block("h2", "7946/udp")
    nodes.advance(20)
    assert nodes.tasks_seen("h1") == ALL
    nodes.publish("h1", "10.0.1.6")
    nodes.publish("h2", "10.0.1.7")
    nodes.advance(2)
    assert nodes.tasks_seen("h1") == [*ALL, "10.0.1.6", "10.0.1.7"]
    assert nodes.tasks_seen("h2") == [*ALL, "10.0.1.7"]
    nodes.advance(30)
    assert nodes.tasks_seen("h2") == [*ALL, "10.0.1.6", "10.0.1.7"]


def test_7946_tcp_alone_closed_is_not_noticed(nodes: Nodes) -> None:
    """UDP does everything."""
    nodes.block("h2", "7946/tcp")
    nodes.advance(20)
    nodes.publish("h1", "10.0.1.6")
    nodes.advance(2)
    assert nodes.tasks_seen("h2") == [*ALL, "10.0.1.6"]
    assert nodes.tasks_seen("h1") == [*ALL, "10.0.1.6"]


def test_a_short_cut_goes_unnoticed(nodes: Nodes) -> None:
    """Shorter than it takes to be declared dead."""
    nodes.block("h2", "7946/udp", "7946/tcp")
    nodes.advance(3)
    nodes.open("h2", "7946/udp", "7946/tcp")
    nodes.advance(10)
    assert nodes.tasks_seen("h1") == ALL


def test_a_dead_engine_is_forgotten_and_known_again(nodes: Nodes) -> None:
    """Its tasks' records are gone with it."""
    nodes.overlay.lose("h2")
    nodes.world.power_off("h2")
    nodes.advance(8)
    assert nodes.tasks_seen("h1") == ["10.0.1.3", "10.0.1.5"]
    nodes.world.power_on("h2")
    nodes.overlay.join("h2", nodes.world.hosts["h2"].address)
    nodes.advance(5)
    assert nodes.tasks_seen("h2") == ["10.0.1.3", "10.0.1.5"]
    nodes.publish("h2", "10.0.1.6")
    nodes.advance(1)
    assert nodes.tasks_seen("h1") == ["10.0.1.3", "10.0.1.5", "10.0.1.6"]


def test_leaving_is_heard_at_once(nodes: Nodes) -> None:
    """A node that leaves the swarm says goodbye."""
    nodes.overlay.leave("h2")
    assert nodes.tasks_seen("h1") == ["10.0.1.3", "10.0.1.5"]


def test_a_service_address_answers_on_the_asking_host(nodes: Nodes) -> None:
    """Whatever is closed between the hosts."""
    nodes.block("h1", *SWARM_PORTS)
    assert nodes.overlay.is_virtual("h1", NET, "10.0.1.2")
    assert not nodes.overlay.is_virtual("h1", NET, "10.0.1.3")
