"""Which programs listen, on which ports of which containers of all hosts.

Owns that table. A place is a container's own network, by its id, or a host's, by its name. Who may reach a place at
all is traffic.py's business.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from swarmlab.engine.programs.connections import Call, Ending, Exchange, Serve, refused

_FIRST_SOURCE_PORT = 40_000
_SOURCE_PORTS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A program that listens."""

    container_id: str
    serve: Serve


class Sockets:
    """Everything that listens."""

    def __init__(self) -> None:
        self._listeners: dict[str, dict[int, Listener]] = defaultdict(dict)
        self._connections = 0

    def listen(self, place: str, port: int, listener: Listener) -> bool:
        """Listen on a TCP port. Returns whether it was free."""
        if port in self._listeners[place]:
            return False
        self._listeners[place][port] = listener
        return True

    def close(self, place: str, port: int) -> None:
        """Listen no more."""
        listeners = self._listeners.get(place, {})
        listeners.pop(port, None)
        if not listeners:
            self._listeners.pop(place, None)

    def ports(self, place: str) -> list[int]:
        """The TCP ports that something listens on."""
        return sorted(self._listeners.get(place, ()))

    def ask(self, place: str, port: int, text: str, *, source: str, takes_s: float) -> Exchange:
        """Ask what listens there, on behalf of `source`."""
        listener = self._listeners.get(place, {}).get(port)
        if listener is None:
            return refused(takes_s)
        self._connections += 1
        source_port = _FIRST_SOURCE_PORT + self._connections * 2 % _SOURCE_PORTS
        answer = listener.serve(Call(text=text, source=source, source_port=source_port))
        return Exchange(ending=Ending.ANSWERED, text=answer, takes_s=takes_s, container_id=listener.container_id)
