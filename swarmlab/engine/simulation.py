"""The whole simulation: clock, chance, world, one engine a host, the swarms among them. Time moves only through it.

Owns the order in which the parts work, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from swarmlab.engine.clock import Clock
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.host.overlay import Overlay
from swarmlab.engine.ids import Chance
from swarmlab.engine.pending import Pending
from swarmlab.engine.settling import is_settled
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.membership import Membership
from swarmlab.engine.world import HostSpec, World

T = TypeVar("T")


class Simulation:
    """Hosts with engines, and the time they live in.

    Args:
        hosts: the machines.
        seed: of all chance.
        now: engine time to begin at, seconds since the Unix epoch.
    """

    def __init__(self, hosts: Sequence[HostSpec], *, seed: int, now: float) -> None:
        self.clock = Clock(now)
        self.chance = Chance(seed)
        self.world = World(hosts)
        self._overlay = Overlay(self.clock, self.world)
        self._world_changed = False
        self.daemons: dict[str, Daemon] = {
            hostname: Daemon(
                hostname, self.clock, self.chance, self.world, self._overlay, neighbours=self._membership_of
            )
            for hostname in self.world.hosts
        }
        self.world.subscribe(self._mark_world)

    def _membership_of(self, hostname: str) -> Membership:
        return self.daemons[hostname].membership

    def _mark_world(self, _: str) -> None:
        self._world_changed = True

    def swarms(self) -> list[Swarm]:
        """The swarms that some engine belongs to."""
        found = {id(swarm): swarm for swarm in self._swarms()}
        return list(found.values())

    def _swarms(self) -> Iterator[Swarm]:
        for daemon in self.daemons.values():
            if daemon.membership.swarm is not None:
                yield daemon.membership.swarm

    # --- one moment ---

    def step(self) -> bool:
        """Run due timers and everything that has work, until nothing has any left now. Returns whether anything ran."""
        worked = False
        while self._pass():
            worked = True
        return worked

    def _pass(self) -> bool:
        """Let each part work once."""
        worked = self.clock.run_due()
        swarms = self.swarms()
        if self._world_changed:
            self._world_changed = False
            for swarm in swarms:
                swarm.recheck()
        # Every part takes its turn: `any` over a generator would stop at the first that worked.
        return any([worked, *[swarm.step() for swarm in swarms], *[daemon.tick() for daemon in self.daemons.values()]])

    # --- time ---

    def next_due(self) -> float | None:
        """When something will happen next; None when nothing is planned."""
        return self.clock.next_due()

    def advance_to(self, time: float) -> None:
        """Let time pass until `time`, doing everything that is due on the way."""
        self.step()
        while (due := self.clock.next_due()) is not None and due <= time:
            self.clock.move_to(due)
            self.step()
        self.clock.move_to(max(time, self.clock.now))

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.advance_to(self.clock.now + seconds)

    def wait_for(self, answer: Pending[T], limit_s: float = 120) -> T:
        """Let time pass until an answer stands, and return it or raise what it failed with.

        Raises:
            TimeoutError: it does not stand after `limit_s` seconds.
        """
        if not self._jump_until(lambda: answer.done, limit_s):
            raise TimeoutError(f"no answer within {limit_s} s of engine time")
        return answer.result()

    def settle(self, limit_s: float = 120) -> None:
        """Let time pass until every task is as desired and every node that can be is ready, but not for ever."""
        self._jump_until(lambda: all(is_settled(swarm) for swarm in self.swarms()), limit_s)

    def _jump_until(self, condition: Callable[[], bool], limit_s: float) -> bool:
        """Jump from timer to timer until `condition` holds; says whether it does."""
        limit = self.clock.now + limit_s
        self.step()
        while not condition():
            due = self.clock.next_due()
            if due is None or due > limit:
                return False
            self.clock.move_to(due)
            self.step()
        return True
