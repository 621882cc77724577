"""The addresses of one node in its swarm, settled when it makes or joins one. Source: moby daemon/cluster/swarm.go."""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.swarm import addresses
from swarmlab.engine.swarm.addresses import Interfaces
from swarmlab.engine.swarm.swarm_requests import InitRequest, JoinRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAddresses:
    """Where a node is and serves: its own address, the one that it advertises, and where it listens."""

    node: str = ""
    advertised: str = ""
    listen_host: str = ""
    listen_port: str = addresses.DEFAULT_PORT
    port: str = addresses.DEFAULT_PORT

    @property
    def manager(self) -> str:
        """What the other managers are told."""
        return addresses.join_host_port(self.advertised, self.port)

    @property
    def served(self) -> str:
        """The port that a manager serves, as the walls know it."""
        return f"{self.listen_port}/tcp"


def addresses_to_init(request: InitRequest, interfaces: Interfaces) -> NodeAddresses:
    """The addresses of a swarm's first manager, checked in the order in which Docker does it.

    Raises:
        InvalidParameter, ServerError: one of them is not to be used.
    """
    listen = addresses.complete(request.listen_addr, "ListenAddr")
    listen_host, listen_port = addresses.resolve_listen(listen, interfaces)
    advertised, port = addresses.resolve_advertise(request.advertise_addr, listen_port, interfaces)
    addresses.resolve_data_path(request.data_path_addr, interfaces)
    node = addresses.local_address(listen_host, advertised, interfaces)
    addresses.check_address_pools(request.default_addr_pool or (), request.subnet_size or 24)
    addresses.check_data_path_port(request.data_path_port)
    addresses.check_can_listen(listen_host, listen_port, interfaces)
    return NodeAddresses(node=node, advertised=advertised, listen_host=listen_host, listen_port=listen_port, port=port)


def addresses_to_join(request: JoinRequest, interfaces: Interfaces) -> tuple[NodeAddresses, tuple[str, ...]]:
    """The addresses of a node that joins, and those of the managers that it asks.

    What it advertises need not be right: where it is wrong, the swarm sees for itself where the node is.

    Raises:
        InvalidParameter, ServerError: one of them is not to be used.
    """
    listen = addresses.complete(request.listen_addr, "ListenAddr")
    if not request.remote_addrs:
        raise InvalidParameter("at least 1 RemoteAddr is required to join")
    remotes = tuple(addresses.complete(remote, "remoteAddr") for remote in request.remote_addrs)
    listen_host, listen_port = addresses.resolve_listen(listen, interfaces)
    addresses.resolve_data_path(request.data_path_addr, interfaces)
    node = listen_host
    if addresses.is_unspecified(listen_host):
        node = addresses.local_address_towards(remotes[0], interfaces)
    try:
        advertised, port = addresses.resolve_advertise(request.advertise_addr, listen_port, interfaces)
    except InvalidParameter:
        advertised, port = node, listen_port
    found = NodeAddresses(node=node, advertised=advertised, listen_host=listen_host, listen_port=listen_port, port=port)
    return found, remotes
