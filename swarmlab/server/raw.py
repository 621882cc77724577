"""A connection without HTTP: both directions are plain bytes, and either may end before the other."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

_CHUNK = 65536


class RawConnection:
    """A socket that an answer took over.

    Args:
        connection: the socket; this object closes it.
        receive: gets what the client sends.
        receive_end: hears that the client will send no more.
        drained: hears that everything written has been taken.
        gone: hears that the client takes nothing any more.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        receive: Callable[[bytes], None],
        receive_end: Callable[[], None],
        drained: Callable[[], None],
        gone: Callable[[], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = connection
        self._receive = receive
        self._receive_end = receive_end
        self._on_drained = drained
        self._on_gone = gone
        self._unsent = bytearray()
        self._finishing = False
        self._closed = False
        connection.setblocking(False)
        self._loop.add_reader(connection, self._readable)

    @property
    def drained(self) -> bool:
        """Whether everything written has been taken."""
        return not self._unsent

    def write(self, content: bytes) -> None:
        """Send `content`, as far as the client takes it now, the rest as it does."""
        self._unsent += content
        if self._unsent and not self._closed:
            self._send()

    def finish(self) -> None:
        """Close the connection once everything is sent."""
        self._finishing = True
        if not self._unsent:
            self.close()

    def close(self) -> None:
        """Close the connection now."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()

    def _send(self) -> None:
        try:
            sent = self._socket.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lost()
            return
        del self._unsent[:sent]
        if self._unsent:
            self._loop.add_writer(self._socket, self._writable)

    def _writable(self) -> None:
        self._loop.remove_writer(self._socket)
        self._send()
        if self._closed or self._unsent:
            return
        if self._finishing:
            self.close()
        else:
            self._on_drained()

    def _readable(self) -> None:
        try:
            content = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            self._lost()
            return
        if content:
            self._receive(content)
        else:
            self._loop.remove_reader(self._socket)
            self._receive_end()

    def _lost(self) -> None:
        self.close()
        self._on_gone()
