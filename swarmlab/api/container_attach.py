"""`POST /containers/{id}/attach` and `/resize`: what a container writes and reads, over a connection of its own.

Source: moby daemon/server/router/container/container_routes.go, postContainersAttach; daemon/attach.go.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.api import logs
from swarmlab.api.messages import MULTIPLEXED, RAW, Answer, Encoded, Hijack, Request, Response, Stream, empty
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError, InvalidParameter, NoSuchContainer, NotImplementedHere
from swarmlab.engine.go_numbers import NotANumber, parse_uint
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.keyboard import DetachKeys, Keyboard, detach_keys
from swarmlab.engine.host.logs import Attached, LogOptions, Piece


def encoder(*, tty: bool) -> Callable[[Piece], bytes]:
    """How a piece of output stands on the wire: as it is, or in a frame that names its stream."""

    def raw(piece: Piece) -> bytes:
        return piece.text.encode("utf-8", "surrogateescape")

    return raw if tty else lambda piece: logs.frame(piece.stream, raw(piece))


def content_type(request: Request, *, tty: bool) -> str:
    """What a stream of output calls itself."""
    return RAW if tty or request.version < (1, 42) else MULTIPLEXED


def attach(daemon: Daemon, request: Request) -> Answer:
    """Hear what a container writes from now on, and type into it."""
    try:
        keys = detach_keys(request.query.get("detachKeys", ""))
        container = daemon.containers.find(request.parameters["id"])
        _check(container)
    except (InvalidParameter, NoSuchContainer) as error:
        return _plain(error)
    output = _output(daemon, container, request)
    tty = container.config.tty
    flow = Encoded(output, encoder(tty=tty), close=output.close)
    if not request.headers.get("upgrade"):
        return Stream(flow=flow, content_type=content_type(request, tty=tty))
    keyboard = container.keyboard if request.flag("stdin") else None
    return Hijack(
        flow=flow,
        content_type=content_type(request, tty=tty),
        receive=_receiver(daemon, container, keyboard, keys, output),
        receive_end=lambda: _end_of_input(container, keyboard),
    )


def _check(container: Container) -> None:
    """Source: moby daemon/attach.go, ContainerAttach."""
    if container.state.paused:
        raise InvalidParameter(f"Container {container.id} is paused, unpause the container before attach")
    if container.state.restarting:
        raise InvalidParameter(f"Container {container.id} is restarting, wait until the container is running")


def _plain(error: EngineError) -> Response:
    """A refusal of `attach` is text: the connection is about to be handed over."""
    status = 404 if isinstance(error, NoSuchContainer) else 400
    return Response(status=status, headers={"Content-Type": RAW}, body=f"{error}\r\n".encode())


def _output(daemon: Daemon, container: Container, request: Request) -> Attached:
    """What it writes from now on, and before that what it wrote, where that is wanted."""
    wanted = {name: request.flag(name) for name in ("stdout", "stderr")}
    output = daemon.containers.attach(container.id, **wanted) if request.flag("stream") else Attached(**wanted)
    if request.flag("logs"):
        if not container.log.keeps:
            raise NotImplementedHere("configured logging driver does not support reading")
        for line in container.log.open(LogOptions(**wanted)).read():
            output.hear(line.stream, f"{line.text}\n")
    if not request.flag("stream"):
        output.close()
    return output


def _receiver(
    daemon: Daemon, container: Container, keyboard: Keyboard | None, keys: bytes, output: Attached
) -> Callable[[bytes], None]:
    if keyboard is None:
        return _nothing

    def detach() -> None:
        daemon.containers.detach(container)
        output.close()

    return DetachKeys(keys, keyboard.receive, detach).receive if container.config.tty else keyboard.receive


def _nothing(content: bytes) -> None:
    """Standard input is not attached: what comes is dropped."""


def _end_of_input(container: Container, keyboard: Keyboard | None) -> None:
    """The client will send no more; only a container whose input is read once hears of that."""
    if keyboard is not None and container.config.stdin_once:
        keyboard.end()


def resize(daemon: Daemon, request: Request) -> Response:
    """The client's terminal has another size: nothing here depends on it."""
    check_size(request)
    container = daemon.containers.find(request.parameters["id"])
    container.check_running()
    return empty()


def check_size(request: Request) -> None:
    """Raise InvalidParameter unless height and width are numbers."""
    for name, key in (("height", "h"), ("width", "w")):
        text = request.query.get(key, "")
        try:
            parse_uint(text, 32)
        except NotANumber as error:
            raise InvalidParameter(f'invalid resize {name} "{text}": {error.reason}') from None
