"""When engine time passes. Live: with wall time, at a rate. Manual: only while somebody waits for it.

In manual time nothing depends on wall time or on which thread runs when: time jumps from timer to timer while a
request is blocked on engine time, and by as much as a client's clock sleeps. Reads move nothing.
Invariant: after every step of the simulation `after_step` has run, so output leaves in the order of engine time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from swarmlab.engine.simulation import Simulation

_TURN_S = 0.02
"""Wall time after which a long run of steps lets the loop serve others."""


class Runner:
    """Moves one simulation's time on the event loop that it is made on.

    Args:
        simulation: what to run.
        rate: engine seconds a wall second; None is manual time.
        after_step: writes what is due, opens and closes doors.
        blocked: whether a client waits for engine time.
        failed: hears of an exception of the simulation; nothing runs after that.
    """

    def __init__(
        self,
        simulation: Simulation,
        *,
        rate: float | None,
        after_step: Callable[[], None],
        blocked: Callable[[], bool],
        failed: Callable[[Exception], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._simulation = simulation
        self._rate = rate
        self._after_step = after_step
        self._blocked = blocked
        self._failed = failed
        self._began_wall, self._began_engine = time.monotonic(), simulation.clock.now
        self._wake: asyncio.Handle | None = None
        self._stopped = False
        self.failure: Exception | None = None

    def stop(self) -> None:
        """Let time stand still for good."""
        self._stopped = True
        self._cancel()

    def _cancel(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    # --- live time ---

    def catch_up(self) -> None:
        """In live time: bring the engine to where wall time is."""
        if self._rate is not None and not self._stopped:
            self._run_to(self._now(self._rate))

    def _now(self, rate: float) -> float:
        return self._began_engine + (time.monotonic() - self._began_wall) * rate

    def _run_to(self, target: float) -> None:
        while self._jump(target):
            pass
        self._guarded(lambda: self._simulation.advance_to(max(target, self._simulation.clock.now)))

    # --- both ---

    def settle(self) -> None:
        """Do what a request or a fault has made due, then plan what comes next."""
        self._guarded(self._simulation.step)
        self.plan()

    def plan(self) -> None:
        """Plan the next step: when its time comes, or in manual time at once if somebody waits for it."""
        self._cancel()
        due = None if self._stopped else self._simulation.next_due()
        if due is None:
            return
        if self._rate is not None:
            self._wake = self._loop.call_later(max(0.0, (due - self._now(self._rate)) / self._rate), self._woken)
        elif self._blocked():
            self._wake = self._loop.call_soon(self._woken)

    def _woken(self) -> None:
        self._wake = None
        if self._rate is not None:
            self.catch_up()
        else:
            turn = time.monotonic() + _TURN_S
            while self._blocked() and time.monotonic() < turn and self._jump():
                pass
        self.plan()

    def _jump(self, target: float | None = None) -> bool:
        """Step to the next timer, if it is due by `target`. Returns whether there was one."""
        due = None if self._stopped else self._simulation.next_due()
        if due is None or (target is not None and due > target):
            return False
        self._guarded(lambda: self._simulation.advance_to(due))
        return True

    def _guarded(self, move: Callable[[], object]) -> None:
        try:
            if not self._stopped:
                move()
        except Exception as error:
            self.stop()
            self.failure = error
            self._failed(error)
        self._after_step()

    # --- manual time ---

    async def advance(self, seconds: float) -> None:
        """In manual time: let `seconds` pass; all output due by then is written when this returns."""
        target = self._simulation.clock.now + seconds
        turn = time.monotonic() + _TURN_S
        while self._jump(target):
            if time.monotonic() >= turn:
                await asyncio.sleep(0)
                turn = time.monotonic() + _TURN_S
        if not self._stopped and self._simulation.clock.now < target:
            self._guarded(lambda: self._simulation.advance_to(target))
        self.plan()
