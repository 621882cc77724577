"""Requests that nobody should send, by the thousand: never a traceback, never a hang, nothing changed by a refusal.

`SWARMLAB_FUZZ=10000` says how many, `SWARMLAB_FUZZ_SEED=7` where to begin; `make chaos` plays them all.
"""

import json
import os
from collections.abc import Callable

import pytest

from swarmlab.api.endpoints import endpoints
from swarmlab.api.messages import Request
from tests.fuzz.playing import Player
from tests.fuzz.sides import LEFT_OUT

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


def test_what_is_not_compared_with_real_engines_is_an_endpoint() -> None:
    """One that is written in another way leaves nothing out."""
    assert set(LEFT_OUT) <= {endpoint.template for endpoint in endpoints()}


def test_what_is_refused_after_a_while_leaves_nothing_either() -> None:
    """A join that nobody answers: ten seconds pass, and are compared with ten seconds without it."""
    player = Player(FIRST)
    player.send("docker-swarm-1", Request(method="POST", path="/swarm/leave", query={"force": "1"}))
    token = player.worker_token()
    body = {"ListenAddr": "0.0.0.0:2377", "RemoteAddrs": ["172.31.16.12:2377"], "JoinToken": token}
    headers = {"content-type": "application/json"}
    join = Request(method="POST", path="/swarm/join", headers=headers, body=json.dumps(body).encode())
    began = player.now
    player.send("docker-swarm-1", join)
    assert player.statuses == [200, 503]
    assert player.now - began > 5
