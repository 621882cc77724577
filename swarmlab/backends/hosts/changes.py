"""What a request to the Docker API would change: read from its method, path and body.

Pure: a request in, a change or nothing out. Whether the change is allowed, and what is written down of it, is decided
elsewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from requests import PreparedRequest

_VERSION = re.compile(r"^/v\d+\.\d+(?=/)")
_ONLY_WAITS = re.compile(r"/containers/[^/]+/(wait|resize)|/exec/[^/]+/resize|/auth")
_WRITES = re.compile(r"/containers/[^/]+/attach/ws")
"""The one GET through which somebody may type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a request would do.

    Attributes:
        verb: `create`, `remove`, `prune`, `init`, `join`, `leave`, or the path's own word.
        kind: `service`, `container`, …: the path's first word, of one thing.
        name: id or name of the thing; empty where the request names none.
        body: decoded, where it is an object in JSON.
    """

    verb: str
    kind: str
    name: str
    body: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """What completes `this would …`."""
        if self.verb == "prune":
            return f"remove every {self.kind} that is not used"
        if self.kind in _WHOLE:
            return _WHOLE[self.kind]
        if self.kind == "swarm":
            return _SWARM.get(self.verb, f"{self.verb} the swarm")
        if (self.kind, self.verb) == ("image", "create"):
            return f"pull the image {self.name}"
        words = _WORDS.get(self.verb, self.verb)
        return f"{words} the {self.kind} {self.name}".rstrip()


_SWARM = {"init": "form a swarm", "join": "join a swarm"}
_WHOLE = dict.fromkeys(("build", "session", "grpc"), "build an image") | {"commit": "make an image of a container"}
_WORDS = {"exec": "run a command in", "attach": "attach to", "connect": "connect a container to"} | {
    "disconnect": "disconnect a container from", "archive": "copy files into", "start": "start"
}  # fmt: skip


def change_of(request: PreparedRequest) -> Change | None:
    """What the request would change; None if it only reads."""
    url = urlsplit(str(request.url))
    path = _VERSION.sub("", unquote(url.path))
    method = str(request.method)
    if method in ("GET", "HEAD", "OPTIONS") and not _WRITES.fullmatch(path):
        return None
    if method == "POST" and _ONLY_WAITS.fullmatch(path):
        return None
    return _read(method, path, parse_qs(url.query), _decoded(request.body))


def _read(method: str, path: str, query: Mapping[str, list[str]], body: Mapping[str, Any]) -> Change:
    kinds, *rest = path.strip("/").split("/")
    kind = _one_of(kinds)
    if kind == "swarm" or kind in _WHOLE:
        return Change(verb=rest[0] if rest else "use", kind=kind, name="", body=body)
    if rest in (["create"], ["load"], ["prune"], ["pull"]):
        return Change(verb=rest[0], kind=kind, name=_named(query, body), body=body)
    # A name may hold a slash (an image's does), so the verb is the last word of a POST.
    if method in ("DELETE", "PUT") and not (len(rest) > 1 and rest[-1] == "archive"):
        return Change(verb="remove" if method == "DELETE" else "update", kind=kind, name="/".join(rest), body=body)
    return Change(verb=rest[-1] if len(rest) > 1 else "use", kind=kind, name="/".join(rest[:-1] or rest), body=body)


def _one_of(kinds: str) -> str:
    return kinds.removesuffix("s") if kinds != "exec" else "exec"


def _named(query: Mapping[str, list[str]], body: Mapping[str, Any]) -> str:
    asked = [query[key][0] for key in ("name", "fromImage", "remote") if key in query]
    return str((asked or [body.get("Name") or ""])[0])


def _decoded(body: object) -> Mapping[str, Any]:
    if not isinstance(body, str | bytes):
        return {}
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def named_volumes(change: Change) -> set[str]:
    """Volumes that come to be, if they are not there, by what the change declares: mounts of tasks and containers."""
    body = change.body
    if change.kind == "volume":
        return {change.name} - {""}
    if change.kind == "service":
        mounts = ((body.get("TaskTemplate") or {}).get("ContainerSpec") or {}).get("Mounts") or []
    else:
        mounts = (body.get("HostConfig") or {}).get("Mounts") or []
    names = {str(one.get("Source") or "") for one in mounts if one.get("Type") == "volume"}
    binds = (body.get("HostConfig") or {}).get("Binds") or []
    names |= {bind.split(":", 1)[0] for bind in binds if ":" in bind}
    return {name for name in names if name and not name.startswith(("/", ".", "~"))}
