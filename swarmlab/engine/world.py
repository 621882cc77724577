"""The hosts and what lies between them: addresses, interfaces, power, links, walls, names of the outer world.

Owns where faults happen. Knows nothing of swarms: it only says whether a packet arrives, and tells its subscribers
that something changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from swarmlab.engine.quick import quick

SWARM_PORTS = ("2377/tcp", "7946/tcp", "7946/udp", "4789/udp")
"""What Swarm needs open between hosts: management, gossip (twice), overlay traffic."""

_FIRST_HOST = 11
_LAST_PORT = 65_535
_ANY = "0.0.0.0"


class Wall(StrEnum):
    """Where packets to a host can be dropped; both must let them pass."""

    FIREWALL = "firewall"
    SECURITY_GROUP = "security_group"


class Outcome(StrEnum):
    """What the sender of a packet sees."""

    OK = "ok"
    REFUSED = "refused"
    SILENT = "silent"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What became of a packet: the walls that dropped it, and the host that has the address."""

    outcome: Outcome
    walls: tuple[Wall, ...] = ()
    hostname: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the packet arrived and somebody listened."""
        return self.outcome is Outcome.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpec:
    """One machine to make; empty addresses are given out in order (172.31.16.11 and 203.0.113.11 first).

    `labels` and `generic_resources` are what its engine is started with: `dockerd --label disk=ssd` and
    `--node-generic-resource SSD=3`, or `GPU=one`, `GPU=two` for things that have names.
    """

    hostname: str
    address: str = ""
    public_address: str = ""
    cpus: int = 2
    memory_bytes: int = 4 * 1024**3
    labels: tuple[str, ...] = ()
    generic_resources: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Host:
    """One machine. `blocked` holds, for each wall, the ports (`2377/tcp`) that it drops; `listening` what is served."""

    hostname: str
    address: str
    public_address: str
    cpus: int
    memory_bytes: int
    interfaces: dict[str, tuple[str, ...]]
    labels: tuple[str, ...] = ()
    generic_resources: tuple[str, ...] = ()
    powered: bool = True
    paused: bool = False
    connected: bool = True
    outside: bool = False
    blocked: dict[Wall, set[str]] = field(default_factory=lambda: {wall: set() for wall in Wall})
    listening: set[str] = field(default_factory=set)

    @property
    def works(self) -> bool:
        """Whether it has power and does not stand still."""
        return self.powered and not self.paused


@dataclass(frozen=True, slots=True, kw_only=True)
class OuterHost:
    """A machine of the outer world (`docker.com`) that answers pings."""

    name: str
    address: str
    latency_s: float


_OUTER_HOSTS = (
    OuterHost(name="docker.com", address="198.51.100.10", latency_s=0.0113),
    OuterHost(name="www.docker.com", address="198.51.100.10", latency_s=0.0113),
    OuterHost(name="google.com", address="198.51.100.20", latency_s=0.0052),
    OuterHost(name="example.com", address="198.51.100.30", latency_s=0.0871),
)


class World:
    """All hosts and the network between them.

    Args:
        hosts: the machines, in the order in which addresses are given out.

    Raises:
        ValueError: two hosts have one name or one address.
    """

    def __init__(self, hosts: Sequence[HostSpec]) -> None:
        self.hosts: dict[str, Host] = {}
        self._by_address: dict[str, Host] = {}
        self._subscribers: list[Callable[[str], None]] = []
        for number, spec in enumerate(hosts):
            self._add(_make_host(spec, number))

    def _add(self, host: Host) -> None:
        if host.hostname in self.hosts:
            raise ValueError(f"two hosts are named {host.hostname}")
        for address in (host.address, host.public_address):
            if address in self._by_address:
                raise ValueError(f"{host.hostname} and {self._by_address[address].hostname} both have {address}")
            self._by_address[address] = host
        self.hosts[host.hostname] = host

    # --- what a packet meets ---

    def host_at(self, address: str) -> Host | None:
        """The host that has this private or public address."""
        return self._by_address.get(address)

    def reaches(self, source: str, address: str, port: str) -> Reach:
        """What happens to a packet from host `source` to `address`, `port` (`2377/tcp`)."""
        sender = self.hosts[source]
        target = sender if _is_own(sender, address) else self._by_address.get(address)
        if target is None or not self._routed(sender, target, address):
            return Reach(outcome=Outcome.SILENT)
        return _knock(target, port, guarded=target is not sender)

    def reaches_from_outside(self, address: str, port: str) -> Reach:
        """What happens to a packet that a machine of nobody's swarm sends (a learner's own), to either address."""
        target = self._by_address.get(address)
        if target is None or not (target.works and target.connected):
            return Reach(outcome=Outcome.SILENT)
        return _knock(target, port, guarded=True)

    def _routed(self, sender: Host, target: Host, address: str) -> bool:
        """Whether there is a way at all: power, cables, and private addresses only within the network."""
        if not (sender.works and target.works):
            return False
        if sender is target:
            return True
        if not (sender.connected and target.connected):
            return False
        return address == target.public_address or not (sender.outside or target.outside)

    def address_towards(self, source: str, target: str) -> str:
        """The address by which host `source` can reach host `target`: private within the network, public otherwise."""
        sender, receiver = self.hosts[source], self.hosts[target]
        apart = sender is not receiver and (sender.outside or receiver.outside)
        return receiver.public_address if apart else receiver.address

    def look_up(self, name: str) -> OuterHost | None:
        """The machine of the outer world with this name or address."""
        return next((outer for outer in _OUTER_HOSTS if name in (outer.name, outer.address)), None)

    # --- who hears of changes ---

    def subscribe(self, subscriber: Callable[[str], None]) -> None:
        """Let `subscriber` hear of every change of the world, with the hostname; it may mark work to do."""
        self._subscribers.append(subscriber)

    def _changed(self, hostname: str) -> None:
        for subscriber in self._subscribers:
            subscriber(hostname)

    def listen(self, hostname: str, *ports: str) -> None:
        """Programs of the host serve `ports` (`2377/tcp`) from now on."""
        self.hosts[hostname].listening.update(ports)
        self._changed(hostname)

    def close(self, hostname: str, *ports: str) -> None:
        """Nothing serves these ports of the host any more."""
        self.hosts[hostname].listening.difference_update(ports)
        self._changed(hostname)

    # --- faults and their repair; each is idempotent ---

    def power_off(self, hostname: str) -> None:
        """Cut the power; `Daemon.power_off` does this, and takes the engine and its containers down too."""
        self.hosts[hostname].powered = False
        self._changed(hostname)

    def power_on(self, hostname: str) -> None:
        """Give the power back; `Daemon.power_on` does this, and starts the engine."""
        self.hosts[hostname].powered = True
        self._changed(hostname)

    def pause(self, hostname: str) -> None:
        """Let the machine stand still; `Daemon.pause` does this, and holds what it was about to do."""
        self.hosts[hostname].paused = True
        self._changed(hostname)

    def resume(self, hostname: str) -> None:
        """Undo `pause`; `Daemon.resume` does this, and lets everything on the machine go on."""
        self.hosts[hostname].paused = False
        self._changed(hostname)

    def disconnect(self, hostname: str) -> None:
        """Cut the host from all others."""
        self.hosts[hostname].connected = False
        self._changed(hostname)

    def reconnect(self, hostname: str) -> None:
        """Undo `disconnect`."""
        self.hosts[hostname].connected = True
        self._changed(hostname)

    def block(self, hostname: str, port: str, wall: Wall = Wall.FIREWALL) -> None:
        """Drop what others send to `port` (`2377/tcp`) of the host.

        Raises:
            ValueError: that is no port.
        """
        self.hosts[hostname].blocked[wall].add(_checked_port(port))
        self._changed(hostname)

    def open(self, hostname: str, port: str, wall: Wall = Wall.FIREWALL) -> None:
        """Undo `block` at this wall.

        Raises:
            ValueError: that is no port.
        """
        self.hosts[hostname].blocked[wall].discard(_checked_port(port))
        self._changed(hostname)

    def move_outside(self, hostname: str) -> None:
        """Put the host into a network of its own: it and the others reach each other by public addresses only."""
        self.hosts[hostname].outside = True
        self._changed(hostname)

    def move_inside(self, hostname: str) -> None:
        """Undo `move_outside`."""
        self.hosts[hostname].outside = False
        self._changed(hostname)


def _make_host(spec: HostSpec, number: int) -> Host:
    # Room for 244 hosts in the last byte; more go on in the byte before it.
    third, last = divmod(_FIRST_HOST + number, 255)
    address = spec.address or f"172.31.{16 + third}.{last}"
    return Host(
        hostname=spec.hostname,
        address=address,
        public_address=spec.public_address or f"203.0.{113 + third}.{last}",
        cpus=spec.cpus,
        memory_bytes=spec.memory_bytes,
        interfaces={"lo": ("127.0.0.1",), "docker0": ("172.17.0.1",), "eth0": (address,)},
        labels=spec.labels,
        generic_resources=spec.generic_resources,
    )


def _is_own(host: Host, address: str) -> bool:
    own = (_ANY, host.public_address)
    return address in own or any(address in addresses for addresses in host.interfaces.values())


def _knock(target: Host, port: str, *, guarded: bool) -> Reach:
    """What a packet meets that has come as far as the host; what it sends to itself passes no wall."""
    walls = tuple(wall for wall in Wall if port in target.blocked[wall]) if guarded else ()
    if walls:
        return Reach(outcome=Outcome.SILENT, walls=walls, hostname=target.hostname)
    outcome = Outcome.OK if port in target.listening else Outcome.REFUSED
    return Reach(outcome=outcome, hostname=target.hostname)


def _checked_port(port: str) -> str:
    match = re.fullmatch(r"(\d{1,5})/(tcp|udp)", port)
    if match is None or not 0 < int(match[1]) <= _LAST_PORT:
        raise ValueError(f"{port!r} is no port; write 8080/tcp, or one of {', '.join(SWARM_PORTS)}")
    return port
