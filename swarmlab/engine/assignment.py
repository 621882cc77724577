"""What passes between a dispatcher and an agent: assignments one way, status reports the other. Owns no state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from swarmlab.engine.host.logs import LogOptions, LogStream
from swarmlab.engine.ids import NetworkId, NodeId, TaskId
from swarmlab.engine.model import Config, Network, NodeDescription, Secret, Task, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a node is to do. A `complete` one is everything (tasks that are not in it are to go), others are changes.

    `networks` are those that the tasks are attached to, `entrusted` the secrets and configs that they ask for and that
    the node does not have yet, `withdrawn` the ids of those that nothing on the node asks for any more.
    """

    tasks: tuple[Task, ...]
    removed: tuple[TaskId, ...] = ()
    networks: Mapping[NetworkId, Network] = field(default_factory=dict)
    entrusted: tuple[Secret | Config, ...] = ()
    withdrawn: tuple[str, ...] = ()
    complete: bool = False


Reports = Mapping[TaskId, Sequence[TaskStatus]]
"""What an agent observed, by task: every status that it passed through, in order."""


class AgentSide(Protocol):
    """What a dispatcher and a log broker need of an agent."""

    @property
    def node_id(self) -> NodeId:
        """Which node it is in this swarm."""

    @property
    def description(self) -> NodeDescription:
        """What the node says of itself now."""

    @property
    def address(self) -> str:
        """The address that the node advertises."""

    def connect(self, on_reports: Callable[[], None]) -> None:
        """A session begins: every known status will be reported again; `on_reports` is called when there are any."""

    def assign(self, assignment: Assignment) -> None:
        """Take note of what is to be done."""

    def take_reports(self) -> Reports:
        """What was observed since the last call."""

    def open_logs(self, task_id: TaskId, options: LogOptions) -> LogStream | None:
        """What the task's container wrote; None where there is no such container."""


class AgentLink(Protocol):
    """The way from the leader to one node's agent."""

    @property
    def agent(self) -> AgentSide:
        """The agent at its end."""

    def connected(self) -> bool:
        """Whether messages pass now: both powered, 2377/tcp of the leader reachable from the node."""
