"""What was learned of one host, before anybody judges it. Filled by `engine_facts` and `inside`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ModuleState = Literal["loaded", "loadable", "missing", "unknown"]
Firewall = Literal["ufw", "firewalld", "none", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offset:
    """How far a host's clock is ahead of this machine's, in seconds; the truth lies within `error_s` of it."""

    seconds: float
    error_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """What a shell on the host saw.

    Attributes:
        addresses: IPv4 addresses of its interfaces.
        listening: those of the four ports that somebody listens on.
        disk: bytes of the file system that Docker keeps its data on: free, and in all.
        modules: kernel modules by name.
        firewall: the packet filter's front end that is in force.
        is_synchronized: whether a time service has set the clock.
    """

    addresses: frozenset[str] = frozenset()
    listening: frozenset[str] = frozenset()
    disk: tuple[int, int] | None = None
    modules: Mapping[str, ModuleState] = field(default_factory=dict)
    firewall: Firewall = "unknown"
    is_synchronized: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """One host, as its engine and a shell on it tell.

    Attributes:
        name: as in the settings.
        address: which it should advertise to the others.
        unreached: why its engine does not answer, in a sentence; empty where it does.
        endpoint: where its engine was asked.
        info: `GET /info`.
        offset: its clock against this machine's.
        held_bytes: what Docker takes of its disk.
        registry_error: what asking the registry through it ended in; empty where it answered, None where not asked.
        nodes: what it says of every node of its swarm, by id; empty unless it is a manager.
        inside: what a shell saw; None where there is none.
        why_no_inside: the reason of that.
    """

    name: str
    address: str
    endpoint: str = ""
    unreached: str = ""
    info: Mapping[str, Any] = field(default_factory=dict)
    offset: Offset | None = None
    held_bytes: int | None = None
    registry_error: str | None = None
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inside: Inside | None = None
    why_no_inside: str = ""

    @property
    def swarm(self) -> Mapping[str, Any]:
        """The part of `docker info` about its swarm."""
        swarm: Mapping[str, Any] = self.info.get("Swarm") or {}
        return swarm

    @property
    def is_in_a_swarm(self) -> bool:
        """Whether it is a member, and knows it."""
        return self.swarm.get("LocalNodeState") == "active"

    @property
    def is_manager(self) -> bool:
        """Whether it manages its swarm."""
        return self.is_in_a_swarm and bool(self.swarm.get("ControlAvailable"))
