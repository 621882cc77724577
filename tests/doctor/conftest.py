"""Hosts for the doctor's tests: facts made up, simulated engines, and two network namespaces with real packets."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from swarmlab.doctor.shell import ProgramShell
from tests.labs import start_lab

__all__ = ["start_lab"]

SENDER_ADDRESS, TARGET_ADDRESS = "10.213.0.1", "10.213.0.2"


@dataclass
class Network:
    """Two hosts with nothing but a cable between them; no interface of this machine's own is made."""

    sender: ProgramShell
    target: ProgramShell
    enter_sender: list[str]
    enter_target: list[str]
    address: str = TARGET_ADDRESS


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs hosts with networks of their own."""
    for item in items:
        if "network" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.packets)


@pytest.fixture
def network(two_hosts: Network) -> Iterator[Network]:
    """Two hosts whose packet filters let everything pass."""
    yield two_hosts
    two_hosts.target.run("iptables -F")


@pytest.fixture(scope="module")
def two_hosts() -> Iterator[Network]:
    """The hosts, for all tests of a module."""
    shells = [ProgramShell(["unshare", "--net", "sh"]) for _ in range(2)]
    sender, target = shells
    try:
        sender_process, target_process = (shell.run("echo $$").strip() for shell in shells)
        said = [
            sender.run(f"ip link add cable type veth peer name cable netns {target_process}"),
            sender.run(f"ip addr add {SENDER_ADDRESS}/24 dev cable && ip link set lo up && ip link set cable up"),
            target.run(f"ip addr add {TARGET_ADDRESS}/24 dev cable && ip link set lo up && ip link set cable up"),
        ]
        assert not "".join(said).strip()
        enter = [["nsenter", f"--net=/proc/{process}/ns/net"] for process in (sender_process, target_process)]
        yield Network(sender=sender, target=target, enter_sender=enter[0], enter_target=enter[1])
    finally:
        for shell in shells:
            shell.close()
