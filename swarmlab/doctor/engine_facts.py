"""What a host's engine tells over the Docker API. Reads only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from docker import DockerClient
from docker.errors import APIError, DockerException
from requests.exceptions import RequestException

from swarmlab.backends.states import SERVICE_IMAGE
from swarmlab.doctor.facts import HostFacts, Offset

ENGINE_ERRORS = (DockerException, RequestException, OSError)


def ask(
    client: DockerClient, *, name: str, address: str, endpoint: str, now: Callable[[], float] = time.time
) -> HostFacts:
    """Ask an engine for everything that checks are made of.

    Args:
        client: of the engine.
        name: the host's.
        address: which the host should advertise.
        endpoint: where the engine is, for people.
        now: this machine's clock, in seconds since 1970.
    """
    try:
        client.ping()  # the first request pays for the connection, so that the next one measures the clock
        before = now()
        info = client.info()
        after = now()
    except ENGINE_ERRORS as error:
        return HostFacts(name=name, address=address, endpoint=endpoint, unreached=sentence(error))
    return HostFacts(
        name=name,
        address=address,
        endpoint=endpoint,
        info=info,
        offset=offset(str(info.get("SystemTime", "")), before, after),
        held_bytes=_held_bytes(client),
        registry_error=_registry_error(client),
        nodes=_nodes(client, info),
    )


def offset(said: str, before: float, after: float) -> Offset | None:
    """How far a clock is ahead that said this between two moments of ours."""
    try:
        theirs = datetime.fromisoformat(said).timestamp()
    except ValueError:
        return None
    return Offset(seconds=theirs - (before + after) / 2, error_s=(after - before) / 2)


def sentence(error: BaseException) -> str:
    """The first line of what went wrong: the system's word, if it has one, or an API's answer without its envelope."""
    if reason := next((one.strerror for one in _chain(error) if isinstance(one, OSError) and one.strerror), ""):
        return str(reason)
    text = str(error.explanation if isinstance(error, APIError) and error.explanation else error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it was made of: libraries wrap each other's."""
    yield error
    for inner in (*error.args, error.__cause__):
        if isinstance(inner, BaseException):
            yield from _chain(inner)


def _held_bytes(client: DockerClient) -> int | None:
    try:
        usage = cast(Mapping[str, Any], client.df())
    except ENGINE_ERRORS:
        return None
    containers = [container.get("SizeRw", 0) for container in usage.get("Containers") or ()]
    volumes = [max((volume.get("UsageData") or {}).get("Size", 0), 0) for volume in usage.get("Volumes") or ()]
    cache = [record.get("Size", 0) for record in usage.get("BuildCache") or ()]
    return sum(map(int, [usage.get("LayersSize") or 0, *containers, *volumes, *cache]))


def _registry_error(client: DockerClient) -> str:
    try:
        client.images.get_registry_data(SERVICE_IMAGE)
    except ENGINE_ERRORS as error:
        return sentence(error)
    return ""


def _nodes(client: DockerClient, info: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    if not (info.get("Swarm") or {}).get("ControlAvailable"):
        return {}
    try:
        return {str(node.id): node.attrs for node in client.nodes.list()}
    except ENGINE_ERRORS:
        return {}
