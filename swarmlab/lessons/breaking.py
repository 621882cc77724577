"""How an exercise breaks a cluster, or sets one up to be looked into: docker commands, and the lab's faults.

What is broken bears the exercise's mark, so that a check can tell a repaired cluster from one that was never broken.
"""

from __future__ import annotations

import io

from swarmlab.client.cluster import Cluster
from swarmlab.commands import Session, Terminal, parse
from swarmlab.lessons.inspection import MARK


def type_line(cluster: Cluster, line: str, *, node: str | None = None) -> None:
    """Carry out `docker …` unseen, on that node or on a manager.

    Raises:
        DockerError: it was refused.
    """
    parse(line).run(Session.on(cluster, node, terminal=Terminal(io.StringIO())))


def mark(cluster: Cluster, exercise: str) -> None:
    """Let a manager's record say which exercise has broken this cluster."""
    type_line(cluster, f"node update --label-add {MARK}={exercise} {cluster.manager().name}")


def leave_for_good(cluster: Cluster, name: str) -> None:
    """Let a worker leave, and remove its record."""
    type_line(cluster, "swarm leave", node=name)
    type_line(cluster, f"node rm --force {name}")
