"""What a daemon tells about its containers, images, volumes and networks: `GET /events`. Bounded, followable.

Owns the events of one host. Events of the swarm's objects are emitted here too, by whoever watches the store for this
daemon. Source: moby daemon/events/events.go (the last 256 events are kept).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from swarmlab.engine.clock import Clock
from swarmlab.engine.quick import quick

KEPT = 256
"""Events that can be asked for afterwards. Source: moby daemon/events/events.go, eventsLimit."""

UNREAD = 1024
"""Events that wait for a slow reader; it misses what comes after. Source: moby daemon/events/events.go, bufferSize."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. `scope` is `local` or `swarm`; `time` is seconds since the epoch."""

    time: float
    type: str
    action: str
    actor_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    scope: str = "local"


Attributes = Mapping[str, str] | Callable[[], Mapping[str, str]]
_NONE: Mapping[str, str] = {}
_Record = tuple[float, str, str, str, Attributes, str]


def _event(record: _Record) -> Event:
    time, type_, action, actor_id, attributes, scope = record
    told = attributes() if callable(attributes) else attributes
    return Event(time=time, type=type_, action=action, actor_id=actor_id, attributes=told, scope=scope)


class EventStream:
    """Events as they come. `until` (seconds since the epoch) ends it; None never does."""

    def __init__(self, clock: Clock, past: list[Event], until: float | None) -> None:
        self._clock = clock
        self._unread = past
        self._until = until
        self._closed = False
        # Only so that something happens then: readers are asked after every step.
        self._end = clock.at(until, lambda: None) if until is not None and until > clock.now else None

    def read(self) -> list[Event]:
        """What came since the last read, oldest first."""
        unread, self._unread = self._unread, []
        return unread

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more; what is unread can still be read."""
        return self._closed or (self._until is not None and self._clock.now >= self._until)

    def close(self) -> None:
        """Hear no more."""
        self._closed = True
        if self._end is not None:
            self._end.cancel()

    def _hear(self, event: Event) -> None:
        if len(self._unread) < UNREAD and (self._until is None or event.time <= self._until):
            self._unread.append(event)


class Events:
    """The events of one host.

    Args:
        clock: engine time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[_Record] = deque(maxlen=KEPT)
        self._streams: list[EventStream] = []

    def emit(
        self, type_: str, action: str, actor_id: str, attributes: Attributes = _NONE, scope: str = "local"
    ) -> None:
        """Let everyone who listens know. Most events nobody reads: what is costly to say of one is said when asked."""
        record = (self._clock.now, type_, action, actor_id, attributes, scope)
        self._kept.append(record)
        if self._streams:
            event = _event(record)
            self._streams = [stream for stream in self._streams if not stream.ended]
            for stream in self._streams:
                stream._hear(event)

    def pruned(self, type_: str, freed_bytes: int) -> None:
        """Let everyone know that a prune has ended, whether or not anything went."""
        self.emit(type_, "prune", "", {"reclaimed": str(freed_bytes)})

    def past(self, since: float | None = None, until: float | None = None) -> list[Event]:
        """The events that are still kept of that time, oldest first."""
        kept = map(_event, self._kept)
        return [e for e in kept if (since is None or e.time >= since) and (until is None or e.time <= until)]

    def follow(self, since: float | None = None, until: float | None = None) -> EventStream:
        """Events from now on, and before them the kept ones from `since` where it is given."""
        past = self.past(since, until) if since is not None else []
        stream = EventStream(self._clock, past, until)
        self._streams.append(stream)
        return stream
