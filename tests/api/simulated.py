"""Simulated engines, asked without a socket; engine time passes while an answer needs it."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

from swarmlab.api.messages import Hijack, Request, Response, Stream
from swarmlab.api.routes import answer
from swarmlab.engine import states
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.pending import Pending
from tests.api.scenario import Answered

NAMES = {"manager": "docker-swarm-3", "worker": "docker-swarm-1"}


class SimulatedEngines:
    """The engines of a simulation; `manager` and `worker` are docker-swarm-3 and docker-swarm-1."""

    def __init__(self, state: str = "separate") -> None:
        self.simulation = states.build(state)
        self.address = self.simulation.daemons[NAMES["manager"]].host.address

    def daemon(self, node: str) -> Daemon:
        """A node's engine."""
        return self.simulation.daemons[NAMES.get(node, node)]

    def ask(self, node: str, method: str, path: str, body: object = None) -> Answered:
        """Send one request and let time pass until its answer is complete."""
        response = self.answer(node, method, path, body)
        if isinstance(response, Response):
            content_type = response.headers.get("Content-Type", "")
            return Answered(status=response.status, content_type=content_type, body=response.body)
        content = b""
        while not response.flow.ended:
            content += response.flow.read()
            self._jump()
        content += response.flow.read()
        response.flow.close()
        status = response.status if isinstance(response, Stream) else 101
        return Answered(status=status, content_type=response.content_type, body=content)

    def answer(self, node: str, method: str, path: str, body: object = None) -> Response | Stream | Hijack:
        """Send one request; the answer may still flow."""
        url = urlsplit(path)
        reply = answer(
            self.daemon(node),
            Request(
                method=method,
                path=url.path,
                query=dict(parse_qsl(url.query, keep_blank_values=True)),
                headers={} if body is None else {"content-type": "application/json"},
                body=b"" if body is None else json.dumps(body).encode(),
            ),
        )
        self.simulation.step()
        while isinstance(reply, Pending):
            if reply.done:
                return reply.result()
            self._jump()
        return reply

    def _jump(self) -> None:
        due = self.simulation.next_due()
        assert due is not None, "nothing will ever happen"
        self.simulation.advance_to(due)

    def wait(self, seconds: float) -> None:
        """Let engine time pass."""
        self.simulation.advance_to(self.simulation.clock.now + seconds)
