"""A lab's own network on the local Docker: who has which address.

Owns the address plan. Subnets are chosen here rather than by Docker, since a container keeps its address over
restarts only in a network whose subnet was named.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil
from docker import DockerClient
from docker.errors import APIError
from docker.types import IPAMConfig, IPAMPool

SUBNETS = tuple(f"10.203.{number}" for number in range(1, 255))
"""First three bytes of each lab's subnet; far from 10.0.x, out of which a swarm numbers its overlay networks."""

PUBLIC = "203.0.113"
"""Documentation addresses (RFC 5737), which no real host has: the hosts' public side, translated 1:1 as clouds do."""

_REGISTRY = 2
_FIRST_HOST = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class LabNetwork:
    """The network of one lab.

    Attributes:
        name: as the local Docker knows it.
        prefix: first three bytes of every address in it.
        host_names: the hosts, in the order of their addresses.
    """

    name: str
    prefix: str
    host_names: Sequence[str]

    @property
    def registry_address(self) -> str:
        """Address of the lab's registry, which also answers as docker.com."""
        return f"{self.prefix}.{_REGISTRY}"

    @property
    def addresses(self) -> Mapping[str, str]:
        """Private address of each host."""
        return {name: f"{self.prefix}.{_FIRST_HOST + index}" for index, name in enumerate(self.host_names)}

    @property
    def public_addresses(self) -> Mapping[str, str]:
        """Public address of each host."""
        return {name: f"{PUBLIC}.{_FIRST_HOST + index}" for index, name in enumerate(self.host_names)}


def create_network(
    client: DockerClient, name: str, *, host_names: Sequence[str], labels: Mapping[str, str]
) -> LabNetwork:
    """Create the network in the first subnet that neither this Docker nor this machine uses.

    Raises:
        APIError: Docker refused for another reason than a subnet in use, or none is free.
    """
    taken = _prefixes_of_this_machine()
    for prefix in (prefix for prefix in SUBNETS if prefix not in taken):
        pool = IPAMPool(subnet=f"{prefix}.0/24", gateway=f"{prefix}.1")
        try:
            client.networks.create(
                name, driver="bridge", ipam=IPAMConfig(pool_configs=[pool]), labels=dict(labels), check_duplicate=True
            )
        except APIError as error:
            if "overlap" not in str(error) or prefix == SUBNETS[-1]:
                raise
        else:
            return LabNetwork(name=name, prefix=prefix, host_names=host_names)
    raise AssertionError("this machine has an address in every one of SUBNETS")


def _prefixes_of_this_machine() -> set[str]:
    # Docker looks at its own networks only: another Docker of this machine, or a VPN, may use a subnet as well.
    addresses = (address for one in psutil.net_if_addrs().values() for address in one)
    return {found.address.rpartition(".")[0] for found in addresses if found.family == socket.AF_INET}
