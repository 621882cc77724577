"""Output that arrives while lab time passes: read without blocking, whole frames only, never a half line lost.

Source: moby pkg/stdcopy (8-byte header: stream, three zeros, big-endian size), RFC 9112 chunked transfer coding.
"""

from __future__ import annotations

import os
import ssl
import struct
from collections.abc import Iterator
from contextlib import suppress
from socket import SHUT_WR, socket, socketpair
from typing import Any

from requests import Response

HEADER = 8
_READ = 65536


class Stream:
    """The body of a streaming answer, as it comes."""

    def __init__(self, response: Response) -> None:
        body: Any = response.raw._fp  # http.client.HTTPResponse
        self._response = response
        self._file = body.fp  # BufferedReader over the socket, which may hold bytes already
        self._chunked = bool(getattr(body, "chunked", False))
        self._left = None if self._chunked or response.status_code == 101 else body.length
        self._raw = b""
        self._started = False
        self.ended = self._file is None

    def read(self) -> bytes:
        """Everything that is there by now; empty when nothing is."""
        if not self.ended:
            self._raw += b"".join(self._arrived())
        return self._without_chunks() if self._chunked else self._all()

    def read_to_end(self) -> bytes:
        """The whole answer, waiting for its end as long as the engine takes; lab time is not asked for."""
        self.ended = True
        return bytes(self._response.content)

    def send(self, data: bytes) -> None:
        """Send something over the same connection and say that nothing follows; only where it was upgraded.

        Who reads it may have ended by now.
        """
        connection = self._file.raw._sock
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
            if isinstance(connection, ssl.SSLSocket):
                close_encrypted(connection)
            else:
                connection.shutdown(SHUT_WR)

    def close(self) -> None:
        """Hang up."""
        self._response.close()

    def _arrived(self) -> Iterator[bytes]:
        if not self._started:
            self._started = True
            _without_waiting(self._file.raw)
            yield from self._buffered()
        buffer = bytearray(_READ)
        while not self.ended:
            try:
                size = self._file.raw.readinto(buffer)
            except (ssl.SSLWantReadError, BlockingIOError):
                return
            except (ssl.SSLZeroReturnError, ConnectionResetError):  # it ended, whether it had read what we sent or not
                size = 0
            if size is None:
                return
            self.ended = size == 0
            yield bytes(buffer[:size])

    def _buffered(self) -> Iterator[bytes]:
        try:
            yield self._file.read1(_READ) or b""
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError, ConnectionResetError, BlockingIOError):
            return

    def _all(self) -> bytes:
        data, self._raw = self._raw, b""
        if self._left is not None:
            self._left -= len(data)
            self.ended = self.ended or self._left <= 0
        return data

    def _without_chunks(self) -> bytes:
        data = b""
        while (line_end := self._raw.find(b"\r\n")) >= 0:
            size = int(self._raw[:line_end].split(b";")[0] or b"0", 16)
            end = line_end + 2 + size + 2
            if len(self._raw) < end:
                break
            data += self._raw[line_end + 2 : end - 2]
            self._raw = self._raw[end:]
            if size == 0:
                self.ended = True
                break
        return data


def close_encrypted(connection: ssl.SSLSocket) -> None:
    """Tell the other side that nothing follows, and hear what it still has to say.

    `unwrap` tells it, but then expects the same at once and takes anything else for an error. So it is given an empty
    pipe in the connection's place, and what it writes there is sent.
    """
    here, there = socketpair()
    with here, there, socket(fileno=os.dup(connection.fileno())) as real:
        before = connection.gettimeout()
        connection.settimeout(0.0)
        here.setblocking(False)
        os.dup2(here.fileno(), connection.fileno(), inheritable=False)
        try:
            with suppress(ssl.SSLWantReadError):
                connection.unwrap()
        finally:
            os.dup2(real.fileno(), connection.fileno(), inheritable=False)
        connection.settimeout(before)
        real.sendall(there.recv(_READ))


def _without_waiting(raw: Any) -> None:
    connection = getattr(raw, "_sock", None)
    if connection is not None:
        connection.settimeout(0.0)


class Frames:
    """Splits a multiplexed log into its frames, each the output of one write: a whole line."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[str]:
        """The frames that are complete by now."""
        self._rest += data
        while len(self._rest) >= HEADER:
            (size,) = struct.unpack(">I", self._rest[4:HEADER])
            if len(self._rest) < HEADER + size:
                return
            frame, self._rest = self._rest[HEADER : HEADER + size], self._rest[HEADER + size :]
            yield frame.decode("utf-8", "replace")
