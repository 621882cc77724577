"""`GET /system/df`: what images, containers and volumes take of a host's disk; `POST /build/prune`.

Source: moby daemon/disk_usage.go, daemon/server/router/{system,build}; compared with an engine 28.5.2.
"""

from __future__ import annotations

from collections import Counter

from swarmlab.api.container_filters import time_before
from swarmlab.api.containers import sized_summary
from swarmlab.api.filters import parse
from swarmlab.api.messages import Answer, Request, json_response
from swarmlab.api.times import unix_seconds
from swarmlab.api.volumes import volume_json
from swarmlab.api.wire import Json
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.go_numbers import NotANumber, atoi

_BUILD_KEYS = frozenset("until unused-for id parents type description inuse shared private label label!".split())
TYPES = ("container", "image", "volume", "build-cache")


def disk_usage(daemon: Daemon, request: Request) -> Answer:
    """All of it, or what `type` names."""
    wanted = request.values("type") if request.version >= (1, 42) else ()
    wanted = wanted or TYPES
    unknown = next((each for each in wanted if each not in TYPES), None)
    if unknown is not None:
        raise InvalidParameter(f"unknown object type: {unknown}")
    images = daemon.images.list() if "image" in wanted else []
    return json_response(
        {
            "LayersSize": sum(image.content.size_bytes for image in images),
            "Images": _images(daemon) if "image" in wanted else None,
            "Containers": _containers(daemon) if "container" in wanted else None,
            "Volumes": _volumes(daemon) if "volume" in wanted else None,
            "BuildCache": [] if "build-cache" in wanted else None,
        }
    )


def _images(daemon: Daemon) -> list[Json]:
    used = Counter(container.image_id for container in daemon.containers.list(all_=True))
    return [
        {
            "Containers": used[image.id],
            "Created": unix_seconds(image.content.created_at),
            "Id": image.id,
            "Labels": None,
            "ParentId": "",
            "RepoDigests": image.digests,
            "RepoTags": image.tags,
            "SharedSize": 0,
            "Size": image.content.size_bytes,
        }
        for image in daemon.images.list()
    ]


def _containers(daemon: Daemon) -> list[Json]:
    return [sized_summary(daemon, container) for container in daemon.containers.list(all_=True)]


def _volumes(daemon: Daemon) -> list[Json]:
    return [
        {
            **volume_json(volume),
            "UsageData": {"RefCount": len(volume.users), "Size": sum(map(len, volume.files.values()))},
        }
        for volume in daemon.volumes.list()
    ]


_SPACES = ("reserved-space", "max-used-space", "min-free-space", "keep-storage")


def _check_bytes(name: str, text: str) -> None:
    try:
        atoi(text or "0")
    except NotANumber as error:
        raise InvalidParameter(f"{name} is in bytes and expects an integer, got {text}: {error}") from None


def prune_builds(daemon: Daemon, request: Request) -> Answer:
    """Free what builds have left: nothing, since nothing is built here."""
    filters = parse(request.query, None)
    for name in _SPACES if request.version >= (1, 48) else _SPACES[-1:]:
        _check_bytes(name, request.query.get(name, ""))
    unknown = sorted(set(filters.keys()) - _BUILD_KEYS)
    if unknown:
        raise InvalidParameter(f"failed to prune build cache: invalid filter '{unknown[0]}'")
    for text in filters.get("until"):
        time_before(text, daemon.clock.now)
    return json_response({"CachesDeleted": None, "SpaceReclaimed": 0})
