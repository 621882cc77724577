"""Requests and answers of HTTP/1.1 as text, and as values. Owns no state. Source: RFC 9112."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

REASONS: Mapping[int, str] = {
    200: "OK",
    301: "Moved Permanently",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Not Allowed",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
}
"""The words of the codes that are used here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What a client asks. `version` is as it was sent."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    version: str = "HTTP/1.1"

    @property
    def line(self) -> str:
        """The first line, as access logs show it."""
        return f"{self.method} {self.path} {self.version}"

    @property
    def text(self) -> str:
        """As it goes over the wire."""
        return f"{self.line}\r\n{_header_lines(self.headers)}\r\n{self.body}"

    def header(self, name: str) -> str:
        """A header's value; empty where it was not sent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What a server answers."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status_line(self) -> str:
        """The first line."""
        return f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}"

    @property
    def text(self) -> str:
        """As it goes over the wire."""
        headers = {**self.headers, "Content-Length": str(len(self.body.encode()))}
        return f"{self.status_line}\r\n{_header_lines(headers)}\r\n{self.body}"


def _header_lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


def parse_request(text: str) -> HttpRequest | None:
    """A request as a value; None for what is none."""
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/"):
        return None
    return HttpRequest(method=words[0], path=words[1], version=words[2], headers=_headers(lines), body=body)


def parse_response(text: str) -> HttpResponse | None:
    """An answer as a value; None for what is none."""
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    if not words[0].startswith("HTTP/") or len(words) < 2 or not words[1].isdigit():
        return None
    return HttpResponse(status=int(words[1]), headers=_headers(lines), body=body)


def _headers(lines: list[str]) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def http_date(time: float) -> str:
    """A moment as headers show it."""
    return f"{datetime.fromtimestamp(time, UTC):%a, %d %b %Y %H:%M:%S} GMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """Where a request goes; `named_port` is the port where one was written."""

    host: str
    port: int
    path: str
    named_port: bool

    @property
    def authority(self) -> str:
        """The host as the `Host` header shows it."""
        return f"{self.host}:{self.port}" if self.named_port else self.host


_URL = re.compile(
    r"(?:(?P<scheme>[a-z]+)://)?(?P<host>[^/:?#@\s]+)(?::(?P<port>\d{1,5}))?(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?"
)


def parse_url(text: str) -> Url | None:
    """`http://web:8080/path`, also without the scheme; None for what is no address of HTTP."""
    match = _URL.fullmatch(text)
    if match is None or match["scheme"] not in (None, "http"):
        return None
    port = int(match["port"] or 80)
    path = (match["path"] or "/") + (match["query"] or "")
    return Url(host=match["host"].lower(), port=port, path=path, named_port=port != 80)
