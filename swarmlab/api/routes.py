"""Which handler answers which request: a plain registry of method and path, and the door to it.

Owns versions of the API (`/v1.51/…` is stripped and negotiated), the refusal of query parameters that nobody reads, and
the headers that every answer has. What is not here answers 501 and names itself.
Source: moby daemon/server/server.go, daemon/server/middleware/version.go.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote

from swarmlab.api import (
    container_archive,
    container_attach,
    container_stats,
    container_update,
    containers,
    disk_usage,
    events,
    execs,
    images,
    networks,
    nodes,
    services,
    swarm,
    system,
    tasks,
    volumes,
)
from swarmlab.api.endpoints import find_endpoint, pattern_of
from swarmlab.api.errors import error_response
from swarmlab.api.messages import (
    API_VERSION,
    MIN_API_VERSION,
    Answer,
    Handler,
    Reply,
    Request,
    Response,
    Stream,
    json_response,
)
from swarmlab.api.secrets import CONFIGS, SECRETS
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError, InvalidParameter, NotImplementedHere
from swarmlab.engine.go_numbers import NotANumber, atoi
from swarmlab.engine.pending import Pending

_VERSION = re.compile(r"/v([0-9.]+)(?=/)")
_BUILD_PRUNE = ("reserved-space", "max-used-space", "min-free-space", "keep-storage", "all", "filters")
_SAYS_NOTHING = ("", "0", "false", "no", "none")


@dataclass(frozen=True)
class Route:
    """One request that is answered here.

    `template` names the parts of the path that vary, `query` what is read of it, `body` the Go type of what is sent.
    """

    method: str
    template: str
    handler: Handler
    query: tuple[str, ...] = ()
    body: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The paths that fit; `{name:*}` may hold slashes."""
        return pattern_of(self.template)


_LOGS = ("follow", "stdout", "stderr", "since", "timestamps", "tail", "details")

ROUTES = (
    Route("GET", "/_ping", system.ping),
    Route("HEAD", "/_ping", system.ping),
    Route("GET", "/version", system.version),
    Route("GET", "/info", system.info),
    Route("GET", "/events", events.list_, ("since", "until", "filters")),
    Route("GET", "/distribution/{name:*}/json", images.distribution),
    # the swarm
    Route("POST", "/swarm/init", swarm.init, body="swarm.InitRequest"),
    Route("POST", "/swarm/join", swarm.join, body="swarm.JoinRequest"),
    Route("POST", "/swarm/leave", swarm.leave, ("force",)),
    Route("GET", "/swarm", swarm.inspect),
    Route("GET", "/swarm/unlockkey", swarm.unlock_key),
    Route("POST", "/swarm/unlock", swarm.unlock, body="swarm.UnlockRequest"),
    Route(
        "POST",
        "/swarm/update",
        swarm.update,
        ("version", "rotateWorkerToken", "rotateManagerToken", "rotateManagerUnlockKey"),
        body="swarm.Spec",
    ),
    Route("GET", "/nodes", nodes.list_, ("filters",)),
    Route("GET", "/nodes/{id}", nodes.inspect),
    Route("DELETE", "/nodes/{id}", nodes.remove, ("force",)),
    Route("POST", "/nodes/{id}/update", nodes.update, ("version",), body="swarm.NodeSpec"),
    Route("GET", "/services", services.list_, ("filters", "status")),
    Route("POST", "/services/create", services.create, body="swarm.ServiceSpec"),
    Route("GET", "/services/{id}", services.inspect, ("insertDefaults",)),
    Route("DELETE", "/services/{id}", services.remove),
    Route(
        "POST",
        "/services/{id}/update",
        services.update,
        ("version", "rollback", "registryAuthFrom"),
        body="swarm.ServiceSpec",
    ),
    Route("GET", "/services/{id}/logs", services.service_logs, _LOGS),
    Route("GET", "/tasks", tasks.list_, ("filters",)),
    Route("GET", "/tasks/{id}", tasks.inspect),
    Route("GET", "/tasks/{id}/logs", services.task_logs, _LOGS),
    Route("GET", "/secrets", SECRETS.list_, ("filters",)),
    Route("POST", "/secrets/create", SECRETS.create, body="swarm.SecretSpec"),
    Route("GET", "/secrets/{id}", SECRETS.inspect),
    Route("DELETE", "/secrets/{id}", SECRETS.remove),
    Route("POST", "/secrets/{id}/update", SECRETS.update, ("version",), body="swarm.SecretSpec"),
    Route("GET", "/configs", CONFIGS.list_, ("filters",)),
    Route("POST", "/configs/create", CONFIGS.create, body="swarm.ConfigSpec"),
    Route("GET", "/configs/{id}", CONFIGS.inspect),
    Route("DELETE", "/configs/{id}", CONFIGS.remove),
    Route("POST", "/configs/{id}/update", CONFIGS.update, ("version",), body="swarm.ConfigSpec"),
    Route("GET", "/plugins", system.no_plugins, ("filters",)),
    Route("GET", "/plugins/{name:*}/json", system.no_plugin),
    # one host
    Route("GET", "/networks", networks.list_, ("filters",)),
    Route("POST", "/networks/create", networks.create, body="network.CreateRequest"),
    Route("POST", "/networks/prune", networks.prune, ("filters",)),
    Route("POST", "/networks/{id:*}/connect", networks.connect, body="network.ConnectOptions"),
    Route("POST", "/networks/{id:*}/disconnect", networks.disconnect, body="network.DisconnectOptions"),
    Route("GET", "/networks/{id:*}", networks.inspect, ("scope",)),
    Route("DELETE", "/networks/{id:*}", networks.remove),
    Route("GET", "/volumes", volumes.list_, ("filters",)),
    Route("POST", "/volumes/create", volumes.create, body="volume.CreateOptions"),
    Route("POST", "/volumes/prune", volumes.prune, ("filters",)),
    Route("GET", "/volumes/{name:*}", volumes.inspect),
    Route("PUT", "/volumes/{name:*}", volumes.update, ("version",), body="volume.UpdateOptions"),
    Route("DELETE", "/volumes/{name:*}", volumes.remove, ("force",)),
    Route("GET", "/images/json", images.list_, ("all", "filters", "shared-size", "digests", "manifests")),
    Route("POST", "/images/create", images.pull, ("fromImage", "tag", "platform")),
    Route("GET", "/images/{name:*}/json", images.inspect, ("manifests",)),
    Route("GET", "/images/{name:*}/history", images.history),
    Route("POST", "/images/{name:*}/tag", images.tag, ("repo", "tag")),
    Route("POST", "/images/prune", images.prune, ("filters",)),
    Route("DELETE", "/images/{name:*}", images.remove, ("force", "noprune")),
    Route("GET", "/containers/json", containers.list_, ("all", "limit", "size", "filters")),
    Route("POST", "/containers/create", containers.create, ("name", "platform"), body="container.CreateRequest"),
    Route("POST", "/containers/prune", containers.prune, ("filters",)),
    Route("GET", "/containers/{id:*}/json", containers.inspect, ("size",)),
    Route("GET", "/containers/{id:*}/logs", containers.container_logs, (*_LOGS, "until")),
    Route("GET", "/containers/{id:*}/top", container_stats.top, ("ps_args",)),
    Route("GET", "/containers/{id:*}/stats", container_stats.stats, ("stream", "one-shot")),
    Route("GET", "/containers/{id:*}/changes", container_archive.changes),
    Route("GET", "/containers/{id:*}/export", container_archive.export),
    Route("GET", "/containers/{id:*}/archive", container_archive.get, ("path",)),
    Route("HEAD", "/containers/{id:*}/archive", container_archive.head, ("path",)),
    Route(
        "PUT",
        "/containers/{id:*}/archive",
        container_archive.put,
        ("path", "noOverwriteDirNonDir", "copyUIDGID"),
    ),
    Route("POST", "/containers/{id:*}/start", containers.start),
    Route("POST", "/containers/{id:*}/stop", containers.stop, ("t", "signal")),
    Route("POST", "/containers/{id:*}/restart", containers.restart, ("t", "signal")),
    Route("POST", "/containers/{id:*}/kill", containers.kill, ("signal",)),
    Route("POST", "/containers/{id:*}/pause", containers.pause),
    Route("POST", "/containers/{id:*}/unpause", containers.unpause),
    Route("POST", "/containers/{id:*}/rename", containers.rename, ("name",)),
    Route("POST", "/containers/{id:*}/update", container_update.update, body="container.UpdateConfig"),
    Route("POST", "/containers/{id:*}/wait", containers.wait, ("condition",)),
    Route(
        "POST",
        "/containers/{id:*}/attach",
        container_attach.attach,
        ("stdin", "stdout", "stderr", "stream", "logs", "detachKeys"),
    ),
    Route("POST", "/containers/{id:*}/resize", container_attach.resize, ("h", "w")),
    Route("DELETE", "/containers/{id:*}", containers.remove, ("force", "v", "link")),
    Route("POST", "/containers/{id:*}/exec", execs.create, body="container.ExecOptions"),
    Route("POST", "/exec/{id:*}/start", execs.start, body="container.ExecStartOptions"),
    Route("POST", "/exec/{id:*}/resize", execs.resize, ("h", "w")),
    Route("GET", "/exec/{id:*}/json", execs.inspect),
    Route("GET", "/system/df", disk_usage.disk_usage, ("type",)),
    Route("POST", "/build/prune", disk_usage.prune_builds, _BUILD_PRUNE),
)


def answer(daemon: Daemon, request: Request) -> Answer | Pending[Answer]:
    """Answer a request; refusals of the engine are answers too.

    Returns:
        The answer, or where engine time must pass first a Pending of it, which never fails with an `EngineError`.
    """
    if (path := _clean(request.path)) != request.path and request.method != "OPTIONS":
        return with_headers(daemon, Response(status=301, headers={"Location": quote(path)}))
    try:
        reply = _answer(daemon, request)
    except EngineError as error:
        return with_headers(daemon, error_response(error))
    if isinstance(reply, Pending):
        return _with_refusals(daemon, reply)
    return with_headers(daemon, reply)


def _answer(daemon: Daemon, request: Request) -> Reply:
    written, path = _split(request.path)
    if not _is_known(request.method, path):
        return json_response({"message": "page not found"}, 404)
    version = _numbers(written) if written else API_VERSION
    if version < MIN_API_VERSION:
        return _too_old(written)
    if version > API_VERSION:
        raise InvalidParameter(
            f"client version {written} is too new. Maximum supported API version is {system.text(API_VERSION)}"
        )
    inner = replace(request, path=path, version=(version[0], version[1]))
    route, parameters = _route(inner.method, path)
    if route is None:
        return _not_here(inner)
    _check_query(route, inner)
    return route.handler(daemon, replace(inner, parameters=parameters, body_type=route.body))


def _with_refusals(daemon: Daemon, reply: Pending[Response] | Pending[Stream]) -> Answer | Pending[Answer]:
    """Turn a refusal into an answer when it comes; any other error stays one."""
    answered: Pending[Answer] = Pending()

    def settle() -> None:
        try:
            answered.resolve(with_headers(daemon, reply.result()))
        except EngineError as error:
            answered.resolve(with_headers(daemon, error_response(error)))
        except Exception as error:
            answered.fail(error)

    reply.on_done(settle)
    return answered.result() if answered.done else answered


def _split(path: str) -> tuple[str, str]:
    """The version as it is written, if there is one, and the rest."""
    match = _VERSION.match(path)
    return (match[1], path[match.end() :]) if match else ("", path)


def _numbers(version: str) -> tuple[int, ...]:
    """A version to compare others with; what is missing is zero. Source: moby api/types/versions/compare.go."""
    numbers = [_number(part or "0") for part in version.split(".")]
    while len(numbers) > 2 and not numbers[-1]:
        numbers.pop()
    return tuple([*numbers, 0][: max(2, len(numbers))])


def _number(part: str) -> int:
    try:
        return atoi(part)
    except NotANumber as error:
        return error.nearest


def _too_old(version: str) -> Response:
    """Clients this old read refusals as plain text."""
    text = (
        f"client version {version} is too old. Minimum supported API version is "
        f"{system.text(MIN_API_VERSION)}, please upgrade your client to a newer version\n"
    )
    return Response(status=400, headers={"Content-Type": "text/plain; charset=utf-8"}, body=text.encode())


def _route(method: str, path: str) -> tuple[Route | None, Mapping[str, str]]:
    for route in ROUTES:
        if route.method == method and (match := route.pattern.fullmatch(path)):
            return route, match.groupdict()
    return None, {}


def _clean(path: str) -> str:
    """The path without `//`, `.` and `..`; others are sent on to it. Source: gorilla/mux, cleanPath."""
    clean = posixpath.normpath(f"/{path.lstrip('/')}")
    return f"{clean}/" if path.endswith("/") and clean != "/" else clean


def _check_query(route: Route, request: Request) -> None:
    """Refuse a query that cannot be read, and what Docker would read of it and this engine does not."""
    if route.query and request.query_error:
        raise InvalidParameter(request.query_error)
    endpoint = find_endpoint(route.method, request.path)
    for name, value in request.query.items():
        known = endpoint is not None and name in endpoint.query
        nothing = ("",) if name == "platform" else _SAYS_NOTHING
        if known and name not in route.query and value.lower() not in nothing:
            raise NotImplementedHere(
                f"the parameter {name} of {route.method} {_plain(route.template)} is not implemented by this engine"
            )


def _plain(template: str) -> str:
    return template.replace(":*", "")


def _is_known(method: str, path: str) -> bool:
    return method == "OPTIONS" or _route(method, path)[0] is not None or find_endpoint(method, path) is not None


def _not_here(request: Request) -> Response:
    """501 for what a real engine would answer."""
    if request.method == "OPTIONS":
        return Response(status=200)
    raise NotImplementedHere(f"{request.method} {request.path} is not implemented by this engine")


def with_headers(daemon: Daemon, reply: Answer) -> Answer:
    """The answer with the headers that every answer of this engine has."""
    return replace(reply, headers={**common_headers(daemon.version), **reply.headers})


def common_headers(version: str) -> dict[str, str]:
    """What every answer says of the engine."""
    return {
        "Api-Version": system.text(API_VERSION),
        "Docker-Experimental": "false",
        "Ostype": "linux",
        "Server": f"Docker/{version} (linux)",
    }
