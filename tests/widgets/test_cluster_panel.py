"""The cluster panel: a swarm is formed and changed by pressing."""

from __future__ import annotations

from typing import Any

import pytest

from swarmlab.widgets.panels import ClusterPanel
from swarmlab.widgets.work import NotPossible
from tests.widgets.conftest import (
    OnRealEngines,
    OpenLab,
    button,
    press,
    shown,
    type_on_manager,
    until,
)


def choose(panel: ClusterPanel, node: str) -> None:
    """Choose a machine of the lab."""
    until(panel.node, "options", lambda options: node in dict(options))
    panel.node.value = dict(panel.node.options)[node]


def leave(panel: ClusterPanel, node: str) -> None:
    """Have a worker leave, and wait until it can join again; the tooltip hides the token."""
    choose(panel, node)
    press(panel, "swarm leave")
    until(button(panel, "swarm join as a worker"), "tooltip", lambda text: "SWMTKN-1-…masked 172" in str(text))


def test_a_swarm_is_formed_by_pressing(open_lab: OpenLab) -> None:
    """Init, join as a worker and as a manager: nobody copies a token."""
    panel = open_lab("separate").panels.cluster()
    choose(panel, "docker-swarm-3")
    assert button(panel, "swarm init").tooltip == "docker swarm init --advertise-addr 172.31.16.13"
    assert "is now a manager" in press(panel, "swarm init")
    shown(panel.nodes, "docker-swarm-3", "Leader")
    choose(panel, "docker-swarm-1")
    assert press(panel, "swarm join as a worker") == "This node joined a swarm as a worker."
    choose(panel, "docker-swarm-2")
    assert press(panel, "swarm join as a manager") == "This node joined a swarm as a manager."
    shown(panel.nodes, "docker-swarm-1", "worker", "Ready")
    shown(panel.nodes, "docker-swarm-2", "manager", "Reachable")


def test_the_chosen_machine_stays_chosen(open_lab: OpenLab) -> None:
    """Whatever record the swarm gives it: the next press is about the same one."""
    panel = open_lab("separate").panels.cluster()
    choose(panel, "docker-swarm-3")
    press(panel, "swarm init")
    shown(panel.nodes, "docker-swarm-3", "Leader")
    assert panel.node.label == "docker-swarm-3"
    choose(panel, "docker-swarm-2")
    press(panel, "swarm join as a worker")
    shown(panel.nodes, "docker-swarm-2", "worker", "Ready")
    assert panel.node.label == "docker-swarm-2"
    assert button(panel, "node promote").tooltip == "docker node promote docker-swarm-2"


def test_the_token_of_a_join_is_the_swarm_s(open_lab: OpenLab) -> None:
    """The tooltip hides it, the card shows what was sent."""
    lab = open_lab()
    panel = lab.panels.cluster()
    leave(panel, "docker-swarm-1")
    press(panel, "swarm join as a worker")
    api: Any = lab.cluster["docker-swarm-3"].client.api
    token = api.inspect_swarm()["JoinTokens"]["Worker"]
    assert panel.card.lines[0]["text"] == f"docker swarm join --token {token} 172.31.16.13:2377"


def test_on_real_engines_a_join_shows_no_token(open_lab: OpenLab) -> None:
    """It works all the same."""
    panel = open_lab(kind=OnRealEngines).panels.cluster()
    leave(panel, "docker-swarm-1")
    assert press(panel, "swarm join as a worker") == "This node joined a swarm as a worker."
    assert "--token SWMTKN-1-…masked 172" in panel.card.lines[0]["text"]
    assert "join_token='SWMTKN-1-…masked'" in panel.card.lines[1]["text"]


def test_roles_and_availability_are_changed(open_lab: OpenLab) -> None:
    """On a manager, whichever answers."""
    lab = open_lab()
    panel = lab.panels.cluster()
    choose(panel, "docker-swarm-1")
    shown(panel.nodes, "docker-swarm-1", "worker")
    assert press(panel, "node promote") == "Node docker-swarm-1 promoted to a manager in the swarm."
    lab.cluster.clock.sleep(5)
    shown(panel.nodes, "docker-swarm-1", "manager", "Reachable")
    assert press(panel, "node demote") == "Manager docker-swarm-1 demoted in the swarm."
    press(panel, "drain")
    shown(panel.nodes, "docker-swarm-1", "Drain")


def test_who_left_stays_as_a_record(open_lab: OpenLab) -> None:
    """It can be removed, but not told to do anything."""
    lab = open_lab()
    panel = lab.panels.cluster()
    leave(panel, "docker-swarm-1")
    press(panel, "swarm join as a worker")
    until(panel.node, "options", lambda options: len(options) == 4)
    panel.node.value = panel.node.options[3][1]
    assert panel.node.options[3][0].endswith("(record only)")
    with pytest.raises(NotPossible, match="no machine of the lab"):
        press(panel, "info")
    lab.cluster.clock.sleep(20)
    press(panel, "node rm")
    until(panel.node, "options", lambda options: len(options) == 3)


def test_tokens_rotate(open_lab: OpenLab) -> None:
    """And the old one is another."""
    panel = open_lab().panels.cluster()
    before = press(panel, "swarm join-token worker")
    panel.rotate.value = True
    assert button(panel, "swarm join-token worker").tooltip == "docker swarm join-token --rotate worker"
    after = press(panel, "swarm join-token worker")
    assert after.startswith("Successfully rotated worker join token.")
    assert before.split()[-2] not in after


def test_without_a_manager_nobody_can_join(open_lab: OpenLab) -> None:
    """Refused before anything is sent, with what to do."""
    panel = open_lab("separate").panels.cluster()
    choose(panel, "docker-swarm-1")
    with pytest.raises(NotPossible, match="docker swarm init on one node first"):
        press(panel, "swarm join as a worker")
    assert panel.card.state == "failed"
    assert "docker swarm init on one node first" in panel.card.result


def test_an_unlock_key_is_sent_and_forgotten(open_lab: OpenLab) -> None:
    """A saved notebook holds what stands in fields."""
    lab = open_lab()
    panel = lab.panels.cluster()
    type_on_manager(lab, "docker swarm update --autolock")
    key = press(panel, "swarm unlock-key").split("provide the following key:")[1].split()[0]
    lab.cluster["docker-swarm-3"].stop()
    lab.cluster["docker-swarm-3"].start()
    choose(panel, "docker-swarm-3")
    panel.unlock_key.value = key
    assert button(panel, "swarm unlock").tooltip == "docker swarm unlock <<< SWMKEY-1-…masked"
    press(panel, "swarm unlock")
    assert panel.card.state == "done"
    assert panel.unlock_key.value == ""
