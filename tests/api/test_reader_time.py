"""From engine time to the reader's, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmlab.api.reader_time import STANDING, ReaderTime

START = 1_790_000_000.0


def test_without_a_turn_both_are_one() -> None:
    """Manual time."""
    time = ReaderTime()
    assert time.to_reader(START) == time.to_engine(START) == START


@given(st.floats(-1e6, 1e6).map(lambda x: START + x))
def test_time_that_always_ran_with_the_walls_is_the_walls(moment: float) -> None:
    """To the last bit: a lab that nobody bent shows what it always showed."""
    time = ReaderTime()
    time.turn(START, START, 1.0)
    assert time.to_reader(moment) == moment


def test_ten_times_as_fast() -> None:
    """A hundred engine seconds are ten of the reader's; what lies before the turn stays."""
    time = ReaderTime()
    time.turn(START, START, 0.1)
    assert time.to_reader(START + 100) == pytest.approx(START + 10)
    assert time.to_engine(START + 10) == pytest.approx(START + 100)
    assert time.to_reader(START - 60) == START - 60


def test_a_turn_changes_nothing_of_what_was() -> None:
    """Not even of its own moment: an object's CreatedAt never changes."""
    time = ReaderTime()
    time.turn(START, START, 0.1)
    moments = [START, START + 7, START + 50]
    before = [time.to_reader(moment) for moment in moments]
    time.turn(START + 50, START + 500, 2.0)
    assert [time.to_reader(moment) for moment in moments] == before
    assert time.to_reader(START + 51) == START + 502


def test_a_moment_of_standing_time_is_its_beginning() -> None:
    """`--since` in the middle of a pause begins with the pause."""
    time = ReaderTime()
    time.turn(START, START, 1.0)
    time.turn(START + 10, START + 100, 1.0)
    assert time.to_engine(START + 50) == START + 10
    assert time.to_engine(START + 101) == START + 11


def test_a_clock_that_was_set_back_is_not_followed() -> None:
    """Time never falls."""
    time = ReaderTime()
    time.turn(START, START, 1.0)
    time.turn(START + 10, START - 500, 1.0)
    assert time.to_reader(START + 11) == START + 11


Turns = st.lists(st.tuples(st.floats(0, 1000), st.floats(-100, 1000), st.sampled_from([0.1, 0.5, 1.0, 2.0, STANDING])))


@given(Turns, st.lists(st.floats(0, 5000), min_size=2))
def test_time_never_falls_whatever_was_done_to_it(turns: list[tuple[float, float, float]], asked: list[float]) -> None:
    """Later is later, for the reader too; and what a reader means is not after what happened then."""
    time = ReaderTime()
    engine = reader = START
    for more, jump, slope in turns:
        engine, reader = engine + more, reader + jump
        time.turn(engine, reader, slope)
    moments = sorted(START + each for each in asked)
    seen = [time.to_reader(moment) for moment in moments]
    assert seen == sorted(seen)
    assert all(time.to_reader(time.to_engine(each)) <= each + 1e-5 for each in seen)
