"""How equal tasks are spread over nodes: evenly over the branches of the placement preferences, then over nodes.

Owns nothing that lasts: one object is one decision about one group of tasks.
Source: swarmkit manager/scheduler/scheduler.go (scheduleNTasksOnSubtree, scheduleNTasksOnNodes), nodeset.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import nsmallest

from swarmlab.engine.manager.constraints import label
from swarmlab.engine.manager.filters import Pipeline
from swarmlab.engine.manager.nodeset import NodeInfo
from swarmlab.engine.model import Task, placement


@dataclass(slots=True, eq=False)
class Branch:
    """Nodes with the same values of the preferences so far; a leaf holds them, an inner one divides them."""

    tasks: int = 0
    branches: dict[str, Branch] = field(default_factory=dict)
    nodes: list[NodeInfo] = field(default_factory=list)
    visited: bool = False


class Spreading:
    """Places tasks of one service and spec version as far as nodes can take them.

    Args:
        tasks: the group, in the order in which it is placed (from its end).
        nodes: all nodes; of equally good ones the earlier is taken.
        now: engine time, for the memory of failures.
        assign: makes the assigned task and counts it on the node.

    Attributes:
        placed: the tasks as assigned.
        left: the tasks that no node could take.
        explanation: why not, in the scheduler's words.
    """

    def __init__(
        self, *, tasks: list[Task], nodes: list[NodeInfo], now: float, assign: Callable[[Task, NodeInfo], Task]
    ) -> None:
        self.placed: list[Task] = []
        self.left = list(tasks)
        self._sample, self._size = tasks[0], len(tasks)
        self._now, self._assign = now, assign
        self._pipeline = Pipeline(self._sample)
        self._fill(self._divide(nodes), self._size)
        self.explanation = self._pipeline.explain()

    def _divide(self, nodes: list[NodeInfo]) -> Branch:
        """The nodes divided by `spread` preferences, outermost first; leaves hold those that may take a task.

        Nodes without the label form a branch of their own; descriptors other than labels are ignored; tasks on nodes
        that may take none still count for their branch.
        """
        root = Branch()
        preferences = placement(self._sample.spec).preferences
        if not preferences:
            root.nodes = [info for info in nodes if self._pipeline.passes(info)]
            return root
        for info in nodes:
            branch = root
            count = info.active_by_service.get(self._sample.service_id, 0)
            branch.tasks += count
            for value in (label(name, info.node) for name in preferences):
                if value is not None:
                    branch = branch.branches.setdefault(value, Branch())
                    branch.tasks += count
            if self._pipeline.passes(info):
                branch.nodes.append(info)
        return root

    def _fill(self, branch: Branch, count: int) -> int:
        """Place up to `count` tasks below a branch, so that its own branches become even. Returns how many were."""
        if not branch.branches:
            return self._fill_nodes(branch, count)
        placed, tasks, roomy = 0, branch.tasks, list(branch.branches.values())
        converging = True
        while placed < count and roomy and converging:
            share, remainder = divmod(tasks + count - placed, len(roomy))
            converging = False
            for sub in list(roomy):
                missing = share - sub.tasks + (remainder > 0)
                if missing <= 0:
                    continue
                converging = True
                got = self._fill(sub, missing)
                placed += got
                if got < missing:
                    roomy.remove(sub)
                    tasks -= sub.tasks
                elif remainder > 0:
                    remainder -= 1
        return placed

    def _fill_nodes(self, leaf: Branch, count: int) -> int:
        """Fill the best node until the next is strictly better, and so on; after the last, one task a node in turn."""
        nodes = self._ordered(leaf)
        full: set[int] = set()
        position, placed = 0, 0
        while nodes and self.left and placed < count:
            at = position % len(nodes)
            self.placed.append(self._assign(self.left.pop(), nodes[at]))
            placed += 1
            if placed < count:
                moves_on = position + 1 >= len(nodes) or self._rank(nodes[position + 1]) < self._rank(nodes[at])
                following = self._next_with_room(nodes, position + moves_on, full)
                if following is None:
                    break
                position = following
        return placed

    def _ordered(self, leaf: Branch) -> list[NodeInfo]:
        """The leaf's nodes, best first; what changed since an earlier visit is checked anew."""
        if leaf.visited:
            leaf.nodes = [info for info in leaf.nodes if self._pipeline.passes(info)]
        leaf.visited = True
        return nsmallest(self._size, leaf.nodes, key=self._rank)

    def _rank(self, info: NodeInfo) -> tuple[int, int, int]:
        return info.rank(self._sample, self._now)

    def _next_with_room(self, nodes: list[NodeInfo], position: int, full: set[int]) -> int | None:
        """The first position from here, going round, whose node may still take a task."""
        for candidate in range(position, position + len(nodes)):
            at = candidate % len(nodes)
            if at not in full:
                if self._pipeline.passes(nodes[at]):
                    return candidate
                full.add(at)
        return None
