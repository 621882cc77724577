"""Published ports of a lab of simulated engines, asked from outside the swarm. No socket is opened."""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.client.protocols import Clock, NoWebAnswer, WebAnswer
from swarmlab.engine.programs.connections import Ending, Exchange
from swarmlab.engine.programs.http import HttpRequest, parse_response
from swarmlab.server import EngineServer

_AGENT = "swarmlab"

Ask = Callable[[str, int, str], Exchange]


class EmbeddedWeb:
    """Sends requests to published ports. Implements `Web`."""

    def __init__(self, server: EngineServer, clock: Clock) -> None:
        self._server = server
        self._clock = clock

    def get(self, node: str, port: int, path: str, *, timeout_s: float) -> WebAnswer:
        """Send one request, and let the lab time pass that it takes."""
        address, exchange = self._server.call(
            lambda simulation: _ask(simulation.daemons[node].host.address, port, path, simulation.traffic.from_outside)
        )
        self._clock.sleep(min(exchange.takes_s, timeout_s))
        if exchange.ending is Ending.TIMED_OUT or exchange.takes_s > timeout_s:
            raise NoWebAnswer(f"Connection timed out after {timeout_s * 1000:.0f} milliseconds")
        if not exchange.answered:
            raise NoWebAnswer(f"Failed to connect to {address} port {port}: Connection refused")
        response = parse_response(exchange.text)
        if response is None:
            raise NoWebAnswer("Empty reply from server")
        return WebAnswer(
            status=response.status,
            body=response.body,
            headers=response.headers,
            container_id=exchange.container_id,
        )


def _ask(address: str, port: int, path: str, ask: Ask) -> tuple[str, Exchange]:
    headers = {"Host": f"{address}:{port}", "User-Agent": _AGENT, "Accept": "*/*"}
    return address, ask(address, port, HttpRequest(method="GET", path=path, headers=headers).text)
