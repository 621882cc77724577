"""Published ports of services: which are taken in the whole swarm, and which number a port without one gets.

Owns the taken ingress ports. Host-mode ports are each host's own: the scheduler sees that they do not meet.
Source: swarmkit manager/allocator/portallocator.go.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from swarmlab.engine.ids import ServiceId
from swarmlab.engine.manager.ipam import FIRST_DYNAMIC_PORT, LAST_DYNAMIC_PORT, Exhausted, Numbers
from swarmlab.engine.model import PortConfig, PublishMode, Service, ServiceSpec


def needs_ingress(spec: ServiceSpec) -> bool:
    """Whether the service publishes a port on every node, through the routing mesh."""
    endpoint = spec.endpoint
    if endpoint is None or endpoint.mode == "dnsrr":
        return False
    return any(port.publish_mode is PublishMode.INGRESS for port in endpoint.ports)


class PortAllocator:
    """Hands out ingress ports: the published one, or the next from 30000 to 32767."""

    def __init__(self) -> None:
        self._spaces: dict[str, Numbers] = defaultdict(lambda: Numbers(FIRST_DYNAMIC_PORT, LAST_DYNAMIC_PORT))
        self._held: dict[ServiceId, tuple[PortConfig, ...]] = {}

    def keep(self, service: Service) -> None:
        """Mark the ports in the service's endpoint as taken, after a change of leader."""
        ports = service.endpoint.ports if service.endpoint else ()
        for port in _ingress(ports):
            self._spaces[port.protocol].keep(port.published_port)
        self._held[service.id] = ports

    def free(self, service: Service) -> None:
        """Let others have the service's ports."""
        self._release(self._held.pop(service.id, ()))

    def _release(self, ports: tuple[PortConfig, ...]) -> None:
        for port in _ingress(ports):
            self._spaces[port.protocol].free(port.published_port)

    def allocate(self, service: Service) -> tuple[PortConfig, ...]:
        """The service's ports with their numbers; one that had a dynamic number keeps it.

        Raises:
            Exhausted: a port is taken by another service, or none is left; nothing has changed then.
        """
        wanted = service.spec.endpoint.ports if service.spec.endpoint else ()
        held = self._held.get(service.id, ())
        self._release(held)
        try:
            ports = self._take(wanted, held)
        except Exhausted:
            for port in _ingress(held):
                self._spaces[port.protocol].keep(port.published_port)
            raise
        self._held[service.id] = ports
        return ports

    def _take(self, wanted: tuple[PortConfig, ...], held: tuple[PortConfig, ...]) -> tuple[PortConfig, ...]:
        explicit = {port.published_port for port in _ingress(wanted)}
        dynamic = {replace(port, published_port=0): port for port in held if port.published_port not in explicit}
        chosen = [port if port.published_port else dynamic.pop(port, port) for port in wanted]
        taken: list[PortConfig] = []
        try:
            for port in _ingress(chosen):
                if port.published_port:
                    self._spaces[port.protocol].keep(port.published_port)
                    taken.append(port)
            return tuple(self._numbered(port, taken) for port in chosen)
        except Exhausted:
            self._release(tuple(taken))
            raise

    def _numbered(self, port: PortConfig, taken: list[PortConfig]) -> PortConfig:
        if port.published_port or port.publish_mode is PublishMode.HOST:
            return port
        port = replace(port, published_port=self._spaces[port.protocol].take())
        taken.append(port)
        return port


def _ingress(ports: tuple[PortConfig, ...] | list[PortConfig]) -> list[PortConfig]:
    return [port for port in ports if port.publish_mode is PublishMode.INGRESS]
