"""The same requests to two labs: their answers, made comparable. One of the two may have real engines.

Requests are drawn once, with marks where an id or a version of the lab belongs; each side puts its own there.
"""

from __future__ import annotations

import json
import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from swarmlab.api.endpoints import find_endpoint
from swarmlab.api.messages import Request
from swarmlab.client.protocols import Backend
from tests.fuzz.requests import Story, as_bytes

MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"
ANSWER_S = 40.0
"""A stop may take as long as a story's greatest grace, a question without a leader 20 s."""

_MARK = re.compile(r"§(version:)?([a-z]+)/([^§]+)§")
_VERSION = re.compile(r"^/v[^/]*(?=/)")
_SAME = (
    (re.compile(r"\b(sha256:)?[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"\b[0-9a-z]{25}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<short id>"),
    # Of several that are none, Go names any.
    (re.compile(r'invalid option: ".*"'), 'invalid option: "<option>"'),
    (re.compile(r"invalid filter '[a-z-]+'"), "invalid filter '<key>'"),
)

THINGS = {
    "services": ["helloworld"],
    "nodes": ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"],
    "networks": ["front", "bridge", "ingress"],
    "secrets": ["data"],
    "configs": ["data"],
    "containers": ["web", "front"],
    "tasks": ["first"],
}
NAMED = {"volumes": ["data"], "images": ["alpine", "alpine:latest"]}

LEFT_OUT = {
    "/events": "it never ends",
    "/containers/{id:*}/attach": "it takes the connection over",
    "/containers/{id:*}/attach/ws": "it takes the connection over",
    "/exec/{id:*}/start": "it takes the connection over",
    "/containers/{id:*}/stats": "it never ends",
    "/containers/{id:*}/wait": "it waits for what may never come",
    "/swarm/leave": "it would end the lab",
    "/swarm/init": "by force it would end the lab",
    "/swarm/join": "it waits 20 s",
    "/images/create": "the labs' registries differ",
    "/distribution/{name:*}/json": "the labs' registries differ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of the story, and to whom it goes."""

    number: int
    node: str
    request: Request

    @property
    def endpoint(self) -> str:
        """Method and template of what is asked."""
        found = find_endpoint(self.request.method, _VERSION.sub("", self.request.path))
        return f"{found.method} {found.template}" if found else "none"

    def __str__(self) -> str:
        return f"{self.number}: {self.node} {as_bytes(self.request)[:2000]!r}"


def draw(seed: int, count: int) -> Iterator[Asked]:
    """A story of requests, without those that cannot be compared."""
    story = Story(seed)
    marks = {kind: [f"§{kind}/{name}§" for name in names] for kind, names in THINGS.items()}
    story.known = {kind: [*names, *(THINGS.get(kind, []) if kind != "tasks" else [])] for kind, names in marks.items()}
    story.known |= NAMED
    story.versions = [f"§version:{kind}/{THINGS[kind][0]}§" for kind in ("services", "nodes", "secrets", "configs")]
    for number in range(count):
        asked = Asked(
            number=number, node=story.chance.choice([MANAGER, MANAGER, WORKER]), request=_about_itself(story.draw())
        )
        if _can_be_compared(asked):
            yield asked


def _about_itself(request: Request) -> Request:
    """What is updated is updated as the version that it has, mostly."""
    kind = next(iter(_MARK.findall(request.path)), None)
    if kind and request.query.get("version", "").startswith("§"):
        return replace(request, query={**request.query, "version": f"§version:{kind[1]}/{kind[2]}§"})
    return request


def _can_be_compared(asked: Asked) -> bool:
    template = asked.endpoint.partition(" ")[2]
    follows = asked.request.query.get("follow", "0").lower() not in ("", "0", "false")
    return template not in LEFT_OUT and asked.endpoint != "DELETE /nodes/{id}" and not follows


class Side:
    """One of the two labs."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._hosts = {host.name: host for host in backend.hosts}
        self._ids: dict[tuple[str, str], str] = {}

    def furnish(self) -> None:
        """Something to meet of every kind."""
        for node in (MANAGER, WORKER):
            self.demand(node, "POST", "/images/create?fromImage=alpine&tag=latest")
            web = {"Image": "alpine", "Cmd": ["sleep", "9999"], "StopTimeout": 1}  # nobody here wants to wait for it
            self.demand(node, "POST", "/containers/create?name=web", web)
            self.demand(node, "POST", "/containers/web/start")
            self.demand(node, "POST", "/containers/create?name=front", {"Image": "alpine", "Tty": True})
            self.demand(node, "POST", "/volumes/create", {"Name": "data"})
        overlay = {"Name": "front", "Driver": "overlay", "Attachable": True}
        self.demand(MANAGER, "POST", "/networks/create", overlay)
        for kind in ("secrets", "configs"):
            self.demand(MANAGER, "POST", f"/{kind}/create", {"Name": "data", "Data": "aGk="})
        for kind, names in THINGS.items():
            for name in names:
                self._ids[kind, name] = self._look_up(kind, name)[
                    "ID" if kind not in ("networks", "containers") else "Id"
                ]

    def _look_up(self, kind: str, name: str) -> Any:
        if kind == "tasks":
            running = self.demand(MANAGER, "GET", '/tasks?filters={"desired-state":["running"]}')
            return running[0]
        suffix = "/json" if kind == "containers" else ""
        return self.demand(MANAGER, "GET", f"/{kind}/{self._ids.get((kind, name), name)}{suffix}")

    def demand(self, node: str, method: str, path: str, body: object = None) -> Any:
        """An answer that must be no refusal, as JSON if it is."""
        path, _, query = path.partition("?")
        content = b"" if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"} if content else {}
        pairs = dict(part.split("=", 1) for part in query.split("&")) if query else {}
        request = Request(method=method, path=path, query=pairs, headers=headers, body=content)
        status, text = self._talk(node, request)
        assert 200 <= status < 400, (self._backend.name, node, method, path, status, text)
        return json.loads(text) if text.startswith(("{", "[")) and "/images/create" not in path else text

    def ask(self, asked: Asked) -> tuple[int, str]:
        """The status of an answer, and of a refusal its words, as both sides may say them."""
        request = asked.request
        own = replace(
            request,
            path=_MARK.sub(self._own, request.path),
            query={name: _MARK.sub(self._own, value) for name, value in request.query.items()},
        )
        status, text = self._talk(asked.node, own)
        return status, self._comparable(_words(text)) if status >= 400 or status == 0 else ""

    def _own(self, mark: re.Match[str]) -> str:
        version, kind, name = mark.groups()
        if not version:
            return self._ids[kind, name]
        try:
            return str(self._look_up(kind, name)["Version"]["Index"])
        except AssertionError:
            return "10"

    def _comparable(self, text: str) -> str:
        for host in self._hosts.values():
            text = text.replace(host.address, f"<{host.name}>")
        for pattern, instead in _SAME:
            text = pattern.sub(instead, text)
        return text

    def _talk(self, node: str, request: Request) -> tuple[int, str]:
        content = as_bytes(request).replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n", 1)
        with self._connect(node) as connection:
            try:
                connection.sendall(content)
                answer = HTTPResponse(connection, method=request.method)
                answer.begin()
                return answer.status, answer.read().decode("utf-8", "replace")
            except (OSError, HTTPException) as error:
                return 0, type(error).__name__

    def _connect(self, node: str) -> socket.socket:
        where = self._hosts[node].docker_host
        if where.startswith("unix://"):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(ANSWER_S)
            connection.connect(where.removeprefix("unix://"))
            return connection
        url, keys = urlsplit(where), Path(self._backend.docker_config)
        trust = ssl.create_default_context(cafile=str(keys / "ca.pem"))
        trust.load_cert_chain(keys / "cert.pem", keys / "key.pem")
        plain = socket.create_connection((str(url.hostname), int(url.port or 0)), timeout=ANSWER_S)
        return trust.wrap_socket(plain, server_hostname=str(url.hostname))


def _words(text: str) -> str:
    try:
        content = json.loads(text)
    except ValueError:
        return text
    return str(content["message"]) if isinstance(content, dict) and "message" in content else text
