"""Whether a swarm has come to rest: nothing is on its way from one state to another.

Owns, while somebody waits for that, which tasks and nodes are still on their way: followed from change to change.
"""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.engine.ids import NodeId, TaskId
from swarmlab.engine.model import Node, NodeState, Task, TaskState
from swarmlab.engine.store import Change
from swarmlab.engine.swarm.cluster import Swarm


class Settling:
    """One swarm on its way to rest; to be closed when nobody waits any more."""

    def __init__(self, swarm: Swarm) -> None:
        self._swarm = swarm
        self._restless: dict[TaskId, NodeId] = {}
        self._unready: dict[NodeId, NodeState] = {}
        for node in swarm.store.all(Node):
            self._note_node(node)
        for task in swarm.store.all(Task):
            self._note_task(task)
        swarm.store.subscribe(self._hear_nodes, Node)
        swarm.store.subscribe(self._hear_tasks, Task)

    def close(self) -> None:
        """Follow the swarm no more."""
        self._swarm.store.unsubscribe(self._hear_nodes)
        self._swarm.store.unsubscribe(self._hear_tasks)

    def _hear_tasks(self, changes: Sequence[Change[Task]]) -> None:
        for change in changes:
            if change.after is None:
                self._restless.pop(change.object.id, None)
            else:
                self._note_task(change.after)

    def _hear_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes:
            if change.after is None:
                self._unready.pop(change.object.id, None)
            else:
                self._note_node(change.after)

    def _note_task(self, task: Task) -> None:
        if _is_at_rest(task):
            self._restless.pop(task.id, None)
        else:
            self._restless[task.id] = task.node_id

    def _note_node(self, node: Node) -> None:
        if node.status.state is NodeState.READY:
            self._unready.pop(node.id, None)
        else:
            self._unready[node.id] = node.status.state

    @property
    def settled(self) -> bool:
        """Whether every node that can be is ready, and every task is where it is wanted, but for nodes that are down.

        A swarm that nobody is in any more is at rest.
        """
        if not self._swarm.members:
            return True
        if not self._swarm.has_leader or any(self._swarm.connected(node_id) for node_id in self._unready):
            return False
        return all(self._unready.get(node_id) is NodeState.DOWN for node_id in self._restless.values())


def _is_at_rest(task: Task) -> bool:
    match task.desired_state:
        case TaskState.RUNNING:
            return task.state is TaskState.RUNNING
        case TaskState.SHUTDOWN:
            return task.state.is_terminal
        case TaskState.COMPLETE:
            return task.state in (TaskState.RUNNING, TaskState.COMPLETE)
        case _:
            return False
