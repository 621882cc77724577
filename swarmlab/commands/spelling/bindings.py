"""Published and exposed ports of one container: `-p 127.0.0.1:8080:80/udp`, `-p published=8080,target=80`, `--expose`.

What a service publishes is spelled a little otherwise, see `ports`.
Source: docker/cli cli/command/container/opts.go, docker/go-connections nat/{nat,parse}.go.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from swarmlab.commands.spelling.ports import PROTOCOLS

Binding = dict[str, str]
_HIGHEST = 65535


def read_bindings(texts: Iterable[str]) -> dict[str, list[Binding]]:
    """What each port of the container is published as: `{"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}`.

    Raises:
        ValueError: in the CLI's words.
    """
    found: dict[str, list[Binding]] = {}
    for text in texts:
        for port, binding in _one(_plain(text)):
            found.setdefault(port, []).append(binding)
    return found


def read_exposed(text: str) -> list[str]:
    """The ports of one `--expose`: `80`, `90-92/udp`.

    Raises:
        ValueError: in the CLI's words.
    """
    if ":" in text:
        raise ValueError(f"invalid port format for --expose: {text}")
    ports, _, protocol = text.partition("/")
    try:
        first, last = _range(ports)
    except ValueError as error:
        raise ValueError(f"invalid range format for --expose: {text}, error: {error}") from None
    return [f"{port}/{protocol or 'tcp'}" for port in range(first, last + 1)]


def _plain(text: str) -> str:
    """`published=8080,target=80,protocol=udp` as `8080:80/udp`."""
    if "=" not in text:
        return text
    values = {"published": "", "target": "", "protocol": "tcp"}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"invalid publish opts format (should be name=value but got '{part}')")
        values[key] = value
    return f"{values['published']}:{values['target']}/{values['protocol']}"


def _one(text: str) -> Iterable[tuple[str, Binding]]:
    front, _, rest = text.partition("/") if "/" in text else (text, "", "tcp")
    *outside, inside = front.split(":")
    address, published = ":".join(outside[:-1]), outside[-1] if outside else ""
    address = _address(address)
    if not inside:
        raise ValueError(f"no port specified: {text}<empty>")
    first, last = _named_range(inside, "containerPort")
    host_first, host_last = _named_range(published, "hostPort") if published else (0, 0)
    spread = first == last and host_first != host_last
    if published and last - first != host_last - host_first and not spread:
        raise ValueError(f"invalid ranges specified for container and host Ports: {inside} and {published}")
    protocol = rest.lower() or "tcp"
    if protocol not in PROTOCOLS:
        raise ValueError(f"invalid proto: {rest}")
    for number in range(first, last + 1):
        at = f"{host_first}-{host_last}" if spread else str(host_first + number - first) if published else ""
        yield f"{number}/{protocol}", {"HostIp": address, "HostPort": at}


def _address(text: str) -> str:
    plain = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if plain:
        try:
            ipaddress.ip_address(plain)
        except ValueError:
            raise ValueError(f"invalid IP address: {plain}") from None
    return plain


def _named_range(text: str, name: str) -> tuple[int, int]:
    try:
        return _range(text)
    except ValueError:
        raise ValueError(f"invalid {name}: {text}") from None


def _range(text: str) -> tuple[int, int]:
    if not text:
        raise ValueError("empty string specified for ports")
    first, dash, last = text.partition("-")
    ends = _port(first), _port(last if dash else first)
    if ends[0] > ends[1]:
        raise ValueError(f"invalid range specified for port: {text}")
    return ends


def _port(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f'strconv.ParseUint: parsing "{text}": invalid syntax')
    if int(text) > _HIGHEST:
        raise ValueError(f'strconv.ParseUint: parsing "{text}": value out of range')
    return int(text)
