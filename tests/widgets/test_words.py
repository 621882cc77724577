"""A state has one word, wherever it is read."""

from __future__ import annotations

import pytest

from swarmlab.looks import word_of
from swarmlab.widgets.board import describe
from tests.widgets.swarms import HOSTS, sight_of, three_nodes, web, web_task


@pytest.mark.parametrize(
    ("state", "desired", "node", "word"),
    [
        ("running", "running", "ready", "running"),
        ("preparing", "running", "ready", "preparing"),
        ("running", "running", "down", "last seen running"),
        ("running", "shutdown", "ready", "to be stopped"),
        ("failed", "shutdown", "down", "failed"),
    ],
)
def test_a_state_in_a_word(state: str, desired: str, node: str, word: str) -> None:
    """Docker's own, but for what the managers cannot know or have yet to do; the board has the same."""
    nodes = three_nodes(docker_swarm_1={"Status": {"State": node, "Addr": "10.0.0.1"}})
    sight = sight_of(nodes, [web(1)], [web_task(1, "1", state) | {"DesiredState": desired}])
    assert sight.snapshot is not None
    (task,) = sight.snapshot.tasks
    assert word_of(task, sight.snapshot.node(task.node_id)) == word
    (shown,) = describe(sight, HOSTS)["tasks"].values()
    assert shown["word"] == word
