"""The agent of one node: runs the tasks that a dispatcher assigns to it, and reports what becomes of them.

Owns the observed state of this node's tasks from ACCEPTED on. It keeps running what it was told to run while no manager
is reachable. Each task is moved by a TaskRunner (taskrunner.py); containers are the daemon's.
Source: swarmkit agent/{agent,worker,task}.go.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.assignment import Assignment, Report
from swarmlab.engine.clock import Clock
from swarmlab.engine.containers import Containers
from swarmlab.engine.ids import Chance, NodeId, TaskId
from swarmlab.engine.images import Images
from swarmlab.engine.logs import LogOptions, LogStream
from swarmlab.engine.model import NodeDescription
from swarmlab.engine.networks import Networks


class Agent:
    """One node's agent. It works between `join` and `leave`, while the engine is on.

    Args:
        describe: what the node says of itself.
        address: the address that the node advertises.
    """

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        *,
        containers: Containers,
        images: Images,
        networks: Networks,
        describe: Callable[[], NodeDescription],
        address: Callable[[], str],
    ) -> None:
        raise NotImplementedError

    node_id: NodeId

    def join(self, node_id: NodeId) -> None:
        """This engine became a node of a swarm."""
        raise NotImplementedError

    def leave(self) -> None:
        """This engine is no node any more: its tasks' containers are removed."""
        raise NotImplementedError

    def power_off(self) -> None:
        """The engine dies; what the agent had on disk stays: its tasks and their last states."""
        raise NotImplementedError

    def power_on(self) -> None:
        """The engine is back: look what became of the tasks (after `containers.power_on`)."""
        raise NotImplementedError

    @property
    def description(self) -> NodeDescription:
        """What the node says of itself now."""
        raise NotImplementedError

    @property
    def address(self) -> str:
        """The address that the node advertises."""
        raise NotImplementedError

    def connect(self, on_reports: Callable[[], None]) -> None:
        """A session begins: every known status will be reported again."""
        raise NotImplementedError

    def assign(self, assignment: Assignment) -> None:
        """Take note of what is to be done; `tick` does it."""
        raise NotImplementedError

    def take_reports(self) -> list[Report]:
        """What was observed since the last call, the newest of each task only."""
        raise NotImplementedError

    def open_logs(self, task_id: TaskId, options: LogOptions) -> LogStream | None:
        """What the task's container wrote; None where there is no such container."""
        raise NotImplementedError

    def tick(self) -> bool:
        """Move every task that can move now. Returns whether any did."""
        raise NotImplementedError
