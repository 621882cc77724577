"""The unix socket of one node: open while its engine runs, refusing like a dead engine's when it does not."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream
from tornado.netutil import bind_unix_socket

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


class _Connections(HTTPServer):
    """An HTTP server that knows its connections, so that they can be cut at once."""

    streams: set[IOStream]

    def handle_stream(self, stream: IOStream, address: tuple[str, int]) -> None:
        self.streams = {each for each in self.streams if not each.closed()} | {stream}
        super().handle_stream(stream, address)


class Door:
    """One node's socket.

    Args:
        path: where the socket lies.
        handle: gets every request.
    """

    def __init__(self, path: Path, handle: Callable[[HTTPServerRequest], None]) -> None:
        check_path(path)
        self.path = path
        self._handle = handle
        self._server: _Connections | None = None

    @property
    def open(self) -> bool:
        """Whether somebody listens."""
        return self._server is not None

    def set_open(self, is_open: bool) -> None:
        """Listen, or refuse as a dead engine does: its socket is there, but nobody listens."""
        if is_open and self._server is None:
            self._server = self._listen()
        elif not is_open and self._server is not None:
            self._server.stop()
            for stream in self._server.streams:
                stream.close()
            self._server = None

    def _listen(self) -> _Connections:
        server = _Connections(self._handle)
        server.streams = set()
        server.add_socket(bind_unix_socket(str(self.path), mode=0o600))
        return server

    def remove(self) -> None:
        """Close it and take the socket away."""
        self.set_open(False)
        self.path.unlink(missing_ok=True)
