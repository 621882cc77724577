"""What each node with a session has been told, and what it is to be told next. Owns that memory, nothing else.

Source: swarmkit manager/dispatcher/assignments.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.engine.assignment import Assignment
from swarmlab.engine.ids import NetworkId, NodeId, TaskId
from swarmlab.engine.manager.dependencies import Dependencies
from swarmlab.engine.model import Config, Network, Secret, Task, is_observation
from swarmlab.engine.model.words import ASSIGNED, RUNNING
from swarmlab.engine.store import Change, Store


class Assignments:
    """The tasks that nodes with a session know of."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._told: dict[NodeId, set[TaskId]] = {}
        self._dirty: dict[NodeId, dict[TaskId, None]] = {}
        self._dependencies = Dependencies(store)

    def clear(self) -> None:
        """There are no sessions any more."""
        self._told.clear()
        self._dirty.clear()
        self._dependencies.clear()

    def forget(self, node_id: NodeId) -> None:
        """The node's session is over."""
        self._told.pop(node_id, None)
        self._dirty.pop(node_id, None)
        self._dependencies.forget(node_id)

    def note(self, changes: Sequence[Change[Task]]) -> bool:
        """Note changes of tasks. Returns whether nodes are to hear of some.

        What the agent reported itself is no news to it; states up to ASSIGNED are set by others.
        """
        news = False
        for change in changes:
            if change.object.status.state >= ASSIGNED:
                told = self._told.get(change.object.node_id)
                if told is not None and self._note(change, told):
                    news = True
        return news

    def _note(self, change: Change[Task], told: set[TaskId]) -> bool:
        before, task = change.before, change.object
        state = task.status.state
        known = task.id in told
        ended = change.after is None or state.is_terminal
        if ended and known and self._dependencies.release(task):
            self._dirty.setdefault(task.node_id, {})
        if change.after is None:
            if not known:
                return False
        elif known and state > ASSIGNED and before is not None and is_observation(before, task):
            return task.node_id in self._dirty
        self._dirty.setdefault(task.node_id, {})[task.id] = None
        return True

    def dirty(self) -> list[NodeId]:
        """The nodes that are to be told something."""
        return list(self._dirty)

    def changes(self, node_id: NodeId) -> Assignment:
        """What a node is to be told next; it counts as told."""
        ids = self._dirty.pop(node_id, {})
        tasks = {id_: self._store.get(Task, id_) for id_ in ids}
        present = tuple(task for task in tasks.values() if task is not None)
        removed = tuple(id_ for id_, task in tasks.items() if task is None)
        told = self._told[node_id]
        told.update(ids)
        told.difference_update(removed)
        return Assignment(
            tasks=present,
            removed=removed,
            networks=self._networks(present),
            entrusted=self._entrusted(present),
            withdrawn=self._dependencies.take_gone(node_id),
        )

    def everything(self, node_id: NodeId) -> Assignment:
        """What a node is told when its session begins."""
        tasks = tuple(task for task in self._store.tasks_on_node(node_id) if task.state >= ASSIGNED)
        self._told[node_id] = {task.id for task in tasks}
        self._dirty.pop(node_id, None)
        self._dependencies.forget(node_id)
        ingress = {network.id: network for network in self._store.all(Network) if network.spec.ingress}
        networks = {**ingress, **self._networks(tasks)}
        return Assignment(tasks=tasks, networks=networks, entrusted=self._entrusted(tasks), complete=True)

    def _entrusted(self, tasks: tuple[Task, ...]) -> tuple[Secret | Config, ...]:
        return tuple(obj for task in tasks if task.state <= RUNNING for obj in self._dependencies.add(task))

    def _networks(self, tasks: tuple[Task, ...]) -> dict[NetworkId, Network]:
        ids = {attachment.network_id for task in tasks for attachment in task.networks}
        networks = [self._store.get(Network, id_) for id_ in sorted(ids)]
        return {network.id: network for network in networks if network is not None}
