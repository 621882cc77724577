"""Who answers a connection to a host or to a service: published ports, the routing mesh, virtual addresses.

Owns whose turn it is: each host balances the connections that begin on it by itself, over the running tasks that it has
heard of, one after the other, as IPVS does. A port of the mesh is served by every host, whoever has the tasks; a port
in host mode by its container's host alone. What Docker publishes passes by the host's own firewall (its packets are
forwarded before `ufw` sees them), but not by the cloud's.
Source: moby libnetwork/service_linux.go, bridge's iptables rules; ip_vs_rr.
Simplification: IPVS begins with the newest task, here the one with the lowest address begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from swarmlab.engine.host.overlay import Overlay, Record
from swarmlab.engine.host.sockets import Sockets
from swarmlab.engine.programs.connections import TIMED_OUT, UNREACHABLE, Exchange, refused
from swarmlab.engine.world import Reach, Wall, World

SAME_HOST_S = 0.00009
OTHER_HOST_S = 0.00052
OUTSIDE = "198.51.100.77"
"""Where a learner's own machine is seen."""

_OUTSIDE_S = 0.021

Place = tuple[str, int]
"""A container by its id, and a port of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPorts:
    """What one host's engine says of its ports.

    Attributes:
        published: where a TCP port that a container publishes leads.
        ingress: the id of the ingress network, while the host knows one.
        balancer: the host's own address on a network, from which it balances load.
    """

    published: Callable[[int], Place | None]
    ingress: Callable[[], str]
    balancer: Callable[[str], str]


class Traffic:
    """The connections between containers, hosts and the world outside.

    Attributes:
        sockets: what listens in containers.
        overlay: the networks between hosts.
    """

    def __init__(self, world: World, overlay: Overlay) -> None:
        self.sockets = Sockets()
        self._world = world
        self.overlay = overlay
        self._hosts: dict[str, HostPorts] = {}
        self._turns: Counter[tuple[str, str, str]] = Counter()

    def add_host(self, host: str, ports: HostPorts) -> None:
        """Let connections come to a host."""
        self._hosts[host] = ports

    # --- to a host's address ---

    def to_host(self, source: str, address: str, port: int, text: str) -> Exchange:
        """Ask a port of the host that has this address, from another host or from itself."""
        reach = self._world.reaches(source, address, f"{port}/tcp")
        own = reach.hostname == source
        asker = self._world.address_towards(source, source)
        return self._enter(reach, port, text, source=asker, takes_s=SAME_HOST_S if own else OTHER_HOST_S)

    def from_outside(self, address: str, port: int, text: str) -> Exchange:
        """Ask a port of a host from outside of all swarms."""
        reach = self._world.reaches_from_outside(address, f"{port}/tcp")
        return self._enter(reach, port, text, source=OUTSIDE, takes_s=_OUTSIDE_S)

    def _enter(self, reach: Reach, port: int, text: str, *, source: str, takes_s: float) -> Exchange:
        host = reach.hostname
        if host is None or Wall.SECURITY_GROUP in reach.walls:
            return TIMED_OUT
        published = self._hosts[host].published(port)
        if published is not None:
            return self.sockets.ask(*published, text, source=source, takes_s=takes_s)
        backends = self._mesh(host, port)
        if backends:
            ingress = self._hosts[host].ingress()
            return self._balance(host, ingress, f"port {port}", backends, text, takes_s=takes_s)
        if reach.walls:
            return TIMED_OUT
        return self.sockets.ask(host, port, text, source=source, takes_s=takes_s)

    def _mesh(self, host: str, port: int) -> list[tuple[Record, int]]:
        """The tasks that stand behind a port of the mesh, as this host has heard, with the port that they serve."""
        ingress = self._hosts[host].ingress()
        return [
            (record, published.target_port)
            for record in self.overlay.seen(host, ingress)
            for published in record.ports
            if published.published_port == port and published.protocol == "tcp"
        ]

    # --- to a service's address ---

    def to_service(self, host: str, network_id: str, address: str, port: int, text: str) -> Exchange:
        """Ask the service that has this virtual address, from a container of the host."""
        backends = [(record, port) for record in self.overlay.seen(host, network_id) if record.vip == address]
        if not backends:
            return UNREACHABLE
        return self._balance(host, network_id, address, backends, text, takes_s=0)

    def _balance(
        self, host: str, network_id: str, service: str, backends: list[tuple[Record, int]], text: str, *, takes_s: float
    ) -> Exchange:
        """Give the connection to the next task in turn; tasks that are about to stop get none."""
        willing = [(record, port) for record, port in backends if record.named]
        if not willing:
            return refused(takes_s)
        turn = self._turns[host, network_id, service]
        self._turns[host, network_id, service] += 1
        record, port = willing[turn % len(willing)]
        source = self._hosts[host].balancer(network_id)
        return self.to_container(host, network_id, record.address, port, text, source=source, asker="", takes_s=takes_s)

    def to_container(  # noqa: PLR0913  (both ends of a connection)
        self,
        host: str,
        network_id: str,
        address: str,
        port: int,
        text: str,
        *,
        source: str,
        asker: str,
        takes_s: float = 0,
    ) -> Exchange:
        """Ask a container on an overlay. `asker` is empty where the host itself asks, else the container's address."""
        way = self.overlay.reaches(host, network_id, asker, address)
        if way is None:
            return TIMED_OUT
        there_s = takes_s + (SAME_HOST_S if way.host == host else OTHER_HOST_S)
        return self.sockets.ask(way.container_id, port, text, source=source, takes_s=there_s)
