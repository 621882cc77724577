"""A request's body as it arrives: so many bytes, or chunks until an empty one.

Owns what has arrived of one body, and how much that may be. Source: Go's net/http/internal/chunked.go.
"""

from __future__ import annotations

import re
from typing import Protocol

MAX_BODY_BYTES = 16 << 20
"""More than any request has here.

Simplification: dockerd sets no limit of its own; the words of the refusal are those of Go's MaxBytesReader.
"""

_LINE_LIMIT = 4096
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}")


class BadBody(Exception):
    """A body that cannot be read to its end; `status` is that of the answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def too_large() -> BadBody:
    """The refusal of a body that is too long."""
    return BadBody("http: request body too large", 413)


class Body(Protocol):
    """A body that arrives."""

    content: bytearray

    def feed(self, buffer: bytearray) -> bool:
        """Take from `buffer` what belongs to the body; returns whether it is complete.

        Raises:
            BadBody: it is too long, or in no form that bodies have.
        """


def body_of(length: int | None) -> Body:
    """The body that a head announces; None means in chunks.

    Raises:
        BadBody: it would be too long.
    """
    if length is None:
        return _Chunked()
    if length > MAX_BODY_BYTES:
        raise too_large()
    return _Fixed(length)


class _Fixed:
    def __init__(self, length: int) -> None:
        self.content = bytearray()
        self._missing = length

    def feed(self, buffer: bytearray) -> bool:
        taken = buffer[: self._missing]
        del buffer[: self._missing]
        self.content += taken
        self._missing -= len(taken)
        return not self._missing


class _Chunked:
    def __init__(self) -> None:
        self.content = bytearray()
        self._missing = 0
        """Of the present chunk, with the line end after it."""
        self._last = False

    def feed(self, buffer: bytearray) -> bool:
        while buffer:
            if self._missing:
                self._take(buffer)
                continue
            line = _line(buffer)
            if line is None:
                return False
            if self._last:
                if not line:
                    return True
                continue
            self._begin(line)
        return False

    def _take(self, buffer: bytearray) -> None:
        """Take of a chunk what is there; its last two bytes are the line end."""
        size = self._missing - 2
        taken = buffer[: max(size, 0)]
        self.content += taken
        if len(self.content) > MAX_BODY_BYTES:
            raise too_large()
        end = buffer[len(taken) : len(taken) + 2 + min(size, 0)] if len(taken) == max(size, 0) else b""
        if end and bytes(end) not in (b"\r\n", b"\r", b"\n"):
            raise BadBody("invalid JSON: malformed chunked encoding")
        del buffer[: len(taken) + len(end)]
        self._missing -= len(taken) + len(end)

    def _begin(self, line: bytes) -> None:
        size = line.partition(b";")[0].strip()
        if not _SIZE.fullmatch(size):
            raise BadBody("invalid JSON: invalid byte in chunk length")
        length = int(size, 16)
        if length > MAX_BODY_BYTES:
            raise too_large()
        self._last = not length
        self._missing = length + 2 if length else 0


def _line(buffer: bytearray) -> bytes | None:
    """The next line, without its end; None when it has not arrived yet."""
    end = buffer.find(b"\n")
    if end < 0 or end > _LINE_LIMIT:
        if len(buffer) > _LINE_LIMIT:
            raise BadBody("invalid JSON: header line too long")
        return None
    line = bytes(buffer[:end]).removesuffix(b"\r")
    del buffer[: end + 1]
    return line
