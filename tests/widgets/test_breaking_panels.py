"""The panels of faults and ports: what is broken, and what still gets through."""

from __future__ import annotations

from typing import Any

import pytest

from swarmlab.client.protocols import FaultRefused
from swarmlab.widgets.work import NotPossible
from tests.widgets.conftest import (
    OnRealEngines,
    OpenLab,
    press,
    shown,
    until,
)


def test_a_lab_is_broken_and_mended(open_lab: OpenLab) -> None:
    """Each press is a call of the lab, and what is broken is listed."""
    lab = open_lab()
    panel = lab.panels.faults()
    panel.node.value = "docker-swarm-2"
    press(panel, "block port")
    assert panel.card.lines[0]["text"] == "lab['docker-swarm-2'].block('2377/tcp', at='firewall')"
    shown(panel.broken, "docker-swarm-2", "2377/tcp blocked at its firewall")
    press(panel, "stop engine")
    shown(panel.broken, "docker-swarm-2", "engine stopped")
    press(panel, "heal all")
    assert panel.card.lines[0]["text"] == "lab.heal()"
    until(panel.broken, "value", lambda html: "Nothing is broken on purpose" in str(html))
    assert lab.cluster.backend.faults.active() == []


def test_a_host_is_moved_to_another_network(open_lab: OpenLab) -> None:
    """And back."""
    panel = open_lab().panels.faults()
    panel.node.value = "docker-swarm-2"
    press(panel, "move outside")
    assert panel.card.lines[0]["text"] == "lab['docker-swarm-2'].move_outside()"
    shown(panel.broken, "docker-swarm-2", "in a network of its own")
    press(panel, "move inside")
    until(panel.broken, "value", lambda html: "Nothing is broken on purpose" in str(html))


def test_a_task_is_killed(open_lab: OpenLab) -> None:
    """And another takes its place."""
    lab = open_lab("helloworld")
    panel = lab.panels.faults()
    until(panel.task, "value", bool)
    press(panel, "kill task")
    lab.cluster.clock.sleep(10)
    assert [task.exit_code for task in lab.cluster.snapshot().tasks if task.state == "failed"] == [137]


def test_a_port_that_is_none_is_refused(open_lab: OpenLab) -> None:
    """With how it is typed."""
    panel = open_lab().panels.faults()
    for typed in ("2377", "x/tcp", "0/tcp", "70000/udp", ""):
        panel.port.value = typed
        with pytest.raises(NotPossible, match="is no port: type it as 2377/tcp"):
            press(panel, "block port")


def test_what_the_lab_may_not_do_is_told_with_what_to_type(open_lab: OpenLab) -> None:
    """In the words of the lab's refusal."""

    class OwnHosts(OnRealEngines):
        """Hosts on which the lab has no rights."""

        def __init__(self, **rest: Any) -> None:
            super().__init__(**rest)
            self.faults.stop = self._refuse

        def _refuse(self, node: str) -> None:
            raise FaultRefused(f"swarmlab may not stop {node}; type there: sudo systemctl stop docker")

    panel = open_lab(kind=OwnHosts).panels.faults()
    with pytest.raises(FaultRefused):
        press(panel, "stop engine")
    assert panel.card.result == "swarmlab may not stop docker-swarm-1; type there: sudo systemctl stop docker"


def test_ports_are_open_or_closed_at_a_wall(open_lab: OpenLab) -> None:
    """Every pair, all four rows, as signs and words."""
    lab = open_lab()
    panel = lab.panels.ports()
    assert press(panel, "check the ports") == "every port is open"
    assert panel.matrix.value.count("✓ open") == 24
    lab.cluster["docker-swarm-3"].block("2377/tcp")
    lab.cluster["docker-swarm-3"].block("2377/tcp", at="security_group")
    panel.node.value = "docker-swarm-3"
    assert press(panel, "check the ports") == "8 ports tried, 2 closed"
    assert panel.matrix.value.count("✗ closed: firewall and security group") == 2
