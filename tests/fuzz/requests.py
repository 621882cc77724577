"""Requests that nobody should send: every endpoint, with what belongs there and what does not.

All is drawn from one seeded source, so a story is repeated by its seed. Bodies follow the table of Go types:
of every key something of its type, or of another one, or of no size.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from swarmlab.api.endpoints import Endpoint, endpoints
from swarmlab.api.messages import Request
from swarmlab.api.routes import ROUTES, Route
from swarmlab.gotypes.table import fields_by_lower_key, is_struct, underlying

NAMES = [
    *("helloworld", "web", "data", "front", "bridge", "host", "none", "ingress", "alpine", "alpine:latest", "nginx")
]
_ODD_TEXTS = [
    *(
        "",
        " ",
        "x",
        "0",
        "-1",
        "1e9",
        "null",
        "true",
        "é",
        "日本",
        "a/b",
        "..",
        "%zz",
        "\x00",
        "\u202e",
        "a" * 300,
        "*",
        "[",
        "(",
    ),
    *(
        "unix:///x",
        "alpine@sha256:" + "0" * 64,
        "sha256:" + "f" * 64,
        "'; --",
        "{{.Node.Hostname}}",
        "{{",
        "\n",
        "=",
        "a=b",
    ),
    *(
        "10.0.0.0/8",
        "10.0.0.1",
        "::1/64",
        "0.0.0.0:2377",
        "127.0.0.1:99999",
        "node.role==manager",
        "node.role",
        "80:80",
    ),
]
_HUGE = "9" * 5000
"""More digits than Python makes a number of."""
_DEEP = "[" * 3000
_ODD_TEXTS += [_HUGE, "1" * 20, "\u0663", "1_0", "+5", f"0-{_HUGE}", f"{_HUGE}/tcp", '{"name":["\\ud800"]}', _DEEP]
_ODD_NUMBERS = [
    0,
    1,
    -1,
    2,
    7,
    80,
    65535,
    65536,
    1 << 31,
    1 << 32,
    1 << 53,
    (1 << 63) - 1,
    1 << 63,
    1 << 64,
    10**30,
    1.5,
    1e300,
    -0.0,
]
_ODD_VALUES: list[Any] = [None, True, False, [], {}, [[]], [{}], {"": ""}, [None], {"a": {"b": {"c": []}}}]
_ODD_BODIES = [
    *(
        b"",
        b" ",
        b"null",
        b"[]",
        b"5",
        b'"x"',
        b"{",
        b"[",
        b"}",
        b"{}{}",
        b"{} x",
        b"nul",
        b"NaN",
        b"Infinity",
        b"-Infinity",
    ),
    *(
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"Name":"a","Name":"b"}',
        b"\xff\xfe",
        b'{"Name":"\xff"}',
        b'{"Name":"\\ud800"}',
        b"\x00",
    ),
    *(b"[" * 3000, b'{"a":' * 3000, b'{"a":"' + b"x" * 100_000 + b'"}', b"\xef\xbb\xbf{}", b"'", b"<xml/>", b"--x\r\n"),
]
_WORDS = {
    "swarm.NodeRole": ["worker", "manager"],
    "swarm.NodeAvailability": ["active", "pause", "drain"],
    "swarm.RestartPolicyCondition": ["none", "on-failure", "any"],
    "swarm.ResolutionMode": ["vip", "dnsrr"],
    "swarm.PortConfigProtocol": ["tcp", "udp", "sctp"],
    "swarm.PortConfigPublishMode": ["ingress", "host"],
    "swarm.RuntimeType": ["container", "plugin", "attachment"],
    "mount.Type": ["bind", "volume", "tmpfs", "npipe", "cluster", "image"],
    "container.NetworkMode": ["default", "bridge", "host", "none", "container:x"],
    "container.RestartPolicyMode": ["", "no", "always", "on-failure", "unless-stopped"],
}
_KEY_WORDS = {
    "Image": ["alpine", "alpine:3.20", "nosuch:1", "nginx:latest"],
    "Driver": ["", "bridge", "overlay", "local", "nosuch"],
    "Order": ["start-first", "stop-first"],
    "FailureAction": ["pause", "continue", "rollback"],
    "Target": ["/data", "front", "/"],
    "Source": ["data", "/tmp", ""],
    "StopSignal": ["SIGTERM", "15", "SIGNOSUCH"],
}

_RUINOUS = (
    "Runtime",
    "PluginSpec",
    "NetworkAttachmentSpec",
    "Privileges",
    "Secrets",
    "Configs",
    "Mode",
    "TmpfsOptions",
)
"""Keys with which little else is looked at."""


@dataclass(slots=True)
class Story:
    """A sequence of requests to nodes, drawn from a seed.

    Attributes:
        known: names and ids of what there is, by the first part of its path, so that requests meet it.
        versions: of what there is.
    """

    seed: int
    known: dict[str, list[str]] = field(default_factory=dict)
    versions: list[str] = field(default_factory=list)
    chance: random.Random = field(init=False)
    _careful: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Draw everything from the seed."""
        self.chance = random.Random(self.seed)

    def draw(self) -> Request:
        """The next request; some are drawn with care, so that they may be right."""
        self._careful = self.chance.random() < 0.4
        if self._rarely(4):
            return self._of_endpoint(self.chance.choice(endpoints()))
        weights = [4 if route.body else 1 for route in ROUTES]
        return self._of_route(self.chance.choices(ROUTES, weights)[0])

    def _of_route(self, route: Route) -> Request:
        body, headers = self._body(route.body)
        return Request(
            method=self.chance.choice(["GET", "POST", "PUT", "HEAD", "DELETE"]) if self._rarely(30) else route.method,
            path=self._path(route.template),
            query=self._query(route.query),
            headers=headers,
            body=body,
        )

    def _of_endpoint(self, endpoint: Endpoint) -> Request:
        query = self._query(endpoint.query)
        return Request(method=endpoint.method, path=self._path(endpoint.template), query=query)

    # --- paths and queries ---

    def _path(self, template: str) -> str:
        path = template
        while "{" in path:
            before, _, rest = path.partition("{")
            path = before + self._of_kind(template.split("/")[1]) + rest.partition("}")[2]
        return f"{self._version()}{path}{self.chance.choice(['', '', '', '/', '/x']) if self._rarely(20) else ''}"

    def _version(self) -> str:
        versions = [
            "",
            "/v1.51",
            "/v1.24",
            "/v1.41",
            "/v1.23",
            "/v1.99",
            "/v9999999999999.1",
            f"/v1.{_HUGE}",
            "/v1.",
            "/vx.y",
        ]
        return self.chance.choices(versions, [20, 10, 3, 3, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1])[0]

    def _reference(self) -> str:
        return self.chance.choice(NAMES) if self._mostly() else self._text()

    def _of_kind(self, kind: str) -> str:
        there = self.known.get(kind)
        return self.chance.choice(there) if there and self._mostly(8) else self._reference()

    def _query(self, names: tuple[str, ...]) -> dict[str, str]:
        needed = {"h", "w", "version", "stdout", "path", "fromImage", "tag"}
        chosen = {
            name: self._parameter(name)
            for name in names
            if self.chance.random() < 0.3 or (name in needed and self._mostly(10))
        }
        return {**chosen, self._text(): self._text()} if self._rarely(20) else chosen

    def _parameter(self, name: str) -> str:
        if name == "filters" and self._mostly():
            return self._filters()
        likely = {
            "version": self.versions or ["10"],
            "h": ["24"],
            "w": ["80"],
            "signal": ["SIGTERM", "KILL", "9", "SIGNOSUCH"],
            "condition": ["not-running", "next-exit", "removed"],
            "fromImage": ["alpine", "nginx", "nosuch"],
            "tag": ["latest", "3.20", "nosuch"],
            "path": ["/", "/etc/hostname", "nosuch"],
            "name": ["fresh", *NAMES],
            "rollback": ["previous", "none"],
            "tail": ["all", "0", "3"],
            "type": ["container", "image", "volume", "build-cache"],
        }
        return self.chance.choice(likely.get(name, ["1", "0", "true", "5"])) if self._mostly(12) else self._text()

    def _filters(self) -> str:
        keys = "id name label status role membership desired-state node service driver scope dangling reference".split()
        values: Any = {self.chance.choice(keys): self._filter_values() for _ in range(self.chance.randint(0, 3))}
        return json.dumps(values if self._mostly() else self._value())

    def _filter_values(self) -> Any:
        texts = [self._reference() for _ in range(self.chance.randint(0, 2))]
        return texts if self.chance.random() < 0.5 else {text: self._mostly() for text in texts}

    # --- bodies ---

    def _body(self, type_: str) -> tuple[bytes, dict[str, str]]:
        if not type_ and not self._rarely(20):
            return b"", {}
        content_type = "application/json" if self._mostly(20) else self.chance.choice(["", "text/plain", "a;b;;", "x"])
        if self._rarely(8) or not type_:
            return self.chance.choice(_ODD_BODIES), {"content-type": content_type}
        text = json.dumps(self._of_type(type_, 0))
        if self._rarely(20):
            place = self.chance.randrange(len(text) + 1)
            text = text[:place] + self.chance.choice(["", "x", ",", "{", '"', "\\", "\x01", "9"]) + text[place + 1 :]
        return text.encode("utf-8", "surrogatepass"), {"content-type": content_type}

    def _of_type(self, type_: str, depth: int, key: str = "") -> Any:
        if self._rarely(60):
            return self._value()
        plain = underlying(type_.removeprefix("*"))
        if plain == "swarm.ServiceMode":
            return self.chance.choice([{}, {"Replicated": {"Replicas": 2}}, {"Global": {}}, {"ReplicatedJob": {}}])
        if is_struct(plain):
            fields = fields_by_lower_key(plain).values()
            wanted = 2 / len(fields) if len(fields) > 4 else 0.5
            chosen = [(name, kind) for name, kind in fields if self._is_needed(name) or self._takes(name, wanted)]
            return {name: self._of_type(kind, depth + 1, name) for name, kind in chosen}
        if plain.startswith("map["):
            item = plain.partition("]")[2]
            return {self._text(): self._of_type(item, depth + 1) for _ in range(self.chance.randint(0, 2))}
        if type_ == "strslice.StrSlice":
            return self.chance.choice([["sleep", "100"], "ls", ["ping", "docker.com"], [], ["nosuch"]])
        if plain.startswith("[") and plain != "[]uint8":
            return [self._of_type(plain.partition("]")[2], depth + 1, key) for _ in range(self.chance.randint(0, 2))]
        return self._scalar(type_, plain, key)

    def _takes(self, name: str, wanted: float) -> bool:
        return self.chance.random() < wanted and not (self._careful and name in _RUINOUS)

    def _is_needed(self, name: str) -> bool:
        return name in ("TaskTemplate", "ContainerSpec", "Image", "Name", "ListenAddr") and self._mostly(10)

    def _scalar(self, type_: str, plain: str, key: str) -> Any:
        words = _WORDS.get(type_) or _KEY_WORDS.get(key)
        if plain == "string":
            return self.chance.choice(words) if words and self._mostly() else self._reference()
        if plain == "[]uint8":
            return self.chance.choice(["", "AAEC", "***", "aGVsbG8="])
        if plain == "bool":
            return self.chance.random() < 0.5
        if plain == "struct{}":
            return {}
        if key in ("MemoryBytes", "Memory", "MemoryReservation"):
            return self.chance.choice([0, 1, 64 << 20]) if self._mostly(10) else self.chance.choice(_ODD_NUMBERS)
        return self.chance.choice([0, 1, 2, 3, 10]) if self._mostly(10) else self.chance.choice(_ODD_NUMBERS)

    # --- anything ---

    def _text(self) -> str:
        return self.chance.choice(_ODD_TEXTS)

    def _value(self) -> Any:
        return self.chance.choice([*_ODD_VALUES, self._text(), self.chance.choice(_ODD_NUMBERS)])

    def _mostly(self, times: int = 5) -> bool:
        return self._careful or self.chance.randrange(times) > 0

    def _rarely(self, times: int) -> bool:
        return not self._careful and self.chance.randrange(times) == 0


def as_bytes(request: Request) -> bytes:
    """A request as a client writes it on a socket."""
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in request.query.items())
    target = quote(request.path, safe="/%:@") + (f"?{query}" if query else "")
    head = [f"{request.method} {target} HTTP/1.1", "Host: x", f"Content-Length: {len(request.body)}"]
    head += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*head, "\r\n"]).encode("latin-1", "replace") + request.body
