"""`/containers`: their life. Source: moby daemon/server/router/container/container_routes.go."""

from __future__ import annotations

from collections.abc import Iterable

from swarmlab.api import container_filters, logs, platforms
from swarmlab.api.container_config import config_of
from swarmlab.api.container_json import details, summary
from swarmlab.api.filters import parse
from swarmlab.api.messages import (
    Answer,
    Awaited,
    Request,
    Response,
    Stream,
    empty,
    json_bytes,
    json_list,
    json_response,
)
from swarmlab.api.wire import Json
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError, InvalidParameter, ServerError
from swarmlab.engine.host import log_drivers
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.container_limits import check_limits
from swarmlab.engine.host.image_mounts import WARNING
from swarmlab.engine.pending import Pending


def list_(daemon: Daemon, request: Request) -> Answer:
    """The running containers, with `all` the others too, newest first."""
    filters = parse(request.query, container_filters.KEYS)
    container_filters.check(daemon, filters)
    limit = _number(request, "limit") or 0
    everyone = request.flag("all") or limit > 0
    everyone = everyone or any(key in filters for key in ("status", "exited", "before", "since"))
    found = container_filters.chosen(daemon, filters, daemon.containers.list(all_=everyone))
    shown = found[:limit] if limit > 0 else found
    size = request.flag("size")
    return json_list(sized_summary(daemon, each) if size else summary(each, daemon.clock.now) for each in shown)


def _number(request: Request, name: str) -> int | None:
    """A whole number; where it is none, that is an error of no type. Recorded from 28.5.2.

    Raises:
        ServerError: it is none.
    """
    try:
        return request.number(name)
    except InvalidParameter as error:
        raise ServerError(str(error)) from None


def sized_summary(daemon: Daemon, container: Container) -> Json:
    """A container in a list with its sizes; as Docker does, nothing is not said."""
    sizes = {name: size for name, size in _sizes(daemon, container).items() if size}
    return _insert(summary(container, daemon.clock.now), sizes, before="Labels")


def _sizes(daemon: Daemon, container: Container) -> Json:
    """How much it wrote, and that with its image."""
    written = container.written_bytes
    return {"SizeRw": written, "SizeRootFs": daemon.images.content_of(container.image_id).size_bytes + written}


def _insert(shown: Json, more: Json, *, before: str) -> Json:
    """Put more keys where Docker has them."""
    keys = list(shown)
    place = keys.index(before)
    return {**{key: shown[key] for key in keys[:place]}, **more, **{key: shown[key] for key in keys[place:]}}


def inspect(daemon: Daemon, request: Request) -> Answer:
    """One container."""
    container = daemon.containers.find(request.parameters["id"])
    shown = details(container, daemon.containers.execs.ids_of(container))
    if request.flag("size"):
        shown = _insert(shown, _sizes(daemon, container), before="Mounts")
    return json_response(shown)


def create(daemon: Daemon, request: Request) -> Answer:
    """Make a container."""
    if not request.body:
        raise InvalidParameter("invalid JSON: got EOF while reading request body")
    body = request.json()
    if request.body.strip() == b"null":
        raise InvalidParameter("config cannot be empty in order to create a container")
    wanted = platforms.parse(platform) if (platform := request.query.get("platform", "")) else platforms.HERE
    config = config_of(request.query.get("name", ""), body)
    check_limits(config.host_extra, daemon.host.cpus)
    if wanted != platforms.HERE and daemon.images.find(config.image):
        raise platforms.OtherPlatform(config.image, wanted)
    container = daemon.containers.create(config)
    return json_response({"Id": container.id, "Warnings": list(_warnings(container))}, 201)


def _warnings(container: Container) -> Iterable[str]:
    """What makes no sense and is no error. Recorded from 28.5.2."""
    config = container.config
    if config.host_extra.get("OomKillDisable") and not config.host_extra.get("Memory"):
        yield (
            "OOM killer is disabled for the container, but no memory limit is set, this can result in the system "
            "running out of resources."
        )
    if config.network_mode == "host" and config.ports:
        yield "Published ports are discarded when using host network mode"
    if any(mount.type == "image" for mount in container.mounts):
        yield WARNING


def start(daemon: Daemon, request: Request) -> Pending[Response]:
    """Start a container; answers when its process runs."""
    return daemon.containers.start(request.parameters["id"]).then(lambda done: empty(204))


def stop(daemon: Daemon, request: Request) -> Pending[Response]:
    """Stop a container; answers when it has stopped."""
    timeout_s, signal = _number(request, "t"), request.query.get("signal", "")
    return daemon.containers.stop(request.parameters["id"], timeout_s=timeout_s, signal=signal).then(
        lambda done: empty(204)
    )


def restart(daemon: Daemon, request: Request) -> Pending[Response]:
    """Stop a container and start it again."""
    timeout_s, signal = _number(request, "t"), request.query.get("signal", "")
    return daemon.containers.restart(request.parameters["id"], timeout_s=timeout_s, signal=signal).then(
        lambda done: empty(204)
    )


def kill(daemon: Daemon, request: Request) -> Answer:
    """Send a container a signal."""
    daemon.containers.kill(request.parameters["id"], request.query.get("signal") or "SIGKILL")
    return empty(204)


def pause(daemon: Daemon, request: Request) -> Answer:
    """Let a container's processes stand still."""
    daemon.containers.pause(request.parameters["id"])
    return empty(204)


def unpause(daemon: Daemon, request: Request) -> Answer:
    """Let them go on."""
    daemon.containers.unpause(request.parameters["id"])
    return empty(204)


def rename(daemon: Daemon, request: Request) -> Answer:
    """Give a container another name."""
    daemon.containers.rename(request.parameters["id"], request.query.get("name", ""))
    return empty(204)


def remove(daemon: Daemon, request: Request) -> Answer:
    """Remove a container."""
    if request.flag("link"):
        daemon.containers.find(request.parameters["id"])
        raise ServerError("Conflict, cannot remove the default link name of the container")  # there are no others
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
    logs.check_chosen(request)
    container = daemon.containers.find(request.parameters["id"])
    options = logs.container_options(request)
    config = container.config
    log_drivers.check_read(config.log_driver, config.log_options, running=container.state.running)
    return logs.stream(container.log.open(options), request, tty=container.config.tty)


def prune(daemon: Daemon, request: Request) -> Answer:
    """Remove every container that does not run."""
    filters = parse(request.query, container_filters.PRUNE_KEYS)
    is_meant = container_filters.pruned(filters, daemon.clock.now)
    stopped = (each for each in daemon.containers.list(all_=True) if not each.state.running)
    gone = [each for each in stopped if is_meant(each.labels, each.created_at)]
    for each in gone:
        daemon.containers.remove(each.id)
    freed = sum(each.written_bytes for each in gone)
    daemon.events.pruned("container", freed)
    return json_response({"ContainersDeleted": [each.id for each in gone] or None, "SpaceReclaimed": freed})
