"""The engines' sockets: one thread with one event loop that serves a simulation over HTTP.

`runner` moves engine time, `incoming` is a request as it arrives, `exchange` one until it is answered, `connection` one
client's bytes (h11 reads and writes the HTTP in them), `door` lets the clients of one node in, `places` is where it
listens, `server` all of it together with the thread. Besides the backends the only package with sockets, threads and a
wall clock.
"""

from __future__ import annotations

from swarmlab.server.exchange import ONLY_LOOKS
from swarmlab.server.places import SECRET_HEADER, Place, PortPlace, SocketKind, UnixPlace, new_secret, socket_kind
from swarmlab.server.server import EngineServer, SimulationFailed

__all__ = [
    "ONLY_LOOKS",
    "SECRET_HEADER",
    "EngineServer",
    "Place",
    "PortPlace",
    "SimulationFailed",
    "SocketKind",
    "UnixPlace",
    "new_secret",
    "socket_kind",
]
