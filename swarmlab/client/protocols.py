"""What a backend supplies besides the Docker Engine API: hosts, faults, ports, a clock.

This is the one small protocol between the learner's side and a lab. Everything else that the learner's side knows
it asks through the docker SDK, so the same notebook runs on every backend.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from docker import DockerClient

Port = Literal["2377/tcp", "7946/tcp", "7946/udp", "4789/udp"]
"""The four rows that a swarm needs open between its hosts."""

Wall = Literal["firewall", "security_group"]
"""Where a packet can be dropped: on the host itself (`ufw`), or in the cloud in front of it. Both must allow it."""

LabState = Literal["separate", "formed", "three-managers", "helloworld"]
"""Named states: three separate engines; one manager, two workers; three managers; formed, `helloworld` running."""

PORTS: tuple[Port, ...] = get_args(Port)
WALLS: tuple[Wall, ...] = get_args(Wall)
LAB_STATES: tuple[LabState, ...] = get_args(LabState)


def wall_name(wall: str) -> str:
    """A wall in words: `security group`."""
    return wall.replace("_", " ")


_HOSTNAME_LINE = re.compile(r"^Hostname: ([0-9a-f]{12})$", re.MULTILINE)


class FaultRefused(Exception):
    """The lab cannot, or has no right to, do this; the text says what to type by hand instead."""


class ChangesRefused(Exception):
    """The swarm is not this lab's to change; the text names what would have been changed, and how to allow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One machine of a lab.

    Attributes:
        name: hostname, as `docker node ls` shows it (`docker-swarm-3`).
        address: private IPv4 address, the one a swarm should advertise.
        public_address: address under which the host is reached from outside its network; None where there is none.
        docker_host: value of `DOCKER_HOST` that reaches its engine (`unix:///…/docker-swarm-3.sock`).
        context: name of the docker context in the lab's own `DOCKER_CONFIG` directory.
    """

    name: str
    address: str
    public_address: str | None
    docker_host: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCheck:
    """Whether packets from `peer` reach `port` of `node`; when not, the walls that drop them."""

    node: str
    peer: str
    port: Port
    open: bool
    blocked_at: tuple[Wall, ...] = ()

    def __str__(self) -> str:
        found = "open" if self.open else f"closed at {self.walls}" if self.walls else "closed"
        return f"{self.peer} → {self.node} {self.port}: {found}"

    @property
    def walls(self) -> str:
        """The walls that drop packets, in words; empty where none is known."""
        return " and ".join(map(wall_name, self.blocked_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """What a published port answered.

    Attributes:
        status: HTTP status.
        container_id: which container answered; None where the lab cannot see that.
    """

    status: int
    body: str
    headers: Mapping[str, str]
    container_id: str | None = None

    @property
    def answered_by(self) -> str | None:
        """The container's id, at least its beginning: as the lab saw it, else as `traefik/whoami` says it."""
        named = _HOSTNAME_LINE.search(self.body)
        return self.container_id or (named[1] if named else None)


class NoWebAnswer(Exception):
    """Nothing answered; the text is `curl`'s, without its name."""


class TimeRefused(Exception):
    """The lab cannot do this to its time; the text says why."""


class Clock(Protocol):
    """The lab's time: real time on real engines, engine time on the embedded lab."""

    def now(self) -> datetime:
        """The present as the times that engines answer with show it, timezone-aware, in UTC: for ages.

        It is what a clock on the wall shows, at whatever rate the lab's time passes; in manual time it is lab time.
        """
        ...

    def elapsed(self) -> float:
        """Seconds of lab time since the lab's beginning: for waiting and for measuring."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let `seconds` of lab time pass. In manual time and in a pause this is what moves time; it returns at once."""
        ...

    @property
    def rate(self) -> float | None:
        """Seconds of lab time a second of the wall's; None in manual time."""
        ...

    def set_rate(self, rate: float) -> None:
        """Let lab time pass faster or slower from now on. May raise TimeRefused, or ValueError for no rate."""
        ...

    def pause(self) -> None:
        """Let lab time stand still. May raise TimeRefused."""
        ...

    def resume(self) -> None:
        """Let it pass again. May raise TimeRefused."""
        ...

    def step(self) -> float:
        """In a pause and in manual time: jump to when something happens next. Returns the seconds jumped.

        May raise TimeRefused.
        """
        ...


FaultKind = Literal["stopped", "disconnected", "blocked", "outside"]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """Something that is broken just now, because somebody broke it.

    Attributes:
        node: a host's name.
        kind: engine stopped, cut from the others, a port blocked, or in a network of its own.
        port: which port is blocked; empty for the other kinds.
        wall: where it is.
    """

    node: str
    kind: FaultKind
    port: str = ""
    wall: str = ""

    def __str__(self) -> str:
        return f"{self.port} blocked at its {wall_name(self.wall)}" if self.port else _IN_WORDS[self.kind]


_IN_WORDS = {
    "stopped": "engine stopped",
    "disconnected": "cut from the other hosts",
    "outside": "in a network of its own",
}


class Faults(Protocol):
    """How a lab is broken and repaired. `node` is a host's name. Each is idempotent and may raise FaultRefused."""

    def active(self) -> Sequence[Fault]:
        """What is broken just now, in the order of the hosts' names."""
        ...

    def stop(self, node: str) -> None:
        """Kill the node's engine, and with it every container on it, as a power cut would."""
        ...

    def start(self, node: str) -> None:
        """Start a stopped engine again; returns once its API answers."""
        ...

    def disconnect(self, node: str) -> None:
        """Cut the node from the other hosts. Its own API stays reachable for the learner."""
        ...

    def reconnect(self, node: str) -> None:
        """Undo `disconnect`."""
        ...

    def block(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Drop what others send to `port` (`2377/tcp`, `8080/tcp`) of `node`, at one of the two walls."""
        ...

    def open(self, node: str, port: str, *, at: Wall = "firewall") -> None:
        """Let packets for `port` of `node` pass this wall again."""
        ...

    def kill(self, node: str, container_id: str) -> None:
        """SIGKILL one container, as an out-of-memory kill would."""
        ...

    def lose_container(self, node: str, container_id: str) -> None:
        """Lose a container while its engine is down: stop the engine, delete the container's data, start the engine."""
        ...

    def move_outside(self, node: str) -> None:
        """Move the host to a network of its own: others reach it, and it them, by public addresses only."""
        ...

    def move_inside(self, node: str) -> None:
        """Undo `move_outside`."""
        ...

    def heal(self) -> None:
        """Undo every fault: engines started, links up, all ports open, all hosts inside."""
        ...


class Ports(Protocol):
    """Which of the four ports can be reached between two hosts."""

    def check(self, node: str, port: Port, *, peer: str) -> PortCheck:
        """Send a packet from `peer` to `port` of `node` and say whether it arrives."""
        ...


class Web(Protocol):
    """Published ports as somebody outside the swarm sees them: a browser on a learner's own machine."""

    def get(self, node: str, port: int, path: str, *, timeout_s: float) -> WebAnswer:
        """Send one HTTP GET to a port of the node, through the security group in front of it.

        Raises:
            NoWebAnswer: nothing listens there, or nothing came back in time.
        """
        ...


class Backend(Protocol):
    """One way to have a lab: embedded engines, real engines in containers, or the learner's own hosts."""

    @property
    def name(self) -> str:
        """`embedded`, `dind` or `hosts`."""
        ...

    @property
    def lab_id(self) -> str:
        """Short id that names everything the lab creates."""
        ...

    @property
    def hosts(self) -> Sequence[Host]:
        """The lab's machines, in the order of their names."""
        ...

    @property
    def docker_config(self) -> str:
        """The lab's own `DOCKER_CONFIG` directory, holding a context for each host."""
        ...

    @property
    def clock(self) -> Clock:
        """The lab's time."""
        ...

    @property
    def faults(self) -> Faults:
        """How the lab is broken and repaired."""
        ...

    @property
    def ports(self) -> Ports:
        """What can be reached."""
        ...

    @property
    def web(self) -> Web:
        """What published ports answer."""
        ...

    def client(self, node: str) -> DockerClient:
        """A new docker SDK client for the node's engine; the caller closes it."""
        ...

    def observer(self, node: str) -> DockerClient:
        """The same for somebody who only looks: in manual time the requests move no time, however long they wait."""
        ...

    def reset(self, state: LabState) -> None:
        """Bring the lab to a named state, faults healed, nothing left of what was there before."""
        ...

    def close(self) -> None:
        """End the lab and remove everything that it created. Idempotent."""
        ...
