"""Engine time and its queue of timers. Owns `now`; knows nothing of wall time.

Invariant: a timer never runs before its time, timers run in the order of (time, when they were set), and `now` never
goes back. Who moves time (wall time at a rate, or a jump to the next timer) is the server's business.

Each part of the simulation has a clock of its own over the one queue: when a timer of that clock has run, the part is
woken, that is, it gets a turn (turns.py).
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

Callback = Callable[[], None]


class Timer:
    """One callback to run at `due` (seconds since the Unix epoch, engine time)."""

    __slots__ = ("callback", "due", "woken")

    def __init__(self, due: float, callback: Callback, woken: Callback | None) -> None:
        self.due = due
        self.callback: Callback | None = callback
        self.woken = woken

    def cancel(self) -> None:
        """Forget the callback; harmless when it has already run."""
        self.callback = None


class _Queue:
    """The present, and the timers of all parts: (when, which was set first, timer)."""

    __slots__ = ("count", "now", "timers")

    def __init__(self, now: float) -> None:
        self.now = now
        self.timers: list[tuple[float, int, Timer]] = []
        self.count = 0


class Clock:
    """Engine time in seconds since the Unix epoch, and what is to happen when.

    Args:
        now: the time to start from.
    """

    __slots__ = ("_queue", "_woken")

    def __init__(self, now: float) -> None:
        self._queue = _Queue(now)
        self._woken: Callback | None = None

    def of_part(self, woken: Callback) -> Clock:
        """The same time for one part, which is woken when a timer of its own has run, or when it asks for it."""
        clock = Clock(0)
        clock._queue, clock._woken = self._queue, woken
        return clock

    def wake(self) -> None:
        """Let the part that this clock was made for take a turn at this moment: it has work."""
        if self._woken is not None:
            self._woken()

    @property
    def now(self) -> float:
        """The present, seconds since the Unix epoch."""
        return self._queue.now

    def at(self, due: float, callback: Callback) -> Timer:
        """Run `callback` at `due`, or at the next step if that is past."""
        queue = self._queue
        timer = Timer(max(due, queue.now), callback, self._woken)
        queue.count += 1
        heapq.heappush(queue.timers, (timer.due, queue.count, timer))
        return timer

    def after(self, delay_s: float, callback: Callback) -> Timer:
        """Run `callback` when `delay_s` seconds have passed."""
        return self.at(self._queue.now + delay_s, callback)

    def next_due(self) -> float | None:
        """When the next timer is due; None when nothing is planned."""
        timers = self._queue.timers
        while timers and timers[0][2].callback is None:
            heapq.heappop(timers)
        return timers[0][0] if timers else None

    def run_due(self) -> bool:
        """Run the timers that are due now, in order, and wake their parts. Returns whether any ran."""
        queue, ran = self._queue, False
        while queue.timers and queue.timers[0][0] <= queue.now:
            timer = heapq.heappop(queue.timers)[2]
            if timer.callback is not None:
                timer.callback()
                if timer.woken is not None:
                    timer.woken()
                ran = True
        return ran

    def move_to(self, now: float) -> None:
        """Let time be `now`; timers that become due wait for `run_due`.

        Raises:
            ValueError: `now` lies in the past, or beyond a timer that has not run.
        """
        due = self.next_due()
        if now < self._queue.now or (due is not None and now > due):
            raise ValueError(f"time cannot move from {self._queue.now} to {now}: the next timer is due at {due}")
        self._queue.now = now
