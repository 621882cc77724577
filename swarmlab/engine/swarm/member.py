"""What a swarm needs of a node's engine, and the way to its agent. Owns no state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from swarmlab.engine.assignment import AgentSide
from swarmlab.engine.swarm.contacts import Contacts


class Member(Protocol):
    """What the swarm needs of a node's engine."""

    hostname: str
    contacts: Contacts

    @property
    def running(self) -> bool:
        """Whether the engine is on."""

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way into the swarm, or out of the managers."""

    @property
    def agent(self) -> AgentSide:
        """Its agent."""

    def finds_manager(self) -> bool:
        """Whether it reaches a manager that hears the leader."""

    def exchanges_with(self, addr: str) -> bool:
        """Whether this manager's messages reach another one's `address:port`."""

    def become_manager(self) -> str:
        """Serve as a manager from now on; returns the advertised `address:port`."""

    def become_worker(self) -> None:
        """Serve as a manager no more."""

    def become_ready(self) -> None:
        """The swarm has seen this node at work."""

    def be_expelled(self) -> None:
        """The managers go on without this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The way from the leader to one node's agent."""

    agent: AgentSide
    connected_now: Callable[[], bool]

    def connected(self) -> bool:
        """Whether messages pass now."""
        return self.connected_now()
