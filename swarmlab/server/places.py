"""Where the engines of a lab listen: on unix sockets, or on ports of this machine where the platform has none.

A unix socket lies in a directory that only its owner may enter. A port can be reached by everybody on the machine, and
by a page in the browser: there every request must carry the lab's secret, which lies in such a directory.
"""

from __future__ import annotations

import hmac
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, cast

SocketKind = Literal["unix", "tcp"]

VARIABLE = "SWARMLAB_SOCKETS"
"""Says `tcp` or `unix` to who would rather not have what the platform suggests."""

SECRET_HEADER = "swarmlab-secret"
LOOPBACK = "127.0.0.1"

_BACKLOG = 4096
"""Connections that may wait to be accepted."""

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


def socket_kind() -> SocketKind:
    """What a lab's engines listen on: unix sockets, but ports where the platform has none or SWARMLAB_SOCKETS says so.

    Raises:
        ValueError: SWARMLAB_SOCKETS says something else.
    """
    text = os.environ.get(VARIABLE) or ("unix" if hasattr(socket, "AF_UNIX") else "tcp")
    if text in ("unix", "tcp"):
        return cast(SocketKind, text)
    raise ValueError(f"{VARIABLE} may be unix or tcp, not {text!r}")


class Place(Protocol):
    """Where one engine listens.

    Attributes:
        docker_host: value of `DOCKER_HOST` that leads here.
    """

    docker_host: str

    def listen(self) -> socket.socket:
        """A socket on which clients may come."""
        ...

    def rest(self) -> None:
        """Have clients refused as by a dead engine, now that the socket is closed."""
        ...

    def remove(self) -> None:
        """Give the place up."""
        ...

    def objection(self, headers: Mapping[str, str]) -> str:
        """Why a request with these headers is not answered; empty where it is."""
        ...


class UnixPlace:
    """A unix socket.

    Args:
        path: where it is to lie, in a private directory.

    Raises:
        SocketPathError: the operating system has no room for the path.
        FileExistsError: somebody listens there.
    """

    def __init__(self, path: Path) -> None:
        check_path(path)
        self.path = path
        self.docker_host = f"unix://{path}"

    def listen(self) -> socket.socket:
        """A socket that only its owner may use, in the place of one that nobody listens on."""
        self.path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(self.path))
        self.path.chmod(0o600)
        listening.listen(_BACKLOG)
        return listening

    def rest(self) -> None:
        """The socket stays where it lies, and nobody listens."""

    def remove(self) -> None:
        """Take the socket away."""
        self.path.unlink(missing_ok=True)

    def objection(self, headers: Mapping[str, str]) -> str:
        """None: who can reach it may use it."""
        return ""


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


class PortPlace:
    """A free port of this machine, kept until `remove`: nobody else can take it while the engine is down.

    Args:
        secret: what each request must carry.
        docker_config: the directory in which the docker command finds it, for the words of a refusal.
    """

    def __init__(self, secret: str, docker_config: Path) -> None:
        self._secret = secret
        self._docker_config = docker_config
        self._bound = _bound(0)
        self._port: int = self._bound.getsockname()[1]
        self.docker_host = f"tcp://{LOOPBACK}:{self._port}"

    def listen(self) -> socket.socket:
        """The port, open."""
        _share(self._bound)
        self._bound.listen(_BACKLOG)
        return self._bound

    def rest(self) -> None:
        """The port stays ours, and nobody listens."""
        self._bound = _bound(self._port)

    def remove(self) -> None:
        """Give the port back."""
        self._bound.close()

    def objection(self, headers: Mapping[str, str]) -> str:
        """What is missing, and where it is."""
        if hmac.compare_digest(headers.get(SECRET_HEADER, "").encode(), self._secret.encode()):
            return ""
        return (
            f"this engine belongs to a lab and answers only who knows its secret: set DOCKER_CONFIG to"
            f" {self._docker_config}, where the docker command and the docker SDK find it"
        )


def _bound(port: int) -> socket.socket:
    """A port that is ours alone, though connections of before may still be ending there."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, asyncio has lines not wait
    _share(bound)
    bound.bind((LOOPBACK, port))
    _share(bound, False)
    return bound


def _share(bound: socket.socket, shared: bool = True) -> None:
    """Let it bind and listen beside connections that are ending. Others who share could bind in between."""
    if sys.platform != "win32":  # there sharing means that others may listen too, and nobody needs it
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(shared))


def new_secret() -> str:
    """What nobody guesses."""
    return secrets.token_hex(16)
