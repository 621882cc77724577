"""`/containers`. Source: moby daemon/server/router/container/container_routes.go."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from swarmlab.api import logs
from swarmlab.api.container_config import config_of
from swarmlab.api.container_json import details, summary
from swarmlab.api.filters import Filters, one_of, parse
from swarmlab.api.messages import (
    MULTIPLEXED,
    RAW,
    Answer,
    Awaited,
    Encoded,
    Hijack,
    Request,
    Response,
    Stream,
    empty,
    json_bytes,
    json_list,
    json_response,
)
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError, InvalidParameter, NotImplementedHere
from swarmlab.engine.host.container import Container
from swarmlab.engine.pending import Pending

_CTRL_C = b"\x03"
FILTERS = tuple(
    "ancestor before expose exited health id isTask is-task label name network publish since status volume".split()
)
_NOT_YET = ("before", "expose", "isTask", "publish", "since")
_STATES = "created running paused restarting removing exited dead".split()


def list_(daemon: Daemon, request: Request) -> Answer:
    """The running containers, with `all` the others too, newest first."""
    filters = parse(request.query, FILTERS)
    _check(filters)
    limit = request.number("limit") or 0
    everyone = request.flag("all") or limit > 0 or "status" in filters or "exited" in filters
    found = [c for c in daemon.containers.list(all_=everyone) if _fits(daemon, c, filters)]
    return json_list(summary(container, daemon.clock.now) for container in (found[:limit] if limit > 0 else found))


def _check(filters: Filters) -> None:
    known = ", ".join(_STATES)
    refusal = f"invalid filter 'status={{0}}': invalid value for state ({{0}}): must be one of {known}"
    one_of(filters, "status", _STATES, refusal)
    for key in _NOT_YET:
        if key in filters:
            raise NotImplementedHere(f"the filter {key} of GET /containers/json is not implemented by this engine")


def _fits(daemon: Daemon, container: Container, filters: Filters) -> bool:
    state = container.state
    is_task = filters.yes_or_no("is-task")
    return (
        filters.prefix("id", container.id)
        and filters.match("name", container.name, f"/{container.name}")
        and filters.labels("label", container.labels)
        and filters.exact("status", state.status)
        and filters.exact("exited", str(state.exit_code))
        and filters.exact("health", state.health or "none")
        and filters.exact("network", *_network_names(container))
        and filters.exact("volume", *(text for m in container.mounts for text in (m.name, m.destination)))
        and _is_descendant(daemon, container, filters)
        and (is_task is None or is_task == ("com.docker.swarm.task.id" in container.labels))
    )


def _network_names(container: Container) -> Iterable[str]:
    return (text for name, endpoint in container.endpoints.items() for text in (name, endpoint.network_id))


def _is_descendant(daemon: Daemon, container: Container, filters: Filters) -> bool:
    if "ancestor" not in filters:
        return True
    ids = set()
    for reference in filters.get("ancestor"):
        try:
            ids.add(daemon.images.find(reference).id)
        except EngineError:
            continue
    return container.image_id in ids


def inspect(daemon: Daemon, request: Request) -> Answer:
    """One container."""
    return json_response(details(daemon.containers.find(request.parameters["id"])))


def create(daemon: Daemon, request: Request) -> Answer:
    """Make a container."""
    config = config_of(request.query.get("name", ""), request.json())
    container = daemon.containers.create(config)
    return json_response({"Id": container.id, "Warnings": []}, 201)


def start(daemon: Daemon, request: Request) -> Pending[Response]:
    """Start a container; answers when its process runs."""
    return daemon.containers.start(request.parameters["id"]).then(lambda done: empty(204))


def stop(daemon: Daemon, request: Request) -> Pending[Response]:
    """Stop a container; answers when it has stopped."""
    timeout_s, signal = request.number("t"), request.query.get("signal", "")
    return daemon.containers.stop(request.parameters["id"], timeout_s=timeout_s, signal=signal).then(
        lambda done: empty(204)
    )


def restart(daemon: Daemon, request: Request) -> Pending[Response]:
    """Stop a container and start it again."""
    return daemon.containers.restart(request.parameters["id"], timeout_s=request.number("t")).then(
        lambda done: empty(204)
    )


def kill(daemon: Daemon, request: Request) -> Answer:
    """Send a container a signal."""
    daemon.containers.kill(request.parameters["id"], _signal(request.query.get("signal") or "SIGKILL"))
    return empty(204)


def _signal(text: str) -> str:
    return text if text.isdecimal() or text.startswith("SIG") else f"SIG{text}"


def rename(daemon: Daemon, request: Request) -> Answer:
    """Give a container another name."""
    daemon.containers.rename(request.parameters["id"], request.query.get("name", ""))
    return empty(204)


def remove(daemon: Daemon, request: Request) -> Answer:
    """Remove a container."""
    daemon.containers.remove(request.parameters["id"], force=request.flag("force"), volumes=request.flag("v"))
    return empty(204)


def wait(daemon: Daemon, request: Request) -> Stream:
    """A container's exit code when it stands; the head of the answer comes at once, so clients can start it then."""
    condition = request.query.get("condition") or "not-running"
    if condition not in ("not-running", "next-exit", "removed"):
        raise InvalidParameter(f'invalid condition: "{condition}"')
    container = daemon.containers.find(request.parameters["id"])
    pending = daemon.containers.wait(container.id, condition)
    # Before its start nothing that time brings could end the wait.
    return Stream(flow=Awaited(pending, _exit), moves_time=lambda: not pending.done and container.state.running)


def _exit(pending: Pending[int]) -> bytes:
    try:
        return json_bytes({"StatusCode": pending.result()})
    except EngineError as error:
        return json_bytes({"Error": {"Message": str(error)}, "StatusCode": -1})


def container_logs(daemon: Daemon, request: Request) -> Answer:
    """What a container wrote."""
    container = daemon.containers.find(request.parameters["id"])
    options = logs.container_options(request)
    return logs.stream(container.log.open(options), request, tty=container.config.tty)


def attach(daemon: Daemon, request: Request) -> Answer:
    """What a container writes from now on, over a connection of its own."""
    container = daemon.containers.find(request.parameters["id"])
    if request.flag("logs") or (request.flag("stdin") and not container.config.tty):
        name = "logs" if request.flag("logs") else "stdin"
        raise NotImplementedHere(f"the parameter {name} of POST /containers/{{id}}/attach is not implemented here")
    lines = daemon.containers.attach(container.id)
    tty = container.config.tty
    text = logs.text_of(end=b"\r\n" if tty else b"\n")
    flow = Encoded(lines, text if tty else logs.framed(text), close=lines.close)
    content_type = RAW if tty or request.version < (1, 42) else MULTIPLEXED
    if request.headers.get("upgrade"):
        typed = _keyboard(daemon, container) if request.flag("stdin") else _nothing
        return Hijack(flow=flow, content_type=content_type, receive=typed, receive_end=lambda: None)
    return Stream(flow=flow, content_type=content_type)


def _keyboard(daemon: Daemon, container: Container) -> Callable[[bytes], None]:
    """A terminal's keys: Ctrl-C interrupts. Nothing here reads a terminal, so what else is typed is lost."""

    def receive(content: bytes) -> None:
        if _CTRL_C in content and container.state.running:
            daemon.containers.kill(container.id, "SIGINT")

    return receive


def _nothing(content: bytes) -> None:
    """Standard input is not attached: what comes is dropped."""


def resize(daemon: Daemon, request: Request) -> Response:
    """The client's terminal has another size: nothing here depends on it."""
    daemon.containers.find(request.parameters["id"])
    return empty()


def prune(daemon: Daemon, request: Request) -> Answer:
    """Remove every container that does not run."""
    parse(request.query, ())
    stopped = [container.id for container in daemon.containers.list(all_=True) if not container.state.running]
    for id_ in stopped:
        daemon.containers.remove(id_)
    return json_response({"ContainersDeleted": stopped or None, "SpaceReclaimed": 0})
