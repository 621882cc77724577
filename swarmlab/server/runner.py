"""When engine time passes. Live: with wall time, at a rate. Manual: only while somebody waits for it.

Live time can be paused: then it passes only by `step` and `advance`. Owns the rate, and the turns on the way from
engine time to the readers'. In manual time nothing depends on wall time or on which thread runs when: time jumps from
timer to timer while a request is blocked on engine time, and by as much as a client's clock sleeps. Reads move nothing.
Invariant: after every step of the simulation `after_step` has run, so output leaves in the order of engine time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from swarmlab.api import reader_time
from swarmlab.api.reader_time import STANDING, ReaderTime
from swarmlab.engine.simulation import Simulation

_TURN_S = 0.02
"""Wall time after which a long run of steps lets the loop serve others."""

_LOST_S = 2.0
"""Wall time that passed unseen from which on it counts: this machine slept, or its clock was set."""

_MOMENT_S = 1e-6
"""By how much a change during a pause moves engine time, so that it has a moment of its own."""


class Runner:
    """Moves one simulation's time on the event loop that it is made on.

    Args:
        simulation: what to run.
        rate: engine seconds a wall second; None is manual time.
        after_step: writes what is due, opens and closes doors.
        blocked: whether a client waits for engine time.
        failed: hears of an exception of the simulation; nothing runs after that.
        wall: seconds since 1970, as the readers' clocks show them.
    """

    def __init__(
        self,
        simulation: Simulation,
        *,
        rate: float | None,
        after_step: Callable[[], None],
        blocked: Callable[[], bool],
        failed: Callable[[Exception], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._simulation = simulation
        self._clock = simulation.clock
        self.rate = rate
        self.paused = False
        self._after_step = after_step
        self._blocked = blocked
        self._failed = failed
        self._wall = wall
        self._wake: asyncio.Handle | None = None
        self._stopped = False
        self.failure: Exception | None = None
        self.reader_time = ReaderTime()
        reader_time.serve(self.reader_time)
        if rate is not None:
            self._turn(self._clock.now)
            self._make_up()

    def _make_up(self) -> None:
        """What went by while the simulation was made belongs to its time, so that readers' clocks are not behind."""
        late = self._wall() - self._clock.now
        if 0 < late < _LOST_S:
            self._began_wall -= late

    def stop(self) -> None:
        """Let time stand still for good."""
        self._stopped = True
        self._cancel()

    def _cancel(self) -> None:
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    # --- live time ---

    @property
    def _runs(self) -> bool:
        return self.rate is not None and not self.paused

    def _turn(self, reader: float) -> None:
        """From now on engine time passes at the present rate; readers see `reader` now."""
        self._began_wall, self._began_engine = time.monotonic(), self._clock.now
        slope = 1 / self.rate if self.rate is not None and not self.paused else STANDING
        self.reader_time.turn(self._clock.now, reader, slope)

    def catch_up(self) -> None:
        """In live time: bring the engine to where wall time is."""
        if not self._runs or self._stopped:
            return
        self._run_to(self._now())
        wall = self._wall()
        if wall - self.reader_time.to_reader(self._clock.now) > _LOST_S:
            self._turn(wall)

    def _now(self) -> float:
        assert self.rate is not None
        return self._began_engine + (time.monotonic() - self._began_wall) * self.rate

    def _run_to(self, target: float) -> None:
        while self._jump(target):
            pass
        self._guarded(lambda: self._simulation.advance_to(max(target, self._clock.now)))

    def reader_now(self) -> float:
        """What the readers' clocks show; in manual time engine time."""
        seen = self.reader_time.to_reader(self._clock.now)
        return max(seen, self._wall()) if self.paused else seen

    def set_rate(self, rate: float) -> None:
        """Let time pass at another rate, in a pause from its end on."""
        self.catch_up()
        self.rate = rate
        if not self.paused:
            self._turn(self.reader_time.to_reader(self._clock.now))
        self.plan()

    def pause(self) -> None:
        """Let time stand still until `resume`."""
        self.catch_up()
        self.paused = True
        self._cancel()

    def resume(self) -> None:
        """Let time pass again."""
        if self.paused:
            self.paused = False
            self._turn(self._wall())
            self.plan()

    def note_change(self) -> None:
        """Somebody asks for a change: in a pause it happens at a moment of its own."""
        if self.paused and not self._stopped:
            self._turn(self._wall())
            self._run_to(self._clock.now + _MOMENT_S)

    # --- both ---

    def settle(self) -> None:
        """Do what a request or a fault has made due, then plan what comes next."""
        self._guarded(self._simulation.step)
        self.plan()

    def plan(self) -> None:
        """Plan the next step: when its time comes, or in manual time at once if somebody waits for it."""
        self._cancel()
        due = None if self._stopped or self.paused else self._simulation.next_due()
        if due is None:
            return
        if self.rate is not None:
            self._wake = self._loop.call_later(max(0.0, (due - self._now()) / self.rate), self._woken)
        elif self._blocked():
            self._wake = self._loop.call_soon(self._woken)

    def _woken(self) -> None:
        self._wake = None
        if self.rate is not None:
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

    # --- manual time, and pauses ---

    def step(self) -> float:
        """Jump to the next timer. Returns the engine seconds that passed, 0 where nothing is planned."""
        before = self._clock.now
        if self.paused:
            self._turn(self._wall())
        self._jump()
        self.plan()
        return self._clock.now - before

    async def advance(self, seconds: float) -> None:
        """In manual time or a pause: let `seconds` pass; all output due by then is written when this returns."""
        if self.paused:
            self._turn(self._wall())
        target = self._clock.now + seconds
        turn = time.monotonic() + _TURN_S
        while self._jump(target):
            if time.monotonic() >= turn:
                await asyncio.sleep(0)
                turn = time.monotonic() + _TURN_S
        if not self._stopped and self._clock.now < target:
            self._guarded(lambda: self._simulation.advance_to(target))
        self.plan()
