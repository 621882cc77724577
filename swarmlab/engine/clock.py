"""Engine time and its queue of timers. Owns `now`; knows nothing of wall time.

Invariant: a timer never runs before its time, timers run in the order of (time, when they were set), and `now` never
goes back. Who moves time (wall time at a rate, or a jump to the next timer) is the server's business.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, order=True)
class Timer:
    """One callback to run at `due` (seconds since the Unix epoch, engine time)."""

    due: float
    _order: int
    callback: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        """Forget the callback; harmless when it has already run."""
        self.callback = None


class Clock:
    """Engine time in seconds since the Unix epoch, and what is to happen when.

    Args:
        now: the time to start from.
    """

    def __init__(self, now: float) -> None:
        self.now = now
        self._timers: list[Timer] = []
        self._set = 0

    def at(self, due: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` at `due`, or at the next step if that is past."""
        self._set += 1
        timer = Timer(due=max(due, self.now), _order=self._set, callback=callback)
        heapq.heappush(self._timers, timer)
        return timer

    def after(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Run `callback` when `delay_s` seconds have passed."""
        return self.at(self.now + delay_s, callback)

    def next_due(self) -> float | None:
        """When the next timer is due; None when nothing is planned."""
        while self._timers and self._timers[0].callback is None:
            heapq.heappop(self._timers)
        return self._timers[0].due if self._timers else None

    def run_due(self) -> bool:
        """Run the timers that are due now, in order. Returns whether any ran."""
        ran = False
        while (due := self.next_due()) is not None and due <= self.now:
            callback = heapq.heappop(self._timers).callback
            if callback is not None:
                callback()
                ran = True
        return ran

    def move_to(self, now: float) -> None:
        """Let time be `now`; timers that become due wait for `run_due`.

        Raises:
            ValueError: `now` lies in the past, or beyond a timer that has not run.
        """
        due = self.next_due()
        if now < self.now or (due is not None and now > due):
            raise ValueError(f"time cannot move from {self.now} to {now}: the next timer is due at {due}")
        self.now = now
