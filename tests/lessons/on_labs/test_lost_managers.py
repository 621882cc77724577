"""A check answers with a verdict also when nobody can tell it anything: no leader, no engine, no swarm."""

from __future__ import annotations

import os

from swarmlab.lab import Lab
from swarmlab.lessons.catalogue import EXERCISES
from swarmlab.lessons.practice import exercise

IS_REAL = os.environ.get("SWARMLAB_BACKEND") == "dind"
ASKED = ("05-a", "08-c") if IS_REAL else tuple(EXERCISES)
"""A real engine without a leader thinks for 20 s about each question."""


def checks(lab: Lab) -> dict[str, str]:
    """What each says."""
    return {each: str(exercise(each, lab).check()) for each in ASKED}


def test_without_a_leader(lab: Lab) -> None:
    """In the words of the manager that is left."""
    lab.reset("three-managers")
    lab["docker-swarm-1"].stop()
    lab["docker-swarm-2"].stop()
    lab.clock.sleep(40)
    said = checks(lab)
    left = "docker-swarm-3 answers: The swarm does not have a leader. It's possible that too few managers are online."
    assert said["05-a"].startswith(f"05-a not yet, because {left}")
    assert said["08-c"].startswith(f"08-c not yet, because {left}")
    assert [each for each in said.values() if " right" in each] == []


def test_without_any_engine(lab: Lab) -> None:
    """No traceback, and nothing is right."""
    lab.reset("formed")
    for node in lab:
        node.stop()
    said = checks(lab)
    assert said["05-a"] == "05-a not yet, because no node of this lab answers as a manager."
    assert [each for each in said.values() if " right" in each] == []


def test_without_a_swarm(lab: Lab) -> None:
    """Engines that manage nothing."""
    lab.reset("separate")
    said = checks(lab)
    assert said["05-a"] == "05-a not yet, because no node of this lab answers as a manager."
    assert [each for each in said.values() if " right" in each] == []
