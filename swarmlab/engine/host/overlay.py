"""The overlay networks between hosts: which names and addresses each node knows, and whether packets arrive.

Owns what every node knows of every other (libnetwork's networkdb) and how long it takes to know it: a change reaches
the others over 7946/udp in a moment, over 7946/tcp with the next bulk sync; a node that no probe reaches is forgotten,
and with it its names and addresses. Data goes over 4789/udp, both ways. Which container has which address is the
swarm's allocator's decision.
Source: moby libnetwork/networkdb, memberlist; recorded from three engines 28.5.2 with each port blocked on one of them:
forgotten after 6 to 8 s, known again 3 to 4 s after healing; with 7946/udp blocked, news arrived within 30 s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.world import World

GOSSIP_S = 0.3
BULK_SYNC_S = 30.0
FORGET_S = 6.5
REMEMBER_S = 3.5
_UDP, _TCP, _DATA = "7946/udp", "7946/tcp", "4789/udp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One container on one overlay network. `vip` is empty where the service has none (dnsrr, no service).

    `named` says whether its service's names lead to it; its address is reached all the same.
    """

    network_id: str
    container_id: str
    address: str
    task_name: str = ""
    service: str = ""
    vip: str = ""
    aliases: tuple[str, ...] = ()
    named: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to another container. `late`: its host is just hearing of the sender, so the first answer takes long."""

    host: str
    late: bool = False


Key = tuple[str, str]
Records = dict[Key, Record]
Pair = tuple[str, str]
Changed = Callable[[Record], Record | None]


class Overlay:
    """What the nodes of all swarms know of one another's containers. Hosts are named by hostname."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._clock = clock
        self._world = world
        self._addresses: dict[str, str] = {}
        self._own: dict[str, Records] = {}
        self._known: dict[Pair, Records] = {}
        self._flips: dict[Pair, tuple[bool, Timer]] = {}
        self._news: dict[str, Timer] = {}
        self._stale: set[Pair] = set()
        self._sync: Timer | None = None
        world.subscribe(self._look_around)

    # --- members ---

    def join(self, host: str, address: str) -> None:
        """A node takes part, under the address that it advertises."""
        self._addresses[host] = address
        self._own.setdefault(host, {})
        self._look_around(host)

    def leave(self, host: str) -> None:
        """A node takes its leave: the others forget it at once."""
        self.lose(host)
        for pair in [pair for pair in self._known if host in pair]:
            del self._known[pair]

    def lose(self, host: str) -> None:
        """A node's engine dies: the others do not know yet, itself knows nothing any more."""
        self._addresses.pop(host, None)
        self._own.pop(host, None)
        for pair in [pair for pair in self._known if pair[0] == host]:
            del self._known[pair]
        for pair in [pair for pair in self._flips if host in pair]:
            self._flips.pop(pair)[1].cancel()
        self._look_around(host)

    # --- what a node tells ---

    def publish(self, host: str, record: Record) -> None:
        """A container of the host is on a network now."""
        self._own[host][(record.network_id, record.container_id)] = record
        self._tell(host)

    def hide(self, host: str, container_id: str) -> None:
        """A container is about to stop: names lead to it no more."""
        self._change(host, container_id, lambda record: replace(record, named=False))

    def withdraw(self, host: str, container_id: str) -> None:
        """A container is off its networks."""
        self._change(host, container_id, lambda record: None)

    def _change(self, host: str, container_id: str, change: Changed) -> None:
        records = self._own.get(host, {})
        for key in [key for key in records if key[1] == container_id]:
            changed = change(records.pop(key))
            if changed is not None:
                records[key] = changed
            self._tell(host)

    def _tell(self, host: str) -> None:
        if host not in self._news:
            self._news[host] = self._clock.after(GOSSIP_S, lambda: self._spread(host))

    def _spread(self, host: str) -> None:
        del self._news[host]
        for observer in self._addresses:
            if observer != host:
                self._bring(observer, host, _UDP)

    def _bring(self, observer: str, subject: str, port: str) -> None:
        """Let `observer` know `subject` as it is now, if its message arrives over `port`."""
        pair = (observer, subject)
        if pair not in self._known or subject not in self._own:
            return
        if self._arrives(subject, observer, port):
            self._known[pair] = dict(self._own[subject])
            self._stale.discard(pair)
            return
        self._stale.add(pair)
        if self._sync is None:
            self._sync = self._clock.after(BULK_SYNC_S, self._bulk_sync)

    def _bulk_sync(self) -> None:
        self._sync = None
        for observer, subject in sorted(self._stale):
            self._stale.discard((observer, subject))
            self._bring(observer, subject, _TCP)

    # --- who knows whom ---

    def _look_around(self, host: str) -> None:
        """Something changed at a host: plan whom it is to forget or to know, and who it."""
        subjects = {*self._addresses, *(subject for observer, subject in self._known if observer == host)}
        for other in sorted(subjects - {host}):
            if host in self._addresses:
                self._look((host, other))
            if other in self._addresses:
                self._look((other, host))

    def _look(self, pair: Pair) -> None:
        alive, known = self._is_alive(*pair), pair in self._known
        planned = self._flips.get(pair)
        if planned is not None and planned[0] != alive:
            self._flips.pop(pair)[1].cancel()
        if alive != known and pair not in self._flips:
            delay_s = REMEMBER_S if alive else FORGET_S
            self._flips[pair] = (alive, self._clock.after(delay_s, lambda: self._flip(pair)))

    def _flip(self, pair: Pair) -> None:
        alive, _ = self._flips.pop(pair)
        if alive and pair[1] in self._own:
            self._known[pair] = dict(self._own[pair[1]])
        else:
            self._known.pop(pair, None)
        self._stale.discard(pair)

    def _is_alive(self, observer: str, subject: str) -> bool:
        """Whether `observer`'s probes of `subject` are answered: over UDP there and back, else over TCP."""
        if observer not in self._addresses or subject not in self._addresses:
            return False
        echo = self._arrives(observer, subject, _UDP) and self._arrives(subject, observer, _UDP)
        return echo or self._arrives(observer, subject, _TCP)

    def _arrives(self, source: str, target: str, port: str) -> bool:
        address = self._addresses.get(target)
        return address is not None and self._world.reaches(source, address, port).ok

    # --- what follows from it ---

    def resolve(self, host: str, network_id: str, name: str) -> list[str]:
        """The addresses of a name on a network, as `host` knows it: a virtual one, or those of the tasks.

        Simplification: always in the same order; Docker's resolver shuffles them.
        """
        records = [record for record in self._seen(host) if record.network_id == network_id]
        service = name.removeprefix("tasks.")
        meant = [r for r in records if r.named and r.service and service in (r.service, *r.aliases)]
        if name != service:
            return [record.address for record in meant]
        if meant:
            return [meant[0].vip] if meant[0].vip else [record.address for record in meant]
        return [r.address for r in records if name in (r.task_name, r.container_id[:12])]

    def is_virtual(self, host: str, network_id: str, address: str) -> bool:
        """Whether an address is a service's; it answers on the asking host itself."""
        return any(r.network_id == network_id and r.vip == address for r in self._seen(host))

    def reaches(self, host: str, network_id: str, source: str, address: str) -> Way | None:
        """The way to the container that has `address` and answers `source`; None when no answer comes back."""
        if any(_is(record, network_id, address) for record in self._own.get(host, {}).values()):
            return Way(host=host)
        for (observer, subject), records in self._known.items():
            if observer == host and any(_is(record, network_id, address) for record in records.values()):
                return self._way(host, subject, network_id, source, address)
        return None

    def _way(self, host: str, subject: str, network_id: str, source: str, address: str) -> Way | None:
        there = any(_is(record, network_id, address) for record in self._own.get(subject, {}).values())
        open_ = self._arrives(host, subject, _DATA) and self._arrives(subject, host, _DATA)
        known_back = self._known.get((subject, host))
        if not there or not open_ or known_back is None:
            return None
        if any(_is(record, network_id, source) for record in known_back.values()):
            return Way(host=subject)
        on_its_way = host in self._news and self._arrives(host, subject, _UDP)
        return Way(host=subject, late=True) if on_its_way else None

    def _seen(self, host: str) -> Iterable[Record]:
        """Everything that `host` knows, in an order that does not depend on who asks."""
        records = list(self._own.get(host, {}).values())
        for (observer, _), known in self._known.items():
            if observer == host:
                records += known.values()
        return sorted(records, key=lambda record: [int(part) for part in record.address.split(".")])


def _is(record: Record, network_id: str, address: str) -> bool:
    return record.network_id == network_id and record.address == address
