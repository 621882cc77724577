"""Ages, sizes and durations read as the docker CLI writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmlab.commands.printing import units

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.99, "Less than a second"),
        (1.9, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (59 * MINUTE + 59, "59 minutes"),
        (HOUR, "About an hour"),
        (1.49 * HOUR, "About an hour"),
        (1.5 * HOUR, "2 hours"),
        (47.4 * HOUR, "47 hours"),
        (48 * HOUR, "2 days"),
        (13 * DAY, "13 days"),
        (14 * DAY, "2 weeks"),
        (60 * DAY, "2 months"),
        (800 * DAY, "2 years"),
    ],
)
def test_an_age_is_rounded_as_go_units_does(seconds: float, words: str) -> None:
    """Each step of the ladder, at its edges."""
    assert units.human_duration(seconds) == words


def test_an_age_is_counted_from_an_engine_s_timestamp() -> None:
    """Nanoseconds are no obstacle."""
    now = datetime(2026, 1, 1, 12, 0, 5, tzinfo=UTC)
    assert units.age("2026-01-01T12:00:00.123456789Z", now) == "4 seconds"
    assert units.age(now - timedelta(minutes=3), now) == "3 minutes"


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("10s", 10**10),
        ("1m30s", 90 * 10**9),
        ("250ms", 250 * 10**6),
        ("1.5h", 5400 * 10**9),
        ("-1s", -(10**9)),
        ("0", 0),
    ],
)
def test_a_go_duration_is_read(text: str, nanoseconds: int) -> None:
    """Units may be joined; a bare zero needs none."""
    assert units.read_duration(text) == nanoseconds


@given(st.integers(0, 10**15))
def test_a_duration_is_read_as_it_was_shown(nanoseconds: int) -> None:
    """Showing loses nothing."""
    assert units.read_duration(units.show_duration(nanoseconds)) == nanoseconds


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (10**10, "10s"),
        (90 * 10**9, "1m30s"),
        (3600 * 10**9, "1h0m0s"),
        (1500, "1.5µs"),
        (25 * 10**7, "250ms"),
    ],
)
def test_a_duration_is_shown_as_go_does(nanoseconds: int, text: str) -> None:
    """Whole hours keep their zeros."""
    assert units.show_duration(nanoseconds) == text


def test_sizes_are_read_in_powers_of_1024() -> None:
    """`m` is mebibytes."""
    assert units.read_bytes("64m") == 64 * 1024**2
    assert units.read_bytes("1.5GiB") == 1536 * 1024**2
    with pytest.raises(ValueError, match="invalid size: 'x'"):
        units.read_bytes("x")


def test_sizes_are_shown_with_four_or_three_digits() -> None:
    """`docker info` counts in powers of 1024, `docker images` in powers of 1000."""
    assert units.binary_size(25_275_000_000) == "23.54GiB"
    assert units.decimal_size(1_980_000) == "1.98MB"
    assert units.decimal_size(999) == "999B"
    assert units.decimal_size(196_270_000, digits=4) == "196.3MB"


def test_timestamps_are_ordered_to_the_nanosecond() -> None:
    """Engines leave zeros at the end out."""
    stamps = ["2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00.099999999Z", "2026-01-01T00:00:00Z"]
    assert sorted(stamps, key=units.time_order) == stamps[::-1]
