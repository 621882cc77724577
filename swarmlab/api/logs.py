"""Log lines on the wire: the query of a logs request, the lines' text, and the frames that keep streams apart.

Source: moby daemon/server/httputils/write_log_stream.go, pkg/stdcopy; daemon/cluster/services.go.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus

from swarmlab.api.messages import MULTIPLEXED, RAW, Encoded, Request, Stream
from swarmlab.api.times import log_timestamp, time_of
from swarmlab.engine.errors import InvalidParameter, ServerError
from swarmlab.engine.go_numbers import NotANumber, atoi
from swarmlab.engine.host.logs import LogLine, LogOptions, LogStream

NO_STREAM = "Bad parameters: you must choose at least one stream"
FRAME_TYPES = {"stdin": 0, "stdout": 1, "stderr": 2, "system": 3}


def frame(stream: str, content: bytes) -> bytes:
    """`content` with the eight bytes before it that name its stream and its length."""
    return struct.pack(">BxxxL", FRAME_TYPES[stream], len(content)) + content


def container_options(request: Request) -> LogOptions:
    """Which lines of a container a request asks for.

    Raises:
        ServerError: a time is none.
    """
    return _options(request, container_tail(request.query.get("tail", "")))


def check_chosen(request: Request) -> None:
    """See that a stream of a container is chosen, before the container is looked for.

    Raises:
        InvalidParameter: none is.
    """
    if not _chosen(request):
        raise InvalidParameter(NO_STREAM)


def service_options(request: Request) -> LogOptions:
    """Which lines of a service's tasks a request asks for; here refusals are errors of no type.

    Raises:
        ServerError: no stream is chosen, the tail makes no sense, or a time is none.
    """
    if not _chosen(request):
        raise ServerError(NO_STREAM)
    tail = service_tail(request.query.get("tail", ""))
    try:
        return _options(request, tail)
    except ServerError as error:
        raise ServerError(f"could not parse since timestamp: {error}") from None


def _chosen(request: Request) -> bool:
    return request.flag("stdout") or request.flag("stderr")


def _options(request: Request, tail: int | None) -> LogOptions:
    return LogOptions(
        stdout=request.flag("stdout"),
        stderr=request.flag("stderr"),
        follow=request.flag("follow"),
        tail=tail,
        since=time_in(request, "since"),
        until=time_in(request, "until"),
    )


def container_tail(text: str) -> int | None:
    """How many lines of a container: anything but a number of zero or more means all."""
    try:
        number = atoi(text)
    except NotANumber:
        return None
    return number if number >= 0 else None


def service_tail(text: str) -> int | None:
    """How many lines of each task of a service. Source: moby daemon/cluster/services.go, ServiceLogs.

    Raises:
        ServerError: neither `all` nor a number of zero or more.
    """
    if text in ("", "all"):
        return None
    try:
        number = atoi(text)
    except NotANumber:
        raise ServerError('tail value must be a positive integer or "all"') from None
    if number < 0:
        raise ServerError("negative tail values not supported")
    return number


def time_in(request: Request, name: str) -> float | None:
    """A time in a query; none and zero mean not given.

    Raises:
        ServerError: not a time.
    """
    try:
        return time_of(request.query.get(name) or "0") or None
    except InvalidParameter as error:
        raise ServerError(str(error)) from None


def stream(lines: LogStream, request: Request, *, tty: bool = False) -> Stream:
    """An answer of log lines as a request wants them."""
    line = text_of(timestamps=request.flag("timestamps"), details=request.flag("details"))
    encode = line if tty else framed(line)
    return Stream(
        flow=Encoded(lines, encode, close=lines.close),
        content_type=RAW if tty or request.version < (1, 42) else MULTIPLEXED,
    )


def framed(text: Callable[[LogLine], bytes]) -> Callable[[LogLine], bytes]:
    """An encoder whose lines stand in frames."""
    return lambda line: frame(line.stream, text(line))


def text_of(*, timestamps: bool = False, details: bool = False, end: bytes = b"\n") -> Callable[[LogLine], bytes]:
    """An encoder of lines: time and details before the text where they are wanted."""

    def encode(line: LogLine) -> bytes:
        parts = [log_timestamp(line.time)] if timestamps and line.stream != "system" else []
        parts += [_details(line.details)] if details and line.stream != "system" else []
        return " ".join([*parts, line.text]).encode() + end

    return encode


def _details(details: Mapping[str, str]) -> str:
    return ",".join(f"{quote_plus(key)}={quote_plus(details[key])}" for key in sorted(details))
