"""The unix socket of one node: open while its engine runs, refusing like a dead engine's when it does not."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path

from swarmlab.server.connection import Connection
from swarmlab.server.incoming import Incoming

_BACKLOG = 4096
"""Connections that may wait to be accepted."""

_AT_ONCE = 64
"""Connections that are accepted before others are served."""

_PAUSE_S = 1.0
"""Before another try when this process may open no more files. Source: net/http, Server.Serve."""

MAX_PATH_BYTES = 107
"""What fits in `sockaddr_un.sun_path` with its closing zero. Source: unix(7)."""


class SocketPathError(ValueError):
    """The operating system has no room for a socket's path."""

    def __init__(self, path: Path) -> None:
        length = len(os.fsencode(path))
        super().__init__(
            f"The path of a unix socket may have {MAX_PATH_BYTES} bytes, and {path} has {length}. "
            "Choose a directory with a shorter path."
        )


def check_path(path: Path) -> None:
    """Check that a socket can have this path.

    Raises:
        SocketPathError: it is too long.
        FileExistsError: somebody listens there.
    """
    if len(os.fsencode(path)) > MAX_PATH_BYTES:
        raise SocketPathError(path)
    if _somebody_listens(path):
        raise FileExistsError(f"{path} belongs to a lab that runs. Choose another directory, or end that lab.")


def _somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


class Door:
    """One node's socket.

    Args:
        path: where the socket lies.
        handle: gets every request, and the connection to answer on.
    """

    def __init__(self, path: Path, handle: Callable[[Incoming, Connection], None]) -> None:
        check_path(path)
        self.path = path
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
            self._listening = _bind(self.path)
            self._await_clients(self._listening)
        elif not is_open and self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
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
        return Connection(self._handle, self._welcome, self._connections.discard)

    def _welcome(self, connection: Connection) -> None:
        """The engine may have died since the client knocked."""
        if self.open:
            self._connections.add(connection)
        else:
            connection.abort()

    def remove(self) -> None:
        """Close it and take the socket away."""
        self.set_open(False)
        self.path.unlink(missing_ok=True)


def _bind(path: Path) -> socket.socket:
    """A listening socket that only its owner may use, in the place of one that nobody listens on."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.setblocking(False)
    listening.bind(str(path))
    path.chmod(0o600)
    listening.listen(_BACKLOG)
    return listening
