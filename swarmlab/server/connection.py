"""One connection of a client: requests are read one after the other, each is answered before the next is looked at.

Owns the bytes of one socket and their order, limits and time limits; h11 reads and writes what HTTP makes of them.
Knows nothing of what is asked: whoever answers is told of a request and writes through `send`, `begin`, `write` and
`finish`, or takes the connection over.
"""

from __future__ import annotations

import asyncio
import re
import select
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http.client import responses

import h11

from swarmlab.server.incoming import Incoming, read_head, refusal

HEAD_TIMEOUT_S = 300.0
"""For a head to arrive. Source: moby cmd/dockerd/daemon.go, ReadHeaderTimeout."""

MAX_HEAD_BYTES = (1 << 20) + 4096
"""Source: net/http DefaultMaxHeaderBytes, and the slack that it gives."""

MAX_BODY_BYTES = 16 << 20
"""More than any request has here.

Simplification: dockerd sets no limit of its own; the words of the refusal are those of Go's MaxBytesReader.
"""

_PIECE_BYTES = 4096
"""What h11 is given of a body at once, and how long it waits for the end of a line between chunks.

Its time for a wrong line grows with the square of the blanks in it. Source: Go's net/http/internal/chunked.go, whose
lines may be as long.
"""

_AHEAD_BYTES = 1 << 16
"""What is read of later requests while one is answered."""

_BODILESS = (204, 304)
_CONTINUE = h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
_END_OF_HEAD = re.compile(rb"\n\r?\n")


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
        made: hears that the connection has begun.
        lost: hears that it is over.
    """

    def __init__(
        self,
        handle: Callable[[Incoming, Connection], None],
        made: Callable[[Connection], None] = lambda _: None,
        lost: Callable[[Connection], None] = lambda _: None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._handle = handle
        self._made = made
        self._lost = lost
        self._buffer = bytearray()
        self._timer: asyncio.TimerHandle | None = None
        self._left = False
        self._await_request()
        self.listener: Listener | None = None
        self.writable = True

    def _await_request(self) -> None:
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_PIECE_BYTES)
        self._incoming: Incoming | None = None
        self._looked_at = 0
        self._answering = False

    # --- from the socket ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client has come."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._limit_time()
        self._made(self)

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
        elif self._incoming is not None and not self._answering:
            self._refuse(400, "invalid JSON: unexpected EOF")
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
        """Whether the client closed its socket, and not only its half of the connection; over TCP nobody can tell."""
        its = self._transport.get_extra_info("socket")
        if its.family != getattr(socket, "AF_UNIX", None):
            return False
        poll = select.poll()
        poll.register(its.fileno(), 0)
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
            if self._incoming is None:
                self._read_head()
            if self._incoming is not None:
                self._read_body(self._incoming)
        except h11.RemoteProtocolError as error:
            self._refuse(400 if self._incoming else error.error_status_hint)

    def _read_head(self) -> None:
        if self._timer is None and self._buffer:
            self._limit_time()
        found = _END_OF_HEAD.search(self._buffer, max(0, self._looked_at - 2))
        size = found.end() if found else 0
        self._looked_at = len(self._buffer)
        del found  # it would keep the buffer from shrinking
        if (size or len(self._buffer)) > MAX_HEAD_BYTES:
            raise refusal(431)
        if size:
            self._limit_time(None)
            head = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._incoming = read_head(self._http, head)

    def _read_body(self, incoming: Incoming) -> None:
        while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Data):
                incoming.body.extend(event.data)
            if max(incoming.length, len(incoming.body)) > MAX_BODY_BYTES:
                self._refuse(413, "http: request body too large")
                return
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    self._transport.write(self._http.send(_CONTINUE))
                if not self._buffer:
                    return
                self._http.receive_data(bytes(self._buffer[:_PIECE_BYTES]))
                del self._buffer[:_PIECE_BYTES]
        self._buffer[:0] = self._http.trailing_data[0]
        self._answering = True
        self._handle(incoming, self)

    def _refuse(self, status: int, why: str = "invalid JSON: malformed chunked encoding") -> None:
        """A bad head is refused in plain text, a bad body in JSON: a real engine finds it while it decodes."""
        kind, text = "application/json", f'{{"message":"{why}"}}\n'
        if self._incoming is None:
            kind, text = "text/plain; charset=utf-8", f"{status} {responses[status]}"
            self._await_request()  # what h11 has made of it is not answered
        self._answering = self._left = True
        self.send(status, {"Content-Type": kind}, text.encode())

    # --- writing ---

    def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send a whole answer."""
        bodiless = status in _BODILESS
        head = self._head(status, headers if bodiless else {**headers, "Content-Length": str(len(body))})
        silent = bodiless or (self._incoming is not None and self._incoming.method == "HEAD")
        self.finish(head if silent else head + self._http.send(h11.Data(data=body)))

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send the head of an answer whose body follows in pieces."""
        self._transport.write(self._head(status, headers))

    def take_over(self, headers: Mapping[str, str]) -> None:
        """Send the head of an answer after which both sides send what they like."""
        self._transport.write(self._head(101, headers))
        early, self._buffer = bytes(self._buffer), bytearray()
        self._transport.resume_reading()
        if early and self.listener is not None and self.listener.received is not None:
            self.listener.received(early)

    def _head(self, status: int, headers: Mapping[str, str]) -> bytes:
        fields = {"Connection": "close"} if self._left else {}
        fields |= {**headers, "Date": formatdate(usegmt=True)}
        pairs = [(name.encode(), value.encode()) for name, value in fields.items()]
        kind = h11.InformationalResponse if status == 101 else h11.Response
        reason = "UPGRADED" if status == 101 else responses.get(status, "Unknown")
        content = self._http.send(kind(status_code=status, headers=pairs, reason=reason))
        # h11 speaks HTTP/1.1 to every client, Go speaks as its client does.
        return content.replace(b"1.1", b"1.0", 1) if self._http.their_http_version == b"1.0" else content

    @property
    def _taken_over(self) -> bool:
        return self._http.our_state is h11.SWITCHED_PROTOCOL

    def write(self, content: bytes) -> None:
        """Send a piece of an answer that was begun."""
        self._transport.write(content if self._taken_over else self._http.send(h11.Data(data=content)))

    def finish(self, last: bytes = b"") -> None:
        """The answer is complete; go on with the next request, if there may be one."""
        if not self._taken_over:
            self._transport.write(last + self._http.send(h11.EndOfMessage()))
        if self._http.our_state is not h11.DONE:
            self.close()
            return
        self.listener = None
        self._await_request()
        self._transport.resume_reading()
        self._loop.call_soon(self._read)

    def close(self) -> None:
        """End the connection once everything is sent."""
        self.listener = None
        self._transport.close()

    def abort(self) -> None:
        """End the connection now."""
        self._transport.abort()
