"""By what the store finds its objects: names, and for tasks service, slot and node.

Owns those lists of ids, oldest first. What does not change costs nothing: of a task's keys only its node does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from swarmlab.engine.ids import NodeId, ServiceId, TaskId
from swarmlab.engine.model import (
    ClusterObject,
    ClusterVolume,
    Config,
    Network,
    Node,
    Secret,
    Service,
    StoreObject,
    Task,
)

SlotKey = tuple[ServiceId, int | NodeId]
NameKey = tuple[type[StoreObject], str]
Ids = dict[str, None]
K = TypeVar("K")


def name_of(obj: StoreObject) -> str:
    """The name by which a user refers to an object; a node's is its hostname, a task has none."""
    match obj:
        case Node():
            return obj.hostname
        case Service() | Network() | Secret() | Config() | ClusterVolume() | ClusterObject():
            return obj.spec.name
        case Task():
            return ""


def slot_key(task: Task) -> SlotKey:
    """What a task's successor has in common with it: service and slot, or service and node for global services."""
    return (task.service_id, task.slot or task.node_id)


class Index:
    """The ids of one store's objects."""

    def __init__(self) -> None:
        self._names: dict[NameKey, Ids] = {}
        self._services: dict[ServiceId, Ids] = {}
        self._nodes: dict[NodeId, Ids] = {}
        self._slots: dict[SlotKey, tuple[TaskId, ...]] = {}

    # --- reading ---

    def named(self, type_: type[StoreObject], name: str) -> Iterable[str]:
        """The objects of a name, upper and lower case being the same."""
        return self._names.get((type_, name.lower()), ())

    def of_service(self, service_id: ServiceId) -> Iterable[str]:
        """A service's tasks."""
        return self._services.get(service_id, ())

    def on_node(self, node_id: NodeId) -> Iterable[str]:
        """The tasks that were assigned to a node."""
        return self._nodes.get(node_id, ())

    def of_slot(self, key: SlotKey) -> Iterable[str]:
        """A slot's tasks."""
        return self._slots.get(key, ())

    # --- writing ---

    def add(self, obj: StoreObject) -> None:
        """There is a new object."""
        if isinstance(obj, Task):
            self._services.setdefault(obj.service_id, {})[obj.id] = None
            self._fill_slot(obj)
            if obj.node_id:
                self._nodes.setdefault(obj.node_id, {})[obj.id] = None
        else:
            self._names.setdefault(_name_key(obj), {})[obj.id] = None

    def remove(self, obj: StoreObject) -> None:
        """An object is no more."""
        if isinstance(obj, Task):
            _drop(self._services, obj.service_id, obj.id)
            self._clear_slot(obj)
            if obj.node_id:
                _drop(self._nodes, obj.node_id, obj.id)
        else:
            _drop(self._names, _name_key(obj), obj.id)

    def change(self, before: StoreObject, after: StoreObject) -> None:
        """An object was written anew."""
        if isinstance(before, Task) and isinstance(after, Task):
            if before.node_id != after.node_id:
                self._move(before, after)
        elif _name_key(before) != _name_key(after):
            self.remove(before)
            self.add(after)

    def _move(self, before: Task, after: Task) -> None:
        """A task came to another node."""
        if before.node_id:
            _drop(self._nodes, before.node_id, before.id)
        if after.node_id:
            self._nodes.setdefault(after.node_id, {})[after.id] = None
        if slot_key(before) != slot_key(after):
            self._clear_slot(before)
            self._fill_slot(after)

    def _fill_slot(self, task: Task) -> None:
        key = slot_key(task)
        self._slots[key] = (*self._slots.get(key, ()), task.id)

    def _clear_slot(self, task: Task) -> None:
        key = slot_key(task)
        rest = tuple(id_ for id_ in self._slots[key] if id_ != task.id)
        if rest:
            self._slots[key] = rest
        else:
            del self._slots[key]


def _name_key(obj: StoreObject) -> NameKey:
    return (type(obj), name_of(obj).lower())


def _drop(lists: dict[K, Ids], key: K, id_: str) -> None:
    """Take an id out of a list, and the list away when it is empty."""
    ids = lists[key]
    del ids[id_]
    if not ids:
        del lists[key]
