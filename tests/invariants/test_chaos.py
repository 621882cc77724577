"""Whatever users do and whatever breaks, a swarm keeps its promises, and comes to rest as declared when all is healed.

`make test` plays a slice of the histories, `make chaos` a thousand (SWARMLAB_CHAOS). A failing test prints its history;
kept as a file in histories/ it is played again ever after.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from swarmlab.engine.model import Node, Task
from tests.invariants.drawing import histories
from tests.invariants.history import History, Played

COUNT = int(os.environ.get("SWARMLAB_CHAOS") or 60)
SHARDS = 4
A_SHARD = -(-COUNT // SHARDS)
KEPT = sorted((Path(__file__).parent / "histories").glob("*.txt"))


def play(history: History) -> Played:
    """Live through a history and its end."""
    played = Played(history)
    played.play()
    played.settle()
    return played


@pytest.mark.parametrize("shard", range(SHARDS))
def test_a_swarm_keeps_its_promises(shard: int, record_property: Callable[[str, int], None]) -> None:
    """Several shards, so that several processes can share the work."""
    record_property("histories", A_SHARD)

    @seed(shard)
    @settings(
        max_examples=A_SHARD,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(history=histories())
    def promises_are_kept(history: History) -> None:
        play(history)

    promises_are_kept()


@seed(0)
@settings(max_examples=12, deadline=None, database=None)
@given(history=histories())
def test_one_seed_and_one_history_have_one_outcome(history: History) -> None:
    """Every id, time, state and answer of two labs that live through the same is the same."""

    def live() -> tuple[str, list[object]]:
        played = play(history)
        stores = [swarm.store for swarm in played.lab.simulation.swarms()]
        return str(played), [[*store.all(Node), *store.all(Task)] for store in stores]

    assert live() == live()


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_a_kept_history_ends_well(path: Path) -> None:
    """What once went wrong."""
    play(History.read(path.read_text()))
