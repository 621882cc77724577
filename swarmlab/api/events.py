"""`/events`. Source: moby daemon/server/router/system/system_routes.go, daemon/events/filter.go."""

from __future__ import annotations

from collections.abc import Iterable

from swarmlab.api.filters import Filters, parse
from swarmlab.api.logs import time_in
from swarmlab.api.messages import Answer, Encoded, Request, Stream, json_bytes
from swarmlab.api.times import unix_nanoseconds
from swarmlab.api.wire import Json, encode
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.host.events import Event

_OBJECTS = ("config", "container", "daemon", "image", "network", "node", "plugin", "secret", "service", "volume")
_A_CLIENTS_TICK_S = 1e-6


def list_(daemon: Daemon, request: Request) -> Answer:
    """What happens on this host, and on managers in the swarm, as it happens."""
    filters = parse(request.query, None)
    events = daemon.events.follow(_time(request, "since"), _end(request, daemon.clock.now))

    def line(event: Event) -> bytes:
        return json_bytes(event_json(event)) if _fits(event, filters) else b""

    # Who names an end is blocked until engine time reaches it.
    return Stream(flow=Encoded(events, line, close=events.close), moves_time=lambda: "until" in request.query)


def _time(request: Request, name: str) -> float | None:
    """Here zero is a time: the beginning of all."""
    return (time_in(request, name) or 0.0) if request.query.get(name) else None


def _end(request: Request, now: float) -> float | None:
    """Clients' clocks tell microseconds: in a time that stands still, the present rounded up would never come."""
    until = _time(request, "until")
    return now if until is not None and abs(until - now) < _A_CLIENTS_TICK_S else until


def event_json(event: Event) -> Json:
    """One event; those of containers and images have older keys too."""
    older: Json = {}
    if event.type in ("container", "image"):
        older = {"status": event.action, "id": event.actor_id}
    if event.type == "container":
        older["from"] = event.attributes.get("image", "")
    nanoseconds = unix_nanoseconds(event.time)
    return {
        **older,
        "Type": event.type,
        "Action": event.action,
        "Actor": {"ID": event.actor_id, "Attributes": encode(event.attributes)},
        "scope": event.scope,
        "time": nanoseconds // 1_000_000_000,
        "timeNano": nanoseconds,
    }


def _fits(event: Event, filters: Filters) -> bool:
    return (
        filters.exact("type", event.type)
        and filters.exact("scope", event.scope)
        and filters.exact("event", event.action, event.action.partition(":")[0])
        and filters.labels("label", event.attributes)
        and all(_is_about(event, filters, kind) for kind in _OBJECTS if kind in filters)
    )


def _is_about(event: Event, filters: Filters, kind: str) -> bool:
    """Whether an event is of a kind and about one of the objects that the filter names by id, id prefix or name."""
    return event.type == kind and (filters.prefix(kind, event.actor_id) or filters.exact(kind, *_names(event)))


def _names(event: Event) -> Iterable[str]:
    names = [event.attributes[key] for key in ("name", "image") if key in event.attributes]
    return [event.actor_id, *names]
