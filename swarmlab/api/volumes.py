"""`/volumes`. Source: moby daemon/server/router/volume/volume_routes.go, volume/service/convert.go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from swarmlab.api.container_filters import prunable
from swarmlab.api.filters import Filters, parse
from swarmlab.api.messages import Answer, Request, empty, json_response
from swarmlab.api.wire import Json, encode, refuse_unknown, timestamp_s
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter, NotFound, VolumeNotFound
from swarmlab.engine.host.volumes import Volume

FILTERS = ("dangling", "driver", "label", "name")


def volume_json(volume: Volume) -> Json:
    """A volume."""
    return {
        "CreatedAt": timestamp_s(volume.created_at),
        "Driver": volume.driver,
        "Labels": encode(volume.labels) if volume.labels else None,
        "Mountpoint": volume.mountpoint,
        "Name": volume.name,
        "Options": encode(volume.options) if volume.options else None,
        "Scope": "local",
    }


def list_(daemon: Daemon, request: Request) -> Answer:
    """Every volume of this host."""
    filters = parse(request.query, FILTERS)
    found = [volume_json(volume) for volume in daemon.volumes.list() if _fits(volume, filters)]
    return json_response({"Volumes": found, "Warnings": None})


def _fits(volume: Volume, filters: Filters) -> bool:
    dangling = filters.yes_or_no("dangling")
    return (
        filters.match("name", volume.name)
        and filters.labels("label", volume.labels)
        and filters.exact("driver", volume.driver)
        and (dangling is None or dangling == (not volume.users))
    )


def inspect(daemon: Daemon, request: Request) -> Answer:
    """One volume."""
    with _words_of_a_manager(daemon, request):
        return json_response(volume_json(daemon.volumes.find(request.parameters["name"])))


@contextmanager
def _words_of_a_manager(daemon: Daemon, request: Request) -> Iterator[None]:
    """A manager looks for a volume of the swarm too, and says so in other words. Recorded from 28.5.2."""
    try:
        yield
    except VolumeNotFound as error:
        if daemon.membership.info().control_available and request.version >= (1, 42):
            raise NotFound("volume", error.name) from None
        raise


def create(daemon: Daemon, request: Request) -> Answer:
    """Make a volume; one that is there already is answered as it is."""
    given = request.json()
    if not isinstance(given, dict):
        raise InvalidParameter("invalid JSON: body must be an object")
    for key in given.keys() - {"Name", "Driver", "DriverOpts", "Labels"}:
        refuse_unknown(given[key], key)
    volume = daemon.volumes.create(
        given.get("Name") or "",
        driver=given.get("Driver") or "local",
        labels=given.get("Labels") or {},
        options=given.get("DriverOpts") or {},
    )
    return json_response(volume_json(volume), 201)


def remove(daemon: Daemon, request: Request) -> Answer:
    """Remove a volume that nothing uses."""
    with _words_of_a_manager(daemon, request):
        daemon.volumes.remove(request.parameters["name"], force=request.flag("force"))
    return empty(204)


def prune(daemon: Daemon, request: Request) -> Answer:
    """Remove the unused anonymous volumes, with the filter `all` the named ones too."""
    filters = parse(request.query, ("all", "label", "label!"))
    everything = filters.yes_or_no("all") or request.version < (1, 42)

    def is_meant(volume: Volume) -> bool:
        return prunable(filters, volume.labels, volume.created_at, daemon.clock.now)

    gone = daemon.volumes.prune(all_=everything, meant=is_meant)
    freed = sum(len(text) for volume in gone for text in volume.files.values())
    return json_response({"VolumesDeleted": [volume.name for volume in gone], "SpaceReclaimed": freed})
