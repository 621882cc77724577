"""The past of one object, as a row of versions: what was seen of it, put right by what events tell of the time between.

Owns how looks and events are laid over each other. A look tells all of an object, at some moment after it changed; an
event tells one change, to the moment.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Any, Generic, TypeVar

from swarmlab.client.events import Event
from swarmlab.client.snapshots import NodeView, ServiceView, TaskView

View = TypeVar("View", NodeView, ServiceView, TaskView)
Version = tuple[datetime, View | None]
"""Since when it is so; None once it is gone."""

FIELDS: Mapping[str, Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "node": {"state": ("state", str), "availability": ("availability", str), "role": ("role", str)},
    "service": {
        "replicas": ("replicas", int),
        "image": ("image", lambda text: text.partition("@")[0]),
        "updatestate": ("update_state", str),
    },
}
"""What the attributes of events say of which fields, by the kind of object."""


@dataclass(slots=True)
class Past(Generic[View]):
    """What was seen of one object. The first version is guessed: how it may have been before somebody looked."""

    seen: list[Version[View]] = field(default_factory=list)

    @property
    def last(self) -> View | None:
        """As it was seen last; None once it is gone."""
        return self.seen[-1][1]

    def add(self, since: datetime, view: View | None) -> None:
        """It has changed, or is gone."""
        self.seen.append((max(since, self.seen[-1][0]) if self.seen else since, view))

    def forget_before(self, moment: datetime) -> None:
        """Keep what was at that moment and afterwards."""
        del self.seen[: max(0, bisect_right(self.seen, moment, key=_since) - 1)]


def at(versions: Sequence[Version[View]], moment: datetime) -> View | None:
    """How it was then; None if it was not there."""
    place = bisect_right(versions, moment, key=_since)
    return versions[place - 1][1] if place else None


def _since(version: Version[Any]) -> datetime:
    return version[0]


# --- nodes and services ---


def first_versions(view: View, seen_at: datetime) -> list[Version[View]]:
    """Of an object that is seen for the first time: since it is there, and since the swarm last wrote its record."""
    assert not isinstance(view, TaskView)
    return [(view.created_at or seen_at, view), (min(view.updated_at or seen_at, seen_at), view)]


def began(old: View, new: View, last: datetime, seen_at: datetime) -> datetime:
    """When an object became as it is now, at the latest when it was seen."""
    if isinstance(new, TaskView) and isinstance(old, TaskView):
        told = new.state_at if new.state != old.state else None
    else:
        told = new.updated_at
    return told if told is not None and last < told <= seen_at else seen_at


def put_right(kind: str, seen: Sequence[Version[View]], events: Iterable[Event]) -> list[Version[View]]:
    """What was seen of a node or a service, with what events tell of the time before and between.

    At one moment the look comes after the event: it tells all.
    """
    (since, first), *rest = seen
    if first is None:
        return list(seen)
    events = sorted((event for event in events if event.at >= since), key=lambda event: event.at)
    now: View | None = replace(first, **_before(kind, events))
    found: list[Version[View]] = [(since, now)]
    told = [(event.at, 0, event) for event in events] + [(at, 1, view) for at, view in rest]
    for moment, is_look, what in sorted(told, key=lambda each: each[:2]):
        if is_look:
            now = what  # type: ignore[assignment]  # a view
        elif what.action == "remove":  # type: ignore[union-attr]
            now = None
        elif now is not None:
            now = replace(now, **_told(kind, what, "new"))  # type: ignore[arg-type]
        if now != found[-1][1]:
            found.append((moment, now))
    return found


def _before(kind: str, events: Sequence[Event]) -> dict[str, Any]:
    """What the first event of each field says that it was until then."""
    found: dict[str, Any] = {}
    for event in reversed(events):
        found.update(_told(kind, event, "old"))
    return found


def _told(kind: str, event: Event, age: str) -> dict[str, Any]:
    return {
        name: read(event.attributes[f"{attribute}.{age}"])
        for attribute, (name, read) in FIELDS[kind].items()
        if f"{attribute}.{age}" in event.attributes
    }


# --- tasks ---


def first_of_task(task: TaskView, seen_at: datetime, stopped_at: datetime | None) -> list[Version[TaskView]]:
    """Of a task that is seen for the first time, from what it tells itself.

    Args:
        task: as it is seen.
        seen_at: when.
        stopped_at: when it was told to stop, as far as one can tell; None if it was not.
    """
    made, since = task.created_at or seen_at, task.state_at or seen_at
    found: list[Version[TaskView]] = [(made, _before_it(task, made))]
    if task.is_active and not task.is_wanted:
        found.append((since, replace(task, desired_state="running")))
        since = max(since, stopped_at or seen_at)
    return [*takewhile(lambda version: version[0] < since, found), (since, task)]


def _before_it(task: TaskView, made: datetime) -> TaskView:
    """How it may have been before its present state: whether it ran, its container tells."""
    state = "running" if task.container_id and not task.is_active else "preparing"
    return replace(task, state=state, desired_state="running", error="", message="", exit_code=None, state_at=made)


def with_start(versions: Sequence[Version[TaskView]], started: datetime | None) -> list[Version[TaskView]]:
    """The guess put right by the event of the container's start."""
    (made, first), *rest = versions
    if first is None or started is None or not made <= started < (rest[0][0] if rest else made):
        return list(versions)
    return [
        (made, replace(first, state="preparing")),
        (started, replace(first, state="running", state_at=started)),
        *rest,
    ]


def of_container(events: Sequence[Event]) -> list[Version[TaskView]]:
    """A task that nobody saw and the swarm has forgotten, from the events of its container."""
    label = events[0].attributes
    number = label.get("com.docker.swarm.task.name", "").removeprefix(label["com.docker.swarm.service.name"] + ".")
    slot = number.partition(".")[0]
    view = TaskView(
        id=label["com.docker.swarm.task.id"],
        service=label["com.docker.swarm.service.name"],
        slot=int(slot) if slot.isdigit() else None,
        node_id=label.get("com.docker.swarm.node.id", ""),
        state="preparing",
        desired_state="running",
        error="",
        image=label.get("image", "").partition("@")[0],
        created_at=events[0].at,
        state_at=events[0].at,
        container_id=events[0].id,
    )
    found: list[Version[TaskView]] = [(events[0].at, view)]
    is_stopped = False
    for event in events:
        is_stopped = is_stopped or event.action == "kill"
        if event.action == "start":
            found.append((event.at, replace(view, state="running", state_at=event.at)))
        elif event.action == "die":
            found.append((event.at, _ended(view, event, is_stopped=is_stopped)))
    return found


def _ended(view: TaskView, event: Event, *, is_stopped: bool) -> TaskView:
    code = int(event.attributes.get("exitCode") or 0)
    state = "shutdown" if is_stopped else "failed" if code else "complete"
    exit_code = None if is_stopped else code
    return replace(view, state=state, desired_state="shutdown", state_at=event.at, exit_code=exit_code)
