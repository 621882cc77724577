"""`/volumes`. Source: moby daemon/server/router/volume/volume_routes.go, volume/service/convert.go."""

from __future__ import annotations

from typing import Any

from swarmlab.api.cluster_volumes import cluster_volume_json, cluster_volume_spec, cluster_volumes
from swarmlab.api.container_filters import pruned
from swarmlab.api.filters import Filters, parse
from swarmlab.api.messages import Answer, Reply, Request, Response, empty, json_response
from swarmlab.api.nodes import version_of
from swarmlab.api.shapes import volume_availability
from swarmlab.api.times import timestamp_s
from swarmlab.api.wire import Json, encode, object_of
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import Unavailable, VolumeNotFound
from swarmlab.engine.host.volumes import Volume
from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import ClusterVolume

FILTERS = ("dangling", "driver", "label", "name")
_CLUSTER_VOLUMES_SINCE = (1, 42)


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


def list_(daemon: Daemon, request: Request) -> Reply:
    """Every volume of this host, then on a manager every one of the swarm, which no filter concerns."""
    filters = parse(request.query, FILTERS)
    found = [volume_json(volume) for volume in daemon.volumes.list() if _fits(volume, filters)]
    if not _knows_the_swarms(daemon, request):
        return json_response({"Volumes": found, "Warnings": None})

    def answer(control: Control) -> Response:
        return json_response({"Volumes": [*found, *cluster_volumes(control)], "Warnings": None})

    return daemon.ask(answer).recover(lambda error: json_response({"Volumes": found, "Warnings": [str(error)]}))


def _knows_the_swarms(daemon: Daemon, request: Request) -> bool:
    """Whether this host is asked for the volumes of its swarm, too."""
    return daemon.membership.info().control_available and request.version >= _CLUSTER_VOLUMES_SINCE


def _fits(volume: Volume, filters: Filters) -> bool:
    dangling = filters.yes_or_no("dangling")
    return (
        filters.match("name", volume.name)
        and filters.labels("label", volume.labels)
        and filters.exact("driver", volume.driver)
        and (dangling is None or dangling == (not volume.users))
    )


def inspect(daemon: Daemon, request: Request) -> Reply:
    """One volume: this host's, else on a manager the swarm's."""
    name = request.parameters["name"]
    try:
        return json_response(volume_json(daemon.volumes.find(name)))
    except VolumeNotFound:
        if not _knows_the_swarms(daemon, request):
            raise
    return daemon.ask(lambda control: json_response(cluster_volume_json(control.store.find(ClusterVolume, name))))


def create(daemon: Daemon, request: Request) -> Reply:
    """Make a volume; one of this host that is there already is answered as it is. Some are the swarm's."""
    given: dict[str, Any] = object_of(request.json(), "body")
    if given.get("ClusterVolumeSpec") is not None and request.version >= _CLUSTER_VOLUMES_SINCE:
        spec = cluster_volume_spec(given)
        return daemon.ask(lambda control: json_response(cluster_volume_json(control.volumes.create(spec)), 201))
    volume = daemon.volumes.create(
        given.get("Name") or "",
        driver=given.get("Driver") or "local",
        labels=given.get("Labels") or {},
        options=given.get("DriverOpts") or {},
    )
    return json_response(volume_json(volume), 201)


def update(daemon: Daemon, request: Request) -> Reply:
    """Change the availability of a volume of the swarm."""
    if not daemon.membership.info().control_available:
        raise Unavailable("volume update only valid for cluster volumes, but swarm is unavailable")
    name, version = request.parameters["name"], version_of(request, "swarm object")
    given = request.json() if request.body else {}
    spec = given.get("Spec") if isinstance(given, dict) else None
    wanted = volume_availability(spec.get("Availability") if isinstance(spec, dict) else None)
    return daemon.ask(lambda control: control.volumes.update(name, version, wanted)).then(lambda _: empty(200))


def remove(daemon: Daemon, request: Request) -> Reply:
    """Remove a volume that nothing uses: this host's, else on a manager the swarm's; with `force` both."""
    name, force = request.parameters["name"], request.flag("force")
    try:
        daemon.volumes.remove(name, force=force)
    except VolumeNotFound:
        if not _knows_the_swarms(daemon, request):
            raise
    else:
        if not (force and _knows_the_swarms(daemon, request)):
            return empty(204)
    return daemon.ask(lambda control: control.volumes.remove(name, force=force)).then(lambda _: empty(204))


def prune(daemon: Daemon, request: Request) -> Answer:
    """Remove the unused anonymous volumes, with the filter `all` the named ones too."""
    filters = parse(request.query, ("all", "label", "label!"))
    everything = filters.yes_or_no("all") or request.version < (1, 42)
    is_meant = pruned(filters, daemon.clock.now)
    gone, freed = daemon.volumes.prune(all_=everything, meant=lambda volume: is_meant(volume.labels, volume.created_at))
    return json_response({"VolumesDeleted": [volume.name for volume in gone], "SpaceReclaimed": freed})
