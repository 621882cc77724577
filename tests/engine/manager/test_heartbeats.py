"""When beats fall, and what follows when they stop."""

import pytest

from swarmlab.engine.ids import Chance
from swarmlab.engine.manager.heartbeats import Loss, lose


def test_the_last_beat_lies_within_the_running_period() -> None:
    """The agent notices within 5.5 s, the leader gives the node up 13.5 to 16.5 s after the last beat."""
    chance = Chance(1)
    losses = [lose(chance, 5, now=100, session_began=0) for _ in range(200)]
    assert all(100 <= loss.noticed_at <= 105.5 for loss in losses)
    assert all(8 <= loss.expires_at - 100 <= 16.5 for loss in losses)
    assert max(loss.noticed_at for loss in losses) > 104


def test_no_beat_lies_before_the_session() -> None:
    """A session that has just begun has its whole first period before it."""
    loss = lose(Chance(1), 5, now=100, session_began=100)
    assert 104.5 <= loss.noticed_at <= 105.5
    assert 113.5 <= loss.expires_at <= 116.5


def test_a_period_that_is_declared_counts() -> None:
    """Zero means the default."""
    assert lose(Chance(1), 60, now=0, session_began=0).expires_at > 170
    assert lose(Chance(1), 0, now=0, session_began=0).expires_at < 17


@pytest.mark.parametrize(
    ("now", "call"), [(10.0, 10.1), (10.2, 10.3), (10.31, 10.7), (22.8, 30.7), (31.0, 38.7), (10000.0, 10006.7)]
)
def test_an_agent_calls_ever_more_seldom(now: float, call: float) -> None:
    """After 0.1 s, 0.2 s, 0.4 s and so on, at last every 8 s."""
    assert Loss(noticed_at=10, expires_at=25).next_call(now) == pytest.approx(call)
