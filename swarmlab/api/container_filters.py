"""Which containers `GET /containers/json` and `POST /containers/prune` mean.

Source: moby daemon/list.go, daemon/prune.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from swarmlab.api.filters import Filters, has_label, one_of
from swarmlab.api.times import time_ago, time_of
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError, InvalidParameter
from swarmlab.engine.go_numbers import NotANumber, atoi, parse_uint
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.container_ports import read_port

KEYS = tuple(
    "ancestor before expose exited health id isTask is-task label name network publish since status volume".split()
)
PRUNE_KEYS = ("label", "label!", "until")
_STATES = "created running paused restarting removing exited dead".split()
_HEALTH = "none starting healthy unhealthy".split()
_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def check(daemon: Daemon, filters: Filters) -> None:
    """Refuse what makes no sense.

    Raises:
        InvalidParameter: no state, no health, no number, no port.
        NoSuchContainer: of `before` and `since`.
    """
    states = f"must be one of {', '.join(_STATES)}"
    one_of(filters, "status", _STATES, f"invalid filter 'status={{0}}': invalid value for state ({{0}}): {states}")
    healths = f"must be one of {', '.join(_HEALTH)}"
    one_of(filters, "health", _HEALTH, f"invalid filter 'health={{0}}': invalid value for health ({{0}}): {healths}")
    for text in filters.get("exited"):
        try:
            atoi(text)
        except NotANumber as error:
            raise InvalidParameter(f"invalid filter 'exited={text}': {error}") from None
    for key in ("before", "since"):
        for reference in filters.get(key):
            daemon.containers.find(reference)


def chosen(daemon: Daemon, filters: Filters, containers: Iterable[Container]) -> list[Container]:
    """Those that all filters mean."""
    before, since = (
        [daemon.containers.find(reference).created_at for reference in filters.get(key)] for key in ("before", "since")
    )
    images = _images(daemon, filters)
    published, exposed = (_ports(filters, key) for key in ("publish", "expose"))
    return [
        container
        for container in containers
        if _fits(container, filters)
        and ("ancestor" not in filters or container.image_id in images)
        and all(container.created_at < time for time in before)
        and all(container.created_at > time for time in since)
        and (published is None or not published.isdisjoint(_published(container)))
        and (exposed is None or not exposed.isdisjoint(_exposed(container)))
    ]


def _fits(container: Container, filters: Filters) -> bool:
    state = container.state
    is_task = filters.yes_or_no("is-task" if "is-task" in filters else "isTask")
    over = "exited" not in filters or (state.finished_at is not None and not state.running)
    return (
        filters.prefix("id", container.id)
        and filters.match("name", container.name, f"/{container.name}")
        and filters.labels("label", container.labels)
        and filters.exact("status", state.status)
        and over
        and filters.exact("exited", str(state.exit_code))
        and filters.exact("health", container.health.status if container.health else "none")
        and filters.exact("network", *_network_names(container))
        and filters.exact("volume", *(text for m in container.mounts for text in (m.name or m.source, m.destination)))
        and (is_task is None or is_task == container.config.managed)
    )


def _network_names(container: Container) -> Iterable[str]:
    return (text for name, endpoint in container.endpoints.items() for text in (name, endpoint.network_id))


def _images(daemon: Daemon, filters: Filters) -> set[str]:
    ids = set()
    for reference in filters.get("ancestor"):
        try:
            ids.add(daemon.images.find(reference).id)
        except EngineError:
            continue
    return ids


def _ports(filters: Filters, key: str) -> set[tuple[int, str]] | None:
    """`80`, `80/udp`, `80-90/tcp` as ports; None where none are asked for."""
    if key not in filters:
        return None
    return {port for text in filters.get(key) for port in _range(key, text)}


def _range(key: str, text: str) -> Iterable[tuple[int, str]]:
    ports, _, protocol = text.partition("/")
    first, _, last = ports.partition("-")
    try:
        lowest, highest = (parse_uint(each, 16) for each in (first, last or first))
    except NotANumber as error:
        raise InvalidParameter(f"error while looking up for {key} {text}: {error}") from None
    return ((port, protocol or "tcp") for port in range(lowest, highest + 1))


def _published(container: Container) -> Iterable[tuple[int, str]]:
    return ((port.host_port, port.protocol) for port in container.ports)


def _exposed(container: Container) -> Iterable[tuple[int, str]]:
    return map(read_port, container.config.exposed_ports)


# --- prune ---


def pruned(filters: Filters, now: float) -> Callable[[Mapping[str, str], float], bool]:
    """What the filters of a prune mean, by labels and time of creation.

    Raises:
        InvalidParameter: a time that is none, or more than one.
    """
    unwanted = filters.get("label!")
    if len(filters.get("until")) > 1:
        raise InvalidParameter("more than one until filter specified")
    until = [_until(text, now) for text in filters.get("until")]

    def is_meant(labels: Mapping[str, str], created_at: float) -> bool:
        return (
            filters.labels("label", labels)
            and not any(has_label(text, labels) for text in unwanted)
            and all(created_at <= time for time in until)
        )

    return is_meant


def _until(text: str, now: float) -> float:
    try:
        return time_before(text, now)
    except InvalidParameter:
        raise InvalidParameter(f'failed to parse value as time or duration: "{text}"') from None


def time_before(text: str, now: float) -> float:
    """`10h` ago, or a moment. Raises InvalidParameter."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return time_ago(sum(float(number) * _UNITS_S[unit] for number, unit in parts), now)
    return time_of(text)
