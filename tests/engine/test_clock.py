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
