"""The whole simulation: clock, chance, world, one engine a host, the swarms among them. Time moves only through it."""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.engine.clock import Clock
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.ids import Chance
from swarmlab.engine.world import HostSpec, World


class Simulation:
    """Hosts with engines, and the time they live in.

    Args:
        hosts: the machines.
        seed: of all chance.
        now: engine time to begin at, seconds since the Unix epoch.
    """

    clock: Clock
    chance: Chance
    world: World
    daemons: dict[str, Daemon]

    def __init__(self, hosts: Sequence[HostSpec], *, seed: int, now: float) -> None:
        raise NotImplementedError

    def step(self) -> bool:
        """Run due timers and everything that has work, until nothing has any left now. Returns whether anything ran."""
        raise NotImplementedError

    def next_due(self) -> float | None:
        """When something will happen next; None when nothing is planned."""
        raise NotImplementedError

    def advance_to(self, time: float) -> None:
        """Let time pass until `time`, doing everything that is due on the way."""
        raise NotImplementedError

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        raise NotImplementedError

    def settle(self, limit_s: float = 120) -> None:
        """Let time pass until every task is as desired and every member is ready, at most `limit_s` seconds."""
        raise NotImplementedError
