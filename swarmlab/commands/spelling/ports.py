"""Published ports: `8080:80/udp`, `8000-8002:80-82`, `published=8080,target=80,mode=host`.

Source: docker/cli opts/port.go, docker/go-connections nat.
"""

from __future__ import annotations

import re
from typing import Any

_LONG = re.compile(r"\w+=\w+(,\w+=\w+)*")
PROTOCOLS = ("tcp", "udp", "sctp")
MODES = ("ingress", "host")
PortConfig = dict[str, Any]


def read_ports(text: str) -> list[PortConfig]:
    """The port configurations that one `--publish` asks for.

    Raises:
        ValueError: in the CLI's words.
    """
    return [_long(text)] if _LONG.fullmatch(text) else _short(text)


def _long(text: str) -> PortConfig:
    found: PortConfig = {"Protocol": "tcp", "TargetPort": 0, "PublishMode": "ingress"}
    for part in text.split(","):
        key, _, value = part.partition("=")
        match key.lower():
            case "protocol":
                found["Protocol"] = _one_of(value, PROTOCOLS, f"invalid protocol value '{value}'")
            case "mode":
                wrong = f"invalid publish mode value ({value}): must be either 'ingress' or 'host'"
                found["PublishMode"] = _one_of(value, MODES, wrong)
            case "target":
                found["TargetPort"] = _number(value, "target")
            case "published":
                found["PublishedPort"] = _number(value, "published")
            case _:
                raise ValueError(f"invalid field key: {key}")
    if not found["TargetPort"]:
        raise ValueError("missing mandatory field 'target'")
    return found


def _one_of(value: str, allowed: tuple[str, ...], wrong: str) -> str:
    if value.lower() not in allowed:
        raise ValueError(wrong)
    return value.lower()


def _number(value: str, what: str) -> int:
    start = f"invalid {what} port ({value}): value must be an integer"
    if not value.isdigit():
        raise ValueError(f"{start}: invalid syntax")
    if int(value) > 65535:
        raise ValueError(f"{start}: value out of range")
    return int(value)


def _short(text: str) -> list[PortConfig]:
    front, slash, protocol = text.partition("/")
    protocol = protocol.lower() if slash else "tcp"
    *address, published, target = ["", *front.split(":")] if ":" not in front else front.split(":")
    if not target:
        raise ValueError(f"no port specified: {text}<empty>")
    targets = _range(target, "invalid containerPort")
    if protocol not in PROTOCOLS:
        raise ValueError(f"invalid proto: {protocol}")
    published_ports = _range(published, "invalid hostPort") if published else [0] * len(targets)
    if address and address[0] and not re.fullmatch(r"\d+(\.\d+){3}", address[0]):
        raise ValueError(f"invalid IP address: {address[0]}")
    return [_config(protocol, *pair) for pair in _paired(published_ports, targets, f"{target} and {published}")]


def _config(protocol: str, published: int, target: int) -> PortConfig:
    config: PortConfig = {"Protocol": protocol, "TargetPort": target, "PublishMode": "ingress"}
    return {**config, "PublishedPort": published} if published else config


def _paired(published: list[int], targets: list[int], ranges: str) -> list[tuple[int, int]]:
    if len(targets) == 1 and len(published) > 1:
        targets = targets * len(published)
    if len(targets) != len(published):
        raise ValueError(f"invalid ranges specified for container and host Ports: {ranges}")
    return list(zip(published, targets, strict=True))


def _range(text: str, wrong: str) -> list[int]:
    first, dash, last = text.partition("-")
    ends = [first, last if dash else first]
    if not all(end.isdigit() and int(end) <= 65535 for end in ends) or int(ends[0]) > int(ends[1]):
        raise ValueError(f"{wrong}: {text}")
    return list(range(int(ends[0]), int(ends[1]) + 1))
