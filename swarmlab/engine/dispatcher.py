"""Sessions with the nodes' agents: who is ready, who is down, assignments out, reports in.

Owns `node.status` and `node.description`, and writes what agents report of tasks; a task's state never goes down.
Sessions are memory of one leader: the next leader begins with every node `unknown`.
Source: swarmkit manager/dispatcher/{dispatcher,nodes,period,assignments}.go.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.assignment import AgentLink
from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.store import Change, Store


class Dispatcher:
    """One leader's sessions.

    Args:
        links: the way to a node's agent; None while there is no such node any more (it left, or never came).
    """

    def __init__(
        self, store: Store, clock: Clock, chance: Chance, links: Callable[[NodeId], AgentLink | None]
    ) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Leadership begins: nodes that are not down become `unknown` until they register."""
        raise NotImplementedError

    def stop(self) -> None:
        """Leadership ends: forget every session."""
        raise NotImplementedError

    def on_change(self, change: Change) -> None:
        """Mark nodes whose tasks changed, and new nodes."""
        raise NotImplementedError

    def announce(self, node_id: NodeId) -> None:
        """The node's agent tries to register now (it just started); else it tries again by itself, within 8 s."""
        raise NotImplementedError

    def tick(self) -> bool:
        """Register, beat, assign, report: whatever is due."""
        raise NotImplementedError
