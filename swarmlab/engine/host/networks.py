"""The networks of one host as its daemon shows them: its own bridges, and the overlays that its containers are on.

A manager shows every network of the swarm besides.

Owns local networks and the addresses on them. Addresses on overlays are the swarm's allocator's; what travels on
overlays is overlay.py's. Source: moby daemon/network.go, libnetwork; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Network

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Ambiguous, Conflict, Forbidden, NotFound
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
    check_place,
    shown_ends,
    shown_network,
)
from swarmlab.engine.host.network_rules import (
    LAN_DRIVERS,
    NetworkRequest,
    check_configuration_use,
    check_for_host,
    check_for_swarm,
    check_only_one,
    check_options,
    check_unused,
    configuration,
    gateway_of,
)
from swarmlab.engine.ids import Chance, TaskId
from swarmlab.engine.model import IPAMConfig, Network, NetworkAttachment
from swarmlab.engine.pending import Pending
from swarmlab.engine.quick import maker

_endpoint = maker(Endpoint)
_GATEWAY_BRIDGE = "docker_gwbridge"
_NO_NETWORK = "cannot create endpoint on configuration-only network"
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
        self._predefined: dict[str, LocalNetwork] = {}
        for name, driver in (("bridge", "bridge"), ("host", "host"), ("none", "null")):
            options = BRIDGE_OPTIONS if name == "bridge" else {}
            self._predefined[name] = self._make(NetworkRequest(name=name, driver=driver, options=options))

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
        if reference in PREDEFINED:  # no other may be called so
            return self._predefined[reference]
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

    def find_here(self, reference: str) -> LocalNetwork:
        """As `find`, but none of the swarm that this host is not on.

        Raises:
            NotFound: there is none.
        """
        network = self.find(reference)
        if network.id not in self._networks and network.name not in PREDEFINED:
            raise NotFound("network", reference)
        return network

    def ingress_id(self) -> str:
        """The id of the routing mesh's network, empty while this host is on none."""
        return next((network.id for network in self._networks.values() if network.ingress), "")

    def _all(self) -> dict[str, LocalNetwork]:
        swarm = {str(network.id): shown_network(network) for network in self._swarm() if not network.predefined}
        return {**swarm, **self._networks}

    # --- making and removing ---

    def create(self, request: NetworkRequest, *, manages: bool = False) -> LocalNetwork:
        """Make a network of this host, with the given range or a free one; `manages` says what the host is in a swarm.

        Raises:
            InvalidParameter: no name, no range, no addresses.
            Conflict: the name is taken.
            Forbidden, ServerError: what is asked for does not go together.
            NotFound: the configuration that it is to have is not there, nor the driver.
            NotImplementedHere: several ranges for one of a LAN.
        """
        check_for_host(request, self._all(), manages=manages)
        network = self._make(self._configured(request))
        self._emit("create", network)
        return network

    def check_for_swarm(self, request: NetworkRequest, *, manages: bool, is_node: bool) -> None:
        """What is refused before the swarm is asked for a network. Raises as network_rules.check_for_swarm."""
        check_for_swarm(request, self._all(), manages=manages, is_node=is_node)

    def _configured(self, request: NetworkRequest) -> NetworkRequest:
        """The request with what its configuration says."""
        if not request.config_from:
            return request
        source = configuration(self._networks, request.config_from)
        return replace(request, ranges=source.ranges, options=source.options, labels=source.labels)

    def _make(self, request: NetworkRequest, *, id_: str = "", scope: str = "local") -> LocalNetwork:
        driver, range_ = "null" if request.config_only else request.driver, request.range_
        check_options(driver, request.options)
        subnet = self._subnet(range_.subnet) if driver in ("bridge", *LAN_DRIVERS) else None
        gateway = gateway_of(range_, subnet) if subnet else ""
        shown = range_ if range_.subnet else IPAMConfig(subnet=str(subnet), gateway=gateway)
        network = LocalNetwork(
            id=id_ or self._chance.hex_id(),
            name=request.name,
            driver=driver,
            scope=scope,
            created_at=self._clock.now,
            subnet=str(subnet) if subnet else "",
            gateway=gateway,
            ranges=(shown,) if subnet or range_.subnet else (),
            labels=request.labels,
            options=request.options,
            internal=request.internal,
            attachable=request.attachable,
            own_subnet=bool(range_.subnet),
            ipam_options=request.ipam_options,
            config_only=request.config_only,
            config_from=request.config_from,
            addresses=AddressRange(str(subnet), gateway, range_.ip_range) if subnet else None,
        )
        if network.addresses is not None:
            for address in range_.auxiliary_addresses.values():
                network.addresses.take_this(address)
        self._networks[network.id] = network
        return network

    def _subnet(self, subnet: str) -> IPv4Network:
        taken = [IPv4Network(each.subnet) for each in self._networks.values() if each.subnet and not each.is_overlay]
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
        check_unused(network, self._networks)
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

    def wait_no_more(self, task_id: TaskId) -> None:
        """Nobody waits for that place any more."""
        self._awaited.pop(task_id, None)

    # --- containers come and go ---

    def attach(self, container: Container, config: EndpointConfig) -> Endpoint:
        """Give a starting container its place on a network.

        Raises:
            NotFound: there is no such network.
        """
        network = self.find(config.network)
        if network.config_only:
            raise Forbidden(_NO_NETWORK)
        is_overlay = network.is_overlay
        address = self._address(container, network, config)
        endpoint = _endpoint(
            network=network.name,
            network_id=network.id,
            endpoint_id=self._chance.hex_id(),
            address=address,
            gateway="" if is_overlay else network.gateway,
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
        if network.is_overlay:
            return self.given.get((container.id, network.id)) or config.address
        if network.addresses is None:
            return ""
        if not config.address:
            return network.addresses.take()
        check_endpoint(config, network)
        return network.addresses.take_this(config.address)

    def check_chosen(self, configs: Iterable[EndpointConfig]) -> None:
        """Refuse addresses and names of one's own choice that networks, as far as this host knows them, cannot give.

        Raises:
            InvalidParameter: naming the network.
        """
        chosen = {config.network: config for config in configs if "/" not in config.address}
        for network in self._all().values() if chosen else ():
            config = chosen.get(network.name) or chosen.get(network.id)
            if config is not None:
                check_place(config, network)

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
            self._make(NetworkRequest(name=_GATEWAY_BRIDGE, options=GATEWAY_OPTIONS))

    def leave_swarm(self) -> None:
        """This host is no node any more: overlays go, docker_gwbridge stays."""
        self._networks = {id_: network for id_, network in self._networks.items() if network.scope == "local"}

    def add_overlay(self, network: Network) -> LocalNetwork:
        """A task of this network comes to this host, or it is the ingress network, which every node has.

        Raises:
            Forbidden, ServerError, NotFound: a network that is made on each host cannot be made on this one.
        """
        if network.id not in self._networks and network.spec.driver != "overlay":
            return self._make_of_swarm(network)
        if network.id not in self._networks:
            self._networks[network.id] = replace(shown_network(network), created_at=self._clock.now)
        return self._networks[network.id]

    def _make_of_swarm(self, network: Network) -> LocalNetwork:
        spec = network.spec
        request = NetworkRequest(
            name=spec.name,
            driver=spec.driver,
            options=spec.options,
            labels=spec.labels,
            internal=spec.internal,
            attachable=spec.attachable,
            config_from=spec.config_from,
        )
        check_configuration_use(request)
        check_only_one(request)
        return self._make(self._configured(request), id_=network.id, scope="swarm")

    def drop_overlay(self, network_id: str) -> None:
        """Forget an overlay (but ingress) that no container of this host is attached to any more."""
        network = self._networks.get(network_id)
        if network is not None and network.scope == "swarm" and not network.ingress and not network.endpoints:
            del self._networks[network_id]

    def _emit(self, action: str, network: LocalNetwork, container_id: str = "") -> None:
        self._events.emit("network", action, network.id, partial(_attributes, network, container_id))


def _attributes(network: LocalNetwork, container_id: str) -> dict[str, str]:
    """What an event of a network says; neither its name nor its driver ever changes."""
    attributes = {"name": network.name, "type": network.driver}
    return {"container": container_id, **attributes} if container_id else attributes
