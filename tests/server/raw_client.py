"""A client that sends bytes of its own choice to a lab's socket."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

from swarmlab.backends.embedded import EmbeddedBackend


class RawClient:
    """One connection to a node's engine."""

    def __init__(self, lab: EmbeddedBackend, node: str = "docker-swarm-3", *, timeout_s: float = 10) -> None:
        (host,) = (host for host in lab.hosts if host.name == node)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout_s)
        self.socket.connect(host.docker_host.removeprefix("unix://"))
        self._unread = b""

    def send(self, line: str, body: bytes = b"", **headers: str) -> None:
        """Send a request: its line without the protocol, headers by their names with underscores, a body."""
        fields = {"Host": "x", **({"Content-Length": str(len(body))} if body else {}), **headers}
        lines = [f"{line} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
        self.send_bytes("\r\n".join([*lines, "\r\n"]).encode() + body)

    def send_bytes(self, content: bytes) -> None:
        """Send anything."""
        self.socket.sendall(content)

    def end(self) -> None:
        """Send no more, but go on reading."""
        self.socket.shutdown(socket.SHUT_WR)

    def read_until(self, end: bytes) -> bytes:
        """What comes up to `end`."""
        while end not in self._unread:
            part = self.socket.recv(1 << 16)
            assert part, self._unread
            self._unread += part
        found, _, self._unread = self._unread.partition(end)
        return found + end

    def read_head(self) -> str:
        """The head of an answer."""
        return self.read_until(b"\r\n\r\n").decode("latin-1")

    def read_chunk(self) -> bytes:
        """A chunk of a streamed answer."""
        size = int(self.read_until(b"\r\n"), 16)
        return self.read(size + 2)[:size]

    def read(self, size: int) -> bytes:
        """So many bytes."""
        while len(self._unread) < size:
            part = self.socket.recv(1 << 16)
            assert part, self._unread
            self._unread += part
        found, self._unread = self._unread[:size], self._unread[size:]
        return found

    def read_to_end(self) -> bytes:
        """What comes until the engine closes the connection."""
        content, self._unread = self._unread, b""
        try:
            while part := self.socket.recv(1 << 16):
                content += part
        except ConnectionResetError:
            pass  # it closed before it had read all that was sent
        return content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()
