"""Whom one node reaches: the managers that it knows, and the connection that it keeps with one of them.

Owns the list of managers (`RemoteManagers` of `docker info`) and the connection in use. A connection is kept as long as
it works, whatever the list says by then: a node that joined by a public address stays connected by it.
Source: swarmkit remotes/remotes.go, connectionbroker; moby `RemoteManagers`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from swarmlab.engine.ids import ClusterId, NodeId
from swarmlab.engine.swarm.addresses import DEFAULT_PORT, split_host_port
from swarmlab.engine.world import Outcome, Reach, World


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteManager:
    """A manager that a node knows, as `address:port`; the id is empty while the node joins."""

    node_id: NodeId
    addr: str


class SwarmOfManager(Protocol):
    """What a manager belongs to."""

    id: ClusterId


class Manager(Protocol):
    """What answers at a manager's address."""

    @property
    def swarm(self) -> SwarmOfManager | None:
        """The swarm that it belongs to."""

    def hears_leader(self) -> bool:
        """Whether it passes requests on to the leader."""


class Contacts:
    """The way of one node to its managers.

    Args:
        neighbours: what serves on another host.
    """

    def __init__(self, hostname: str, world: World, neighbours: Callable[[str], Manager]) -> None:
        self._hostname = hostname
        self._world = world
        self._neighbours = neighbours
        self._connection = ""
        self.remotes: tuple[RemoteManager, ...] = ()

    def learn(self, managers: tuple[RemoteManager, ...]) -> None:
        """Take note of who manages."""
        self.remotes = tuple(sorted(managers, key=lambda manager: manager.addr))

    def hang_up(self) -> None:
        """Keep no connection."""
        self._connection = ""

    def forget(self) -> None:
        """Know nobody any more."""
        self._connection, self.remotes = "", ()

    def find_swarm(self, swarm_id: ClusterId) -> SwarmOfManager | None:
        """The swarm of this id that the node is in touch with: by the connection in use while it works, or by another.

        There may be two of one id, where a manager went on alone with a copy.
        """
        found = self._swarm_at(self._connection, swarm_id)
        for remote in self.remotes if found is None else ():
            found = self._swarm_at(remote.addr, swarm_id)
            if found is not None:
                self._connection = remote.addr
                break
        return found

    def _swarm_at(self, addr: str, swarm_id: ClusterId) -> SwarmOfManager | None:
        """The swarm of the manager at an address, if that one hears its leader."""
        reach = self.reach(addr) if addr else None
        if reach is None or not reach.ok or reach.hostname in (None, self._hostname):
            return None
        other = self._neighbours(str(reach.hostname))
        return other.swarm if other.hears_leader() and other.swarm and other.swarm.id == swarm_id else None

    def reach(self, addr: str, *, source: str | None = None) -> Reach:
        """What becomes of a packet from this host, or from `source`, to `address:port`."""
        host, port = split_host_port(addr) or (addr, DEFAULT_PORT)
        return self._world.reaches(source or self._hostname, host, f"{port}/tcp")

    def way_back(self, addr: str, leader: str | None) -> Outcome:
        """Whether the host of the swarm's leader reaches this node at its advertised address."""
        return Outcome.SILENT if leader is None else self.reach(addr, source=leader).outcome
