"""What goes in and out of the API: a request, and the three kinds of answer. Knows nothing of sockets.

An answer that needs engine time is a `Pending` of one of the three; whoever serves the request waits for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from swarmlab.api import go_json
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.go_numbers import NotANumber, atoi
from swarmlab.engine.pending import Pending

T = TypeVar("T")

JSON_TYPE = "application/json"
MULTIPLEXED = "application/vnd.docker.multiplexed-stream"
RAW = "application/vnd.docker.raw-stream"

API_VERSION = (1, 51)
MIN_API_VERSION = (1, 24)

_YES = ("1", "t", "T", "TRUE", "true", "True")
_NO = ("0", "f", "F", "FALSE", "false", "False")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, its path without the version. `parameters` are the parts of the path that a route named.

    `query` has the first value of each parameter, `repeated` all of those that were given more than once.
    `query_error` is what is wrong with the query, in Go's words; `body_type` the Go type that the body is read into.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    version: tuple[int, int] = API_VERSION
    parameters: Mapping[str, str] = field(default_factory=dict)
    query_error: str = ""
    repeated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    body_type: str = ""

    def flag(self, name: str) -> bool:
        """Whether a query parameter says yes. Source: moby daemon/server/httputils/form.go, BoolValue."""
        return self.query.get(name, "").strip().lower() not in ("", "0", "no", "false", "none")

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a query parameter that may be given more than once."""
        given = self.query.get(name)
        return self.repeated.get(name) or (() if given is None else (given,))

    def choice(self, name: str) -> bool:
        """Whether a query parameter says yes, where Docker takes no other words. Source: Go's strconv.ParseBool.

        Raises:
            InvalidParameter: it says neither yes nor no.
        """
        text = self.query.get(name, "")
        if text not in ("", *_YES, *_NO):
            raise InvalidParameter(
                f'invalid value for {name}: {text}: strconv.ParseBool: parsing "{text}": invalid syntax'
            )
        return text in _YES

    def number(self, name: str) -> int | None:
        """A query parameter as a whole number, None where it is not given.

        Raises:
            InvalidParameter: it is none.
        """
        text = self.query.get(name, "")
        try:
            return atoi(text) if text else None
        except NotANumber as error:
            raise InvalidParameter(str(error)) from None

    def json(self) -> object:
        """The body, read as JSON of the type that the route names; an empty body is an empty object.

        Raises:
            InvalidParameter: it is not JSON of that type, or does not say that it is JSON.
        """
        if not self.body:
            return {}
        _check_content_type(self.headers.get("content-type", ""))
        return go_json.read(self.body, self.body_type or "any")


def _check_content_type(text: str) -> None:
    """Source: moby daemon/server/httputils/httputils.go, CheckForJSON."""
    kind, *parameters = [part.strip() for part in text.split(";")]
    if not kind:
        raise InvalidParameter(f"malformed Content-Type header ({text}): mime: no media type")
    if not all("=" in part for part in parameters if part or part is not parameters[-1]):
        raise InvalidParameter(f"malformed Content-Type header ({text}): mime: invalid media parameter")
    if kind.lower() != JSON_TYPE:
        raise InvalidParameter(f"unsupported Content-Type header ({kind}): must be '{JSON_TYPE}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer that stands as a whole."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Flow(Protocol):
    """Bytes as they come; polled after every step of the engine."""

    def read(self) -> bytes:
        """What came since the last read."""

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more; what is unread can still be read."""

    def close(self) -> None:
        """Nobody listens any more."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """An answer whose head is sent at once and whose body follows as engine time passes.

    `moves_time` says whether the client is blocked until engine time passes, which in manual time makes it pass.
    """

    flow: Flow
    content_type: str = JSON_TYPE
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    moves_time: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True, kw_only=True)
class Hijack:
    """An answer that takes the connection over: `flow` goes to the client, what it sends goes to `receive`.

    `receive_end` hears that the client will send no more; `moves_time` is as in Stream.
    """

    flow: Flow
    content_type: str
    receive: Callable[[bytes], None]
    receive_end: Callable[[], None]
    headers: Mapping[str, str] = field(default_factory=dict)
    moves_time: Callable[[], bool] = _never


Answer = Response | Stream | Hijack
Reply = Answer | Pending[Response] | Pending[Stream]
Handler = Callable[[Daemon, Request], Reply]


class Reader(Protocol[T]):
    """What the engine gives to follow: logs, events, a pull."""

    def read(self) -> list[T]:
        """What is new since the last read."""

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more; what is unread can still be read."""


class Encoded(Generic[T]):
    """A flow of an engine's reader, each item turned into bytes."""

    def __init__(
        self, reader: Reader[T], encode: Callable[[T], bytes], *, close: Callable[[], None] = lambda: None
    ) -> None:
        self._reader = reader
        self._encode = encode
        self.close = close

    def read(self) -> bytes:
        """What came since the last read."""
        return b"".join(map(self._encode, self._reader.read()))

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more."""
        return self._reader.ended


class Awaited(Generic[T]):
    """A flow that is silent until an answer stands, and then is that answer's bytes."""

    def __init__(self, pending: Pending[T], encode: Callable[[Pending[T]], bytes]) -> None:
        self._pending = pending
        self._encode = encode
        self._read = False

    def read(self) -> bytes:
        """The answer, once."""
        if self._read or not self._pending.done:
            return b""
        self._read = True
        return self._encode(self._pending)

    @property
    def ended(self) -> bool:
        """Whether the answer stands."""
        return self._pending.done

    def close(self) -> None:
        """Nobody waits any more; the engine goes on all the same."""


def json_bytes(value: object) -> bytes:
    """JSON as Go's encoder writes it: no spaces, a line end."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def json_response(value: object, status: int = 200) -> Response:
    """`value` as a JSON answer."""
    return Response(status=status, headers={"Content-Type": JSON_TYPE}, body=json_bytes(value))


def empty(status: int = 200) -> Response:
    """An answer without a body."""
    return Response(status=status)


def json_list(items: Iterable[object]) -> Response:
    """A list as a JSON answer."""
    return json_response(list(items))
