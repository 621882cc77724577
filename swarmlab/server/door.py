"""The door of one node: open while its engine runs, refusing like a dead engine's when it does not."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable

from swarmlab.server.connection import Connection
from swarmlab.server.incoming import Incoming
from swarmlab.server.places import Place

_AT_ONCE = 64
"""Connections that are accepted before others are served."""

_PAUSE_S = 1.0
"""Before another try when this process may open no more files. Source: net/http, Server.Serve."""


class Door:
    """Where the clients of one node come in.

    Args:
        place: where that is.
        handle: gets every request that may be answered, and the connection to answer on.
    """

    def __init__(self, place: Place, handle: Callable[[Incoming, Connection], None]) -> None:
        self.place = place
        self._handle = handle
        self._connections: set[Connection] = set()
        self._beginning: set[asyncio.Task[object]] = set()
        self._listening: socket.socket | None = None

    @property
    def open(self) -> bool:
        """Whether somebody listens."""
        return self._listening is not None

    def set_open(self, is_open: bool) -> None:
        """Listen, or refuse as a dead engine does: its socket is there, but nobody listens."""
        if is_open and self._listening is None:
            self._listening = self.place.listen()
            self._listening.setblocking(False)
            self._await_clients(self._listening)
        elif not is_open and self._listening is not None:
            self._stop(self._listening)
            self.place.rest()

    def _stop(self, listening: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(listening)
        listening.close()
        self._listening = None
        for connection in list(self._connections):
            connection.abort()

    def _await_clients(self, listening: socket.socket) -> None:
        if listening is self._listening:
            asyncio.get_running_loop().add_reader(listening, self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_AT_ONCE):
            try:
                client, _ = listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                loop = asyncio.get_running_loop()
                loop.remove_reader(listening)
                loop.call_later(_PAUSE_S, self._await_clients, listening)
                return
            self._greet(client)

    def _greet(self, client: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        client.setblocking(False)
        beginning = loop.create_task(loop.connect_accepted_socket(self._connect, client))
        self._beginning.add(beginning)
        beginning.add_done_callback(self._beginning.discard)

    def _connect(self) -> Connection:
        return Connection(self._admit, self._welcome, self._connections.discard)

    def _welcome(self, connection: Connection) -> None:
        """The engine may have died since the client knocked."""
        if self.open:
            self._connections.add(connection)
        else:
            connection.abort()

    def _admit(self, incoming: Incoming, connection: Connection) -> None:
        if objection := self.place.objection(incoming.headers):
            body = json.dumps({"message": objection}) + "\n"
            connection.send(401, {"Content-Type": "application/json"}, body.encode())
        else:
            self._handle(incoming, connection)

    def remove(self) -> None:
        """Close it, and give the place up."""
        if self._listening is not None:
            self._stop(self._listening)
        self.place.remove()
