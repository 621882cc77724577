"""What a network of one host may be asked to be: drivers and their options, configurations for other networks.

Owns no state. Source: moby libnetwork/network.go (validateConfiguration, applyConfigurationTo), drivers/macvlan,
drivers/ipvlan; texts recorded from 28.5.2.
Simplification: there is no LAN in the simulated world: a macvlan or ipvlan network is its host's own, like a bridge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from swarmlab.engine.errors import EngineError, Forbidden, NotFound, ServerError
from swarmlab.engine.host.local_network import LocalNetwork
from swarmlab.engine.model import IPAMConfig

LAN_DRIVERS = ("ipvlan", "macvlan")
_MODES = {"macvlan": ("bridge", "vepa", "passthru", "private"), "ipvlan": ("l2", "l3", "l3s")}
_PARENT = re.compile(r"eth\d+(\.\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRequest:
    """What is asked for. With `config_only` it is a configuration, which `config_from` of other networks names."""

    name: str
    driver: str = "bridge"
    range_: IPAMConfig = IPAMConfig()
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    ipam_options: Mapping[str, str] | None = None
    internal: bool = False
    attachable: bool = False
    config_only: bool = False
    config_from: str = ""


def check_request(request: NetworkRequest) -> None:
    """Raise Forbidden, ServerError for what does not go together."""
    if request.config_only and (request.internal or request.attachable):
        raise Forbidden(ONLY_OF_A_NETWORK)
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


ONLY_OF_A_NETWORK = (
    "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal "
    "| attachable | scope ] are not supported."
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
