"""When an agent's heartbeats fall, and what follows when they stop: known without waiting for them one by one.

Owns no state. As long as a node is connected every one of its beats arrives, so nobody has to wait for them: only when
the way to a node breaks it matters when the last one arrived, when the agent notices, and when it calls again.
Source: swarmkit manager/dispatcher/{period,nodes}.go, agent/agent.go (backoff of a lost session).
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.engine.ids import Chance

EPSILON_S = 0.5
GRACE = 3
GRACE_UNKNOWN = 6
FIRST_CALL_S = 0.1
LAST_CALL_S = 8.0
DEFAULT_PERIOD_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A way that broke: when the agent's next beat fails, so that its session ends, and when the node counts as down.

    An agent whose session has ended calls again and again, from `noticed_at` on.
    """

    noticed_at: float
    expires_at: float

    def next_call(self, now: float) -> float:
        """When the agent calls next: after a tenth of a second at first, then ever more seldom."""
        at, wait_s = self.noticed_at, FIRST_CALL_S
        while wait_s < LAST_CALL_S and at + wait_s < now:
            at += wait_s
            wait_s *= 2
        wait_s = min(wait_s, LAST_CALL_S)
        return at + wait_s * max(1, -((at - now) // wait_s))


def period_s(chance: Chance, declared_s: float) -> float:
    """From one beat to the next."""
    declared_s = declared_s or DEFAULT_PERIOD_S
    return chance.between(declared_s - EPSILON_S, declared_s + EPSILON_S)


def lose(chance: Chance, declared_s: float, *, now: float, session_began: float) -> Loss:
    """The way to an agent breaks now: its last beat was at some moment of the running period."""
    period = period_s(chance, declared_s)
    last_beat = max(session_began, now - chance.between(0, period))
    return Loss(noticed_at=last_beat + period, expires_at=last_beat + GRACE * period_s(chance, declared_s))
