"""A history that breaks a promise is printed; what is printed can be read and played again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.invariants.drawing import histories
from tests.invariants.history import History, Played

FORBIDDEN = """\
lab: 3 hosts, 1 managers, seed 3
docker-swarm-3:~$ docker service create -d --name web --replicas 4 alpine sleep 100000
wait 8
docker-swarm-1: pause
jump 5
docker-swarm-1: resume
docker-swarm-1: ahead 300
docker-swarm-3:~$ docker service rm web
wait 30
docker-swarm-3:~$ docker service create -d --name api alpine sleep 100000
"""


class Stricter(Played):
    """A swarm that promises more than any does: whoever had a service once has one for ever."""

    def _do(self, line: str) -> None:
        had = bool(self.cluster.manager().client.api.services())
        super()._do(line)
        if had and not self.cluster.manager().client.api.services():
            raise AssertionError("there is no service any more")


@settings(max_examples=30, deadline=None, database=None, derandomize=True)
@given(history=histories())
def test_a_history_is_read_as_it_is_printed(history: History) -> None:
    """Line by line."""
    assert History.read(str(history)) == history


def test_a_broken_promise_prints_the_history_up_to_there() -> None:
    """With the seed, and as comments when each thing was done and what was answered."""
    with pytest.raises(AssertionError, match="there is no service any more") as broken:
        Stricter(History.read(FORBIDDEN)).play()
    printed = str(broken.value)
    assert printed.splitlines()[2] == "lab: 3 hosts, 1 managers, seed 3"
    assert printed.splitlines()[-3:] == [
        "docker-swarm-3:~$ docker service rm web",
        "#   after 13.000 s",
        "#   web",
    ]


def test_what_was_printed_breaks_the_promise_again() -> None:
    """In the same place, with the same words: the text as it is, kept as a file, is the test."""
    with pytest.raises(AssertionError) as broken:
        Stricter(History.read(FORBIDDEN)).play()
    again = History.read(str(broken.value))
    assert again.lines == History.read(FORBIDDEN).lines[: len(again.lines)]
    with pytest.raises(AssertionError) as once_more:
        Stricter(again).play()
    assert str(once_more.value) == str(broken.value)
