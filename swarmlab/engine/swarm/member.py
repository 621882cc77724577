"""What a swarm needs of a node's engine, and the way to its agent. Owns no state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from swarmlab.engine.assignment import AgentSide
from swarmlab.engine.model import ClusterObject
from swarmlab.engine.swarm.contacts import RemoteManager
from swarmlab.engine.swarm.identity import Identity


class Member(Protocol):
    """What the swarm needs of a node's engine."""

    hostname: str
    identity: Identity

    @property
    def running(self) -> bool:
        """Whether the engine is on, and its node with it."""

    @property
    def paused(self) -> bool:
        """Whether its machine stands still, with whatever it was about to do."""

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way into the swarm, or out of the managers."""

    @property
    def agent(self) -> AgentSide:
        """Its agent."""

    def manages(self, swarm: Any) -> bool:
        """Whether it runs and is a manager of this swarm."""

    def finds_manager(self, swarm: Any) -> bool:
        """Whether it reaches a manager of this swarm that hears the leader."""

    def exchanges_with(self, addr: str) -> bool:
        """Whether this manager's messages reach another one's `address:port`."""

    def hear(self, managers: tuple[RemoteManager, ...], cluster: ClusterObject) -> None:
        """The swarm tells who manages, whom to trust, and how managers' keys are locked."""

    def become_manager(self) -> str:
        """Serve as a manager from now on; returns the advertised `address:port`."""

    def stop_managing(self) -> None:
        """The managers took this one out: serve as a manager no more, and wait for another role."""

    def become_worker(self) -> None:
        """The role has come: it is a worker."""

    def become_ready(self) -> None:
        """The swarm has seen this node at work."""

    def be_expelled(self, successor: Any, *, leads: bool) -> None:
        """A manager that this one sends messages to goes on without it, and says so; `leads`: it sends many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The way from the leader to one node's agent."""

    agent: AgentSide
    connected_now: Callable[[], bool]

    def connected(self) -> bool:
        """Whether messages pass now."""
        return self.connected_now()
