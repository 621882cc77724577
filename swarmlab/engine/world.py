"""The hosts and what lies between them: addresses, interfaces, power, links, walls, names of the outer world.

Owns where faults happen. Knows nothing of swarms: it only says whether a packet arrives, and tells its subscribers
that something changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

SWARM_PORTS = ("2377/tcp", "7946/tcp", "7946/udp", "4789/udp")
"""What Swarm needs open between hosts: management, gossip (twice), overlay traffic."""


class Wall(StrEnum):
    """Where packets to a host can be dropped; both must let them pass."""

    FIREWALL = "firewall"
    SECURITY_GROUP = "security_group"


class Outcome(StrEnum):
    """What the sender of a packet sees."""

    OK = "ok"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Whether a packet arrives at something that listens; when walls drop it, which; `hostname` is who has the address."""

    outcome: Outcome
    walls: tuple[Wall, ...] = ()
    hostname: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the packet arrived and somebody listened."""
        return self.outcome is Outcome.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpec:
    """One machine to make; empty addresses are given out in order (172.31.16.11 and 203.0.113.11 first)."""

    hostname: str
    address: str = ""
    public_address: str = ""
    cpus: int = 2
    memory_bytes: int = 4 * 1024**3


@dataclass(slots=True, kw_only=True)
class Host:
    """One machine. `blocked` holds, for each wall, the ports (`2377/tcp`) that it drops; `listening` what is served."""

    hostname: str
    address: str
    public_address: str
    cpus: int
    memory_bytes: int
    interfaces: dict[str, tuple[str, ...]]
    powered: bool = True
    connected: bool = True
    outside: bool = False
    blocked: dict[Wall, set[str]] = field(default_factory=lambda: {wall: set() for wall in Wall})
    listening: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class OuterHost:
    """A machine of the outer world (`docker.com`) that answers pings."""

    name: str
    address: str
    latency_s: float


class World:
    """All hosts and the network between them.

    Args:
        hosts: the machines, in the order in which addresses are given out.
    """

    hosts: dict[str, Host]

    def __init__(self, hosts: Sequence[HostSpec]) -> None:
        raise NotImplementedError

    def host_at(self, address: str) -> Host | None:
        """The host that has this private or public address."""
        raise NotImplementedError

    def reaches(self, source: str, address: str, port: str) -> Reach:
        """What happens to a packet from host `source` to `address`, `port` (`2377/tcp`)."""
        raise NotImplementedError

    def address_towards(self, source: str, target: str) -> str:
        """The address by which host `source` can reach host `target`: private within the network, public otherwise."""
        raise NotImplementedError

    def look_up(self, name: str) -> OuterHost | None:
        """The machine of the outer world with this name or address."""
        raise NotImplementedError

    def subscribe(self, subscriber: Callable[[], None]) -> None:
        """Let `subscriber` hear of every change of the world; it may mark work to do."""
        raise NotImplementedError

    # --- faults and their repair; each is idempotent ---

    def power_off(self, hostname: str) -> None:
        """Cut the power. (Use `Daemon.power_off`: it takes the engine and its containers down too.)"""
        raise NotImplementedError

    def power_on(self, hostname: str) -> None:
        """Give it back. (Use `Daemon.power_on`.)"""
        raise NotImplementedError

    def disconnect(self, hostname: str) -> None:
        """Cut the host from all others."""
        raise NotImplementedError

    def reconnect(self, hostname: str) -> None:
        """Undo `disconnect`."""
        raise NotImplementedError

    def block(self, hostname: str, port: str, wall: Wall = Wall.FIREWALL) -> None:
        """Drop what other hosts send to `port` of the host."""
        raise NotImplementedError

    def open(self, hostname: str, port: str, wall: Wall = Wall.FIREWALL) -> None:
        """Undo `block` at this wall."""
        raise NotImplementedError

    def move_outside(self, hostname: str) -> None:
        """Put the host into a network of its own: it and the others reach each other by public addresses only."""
        raise NotImplementedError

    def move_inside(self, hostname: str) -> None:
        """Undo `move_outside`."""
        raise NotImplementedError
