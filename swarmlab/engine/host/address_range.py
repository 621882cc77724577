"""The addresses of one bridge. Owns which of them are taken: the lowest free one is given out.

Source: moby libnetwork ipam (for local networks a freed address comes again at once); recorded from 28.5.2.
"""

from __future__ import annotations

from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Network

from swarmlab.engine.errors import Conflict


class AddressRange:
    """The addresses of a subnet; its own, the broadcast address and the gateway's are never given out.

    Args:
        subnet: `172.17.0.0/16`.
        gateway: the bridge's own address.
    """

    def __init__(self, subnet: str, gateway: str) -> None:
        range_ = IPv4Network(subnet)
        self._prefix = range_.prefixlen
        self._next = int(range_.network_address) + 1
        self._last = int(range_.broadcast_address) - 1
        self._gateway = int(IPv4Address(gateway))
        self._freed: list[int] = []

    def take(self) -> str:
        """The lowest free address, with its prefix length.

        Raises:
            Conflict: there is none.
        """
        if self._freed:
            number = heappop(self._freed)
        else:
            number = self._next + (self._next == self._gateway)
            if number > self._last:
                raise Conflict("no available IPv4 addresses on this network's address pools")
            self._next = number + 1
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/{self._prefix}"

    def free(self, address: str) -> None:
        """Let others have an address (`172.17.0.2/16`)."""
        heappush(self._freed, int(IPv4Address(address.partition("/")[0])))
