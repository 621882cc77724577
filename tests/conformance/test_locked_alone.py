"""A manager with a locked key was to go on alone, and is in no swarm since: it joins, begins anew, leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, WORKER, ask, demand, said, wait_for

STARTS_FROM = "three-managers"


@dataclass(slots=True, kw_only=True)
class Story:
    """The answers to what was done, the first time and the second; what the node is after each, and restarted."""

    answers: list[tuple[int, str]]
    states: list[str]
    restarted: str


def act(lab: Lab, what: str) -> tuple[int, str]:
    """Do one of the things that a node in no swarm can do."""
    node = lab[WORKER]
    listen = {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": node.address}
    match what:
        case "join":
            token = demand(lab[MANAGER], "GET", "/swarm")["JoinTokens"]["Manager"]
            body: Any = {**listen, "RemoteAddrs": [f"{lab[MANAGER].address}:2377"], "JoinToken": token}
            answer = ask(node, "POST", "/swarm/join", body)
        case "init":
            answer = ask(node, "POST", "/swarm/init", listen)
        case "init by force":
            answer = ask(node, "POST", "/swarm/init", {**listen, "ForceNewCluster": True})
        case _:
            answer = ask(node, "POST", "/swarm/leave?force=1")
    return (answer.status_code, "") if answer.ok else said(answer)


@pytest.fixture(scope="module")
def stories(lab: Lab) -> dict[str, Story]:
    """Each on three managers of its own."""
    told = {}
    for number, what in enumerate(OUTCOMES):
        if number:
            lab.reset("three-managers")
        told[what] = play(lab, what)
    return told


def play(lab: Lab, what: str) -> Story:
    """Lock, be refused, act twice, start the engine again."""
    node = lab[WORKER]
    swarm = demand(lab[MANAGER], "GET", "/swarm")
    spec = {**swarm["Spec"], "EncryptionConfig": {"AutoLockManagers": True}}
    demand(lab[MANAGER], "POST", f"/swarm/update?version={swarm['Version']['Index']}", spec)
    wait_for(lab, lambda: demand(node, "GET", "/swarm/unlockkey")["UnlockKey"] != "", True)
    lab.clock.sleep(2)
    assert act(lab, "init by force")[0] == 503
    answers, states = [], []
    for _ in range(2):
        answers.append(act(lab, what))
        states.append(demand(node, "GET", "/info")["Swarm"]["LocalNodeState"])
    node.stop()
    node.start()
    lab.clock.sleep(1)
    return Story(
        answers=answers,
        states=states,
        restarted=demand(node, "GET", "/info")["Swarm"]["LocalNodeState"],
    )


LOCKED = (
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.'
)
NOT_PART = "This node is not part of a swarm"
OUTCOMES = {
    "join": Story(answers=[(503, LOCKED), (200, "")], states=["inactive", "active"], restarted="locked"),
    "init": Story(answers=[(503, LOCKED), (200, "")], states=["inactive", "active"], restarted="active"),
    "init by force": Story(answers=[(503, LOCKED)] * 2, states=["inactive"] * 2, restarted="locked"),
    "leave": Story(answers=[(503, NOT_PART)] * 2, states=["inactive"] * 2, restarted="locked"),
}


@pytest.mark.parametrize("what", OUTCOMES)
def test_what_it_does_then(stories: dict[str, Story], what: str) -> None:
    """Who joins or begins anew is refused once, and what lay on its disk is gone; by force it stays, as after a leave.

    An engine that starts again finds what lies there: the key of the swarm that it was in, or of the one it joined.
    """
    assert stories[what] == OUTCOMES[what]
