"""The doctor over the user's own ssh, on three real engines: what it prints of a healthy set-up and of a broken one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from swarmlab.__main__ import main
from swarmlab.client.protocols import PORTS

if TYPE_CHECKING:
    from tests.hosts.own import OwnHosts

ONE, TWO, MANAGER = "docker-swarm-1", "docker-swarm-2", "docker-swarm-3"
ALL_FOUR = ", ".join(PORTS)


@pytest.fixture(scope="module", autouse=True)
def formed(own: OwnHosts) -> None:
    own.engines.reset("formed")


@pytest.fixture(autouse=True)
def healed(own: OwnHosts) -> Iterator[None]:
    yield
    own.engines.faults.heal()


@pytest.fixture
def printed(own: OwnHosts, capsys: pytest.CaptureFixture[str], show: Callable[[str], None]) -> Callable[[], str]:
    """Asks the doctor; what it prints stands in the log of the run, too."""

    def printed() -> str:
        main(["doctor", "--hosts", str(own.write())])
        text, _, _ = capsys.readouterr().out.partition("\n\nThis machine")
        show(text)
        return re.sub(r"(?<=\S)  +", "  ", text)  # columns are as wide as what is in them

    return printed


def test_a_healthy_swarm(own: OwnHosts, printed: Callable[[], str]) -> None:
    """Packets arrive at every port of every host from every other; nothing is changed for that."""
    text = printed()
    hosts = [host.name for host in own.engines.hosts]
    for sender, target in ((one, other) for one in hosts for other in hosts if one != other):
        assert f"  ✓ {sender} → {target}  {ALL_FOUR}  packets arrive" in text
    for host, role in zip(hosts, ("worker", "worker", "manager"), strict=True):
        assert f"  ✓ {host}  swarm  {role}, ready\n" in text
        for question in ("reached", "Docker", "address", "clock", "disk", "overlay"):
            assert f"  ✓ {host}  {question}  " in text


def test_a_broken_one(own: OwnHosts, printed: Callable[[], str]) -> None:
    """A port that the firewall drops, one that the cloud does, and an engine that is dead: each with what mends it."""
    own.engines.faults.block(MANAGER, "7946/udp", at="security_group")
    own.engines.faults.block(MANAGER, "7946/tcp", at="firewall")
    own.engines.faults.stop(TWO)
    text = printed()
    assert re.search(
        rf"  ✗ {TWO}  reached  .* no Docker engine runs there\n      → There: sudo systemctl start docker", text
    )
    assert not re.search(rf"{TWO} →|→ {TWO}", text)
    assert f"  ✗ {ONE} → {MANAGER}  7946/tcp  nothing arrives (3 s)\n      → " in text
    assert f"  ✗ {ONE} → {MANAGER}  7946/udp  nothing arrives (3 s)\n      → " in text
    assert "sudo ufw allow proto tcp from" in text
    assert "aws ec2 authorize-security-group-ingress" in text
    for port in ("2377/tcp", "4789/udp"):
        assert f"  ✓ {ONE} → {MANAGER}  {port}  packets arrive" in text
    assert f"  ✓ {MANAGER} → {ONE}  {ALL_FOUR}  packets arrive" in text
