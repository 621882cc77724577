"""The whole simulation: clock, chance, world, one engine a host, the swarms among them. Time moves only through it.

Owns the order in which the parts work, and nothing else. The loop is `step`, between two jumps of time:

1. timers that are due run, in order; a timer marks work or does what was planned;
2. every part that was woken takes a turn (turns.py): first swarms, then engines; it does what it has to do now;
3. again, until nobody was woken and no timer is due.

A part is a swarm or one host's engine. It is woken when a timer that it set on its own clock has run, when its store
was written (swarms), or when it or anybody who leaves work with it calls `clock.wake()` on that clock. So whoever marks
work for later, anywhere below a `tick`, wakes its clock; who only sets timers need not. A part that nobody wakes costs
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from swarmlab.engine.clock import Clock
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.host.overlay import Overlay
from swarmlab.engine.host.traffic import Traffic
from swarmlab.engine.ids import Chance
from swarmlab.engine.pending import Pending
from swarmlab.engine.settling import Settling
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.membership import Membership
from swarmlab.engine.turns import Turns
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
        self.traffic = Traffic(self.world, Overlay(self.clock, self.world))
        self._turns = Turns(self.clock)
        self.daemons: dict[str, Daemon] = {
            hostname: Daemon(
                hostname, self._turns, self.chance, self.world, self.traffic, neighbours=self._membership_of
            )
            for hostname in self.world.hosts
        }
        self.world.subscribe(self._tell_swarm)

    def _membership_of(self, hostname: str) -> Membership:
        return self.daemons[hostname].membership

    def _tell_swarm(self, hostname: str) -> None:
        """Power, links or walls of a host changed: its swarm looks at who reaches whom."""
        membership = self.daemons[hostname].membership
        if membership.swarm is not None:
            membership.swarm.recheck(membership.node_id)

    def swarms(self) -> list[Swarm]:
        """The swarms that some engine belongs to."""
        memberships = (daemon.membership for daemon in self.daemons.values())
        return list({id(m.swarm): m.swarm for m in memberships if m.swarm is not None}.values())

    # --- one moment ---

    def step(self) -> bool:
        """Run what is due and whoever has work, until nobody has any left now. Returns whether anything ran."""
        worked = False
        while self.clock.run_due() | self._turns.run():
            worked = True
        return worked

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

    def jump(self, seconds: float) -> None:
        """Let the time of the whole lab jump, as if all of it had stood still: everything due on the way is late.

        No lab does this; the histories of tests/invariants do.
        """
        self.clock.leap(seconds)
        self.step()

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.advance_to(self.clock.now + seconds)

    def wait_for(self, answer: Pending[T], limit_s: float = 120) -> T:
        """Let time pass until an answer stands, and return it or raise what it failed with.

        Raises:
            TimeoutError: it does not stand after `limit_s` seconds.
        """
        if not self.run_until(lambda: answer.done, limit_s):
            raise TimeoutError(f"no answer within {limit_s} s of engine time")
        return answer.result()

    def settle(self, limit_s: float = 120) -> None:
        """Let time pass until every task is as desired and every node that can be is ready, but not for ever."""
        settlings = [Settling(swarm) for swarm in self.swarms()]
        self.run_until(lambda: all(settling.settled for settling in settlings), limit_s)
        for settling in settlings:
            settling.close()

    def run_until(self, condition: Callable[[], bool], limit_s: float = 120) -> bool:
        """Jump from timer to timer until `condition` holds, but for `limit_s` seconds at most; says whether it does."""
        limit = self.clock.now + limit_s
        self.step()
        while not condition():
            due = self.clock.next_due()
            if due is None or due > limit:
                return False
            self.clock.move_to(due)
            self.step()
        return True
