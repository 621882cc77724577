"""A manager is cut off until it has stood for election in vain; back again it ends the leader's rule."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from requests import Response

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, WORKER, ask, demand, timed, wait_for

STARTS_FROM = "three-managers"

CUT_OFF, WITNESS, LEADER = WORKER, OTHER, MANAGER
LONGEST_TO_STAND_S = 20
"""Nobody waits longer for a leader before standing for election."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Who led, as the others see it: while one is cut off, and in the end; and when there was no answer at once."""

    meanwhile: dict[str, str]
    interrupted_after_s: float
    healed_after_s: float
    answered_by_all: list[bool]


def managers(lab: Lab) -> dict[str, str]:
    """What is shown of each manager: leader, reachable, unreachable."""
    shown = {}
    for node in demand(lab[WITNESS], "GET", "/nodes"):
        status = node["ManagerStatus"]
        shown[node["Description"]["Hostname"]] = "leader" if status.get("Leader") else status["Reachability"]
    return shown


def is_interrupted(lab: Lab) -> bool:
    """Whether a question must wait, or is refused, or is answered by a swarm that nobody leads."""
    answer, took_s = timed(lab, lambda: ask(lab[WITNESS], "GET", "/nodes"))
    return took_s > 2 or not answer.ok or not _leaders(answer)


def _leaders(answer: Response) -> list[str]:
    nodes = answer.json() if answer.ok else []
    return [node["ID"] for node in nodes if node.get("ManagerStatus", {}).get("Leader")]


def is_healed(lab: Lab) -> bool:
    """Whether one leads, the others are reachable, and every node is ready."""
    answer = ask(lab[WITNESS], "GET", "/nodes")
    nodes = answer.json() if answer.ok else []
    reachable = [node for node in nodes if node["ManagerStatus"]["Reachability"] == "reachable"]
    ready = [node for node in nodes if node["Status"]["State"] == "ready"]
    return len(_leaders(answer)) == 1 and len(reachable) == len(ready) == 3


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    lab[CUT_OFF].disconnect()
    lab.clock.sleep(LONGEST_TO_STAND_S + 5)
    meanwhile = managers(lab)
    lab[CUT_OFF].reconnect()
    interrupted_after_s = wait_for(lab, lambda: is_interrupted(lab), True)
    healed_after_s = wait_for(lab, lambda: is_healed(lab), True, timeout_s=300)
    return Story(
        meanwhile=meanwhile,
        interrupted_after_s=interrupted_after_s,
        healed_after_s=interrupted_after_s + healed_after_s,
        answered_by_all=[ask(node, "GET", "/nodes").ok for node in lab],
    )


def test_a_manager_that_is_cut_off_is_unreachable_and_that_is_all(story: Story) -> None:
    """The other two are a majority; their leader stays."""
    assert story.meanwhile == {CUT_OFF: "unreachable", WITNESS: "reachable", LEADER: "leader"}


def test_its_return_ends_the_leaders_rule(story: Story) -> None:
    """It knows of a later term: as soon as it hears the leader again nobody leads any more."""
    assert story.interrupted_after_s < 45


def test_another_election_heals_everything(story: Story) -> None:
    """Who has all that was committed is elected, sooner or later, and everybody hears of it."""
    assert story.healed_after_s > story.interrupted_after_s
    assert story.answered_by_all == [True, True, True]
