"""Services from their creation to their removal: what is known of those, too, that the swarm has forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from swarmlab.client.events import Event
from swarmlab.client.past import Version
from swarmlab.client.snapshots import SHORT_ID, ServiceView


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLife:
    """A service, there or gone.

    Attributes:
        created_at: when it was declared, as far as is known; None if nobody knows.
        removed_at: when it was removed; None as long as it is there.
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


class KnownServices:
    """All services of a lab, also those that nobody can ask for any more: a line each, for as long as the lab.

    Attributes:
        names: by the beginning of their IDs, which is all that a task tells of a removed service.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self._lives: dict[str, ServiceLife] = {}
        self._first_tasks: dict[str, datetime | None] = {}

    def name(self, service_id: str, name: str) -> bool:
        """A service has this name; returns whether that is new."""
        is_new = self.names.get(service_id[:SHORT_ID]) != name
        self.names[service_id[:SHORT_ID]] = name
        return is_new

    def note_task(self, service: str, made_at: datetime | None) -> None:
        """A task of a service was made then; so the service was there, if nothing else tells of it."""
        self._first_tasks[service] = min(filter(None, (self._first_tasks.get(service), made_at)), default=None)

    def keep(self, service_id: str, life: ServiceLife) -> None:
        """What is known of a service now; what was known before is not unlearnt when events are forgotten."""
        before = self._lives.get(service_id, life)
        created_at = min(filter(None, (before.created_at, life.created_at)), default=None)
        self._lives[service_id] = replace(life, created_at=created_at, removed_at=life.removed_at or before.removed_at)

    def lives(self) -> list[ServiceLife]:
        """All of them; two of one name are two."""
        told = {life.name for life in self._lives.values()}
        others: dict[str, datetime | None] = {}
        for service, made_at in self._first_tasks.items():
            name = self.names.get(service, service)
            if name not in told:
                others[name] = min(filter(None, (others.get(name), made_at)), default=None)
        return [
            *self._lives.values(),
            *(ServiceLife(name=name, created_at=made_at) for name, made_at in others.items()),
        ]
