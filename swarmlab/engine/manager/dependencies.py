"""Which secrets and configs each node with a session was entrusted with, and for which of its tasks.

Owns that memory. A node gets what its tasks ask for, with the first of them, and loses it with the last.
Source: swarmkit manager/dispatcher/assignments.go (assignmentSet).
"""

from __future__ import annotations

from collections.abc import Iterator

from swarmlab.engine.ids import NodeId, TaskId
from swarmlab.engine.model import Config, Secret, Task
from swarmlab.engine.store import Store

Entrusted = Secret | Config


class Dependencies:
    """What nodes know besides their tasks; a task that asks for nothing costs nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._users: dict[tuple[NodeId, str], set[TaskId]] = {}
        self._nodes: dict[NodeId, dict[str, None]] = {}
        self._gone: dict[NodeId, dict[str, None]] = {}

    def forget(self, node_id: NodeId) -> None:
        """The node's session is over."""
        for id_ in self._nodes.pop(node_id, ()):
            del self._users[node_id, id_]
        self._gone.pop(node_id, None)

    def clear(self) -> None:
        """There are no sessions any more."""
        self._users.clear()
        self._nodes.clear()
        self._gone.clear()

    def add(self, task: Task) -> list[Entrusted]:
        """The node is about to hear of a task. Returns what it must hear of first."""
        found = []
        for obj in self._asked_for(task):
            users = self._users.setdefault((task.node_id, obj.id), set())
            if not users:
                found.append(obj)
                self._nodes.setdefault(task.node_id, {})[obj.id] = None
                self._gone.get(task.node_id, {}).pop(obj.id, None)
            users.add(task.id)
        return found

    def release(self, task: Task) -> bool:
        """The task ended, or is gone. Returns whether its node is to lose something with it."""
        released = False
        for id_ in _ids(task):
            users = self._users.get((task.node_id, id_), set())
            users.discard(task.id)
            if not users and self._users.pop((task.node_id, id_), None) is not None:
                del self._nodes[task.node_id][id_]
                self._gone.setdefault(task.node_id, {})[id_] = None
                released = True
        return released

    def take_gone(self, node_id: NodeId) -> tuple[str, ...]:
        """What the node is to lose; it counts as told."""
        return tuple(self._gone.pop(node_id, ()))

    def _asked_for(self, task: Task) -> Iterator[Entrusted]:
        """What of it there is: the container will not start where something is missing."""
        container = task.spec.container
        for secret in container.secrets:
            if (found := self._store.get(Secret, secret.secret_id)) is not None:
                yield found
        for config in container.configs:
            if (there := self._store.get(Config, config.config_id)) is not None:
                yield there


def _ids(task: Task) -> list[str]:
    container = task.spec.container
    if not container.secrets and not container.configs:
        return []
    return [*(each.secret_id for each in container.secrets), *(each.config_id for each in container.configs)]
