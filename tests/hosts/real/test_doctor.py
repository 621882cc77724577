"""The doctor over the user's own ssh, on three real engines: a healthy set-up, and a broken one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from swarmlab.__main__ import main
from swarmlab.client.protocols import PORTS

if TYPE_CHECKING:
    from tests.hosts.own import OwnHosts

ONE, MANAGER = "docker-swarm-1", "docker-swarm-3"


@pytest.fixture(autouse=True)
def healed(own: OwnHosts) -> None:
    own.engines.reset("formed")


def diagnose(own: OwnHosts, capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, str], str]:
    main(["doctor", "--json", "--hosts", str(own.write())])
    checks = json.loads(capsys.readouterr().out)["checks"]
    return {(check["subject"], check["question"]): check["verdict"] for check in checks}


def test_a_healthy_swarm(own: OwnHosts, capsys: pytest.CaptureFixture[str]) -> None:
    """Packets arrive at every port of every host from every other; nothing is changed for that."""
    verdicts = diagnose(own, capsys)
    hosts = [host.name for host in own.engines.hosts]
    pairs = {(f"{one} → {other}", port) for one in hosts for other in hosts if one != other for port in PORTS}
    assert {verdicts[pair] for pair in pairs} == {"ok"}
    for question in ("reached", "Docker", "swarm", "address", "clock", "disk", "overlay"):
        assert [verdicts[host, question] for host in hosts] == ["ok"] * 3, question


def test_a_broken_one(own: OwnHosts, capsys: pytest.CaptureFixture[str]) -> None:
    """A port that the firewall drops, one that the cloud does, and an engine that is dead."""
    own.engines.faults.block(MANAGER, "7946/udp", at="security_group")
    own.engines.faults.block(MANAGER, "7946/tcp", at="firewall")
    own.engines.faults.stop("docker-swarm-2")
    verdicts = diagnose(own, capsys)
    assert verdicts["docker-swarm-2", "reached"] == "failed"
    assert not any("docker-swarm-2 →" in subject for subject, _ in verdicts)
    assert [verdicts[f"{ONE} → {MANAGER}", port] for port in PORTS] == ["ok", "failed", "failed", "ok"]
    assert [verdicts[f"{MANAGER} → {ONE}", port] for port in PORTS] == ["ok"] * 4
