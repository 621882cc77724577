"""What managers tell in `docker events`."""

from dataclasses import replace

from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import Availability, Replicated, Service
from tests.engine.simulated import Hosts, helloworld


def swarm_events(hosts: Hosts, number: int) -> list[tuple[str, str, dict[str, str]]]:
    """Events of the swarm since the last call."""
    events = [event for event in hosts[number].events.past() if event.scope == "swarm"]
    return [(event.type, event.action, dict(event.attributes)) for event in events]


def test_a_service_is_created_scaled_and_removed() -> None:
    """Each with its name, and a change with what it was and what it is."""
    hosts = Hosts("formed")
    before = len(swarm_events(hosts, 3))

    def scale(control: Control) -> Service:
        service = control.store.find(Service, "helloworld")
        return control.update_service(
            service.id, service.meta.version, replace(service.spec, mode=Replicated(replicas=2))
        )

    hosts.ask(3, lambda control: control.create_service(helloworld()))
    hosts.ask(3, scale)
    hosts.ask(3, lambda control: control.remove_service("helloworld"))
    assert swarm_events(hosts, 3)[before:] == [
        ("service", "create", {"name": "helloworld"}),
        ("service", "update", {"name": "helloworld", "replicas.old": "1", "replicas.new": "2"}),
        ("service", "remove", {"name": "helloworld"}),
    ]


def test_a_drained_node_and_a_lost_one() -> None:
    """The node's name, and what changed."""
    hosts = Hosts("formed")
    before = len(swarm_events(hosts, 3))
    node = hosts.node(1)
    spec = replace(node.spec, availability=Availability.DRAIN)
    hosts.ask(3, lambda control: control.update_node(node.id, node.meta.version, spec))
    hosts[1].power_off()
    hosts.advance(20)
    assert swarm_events(hosts, 3)[before:] == [
        (
            "node",
            "update",
            {"name": "docker-swarm-1", "availability.old": "active", "availability.new": "drain"},
        ),
        ("node", "update", {"name": "docker-swarm-1", "state.old": "ready", "state.new": "down"}),
    ]


def test_workers_tell_nothing_of_the_swarm() -> None:
    """They do not know its state."""
    hosts = Hosts("formed")
    hosts.create_helloworld(3)
    assert swarm_events(hosts, 1) == []


def test_managers_that_follow_tell_too() -> None:
    """Every manager knows the whole state."""
    hosts = Hosts("three-managers")
    hosts.create_helloworld()
    assert ("service", "create", {"name": "helloworld"}) in swarm_events(hosts, 1)
