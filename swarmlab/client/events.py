"""What the engines reported: events of every node, each once, in the order of their times.

Owns the log. Does not listen itself: a Watcher does.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from threading import Lock
from typing import Any

SAME_WITHIN = timedelta(seconds=5)
"""Every manager reports what happens to the swarm, each when it hears of it."""

REMEMBERED = 10_000
"""Events that a log keeps, the newest: about 10 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of `docker events`.

    Attributes:
        at: when, in the engines' time.
        node: host name of the node that reported it.
        kind: `container`, `service`, `node`, ...
        action: `create`, `update`, `die`, ...
        id: of what it happened to.
        attributes: what else it says: names, and of an update the old and the new (`availability.new`).
        is_of_swarm: whether the swarm did it, so that every manager reports it.
    """

    at: datetime
    node: str
    kind: str
    action: str
    id: str
    attributes: Mapping[str, str]
    is_of_swarm: bool

    @property
    def name(self) -> str:
        """Of what it happened to; its id where it has none."""
        return self.attributes.get("name") or self.id


def read_event(node: str, told: Mapping[str, Any]) -> Event:
    """One event as an engine sends it."""
    actor = told.get("Actor") or {}
    seconds, nanoseconds = divmod(int(told.get("timeNano") or int(told["time"]) * 10**9), 10**9)
    return Event(
        at=datetime.fromtimestamp(seconds, tz=UTC) + timedelta(microseconds=nanoseconds // 1000),
        node=node,
        kind=told.get("Type", ""),
        action=told.get("Action", ""),
        id=actor.get("ID", ""),
        attributes=actor.get("Attributes") or {},
        is_of_swarm=told.get("scope") == "swarm",
    )


class EventLog:
    """The newest events so far. May be told from several threads."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._alike: defaultdict[Hashable, list[Event]] = defaultdict(list)
        self._lock = Lock()
        self.heard = 0

    def __len__(self) -> int:
        return len(self._events)

    def note(self, event: Event) -> bool:
        """Add one; returns whether it is new."""
        with self._lock:
            alike = self._alike[_what(event)]
            # From the last one backwards: what is new is nearly always of now.
            near = takewhile(lambda known: known.at >= event.at - SAME_WITHIN, reversed(alike))
            if any(_is_same(event, known) for known in near):
                return False
            insort(alike, event, key=_at)
            insort(self._events, event, key=_at)
            if len(self._events) > REMEMBERED:
                self._forget_first()
            self.heard += 1
            return True

    def _forget_first(self) -> None:
        """Of those that are alike it is the first as well."""
        what = _what(self._events.pop(0))
        del self._alike[what][0]
        if not self._alike[what]:
            del self._alike[what]

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._events.clear()
            self._alike.clear()
            self.heard += 1

    def all(self) -> Sequence[Event]:
        """From the first to the last."""
        with self._lock:
            return tuple(self._events)


def _at(event: Event) -> datetime:
    return event.at


def _what(event: Event) -> Hashable:
    """What happened, whoever reports it and when."""
    return event.kind, event.action, event.id, frozenset(event.attributes.items())


def _is_same(one: Event, other: Event) -> bool:
    """Whether two reports of the same are of the same time that it happened."""
    if one.node == other.node:
        return one.at == other.at
    return one.is_of_swarm and abs(one.at - other.at) <= SAME_WITHIN
