"""`docker network connect` and `disconnect`: one more network for a container that is there already, or one less.

Owns no state; containers' settings and the networks change. Source: moby daemon/container_operations.go
(ConnectToNetwork, DisconnectFromNetwork); texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from swarmlab.engine.errors import Conflict, Forbidden, InvalidParameter, NotFound, ServerError
from swarmlab.engine.host.container import Container, Endpoint, EndpointConfig
from swarmlab.engine.host.container_creation import endpoints_of
from swarmlab.engine.host.local_network import LocalNetwork, check_endpoint
from swarmlab.engine.host.networks import Networks
from swarmlab.engine.pending import Pending, resolved

Attach = Callable[[Container, EndpointConfig], Pending[None]]

_SHARED = "container sharing network namespace with another container or host cannot be connected to any other network"
_PRIVATE = "container cannot be connected to multiple networks with one of the networks in private (none) mode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """What connecting takes on one host.

    Attributes:
        attach: gives a container a place on a network of the swarm.
        in_swarm: whether this host is a node.
    """

    networks: Networks
    attach: Attach
    in_swarm: Callable[[], bool]

    def connect(self, container: Container, config: EndpointConfig) -> Pending[None]:
        """Put a container on one more network; a stopped one when it starts.

        Raises:
            InvalidParameter: the container or the network goes with no other; a bad address.
            Forbidden, Conflict: it is on that network already.
            NotFound: there is no such network, and no swarm to ask for one.
        """
        _check_mode(container)
        local = self.networks.is_local(config.network)
        if local or not self.in_swarm() or not container.state.running:
            return self._connect_local(container, self.networks.find(config.network), config)
        known = next((name for name in container.endpoints if _means(self.networks, config.network, name)), None)
        if known is not None:
            raise Conflict(f"{container.name} is already attached to network {known}")
        return self.attach(container, config).then(lambda _: self._join(container, config))

    def _connect_local(self, container: Container, network: LocalNetwork, config: EndpointConfig) -> Pending[None]:
        if network.name == "host":
            raise InvalidParameter(
                "cannot connect container to host network - container must be created in host network mode"
            )
        if network.name == "none":
            raise InvalidParameter(_PRIVATE)
        check_endpoint(config, network)
        if network.name in container.endpoints and container.state.running:
            raise Forbidden(f"endpoint with name {container.name} already exists in network {network.name}")
        if container.state.running:
            self._join(container, config)
        else:
            container.endpoints[network.name] = Endpoint(network=network.name, network_id="", aliases=config.aliases)
            _remember(container, replace(config, network=network.name))
        return resolved(None)

    def _join(self, container: Container, config: EndpointConfig) -> None:
        endpoint = self.networks.attach(container, config)
        _remember(container, replace(config, network=endpoint.network))

    def disconnect(self, container: Container, reference: str, *, force: bool = False) -> None:
        """Take a container off a network.

        Raises:
            NotFound: there is no such network on this host.
            InvalidParameter: it is its host's.
            ServerError: it is not on it.
        """
        try:
            network = self.networks.find_here(reference)
        except NotFound:
            if not force:
                raise
            raise ServerError(f"container {container.id} is not connected to the network {reference}") from None
        if network.name == "host" and "host" in container.endpoints:
            raise InvalidParameter(
                "cannot disconnect container from host network - container was created in host network mode"
            )
        if network.name not in container.endpoints:
            raise ServerError(f"container {container.id} is not connected to network {network.name}")
        if container.id in network.endpoints:
            self.networks.leave(container, network)
        del container.endpoints[network.name]
        rest = tuple(each for each in endpoints_of(container.config) if each.network not in (network.name, network.id))
        container.config = replace(container.config, endpoints=rest)


def _check_mode(container: Container) -> None:
    mode = container.config.network_mode
    if mode == "host" or mode.startswith("container:"):
        raise InvalidParameter(_SHARED)
    if mode == "none":
        raise InvalidParameter(_PRIVATE)


def _means(networks: Networks, reference: str, name: str) -> bool:
    """Whether a reference is the name or the id of a network that a container is on."""
    return reference == name or networks.find(name).id == reference


def _remember(container: Container, config: EndpointConfig) -> None:
    """Let the container be on the network at its next start too."""
    others = (each for each in endpoints_of(container.config) if each.network != config.network)
    container.config = replace(container.config, endpoints=(*others, config))
