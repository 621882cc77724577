"""Waiting takes lab time and says what it waited for."""

from __future__ import annotations

import docker.errors
import pytest

from swarmlab.client.waiting import WaitTimeout, wait_until
from tests.client.fakes import ManualClock


def test_it_looks_until_nothing_is_missing() -> None:
    """Lab time passes between two looks."""
    clock = ManualClock()
    start = clock.now()
    looks = iter(["1 of 3", "2 of 3", ""])
    wait_until(clock, lambda: next(looks), "three of three")
    assert (clock.now() - start).total_seconds() == pytest.approx(0.4)


def test_what_never_comes_is_an_error_that_says_what_was_seen() -> None:
    """The sentence names the time, the aim and the last look."""
    with pytest.raises(WaitTimeout, match="waited 2 s for web to converge; last seen: 1 of 3 tasks running"):
        wait_until(ManualClock(), lambda: "1 of 3 tasks running", "web to converge", timeout_s=2)


def test_an_engine_that_refuses_counts_as_not_yet() -> None:
    """A swarm without a leader answers with an error for a while."""

    def look() -> str:
        raise docker.errors.APIError("500", explanation="The swarm does not have a leader.")

    with pytest.raises(WaitTimeout, match="last seen: the engine answered: The swarm does not have a leader"):
        wait_until(ManualClock(), look, "a leader", timeout_s=1)
