"""What `docker network create` says of addresses, put together by subnet: ranges, gateways, auxiliary addresses.

Source: docker/cli cli/command/network/create.go, createIPAMConfig; texts recorded from CLI 28.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.spelling.options import Many

Config = dict[str, Any]


def consolidated(subnets: Many, ranges: Many, gateways: Many, auxiliary: Mapping[str, str]) -> list[Config]:
    """Each subnet with what lies in it.

    Raises:
        DockerError: something lies in none, or two of a kind in one.
    """
    if len(subnets) < max(len(ranges), len(gateways)):
        raise DockerError("every ip-range or gateway must have a corresponding subnet")
    found: dict[str, Config] = {}
    for subnet in subnets:
        if any(_contains(subnet, other) or _contains(other, subnet) for other in found):
            raise DockerError("multiple overlapping subnet configuration is not supported")
        found[subnet] = {"Subnet": subnet}
    for kind, key, texts in (("range", "IPRange", ranges), ("gateway", "Gateway", gateways)):
        for text in texts:
            if kind == "range":
                _network(text)
            _put_inside(found, kind, key, text)
    for name, address in auxiliary.items():
        for config in _around(found, "aux-address", address):
            config.setdefault("AuxiliaryAddresses", {})[name] = address
    return list(found.values())


def _put_inside(found: Mapping[str, Config], kind: str, key: str, text: str) -> None:
    for config in _around(found, kind, text):
        if key in config:
            several, where = f"cannot configure multiple {kind}s ({text}, {config[key]})", config["Subnet"]
            raise DockerError(f"{several} {'on' if kind == 'range' else 'for'} the same subnet ({where})")
        config[key] = text


def _around(found: Mapping[str, Config], kind: str, text: str) -> list[Config]:
    """The subnets that it lies in. Raises DockerError where there is none."""
    around = [config for subnet, config in found.items() if _contains(subnet, text)]
    if not around:
        raise DockerError(f"no matching subnet for {kind} {text}")
    return around


def _contains(subnet: str, text: str) -> bool:
    whole = _network(subnet, "invalid subnet: ")
    try:
        return ip_network(text, strict=False).network_address in whole
    except ValueError:
        return False


def _network(text: str, prefix: str = "") -> IPv4Network | IPv6Network:
    try:
        if "/" in text:
            return ip_network(text, strict=False)
    except ValueError:
        pass
    raise DockerError(f"{prefix}invalid CIDR address: {text}")
