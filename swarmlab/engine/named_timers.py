"""Timers by name: what is planned under a name is not planned twice. Owns the timers of one object."""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.clock import Clock, Timer


class NamedTimers:
    """The timers of one object."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timers: dict[str, Timer] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._timers

    def plan(self, name: str, delay_s: float, callback: Callable[[], None]) -> None:
        """Run `callback` after `delay_s` seconds; what was planned under this name is cancelled."""
        self.cancel(name)
        self._timers[name] = self._clock.after(delay_s, lambda: self._run(name, callback))

    def _run(self, name: str, callback: Callable[[], None]) -> None:
        del self._timers[name]
        callback()

    def cancel(self, *names: str) -> None:
        """Cancel these, or without names all."""
        for name in names or tuple(self._timers):
            if timer := self._timers.pop(name, None):
                timer.cancel()
