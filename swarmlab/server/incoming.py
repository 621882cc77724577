"""A request as it arrives: what h11 makes of its head, and what a real engine looks at besides.

Owns no connection. Source: Go's net/http (server.go, request.go) and net/url, which dockerd is built on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import responses
from urllib.parse import parse_qs, quote_from_bytes, unquote

import h11

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
"""In a head. h11 takes some of it, and finds the rest in a time that grows with the square of the blanks before it."""

_ASCII = bytes(range(128))
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request.

    Attributes:
        path: decoded; begins with a slash, or is `*`, or is empty when only a host was named.
        raw_query: as it was sent.
        headers: names in lower case; the first value of each.
        body: what has arrived of it; all, once the request is handed over.
    """

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytearray = field(default_factory=bytearray)

    @property
    def length(self) -> int:
        """Of the body, as far as the head says."""
        return int(self.headers.get("content-length", 0))


def refusal(status: int) -> h11.RemoteProtocolError:
    """What h11 would raise, for what it does not find."""
    return h11.RemoteProtocolError(responses[status], error_status_hint=status)


def read_head(http: h11.Connection, head: bytes) -> Incoming:
    """The request that a whole head begins.

    Raises:
        h11.RemoteProtocolError: it makes no sense, or speaks another protocol.
    """
    if _FORBIDDEN.search(head):
        raise refusal(400)
    line, end, fields = head.partition(b"\n")
    # Go takes a URL's bytes outside ASCII as they are, h11 wants them escaped.
    http.receive_data(quote_from_bytes(line, _ASCII).encode() + end + fields)
    request = http.next_event()
    assert isinstance(request, h11.Request)
    path, raw_query = _target(request.target.decode(), request.method)
    said = [(name, value) for name, value in reversed(request.headers) if value.strip(b", ")]
    headers = {name.decode(): value.decode("latin-1") for name, value in said}
    incoming = Incoming(method=request.method.decode(), path=path, raw_query=raw_query, headers=headers)
    if not request.http_version.startswith(b"1."):
        raise refusal(505)
    if incoming.length >= 1 << 63:
        raise refusal(400)
    if headers.get("expect", "").lower() not in ("", "100-continue"):
        raise refusal(417)
    return incoming


def _target(target: str, method: bytes) -> tuple[str, str]:
    if target == "*" and method == b"OPTIONS":
        return target, ""
    if not target.startswith("/"):
        _, scheme, rest = target.partition("://")
        if not scheme and method != b"CONNECT":
            raise refusal(400)
        target = "".join(rest.partition("/")[1:])
    path, _, query = target.partition("?")
    if _BAD_ESCAPE.search(path):
        raise refusal(400)
    return unquote(path), query


def read_query(raw: str) -> tuple[dict[str, list[str]], str]:
    """The parameters of a query, with all their values; and what is wrong with it, in Go's words.

    Source: net/url parseQuery.
    """
    problems = {part: _problem(part) for part in raw.split("&")}
    readable = "&".join(part for part in raw.split("&") if not problems[part])
    return parse_qs(readable, keep_blank_values=True), next(filter(None, problems.values()), "")


def _problem(part: str) -> str:
    if ";" in part:
        return "invalid semicolon separator in query"
    bad = _BAD_ESCAPE.search(part)
    return f'invalid URL escape "{bad[0]}"' if bad else ""
