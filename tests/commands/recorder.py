"""An engine that agrees to everything and keeps what it was asked: what the docker CLI sends can be read there.

It answers just enough for the CLI to go on, and owns nothing that an engine owns.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ID = "a" * 64
FILES = Path(__file__).parent / "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, the version of the API left out of its path."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass(slots=True, kw_only=True)
class Recorder:
    """The CLI against an engine that keeps what it is asked."""

    directory: Path
    requests: list[Asked] = field(default_factory=list)

    def typed(self, words: Sequence[str]) -> tuple[int, str]:
        """Run `docker WORDS` without a terminal; its exit code and all that it prints."""
        self.requests.clear()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
        environment |= self.environment
        done = subprocess.run(
            ["docker", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """What leads the CLI to this engine."""
        return {"DOCKER_CONFIG": str(self.directory), "DOCKER_HOST": f"unix://{self.directory}/engine.sock"}

    def asked(self, path: str) -> Asked:
        """The first request for this path."""
        return next(each for each in self.requests if each.path == path)


@contextmanager
def recording(directory: Path) -> Iterator[Recorder]:
    """A recorder whose engine listens in this directory."""
    recorder = Recorder(directory=directory)

    class Handler(_Handler):
        requests = recorder.requests

    server = _Server(str(directory / "engine.sock"), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests: list[Asked]

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urlsplit(self.path)
        path = "/" + target.path.split("/", 2)[2] if target.path.startswith("/v1.") else target.path
        if path != "/_ping":
            asked = Asked(
                method=self.command,
                path=path,
                query=dict(parse_qsl(target.query)),
                body=json.loads(body) if body.strip() else None,
            )
            self.requests.append(asked)
        self._answer(path)

    do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = handle_any  # noqa: N815 names that the base class asks for

    def _answer(self, path: str) -> None:
        known = {"/containers/create": {"Id": ID, "Warnings": []}, "/networks/ingress": {"Ingress": True}}
        content = json.dumps(known.get(path, {})).encode()
        self.send_response(201 if path == "/containers/create" else 200)
        headers = {"Api-Version": "1.51", "Ostype": "linux", "Content-Type": "application/json"}
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def address_string(self) -> str:
        return "cli"

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def words_of(line: str) -> list[str]:
    """The words after `docker`; `{files}` stands for the tests' own files."""
    return shlex.split(line.format(files=FILES))[1:]
