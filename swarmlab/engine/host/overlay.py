"""The overlay networks between hosts: which names and addresses each node knows, and whether packets arrive.

Owns what every node has told the others of its containers, and how late they hear of it: a change reaches the others
over 7946/udp in a moment, over 7946/tcp with the next bulk sync. Who knows whom at all is gossip.py's. Data goes over
4789/udp, both ways. Which container has which address is the swarm's allocator's decision.
Source: moby libnetwork/networkdb; recorded from 28.5.2: with 7946/udp blocked, news arrived within 30 s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.host.gossip import TCP, UDP, Gossip, Pair
from swarmlab.engine.model import PortConfig
from swarmlab.engine.world import World

GOSSIP_S = 0.3
BULK_SYNC_S = 30.0
_DATA = "4789/udp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One container on one overlay network. `vip` is empty where the service has none (dnsrr, no service).

    `named` says whether its service's names lead to it; its address is reached all the same. `ports` are those that
    the routing mesh publishes for it, on the ingress network only.
    """

    network_id: str
    container_id: str
    address: str
    task_name: str = ""
    service: str = ""
    vip: str = ""
    aliases: tuple[str, ...] = ()
    ports: tuple[PortConfig, ...] = ()
    named: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to another container. `late`: its host is just hearing of the sender, so the first answer takes long."""

    host: str
    container_id: str
    late: bool = False


Key = tuple[str, str]
Records = dict[Key, Record]
Changed = Callable[[Record], Record | None]
_NONE: Records = {}


class Overlay:
    """What the nodes of all swarms know of one another's containers. Hosts are named by hostname."""

    def __init__(self, clock: Clock, world: World) -> None:
        self._clock = clock
        self._gossip = Gossip(clock, world, met=self._catch_up)
        self._own: dict[str, Records] = {}
        self._told: dict[str, Records] = {}
        self._behind: dict[Pair, Records] = {}
        self._at: dict[Key, tuple[str, Record]] = {}
        self._hosts_on: dict[str, dict[str, None]] = defaultdict(dict)
        self._news: dict[str, Timer] = {}
        self._sync: Timer | None = None

    # --- members ---

    def join(self, host: str, address: str) -> None:
        """A node takes part, under the address that it advertises."""
        if host not in self._own:
            self._own[host], self._told[host] = {}, {}
        self._gossip.join(host, address)

    def leave(self, host: str) -> None:
        """A node takes its leave: the others forget it at once."""
        self._forget(host)
        self._gossip.leave(host)
        self._behind = {pair: records for pair, records in self._behind.items() if host not in pair}

    def lose(self, host: str) -> None:
        """A node's engine dies: the others do not know yet, itself knows nothing any more."""
        self._forget(host)
        self._gossip.lose(host)

    def _forget(self, host: str) -> None:
        for record in self._own.pop(host, _NONE).values():
            self._at.pop((record.network_id, record.address), None)

    # --- what a node tells ---

    def publish(self, host: str, record: Record) -> None:
        """A container of the host is on a network now."""
        self._own[host][(record.network_id, record.container_id)] = record
        self._at[record.network_id, record.address] = (host, record)
        self._hosts_on[record.network_id][host] = None
        self._tell(host)

    def hide(self, host: str, container_id: str) -> None:
        """A container is about to stop: names lead to it no more."""
        self._change(host, container_id, lambda record: replace(record, named=False))

    def withdraw(self, host: str, container_id: str, network_id: str = "") -> None:
        """A container is off its networks, or off one of them."""
        self._change(host, container_id, lambda record: None, network_id)

    def _change(self, host: str, container_id: str, change: Changed, network_id: str = "") -> None:
        records = self._own.get(host, {})
        for key in [key for key in records if key[1] == container_id and network_id in ("", key[0])]:
            record = records.pop(key)
            changed = change(record)
            if changed is not None:
                records[key] = changed
            elif self._at.get((record.network_id, record.address), ("", None))[1] in (record, None):
                self._at.pop((record.network_id, record.address), None)
            self._tell(host)

    def _tell(self, host: str) -> None:
        if host not in self._news:
            self._news[host] = self._clock.after(GOSSIP_S, lambda: self._spread(host))

    def _spread(self, host: str) -> None:
        """Let all know the host's containers as they are now, but those whom its messages do not reach."""
        del self._news[host]
        if host not in self._own:
            return
        before, self._told[host] = self._told[host], dict(self._own[host])
        for observer in self._gossip.doubtful(host):
            pair = (observer, host)
            if self._gossip.arrives(host, observer, UDP):
                self._behind.pop(pair, None)
            elif self._gossip.knows(observer, host):
                self._behind.setdefault(pair, before)
                self._plan_sync()

    def _plan_sync(self) -> None:
        if self._sync is None:
            self._sync = self._clock.after(BULK_SYNC_S, self._bulk_sync)

    def _bulk_sync(self) -> None:
        self._sync = None
        for observer, subject in sorted(self._behind):
            if self._gossip.arrives(subject, observer, TCP):
                del self._behind[observer, subject]
            else:
                self._plan_sync()

    def _catch_up(self, pair: Pair) -> None:
        """An observer has met a node, and heard everything of it; or has given it up."""
        self._behind.pop(pair, None)

    # --- what follows from it ---

    def resolve(self, host: str, network_id: str, name: str) -> list[str]:
        """The addresses of a name on a network, as `host` knows it: a virtual one, or those of the tasks."""
        records = self.seen(host, network_id)
        service = name.removeprefix("tasks.")
        meant = [r for r in records if r.named and r.service and service in (r.service, *r.aliases)]
        if name != service:
            return [record.address for record in meant]
        if meant:
            return [meant[0].vip] if meant[0].vip else [record.address for record in meant]
        return [r.address for r in records if _is_called(r, name)]

    def is_virtual(self, host: str, network_id: str, address: str) -> bool:
        """Whether an address is a service's; it answers on the asking host itself."""
        return any(record.vip == address for record in self._seen(host, network_id))

    def knows(self, host: str, network_id: str, address: str) -> bool:
        """Whether `host` has heard of a container with this address."""
        return any(record.address == address for record in self._seen(host, network_id))

    def reaches(self, host: str, network_id: str, source: str, address: str) -> Way | None:
        """The way to the container that has `address` and answers `source`; None when no answer comes back.

        `source` is empty where the host itself asks, to balance load.
        """
        subject, record = self._at.get((network_id, address), ("", None))
        if record is None:
            return None
        if subject == host:
            return Way(host=host, container_id=record.container_id)
        key = (network_id, record.container_id)
        if not self._gossip.knows(host, subject) or key not in self._view(host, subject):
            return None
        return self._way_back(host, subject, record, source)

    def _way_back(self, host: str, subject: str, record: Record, source: str) -> Way | None:
        arrives = self._gossip.arrives
        open_ = arrives(host, subject, _DATA) and arrives(subject, host, _DATA)
        if not open_ or not self._gossip.knows(subject, host):
            return None
        known_back = self._view(subject, host).values()
        if not source or any(_is(each, record.network_id, source) for each in known_back):
            return Way(host=subject, container_id=record.container_id)
        on_its_way = host in self._news and arrives(host, subject, UDP)
        return Way(host=subject, container_id=record.container_id, late=True) if on_its_way else None

    def seen(self, host: str, network_id: str) -> list[Record]:
        """All containers on a network that `host` knows, in an order that does not depend on who asks."""
        found = self._seen(host, network_id)
        return sorted(found, key=lambda record: [int(part) for part in record.address.split(".")])

    def peers(self, host: str, network_id: str) -> list[str]:
        """The hosts that have containers on a network, as `host` knows it; itself first."""
        others = (each for each in self._hosts_on.get(network_id, ()) if each != host)
        return [host, *(other for other in others if self._has(host, other, network_id))]

    def acquaintances(self, host: str) -> list[str]:
        """The hosts that `host` knows, of whatever swarm; itself first."""
        return [host, *(other for other in self._own if other != host and self._gossip.knows(host, other))]

    def _has(self, host: str, subject: str, network_id: str) -> bool:
        return self._gossip.knows(host, subject) and any(key[0] == network_id for key in self._view(host, subject))

    def _seen(self, host: str, network_id: str) -> Iterator[Record]:
        for subject in self._hosts_on.get(network_id, ()):
            records = _NONE
            if subject == host:
                records = self._own.get(host, _NONE)
            elif self._gossip.knows(host, subject):
                records = self._view(host, subject)
            yield from (record for key, record in records.items() if key[0] == network_id)

    def _view(self, observer: str, subject: str) -> Records:
        """The containers of `subject` as `observer` knows them."""
        return self._behind.get((observer, subject), self._told.get(subject, _NONE))


def _is(record: Record, network_id: str, address: str) -> bool:
    return record.network_id == network_id and record.address == address


def _is_called(record: Record, name: str) -> bool:
    """Whether a name is a container's own; aliases of a container that is no task's are among them."""
    own = (record.task_name, record.container_id[:12])
    return name in own or (not record.service and name in record.aliases)
