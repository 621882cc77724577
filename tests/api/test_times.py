"""The forms of the wire: durations and times."""

import pytest

from swarmlab.api.times import log_timestamp, nanoseconds, seconds, time_of, timestamp


def test_a_time_has_no_zeros_at_its_end() -> None:
    """RFC3339Nano writes only the digits that count."""
    assert timestamp(1_700_000_000.25) == "2023-11-14T22:13:20.25Z"
    assert timestamp(1_700_000_000) == "2023-11-14T22:13:20Z"


def test_a_time_that_never_was_is_gos_zero() -> None:
    """`FinishedAt` of a container that runs."""
    assert timestamp(None) == "0001-01-01T00:00:00Z"


def test_a_log_line_has_nine_digits() -> None:
    """Log lines stand below one another."""
    assert log_timestamp(1_700_000_000.25) == "2023-11-14T22:13:20.250000000Z"


def test_durations_lose_nothing() -> None:
    """Seconds inside, nanoseconds outside."""
    assert seconds(nanoseconds(0.1)) == 0.1
    assert nanoseconds(2.5) == 2_500_000_000


@pytest.mark.parametrize("text", ["1700000000.5", "2023-11-14T22:13:20.5Z", "2023-11-14T23:13:20.5+01:00"])
def test_a_query_may_write_a_time_in_two_ways(text: str) -> None:
    """The CLI sends seconds, people RFC3339."""
    assert time_of(text) == 1_700_000_000.5
