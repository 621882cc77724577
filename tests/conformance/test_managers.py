"""Row S7: three managers; the leader dies; then another one, and with it the quorum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from requests import Response

from swarmlab.client.cluster import Node
from swarmlab.client.snapshots import NodeView
from swarmlab.lab import Lab
from tests.conformance.asking import ask, demand, states, timed, type_line, wait_for

STARTS_FROM = "three-managers"

NO_LEADER = (
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are "
    "online. Make sure more than half of the managers are online."
)
DEADLINE = tuple(
    f"rpc error: code = DeadlineExceeded desc = {reason}"
    for reason in ("context deadline exceeded", "stream terminated by RST_STREAM with error code: CANCEL")
)
"""The second one where a real leader's host is gone in the middle of the question; seldom."""

QUESTION_S = 20.5
"""How long a question waits for a leader before it is refused, and a little."""

SERVICE = {"Name": "late", "TaskTemplate": {"ContainerSpec": {"Image": "alpine:latest"}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The managers as one of them sees them, by name, and `docker node ls` typed there."""

    nodes: dict[str, NodeView]
    typed: list[str]

    def leader(self) -> str:
        """The one that leads, by name; there is never another."""
        (name,) = (node.name for node in self.nodes.values() if node.is_leader)
        return name

    def manager_status(self) -> list[str]:
        """The column MANAGER STATUS, in the order of its words."""
        return sorted(row.split("  ")[4] for row in self.typed[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Before; when the first question after the leader's death was answered; when it was Down; without quorum."""

    before: Look
    told_by_follower: str
    answered_after_s: float
    elected: Look
    down_after_s: float
    down: Look
    first_without_quorum: Response
    first_took_s: float
    later_took_s: float
    change_without_quorum: Response
    info: dict[str, Any]


def look(node: Node, lab: Lab) -> Look:
    """Look at the managers, and type `docker node ls` on this one."""
    nodes = {one.name: one for one in lab.snapshot().nodes}
    return Look(nodes=nodes, typed=type_line(lab, node.name, "docker node ls"))


def label(node: Node) -> str:
    """Give the node a label, by its own engine; returns what it is afterwards."""
    record = demand(node, "GET", f"/nodes/{node.name}")
    spec = {**record["Spec"], "Labels": {"changed-by": node.name}}
    demand(node, "POST", f"/nodes/{record['ID']}/update?version={record['Version']['Index']}", spec)
    return node.name


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    before = look(lab.manager(), lab)
    leader = lab[before.leader()]
    survivor, second = (node for node in lab if node is not leader)
    label(survivor)
    told = demand(leader, "GET", f"/nodes/{survivor.name}")["Spec"]["Labels"]["changed-by"]
    leader.stop()
    answered_after_s = wait_for(lab, lambda: ask(survivor, "GET", "/nodes").ok, True)
    elected = look(survivor, lab)
    down_after_s = answered_after_s + wait_for(lab, lambda: states(lab, leader.name), ["down"])
    down = look(survivor, lab)
    now_leading = lab[down.leader()]
    survivor = second if now_leading is survivor else survivor
    now_leading.stop()
    first, first_took_s = timed(lab, lambda: ask(survivor, "GET", "/nodes"))
    wait_for(lab, lambda: ask(survivor, "GET", "/nodes").json(), {"message": NO_LEADER}, timeout_s=120)
    later_took_s = timed(lab, lambda: ask(survivor, "GET", "/nodes"))[1]
    return Story(
        before=before,
        told_by_follower=told,
        answered_after_s=answered_after_s,
        elected=elected,
        down_after_s=down_after_s,
        down=down,
        first_without_quorum=first,
        first_took_s=first_took_s,
        later_took_s=later_took_s,
        change_without_quorum=ask(survivor, "POST", "/services/create", SERVICE),
        info=demand(survivor, "GET", "/info")["Swarm"],
    )


def test_one_manager_leads_and_the_others_are_reachable(story: Story) -> None:
    """Any of them could lead."""
    assert story.before.leader() == "docker-swarm-3"
    assert {node.reachability for node in story.before.nodes.values()} == {"reachable"}


@pytest.mark.cli
def test_node_ls_names_the_leader(story: Story) -> None:
    """Under MANAGER STATUS."""
    assert story.before.manager_status() == ["Leader", "Reachable", "Reachable"]


def test_a_change_told_to_a_follower_goes_through_the_leader(story: Story) -> None:
    """The leader knows of it when the follower has answered."""
    assert story.told_by_follower == "docker-swarm-1"


def test_another_manager_leads_when_the_leader_has_died(story: Story) -> None:
    """After ten to twenty seconds without a heartbeat; a question waits twenty, so the second one is answered."""
    assert story.elected.leader() != story.before.leader()
    assert story.answered_after_s < 2 * QUESTION_S


def test_the_dead_leader_is_unreachable(story: Story) -> None:
    """The source text says Unavailable; the word is Unreachable."""
    assert story.elected.nodes[story.before.leader()].reachability == "unreachable"


@pytest.mark.cli
def test_node_ls_shows_the_dead_leader_unreachable(story: Story) -> None:
    """Before it is known to be Down, and after."""
    assert story.elected.manager_status() == ["Leader", "Reachable", "Unreachable"]
    assert story.down.manager_status() == ["Leader", "Reachable", "Unreachable"]


def test_a_new_leader_knows_nobodys_state_at_first(story: Story) -> None:
    """Every node is unknown until it has reported to the new one."""
    assert story.elected.nodes[story.before.leader()].state == "unknown"


def test_the_dead_leader_is_down_later_than_a_worker_would_be(story: Story) -> None:
    """The new leader gives an unknown node six heartbeats."""
    assert [story.down.nodes[name].state for name in sorted(story.down.nodes)] == ["ready", "ready", "down"]
    assert 25 <= story.down_after_s <= 55


def test_the_first_question_without_quorum_waits_for_a_leader(story: Story) -> None:
    """In vain: with one of three managers there cannot be one."""
    answer = story.first_without_quorum
    assert answer.status_code == 500
    assert answer.json()["message"] in DEADLINE
    assert 19.9 <= story.first_took_s <= 21


def test_later_questions_are_refused_at_once(story: Story) -> None:
    """Reading needs a leader, too; once its absence is known nobody waits for one."""
    assert story.later_took_s <= 1


def test_changes_are_refused_with_the_same_words(story: Story) -> None:
    """`docker service create`."""
    answer = story.change_without_quorum
    assert (answer.status_code, answer.json()) == (500, {"message": NO_LEADER})


def test_docker_info_still_answers_and_carries_the_reason(story: Story) -> None:
    """It is the engine that answers, not the swarm."""
    assert story.info["LocalNodeState"] == "active"
    assert story.info["ControlAvailable"] is True
    assert story.info["Error"] == NO_LEADER
