"""Engine time and its queue of timers. Owns `now`; knows nothing of wall time.

Invariant: a timer never runs before its time, timers run in the order of (time, when they were set), and `now` never
goes back. Who moves time (wall time at a rate, or a jump to the next timer) is the server's business.

Each part of the simulation has a clock of its own over the one queue: when a timer of that clock has run, the part is
woken, that is, it gets a turn (turns.py). A part's clock may show a time of its own (`set_forward`), as the clock of a
host does that nobody keeps right, and it may stand still (`pause`) while the others go on: what was due meanwhile runs
when it goes on. Timers measure what passes, not what a clock shows.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

Callback = Callable[[], None]


class Timer:
    """One callback to run at `due` (seconds since the Unix epoch, engine time)."""

    __slots__ = ("callback", "clock", "due")

    def __init__(self, due: float, callback: Callback, clock: Clock) -> None:
        self.due = due
        self.callback: Callback | None = callback
        self.clock = clock

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

    __slots__ = ("_ahead_s", "_held", "_queue", "_woken")

    def __init__(self, now: float) -> None:
        self._queue = _Queue(now)
        self._woken: Callback | None = None
        self._ahead_s = 0.0
        self._held: list[tuple[float, int, Timer]] | None = None

    def of_part(self, woken: Callback) -> Clock:
        """The same time for one part, which is woken when a timer of its own has run, or when it asks for it."""
        clock = Clock(0)
        clock._queue, clock._woken = self._queue, woken
        return clock

    def wake(self) -> None:
        """Let the part that this clock was made for take a turn at this moment: it has work."""
        if self._woken is not None and self._held is None:
            self._woken()

    @property
    def now(self) -> float:
        """The present as this clock shows it, seconds since the Unix epoch."""
        return self._queue.now + self._ahead_s

    def at(self, due: float, callback: Callback) -> Timer:
        """Run `callback` when this clock shows `due`, or at the next step if that is past."""
        queue = self._queue
        due -= self._ahead_s
        if due < queue.now:
            due = queue.now
        timer = Timer(due, callback, self)
        queue.count += 1
        heapq.heappush(queue.timers, (due, queue.count, timer))
        return timer

    def after(self, delay_s: float, callback: Callback) -> Timer:
        """Run `callback` when `delay_s` seconds have passed."""
        return self.at(self._queue.now + self._ahead_s + delay_s, callback)

    # --- what happens to clocks ---

    def pause(self) -> None:
        """Let this part stand still: its timers do not run, and nothing wakes it."""
        if self._held is None:
            self._held = []

    def resume(self) -> None:
        """Let it go on: what was due meanwhile runs at the next step, in order."""
        held, self._held = self._held, None
        for entry in held or ():
            heapq.heappush(self._queue.timers, entry)
        self.wake()

    def set_forward(self, seconds: float) -> None:
        """Let this clock show a later time from now on; what was planned happens when it would have."""
        self._ahead_s += seconds

    def leap(self, seconds: float) -> None:
        """Let all time jump: whatever was due on the way is late, and runs at the next step, in order."""
        self._queue.now += seconds

    def next_due(self) -> float | None:
        """When the next timer is due; None when nothing is planned."""
        timers = self._queue.timers
        while timers and timers[0][2].callback is None:
            heapq.heappop(timers)
        return timers[0][0] if timers else None

    def run_due(self) -> bool:
        """Run the timers that are due now, in order, and wake their parts. Returns whether any ran."""
        queue, timers, ran = self._queue, self._queue.timers, False
        while timers and timers[0][0] <= queue.now:
            entry = heapq.heappop(timers)
            timer = entry[2]
            callback, clock = timer.callback, timer.clock
            if callback is None:
                continue
            if clock._held is not None:
                clock._held.append(entry)
                continue
            callback()
            if clock._woken is not None:
                clock._woken()
            ran = True
        return ran

    def move_to(self, now: float) -> None:
        """Let time be `now`; timers that become due wait for `run_due`.

        Raises:
            ValueError: `now` lies in the past, or beyond a timer that has not run.
        """
        queue = self._queue
        passes = bool(queue.timers) and now > queue.timers[0][0]
        if now < queue.now or (passes and (due := self.next_due()) is not None and now > due):
            raise ValueError(f"time cannot move from {queue.now} to {now}: the next timer is due at {self.next_due()}")
        queue.now = now
