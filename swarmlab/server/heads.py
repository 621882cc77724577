"""The head of a request, read as a real engine reads it and refused in its words.

Owns no connection: bytes in, a Head or a refusal out. Source: Go's net/http (server.go, request.go, transfer.go), which
dockerd is built on; compared with an engine 28.5.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

MAX_HEAD_BYTES = (1 << 20) + 4096
"""Source: net/http DefaultMaxHeaderBytes, and the slack that it gives."""

END = re.compile(rb"\r?\n\r?\n")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_PROTOCOL = re.compile(r"HTTP/(\d)\.(\d)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_IN_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")


class Refused(Exception):
    """A request that never becomes one: it is answered with a line of plain text, and the connection ends.

    Attributes:
        status: what stands in the status line.
        text: the body, where it is not the status itself.
    """

    def __init__(self, status: str, text: str = "") -> None:
        super().__init__(status)
        self.status = status
        self.text = text or status


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before a request's body.

    Attributes:
        path: decoded; always begins with a slash, or is `*`.
        raw_query: as it was sent.
        headers: names in lower case; the first value of each.
        length: of the body in bytes; None when it comes in chunks.
        old: whether the client speaks HTTP/1.0.
    """

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    length: int | None
    old: bool

    @property
    def keeps_alive(self) -> bool:
        """Whether another request may follow on the connection."""
        return not self.old and "close" not in self.headers.get("connection", "").lower()

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits to be told that it may send the body."""
        return self.headers.get("expect", "").lower() == "100-continue"


def read_head(content: bytes) -> Head:
    """The head of a request, without its blank line.

    Raises:
        Refused: it makes no sense, or speaks another protocol.
    """
    first, *rest = content.decode("latin-1").replace("\r\n", "\n").split("\n")
    method, target, old = _request_line(first)
    path, raw_query = _target(target, method)
    fields = list(_fields(rest))
    _check_host(fields, old)
    return Head(
        method=method,
        path=path,
        raw_query=raw_query,
        headers=dict(reversed(fields)),
        length=_body_length(fields),
        old=old,
    )


def _bad(why: str = "") -> Refused:
    return Refused(f"400 Bad Request{': ' if why else ''}{why}")


def _request_line(line: str) -> tuple[str, str, bool]:
    parts = line.split(" ", 2)
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]):
        raise _bad()
    method, target, protocol = parts
    version = _PROTOCOL.fullmatch(protocol)
    if version is None:
        raise _bad()
    if version[1] != "1":
        raise Refused("505 HTTP Version Not Supported: unsupported protocol version")
    return method, target, version[2] == "0"


def _target(target: str, method: str) -> tuple[str, str]:
    if target == "*" and method == "OPTIONS":
        return target, ""
    if not target.startswith("/"):
        _, scheme, rest = target.partition("://")
        if not scheme and method != "CONNECT":
            raise _bad()
        target = f"/{rest.partition('/')[2]}"
    if _CONTROL.search(target):
        raise _bad()
    path, _, query = target.partition("?")
    if _BAD_ESCAPE.search(path):
        raise _bad()
    return as_text(path), query


def as_text(escaped: str) -> str:
    """Text of a URL: percent signs decoded, what is no UTF-8 replaced, as Go's JSON encoder would."""
    return unquote_to_bytes(escaped.encode("latin-1")).decode("utf-8", "replace")


def _fields(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in _unfolded(lines):
        name, colon, value = line.partition(":")
        if not colon or _CONTROL_IN_VALUE.search(value):
            raise _bad()
        if not _TOKEN.fullmatch(name):
            raise _bad("invalid header name")
        yield name.lower(), value.strip(" \t")


def _unfolded(lines: list[str]) -> list[str]:
    """A line that begins with a blank goes on with the one before."""
    result: list[str] = []
    for line in lines:
        if not line.startswith((" ", "\t")):
            result.append(line)
        elif result:
            result[-1] += f" {line.strip()}"
        else:
            raise _bad()
    return result


def _values(fields: list[tuple[str, str]], name: str) -> list[str]:
    return [value for each, value in fields if each == name]


def _check_host(fields: list[tuple[str, str]], old: bool) -> None:
    hosts = _values(fields, "host")
    if len(hosts) > 1:
        raise _bad()
    if not hosts and not old:
        raise _bad("missing required Host header")


def _body_length(fields: list[tuple[str, str]]) -> int | None:
    encodings, lengths = _values(fields, "transfer-encoding"), set(_values(fields, "content-length"))
    if encodings:
        if [each.lower() for each in encodings] != ["chunked"]:
            raise Refused("501 Not Implemented", "Unsupported transfer encoding")
        return None
    if not lengths:
        return 0
    (length, *others) = lengths
    if others or not re.fullmatch("[0-9]{1,19}", length) or int(length) >= 1 << 63:
        raise _bad()
    return int(length)


# --- the query -----------------------------------------------------------------------------------------------------


def read_query(raw: str) -> tuple[dict[str, list[str]], str]:
    """The parameters of a query, with all their values; and what is wrong with it, in Go's words.

    Source: net/url parseQuery.
    """
    result: dict[str, list[str]] = {}
    wrong = ""
    for part in filter(None, raw.split("&")):
        problem = _problem(part)
        if problem:
            wrong = wrong or problem
            continue
        name, _, value = part.replace("+", " ").partition("=")
        result.setdefault(as_text(name), []).append(as_text(value))
    return result, wrong


def _problem(part: str) -> str:
    if ";" in part:
        return "invalid semicolon separator in query"
    bad = _BAD_ESCAPE.search(part)
    return f'invalid URL escape "{bad[0]}"' if bad else ""
