"""Which node has heard of which other over 7946: the membership half of libnetwork's networkdb.

Owns who knows whom. A node that no probe reaches is forgotten after some seconds, and known again some seconds after
it answers. Nodes that nothing is wrong with know one another without a word being kept of each pair, so that joining
costs the same in a large swarm; only pairs with a node that something was ever wrong with are kept one by one.
Source: moby libnetwork/networkdb, memberlist; recorded from three engines 28.5.2 with each port blocked on one of them:
forgotten after 6 to 8 s, known again 3 to 4 s after healing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.world import World

FORGET_S = 6.5
REMEMBER_S = 3.5
UDP, TCP = "7946/udp", "7946/tcp"

Pair = tuple[str, str]
"""An observer, and whom it knows or does not."""


class Gossip:
    """The acquaintance of the nodes of all swarms. Hosts are named by hostname.

    Args:
        met: called when an observer comes to know a node, or forgets it.
    """

    def __init__(self, clock: Clock, world: World, *, met: Callable[[Pair], None]) -> None:
        self._clock = clock
        self._world = world
        self._met = met
        self._addresses: dict[str, str] = {}
        self._introduced: set[str] = set()
        self._arriving: dict[str, Timer] = {}
        self._watched: dict[str, None] = {}
        self._pairs: set[Pair] = set()
        self._flips: dict[Pair, tuple[bool, Timer]] = {}
        world.subscribe(self._look_around)

    # --- members ---

    def join(self, host: str, address: str) -> None:
        """A node takes part, under the address that it advertises."""
        self._addresses[host] = address
        self._look_around(host)

    def leave(self, host: str) -> None:
        """A node takes its leave: the others forget it at once."""
        self.lose(host)
        self._watched.pop(host, None)
        self._pairs = {pair for pair in self._pairs if host not in pair}
        for pair in [pair for pair in self._flips if host in pair]:
            self._flips.pop(pair)[1].cancel()

    def lose(self, host: str) -> None:
        """A node's engine dies: the others do not know yet, itself knows nothing any more."""
        self._watch(host)
        self._addresses.pop(host, None)
        self._introduced.discard(host)
        self._pairs = {pair for pair in self._pairs if pair[0] != host}
        for pair in [pair for pair in self._flips if host in pair]:
            self._flips.pop(pair)[1].cancel()
        self._look_around(host)

    def doubtful(self, host: str) -> Iterable[str]:
        """The members that may not hear what `host` tells; all others do."""
        watched = self._addresses if host in self._watched else self._watched
        return [other for other in watched if other != host and other in self._addresses]

    # --- who knows whom ---

    def knows(self, observer: str, subject: str) -> bool:
        """Whether `observer` has heard of `subject` and not given it up."""
        if observer in self._watched or subject in self._watched:
            return (observer, subject) in self._pairs
        return observer in self._introduced and subject in self._introduced

    def arrives(self, source: str, target: str, port: str) -> bool:
        """Whether what a node sends to a port of another one arrives."""
        address = self._addresses.get(target)
        return address is not None and self._world.reaches(source, address, port).ok

    def _look_around(self, host: str) -> None:
        """Something changed at a host: plan whom it is to forget or to know, and who it."""
        if host not in self._watched:
            if host not in self._addresses or self._is_silent(host):
                return
            if not self._is_troubled(host):
                self._introduce(host)
                return
            self._watch(host)
        subjects = {*self._addresses, *(subject for observer, subject in self._pairs if observer == host)}
        for other in sorted(subjects - {host}):
            self._look_both_ways(host, other)

    def _is_silent(self, host: str) -> bool:
        """Whether it has just joined and not begun to listen yet."""
        return host not in self._introduced and UDP not in self._world.hosts[host].listening

    def _is_troubled(self, host: str) -> bool:
        """Whether another node that is well may be unable to talk to it."""
        machine = self._world.hosts[host]
        dropped = any(port in ports for ports in machine.blocked.values() for port in (UDP, TCP))
        cut = not machine.works or not machine.connected or machine.outside
        deaf = not {UDP, TCP} <= machine.listening
        return cut or dropped or deaf or self._world.host_at(self._addresses[host]) is not machine

    def _introduce(self, host: str) -> None:
        if host in self._introduced or host in self._arriving:
            return
        self._arriving[host] = self._clock.after(REMEMBER_S, lambda: self._arrive(host))
        for other in self._watched:
            self._look_both_ways(host, other)

    def _arrive(self, host: str) -> None:
        del self._arriving[host]
        self._introduced.add(host)

    def _watch(self, host: str) -> None:
        """Keep the pairs with this host one by one from now on."""
        if (timer := self._arriving.pop(host, None)) is not None:
            timer.cancel()
        if host in self._watched:
            return
        if host in self._introduced:
            others = self._introduced - self._watched.keys() - {host}
            self._pairs |= {(host, other) for other in others} | {(other, host) for other in others}
        self._watched[host] = None

    def _look_both_ways(self, host: str, other: str) -> None:
        if host in self._addresses:
            self._look((host, other))
        if other in self._addresses:
            self._look((other, host))

    def _look(self, pair: Pair) -> None:
        alive, known = self._is_alive(*pair), pair in self._pairs
        planned = self._flips.get(pair)
        if planned is not None and planned[0] != alive:
            self._flips.pop(pair)[1].cancel()
        if alive != known and pair not in self._flips:
            delay_s = REMEMBER_S if alive else FORGET_S
            self._flips[pair] = (alive, self._clock.after(delay_s, lambda: self._flip(pair)))

    def _flip(self, pair: Pair) -> None:
        alive, _ = self._flips.pop(pair)
        if alive:
            self._pairs.add(pair)
        else:
            self._pairs.discard(pair)
        self._met(pair)

    def _is_alive(self, observer: str, subject: str) -> bool:
        """Whether `observer`'s probes of `subject` are answered: over UDP there and back, else over TCP."""
        if observer not in self._addresses or subject not in self._addresses:
            return False
        echo = self.arrives(observer, subject, UDP) and self.arrives(subject, observer, UDP)
        return echo or self.arrives(observer, subject, TCP)
