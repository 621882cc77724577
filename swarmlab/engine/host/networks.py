"""The networks of one host as its daemon shows them: its own bridges, and the overlays that its containers are on.

A manager shows every network of the swarm besides.

Owns local networks and the addresses on them. Addresses on overlays are the swarm's allocator's; what travels on
overlays is overlay.py's. Source: moby daemon/network.go, libnetwork; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Network

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Ambiguous, Conflict, Forbidden, InvalidParameter, NotFound, NotImplementedHere
from swarmlab.engine.host.address_range import AddressRange
from swarmlab.engine.host.container import Container, Endpoint, EndpointConfig
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.local_network import (
    BRIDGE_OPTIONS,
    GATEWAY_OPTIONS,
    POOL,
    PREDEFINED,
    LocalNetwork,
    check_endpoint,
    mac_of,
    shown_ends,
    shown_network,
)
from swarmlab.engine.host.ranges import check_ranges
from swarmlab.engine.ids import Chance, TaskId
from swarmlab.engine.model import IPAMConfig, Network, NetworkAttachment
from swarmlab.engine.pending import Pending

_GATEWAY_BRIDGE = "docker_gwbridge"
_ANY_RANGE = IPAMConfig()
Swarm = Callable[[], Iterable[Network]]


class Networks:
    """All networks of one host.

    Args:
        swarm: the swarm's networks that this node may read: all on a manager with a leader, none elsewhere.

    Attributes:
        given: the addresses on overlays that the swarm gave to containers that are no tasks, by container and network.
        joined, left: called when a container comes to an overlay, and when it goes.
    """

    def __init__(self, clock: Clock, chance: Chance, events: Events, *, swarm: Swarm = lambda: ()) -> None:
        self._clock = clock
        self._chance = chance
        self._events = events
        self._swarm = swarm
        self.given: dict[tuple[str, str], str] = {}
        self.joined: Callable[[Container, Endpoint], None] = lambda container, endpoint: None
        self.left: Callable[[Container, Endpoint], None] = lambda container, endpoint: None
        self._awaited: dict[TaskId, Pending[NetworkAttachment]] = {}
        self._networks: dict[str, LocalNetwork] = {}
        for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null")):
            self._make(name, driver, options=BRIDGE_OPTIONS if name == "bridge" else {})

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
        swarm = {str(network.id): shown_network(network) for network in self._swarm() if not network.predefined}
        return {**swarm, **self._networks}

    # --- making and removing ---

    def create(  # noqa: PLR0913  (what can be asked of a network)
        self,
        name: str,
        *,
        driver: str = "bridge",
        range_: IPAMConfig = _ANY_RANGE,
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        internal: bool = False,
        attachable: bool = False,
    ) -> LocalNetwork:
        """Make a bridge of this host, with the given range or a free one.

        Raises:
            InvalidParameter: no name, no range.
            Conflict: the name is taken.
            NotImplementedHere: another driver.
        """
        if not name:
            raise InvalidParameter("invalid name: name is empty")
        if any(network.name == name for network in self._all().values()):
            raise Conflict(f"network with name {name} already exists")
        if driver in ("host", "null"):
            raise Forbidden(f'only one instance of "{driver}" network is allowed')
        if driver not in ("", "bridge"):
            raise NotImplementedHere(f"the embedded engine has no local network driver {driver}")
        check_ranges([range_])
        network = self._make(name, "bridge", range_=range_, labels=labels, options=options, internal=internal)
        network.attachable = attachable
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
            ip_range=range_.ip_range,
            own_subnet=bool(range_.subnet),
            addresses=AddressRange(str(subnet), gateway, range_.ip_range) if subnet else None,
        )
        self._networks[network.id] = network
        return network

    def _subnet(self, subnet: str) -> IPv4Network:
        taken = [IPv4Network(network.subnet) for network in self._networks.values() if network.subnet]
        if subnet:
            wanted = IPv4Network(subnet)
            if any(wanted.overlaps(other) for other in taken):
                raise Forbidden("invalid pool request: Pool overlaps with other one on this address space")
            return wanted
        free = [range_ for range_ in POOL if not any(range_.overlaps(other) for other in taken)]
        if not free:
            raise Conflict("all predefined address pools have been fully subnetted")
        return free[0]

    def remove(self, reference: str) -> LocalNetwork:
        """Remove a local network that no container is attached to.

        Raises:
            Forbidden: it is one of Docker's own, or containers are attached.
        """
        network = self.find(reference)
        if network.name in PREDEFINED:
            raise Forbidden(f"{network.name} is a pre-defined network and cannot be removed")
        if network.endpoints:
            ends = shown_ends(network)
            raise Forbidden(f"error while removing network: network {network.name} has active endpoints ({ends})")
        del self._networks[network.id]
        self._emit("destroy", network)
        return network

    def unused(self) -> builtins.list[LocalNetwork]:
        """The networks of this host, made by users, that no container is attached to."""
        own = (network for network in self._networks.values() if network.scope == "local")
        kept = (*PREDEFINED, _GATEWAY_BRIDGE)
        return [network for network in own if network.name not in kept and not network.endpoints]

    def is_local(self, reference: str) -> bool:
        """Whether it is one of this host's own, by id, name or the id's beginning."""
        local = [network for network in self._networks.values() if network.scope == "local"]
        return any(reference == network.name or network.id.startswith(reference) for network in local)

    # --- places on overlays ---

    def wait_for(self, task_id: TaskId) -> Pending[NetworkAttachment]:
        """The place that an attachment task brings, once it comes to this host."""
        return self._awaited.setdefault(task_id, Pending())

    def came(self, task_id: TaskId, place: NetworkAttachment) -> None:
        """An attachment task has come."""
        self._awaited.setdefault(task_id, Pending()).resolve(place)
        del self._awaited[task_id]

    # --- containers come and go ---

    def attach(self, container: Container, config: EndpointConfig) -> Endpoint:
        """Give a starting container its place on a network.

        Raises:
            NotFound: there is no such network.
        """
        network = self.find(config.network)
        is_overlay = network.scope == "swarm"
        address = self._address(container, network, config)
        endpoint = Endpoint(
            network=network.name,
            network_id=network.id,
            endpoint_id=self._chance.hex_id(),
            address=address,
            gateway="" if is_overlay else network.gateway,
            mac=mac_of(address),
            aliases=(container.name, *config.aliases),
        )
        # The end of another task may have taken the overlay from this host meanwhile: it comes back.
        # Source: moby daemon/cluster/executor/container/controller.go, Start (ErrNoSuchNetwork).
        self._networks.setdefault(network.id, network).endpoints[container.id] = endpoint
        container.endpoints[network.name] = endpoint
        self._emit("connect", network, container.id)
        if is_overlay:
            self.joined(container, endpoint)
        return endpoint

    def _address(self, container: Container, network: LocalNetwork, config: EndpointConfig) -> str:
        """The address that a container gets: on overlays the one that its swarm gave it."""
        if network.scope == "swarm":
            return config.address or self.given[container.id, network.id]
        if network.addresses is None:
            return ""
        if not config.address:
            return network.addresses.take()
        check_endpoint(config, network)
        return network.addresses.take_this(config.address)

    def leave(self, container: Container, network: LocalNetwork) -> None:
        """Take a running container off one of its networks."""
        self._free(container, network)
        self._emit("disconnect", network, container.id)

    def _free(self, container: Container, network: LocalNetwork) -> None:
        endpoint = network.endpoints.pop(container.id)
        if network.addresses is not None:
            network.addresses.free(endpoint.address)
        if network.scope == "swarm":
            self.left(container, endpoint)

    def detach(self, container: Container, *, quietly: bool = False) -> None:
        """Take a stopped container off its networks; `quietly` when the engine died and nobody heard of it."""
        for network in list(self._networks.values()):
            if container.id in network.endpoints:
                self._free(container, network)
                name = network.name
                container.endpoints[name] = Endpoint(network=name, network_id=network.id)
                if not quietly:
                    self._emit("disconnect", network, container.id)

    # --- what a swarm node has besides ---

    def join_swarm(self) -> None:
        """This host became a node: it has docker_gwbridge now."""
        if not any(network.name == _GATEWAY_BRIDGE for network in self._networks.values()):
            self._make(_GATEWAY_BRIDGE, "bridge", options=GATEWAY_OPTIONS)

    def leave_swarm(self) -> None:
        """This host is no node any more: overlays go, docker_gwbridge stays."""
        self._networks = {id_: network for id_, network in self._networks.items() if network.scope == "local"}

    def add_overlay(self, network: Network) -> LocalNetwork:
        """A task of this network comes to this host, or it is the ingress network, which every node has."""
        if network.id not in self._networks:
            self._networks[network.id] = replace(shown_network(network), created_at=self._clock.now)
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
