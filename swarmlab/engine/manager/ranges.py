"""The ranges of networks: their subnets and VXLAN ids, handed out and given back.

Owns which of them are taken, and with a range its pool of addresses (ipam.py).
Source: moby libnetwork/cnmallocator, libnetwork/drivers/overlay/ovmanager.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.manager.ipam import FIRST_VXLAN_ID, Addresses, Exhausted, Numbers, SubnetPool
from swarmlab.engine.model import IPAMConfig, Network

VXLAN_OPTION = "com.docker.network.driver.overlay.vxlanid_list"


class Ranges:
    """Hands out ranges to networks.

    Args:
        addresses: gets a pool for each range.
        pools: the default address pools (`10.0.0.0/8`).
        size: prefix length of a subnet that is cut from them.
    """

    def __init__(self, addresses: Addresses, pools: tuple[str, ...] = (), size: int = 24) -> None:
        self._addresses = addresses
        self._subnets = SubnetPool(pools, size)
        self._vxlan_ids = Numbers(FIRST_VXLAN_ID, 2**24 - 1)

    def keep(self, network: Network) -> None:
        """Take what the store says that the network has."""
        for config in network.ipam:
            self._subnets.take(config.subnet)
        for number in network.driver_options[VXLAN_OPTION].split(","):
            self._vxlan_ids.keep(int(number))
        self._addresses.add(network.id, network.ipam)

    def free(self, network: Network) -> None:
        """Let others have what the network has, its addresses included."""
        if self._addresses.drop(network.id):
            for config in network.ipam:
                self._subnets.free(config.subnet)
            for number in network.driver_options[VXLAN_OPTION].split(","):
                self._vxlan_ids.free(int(number))

    def allocate(self, network: Network) -> Network:
        """The network with its ranges and ids; none where its driver sees to that on each node.

        Raises:
            Exhausted: what it asks for is taken, or nothing is left.
        """
        if network.spec.driver != "overlay":
            self._addresses.add_without(network.id)
            return replace(network, driver_options=network.spec.options)
        configs: list[IPAMConfig] = []
        try:
            for wanted in network.spec.ipam or (IPAMConfig(),):
                configs.append(self._with_range(wanted))
            numbers = self._vxlan_numbers(network.spec.options.get(VXLAN_OPTION), len(configs))
        except Exhausted:
            for config in configs:
                self._subnets.free(config.subnet)
            raise
        self._addresses.add(network.id, configs)
        return replace(network, ipam=tuple(configs), driver_options={**network.spec.options, VXLAN_OPTION: numbers})

    def _with_range(self, wanted: IPAMConfig) -> IPAMConfig:
        subnet = self._subnets.take(wanted.subnet)
        return replace(wanted, subnet=str(subnet), gateway=wanted.gateway or str(subnet.network_address + 1))

    def _vxlan_numbers(self, wanted: str | None, count: int) -> str:
        """The wanted ids and as many as are still needed. Source: moby libnetwork ovmanager, NetworkAllocate."""
        given = [] if wanted is None else wanted.split(",")
        if not all(each.isascii() and each.isdecimal() and len(each) < 9 for each in given):
            raise Exhausted(f'invalid vxlan id value "{wanted}" passed')
        for each in given:
            self._vxlan_ids.keep(int(each))
        return ",".join([*given, *(str(self._vxlan_ids.take()) for _ in range(count - len(given)))])
