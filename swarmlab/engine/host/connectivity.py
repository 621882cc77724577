"""What a container's programs see of the network: names, and who answers how fast. Owns nothing.

Order of names, as Docker's resolver has it: the hosts file, overlays and own bridges, then the world outside.
Simplification: answers come at the usual time of their way, or not at all; no way is slow or lossy.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network

from swarmlab.engine.host.container import Container, Endpoint
from swarmlab.engine.host.networks import LocalNetwork, Networks
from swarmlab.engine.host.overlay import Overlay
from swarmlab.engine.world import World

_SELF_S = 0.00006
_SAME_HOST_S = 0.00009
_OTHER_HOST_S = 0.00052
_RETRY_S = 1.008
"""Until the sender asks again for the address of a container whose host did not know whom to answer."""

_OUTSIDE_TTL = 50
_INSIDE_TTL = 64
_HOST_TTL = 63


class ContainerNetwork:
    """The network as one running container sees it."""

    def __init__(self, container: Container, networks: Networks, overlay: Overlay, world: World, host: str) -> None:
        self._container = container
        self._networks = networks
        self._overlay = overlay
        self._world = world
        self._host = host

    # --- names ---

    def resolve(self, name: str) -> list[str]:
        """The addresses of a name; empty when nobody knows it."""
        if _is_address(name):
            return [name]
        listed = self._in_hosts_file(name)
        if listed:
            return listed
        for endpoint in self._endpoints():
            found = self._on_network(endpoint, name)
            if found:
                return found
        outer = self._world.look_up(name) if self._has_way_out() else None
        return [outer.address] if outer else []

    def _in_hosts_file(self, name: str) -> list[str]:
        if name == "localhost":
            return ["127.0.0.1"]
        if name == self._container.hostname:
            return [_plain(endpoint) for endpoint in self._endpoints()][:1]
        entries = (entry.partition(":") for entry in self._container.config.hosts)
        return [address for host, _, address in entries if host == name]

    def _on_network(self, endpoint: Endpoint, name: str) -> list[str]:
        network = self._networks.find(endpoint.network_id)
        if network.scope == "swarm":
            return self._overlay.resolve(self._host, network.id, name)
        if network.name == "bridge":
            return []  # the default bridge knows no names
        return [
            _plain(other)
            for id_, other in network.endpoints.items()
            if name in (*other.aliases, id_[:12]) and other.address
        ]

    # --- answers ---

    def round_trip_s(self, address: str) -> float | None:
        """How long an echo takes there and back; None when none comes back."""
        own = {"127.0.0.1", *(_plain(endpoint) for endpoint in self._endpoints())}
        if address in own:
            return _SELF_S
        for endpoint in self._endpoints():
            network = self._networks.find(endpoint.network_id)
            if network.subnet and IPv4Address(address) in IPv4Network(network.subnet):
                return self._on_link_s(network, endpoint, address)
        return self._outside_s(address) if self._has_way_out() else None

    def _on_link_s(self, network: LocalNetwork, endpoint: Endpoint, address: str) -> float | None:
        if network.scope == "local":
            there = address == network.gateway or any(_plain(e) == address for e in network.endpoints.values())
            return _SAME_HOST_S if there else None
        if self._overlay.is_virtual(self._host, network.id, address):
            return _SELF_S
        way = self._overlay.reaches(self._host, network.id, _plain(endpoint), address)
        if way is None:
            return None
        return (_SAME_HOST_S if way.host == self._host else _OTHER_HOST_S) + (_RETRY_S if way.late else 0)

    def _outside_s(self, address: str) -> float | None:
        outer = self._world.look_up(address)
        if outer is not None:
            return outer.latency_s
        host = self._world.host_at(address)
        if host is None or not host.powered:
            return None
        if host.hostname == self._host:
            return _SAME_HOST_S
        # Echo requests are not among the ports that the walls drop: only power and cables count.
        reach = self._world.reaches(self._host, address, "icmp")
        return None if reach.hostname is None else _OTHER_HOST_S

    def ttl(self, address: str) -> int:
        """Hops that an answer from there has left."""
        if self._world.look_up(address) is not None:
            return _OUTSIDE_TTL
        return _HOST_TTL if self._world.host_at(address) is not None else _INSIDE_TTL

    # --- what it is attached to ---

    def _endpoints(self) -> list[Endpoint]:
        return [endpoint for endpoint in self._container.endpoints.values() if endpoint.address]

    def _has_way_out(self) -> bool:
        """Whether packets leave the host: not from `none`, nor from internal networks only, nor with the cable cut."""
        mode_host = self._container.config.network_mode == "host"
        networks = [self._networks.find(endpoint.network_id) for endpoint in self._endpoints()]
        routed = mode_host or any(not network.internal for network in networks)
        return routed and self._world.hosts[self._host].connected


def _plain(endpoint: Endpoint) -> str:
    return endpoint.address.partition("/")[0]


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except AddressValueError:
        return False
    return True
