"""The Docker API over ssh: the user's own `ssh` command, with its agent, configuration and known hosts.

Owns the connections. As the docker command does, each runs `docker system dial-stdio` on the host. The docker SDK's own
ssh needs paramiko even where it calls the command, starts a new ssh for every request, waits for answers for ever,
cannot end a stream, and loses what ssh says when it fails. Nothing here ever asks: a host key must be known, a key must
be loaded.
"""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from typing import IO, Any
from urllib.parse import urlsplit

from docker import APIClient
from docker.transport.basehttpadapter import BaseHTTPAdapter
from requests import PreparedRequest, Response
from requests.exceptions import ConnectionError
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

CONNECT_TIMEOUT_S = 10
END_TIMEOUT_S = 5

OPTIONS = (
    *("-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"),
    *("-o", f"ConnectTimeout={CONNECT_TIMEOUT_S}", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=3"),
)

_NOT_FOR_SSH = ("LD_LIBRARY_PATH", "SSL_CERT_FILE")
"""An environment of conda may set them; the system's ssh needs its own."""


class SshFailed(ConnectionError):
    """ssh ended with an error; the text is what it said."""


def ssh_command(url: str, remote: str) -> list[str]:
    """The command line that runs `remote` on the host of `ssh://user@host:port`."""
    parts = urlsplit(url)
    user = ["-l", parts.username] if parts.username else []
    port = ["-p", str(parts.port)] if parts.port else []
    return ["ssh", *OPTIONS, *user, *port, "--", parts.hostname or "", remote]


def ssh_environment() -> Mapping[str, str]:
    """This process' environment, as the system's ssh wants it."""
    return {name: value for name, value in os.environ.items() if name not in _NOT_FOR_SSH}


class SshApi(APIClient):
    """The docker SDK's low-level client, over ssh. No connection is made before the first request."""

    def __init__(self, url: str, *, version: str, timeout_s: int) -> None:
        # For the SDK this is as a unix socket: one stream of bytes, read and written here.
        super().__init__(base_url="unix:///ssh", version=version, timeout=timeout_s)
        self._custom_adapter = SshAdapter(url, timeout_s=timeout_s)
        self.mount("http+docker://", self._custom_adapter)


class SshAdapter(BaseHTTPAdapter):
    """Sends requests through ssh processes, one for each connection."""

    def __init__(self, url: str, *, timeout_s: int) -> None:
        super().__init__()
        self._command = ssh_command(url, "docker system dial-stdio")
        self._timeout_s = timeout_s
        self._processes: list[tuple[subprocess.Popen[bytes], IO[bytes]]] = []
        self._pool = _Pool(self)

    def get_connection(self, url: bytes | str, proxies: Mapping[str, str] | None = None) -> HTTPConnectionPool:
        """The connections, whatever the URL."""
        return self._pool

    def request_url(self, request: PreparedRequest, proxies: Mapping[str, str] | None) -> str:
        """No proxy stands between."""
        return str(request.path_url)

    def send(self, request: PreparedRequest, *arguments: Any, **named: Any) -> Response:
        """Send one request.

        Raises:
            SshFailed: ssh ended with an error instead of an answer.
        """
        try:
            return super().send(request, *arguments, **named)
        except ConnectionError as error:
            if said := self._said():
                raise SshFailed(said, request=request) from error
            raise

    def connect(self) -> socket.socket:
        """Start an ssh; returns the stream to the engine."""
        self._forget_ended()
        with ExitStack() as unless_started:
            ours, theirs = socket.socketpair()
            errors = unless_started.enter_context(tempfile.TemporaryFile())
            unless_started.callback(ours.close)
            with theirs:
                process = subprocess.Popen(
                    self._command, stdin=theirs.fileno(), stdout=theirs.fileno(), stderr=errors, env=ssh_environment(),
                    start_new_session=True,  # so that Ctrl-C ends what waits here, and not the connection
                )  # fmt: skip
            unless_started.pop_all()
        self._processes.append((process, errors))
        ours.settimeout(self._timeout_s)
        return ours

    def close(self) -> None:
        """End every connection, and its ssh."""
        super().close()
        self._pool.close()
        for process, _ in self._processes:
            process.terminate()
        for process, _ in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(END_TIMEOUT_S)
            if process.poll() is None:
                process.kill()
                process.wait()
        self._forget_ended()

    def _said(self) -> str:
        """What the newest ssh said when it failed; nothing if it goes on."""
        if not self._processes:
            return ""
        process, errors = self._processes[-1]
        try:
            status = process.wait(END_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return ""
        errors.seek(0)
        return errors.read().decode(errors="replace").strip() or f"ssh ended with status {status}"

    def _forget_ended(self) -> None:
        for ended in [one for one in self._processes if one[0].poll() is not None]:
            ended[1].close()
            self._processes.remove(ended)


class _Pool(HTTPConnectionPool):
    def __init__(self, adapter: SshAdapter) -> None:
        super().__init__("localhost", maxsize=10)
        self._adapter = adapter

    def _new_conn(self) -> _Connection:
        return _Connection(self._adapter)


class _Connection(HTTPConnection):
    def __init__(self, adapter: SshAdapter) -> None:
        super().__init__("localhost")
        self._adapter = adapter

    def connect(self) -> None:
        self.sock = self._adapter.connect()
