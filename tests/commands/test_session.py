"""A session can be interrupted from another thread, as Ctrl-C would, and given time for last words."""

from __future__ import annotations

from typing import Any

import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.commands import Session
from swarmlab.engine import states
from tests.in_process import InProcess


@pytest.fixture
def cluster() -> Cluster:
    """A formed swarm in this process."""
    backend: Any = InProcess(states.build("formed", nodes=3, managers=1, seed=1))
    return Cluster(backend)


@pytest.mark.parametrize("patience_s", [None, 100.0])
def test_an_interrupted_session_has_expired(cluster: Cluster, patience_s: float | None) -> None:
    """Whether it had patience or not."""
    session = Session.on(cluster, patience_s=patience_s)
    assert not session.expired()
    session.interrupt()
    assert session.expired()


def test_last_words_are_heard_after_an_interrupt(cluster: Cluster) -> None:
    """For as long as was granted; a second interrupt ends them."""
    session = Session.on(cluster, patience_s=100.0)
    session.interrupt()
    session.grant(5.0)
    assert not session.expired()
    session.interrupt()
    assert session.expired()
    session.grant(5.0)
    session.wait(5.0)
    assert session.expired()
