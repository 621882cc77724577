"""Whether a swarm has come to rest: nothing is on its way from one state to another. Owns nothing."""

from __future__ import annotations

from swarmlab.engine.model import Node, NodeState, Task, TaskState
from swarmlab.engine.swarm.cluster import Swarm


def is_settled(swarm: Swarm) -> bool:
    """Whether every node that can be is ready, and every task is where it is wanted."""
    if not swarm.has_leader:
        return False
    nodes = {node.id: node for node in swarm.store.all(Node)}
    if any(node.status.state is not NodeState.READY and swarm.connected(node.id) for node in nodes.values()):
        return False
    down = {node.id for node in nodes.values() if node.status.state is NodeState.DOWN}
    return all(_is_at_rest(task) for task in swarm.store.all(Task) if task.node_id not in down)


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
