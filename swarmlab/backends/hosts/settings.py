"""lab.toml: which hosts a lab has, how each is reached, whether a swarm that is there already may be changed.

Owns the file's form. Whatever is wrong in it is said with the file's line and what to write instead; no host is asked
here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from swarmlab.backends.hosts.toml_file import TomlFile

SCHEMES = ("ssh://", "tcp://", "unix://", "context:")
TLS_KEYS = ("ca", "cert", "key")

_KEYS = ("hosts", "allow_changes")
_HOST_KEYS = ("name", "endpoint", "address", "public_address", "labels", *TLS_KEYS)
_HOSTNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """What a client needs to speak TLS with one engine, each in PEM."""

    ca: Path
    cert: Path
    key: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """One host of the file.

    Attributes:
        name: hostname, as `docker node ls` shows it.
        endpoint: `ssh://user@host[:port]`, `tcp://host:port`, `unix:///path`, or `context:NAME` (docker's).
        address: private IPv4 address, the one that its node advertises.
        public_address: address or name under which learners reach it; None where that is the private one.
        labels: of its node, in a swarm that the lab forms.
        tls: for `tcp://`; None for the other endpoints.
        line: of the file, where the host begins.
    """

    name: str
    endpoint: str
    address: str
    public_address: str | None
    labels: Mapping[str, str]
    tls: TlsFiles | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HostsSettings:
    """The whole file; `allow_changes` is whether a swarm may be changed that the lab did not form."""

    path: Path
    hosts: tuple[HostSettings, ...]
    allow_changes: bool

    def where(self, host: HostSettings) -> str:
        """`lab.toml:7`, where the host begins."""
        return f"{self.path}:{host.line}"


def read_settings(path: Path | str) -> HostsSettings:
    """Read the file.

    Raises:
        SettingsError: it is not there, or something in it is wrong.
    """
    file = TomlFile(Path(path).expanduser().resolve())
    data = file.parse()
    file.check_keys(data, _KEYS, None)
    allow_changes = data.get("allow_changes", False)
    if not isinstance(allow_changes, bool):
        file.refuse(f"allow_changes is {allow_changes!r}. Write true or false.", key="allow_changes")
    tables = data.get("hosts")
    if not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        file.refuse(
            "there are no hosts. Begin each with a line [[hosts]], then name, endpoint and address.", key="hosts"
        )
    hosts = tuple(_read_host(file, number, table) for number, table in enumerate(tables))
    for what in ("name", "endpoint", "address"):
        _check_unique(file, what, [getattr(host, what) for host in hosts])
    return HostsSettings(path=file.path, hosts=tuple(sorted(hosts, key=_by_number)), allow_changes=allow_changes)


def _by_number(host: HostSettings) -> tuple[tuple[str, int], ...]:
    """docker-swarm-10 comes after docker-swarm-9."""
    return tuple((text, int(part or 0)) for text, part in re.findall(r"(\D*)(\d*)", host.name))


def _read_host(file: TomlFile, number: int, table: Mapping[str, Any]) -> HostSettings:
    if "allow_changes" in table:
        file.refuse("allow_changes stands above the first [[hosts]]. Move it there.", key="allow_changes", host=number)
    file.check_keys(table, _HOST_KEYS, number)
    texts = {key: _text(file, number, table, key) for key in _HOST_KEYS if key in table and key != "labels"}
    for key in ("name", "endpoint", "address"):
        if key not in texts:
            file.refuse(f"this host has no {key}. Add a line: {_EXAMPLES[key]}", host=number)
    for key, problem in _PROBLEMS.items():
        if key in texts and (said := problem(texts[key])):
            file.refuse(f"{key} is {texts[key]!r}, {said}", key=key, host=number)
    return HostSettings(
        name=texts["name"],
        endpoint=texts["endpoint"],
        address=texts["address"],
        public_address=texts.get("public_address"),
        labels=_labels(file, number, table.get("labels", {})),
        tls=_tls(file, number, texts),
        line=file.line(host=number),
    )


_EXAMPLES = {
    "name": 'name = "docker-swarm-1"',
    "endpoint": 'endpoint = "ssh://ubuntu@203.0.113.11"',
    "address": 'address = "172.31.16.11" (the private one, which its node advertises)',
}


def _text(file: TomlFile, number: int, table: Mapping[str, Any], key: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value:
        file.refuse(f"{key} is {value!r}. Write a text between quotes.", key=key, host=number)
    return value


def _bad_name(name: str) -> str:
    return "" if _HOSTNAME.fullmatch(name) else "which is no hostname. Write the one that `hostname` prints there."


def _bad_address(address: str) -> str:
    try:
        ipaddress.IPv4Address(address)
    except ValueError:
        return "which is no IPv4 address. Write the private one, as `hostname -I` prints it there: 172.31.16.11"
    return ""


def _bad_public_address(address: str) -> str:
    return "" if _HOSTNAME.fullmatch(address) else "which is neither an address nor a name of a host."


def _bad_endpoint(endpoint: str) -> str:
    if not endpoint.startswith(SCHEMES):
        return f"which begins with none of {', '.join(SCHEMES)}. Write for example ssh://ubuntu@203.0.113.11"
    if endpoint.startswith("context:"):
        return (
            "" if endpoint != "context:" else "which names no context. `docker context ls` lists those that there are."
        )
    if endpoint.startswith("unix://"):
        return "" if endpoint.startswith("unix:///") else "which is no absolute path. Write unix:///var/run/docker.sock"
    return _bad_url(endpoint)


def _bad_url(endpoint: str) -> str:
    url = urlsplit(endpoint)
    example = "ssh://user@host or ssh://user@host:port" if url.scheme == "ssh" else "tcp://host:port"
    try:
        has_port = url.port is not None
    except ValueError:
        return f"whose port is no number up to 65535. Write {example}"
    if not url.hostname or url.hostname.startswith("-") or url.path or url.query or url.fragment or url.password:
        return f"which is no address of an engine. Write {example}, nothing more."
    if url.scheme == "tcp" and not has_port:
        return "which has no port. Docker's with TLS is 2376: write tcp://host:2376"
    return ""


_PROBLEMS: Mapping[str, Callable[[str], str]] = {
    "name": _bad_name,
    "endpoint": _bad_endpoint,
    "address": _bad_address,
    "public_address": _bad_public_address,
}


def _labels(file: TomlFile, number: int, value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        file.refuse('labels are texts by name. Write labels = { zone = "a" }', key="labels", host=number)
    return dict(value)


def _tls(file: TomlFile, number: int, texts: Mapping[str, str]) -> TlsFiles | None:
    given = [key for key in TLS_KEYS if key in texts]
    if not texts["endpoint"].startswith("tcp://"):
        if given:
            file.refuse(f"{given[0]} belongs to a tcp:// endpoint only. Remove it.", key=given[0], host=number)
        return None
    if missing := [key for key in TLS_KEYS if key not in texts]:
        file.refuse(
            f"a tcp:// endpoint needs ca, cert and key; missing: {', '.join(missing)}. Without TLS whoever reaches the"
            " port is root there. How to make them: https://docs.docker.com/engine/security/protect-access/",
            key="endpoint", host=number,
        )  # fmt: skip
    return TlsFiles(**{key: _file(file, number, key, texts[key]) for key in TLS_KEYS})


def _file(file: TomlFile, number: int, key: str, name: str) -> Path:
    path = file.path.parent / Path(name).expanduser()
    try:
        path.open("rb").close()
    except OSError as error:
        reason = (error.strerror or "").lower()
        file.refuse(
            f"{key} is {path}, which cannot be read: {reason}. Name a file that you may read.", key=key, host=number
        )
    return path


def _check_unique(file: TomlFile, what: str, values: Iterable[str]) -> None:
    seen: dict[str, int] = {}
    for number, value in enumerate(values):
        if value in seen:
            first = file.line(key=what, host=seen[value])
            file.refuse(
                f"{what} {value!r} stands in line {first} already. Each host has its own.", key=what, host=number
            )
        seen[value] = number
