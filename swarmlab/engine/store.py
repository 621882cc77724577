"""The swarm's store: the current objects, their indexes, and who hears of changes. Everything meets here.

Owns versions and time stamps of objects and the legality of task moves. Does not own any decision.
A transaction is one entry of raft's log: all objects that it writes get the same version, and subscribers hear of its
changes in order, after it stands. Raft has entries of its own in between (`note_entries`), so versions have gaps.
What is shown with an object and not stored with it (what raft knows of a manager) is written without an entry.
Source: swarmkit manager/state/store/memory.go, manager/state/raft/raft.go (GetVersion).

An object that is given to a transaction is the store's from then on: it is stamped with version and times in place.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Ambiguous, NotFound
from swarmlab.engine.ids import NodeId, ServiceId
from swarmlab.engine.model import (
    ClusterObject,
    ClusterVolume,
    Config,
    Kind,
    Meta,
    Network,
    Node,
    Secret,
    Service,
    StoreObject,
    Task,
    TaskStatus,
    with_status,
)
from swarmlab.engine.store_index import Index, SlotKey, name_of, slot_key
from swarmlab.engine.transitions import check_move

__all__ = [
    "Action",
    "AnyChange",
    "Change",
    "Hears",
    "SlotKey",
    "Store",
    "Transaction",
    "Uncommitted",
    "name_of",
    "slot_key",
]

T = TypeVar("T", Node, Service, Task, Network, Secret, Config, ClusterVolume, ClusterObject)
C = TypeVar("C", bound=StoreObject)

_KIND: dict[type[StoreObject], Kind] = {
    Node: Kind.NODE,
    Service: Kind.SERVICE,
    Task: Kind.TASK,
    Network: Kind.NETWORK,
    Secret: Kind.SECRET,
    Config: Kind.CONFIG,
    ClusterVolume: Kind.VOLUME,
    ClusterObject: Kind.CLUSTER,
}


class Action(Enum):
    """What a transaction did to an object."""

    CREATE = "create"
    UPDATE = "update"
    REMOVE = "remove"


class Change(Generic[C]):
    """One object before and after a transaction; `before` is None on create, `after` on remove.

    `object` is the object as it is, or as it last was. Nobody writes to a change; it is not frozen since that takes
    time, and there is one for every write.
    """

    __slots__ = ("after", "before", "object")

    def __init__(self, before: C | None, after: C | None) -> None:
        self.before = before
        self.after = after
        self.object: C = before if after is None else after  # type: ignore[assignment]

    @property
    def action(self) -> Action:
        """What was done."""
        if self.before is None:
            return Action.CREATE
        return Action.REMOVE if self.after is None else Action.UPDATE


Subscriber = Callable[[Sequence[Change[Any]]], None]
"""Hears what a transaction did to the objects of one type, in order; of nothing else in between."""
AnyChange = Change[StoreObject]
Hears = Mapping[type[StoreObject], Subscriber]
"""Who hears of the changes of which objects."""


class Uncommitted(Exception):
    """The managers that can be reached are too few to commit; nothing was written."""


class Store:
    """All objects of one swarm.

    Args:
        clock: stamps created_at and updated_at; its part is woken by every commit.

    Attributes:
        version: index of the last entry.
        frozen: whether the leader has no majority behind it, so that nothing can be committed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.version = 0
        self.frozen = False
        self._tables: dict[type[StoreObject], dict[str, StoreObject]] = {type_: {} for type_ in _KIND}
        self._index = Index()
        self._subscribers: dict[type[StoreObject], tuple[Subscriber, ...]] = dict.fromkeys(_KIND, ())

    # --- reading ---

    def get(self, type_: type[T], id_: str) -> T | None:
        """The object with exactly this id, or None."""
        return self._tables[type_].get(id_)  # type: ignore[return-value]

    def all(self, type_: type[T]) -> Iterator[T]:
        """Every object of a type, in the order of creation."""
        return cast("Iterator[T]", iter(list(self._tables[type_].values())))

    def find(self, type_: type[T], reference: str) -> T:
        """The object that a user means: by id, else by name, else by id prefix.

        Raises:
            NotFound: nothing fits.
            Ambiguous: several do. Source: moby daemon/cluster/helpers.go.
        """
        table = self._tables[type_]
        if reference in table:
            return cast(T, table[reference])
        named: list[str] = [obj.id for obj in self.named(type_, reference) if _is_called(obj, reference)]
        matches = named or [id_ for id_ in table if id_.startswith(reference)]
        if not matches:
            raise NotFound(_KIND[type_].value, reference)
        if len(matches) > 1:
            raise Ambiguous(_KIND[type_].value, reference, len(matches))
        return cast(T, table[matches[0]])

    def named(self, type_: type[T], name: str) -> list[T]:
        """The objects of this name, upper and lower case being the same."""
        table = self._tables[type_]
        return [cast(T, table[id_]) for id_ in self._index.named(type_, name)]

    def tasks_of_service(self, service_id: ServiceId) -> list[Task]:
        """The tasks of a service, oldest first."""
        return self._tasks(self._index.of_service(service_id))

    def tasks_on_node(self, node_id: NodeId) -> list[Task]:
        """The tasks that were assigned to a node, oldest first."""
        return self._tasks(self._index.on_node(node_id))

    def tasks_of_slot(self, key: SlotKey) -> list[Task]:
        """A slot's tasks, oldest first."""
        return self._tasks(self._index.of_slot(key))

    def cluster(self) -> ClusterObject:
        """The one cluster object."""
        return next(iter(self.all(ClusterObject)))

    def _tasks(self, ids: Iterable[str]) -> list[Task]:
        table = self._tables[Task]
        return [table[id_] for id_ in ids]  # type: ignore[misc]

    # --- writing ---

    def subscribe(self, subscriber: Subscriber, *types: type[StoreObject]) -> None:
        """Let `subscriber` hear of every change from now on, of these types only where there are any.

        It may mark work to do, but not write.
        """
        for type_ in types or _KIND:
            self._subscribers[type_] = (*self._subscribers[type_], subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Let it hear no more."""
        for type_, subscribers in self._subscribers.items():
            self._subscribers[type_] = tuple(each for each in subscribers if each != subscriber)

    def note_entries(self, count: int = 1) -> None:
        """Raft's log has grown by entries that change no object."""
        self.version += count

    def transaction(self, *, logged: bool = True) -> Transaction:
        """Collect writes (`with store.transaction() as transaction:`) and commit them at the end.

        Nothing is written when the block raises. Where it is not `logged`, objects keep their version and times.

        Raises:
            Uncommitted: there is something to write, and the store is frozen.
        """
        return Transaction(self, logged=logged)

    def commit(self, changes: list[AnyChange], *, logged: bool = True) -> None:
        """Write what a transaction collected, then tell of it."""
        if not changes:
            return
        if self.frozen and logged:
            raise Uncommitted
        self._clock.wake()
        if logged:
            self.version += 1
            self._stamp(changes)
        else:
            _keep_stamps(changes)
        self._write(changes)
        for type_, alike in itertools.groupby(changes, _type_of):
            together = list(alike)
            for subscriber in self._subscribers[type_]:
                subscriber(together)

    def take_over(self, other: Store) -> None:
        """Begin, being empty, with everything that another store holds, versions and times included."""
        self.version = other.version
        for type_, table in other._tables.items():
            self._tables[type_] = dict(table)
            for obj in table.values():
                self._index.add(obj)

    def _stamp(self, changes: list[AnyChange]) -> None:
        """Give all objects the version and the time of this transaction, in place."""
        now, version = self._clock.now, self.version
        metas: dict[float, Meta] = {}
        for change in changes:
            before, after = change.before, change.after
            if after is None:
                continue
            created = now if before is None else before.meta.created_at
            meta = metas.get(created)
            if meta is None:
                meta = metas[created] = Meta(version=version, created_at=created, updated_at=now)
            object.__setattr__(after, "meta", meta)

    def _write(self, changes: list[AnyChange]) -> None:
        tables, index = self._tables, self._index
        for change in changes:
            before, after, obj = change.before, change.after, change.object
            if after is None:
                del tables[type(obj)][obj.id]
                index.remove(obj)
                continue
            tables[type(obj)][obj.id] = after
            if before is None:
                index.add(after)
            else:
                index.change(before, after)


class Transaction:
    """Writes that will be committed together. Reading inside it sees its own writes."""

    __slots__ = ("_changes", "_logged", "_store", "_tables")

    def __init__(self, store: Store, *, logged: bool = True) -> None:
        self._store = store
        self._tables = store._tables
        self._logged = logged
        self._changes: dict[str, AnyChange] = {}

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None and self._changes:
            self._store.commit(list(self._changes.values()), logged=self._logged)

    def get(self, type_: type[T], id_: str) -> T | None:
        """The object as it stands in this transaction."""
        change = self._changes.get(id_)
        return self._tables[type_].get(id_) if change is None else change.after  # type: ignore[return-value]

    def create(self, obj: StoreObject) -> None:
        """Add a new object."""
        self._put(obj.id, None, obj)

    def update(self, obj: StoreObject) -> None:
        """Replace an object; a task's move is checked against the table of moves."""
        before: StoreObject | None = self.get(type(obj), obj.id)  # type: ignore[type-var]
        if before is None:
            raise KeyError(f"no {_KIND[type(obj)].value} {obj.id} to update")
        if isinstance(obj, Task) and isinstance(before, Task):
            check_move(before.status.state, obj.status.state)
        # What stands in the store must not be stamped anew: others may hold it as what was before.
        self._put(obj.id, before, replace(obj) if obj is before else obj)

    def move(self, task: Task, passed: Sequence[TaskStatus]) -> None:
        """Note every state that a task passed through: each move is checked, the last status stays."""
        state = task.status.state
        for status in passed:
            check_move(state, status.state)
            state = status.state
        self._put(task.id, task, with_status(task, passed[-1]))

    def remove(self, obj: StoreObject) -> None:
        """Remove an object."""
        self._put(obj.id, obj, None)

    def _put(self, id_: str, before: StoreObject | None, after: StoreObject | None) -> None:
        """Note a write; an object that is written again keeps the place of its first write."""
        changes = self._changes
        if id_ in changes:
            before = changes[id_].before
        if before is None and after is None:
            del changes[id_]
        else:
            changes[id_] = Change(before, after)


def _type_of(change: AnyChange) -> type[StoreObject]:
    return type(change.object)


def _keep_stamps(changes: list[AnyChange]) -> None:
    for change in changes:
        if change.after is not None and change.before is not None:
            object.__setattr__(change.after, "meta", change.before.meta)


def _is_called(obj: StoreObject, name: str) -> bool:
    """Whether a user means it; of secrets and configs the case does not matter. Recorded from 28.5.2."""
    return isinstance(obj, Secret | Config) or name_of(obj) == name
