"""One network as a host's daemon knows it, and the rules of its ranges and addresses. Owns no state.

Source: moby api/types/network/ipam.go, libnetwork/{netutils,ipamutils}; texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.host.address_range import AddressRange
from swarmlab.engine.host.container import Endpoint, EndpointConfig
from swarmlab.engine.model import IPAMConfig, Network

POOL = [IPv4Network(f"172.{number}.0.0/16") for number in range(17, 32)]
"""Where bridges get their ranges from, in order."""

PREDEFINED = ("bridge", "host", "none")
"""The networks that every host has."""


@dataclass(slots=True, kw_only=True)
class LocalNetwork:
    """A network as this host's daemon knows it.

    Attributes:
        scope: `local` or `swarm`.
        ranges: as they are shown: what was asked for, or what it got.
        addresses: where containers get theirs from, on bridges.
        own_subnet: whether its range was asked for.
        config_only: whether it is a configuration for others, to which nothing is attached.
        config_from: the configuration that it has.
        ipam_options: as they were sent: none, or empty.
        endpoints: the attached containers, by id.
    """

    id: str
    name: str
    driver: str
    scope: str
    created_at: float
    subnet: str = ""
    gateway: str = ""
    ranges: tuple[IPAMConfig, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    addresses: AddressRange | None = None
    own_subnet: bool = False
    ipam_driver: str = "default"
    ipam_options: Mapping[str, str] | None = None
    config_only: bool = False
    config_from: str = ""
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    @property
    def is_overlay(self) -> bool:
        """Whether it spans hosts; a network of the swarm with another driver is made on each of them."""
        return self.driver == "overlay"

    def holds(self, address: str) -> bool:
        """Whether an address lies in its subnets."""
        subnets = (range_.subnet for range_ in self.ranges)
        return is_address(address) and any(
            subnet and IPv4Address(address) in IPv4Network(subnet) for subnet in (self.subnet, *subnets)
        )


def shown_network(network: Network) -> LocalNetwork:
    """A network of the swarm as a host shows it; one whose range cannot be had has no driver."""
    range_ = network.ipam[0] if network.ipam else None
    return LocalNetwork(
        id=network.id,
        name=network.spec.name,
        driver=network.spec.driver if network.ipam or network.spec.driver != "overlay" else "",
        scope="swarm",
        created_at=network.meta.created_at,
        subnet=range_.subnet if range_ else "",
        gateway=range_.gateway if range_ else "",
        ranges=network.ipam,
        own_subnet=bool(network.spec.ipam),
        labels=network.spec.labels,
        options=network.driver_options,
        internal=network.spec.internal,
        attachable=network.spec.attachable,
        ingress=network.spec.ingress,
        ipam_driver=(network.spec.ipam_driver or "default") if network.ipam else "",
        ipam_options=network.spec.ipam_options or None,
        config_from=network.spec.config_from,
    )


def shown_ends(network: LocalNetwork) -> str:
    """The containers on a network, as a refusal names them."""
    ends = network.endpoints.values()
    return ", ".join(f'name:"{end.aliases[0] if end.aliases else ""}" id:"{end.endpoint_id[:12]}"' for end in ends)


BRIDGE_OPTIONS = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}
GATEWAY_OPTIONS = {
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.name": "docker_gwbridge",
}


def check_endpoint(config: EndpointConfig, network: LocalNetwork | None = None) -> None:
    """Refuse an address or a name of one's own choice that a network cannot give.

    Without `network` its name says enough: it is one of Docker's own.

    Raises:
        InvalidParameter: naming all that is wrong. Source: moby daemon/container_operations.go,
            validateEndpointSettings; texts recorded from 28.5.2.
    """
    problems = [*_of_docker_s_own(config, network), *_of_address(config), *_of_ranges(config, network)]
    if problems:
        lines = [f"* {problem}" if len(problems) > 1 else problem for problem in problems]
        raise InvalidParameter("\n".join(["invalid endpoint settings:", *lines]))


def check_place(config: EndpointConfig, network: LocalNetwork | None = None) -> None:
    """The same for a container that is made. Raises InvalidParameter, naming the network."""
    try:
        check_endpoint(config, network)
    except InvalidParameter as refusal:
        name = network.name if network else config.network
        raise InvalidParameter(f"invalid config for network {name}: {refusal}") from None


def _of_docker_s_own(config: EndpointConfig, network: LocalNetwork | None) -> Iterator[str]:
    if network is None or network.name in PREDEFINED:
        if config.address:
            yield "user specified IP address is supported on user defined networks only"
        if config.aliases:
            yield "network-scoped alias is supported only for containers in user defined networks"


def _of_address(config: EndpointConfig) -> Iterator[str]:
    if config.address and not is_address(config.address):
        yield f"invalid IPv4 address: {config.address}"


def is_address(text: str) -> bool:
    """Whether this is an IPv4 address that somebody can have."""
    try:
        return int(IPv4Address(text)) != 0
    except ValueError:
        return False


def _of_ranges(config: EndpointConfig, network: LocalNetwork | None) -> Iterator[str]:
    if not config.address or (network is not None and network.is_overlay and not is_address(config.address)):
        return
    if network is None or not network.own_subnet:
        yield "user specified IP address is supported only when connecting to networks with user configured subnets"
    elif not network.holds(config.address):
        yield f"no configured subnet or ip-range contain the IP address {config.address}"
