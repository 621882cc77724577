"""Kinds of values that a flag takes: how each is read, and the words in which Go refuses a wrong one.

Owns the syntax only. What a value means to the engine is the business of the command that has the flag. Values are kept
as typed (`10s`, `64m`), so a command spells itself again exactly; numbers and booleans become Python's.
"""

from __future__ import annotations

import ipaddress
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from swarmlab.commands.printing import units
from swarmlab.commands.spelling import authorities, credentials, devices, file_references, mounts, ports, ulimits
from swarmlab.commands.spelling.attachments import attachment, container_attachment

_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")
_SYSCTLS = frozenset(
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni"
    " kernel.shm_rmid_forced".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of value.

    Attributes:
        read: from the text of one flag to the value that the command keeps; raises ValueError in Go's words.
        many: whether the flag may be repeated; the values are then a tuple.
        split: whether one flag may hold several values, separated by commas.
    """

    read: Callable[[str], str | int | float | bool]
    many: bool = False
    split: bool = False


def read_bool(text: str) -> bool:
    """What a switch is set to. Raises ValueError in Go's words."""
    if text not in _TRUE + _FALSE:
        raise ValueError(f'strconv.ParseBool: parsing "{text}": invalid syntax')
    return text in _TRUE


def _number(function: str, pattern: str, lowest: int, highest: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(pattern, text):
            raise ValueError(f'strconv.{function}: parsing "{text}": invalid syntax')
        if not lowest <= int(text) <= highest:
            raise ValueError(f'strconv.{function}: parsing "{text}": value out of range')
        return int(text)

    return read


def _float(text: str) -> float:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        raise ValueError(f'strconv.ParseFloat: parsing "{text}": invalid syntax')
    return float(text)


def _checked(check: Callable[[str], object]) -> Callable[[str], str]:
    def read(text: str) -> str:
        check(text)
        return text

    return read


def _command(text: str) -> str:
    try:
        shlex.split(text)
    except ValueError as error:
        words = "after escape character" if "escaped" in str(error) else "when expecting closing quote"
        raise ValueError(f"EOF found {words}") from None
    return text


def _filter(text: str) -> str:
    if text and "=" not in text:
        raise ValueError("bad format of filter (expected name=value)")
    return text


def _preference(text: str) -> str:
    strategy, *rest = text.split("=")
    if len(rest) != 1:
        raise ValueError('placement preference must be of the format "<strategy>=<arg>"')
    if strategy != "spread":
        raise ValueError(f"unsupported placement preference {strategy} (only spread is supported)")
    return text


def _environment(text: str) -> str:
    if text.startswith("=") or not text:
        raise ValueError(f"invalid environment variable: {text}")
    return text


def _resource(text: str) -> str:
    if "=" not in text:
        raise ValueError(f"invalid generic-resource format `{text}` expected `name=value`")
    return text


def _label(text: str) -> str:
    if not text.partition("=")[0].strip():
        raise ValueError(f"invalid label '{text}': empty name")
    return text


def _ip_address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        raise ValueError(f"IP address is not correctly formatted: {text}") from None


def _extra_host(text: str) -> str:
    name, separator, address = text.partition("=" if "=" in text else ":")
    if not (name and separator):
        raise ValueError(f'bad format for add-host: "{text}"')
    if address != "host-gateway":
        try:
            ipaddress.ip_address(address.strip("[]"))
        except ValueError:
            raise ValueError(f'invalid IP address in add-host: "{address}"') from None
    return text


def _domain(text: str) -> str:
    if text != "." and not re.fullmatch(
        r"\s*([a-zA-Z0-9]([\w-]*[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([\w-]*[a-zA-Z0-9])?\.?", text
    ):
        raise ValueError(f"{text} is not a valid domain")
    return text


def _address(text: str) -> str:
    if not text:
        raise ValueError("invalid address")
    return text


def _stream(text: str) -> str:
    if text.lower() not in ("stdin", "stdout", "stderr"):
        raise ValueError("valid streams are STDIN, STDOUT and STDERR")
    return text.lower()


def _link(text: str) -> str:
    if not text:
        raise ValueError("empty string specified for links")
    if text.count(":") > 1:
        raise ValueError(f"bad format for links: {text}")
    return text


def _swap(text: str) -> str:
    if text != "-1":
        units.read_bytes(text)
    return text


def _sysctl(text: str) -> str:
    name = text.partition("=")[0]
    if "=" not in text or not (name in _SYSCTLS or name.startswith(("net.", "fs.mqueue."))):
        raise ValueError(f"sysctl '{text}' is not allowed")
    return text


KINDS: dict[str, Kind] = {
    "": Kind(read=read_bool),
    "string": Kind(read=str),
    "command": Kind(read=_command),
    "uint": Kind(read=_number("ParseUint", r"\d+", 0, 2**64 - 1)),
    "uint16": Kind(read=_number("ParseUint", r"\d+", 0, 2**16 - 1)),
    "uint32": Kind(read=_number("ParseUint", r"\d+", 0, 2**32 - 1)),
    "int": Kind(read=_number("ParseInt", r"[+-]?\d+", -(2**63), 2**63 - 1)),
    "float": Kind(read=_float),
    "duration": Kind(read=_checked(units.read_duration)),
    "bytes": Kind(read=_checked(units.read_bytes)),
    "decimal": Kind(read=_checked(units.read_nano_cpus)),
    "node-addr": Kind(read=_address),
    "list": Kind(read=str, many=True),
    "map": Kind(read=str, many=True),
    "strings": Kind(read=str, many=True, split=True),
    "ipNetSlice": Kind(read=str, many=True, split=True),
    "filter": Kind(read=_filter, many=True),
    "pref": Kind(read=_preference, many=True),
    "network": Kind(read=_checked(attachment), many=True),
    "env": Kind(read=_environment, many=True),
    "resource": Kind(read=_resource, many=True),
    "label": Kind(read=_label, many=True),
    "ip": Kind(read=_ip_address, many=True),
    "extra-host": Kind(read=_extra_host, many=True),
    "domain": Kind(read=_domain, many=True),
    "ulimit": Kind(read=_checked(ulimits.read_ulimit), many=True),
    "pem-file": Kind(read=_checked(authorities.read_pem)),
    "external-ca": Kind(read=_checked(authorities.read_external_ca), many=True),
    "mount": Kind(read=_checked(mounts.read_mount), many=True),
    "credential-spec": Kind(read=_checked(credentials.read_credentials)),
    "secret": Kind(read=_checked(file_references.read_secret), many=True),
    "config": Kind(read=_checked(file_references.read_config), many=True),
    "port": Kind(read=_checked(ports.read_ports), many=True),
    "container-network": Kind(read=_checked(container_attachment), many=True),
    "stream": Kind(read=_stream, many=True),
    "link": Kind(read=_link, many=True),
    "swap": Kind(read=_swap),
    "sysctl": Kind(read=_sysctl, many=True),
    "cgroup-rule": Kind(read=_checked(devices.check_rule), many=True),
    "device-weight": Kind(read=_checked(devices.read_weight), many=True),
    "bytes-rate": Kind(read=_checked(devices.read_bytes_rate), many=True),
    "operations-rate": Kind(read=_checked(devices.read_operations_rate), many=True),
    "gpu-request": Kind(read=_checked(devices.read_gpus), many=True),
}
