"""One connection of a client: requests are read one after the other, each is answered before the next is looked at.

Owns the bytes of one socket and their order, limits and time limits. Knows nothing of what is asked: whoever answers is
told of a request and writes through `send`, `begin`, `write` and `finish`, or takes the connection over.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http.client import responses

from swarmlab.server.bodies import BadBody, Body, body_of
from swarmlab.server.heads import END, MAX_HEAD_BYTES, Head, Refused, read_head

HEAD_TIMEOUT_S = 300.0
"""For a head to arrive. Source: moby cmd/dockerd/daemon.go, ReadHeaderTimeout."""

_AHEAD_BYTES = 1 << 16
"""What is read of later requests while one is answered."""

_BODILESS = (204, 304)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request that has arrived as a whole."""

    head: Head
    body: bytes


@dataclass(slots=True, kw_only=True)
class Listener:
    """Who answers the present request, and what it wants to hear.

    Attributes:
        drained: everything written has been taken.
        left: the client will send no more; it may still read.
        gone: the client is gone.
        received: bytes, once the connection was taken over.
    """

    drained: Callable[[], None]
    left: Callable[[], None]
    gone: Callable[[], None]
    received: Callable[[bytes], None] | None = None


class Connection(asyncio.Protocol):
    """A client's connection.

    Args:
        handle: gets each request, and answers it now or later.
        lost: hears that the connection is over.
    """

    def __init__(
        self, handle: Callable[[Incoming, Connection], None], lost: Callable[[Connection], None] = lambda _: None
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._handle = handle
        self._lost = lost
        self._buffer = bytearray()
        self._looked_at = 0
        self._head: Head | None = None
        self._body: Body | None = None
        self._chunked = False
        self._answering = False
        self._left = False
        self._timer: asyncio.TimerHandle | None = None
        self.listener: Listener | None = None
        self.writable = True

    # --- from the socket ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client has come."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._limit_time()

    def data_received(self, data: bytes) -> None:
        """Bytes of requests, or of whatever goes over a connection that was taken over."""
        if self.listener is not None and self.listener.received is not None:
            self.listener.received(data)
            return
        self._buffer += data
        if not self._answering:
            self._read()
        elif len(self._buffer) > _AHEAD_BYTES:
            self._transport.pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more. Returns whether the connection stays open for what is still to be written."""
        self._left = True
        if self._is_hung_up():
            return False
        if self.listener is not None:
            self.listener.left()
        elif self._body is not None:
            self._refuse_body(BadBody("invalid JSON: unexpected EOF"))
        return self._answering and not self._transport.is_closing()

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is over."""
        self._limit_time(None)
        listener, self.listener = self.listener, None
        if listener is not None:
            listener.gone()
        self._lost(self)

    def pause_writing(self) -> None:
        """The client takes nothing at the moment."""
        self.writable = False

    def resume_writing(self) -> None:
        """The client has taken what was written."""
        self.writable = True
        if self.listener is not None:
            self.listener.drained()

    def _is_hung_up(self) -> bool:
        """Whether the client closed its socket, and not only its half of the connection."""
        poll = select.poll()
        poll.register(self._transport.get_extra_info("socket").fileno(), 0)
        return any(events & select.POLLHUP for _, events in poll.poll(0))

    # --- reading ---

    def _limit_time(self, seconds: float | None = HEAD_TIMEOUT_S) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self._loop.call_later(seconds, self.close)

    def _read(self) -> None:
        if self._transport.is_closing() or self._answering:
            return
        try:
            if self._body is None:
                self._read_head()
            if self._body is not None and self._body.feed(self._buffer):
                self._begin_answer()
        except Refused as refused:
            self._refuse(refused)
        except BadBody as bad:
            self._refuse_body(bad)

    def _read_head(self) -> None:
        if self._timer is None and self._buffer:
            self._limit_time()
        found = END.search(self._buffer, max(0, self._looked_at - 3))
        if (found.end() if found else len(self._buffer)) > MAX_HEAD_BYTES:
            raise Refused("431 Request Header Fields Too Large")
        self._looked_at = 0 if found else len(self._buffer)
        if found is None:
            return
        start, end = found.span()
        del found  # it would keep the buffer from shrinking
        content = bytes(self._buffer[:start])
        del self._buffer[:end]
        self._limit_time(None)
        self._head = read_head(content)
        self._body = body_of(self._head.length)
        self._answer_expectation(self._head)

    def _answer_expectation(self, head: Head) -> None:
        if head.expects_continue:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        elif head.headers.get("expect"):
            raise Refused("417 Expectation Failed")

    def _begin_answer(self) -> None:
        assert self._head is not None
        assert self._body is not None
        self._answering = True
        content, self._body = bytes(self._body.content), None
        self._handle(Incoming(head=self._head, body=content), self)

    def _refuse(self, refused: Refused) -> None:
        text = f"HTTP/1.1 {refused.status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
        self._transport.write(f"{text}{refused.text}".encode())
        self._transport.close()

    def _refuse_body(self, bad: BadBody) -> None:
        """What is wrong with a body is said in JSON: a real engine finds it while it decodes."""
        self._answering, self._left = True, True
        self.send(bad.status, {"Content-Type": "application/json"}, f'{{"message":"{bad}"}}\n'.encode())

    # --- writing ---

    def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole answer."""
        length = {} if status in _BODILESS else {"Content-Length": str(len(body))}
        silent = status in _BODILESS or (self._head is not None and self._head.method == "HEAD")
        self._write_head(status, {**headers, **length}, b"" if silent else body)
        self._next()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the head of an answer whose body follows in pieces."""
        self._chunked = self._head is not None and not self._head.old
        self._write_head(status, {**headers, **({"Transfer-Encoding": "chunked"} if self._chunked else {})})

    def take_over(self, headers: Mapping[str, str]) -> None:
        """Send the head of an answer after which both sides send what they like."""
        self._write_head(101, headers)
        early, self._buffer = bytes(self._buffer), bytearray()
        self._transport.resume_reading()
        if early and self.listener is not None and self.listener.received is not None:
            self.listener.received(early)

    def _write_head(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        reason = "UPGRADED" if status == 101 else responses.get(status, "Unknown")
        version = "1.0" if self._head is not None and self._head.old else "1.1"
        closing = {} if status == 101 or self._keeps_alive() else {"Connection": "close"}
        fields = {**headers, "Date": formatdate(usegmt=True), **closing}
        lines = [f"HTTP/{version} {status} {reason}", *(f"{name}: {value}" for name, value in fields.items())]
        self._transport.write("\r\n".join([*lines, "\r\n"]).encode() + body)

    def write(self, content: bytes) -> None:
        """Send a piece of an answer that was begun."""
        if content:
            self._transport.write(b"%x\r\n%b\r\n" % (len(content), content) if self._chunked else content)

    def finish(self) -> None:
        """The answer is complete."""
        if self._chunked:
            self._chunked = False
            self._transport.write(b"0\r\n\r\n")
            self._next()
        else:
            self.close()

    def close(self) -> None:
        """End the connection once everything is sent."""
        self.listener = None
        self._transport.close()

    def abort(self) -> None:
        """End the connection now."""
        self._transport.abort()

    def _keeps_alive(self) -> bool:
        return self._head is not None and self._head.keeps_alive and not self._left

    def _next(self) -> None:
        """Go on with the next request, if there may be one."""
        self.listener = None
        if not self._keeps_alive():
            self._transport.close()
            return
        self._answering, self._head = False, None
        self._transport.resume_reading()
        self._loop.call_soon(self._read)
