"""Address ranges, addresses in them, and published ports: what the allocator hands out.

Owns which of them are taken. Addresses and ports are handed out in turn: a freed one comes again only after the
range has been gone through; a freed subnet comes again at once.
Source: moby libnetwork ipam (serial allocation), swarmkit manager/allocator/portallocator.go;
recorded from Docker 28.5.2.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from swarmlab.engine.ids import NetworkId
from swarmlab.engine.model import IPAMConfig, NetworkAttachment

FIRST_DYNAMIC_PORT, LAST_DYNAMIC_PORT = 30000, 32767
FIRST_VXLAN_ID = 4096


class Exhausted(Exception):
    """Nothing (or not what was asked for) is left; whoever asked waits until something is freed."""


class SubnetPool:
    """The subnets of swarm networks.

    Args:
        pools: the default address pools (`10.0.0.0/8`).
        size: prefix length of a subnet that is cut from them.
    """

    def __init__(self, pools: tuple[str, ...], size: int) -> None:
        self._pools = [IPv4Network(pool) for pool in pools]
        self._size = size
        self._taken: set[IPv4Network] = set()

    def take(self, wanted: str = "") -> IPv4Network:
        """The wanted subnet, or the lowest free one."""
        network = self._free_one() if not wanted else IPv4Network(wanted, strict=False)
        if any(network.overlaps(taken) for taken in self._taken):
            raise Exhausted(f"invalid pool request: Pool overlaps with other one on this address space: {wanted}")
        self._taken.add(network)
        return network

    def _free_one(self) -> IPv4Network:
        for pool in self._pools:
            for network in pool.subnets(new_prefix=self._size):
                if not any(network.overlaps(taken) for taken in self._taken):
                    return network
        raise Exhausted("could not find an available, non-overlapping IPv4 address pool among the defaults")

    def free(self, subnet: str) -> None:
        """Let others have the subnet."""
        self._taken.discard(IPv4Network(subnet, strict=False))


class AddressPool:
    """The addresses of one subnet; the gateway, network and broadcast addresses are taken from the start.

    Args:
        config: subnet, gateway and range as allocated.
    """

    def __init__(self, config: IPAMConfig) -> None:
        self.subnet = IPv4Network(config.subnet, strict=False)
        whole = IPv4Network(config.ip_range, strict=False) if config.ip_range else self.subnet
        self._low, self._high = int(whole.network_address), int(whole.broadcast_address)
        self._taken = {int(self.subnet.network_address), int(self.subnet.broadcast_address)}
        if config.gateway:
            self._taken.add(int(IPv4Address(config.gateway)))
        self._next = self._low

    def take(self) -> str:
        """The next free address, with its prefix length."""
        count = self._high - self._low + 1
        for offset in range(min(count, len(self._taken) + 1)):
            number = self._low + (self._next - self._low + offset) % count
            if number not in self._taken:
                self._taken.add(number)
                self._next = number + 1 if number < self._high else self._low
                return f"{IPv4Address(number)}/{self.subnet.prefixlen}"
        raise Exhausted("could not find an available IP")

    def take_this(self, address: str) -> str:
        """An address of somebody's choice, with the prefix length."""
        number = int(IPv4Address(address))
        if number in self._taken:
            raise Exhausted("Address already in use")
        self._taken.add(number)
        return f"{address}/{self.subnet.prefixlen}"

    def holds(self, address: str) -> bool:
        """Whether an address (`10.0.1.2/24`, `10.0.1.2`) is of this subnet; what is none is of no subnet."""
        try:
            return IPv4Address(address.partition("/")[0]) in self.subnet
        except ValueError:
            return False

    def keep(self, address: str) -> None:
        """Mark an address (`10.0.1.2/24`) as taken, after a change of leader."""
        self._taken.add(int(IPv4Address(address.partition("/")[0])))

    def free(self, address: str) -> None:
        """Let others have the address."""
        self._taken.discard(int(IPv4Address(address.partition("/")[0])))


class Addresses:
    """The addresses of all swarm networks.

    Attributes:
        freed: whether an address was given back since someone last set this to False.
    """

    def __init__(self) -> None:
        self._pools: dict[NetworkId, list[AddressPool]] = {}
        self._hosts_own: set[NetworkId] = set()
        self.freed = False

    def add(self, network_id: NetworkId, configs: Iterable[IPAMConfig]) -> None:
        """Hand out a network's addresses from now on: those of its first subnet first."""
        self._pools[network_id] = [AddressPool(config) for config in configs]

    def add_without(self, network_id: NetworkId) -> None:
        """A network that is each host's own (`host`, `bridge`): the swarm gives no addresses on it."""
        self._hosts_own.add(network_id)

    def drop(self, network_id: NetworkId) -> bool:
        """Hand out a network's addresses no more. Returns whether it had any."""
        self._hosts_own.discard(network_id)
        return self._pools.pop(network_id, None) is not None

    def take(self, network_id: NetworkId, wanted: str = "") -> str:
        """The network's next free address, or the wanted one."""
        if network_id not in self._pools:
            raise Exhausted(f"network {network_id} is not allocated")
        for pool in self._pools[network_id]:
            if not wanted:
                with suppress(Exhausted):
                    return pool.take()
            elif pool.holds(wanted):
                return pool.take_this(wanted)
        raise Exhausted("could not find an available IP")

    def _pool(self, network_id: NetworkId, address: str) -> AddressPool | None:
        return next((pool for pool in self._pools.get(network_id, ()) if pool.holds(address)), None)

    def keep(self, attachments: Iterable[NetworkAttachment]) -> None:
        """Mark the addresses as taken, after a change of leader."""
        for attachment in attachments:
            for address in filter(None, attachment.addresses):
                if (pool := self._pool(attachment.network_id, address)) is not None:
                    pool.keep(address)

    def free(self, network_id: NetworkId, address: str) -> None:
        """Let others have the address; harmless when the network is gone."""
        if address and (pool := self._pool(network_id, address)) is not None:
            pool.free(address)
            self.freed = True

    def address(self, attachments: Iterable[NetworkAttachment]) -> tuple[NetworkAttachment, ...]:
        """The attachments with an address each, the wanted one if any, but on networks that are each host's own.

        Raises:
            Exhausted: not all of them can have one; none is taken then.
        """
        done: list[NetworkAttachment] = []
        freed = self.freed
        try:
            for attachment in attachments:
                own = attachment.network_id in self._hosts_own
                wanted = "".join(attachment.addresses[:1])
                done.append(
                    attachment if own else replace(attachment, addresses=(self.take(attachment.network_id, wanted),))
                )
        except Exhausted:
            for attachment in done:
                for address in attachment.addresses:
                    self.free(attachment.network_id, address)
            self.freed = freed
            raise
        return tuple(done)


class Numbers:
    """Whole numbers handed out in turn: VXLAN ids, dynamic ports.

    Args:
        first: the lowest.
        last: the highest.
    """

    def __init__(self, first: int, last: int) -> None:
        self._first, self._count = first, last - first + 1
        self._next = first
        self._taken: set[int] = set()

    def take(self) -> int:
        """The next free number."""
        for offset in range(min(self._count, len(self._taken) + 1)):
            number = self._first + (self._next - self._first + offset) % self._count
            if number not in self._taken:
                self._taken.add(number)
                self._next = self._first + (number + 1 - self._first) % self._count
                return number
        raise Exhausted("no number is left")

    def keep(self, number: int) -> None:
        """Mark a number as taken.

        Raises:
            Exhausted: it is taken already.
        """
        if number in self._taken:
            raise Exhausted(f"{number} is taken")
        self._taken.add(number)

    def free(self, number: int) -> None:
        """Let others have the number."""
        self._taken.discard(number)
