"""The engines' sockets: one thread with one event loop that serves a simulation over HTTP.

`runner` moves engine time, `incoming` is a request as it arrives, `exchange` one until it is answered, `connection` one
client's bytes (h11 reads and writes the HTTP in them), `door` the socket of one node, `server` all of it together with
the thread. Besides the backends the only package with sockets, threads and a wall clock.
"""

from __future__ import annotations

from swarmlab.server.exchange import ONLY_LOOKS
from swarmlab.server.server import EngineServer, SimulationFailed

__all__ = ["ONLY_LOOKS", "EngineServer", "SimulationFailed"]
