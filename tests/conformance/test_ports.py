"""Row S2: which port breaks what, and when it heals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from docker.models.containers import Container

from swarmlab.client.protocols import PORTS, Port
from swarmlab.client.snapshots import Snapshot
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, WORKER, create_service, demand, states, wait_for

STARTS_FROM = "formed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What a closed port did, and how long it took; how long it took to heal once the port was open again."""

    broken_after_s: float
    while_closed: Snapshot
    answered_while_closed: bool
    healed_after_s: float


def listeners(lab: Lab) -> list[Container]:
    """The listener's containers: two while one takes the other's place."""
    return lab[WORKER].client.containers.list(filters={"name": "listener"})


def replies(lab: Lab) -> int:
    """How many replies the listener has had so far."""
    (container,) = listeners(lab)
    return container.logs().count(b"seq=")


def is_answered(lab: Lab) -> bool:
    """Whether replies come; asked for two seconds and a bit, since `ping` asks once a second."""
    before = replies(lab)
    lab.clock.sleep(2.4)
    return replies(lab) > before


def workers(lab: Lab) -> set[str]:
    """The states of the workers."""
    return {*states(lab, WORKER), *states(lab, OTHER)}


@pytest.fixture(scope="module")
def conversation(lab: Lab) -> None:
    """A task on the worker talks to one on the manager over an overlay network."""
    demand(lab[MANAGER], "POST", "/networks/create", {"Name": "talk", "Driver": "overlay"})
    for name, host, command in (
        ("greeter", MANAGER, "ping docker.com"),
        ("listener", WORKER, "until ping tasks.greeter; do sleep 1; done"),
    ):
        create_service(
            lab,
            name,
            args=("sh", "-c", command),
            Networks=[{"Target": "talk"}],
            Placement={"Constraints": [f"node.hostname=={host}"]},
        )
    wait_for(lab, lambda: is_answered(lab), True)


def close_to_traffic(lab: Lab, *ports: Port, at: Sequence[str]) -> Closed:
    """Close ports of hosts until the conversation is silent, then open them."""
    for name in at:
        for port in ports:
            lab[name].block(port)
    broken_after_s = wait_for(lab, lambda: is_answered(lab), False)
    while_closed = lab.snapshot()
    for name in at:
        for port in ports:
            lab[name].open(port)
    return Closed(
        broken_after_s=broken_after_s,
        while_closed=while_closed,
        answered_while_closed=False,
        healed_after_s=wait_for(lab, lambda: is_answered(lab), True),
    )


@pytest.fixture(scope="module")
def data_closed(lab: Lab, conversation: None) -> Closed:
    """4789/udp, of the worker."""
    return close_to_traffic(lab, "4789/udp", at=[WORKER])


@pytest.fixture(scope="module")
def management_closed(lab: Lab, data_closed: Closed) -> Closed:
    """2377/tcp, of the manager."""
    lab[MANAGER].block("2377/tcp")
    broken_after_s = wait_for(lab, lambda: workers(lab), {"down"})
    while_closed = lab.snapshot()
    answered = is_answered(lab)
    lab[MANAGER].open("2377/tcp")
    healed_after_s = wait_for(lab, lambda: workers(lab), {"ready"})
    lab.wait_converged("listener")
    wait_for(lab, lambda: len(listeners(lab)), 1)
    wait_for(lab, lambda: is_answered(lab), True)
    return Closed(
        broken_after_s=broken_after_s,
        while_closed=while_closed,
        answered_while_closed=answered,
        healed_after_s=healed_after_s,
    )


@pytest.fixture(scope="module")
def gossip_closed(lab: Lab, management_closed: Closed) -> Closed:
    """7946, of both ends: one end alone may for half a minute contradict the rumour that it is dead."""
    return close_to_traffic(lab, "7946/tcp", "7946/udp", at=[WORKER, MANAGER])


def is_unaware(snapshot: Snapshot) -> bool:
    """Whether the managers see nothing of what is broken."""
    tasks = {task.state for task in snapshot.tasks if task.is_wanted}
    return {node.state for node in snapshot.nodes} == {"ready"} and tasks == {"running"}


@pytest.mark.parametrize("port", PORTS)
def test_each_port_can_be_checked_from_another_host(lab: Lab, port: Port) -> None:
    """Open, closed at one wall, at the other one, open again."""
    worker, manager = lab[WORKER], lab[MANAGER]
    checks = [worker.check(port, peer=manager)]
    for wall in ("firewall", "security_group"):
        worker.block(port, at=wall)
        checks.append(worker.check(port, peer=manager))
        worker.open(port, at=wall)
    checks.append(worker.check(port, peer=manager))
    assert [check.open for check in checks] == [True, False, False, True]
    assert [check.blocked_at for check in checks] == [(), ("firewall",), ("security_group",), ()]


def test_without_4789_udp_overlay_traffic_stops_at_once(data_closed: Closed) -> None:
    """It comes back as soon as the port is open."""
    assert data_closed.broken_after_s <= 6
    assert data_closed.healed_after_s <= 6


def test_without_4789_udp_the_managers_see_nothing(data_closed: Closed) -> None:
    """Every node is Ready, every task Running."""
    assert is_unaware(data_closed.while_closed)


def test_without_2377_the_workers_are_down(management_closed: Closed) -> None:
    """For want of heartbeats; they are Ready soon after the port is open."""
    assert 8 <= management_closed.broken_after_s <= 17.5
    assert management_closed.healed_after_s <= 15


def test_without_2377_containers_go_on(management_closed: Closed) -> None:
    """What runs, runs, and talks, only nobody manages it."""
    assert management_closed.answered_while_closed


def test_without_7946_overlay_traffic_stops_later(gossip_closed: Closed) -> None:
    """When the nodes have given one another up, after six to eight seconds; and comes back when they have met again."""
    assert 4 <= gossip_closed.broken_after_s <= 14
    assert gossip_closed.healed_after_s <= 30


def test_without_7946_the_managers_see_nothing(gossip_closed: Closed) -> None:
    """Nodes report to managers over another port."""
    assert is_unaware(gossip_closed.while_closed)
