"""Services from their creation to their removal: what is known of those, too, that the swarm has forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from swarmlab.client.events import Event
from swarmlab.client.past import Version
from swarmlab.client.snapshots import ServiceView


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLife:
    """A name that a service has, or had.

    Attributes:
        created_at: when one of this name was first declared, as far as is known; None if nobody knows.
        removed_at: when the last one of this name was removed; None as long as it is there.
    """

    name: str
    created_at: datetime | None
    removed_at: datetime | None = None


def life_of_service(versions: Sequence[Version[ServiceView]], events: Sequence[Event]) -> ServiceLife:
    """From what was seen of a service and what events tell of it; there is one or the other."""
    views = [view for _, view in versions if view is not None]
    begins = [each for each in (*(view.created_at for view in views), *(event.at for event in events)) if each]
    ends = [event.at for event in events if event.action == "remove"]
    ends += [since for since, view in versions if view is None]
    return ServiceLife(
        name=views[-1].name if views else max(events, key=_has_name).name,
        created_at=min(begins, default=None),
        removed_at=min(ends, default=None),
    )


def _has_name(event: Event) -> bool:
    return "name" in event.attributes


def joined(lives: Iterable[ServiceLife]) -> dict[str, ServiceLife]:
    """By their names; several of one name as one."""
    found: dict[str, ServiceLife] = {}
    for life in lives:
        one = found.get(life.name, life)
        is_there = one.removed_at is None or life.removed_at is None
        found[life.name] = ServiceLife(
            name=life.name,
            created_at=min(filter(None, (one.created_at, life.created_at)), default=None),
            removed_at=None if is_there else max(filter(None, (one.removed_at, life.removed_at))),
        )
    return found


def lives_of_tasks(tasks: Iterable[tuple[str, datetime | None]]) -> list[ServiceLife]:
    """Of services that only their tasks tell of: since the first of these was made.

    Args:
        tasks: of each its service's name, and when it was made.
    """
    first: dict[str, datetime | None] = {}
    for name, made_at in tasks:
        first[name] = min(filter(None, (first.get(name), made_at)), default=None)
    return [ServiceLife(name=name, created_at=created_at) for name, created_at in first.items()]
