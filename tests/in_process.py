"""A lab in this process, without sockets and threads: commands and faults as in any lab, a thousand of them a second.

A request is answered by the API of the host's engine; where it needs engine time, time jumps from timer to timer.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from docker import DockerClient
from requests import ConnectionError as NoAnswer
from requests import PreparedRequest
from requests import Response as Answered
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from swarmlab.api.messages import Hijack, Request, Response
from swarmlab.api.routes import answer
from swarmlab.backends.embedded_faults import EmbeddedFaults, EmbeddedPorts
from swarmlab.client.protocols import Host
from swarmlab.engine.pending import Pending
from swarmlab.engine.simulation import Simulation

API_VERSION = "1.51"


class InProcess:
    """A backend over one simulation. `after` is called whenever something may have happened."""

    name = "in-process"
    lab_id = "in-process"

    def __init__(self, simulation: Simulation, after: Callable[[], None] = lambda: None) -> None:
        self.simulation = simulation
        self._after = after
        self.hosts: Sequence[Host] = [_host(simulation, name) for name in simulation.daemons]
        # Faults and ports reach the simulation through `call`, as they do through a server's.
        server: Any = self
        self.faults = EmbeddedFaults(server)
        self.ports = EmbeddedPorts(server)
        self.clock = self

    def client(self, node: str) -> DockerClient:
        """A docker SDK client for the node's engine."""
        client = DockerClient(base_url=f"http://{node}:1", version=API_VERSION)
        client.api.mount("http://", _Adapter(self))
        return client

    def call(self, function: Callable[[Simulation], Any]) -> Any:
        """Do something to the simulation."""
        result = function(self.simulation)
        self.step()
        return result

    def step(self) -> None:
        """Do all that is due now."""
        self.simulation.step()
        self._after()

    def now(self) -> datetime:
        """Engine time."""
        return datetime.fromtimestamp(self.simulation.clock.now, tz=UTC)

    def elapsed(self) -> float:
        """Seconds of engine time."""
        return self.simulation.clock.now

    def sleep(self, seconds: float) -> None:
        """Let time pass, timer by timer."""
        end = self.simulation.clock.now + seconds
        self.step()
        while (due := self.simulation.next_due()) is not None and due <= end:
            self.jump()
        self.simulation.advance_to(end)

    def jump(self) -> None:
        """Let time pass until something is due."""
        due = self.simulation.next_due()
        assert due is not None, "nothing will ever happen"
        self.simulation.advance_to(due)
        self._after()


def _host(simulation: Simulation, name: str) -> Host:
    host = simulation.daemons[name].host
    return Host(
        name=name,
        address=host.address,
        public_address=host.public_address,
        docker_host=f"http://{name}:1",
        context=name,
    )


class _Adapter(BaseAdapter):
    """The docker SDK's way to the engines: a function call."""

    def __init__(self, lab: InProcess) -> None:
        super().__init__()
        self._lab = lab

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Answered:
        url = urlsplit(request.url or "")
        daemon = self._lab.simulation.daemons[str(url.hostname)]
        if not daemon.host.works:
            raise NoAnswer(f"{url.hostname} is off, or stands still")
        body = request.body or b""
        reply = answer(
            daemon,
            Request(
                method=request.method or "GET",
                path=url.path,
                query=dict(parse_qsl(url.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=body.encode() if isinstance(body, str) else body,
            ),
        )
        self._lab.step()
        while isinstance(reply, Pending):
            if reply.done:
                reply = reply.result()
            else:
                self._lab.jump()
        assert not isinstance(reply, Hijack), "a connection that is taken over needs a socket"
        whole = reply if isinstance(reply, Response) else self._read(reply)
        raw = HTTPResponse(
            body=io.BytesIO(whole.body), headers=whole.headers, status=whole.status, preload_content=False
        )
        return HTTPAdapter().build_response(request, raw)

    def _read(self, stream: Any) -> Response:
        """A stream to its end."""
        content = b""
        while not stream.flow.ended:
            content += stream.flow.read()
            self._lab.jump()
        content += stream.flow.read()
        stream.flow.close()
        return Response(status=stream.status, headers=stream.headers, body=content)

    def close(self) -> None:
        """Nothing is open."""
