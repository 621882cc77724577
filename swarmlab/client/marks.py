"""Events and faults as marks on a line of time: what happened, in a few words.

Owns the choice of the events that are worth a mark, and their words. What happens to tasks shows in their lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from swarmlab.client.events import Event
from swarmlab.client.lives import Trouble
from swarmlab.client.protocols import Fault

MarkKind = Literal["node", "service", "fault", "problem"]

_ATTRIBUTES = {
    "availability": "availability",
    "role": "role",
    "state": "state",
    "replicas": "replicas",
    "image": "image",
    "updatestate": "update",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened at one moment.

    Attributes:
        about: the node or the service; empty for the lab as a whole.
        text: what happened to it.
    """

    at: datetime
    kind: MarkKind
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.about}: {self.text}" if self.about else self.text


def marks_of(events: Iterable[Event], troubles: Iterable[Trouble] = ()) -> list[Mark]:
    """All marks, in the order of their times."""
    found = [mark for event in events if (mark := _of_event(event))]
    found += [mark for trouble in troubles for mark in _of_trouble(trouble)]
    return sorted(found, key=lambda mark: (mark.at, str(mark)))


def _of_event(event: Event) -> Mark | None:
    if event.kind not in ("node", "service"):
        return None
    kind: MarkKind = "node" if event.kind == "node" else "service"
    changes = [_change(name, event) for name in _ATTRIBUTES if f"{name}.new" in event.attributes]
    what = ", ".join(changes) if event.action == "update" else {"create": "created", "remove": "removed"}[event.action]
    # A node that is just joining has no name yet; what changed of a service that tells no change, its tasks tell.
    return Mark(at=event.at, kind=kind, about=event.name, text=what) if what and event.attributes.get("name") else None


def _change(name: str, event: Event) -> str:
    old, new = (event.attributes.get(f"{name}.{age}", "").partition("@")[0] for age in ("old", "new"))
    return f"{_ATTRIBUTES[name]} {old} to {new}" if old else f"{_ATTRIBUTES[name]} {new}"


def _of_trouble(trouble: Trouble) -> Iterator[Mark]:
    about, kind = "", "problem"
    if isinstance(trouble.what, Fault):
        about, kind = trouble.what.node, "fault"
    what = str(trouble.what)
    yield Mark(at=trouble.since, kind=kind, about=about, text=what)  # type: ignore[arg-type]  # one of two words
    if trouble.until is not None:
        over = "no longer: " + what if about else "A manager answers again"
        yield Mark(at=trouble.until, kind=kind, about=about, text=over)  # type: ignore[arg-type]
