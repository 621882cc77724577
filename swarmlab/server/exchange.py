"""One request until its answer is written: waits for engine time where the answer does, follows streams, hijacks.

Owns what is written to one client and at what pace: nothing more is read from a stream while the client has not taken
what was written before. Knows nothing of what is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from swarmlab.api.messages import Answer, Flow, Hijack, Request, Response, Stream
from swarmlab.engine.pending import Pending
from swarmlab.server.connection import Connection, Listener
from swarmlab.server.incoming import Incoming, read_query

ONLY_LOOKS = "swarmlab-only-looks"
"""Header of a client that never waits for engine time: a board that asks while a lesson moves time by its own steps."""

_HEAD_FIRST_S = 0.05
"""Wall time in which a client reads the head of a connection that is taken over, before output follows.

The docker SDK loses what comes together with the head, which a real engine is too slow for.
"""


def request_of(incoming: Incoming) -> Request:
    """A request as the API takes it."""
    query, wrong = read_query(incoming.raw_query)
    return Request(
        method=incoming.method,
        path=incoming.path,
        query={name: values[0] for name, values in query.items()},
        repeated={name: tuple(values) for name, values in query.items() if len(values) > 1},
        query_error=wrong,
        headers=incoming.headers,
        body=bytes(incoming.body),
    )


class Exchange:
    """A request that is being answered.

    Args:
        connection: where it came from.
        reply: the answer, or a Pending of it.
        broken: makes an answer of an exception, and keeps it.
        poll_soon: asks for `poll` to be called again, once the client has taken what was written.
        acted: lets the engine do what something that the client sent has made due.
        only_looks: whether manual time stands still, however long the client waits.
    """

    def __init__(
        self,
        connection: Connection,
        reply: Answer | Pending[Answer],
        *,
        broken: Callable[[Exception], Response],
        poll_soon: Callable[[], None],
        acted: Callable[[], None],
        only_looks: bool = False,
    ) -> None:
        self._connection = connection
        self._reply = reply
        self._broken = broken
        self._poll_soon = poll_soon
        self._acted = acted
        self._only_looks = only_looks
        self._flow: Flow | None = None
        self._hijack: Hijack | None = None
        self._moves_time: Callable[[], bool] = lambda: True
        self._begun = False
        self._held = False
        self.done = False
        connection.listener = Listener(drained=poll_soon, left=self._client_left, gone=self.abandon)

    @property
    def moves_time(self) -> bool:
        """Whether the client is blocked until engine time passes."""
        return not (self.done or self._only_looks) and self._moves_time()

    def poll(self) -> None:
        """Write what there is to write by now."""
        if not self._begun:
            self._begin_if_ready()
        if self._flow is not None and not (self.done or self._held) and self._connection.writable:
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
                self.done = True
                self._connection.send(reply.status, reply.headers, reply.body)
            case Stream():
                self._flow, self._moves_time = reply.flow, reply.moves_time
                self._connection.begin(reply.status, {**reply.headers, "Content-Type": reply.content_type})
            case Hijack():
                self._take_over(reply)

    def _take_over(self, reply: Hijack) -> None:
        self._hijack, self._flow, self._moves_time = reply, reply.flow, reply.moves_time
        assert self._connection.listener is not None
        self._connection.listener.received = lambda content: self._act(lambda: reply.receive(content))
        upgrade = {"Content-Type": reply.content_type, "Connection": "Upgrade", "Upgrade": "tcp"}
        self._connection.take_over(upgrade)
        self._held = True
        asyncio.get_running_loop().call_later(_HEAD_FIRST_S, self._release)

    def _release(self) -> None:
        self._held = False
        self._poll_soon()

    def _act(self, action: Callable[[], None]) -> None:
        """Let the engine hear what the client sent."""
        try:
            action()
        except Exception as error:
            self._broken(error)
        self._acted()

    def _write_more(self, flow: Flow) -> None:
        ended = flow.ended
        content = flow.read()
        self._connection.write(content)
        if ended and not self.done:
            self.done = True
            flow.close()
            self._connection.finish()
        elif content or flow.ended:
            # What was read, be it nothing, may have been the last.
            self._poll_soon()

    def _client_left(self) -> None:
        """The client sends no more: over a hijacked connection it may go on reading, a stream ends.

        Source: net/http ends a request's context when it reads the end of the connection.
        """
        if self._hijack is not None:
            self._act(self._hijack.receive_end)
        elif self._flow is not None:
            self.abandon()

    def abandon(self) -> None:
        """Want no more of this exchange: the client or the engine is gone."""
        if self.done:
            return
        self.done = True
        if self._flow is not None:
            self._flow.close()
        self._connection.abort()
