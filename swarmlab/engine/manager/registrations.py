"""How often a node may register, and how long an agent that was refused waits before it calls again.

Owns the count of one node's registrations; a node that was given up begins anew. A refusal is nowhere shown but in the
log of the node's engine: the node stays as it was until it is accepted, or goes down.
Source: swarmkit manager/dispatcher/nodes.go (CheckRateLimit, Add), agent/agent.go (backoff).
"""

from __future__ import annotations

from swarmlab.engine.ids import Chance

_WITHIN_S = 8.0
_MOST = 3
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 8.0


class Registrations:
    """Of one node, with one leader."""

    __slots__ = ("_attempts", "_last", "_pause_s")

    def __init__(self) -> None:
        self._attempts = 0
        self._last: float | None = None
        self._pause_s = 0.0

    def expect(self) -> None:
        """The leader, who is new, has it on its list as `unknown`: its next registration is not its first."""
        self._last = float("-inf")

    def admit(self, now: float) -> bool:
        """Whether it may register now: not more than three times again, each within 8 s of the one before."""
        if self._last is not None:
            if now - self._last > _WITHIN_S:
                self._attempts = 0
            self._attempts += 1
            if self._attempts > _MOST:
                return False
        self._last, self._pause_s = now, 0.0
        return True

    def pause_s(self, chance: Chance) -> float:
        """After which time an agent that was refused calls again: a random one, of a range that grows."""
        self._pause_s = min(_FIRST_PAUSE_S + 2 * self._pause_s, _LONGEST_PAUSE_S)
        return chance.between(0, self._pause_s)
