"""The address ranges that a network is asked to have: which are refused, and why. Owns no state.

Source: moby api/types/network/ipam.go, ValidateIPAM; texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, ip_interface

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.model import IPAMConfig


def check_ranges(ranges: Iterable[IPAMConfig]) -> None:
    """Refuse ranges that are none, or do not fit together.

    Raises:
        InvalidParameter: naming all that is wrong.
        NotImplementedHere: a range of IPv6.
    """
    problems = [problem for range_ in ranges for problem in _problems(range_)]
    if problems:
        several = len(problems) > 1
        lines = [f"* {problem}" if several else problem for problem in problems]
        raise InvalidParameter("\n".join(["invalid network config:", *lines]))


def _problems(range_: IPAMConfig) -> Iterator[str]:
    if range_ == IPAMConfig():
        return
    subnet = _network(range_.subnet)
    if subnet is None:
        yield f"invalid subnet {range_.subnet}: invalid CIDR block notation"
        return
    if str(subnet) != range_.subnet:
        yield f"invalid subnet {range_.subnet}: it should be {subnet}"
    if range_.ip_range:
        yield from _problems_of_part(range_.ip_range, subnet)
    if range_.gateway:
        yield from _problems_of_address("gateway", range_.gateway, subnet)
    for name, address in range_.auxiliary_addresses.items():
        yield from _problems_of_address(f"auxiliary address {name}:", address, subnet)


def _problems_of_part(text: str, subnet: IPv4Network) -> Iterator[str]:
    part = _network(text)
    if part is None:
        yield f"invalid ip-range {text}: invalid CIDR block notation"
    elif part.prefixlen < subnet.prefixlen:
        yield f"invalid ip-range {text}: CIDR block is bigger than its parent subnet {subnet}"
    elif str(part) != text:
        yield f"invalid ip-range {text}: it should be {part}"
    elif not part.subnet_of(subnet):
        yield f"invalid ip-range {text}: parent subnet {subnet} doesn't contain ip-range"


def _problems_of_address(what: str, text: str, subnet: IPv4Network) -> Iterator[str]:
    shown = what if what.endswith(":") else f"{what} {text}:"
    try:
        inside = IPv4Address(text) in subnet
    except ValueError:
        yield f"invalid {shown} invalid address"
        return
    if not inside:
        yield f"invalid {shown} parent subnet {subnet} doesn't contain this address"


def _network(text: str) -> IPv4Network | None:
    try:
        network = ip_interface(text).network if "/" in text else None
    except ValueError:
        return None
    if network is not None and not isinstance(network, IPv4Network):
        raise NotImplementedHere("the embedded engine has no IPv6 networks")
    return network
