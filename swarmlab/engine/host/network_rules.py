"""What a network may be asked to be, before the swarm is asked: drivers, their options, configurations for others.

Owns no state. Source: moby daemon/network.go (createNetwork), libnetwork/controller.go (NewNetwork),
libnetwork/network.go (validateConfiguration, applyConfigurationTo), drivers/macvlan, drivers/ipvlan; texts recorded
from 28.5.2.
Simplification: there is no LAN in the simulated world: a macvlan or ipvlan network is its host's own, like a bridge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from swarmlab.engine.errors import (
    Conflict,
    EngineError,
    Forbidden,
    InvalidParameter,
    NotFound,
    NotImplementedHere,
    RpcInvalidArgument,
    ServerError,
)
from swarmlab.engine.host.local_network import PREDEFINED, LocalNetwork
from swarmlab.engine.host.ranges import check_ranges
from swarmlab.engine.model import IPAMConfig

LAN_DRIVERS = ("ipvlan", "macvlan")
NETWORK_DRIVERS = ("bridge", "host", "ipvlan", "macvlan", "null", "overlay")
_MODES = {"macvlan": ("bridge", "vepa", "passthru", "private"), "ipvlan": ("l2", "l3", "l3s")}
_PARENT = re.compile(r"eth\d+(\.\d+)?")
_ONLY_OF_A_NETWORK = (
    "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal "
    "| attachable | scope ] are not supported."
)
_NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
_FROM_A_WORKER = "Cannot create a multi-host network from a worker node. Please create the network from a manager node."
_OF_THE_SWARM = ("bridge", "host")
"""Networks of every host that a swarm knows by name, too: to its managers the name is taken."""

_NO_SWARM = "cannot create a swarm scoped network when swarm is not active"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRequest:
    """What is asked for. With `config_only` it is a configuration, which `config_from` of other networks names.

    For a network of the swarm the driver may be empty, which the swarm refuses.
    """

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


def check_for_swarm(
    request: NetworkRequest, networks: Mapping[str, LocalNetwork], *, manages: bool, is_node: bool
) -> None:
    """What an engine refuses before its swarm is asked.

    Args:
        request: what is asked for.
        networks: all that the engine knows.
        manages: whether this host is one of the swarm's managers.
        is_node: whether it is in a swarm at all.

    Raises:
        InvalidParameter: no name, a range that is none, a swarm without IPv4.
        Conflict: the name is taken.
        NotFound: no such driver or configuration.
        Forbidden: what does not go together; no manager is asked.
    """
    if request.driver == "overlay" and not manages:
        raise Forbidden(_NO_MANAGER)
    _check_any(request, networks)
    if not manages:
        raise Forbidden(_FROM_A_WORKER if is_node else _NO_SWARM)
    if not request.driver:
        raise RpcInvalidArgument("driver name: if driver is specified name is required")
    if not request.enable_ipv4:
        raise InvalidParameter("IPv4 cannot be disabled in a Swarm scoped network")


def check_for_host(request: NetworkRequest, networks: Mapping[str, LocalNetwork], *, manages: bool) -> None:
    """What an engine refuses to make on its own host, given all `networks` that it knows; `manages` as above.

    Raises:
        InvalidParameter: no name, a range that is none, nothing that addresses come from.
        Conflict: the name is taken.
        NotFound: no such driver or configuration.
        Forbidden: what does not go together; the name of a network that every host has.
        NotImplementedHere: several ranges for one of a LAN.
    """
    if request.name in PREDEFINED and not (manages and request.name in _OF_THE_SWARM):
        raise Forbidden(f"operation is not permitted on predefined {request.name} network ")
    _check_any(request, networks)
    check_only_one(request)
    if request.ipam_driver not in ("", "default", "null"):
        raise NotFound("plugin", f'"{request.ipam_driver}"')
    if not request.enable_ipv4:
        raise InvalidParameter("IPv4 or IPv6 must be enabled")
    if request.ipam_driver == "null":
        raise InvalidParameter("ipv4 pool is empty")
    if len(request.ranges) > 1 and request.driver == "bridge":
        raise Forbidden("bridge driver doesn't support multiple subnets")
    if len(request.ranges) > 1:
        raise NotImplementedHere(
            f"IPAM.Config of several ranges is not implemented by this engine for {request.driver}"
        )


def _check_any(request: NetworkRequest, networks: Mapping[str, LocalNetwork]) -> None:
    """In libnetwork's order: what is first refused of several mistakes is what a user reads."""
    check_ranges(request.ranges)
    if not request.name.strip():
        raise InvalidParameter("invalid name: name is empty")
    if any(network.name == request.name for network in networks.values()):
        raise Conflict(f"network with name {request.name} already exists")
    check_configuration_use(request)
    if request.config_only:
        return  # it has no driver
    if request.driver not in NETWORK_DRIVERS and not (request.is_for_swarm and not request.driver):
        raise NotFound("plugin", f'"{request.driver}"')
    if request.scope == "local" and request.driver == "overlay":
        raise Forbidden("cannot downgrade network scope for overlay networks")
    if request.ingress and request.driver != "overlay":
        raise Forbidden("Ingress network can only be global scope network")
    if request.config_from:
        configuration(networks, request.config_from)


def check_configuration_use(request: NetworkRequest) -> None:
    """Raise Forbidden for what a configuration, or a network that has one, does not say itself."""
    if request.config_only and (request.ingress or request.internal or request.attachable or request.scope):
        raise Forbidden(_ONLY_OF_A_NETWORK)
    if request.config_only and request.config_from:
        raise Forbidden("a configuration network cannot depend on another configuration network")
    if request.config_from and _says_something(request):
        raise Forbidden(
            "user specified configurations are not supported if the network depends on a configuration network"
        )
    if request.config_from and request.options:
        raise Forbidden("network driver options are not supported if the network depends on a configuration network")


def check_only_one(request: NetworkRequest) -> None:
    """Raise Forbidden for one more network of a driver of which each host has its one from the beginning."""
    if request.driver in ("host", "null") and not request.config_only:
        raise Forbidden(f'only one instance of "{request.driver}" network is allowed')


def _says_something(request: NetworkRequest) -> bool:
    has_driver = request.ipam_driver not in ("", "default")
    return bool(request.range_ != IPAMConfig() or has_driver or request.labels or request.ipam_options)


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
