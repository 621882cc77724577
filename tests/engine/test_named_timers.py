"""Timers by name."""

from swarmlab.engine.clock import Clock
from swarmlab.engine.named_timers import NamedTimers


def test_what_is_planned_anew_runs_once() -> None:
    """The second plan of a name takes the place of the first."""
    clock, ran = Clock(0.0), list[str]()
    timers = NamedTimers(clock)
    timers.plan("a", 1, lambda: ran.append("first"))
    timers.plan("a", 2, lambda: ran.append("second"))
    while (due := clock.next_due()) is not None:
        clock.move_to(due)
        clock.run_due()
    assert (ran, clock.now) == (["second"], 2.0)


def test_a_timer_that_ran_is_planned_no_more() -> None:
    """Its name is free again, also for the callback itself."""
    clock = Clock(0.0)
    timers = NamedTimers(clock)
    seen: list[bool] = []
    timers.plan("a", 0, lambda: seen.append("a" in timers))
    assert "a" in timers
    clock.run_due()
    assert seen == [False]


def test_all_can_be_cancelled_at_once() -> None:
    """Then nothing is due."""
    clock = Clock(0.0)
    timers = NamedTimers(clock)
    timers.plan("a", 1, lambda: None)
    timers.plan("b", 1, lambda: None)
    timers.cancel("a")
    assert "a" not in timers
    timers.cancel()
    assert clock.next_due() is None
