"""The swarm's store: the current objects, their indexes, and who hears of changes. Everything meets here.

Owns versions and time stamps of objects and the legality of task moves. Does not own any decision.
A transaction is one raft commit: all objects that it writes get the same version, and subscribers hear of its changes
in order, after it stands. Source: swarmkit manager/state/store/memory.go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar, cast

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Ambiguous, NotFound
from swarmlab.engine.ids import NodeId, ServiceId
from swarmlab.engine.model import (
    ClusterObject,
    Config,
    Kind,
    Meta,
    Network,
    Node,
    Secret,
    Service,
    StoreObject,
    Task,
)
from swarmlab.engine.transitions import check_move

T = TypeVar("T", Node, Service, Task, Network, Secret, Config, ClusterObject)

_KIND: dict[type[StoreObject], Kind] = {
    Node: Kind.NODE,
    Service: Kind.SERVICE,
    Task: Kind.TASK,
    Network: Kind.NETWORK,
    Secret: Kind.SECRET,
    Config: Kind.CONFIG,
    ClusterObject: Kind.CLUSTER,
}


class Action(Enum):
    """What a transaction did to an object."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One object before and after a transaction; `before` is None on create, `after` on remove."""

    action: Action
    before: StoreObject | None
    after: StoreObject | None

    @property
    def object(self) -> StoreObject:
        """The object as it is, or as it last was."""
        return cast(StoreObject, self.after if self.after is not None else self.before)


Subscriber = Callable[[Change], None]
IndexKey = tuple[object, ...]
SlotKey = tuple[ServiceId, int | NodeId]


def name_of(obj: StoreObject) -> str:
    """The name by which a user refers to an object; a node's is its hostname, a task has none."""
    match obj:
        case Node():
            return obj.hostname
        case Service() | Network() | Secret() | Config() | ClusterObject():
            return obj.spec.name
        case Task():
            return ""


def slot_key(task: Task) -> SlotKey:
    """What a task's successor has in common with it: service and slot, or service and node for global services."""
    return (task.service_id, task.slot or task.node_id)


class Uncommitted(Exception):
    """The managers that can be reached are too few to commit; nothing was written."""


class Store:
    """All objects of one swarm.

    Args:
        clock: stamps created_at and updated_at; its part is woken by every commit.

    Attributes:
        version: index of the last transaction.
        frozen: whether the leader has no majority behind it, so that nothing can be committed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.version = 0
        self.frozen = False
        self._tables: dict[Kind, dict[str, StoreObject]] = {kind: {} for kind in Kind}
        self._index: dict[IndexKey, dict[str, None]] = defaultdict(dict)
        self._subscribers: list[Subscriber] = []

    # --- reading ---

    def get(self, type_: type[T], id_: str) -> T | None:
        """The object with exactly this id, or None."""
        return cast("T | None", self._tables[_KIND[type_]].get(id_))

    def all(self, type_: type[T]) -> Iterator[T]:
        """Every object of a type, in the order of creation."""
        return cast("Iterator[T]", iter(list(self._tables[_KIND[type_]].values())))

    def find(self, type_: type[T], reference: str) -> T:
        """The object that a user means: by id, else by name, else by id prefix.

        Raises:
            NotFound: nothing fits.
            Ambiguous: several do. Source: moby daemon/cluster/helpers.go.
        """
        kind = _KIND[type_]
        table = self._tables[kind]
        if reference in table:
            return cast(T, table[reference])
        named: list[str] = [obj.id for obj in self.named(type_, reference) if name_of(obj) == reference]
        matches = named or [id_ for id_ in table if id_.startswith(reference)]
        if not reference or not matches:
            raise NotFound(kind.value, reference)
        if len(matches) > 1:
            raise Ambiguous(kind.value, reference, len(matches))
        return cast(T, table[matches[0]])

    def named(self, type_: type[T], name: str) -> list[T]:
        """The objects of this name, upper and lower case being the same."""
        kind = _KIND[type_]
        return [cast(T, self._tables[kind][id_]) for id_ in self._index.get(("name", kind, name.lower()), ())]

    def tasks_of_service(self, service_id: ServiceId) -> list[Task]:
        """The tasks of a service, oldest first."""
        return self._tasks(("service", service_id))

    def tasks_on_node(self, node_id: NodeId) -> list[Task]:
        """The tasks that were assigned to a node, oldest first."""
        return self._tasks(("node", node_id))

    def tasks_of_slot(self, key: SlotKey) -> list[Task]:
        """A slot's tasks, oldest first."""
        return self._tasks(("slot", *key))

    def cluster(self) -> ClusterObject:
        """The one cluster object."""
        return next(iter(self.all(ClusterObject)))

    def _tasks(self, key: IndexKey) -> list[Task]:
        table = self._tables[Kind.TASK]
        return [cast(Task, table[id_]) for id_ in self._index.get(key, ())]

    # --- writing ---

    def subscribe(self, subscriber: Subscriber) -> None:
        """Let `subscriber` hear of every change from now on; it may mark work to do, but not write."""
        self._subscribers.append(subscriber)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Collect writes and commit them at the end; nothing is written when the block raises.

        Raises:
            Uncommitted: there is something to write, and the store is frozen.
        """
        transaction = Transaction(self)
        yield transaction
        self._commit(transaction.changes)

    def _commit(self, changes: list[Change]) -> None:
        if not changes:
            return
        if self.frozen:
            raise Uncommitted
        self.version += 1
        self._clock.wake()
        stamped = [self._write(change) for change in changes]
        for change in stamped:
            for subscriber in self._subscribers:
                subscriber(change)

    def _write(self, change: Change) -> Change:
        before, after = change.before, change.after
        if after is not None:
            created = before.meta.created_at if before is not None else self._clock.now
            meta = Meta(version=self.version, created_at=created, updated_at=self._clock.now)
            after = replace(after, meta=meta)
            self._tables[_KIND[type(after)]][after.id] = after
        else:
            del self._tables[_KIND[type(change.object)]][change.object.id]
        self._reindex(change.object.id, _index_keys(before), _index_keys(after))
        return replace(change, after=after)

    def _reindex(self, id_: str, before: list[IndexKey], after: list[IndexKey]) -> None:
        for key in before:
            if key not in after:
                del self._index[key][id_]
                if not self._index[key]:
                    del self._index[key]
        for key in after:
            self._index[key].setdefault(id_)


class Transaction:
    """Writes that will be committed together. Reading inside it sees its own writes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written: dict[str, StoreObject | None] = {}
        self._before: dict[str, StoreObject | None] = {}

    @property
    def changes(self) -> list[Change]:
        """What was written, an object once, in the order of its first write."""
        return [
            Change(action=_action(before, after), before=before, after=after)
            for id_, before in self._before.items()
            if (after := self._written[id_]) is not None or before is not None
        ]

    def get(self, type_: type[T], id_: str) -> T | None:
        """The object as it stands in this transaction."""
        if id_ in self._written:
            return cast("T | None", self._written[id_])
        return self._store.get(type_, id_)

    def create(self, obj: StoreObject) -> None:
        """Add a new object."""
        self._put(obj.id, None, obj)

    def update(self, obj: StoreObject) -> None:
        """Replace an object; a task's move is checked against the table of moves."""
        before = cast(StoreObject | None, self.get(type(obj), obj.id))
        if before is None:
            raise KeyError(f"no {_KIND[type(obj)].value} {obj.id} to update")
        if isinstance(obj, Task) and isinstance(before, Task):
            check_move(before.state, obj.state)
        self._put(obj.id, before, obj)

    def remove(self, obj: StoreObject) -> None:
        """Remove an object."""
        self._put(obj.id, obj, None)

    def _put(self, id_: str, before: StoreObject | None, after: StoreObject | None) -> None:
        self._before.setdefault(id_, before)
        self._written[id_] = after


def _action(before: StoreObject | None, after: StoreObject | None) -> Action:
    if before is None:
        return Action.CREATE
    return Action.REMOVE if after is None else Action.UPDATE


def _index_keys(obj: StoreObject | None) -> list[IndexKey]:
    """Under which keys an object is found: its name, and for a task its service, slot and node."""
    if obj is None:
        return []
    if not isinstance(obj, Task):
        return [("name", _KIND[type(obj)], name_of(obj).lower())]
    keys: list[IndexKey] = [("service", obj.service_id), ("slot", *slot_key(obj))]
    return [*keys, ("node", obj.node_id)] if obj.node_id else keys
