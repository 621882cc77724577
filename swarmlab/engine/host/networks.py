"""The networks of one host as its daemon shows them: its own bridges, and the overlays that its containers are on.

A manager shows every network of the swarm besides.

Owns local networks and the addresses on them. Addresses on overlays are the swarm's allocator's; what travels on
overlays is overlay.py's. Source: moby daemon/network.go, libnetwork; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv4Network, ip_interface

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Ambiguous, Conflict, Forbidden, InvalidParameter, NotFound, NotImplementedHere
from swarmlab.engine.host.address_range import AddressRange
from swarmlab.engine.host.container import Container, Endpoint, EndpointConfig
from swarmlab.engine.host.events import Events
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import IPAMConfig, Network

_PREDEFINED = ("bridge", "host", "none")
_GATEWAY_BRIDGE = "docker_gwbridge"
_ANY_RANGE = IPAMConfig()
_POOL = [IPv4Network(f"172.{number}.0.0/16") for number in range(17, 32)]
"""Where bridges get their ranges from, in order. Source: moby libnetwork/ipamutils."""

Swarm = Callable[[], Iterable[Network]]


@dataclass(slots=True, kw_only=True)
class LocalNetwork:
    """A network as this host's daemon knows it; `scope` is `local` or `swarm`. `endpoints` by container id.

    `addresses` is where containers get theirs from, on bridges.
    """

    id: str
    name: str
    driver: str
    scope: str
    created_at: float
    subnet: str = ""
    gateway: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    addresses: AddressRange | None = None
    endpoints: dict[str, Endpoint] = field(default_factory=dict)


class Networks:
    """All networks of one host.

    Args:
        swarm: the swarm's networks that this node may read: all on a manager with a leader, none elsewhere.
    """

    def __init__(self, clock: Clock, chance: Chance, events: Events, *, swarm: Swarm = lambda: ()) -> None:
        self._clock = clock
        self._chance = chance
        self._events = events
        self._swarm = swarm
        self._networks: dict[str, LocalNetwork] = {}
        for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null")):
            self._make(name, driver, options=_BRIDGE_OPTIONS if name == "bridge" else {})

    # --- reading ---

    def list(self) -> builtins.list[LocalNetwork]:
        """Every network, by name."""
        return sorted(self._all().values(), key=lambda network: network.name)

    def find(self, reference: str) -> LocalNetwork:
        """By id, name, id prefix.

        Raises:
            NotFound: there is none.
            Ambiguous: an id's beginning fits several.
        """
        if reference in self._networks:
            return self._networks[reference]
        networks = self._all()
        if reference in networks:
            return networks[reference]
        named = [network for network in networks.values() if network.name == reference]
        matches = named or [network for network in networks.values() if network.id.startswith(reference)]
        if not reference or not matches:
            raise NotFound("network", reference)
        if len(matches) > 1:
            raise Ambiguous("network", reference, len(matches))
        return matches[0]

    def ingress_id(self) -> str:
        """The id of the routing mesh's network, empty while this host is on none."""
        return next((network.id for network in self._networks.values() if network.ingress), "")

    def _all(self) -> dict[str, LocalNetwork]:
        swarm = {str(network.id): _shown(network) for network in self._swarm() if not network.predefined}
        return {**swarm, **self._networks}

    # --- making and removing ---

    def create(
        self,
        name: str,
        *,
        driver: str = "bridge",
        range_: IPAMConfig = _ANY_RANGE,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        internal: bool = False,
    ) -> LocalNetwork:
        """Make a bridge of this host, with the given range or a free one.

        Raises:
            InvalidParameter: no name, no range.
            Conflict: the name is taken.
            NotImplementedHere: another driver.
        """
        if not name:
            raise InvalidParameter("invalid network name: name is empty")
        if any(network.name == name for network in self._all().values()):
            raise Conflict(f"network with name {name} already exists")
        if driver not in ("", "bridge"):
            raise NotImplementedHere(f"the embedded engine has no local network driver {driver}")
        network = self._make(name, "bridge", range_=range_, labels=labels, options=options, internal=internal)
        self._emit("create", network)
        return network

    def _make(
        self,
        name: str,
        driver: str,
        *,
        range_: IPAMConfig = _ANY_RANGE,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        internal: bool = False,
    ) -> LocalNetwork:
        subnet = self._subnet(range_.subnet) if driver == "bridge" else None
        gateway = range_.gateway or (str(subnet[1]) if subnet else "")
        network = LocalNetwork(
            id=self._chance.hex_id(),
            name=name,
            driver=driver,
            scope="local",
            created_at=self._clock.now,
            subnet=str(subnet) if subnet else "",
            gateway=gateway,
            labels=labels or {},
            options=options or {},
            internal=internal,
            addresses=AddressRange(str(subnet), gateway) if subnet else None,
        )
        self._networks[network.id] = network
        return network

    def _subnet(self, subnet: str) -> IPv4Network:
        taken = [IPv4Network(network.subnet) for network in self._networks.values() if network.subnet]
        if subnet:
            wanted = _wanted_subnet(subnet)
            if any(wanted.overlaps(other) for other in taken):
                raise Forbidden("invalid pool request: Pool overlaps with other one on this address space")
            return wanted
        free = [range_ for range_ in _POOL if not any(range_.overlaps(other) for other in taken)]
        if not free:
            raise Conflict("all predefined address pools have been fully subnetted")
        return free[0]

    def remove(self, reference: str) -> LocalNetwork:
        """Remove a local network that no container is attached to.

        Raises:
            Forbidden: it is one of Docker's own, or containers are attached.
        """
        network = self.find(reference)
        if network.name in _PREDEFINED:
            raise Forbidden(f"{network.name} is a pre-defined network and cannot be removed")
        if network.endpoints:
            ends = _shown_ends(network)
            raise Forbidden(f"error while removing network: network {network.name} has active endpoints ({ends})")
        del self._networks[network.id]
        self._emit("destroy", network)
        return network

    # --- containers come and go ---

    def attach(self, container: Container, config: EndpointConfig) -> Endpoint:
        """Give a starting container its place on a network.

        Raises:
            NotFound: there is no such network.
        """
        network = self.find(config.network)
        is_overlay = network.scope == "swarm"
        if is_overlay and not config.address:
            raise NotImplementedHere("the embedded engine does not attach `docker run` containers to overlay networks")
        address = config.address or (network.addresses.take() if network.addresses else "")
        endpoint = Endpoint(
            network=network.name,
            network_id=network.id,
            endpoint_id=self._chance.hex_id(),
            address=address,
            gateway="" if is_overlay else network.gateway,
            mac=_mac(address),
            aliases=(container.name, *config.aliases),
        )
        self._networks[network.id].endpoints[container.id] = endpoint
        container.endpoints[network.name] = endpoint
        self._emit("connect", network, container.id)
        return endpoint

    def detach(self, container: Container, *, quietly: bool = False) -> None:
        """Take a stopped container off its networks; `quietly` when the engine died and nobody heard of it."""
        for network in self._networks.values():
            endpoint = network.endpoints.pop(container.id, None)
            if endpoint is not None:
                if network.addresses is not None:
                    network.addresses.free(endpoint.address)
                name = network.name
                container.endpoints[name] = Endpoint(network=name, network_id=network.id)
                if not quietly:
                    self._emit("disconnect", network, container.id)

    # --- what a swarm node has besides ---

    def join_swarm(self) -> None:
        """This host became a node: it has docker_gwbridge now."""
        if not any(network.name == _GATEWAY_BRIDGE for network in self._networks.values()):
            self._make(_GATEWAY_BRIDGE, "bridge", options=_GATEWAY_OPTIONS)

    def leave_swarm(self) -> None:
        """This host is no node any more: overlays go, docker_gwbridge stays."""
        self._networks = {id_: network for id_, network in self._networks.items() if network.scope == "local"}

    def add_overlay(self, network: Network) -> LocalNetwork:
        """A task of this network comes to this host, or it is the ingress network, which every node has."""
        if network.id not in self._networks:
            self._networks[network.id] = _shown(network)
        return self._networks[network.id]

    def drop_overlay(self, network_id: str) -> None:
        """Forget an overlay (but ingress) that no container of this host is attached to any more."""
        network = self._networks.get(network_id)
        if network is not None and network.scope == "swarm" and not network.ingress and not network.endpoints:
            del self._networks[network_id]

    def _emit(self, action: str, network: LocalNetwork, container_id: str = "") -> None:
        attributes = {"name": network.name, "type": network.driver}
        self._events.emit(
            "network", action, network.id, {"container": container_id, **attributes} if container_id else attributes
        )


def _shown(network: Network) -> LocalNetwork:
    """A network of the swarm as a host shows it."""
    range_ = network.ipam[0] if network.ipam else None
    return LocalNetwork(
        id=network.id,
        name=network.spec.name,
        driver=network.spec.driver,
        scope="swarm",
        created_at=network.meta.created_at,
        subnet=range_.subnet if range_ else "",
        gateway=range_.gateway if range_ else "",
        labels=network.spec.labels,
        options=network.driver_options,
        internal=network.spec.internal,
        attachable=network.spec.attachable,
        ingress=network.spec.ingress,
    )


def _wanted_subnet(text: str) -> IPv4Network:
    """A range that was asked for. Source: moby api/types/network/ipam.go, ValidateIPAM; texts of 28.5.2."""
    try:
        interface = ip_interface(text)
    except ValueError:
        interface = None
    if interface is None or "/" not in text:
        raise InvalidParameter(f"invalid network config:\ninvalid subnet {text}: invalid CIDR block notation")
    if not isinstance(interface, IPv4Interface):
        raise NotImplementedHere("the embedded engine has no IPv6 networks")
    if interface.ip != interface.network.network_address:
        raise InvalidParameter(f"invalid network config:\ninvalid subnet {text}: it should be {interface.network}")
    return interface.network


def _shown_ends(network: LocalNetwork) -> str:
    ends = network.endpoints.values()
    return ", ".join(f'name:"{end.aliases[0] if end.aliases else ""}" id:"{end.endpoint_id[:12]}"' for end in ends)


def _mac(address: str) -> str:
    """The address that libnetwork makes from an IPv4 address. Source: moby libnetwork/netutils, GenerateMACFromIP."""
    if not address:
        return ""
    numbers = address.partition("/")[0].split(".")
    return "02:42:" + ":".join([f"{int(number):02x}" for number in numbers])


_BRIDGE_OPTIONS = {
    "com.docker.network.bridge.default_bridge": "true",
    "com.docker.network.bridge.enable_icc": "true",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
    "com.docker.network.bridge.name": "docker0",
    "com.docker.network.driver.mtu": "1500",
}
_GATEWAY_OPTIONS = {
    "com.docker.network.bridge.enable_icc": "false",
    "com.docker.network.bridge.enable_ip_masquerade": "true",
    "com.docker.network.bridge.name": "docker_gwbridge",
}
