"""Requests that nobody should send, by the thousand: never a traceback, never a hang, nothing changed by a refusal.

`SWARMLAB_FUZZ=10000` says how many, `SWARMLAB_FUZZ_SEED=7` where to begin; `make chaos` plays them all.
"""

import os
from collections.abc import Callable

import pytest

from tests.fuzz.playing import Player

A_STORY = 50
STORIES = int(os.environ.get("SWARMLAB_FUZZ", "500")) // A_STORY
FIRST = int(os.environ.get("SWARMLAB_FUZZ_SEED", "1"))


@pytest.mark.parametrize("seed", range(FIRST, FIRST + STORIES))
def test_a_story_of_fifty_requests(seed: int, record_property: Callable[[str, int], None]) -> None:
    """Each on a swarm of its own in which a service runs; some are right, most are not."""
    record_property("requests", A_STORY)
    Player(seed).play(A_STORY)


def test_the_stories_are_neither_all_right_nor_all_wrong() -> None:
    """Requests that are refused at the door say little."""
    player = Player(FIRST)
    player.play(A_STORY)
    assert sum(200 <= status < 300 for status in player.statuses) >= A_STORY // 5
    assert sum(400 <= status < 500 for status in player.statuses) >= A_STORY // 5
