"""Engine time and its timers."""

import pytest

from swarmlab.engine.clock import Clock


def test_timers_run_in_order_of_time_then_of_setting() -> None:
    """Two timers of one moment run in the order in which they were set."""
    clock, ran = Clock(100.0), []
    clock.after(2, lambda: ran.append("late"))
    clock.after(1, lambda: ran.append("first"))
    clock.after(1, lambda: ran.append("second"))
    while (due := clock.next_due()) is not None:
        clock.move_to(due)
        clock.run_due()
    assert ran == ["first", "second", "late"]
    assert clock.now == 102.0


def test_a_cancelled_timer_neither_runs_nor_is_due() -> None:
    """Cancelling forgets the callback and its moment."""
    clock = Clock(0.0)
    clock.after(1, lambda: pytest.fail("cancelled")).cancel()
    assert clock.next_due() is None


def test_time_does_not_jump_over_a_timer() -> None:
    """Moving beyond a timer that has not run is refused, and so is going back."""
    clock = Clock(10.0)
    clock.after(1, lambda: None)
    with pytest.raises(ValueError, match="next timer is due at 11"):
        clock.move_to(12.0)
    with pytest.raises(ValueError, match="cannot move"):
        clock.move_to(9.0)
    assert clock.now == 10.0


def test_a_timer_set_by_a_timer_for_now_runs_in_the_same_pass() -> None:
    """What a callback plans for this very moment is not left for the next one."""
    clock, ran = Clock(0.0), []
    clock.after(0, lambda: clock.after(0, lambda: ran.append("inner")))
    assert clock.run_due()
    assert ran == ["inner"]


def run_all(clock: Clock, until: float) -> None:
    """Let time pass, timer by timer."""
    while (due := clock.next_due()) is not None and due <= until:
        clock.move_to(max(due, clock.now))
        clock.run_due()
    clock.move_to(until)


def test_what_was_due_while_a_part_stood_still_runs_when_it_goes_on() -> None:
    """Late, in its order; other parts are not disturbed."""
    clock, ran = Clock(0.0), []
    still, other = clock.of_part(lambda: None), clock.of_part(lambda: None)
    still.after(1, lambda: ran.append("first"))
    still.after(2, lambda: ran.append("second"))
    still.after(9, lambda: ran.append("later"))
    other.after(3, lambda: ran.append("other"))
    still.pause()
    run_all(clock, 5)
    assert ran == ["other"]
    still.resume()
    clock.run_due()
    assert ran == ["other", "first", "second"]
    run_all(clock, 10)
    assert ran == ["other", "first", "second", "later"]


def test_a_part_that_stands_still_is_not_woken() -> None:
    """It takes its turn when it goes on."""
    woken: list[str] = []
    part = Clock(0.0).of_part(lambda: woken.append("woken"))
    part.pause()
    part.wake()
    assert woken == []
    part.resume()
    assert woken == ["woken"]


def test_a_clock_that_is_set_forward_measures_as_before() -> None:
    """It shows another time; what was planned happens when it would have."""
    clock, ran = Clock(100.0), []
    part = clock.of_part(lambda: None)
    part.after(10, lambda: ran.append("before"))
    part.set_forward(300)
    part.after(10, lambda: ran.append("after"))
    part.at(412, lambda: ran.append("at"))
    assert (part.now, clock.now) == (400.0, 100.0)
    run_all(clock, 110)
    assert ran == ["before", "after"]
    run_all(clock, 112)
    assert ran == ["before", "after", "at"]


def test_a_leap_makes_everything_late() -> None:
    """What was due on the way runs afterwards, in its order."""
    clock, ran = Clock(0.0), []
    clock.after(2, lambda: ran.append(("second", clock.now)))
    clock.after(1, lambda: ran.append(("first", clock.now)))
    clock.leap(60)
    assert ran == []
    clock.run_due()
    assert ran == [("first", 60.0), ("second", 60.0)]
