"""Which gateway, range and further addresses of `docker network create` belong to which subnet.

Source: docker/cli cli/command/network/create.go, createIPAMConfig.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from swarmlab.commands.errors import DockerError

Config = dict[str, Any]


def consolidated(
    subnets: tuple[str, ...], ranges: tuple[str, ...], gateways: tuple[str, ...], further: dict[str, str]
) -> list[Config]:
    """A configuration for each subnet.

    Raises:
        DockerError: something lies in no subnet, or subnets overlap.
    """
    if len(subnets) < len(ranges) or len(subnets) < len(gateways):
        raise DockerError("every ip-range or gateway must have a corresponding subnet")
    found: dict[str, Config] = {}
    for subnet in subnets:
        if any(_overlap(subnet, other) for other in found):
            raise DockerError("multiple overlapping subnet configuration is not supported")
        found[subnet] = {"Subnet": subnet}
    for text in ranges:
        config = _of(found, _first_address(text), "range", text)
        if "IPRange" in config:
            both = f"({text}, {config['IPRange']}) on the same subnet ({config['Subnet']})"
            raise DockerError(f"cannot configure multiple ranges {both}")
        config["IPRange"] = text
    for text in gateways:
        config = _of(found, _address(text), "gateway", text)
        if "Gateway" in config:
            both = f"({text}, {config['Gateway']}) for the same subnet ({config['Subnet']})"
            raise DockerError(f"cannot configure multiple gateways {both}")
        config["Gateway"] = text
    for name, text in further.items():
        config = _of(found, _address(text), "aux-address", text)
        config.setdefault("AuxiliaryAddresses", {})[name] = text
    return list(found.values())


def _of(found: dict[str, Config], address: IPv4Address | IPv6Address | None, kind: str, text: str) -> Config:
    for subnet, config in found.items():
        network = _network(subnet)
        if address is not None and network is not None and address in network:
            return config
    raise DockerError(f"no matching subnet for {kind} {text}")


def _overlap(one: str, other: str) -> bool:
    first, second = _network(one), _network(other)
    return first is not None and second is not None and first.version == second.version and first.overlaps(second)


def _first_address(text: str) -> IPv4Address | IPv6Address:
    network = _network(text)
    if network is None:
        raise DockerError(f"invalid CIDR address: {text}")
    return network.network_address


def _network(text: str) -> IPv4Network | IPv6Network | None:
    """What the engine is left to refuse is nothing here."""
    try:
        return ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
