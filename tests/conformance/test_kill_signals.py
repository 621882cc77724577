"""What a signal sent by `docker kill` does to a container that is always restarted: only a stop ends it for good."""

from __future__ import annotations

from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, demand, wait_for

STARTS_FROM = "separate"

ENDED = {("HUP", ""): 129, ("TERM", ""): 143, ("KILL", ""): 137, ("TERM", "TERM"): 143, ("KILL", "TERM"): 137}
"""The signal and the container's own stop signal, and the code with which the container stays exited."""

NO_STOP = ("USR1", "TERM")
RESTARTED = ("running", 0, 1)


def story_of(lab: Lab, signal: str, stop_signal: str, expected: tuple[str, int, int]) -> tuple[str, int, int]:
    """Status, code and restarts of a container that was sent a signal, once they are as expected and stay so."""
    node = lab[MANAGER]
    restart: Any = {"Name": "always"}
    container = node.client.containers.run(
        "alpine", ["sleep", "1000"], detach=True, init=True, restart_policy=restart, stop_signal=stop_signal or None
    )
    lab.clock.sleep(1)
    demand(node, "POST", f"/containers/{container.id}/kill?signal={signal}")

    def state() -> tuple[str, int, int]:
        found = demand(node, "GET", f"/containers/{container.id}/json")
        return found["State"]["Status"], found["State"]["ExitCode"], found["RestartCount"]

    wait_for(lab, state, expected)
    lab.clock.sleep(2)
    seen = state()
    container.remove(force=True)
    return seen


@pytest.fixture(scope="module", autouse=True)
def image(lab: Lab) -> None:
    """What the containers are made of."""
    lab[MANAGER].client.images.pull("alpine", "latest")


@pytest.mark.parametrize(("signal", "stop_signal"), ENDED)
def test_a_stop_ends_it_for_good(lab: Lab, signal: str, stop_signal: str) -> None:
    """Where no stop signal is named any signal is one; SIGKILL always is."""
    expected = ("exited", ENDED[signal, stop_signal], 0)
    assert story_of(lab, signal, stop_signal, expected) == expected


def test_another_signal_leaves_the_policy_alone(lab: Lab) -> None:
    """The program ends, and is started again."""
    assert story_of(lab, *NO_STOP, RESTARTED) == RESTARTED
