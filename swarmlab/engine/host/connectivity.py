"""What a container's programs see of the network: names, and who answers how fast. Owns nothing.

Order of names, as Docker's resolver has it: the hosts file, overlays and own bridges, then the world outside.
Simplification: answers come at the usual time of their way, or not at all; no way is slow or lossy.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address

from swarmlab.engine.host.container import Container, ContainerConfig, Endpoint
from swarmlab.engine.host.local_network import LocalNetwork
from swarmlab.engine.host.networks import Networks
from swarmlab.engine.host.sockets import Listener
from swarmlab.engine.host.traffic import OTHER_HOST_S, SAME_HOST_S, Traffic
from swarmlab.engine.ids import Chance
from swarmlab.engine.programs.connections import NO_WAY_OUT, UNREACHABLE, Exchange, Serve
from swarmlab.engine.world import World

_SELF_S = 0.00006
_RETRY_S = 1.008
"""Until the sender asks again for the address of a container whose host did not know whom to answer."""

_OUTSIDE_TTL = 50
_INSIDE_TTL = 64
_HOST_TTL = 63


class ContainerNetwork:
    """The network as one running container sees it."""

    def __init__(
        self, container: Container, networks: Networks, traffic: Traffic, world: World, host: str, *, chance: Chance
    ) -> None:
        self._chance = chance
        self._container = container
        self._networks = networks
        self._traffic = traffic
        self._overlay = traffic.overlay
        self._world = world
        self._host = host
        self._place = host if _is_on_host(container.config) else container.id

    # --- names ---

    def resolve(self, name: str) -> list[str]:
        """The addresses of a name; empty when nobody knows it.

        Docker's resolver shuffles them each time. Source: moby libnetwork/resolver.go (shuffleAddr).
        """
        if _is_address(name):
            return [name]
        listed = self._in_hosts_file(name)
        if listed:
            return listed
        for endpoint in self._endpoints():
            found = self._on_network(endpoint, name)
            if found:
                return self._chance.shuffled(found) if len(found) > 1 else found
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
        if network.is_overlay:
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
            if network.holds(address):
                return self._on_link_s(network, endpoint, address)
        return self._outside_s(address) if self._has_way_out() else None

    def _on_link_s(self, network: LocalNetwork, endpoint: Endpoint, address: str) -> float | None:
        if not network.is_overlay:
            there = address == network.gateway or any(_plain(e) == address for e in network.endpoints.values())
            return SAME_HOST_S if there else None
        if self._overlay.is_virtual(self._host, network.id, address):
            return _SELF_S
        way = self._overlay.reaches(self._host, network.id, _plain(endpoint), address)
        if way is None:
            return None
        return (SAME_HOST_S if way.host == self._host else OTHER_HOST_S) + (_RETRY_S if way.late else 0)

    def _outside_s(self, address: str) -> float | None:
        outer = self._world.look_up(address)
        if outer is not None:
            return outer.latency_s
        host = self._world.host_at(address)
        if host is None or not host.works:
            return None
        if host.hostname == self._host:
            return SAME_HOST_S
        # Echo requests are not among the ports that the walls drop: only power and cables count.
        reach = self._world.reaches(self._host, address, "icmp")
        return None if reach.hostname is None else OTHER_HOST_S

    def ttl(self, address: str) -> int:
        """Hops that an answer from there has left."""
        if self._world.look_up(address) is not None:
            return _OUTSIDE_TTL
        return _HOST_TTL if self._world.host_at(address) is not None else _INSIDE_TTL

    # --- connections ---

    def addresses(self) -> list[str]:
        """Its own addresses, as `hostname -i` and a server see them."""
        if self._place == self._host:
            return [self._world.hosts[self._host].address]
        return [_plain(endpoint) for endpoint in self._endpoints()]

    def listen(self, port: int, serve: Serve) -> bool:
        """Serve a TCP port. Returns whether it was free."""
        listener = Listener(container_id=self._container.id, serve=serve)
        return self._traffic.sockets.listen(self._place, port, listener)

    def close(self, port: int) -> None:
        """Serve it no more."""
        self._traffic.sockets.close(self._place, port)

    def ports(self) -> list[int]:
        """The TCP ports that programs here listen on."""
        return self._traffic.sockets.ports(self._place)

    def connect(self, address: str, port: int, text: str) -> Exchange:
        """Ask whoever listens there."""
        if _is_loopback(address) or address in map(_plain, self._endpoints()):
            if self._place == self._host:
                return self._traffic.to_host(self._host, address, port, text)
            return self._traffic.sockets.ask(self._place, port, text, source=address, takes_s=_SELF_S)
        for endpoint in self._endpoints():
            network = self._networks.find(endpoint.network_id)
            if network.holds(address):
                return self._connect_on_link(network, endpoint, address, port, text)
        return self._traffic.to_host(self._host, address, port, text) if self._has_way_out() else NO_WAY_OUT

    def _connect_on_link(
        self, network: LocalNetwork, endpoint: Endpoint, address: str, port: int, text: str
    ) -> Exchange:
        own = _plain(endpoint)
        if network.is_overlay:
            if self._overlay.is_virtual(self._host, network.id, address):
                return self._traffic.to_service(self._host, network.id, address, port, text)
            if not self._overlay.knows(self._host, network.id, address):
                return UNREACHABLE
            return self._traffic.to_container(self._host, network.id, address, port, text, source=own, asker=own)
        if address == network.gateway:
            return self._traffic.to_host(self._host, self._world.hosts[self._host].address, port, text)
        for id_, other in network.endpoints.items():
            if _plain(other) == address:
                return self._traffic.sockets.ask(id_, port, text, source=own, takes_s=SAME_HOST_S)
        return UNREACHABLE

    # --- what it is attached to ---

    def _endpoints(self) -> list[Endpoint]:
        return [endpoint for endpoint in self._container.endpoints.values() if endpoint.address]

    def _has_way_out(self) -> bool:
        """Whether packets leave the host: not from `none`, nor from internal networks only, nor with the cable cut."""
        networks = [self._networks.find(endpoint.network_id) for endpoint in self._endpoints()]
        routed = self._place == self._host or any(not network.internal for network in networks)
        return routed and self._world.hosts[self._host].connected


def _plain(endpoint: Endpoint) -> str:
    return endpoint.address.partition("/")[0]


def _is_on_host(config: ContainerConfig) -> bool:
    """Whether it has no network of its own but its host's."""
    return "host" in (config.network_mode, *(endpoint.network for endpoint in config.endpoints))


def _is_loopback(address: str) -> bool:
    return IPv4Address(address).is_loopback


def _is_address(name: str) -> bool:
    try:
        IPv4Address(name)
    except AddressValueError:
        return False
    return True
