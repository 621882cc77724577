"""What a network may be asked to be, before the swarm is asked: drivers, their options, configurations for others.

Owns no state. Source: moby libnetwork/network.go (validateConfiguration, applyConfigurationTo), drivers/macvlan,
drivers/ipvlan; texts recorded from 28.5.2.
Simplification: there is no LAN in the simulated world: a macvlan or ipvlan network is its host's own, like a bridge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from swarmlab.engine.errors import (
    EngineError,
    Forbidden,
    InvalidParameter,
    NotFound,
    NotImplementedHere,
    ServerError,
)
from swarmlab.engine.host.local_network import LocalNetwork
from swarmlab.engine.host.ranges import check_ranges
from swarmlab.engine.model import IPAMConfig

LAN_DRIVERS = ("ipvlan", "macvlan")
_MODES = {"macvlan": ("bridge", "vepa", "passthru", "private"), "ipvlan": ("l2", "l3", "l3s")}
_PARENT = re.compile(r"eth\d+(\.\d+)?")


NETWORK_DRIVERS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRequest:
    """What is asked for. With `config_only` it is a configuration, which `config_from` of other networks names."""

    name: str
    driver: str = "bridge"
    scope: str = ""
    ranges: tuple[IPAMConfig, ...] = ()
    ipam_driver: str = ""
    ipam_options: Mapping[str, str] | None = None
    enable_ipv4: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    config_only: bool = False
    config_from: str = ""

    @property
    def range_(self) -> IPAMConfig:
        """The range, which says nothing where none was asked for."""
        return self.ranges[0] if self.ranges else IPAMConfig()

    @property
    def is_for_swarm(self) -> bool:
        """Whether it is to be known to the whole swarm."""
        return not self.config_only and (self.driver == "overlay" or self.scope == "swarm")


def check_for_swarm(request: NetworkRequest, *, manages: bool) -> None:
    """What a manager's engine refuses before its swarm is asked.

    Raises:
        NotFound: no such driver.
        InvalidParameter: a range that is none, a swarm without IPv4.
        Forbidden: what does not go together; no manager is asked (`manages`).
    """
    _check_any(request)
    if request.scope == "local":
        raise Forbidden("cannot downgrade network scope for overlay networks")
    if not manages:
        raise Forbidden(_NO_MANAGER)
    if not request.enable_ipv4:
        raise InvalidParameter("IPv4 cannot be disabled in a Swarm scoped network")
    if request.config_from:
        check_configuration_use(request)


def check_for_host(request: NetworkRequest) -> None:
    """What an engine refuses to make on its own host, whatever networks there are already.

    Raises:
        NotFound: no such driver.
        InvalidParameter: a range that is none, nothing that addresses come from.
        Forbidden: what does not go together.
        NotImplementedHere: several ranges for one of a LAN.
    """
    _check_any(request)
    if request.ingress:
        raise Forbidden("Ingress network can only be global scope network")
    if not request.enable_ipv4:
        raise InvalidParameter("IPv4 or IPv6 must be enabled")
    if request.ipam_driver == "null":
        raise InvalidParameter("ipv4 pool is empty")
    if request.ipam_driver not in ("", "default"):
        raise NotFound("plugin", f'"{request.ipam_driver}"')
    if len(request.ranges) > 1 and request.driver == "bridge":
        raise Forbidden("bridge driver doesn't support multiple subnets")
    if len(request.ranges) > 1:
        raise NotImplementedHere(
            f"IPAM.Config of several ranges is not implemented by this engine for {request.driver}"
        )


def _check_any(request: NetworkRequest) -> None:
    if request.driver not in NETWORK_DRIVERS:
        raise NotFound("plugin", f'"{request.driver}"')
    check_ranges(request.ranges)
    if request.config_only and (request.ingress or request.scope):
        raise Forbidden(_ONLY_OF_A_NETWORK)


def check_configuration_use(request: NetworkRequest) -> None:
    """Raise Forbidden for what a configuration, or a network that has one, does not say itself."""
    if request.config_only and (request.internal or request.attachable):
        raise Forbidden(_ONLY_OF_A_NETWORK)
    if request.config_only and request.config_from:
        raise Forbidden("a configuration network cannot depend on another configuration network")
    if request.config_from and _says_something(request):
        raise Forbidden(
            "user specified configurations are not supported if the network depends on a configuration network"
        )
    if request.config_from and request.options:
        raise Forbidden("network driver options are not supported if the network depends on a configuration network")
    if request.driver in ("host", "null") and not request.config_only:
        raise Forbidden(f'only one instance of "{request.driver}" network is allowed')


_ONLY_OF_A_NETWORK = (
    "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal "
    "| attachable | scope ] are not supported."
)
_NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)


def _says_something(request: NetworkRequest) -> bool:
    return bool(request.range_ != IPAMConfig() or request.labels or request.ipam_options)


def gateway_of(range_: IPAMConfig, subnet: IPv4Network) -> str:
    """The wanted gateway, or the first address that there is to be had. Recorded from 28.5.2."""
    first = IPv4Network(range_.ip_range)[0] if range_.ip_range else subnet[0]
    return range_.gateway or str(max(first, subnet[min(1, subnet.num_addresses - 1)]))


def check_options(driver: str, options: Mapping[str, str]) -> None:
    """Raise ServerError for a mode or a parent that a driver does not have."""
    if driver not in LAN_DRIVERS:
        return
    modes, mode = _MODES[driver], options.get(f"{driver}_mode", "")
    if mode and mode not in modes:
        default = f"'{modes[0]}' mode is the {driver} driver default"
        raise ServerError(f"requested {driver} mode '{mode}' is not valid, {default}")
    parent = options.get("parent", "")
    if parent and not _PARENT.fullmatch(parent):
        raise ServerError(f"invalid subinterface vlan name {parent}, example formatting is eth0.10")


def configuration(networks: Mapping[str, LocalNetwork], name: str) -> LocalNetwork:
    """The configuration of this name. Raises NotFound."""
    for network in networks.values():
        if network.config_only and name in (network.name, network.id):
            return network
    raise NoConfiguration(name)


class NoConfiguration(NotFound):
    """No network of this host has that name and is a configuration."""

    def __init__(self, name: str) -> None:
        EngineError.__init__(self, f'configuration network "{name}" does not exist')


def check_unused(network: LocalNetwork, networks: Mapping[str, LocalNetwork]) -> None:
    """Raise Forbidden for a configuration that other networks have."""
    if network.config_only and any(network.name == other.config_from for other in networks.values()):
        raise Forbidden(f'error while removing network: configuration network "{network.name}" is in use')
