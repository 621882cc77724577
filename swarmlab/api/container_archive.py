"""`/containers/{id}/archive`, `/changes` and `/export`: a container's files as tar, what it wrote over its image.

Source: moby daemon/server/router/container/copy.go, daemon/archive_unix.go; texts recorded from 28.5.2.
Simplification: a file's owner is root, its mode 0644, its time that of its container; links are not there.
"""

from __future__ import annotations

import base64
import io
import json
import tarfile
from collections.abc import Mapping

from swarmlab.api.messages import Answer, Request, Response, empty, json_response
from swarmlab.api.times import timestamp_s, unix_seconds
from swarmlab.api.wire import Json
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import Conflict, Forbidden, InvalidParameter, NotFound, ServerError
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.files import GONE, Files, ReadOnly, is_directory_in

_TAR = "application/x-tar"
_FILE_MODE, _DIRECTORY_MODE = 0o644, 0o755
_GO_DIRECTORY = 1 << 31
_MODIFIED, _ADDED, _DELETED = 0, 1, 2


class NoSuchPath(NotFound):
    """A container has nothing of that path."""

    def __init__(self, container: str, path: str) -> None:
        super(NotFound, self).__init__(f"Could not find the file {path} in container {container}")


def get(daemon: Daemon, request: Request) -> Answer:
    """A file, or a directory with all that is in it."""
    container, files, path = _place(daemon, request)
    name = _name(request.query["path"], path)
    packed = _pack(files, path, name, container.created_at)
    daemon.containers.tell(container, "archive-path")
    headers = {"Content-Type": _TAR, **_stat_header(container, files, path, name)}
    return Response(headers=headers, body=packed)


def head(daemon: Daemon, request: Request) -> Answer:
    """What is known of a file, in a header."""
    container, files, path = _place(daemon, request)
    name = _name(request.query["path"], path)
    return Response(headers=_stat_header(container, files, path, name))


def put(daemon: Daemon, request: Request) -> Answer:
    """Unpack a tar into a directory."""
    container, files, path = _place(daemon, request)
    if not files.is_directory(path):
        raise InvalidParameter("extraction point is not a directory")
    try:
        if request.body:
            _unpack(files, path, request.body)
    except tarfile.TarError:
        raise ServerError("unexpected EOF") from None
    except ReadOnly:
        raise Forbidden("container rootfs is marked read-only") from None
    daemon.containers.tell(container, "extract-to-dir")
    return empty()


def _place(daemon: Daemon, request: Request) -> tuple[Container, Files, str]:
    given = request.query.get("path", "")
    if not given:
        raise InvalidParameter("missing parameter: path")
    container = daemon.containers.find(request.parameters["id"])
    files = daemon.containers.files(container)
    path = _clean(given)
    if not files.is_directory(path) and not files.is_file(path):
        raise NoSuchPath(request.parameters["id"], given)
    return container, files, path


def _clean(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _name(given: str, path: str) -> str:
    """What it calls itself: of a path that ends with a dot, what is in the directory is meant."""
    return "." if given.endswith("/.") or given == "." else path.rpartition("/")[2] or "/"


def _stat_header(container: Container, files: Files, path: str, name: str) -> dict[str, str]:
    directory = files.is_directory(path)
    stat = {
        "name": name,
        "size": 4096 if directory else len(_bytes(files.read(path))),
        "mode": _GO_DIRECTORY | _DIRECTORY_MODE if directory else _FILE_MODE,
        "mtime": timestamp_s(container.created_at),
        "linkTarget": "",
    }
    packed = json.dumps(stat, separators=(",", ":")).encode()
    return {"X-Docker-Container-Path-Stat": base64.b64encode(packed).decode()}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _pack(files: Files, path: str, name: str, time: float) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        if files.is_file(path):
            _add(tar, name, _bytes(files.read(path)), time)
        else:
            _add(tar, name.strip("/") or ".", None, time)
            for each in files.walk(path):
                inner = f"{name.strip('/')}/{each[len(path.rstrip('/')) + 1 :]}".strip("/")
                _add(tar, inner, None if each.endswith("/") else _bytes(files.read(each)), time)
        end = tar.offset + 2 * tarfile.BLOCKSIZE
    return packed.getvalue()[:end]


def _add(tar: tarfile.TarFile, name: str, content: bytes | None, time: float) -> None:
    entry = tarfile.TarInfo(name)
    entry.mtime, entry.mode = unix_seconds(time), _FILE_MODE
    if content is None:
        entry.type, entry.mode = tarfile.DIRTYPE, _DIRECTORY_MODE
    else:
        entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content or b""))


def _unpack(files: Files, path: str, packed: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:*") as tar:
        for entry in tar:
            target = _clean(f"{path}/{entry.name}")
            if entry.isdir():
                files.make_directory(target)
            elif entry.isfile():
                content = tar.extractfile(entry)
                assert content is not None
                files.write(target, content.read().decode("utf-8", "surrogateescape"))


# --- what it wrote ---


def changes(daemon: Daemon, request: Request) -> Answer:
    """What a container wrote over its image; null where that is nothing."""
    container = daemon.containers.find(request.parameters["id"])
    return json_response(_changes(container, daemon.images.content_of(container.image_id).files) or None)


def _changes(container: Container, of_the_image: Mapping[str, str]) -> list[Json]:
    """Each new path, a place that had to be made for a mount too, and each directory that it lies in."""
    kinds: dict[str, int] = {}
    paths = dict(container.files)
    if container.state.started_at is not None:
        made = [mount.destination for mount in container.mounts]
        paths = {**{path: "" for path in made if not is_directory_in(of_the_image, path)}, **paths}
    for path, text in paths.items():
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            kinds.setdefault("/" + "/".join(parts[:depth]), _MODIFIED)
        kinds["/" + "/".join(parts)] = _DELETED if text is GONE else _ADDED
    return [{"Path": path, "Kind": kinds[path]} for path in sorted(kinds)]


def export(daemon: Daemon, request: Request) -> Answer:
    """All files of a container as tar."""
    container = daemon.containers.find(request.parameters["id"])
    if container.state.restarting:
        raise Conflict(f"Container {container.id} is restarting, wait until the container is running")
    packed = _pack(daemon.containers.files(container), "/", "/", container.created_at)
    daemon.containers.tell(container, "export")
    return Response(headers={"Content-Type": "application/octet-stream"}, body=packed)
