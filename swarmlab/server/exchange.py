"""One request until its answer is written: waits for engine time where the answer does, follows streams, hijacks.

Owns what is written to one client and at what pace: nothing more is read from a stream while the client has not taken
what was written before. Knows nothing of what is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from http.client import responses
from urllib.parse import unquote

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine

from swarmlab.api.messages import Answer, Flow, Hijack, Request, Response, Stream
from swarmlab.engine.pending import Pending
from swarmlab.server.raw import RawConnection


def request_of(http: HTTPServerRequest) -> Request:
    """A request as the API takes it."""
    query = {name: values[-1].decode() for name, values in http.query_arguments.items()}
    headers = {name.lower(): value for name, value in http.headers.get_all()}
    return Request(method=http.method or "", path=unquote(http.path), query=query, headers=headers, body=http.body)


class Exchange:
    """A request that is being answered.

    Args:
        http: the request, with its connection.
        reply: the answer, or a Pending of it.
        broken: makes an answer of an exception, and keeps it.
        poll_soon: asks for `poll` to be called again, once the client has taken what was written.
        acted: lets the engine do what something that the client sent has made due.
    """

    def __init__(
        self,
        http: HTTPServerRequest,
        reply: Answer | Pending[Answer],
        *,
        broken: Callable[[Exception], Response],
        poll_soon: Callable[[], None],
        acted: Callable[[], None],
    ) -> None:
        assert isinstance(http.connection, HTTP1Connection)
        self._connection: HTTP1Connection = http.connection
        self._reply = reply
        self._broken = broken
        self._poll_soon = poll_soon
        self._acted = acted
        self._flow: Flow | None = None
        self._raw: RawConnection | None = None
        self._moves_time: Callable[[], bool] = lambda: True
        self._begun = False
        self._writing: asyncio.Future[None] | None = None
        self.done = False
        self._connection.set_close_callback(self._client_gone)

    @property
    def moves_time(self) -> bool:
        """Whether the client is blocked until engine time passes."""
        return not self.done and self._moves_time()

    def poll(self) -> None:
        """Write what there is to write by now."""
        if not self._begun:
            self._begin_if_ready()
        if self._flow is not None and not self.done and not self._is_writing():
            self._write_more(self._flow)

    def _begin_if_ready(self) -> None:
        reply = self._reply
        if isinstance(reply, Pending):
            if not reply.done:
                return
            try:
                reply = reply.result()
            except Exception as error:
                reply = self._broken(error)
        self._begun = True
        self._begin(reply)

    def _begin(self, reply: Answer) -> None:
        match reply:
            case Response():
                self._write_whole(reply)
            case Stream():
                self._write_head(reply.status, {**reply.headers, "Content-Type": reply.content_type})
                self._flow, self._moves_time = reply.flow, reply.moves_time
            case Hijack():
                self._take_over(reply)
                self._flow, self._moves_time = reply.flow, lambda: False

    def _write_whole(self, reply: Response) -> None:
        length = {} if reply.status in (204, 304) else {"Content-Length": str(len(reply.body))}
        self._write_head(reply.status, {**reply.headers, **length}, reply.body)
        self._connection.finish()
        self.done = True

    def _write_head(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        reason = "UPGRADED" if status == 101 else responses.get(status, "Unknown")
        line = ResponseStartLine("HTTP/1.1", status, reason)
        self._track(self._connection.write_headers(line, HTTPHeaders(headers), body or None))

    def _take_over(self, reply: Hijack) -> None:
        upgrade = {"Content-Type": reply.content_type, "Connection": "Upgrade", "Upgrade": "tcp"}
        self._write_head(101, upgrade)
        stream = self._connection.detach()
        # A stream of Tornado's closes as a whole when the client ends its half; a second handle of the socket does not.
        # Nothing is lost with the stream's buffer: clients send nothing before they have read the head.
        self._raw = RawConnection(
            stream.socket.dup(),
            receive=lambda content: self._act(lambda: reply.receive(content)),
            receive_end=lambda: self._act(reply.receive_end),
            drained=self._poll_soon,
            gone=self._client_gone,
        )
        stream.close()

    def _act(self, action: Callable[[], None]) -> None:
        """Let the engine hear what the client sent."""
        try:
            action()
        except Exception as error:
            self._broken(error)
        self._acted()

    def _is_writing(self) -> bool:
        if self._raw is not None:
            return not self._raw.drained
        return self._writing is not None and not self._writing.done()

    def _write_more(self, flow: Flow) -> None:
        ended = flow.ended
        content = flow.read()
        if self._raw is not None:
            self._raw.write(content)
        elif content:
            self._track(self._connection.write(content))
        if ended and not self.done:
            self._finish(flow)

    def _finish(self, flow: Flow) -> None:
        self.done = True
        flow.close()
        if self._raw is not None:
            self._raw.finish()
        else:
            self._connection.finish()

    def _track(self, writing: asyncio.Future[None]) -> None:
        self._writing = writing
        writing.add_done_callback(self._written)

    def _written(self, writing: asyncio.Future[None]) -> None:
        # A client that went away is no error of ours; asking for the exception says that it was seen.
        if not writing.cancelled() and writing.exception() is None and self._flow is not None:
            self._poll_soon()

    def _client_gone(self) -> None:
        if not self.done:
            self.abandon()

    def abandon(self) -> None:
        """Want no more of this exchange: the client or the engine is gone."""
        self.done = True
        if self._flow is not None:
            self._flow.close()
        if self._raw is not None:
            self._raw.close()
