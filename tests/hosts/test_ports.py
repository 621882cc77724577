"""Ports between two hosts behind ssh, in namespaces of their own: what arrives, what a packet filter stops."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from docker import DockerClient

from swarmlab.backends.hosts import HostSettings
from swarmlab.backends.hosts.faults import HandFaults
from swarmlab.backends.hosts.ports import HostsPorts
from swarmlab.client.protocols import PORTS, Fault, FaultRefused, Port
from tests.hosts.network import SENDER_ADDRESS, TARGET_ADDRESS, Network

pytestmark = pytest.mark.ssh

SENDER, TARGET = "docker-swarm-1", "docker-swarm-2"


def settings(name: str, address: str, where: str) -> HostSettings:
    endpoint = f"ssh://{getpass.getuser()}@{where}"
    return HostSettings(
        name=name, endpoint=endpoint, address=address, public_address=None, labels={}, tls=None, line=1
    )  # fmt: skip


@pytest.fixture
def hosts(ssh: Path) -> dict[str, HostSettings]:
    return {
        SENDER: settings(SENDER, SENDER_ADDRESS, "sender"),
        TARGET: settings(TARGET, TARGET_ADDRESS, "target"),
    }


@pytest.fixture
def ports(hosts: dict[str, HostSettings]) -> Iterator[HostsPorts]:
    made = HostsPorts(hosts)
    yield made
    made.close()


REJECTED: dict[Port, str] = {
    "2377/tcp": "REJECT --reject-with tcp-reset",
    "7946/tcp": "REJECT",
    "7946/udp": "REJECT",
    "4789/udp": "DROP",
}


def test_what_a_firewall_refuses_is_closed(network: Network, ports: HostsPorts) -> None:
    """Refused as by a host on whose port nobody listens, or silently. The other way is open, though nobody listens."""
    for port, how in REJECTED.items():
        number, protocol = port.split("/")
        assert not network.target.run(f"iptables -A INPUT -p {protocol} --dport {number} -j {how}").strip()
    assert [str(ports.check(TARGET, port, peer=SENDER)) for port in PORTS] == [
        f"{SENDER} → {TARGET} 2377/tcp: closed at firewall",
        f"{SENDER} → {TARGET} 7946/tcp: closed at firewall",
        f"{SENDER} → {TARGET} 7946/udp: closed",
        f"{SENDER} → {TARGET} 4789/udp: closed",
    ]
    assert [ports.check(SENDER, port, peer=TARGET).open for port in PORTS] == [True] * 4


def test_a_shell_that_broke_is_opened_anew(network: Network, ports: HostsPorts) -> None:
    """A laptop that slept; nobody has to start a lab again."""
    assert ports.check(TARGET, "2377/tcp", peer=SENDER).open
    for shell in ports._shells.values():
        shell._process.kill()  # type: ignore[attr-defined]
        shell._process.wait()  # type: ignore[attr-defined]
    assert ports.check(TARGET, "2377/tcp", peer=SENDER).open


def test_no_shell_is_left(ports: HostsPorts) -> None:
    """They are kept for the next question, and end with the lab."""
    ports.check(TARGET, "7946/udp", peer=SENDER)
    processes = [shell._process for shell in ports._shells.values()]  # type: ignore[attr-defined]
    assert [process.poll() for process in processes] == [None, None]
    ports.close()
    assert None not in [process.poll() for process in processes]


def test_what_nobody_can_see_is_refused_with_the_commands_that_show_it(
    network: Network, hosts: dict[str, HostSettings]
) -> None:
    """Where no shell is on the host that receives, or on the one that sends."""
    engine = "unix:///nobody.sock"
    blind = HostsPorts({SENDER: hosts[SENDER], TARGET: replace(hosts[TARGET], endpoint=engine)})
    seen = rf"Whether {{}} of {TARGET} lets packets pass cannot be seen from here \({{}}.*\)\. On {TARGET}, type sudo"
    for port in ("2377/tcp", "4789/udp"):
        with pytest.raises(FaultRefused, match=seen.format(port, f"nobody is on {TARGET} to look")):
            blind.check(TARGET, port, peer=SENDER)
    with pytest.raises(FaultRefused, match=f"{TARGET}: no Docker engine answers at /nobody.sock"):
        blind.check(SENDER, "2377/tcp", peer=TARGET)
    blind.close()


def test_a_human_closes_a_port_of_udp(network: Network, hosts: dict[str, HostSettings], ports: HostsPorts) -> None:
    """With the lab's own line, which it shows and waits for; so it is with an opened one."""
    read: list[str] = []

    def do(text: str) -> None:
        read.append(text)
        if "Waiting" in text:
            network.target.run("iptables -A INPUT -p udp --dport 4789 -j REJECT" if len(read) == 1 else "iptables -F")

    def nobody(node: str) -> DockerClient:
        raise AssertionError(f"the engine of {node} is not asked")

    faults = HandFaults(hosts, nobody, ports, do, poll_s=0.05)
    faults.block(TARGET, "4789/udp")
    assert faults.active() == [Fault(node=TARGET, kind="blocked", port="4789/udp", wall="firewall")]
    faults.heal()
    assert faults.active() == []
    waiting = f"Waiting until packets of {SENDER} {{}} at 4789/udp. Ctrl-C ends the waiting."
    assert [text.splitlines()[-1] for text in read[::2]] == [waiting.format("do not arrive"), waiting.format("arrive")]


def test_another_port_is_tried_too(network: Network, ports: HostsPorts) -> None:
    """One that a service would publish; a container's datagrams the host does not count."""
    with pytest.raises(FaultRefused, match=f"{TARGET} may have handed it to a container"):
        ports.arrives(TARGET, "8080/udp", peer=SENDER)
    assert ports.arrives(TARGET, "8080/tcp", peer=SENDER)
    network.target.run("iptables -A INPUT -p tcp --dport 8080 -j DROP")
    assert not ports.arrives(TARGET, "8080/tcp", peer=SENDER)
