"""The addresses of one bridge. Owns which of them are taken: the lowest free one is given out.

Source: moby libnetwork ipam (for local networks a freed address comes again at once); recorded from 28.5.2.
"""

from __future__ import annotations

from heapq import heappop, heappush
from ipaddress import IPv4Address, IPv4Network

from swarmlab.engine.errors import Conflict, Forbidden


class AddressRange:
    """The addresses of a subnet; its own, the broadcast address and the gateway's are never given out.

    Args:
        subnet: `172.17.0.0/16`.
        gateway: the bridge's own address.
        part: the part of the subnet that addresses come from; by default all of it.
    """

    def __init__(self, subnet: str, gateway: str, part: str = "") -> None:
        whole, range_ = IPv4Network(subnet), IPv4Network(part or subnet, strict=False)
        self._prefix = whole.prefixlen
        self._first = self._next = int(range_.network_address)
        self._last = int(range_.broadcast_address)
        ends = (whole.network_address, whole.broadcast_address, IPv4Address(gateway))
        self._reserved = {int(address) for address in ends}
        self._freed: list[int] = []

    def take(self) -> str:
        """The lowest free address, with its prefix length.

        Raises:
            Conflict: there is none.
        """
        if self._freed:
            return self._shown(heappop(self._freed))
        while self._next in self._reserved:
            self._next += 1
        if self._next > self._last:
            raise Conflict("no available IPv4 addresses on this network's address pools")
        self._next += 1
        return self._shown(self._next - 1)

    def take_this(self, address: str) -> str:
        """An address of one's own choice, with its prefix length.

        Raises:
            Forbidden: another has it.
        """
        number = int(IPv4Address(address))
        given = self._first <= number < self._next and number not in self._freed
        if number in self._reserved or given:
            raise Forbidden("Address already in use")
        if number in self._freed:
            self._freed.remove(number)
        else:
            self._reserved.add(number)
        return self._shown(number)

    def _shown(self, number: int) -> str:
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/{self._prefix}"

    def free(self, address: str) -> None:
        """Let others have an address (`172.17.0.2/16`)."""
        number = int(IPv4Address(address.partition("/")[0]))
        if number in self._reserved:
            self._reserved.discard(number)
        else:
            heappush(self._freed, number)
