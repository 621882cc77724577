"""`/images` and `/distribution`. Source: moby daemon/server/router/image/image_routes.go, pkg/streamformatter.

Simplification: no layers on disk, so no GraphDriver.Data.
"""

from __future__ import annotations

import json
from fnmatch import fnmatch

from swarmlab.api.container_filters import pruned
from swarmlab.api.filters import Filters, parse
from swarmlab.api.messages import Answer, Request, Stream, empty, json_list, json_response
from swarmlab.api.times import timestamp, unix_seconds
from swarmlab.api.versions import image_of
from swarmlab.api.wire import Json
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError, InvalidParameter, NotImplementedHere, ServerError
from swarmlab.engine.host.catalogue import CatalogueImage, parse_reference
from swarmlab.engine.host.image import Image
from swarmlab.engine.host.image_history import history_of
from swarmlab.engine.host.pulls import Pull, PullStep
from swarmlab.engine.pending import Pending

FILTERS = ("before", "dangling", "label", "reference", "since", "until")
_NOT_YET = ("label", "until")
_TEMPLATE = "the filter {} of {} is not implemented by this engine"
_BAR = 50
_SIZES = ("B", "kB", "MB", "GB")
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def list_(daemon: Daemon, request: Request) -> Answer:
    """Every image of this host, newest first."""
    filters = parse(request.query, FILTERS)
    for key in _NOT_YET:
        if key in filters:
            raise NotImplementedHere(_TEMPLATE.format(key, "GET /images/json"))
    before = [daemon.images.find(name).content.created_at for name in filters.get("before")]
    since = [daemon.images.find(name).content.created_at for name in filters.get("since")]
    counted = request.version >= (1, 51)
    return json_list(
        image_of(_summary(daemon, image, counted=counted), request.version)
        for image in daemon.images.list()
        if _fits(image, filters)
        and all(image.content.created_at < time for time in before)
        and all(image.content.created_at > time for time in since)
    )


def _summary(daemon: Daemon, image: Image, *, counted: bool) -> Json:
    users = sum(container.image_id == image.id for container in daemon.containers.list(all_=True))
    return {
        "Containers": users if counted else -1,
        "Created": unix_seconds(image.content.created_at),
        "Id": image.id,
        "Labels": None,
        "ParentId": "",
        "RepoDigests": list(image.digests),
        "RepoTags": list(image.tags),
        "SharedSize": -1,
        "Size": image.content.size_bytes,
    }


def _fits(image: Image, filters: Filters) -> bool:
    dangling = filters.yes_or_no("dangling")
    patterns = filters.get("reference")
    return (dangling is None or dangling == (not image.tags)) and (
        not patterns or any(_refers(pattern, name) for pattern in patterns for name in (*image.tags, *image.digests))
    )


def _refers(pattern: str, name: str) -> bool:
    """Whether a pattern means an image's name, with or without its tag."""
    repository = name.partition("@")[0].rpartition(":")[0] or name.partition("@")[0]
    return fnmatch(name, pattern) or fnmatch(repository, pattern)


def inspect(daemon: Daemon, request: Request) -> Answer:
    """One image."""
    image = daemon.images.find(request.parameters["name"])
    content = image.content
    return json_response(
        image_of(
            {
                "Id": image.id,
                "RepoTags": list(image.tags),
                "RepoDigests": list(image.digests),
                "Parent": "",
                "Comment": "",
                "Created": timestamp(content.created_at),
                "DockerVersion": "",
                "Author": "",
                "Architecture": "amd64",
                "Os": "linux",
                "Size": content.size_bytes,
                "GraphDriver": {"Data": None, "Name": "overlay2"},
                "RootFS": {"Type": "layers", "Layers": list(content.layer_digests)},
                "Metadata": {"LastTagTime": timestamp(None)},
                "Config": _config(content),
            },
            request.version,
        )
    )


def _config(content: CatalogueImage) -> Json:
    return {
        "Cmd": list(content.command) or None,
        "Entrypoint": list(content.entrypoint) or None,
        "Env": list(content.env),
        **({"ExposedPorts": {port: {} for port in content.exposed_ports}} if content.exposed_ports else {}),
        "Labels": None,
        "OnBuild": None,
        **({"StopSignal": content.stop_signal} if content.stop_signal else {}),
        "User": "",
        "Volumes": {path: {} for path in content.volumes} or None,
        "WorkingDir": content.working_dir,
    }


def history(daemon: Daemon, request: Request) -> Answer:
    """How an image came to be: its layers and settings, the newest first."""
    image = daemon.images.find(request.parameters["name"])
    lines = [
        {
            "Comment": "buildkit.dockerfile.v0",
            "Created": unix_seconds(image.content.created_at),
            "CreatedBy": step.created_by,
            "Id": "<missing>",
            "Size": step.size_bytes,
            "Tags": None,
        }
        for step in history_of(image.content)
    ]
    newest: Json = {**lines[0], "Id": image.id, "Tags": list(image.tags) or None}
    return json_list([newest, *lines[1:]])


def tag(daemon: Daemon, request: Request) -> Answer:
    """Give an image one more name; without one nothing is done, and nothing refused. Recorded from 28.5.2."""
    repository = request.query.get("repo", "")
    if not repository:
        return empty()
    daemon.images.tag(request.parameters["name"], repository, request.query.get("tag", ""))
    return empty(201)


def prune(daemon: Daemon, request: Request) -> Answer:
    """Remove the images that have no name, with the filter `dangling=false` all that no container is made of."""
    filters = parse(request.query, ("dangling", "label", "label!", "until"))

    try:
        is_meant = pruned(filters, daemon.clock.now)
    except InvalidParameter as error:
        raise ServerError(str(error)) from None  # as recorded from 28.5.2: of images it has no type
    gone, freed = daemon.images.prune(
        all_=filters.yes_or_no("dangling") is False, meant=lambda image: is_meant({}, image.content.created_at)
    )
    deleted = [{what: reference} for what, reference in gone]
    return json_response({"ImagesDeleted": deleted or None, "SpaceReclaimed": freed})


def remove(daemon: Daemon, request: Request) -> Answer:
    """Remove a name of an image, and with the last one the image."""
    gone = daemon.images.remove(request.parameters["name"], force=request.flag("force"))
    return json_list({what: reference} for what, reference in gone)


def distribution(daemon: Daemon, request: Request) -> Answer:
    """What the registry has under a name."""
    content = daemon.images.look_up(request.parameters["name"])
    descriptor = {"mediaType": _MANIFEST, "digest": content.digest, "size": 528}
    platforms = [{"architecture": platform.architecture, "os": platform.os} for platform in content.platforms]
    return json_response({"Descriptor": descriptor, "Platforms": platforms})


# --- pulling -------------------------------------------------------------------------------------------------------


def pull(daemon: Daemon, request: Request) -> Stream | Pending[Stream]:
    """Fetch an image; progress comes as it is made."""
    name, tag = request.query.get("fromImage", ""), request.query.get("tag", "")
    if not name:
        raise NotImplementedHere("POST /images/create without fromImage is not implemented by this engine")
    if request.query.get("platform", "") not in ("", "linux/amd64", "linux"):
        raise NotImplementedHere("the parameter platform of POST /images/create is not implemented by this engine")
    reference = _reference(name, tag)
    try:
        daemon.images.look_up(reference)
    except ServerError:
        # The registry does not answer: that is known only when the engine has waited long enough.
        return daemon.images.pull(reference).image.then(_never_pulled)
    running = daemon.images.pull(reference)
    return Stream(flow=_Progress(running), moves_time=lambda: not running.ended)


def _never_pulled(image: Image) -> Stream:
    raise AssertionError(f"{image.id} came from a registry that does not answer")


def _reference(name: str, tag: str) -> str:
    if not tag:
        if ":" not in name.rpartition("/")[2] and "@" not in name:
            raise NotImplementedHere("pulling all tags of an image is not implemented by this engine")
        return name
    reference = f"{name}@{tag}" if tag.startswith("sha256:") else f"{name}:{tag}"
    try:
        parse_reference(reference)
    except EngineError as error:
        raise InvalidParameter(str(error)) from None
    return reference


class _Progress:
    """A pull as lines of JSON; a refusal is the last of them."""

    def __init__(self, running: Pull) -> None:
        self._running = running
        self._refused = False

    def read(self) -> bytes:
        """What came since the last read."""
        lines = [_line(step) for step in self._running.read()]
        return b"".join([*lines, *self._refusal()])

    def _refusal(self) -> list[bytes]:
        if self._refused or not self._running.ended:
            return []
        try:
            self._running.image.result()
        except EngineError as error:
            self._refused = True
            return [_json_line({"errorDetail": {"message": str(error)}, "error": str(error)})]
        return []

    @property
    def ended(self) -> bool:
        """Whether the pull is over."""
        return self._running.ended

    def close(self) -> None:
        """Nobody looks any more: a pull that goes on is given up."""
        self._running.abandon()


def _line(step: PullStep) -> bytes:
    result: Json = {"status": step.status}
    if step.current is not None and step.total is not None:
        result["progressDetail"] = {"current": step.current, "total": step.total}
        result["progress"] = progress_bar(step.current, step.total)
    elif step.id and not step.status.startswith("Pulling from"):
        result["progressDetail"] = {}
    return _json_line({**result, **({"id": step.id} if step.id else {})})


def _json_line(value: Json) -> bytes:
    """A line of a stream; unlike whole answers it escapes what HTML would read."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escape)
    return text.encode() + b"\r\n"


def progress_bar(current: int, total: int) -> str:
    """How far, as a bar of fifty. Source: moby pkg/jsonmessage/jsonmessage.go, JSONProgress.String."""
    done = min(_BAR, int(current / total * 100) // 2) if total else 0
    return f"[{'=' * done}>{' ' * (_BAR - done)}] {human_size(current):>8}/{human_size(total)}"


def human_size(size_bytes: float) -> str:
    """A size with four digits. Source: docker/go-units size.go, HumanSize."""
    unit = 0
    while size_bytes >= 1000 and unit < len(_SIZES) - 1:
        size_bytes, unit = size_bytes / 1000, unit + 1
    return f"{size_bytes:.4g}{_SIZES[unit]}"
