"""What the engines reported: events of every node, each once, in the order of their times.

Owns the log. Does not listen itself: a Watcher does.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
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
        self._lock = Lock()
        self.heard = 0

    def __len__(self) -> int:
        return len(self._events)

    def note(self, event: Event) -> bool:
        """Add one; returns whether it is new."""
        with self._lock:
            if any(_is_same(event, known) for known in self._known_since(event.at - SAME_WITHIN)):
                return False
            insort(self._events, event, key=_at)
            if len(self._events) > REMEMBERED:
                del self._events[0]
            self.heard += 1
            return True

    def _known_since(self, moment: datetime) -> Iterator[Event]:
        """From the last one backwards: what is new is nearly always of now."""
        return takewhile(lambda known: known.at >= moment, reversed(self._events))

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._events.clear()
            self.heard += 1

    def all(self) -> Sequence[Event]:
        """From the first to the last."""
        with self._lock:
            return tuple(self._events)


def _at(event: Event) -> datetime:
    return event.at


def _is_same(one: Event, other: Event) -> bool:
    if (one.kind, one.action, one.id, one.attributes) != (other.kind, other.action, other.id, other.attributes):
        return False
    if one.node == other.node:
        return one.at == other.at
    return one.is_of_swarm and abs(one.at - other.at) <= SAME_WITHIN
