"""Which ports of the host the containers of it have published, and which they expose. Owns that table.

Source: moby libnetwork/portallocator; go-connections nat (Port); texts and odd ports recorded from 28.5.2.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.errors import ServerError
from swarmlab.engine.go_numbers import NotANumber, parse_uint
from swarmlab.engine.host.container import Container, PortBinding
from swarmlab.engine.ids import Chance, ContainerId

_FIRST_EPHEMERAL_PORT = 32768
_PROTOCOLS = ("tcp", "udp", "sctp", "icmp")
_UNKNOWN = "0"
"""How an engine shows a protocol that it does not know."""


class PublishedPorts:
    """The ports of one host that containers have.

    Args:
        chance: for the ids that a refusal names.
    """

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._taken: dict[tuple[str, int], ContainerId] = {}

    def publish(self, container: Container) -> None:
        """Give a starting container its ports.

        Raises:
            ServerError: another has one of them.
        """
        bound = []
        for port in _wanted(container):
            if (port.protocol, port.host_port) in self._taken:
                raise _port_taken(container, port, self._chance.hex_id())
            number = port.host_port or self._free_port(port.protocol)
            self._taken[port.protocol, number] = container.id
            bound.append(replace(port, host_port=number))
        container.ports = tuple(bound)

    def take_back(self, container: Container) -> None:
        """A container stopped, or does not start after all."""
        if container.ports or container.config.ports:
            self._taken = {port: id_ for port, id_ in self._taken.items() if id_ != container.id}
        container.ports = ()

    def clear(self) -> None:
        """The engine died."""
        self._taken = {}

    def _free_port(self, protocol: str) -> int:
        port = _FIRST_EPHEMERAL_PORT
        while (protocol, port) in self._taken:
            port += 1
        return port


def _wanted(container: Container) -> tuple[PortBinding, ...]:
    """The ports that were asked for, with `--publish-all` every exposed one too."""
    ports = container.config.ports
    if not container.config.publish_all:
        return ports
    named = {(port.container_port, port.protocol) for port in ports}
    exposed = (port for port in map(read_port, container.config.exposed_ports) if port not in named)
    return (*ports, *(PortBinding(container_port=port, protocol=protocol) for port, protocol in exposed))


def read_port(text: str) -> tuple[int, str]:
    """A port that a container exposes, `80/tcp`; nothing is refused: what is no number counts as 0."""
    number, *rest = text.split("/")
    if not number:
        return 0, _UNKNOWN
    protocol = (rest[0] if rest and rest[0] else "tcp").lower()
    try:
        port = parse_uint(number, 16)
    except NotANumber:
        port = 0
    return port, protocol if protocol in _PROTOCOLS else _UNKNOWN


def _port_taken(container: Container, port: PortBinding, endpoint_id: str) -> ServerError:
    return ServerError(
        "failed to set up container networking: driver failed programming external connectivity on endpoint "
        f"{container.name} ({endpoint_id}): Bind for {port.host_ip or '0.0.0.0'}:{port.host_port} failed: port is "
        "already allocated"
    )
