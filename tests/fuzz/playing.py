"""Plays stories of requests on a simulation, and looks at every answer and at what it left behind.

A refused request must leave nothing behind, whatever time passed until it was refused: what there is then is compared
with what there was before, or, where time passed, with what there is in a twin that lived through the same without it.
"""

from __future__ import annotations

import json
import time
from typing import Any

from swarmlab.api.messages import JSON_TYPE, Answer, Request, Response
from swarmlab.api.routes import answer
from swarmlab.engine import states
from swarmlab.engine.pending import Pending
from swarmlab.engine.simulation import Simulation
from tests.fuzz.requests import Story
from tests.fuzz.server_errors import is_dockers_own

NODES = ("docker-swarm-3", "docker-swarm-1")
HANGS_S = 5.0
"""Wall time in which any request must be answered."""

_SWARM = ("/swarm", "/services", "/tasks", "/nodes", "/networks", "/secrets", "/configs", "/swarm/unlockkey")
_HOST = ("/info", "/containers/json?all=1&size=1", "/volumes", "/networks", "/images/json")
_KINDS = {
    **{kind: f"/{kind}" for kind in ("services", "tasks", "nodes", "networks", "secrets", "configs")},
    "containers": "/containers/json?all=1",
    "images": "/images/json",
}
_NAMED = {
    "services": ["helloworld"],
    "networks": ["bridge", "front"],
    "containers": ["web", "front"],
    "volumes": ["data"],
    "images": ["alpine", "alpine:latest"],
    "distribution": ["alpine", "nginx"],
    "secrets": ["data"],
    "configs": ["data"],
}
_LIMIT_S = 90.0
"""Engine time that an answer may need: a join gives up after 20 s, a stop after its grace."""


Step = tuple[str, Request] | float
"""What happens in a story: a request to a node, or so many seconds pass."""


class Broken(AssertionError):
    """A request did what none may; the text repeats it."""


class Player:
    """One story on a swarm of its own."""

    def __init__(self, seed: int) -> None:
        self._story = Story(seed)
        self._simulation: Simulation = states.build("helloworld", seed=seed)
        self._seen: str | None = None
        self._journal: list[Step] = []
        self.statuses: list[int] = []
        self._furnish()
        self._look_around()

    def play(self, requests: int) -> None:
        """Send so many requests.

        Raises:
            Broken: an answer, or what it left, is wrong.
        """
        for number in range(requests):
            node, request = self._story.chance.choice([NODES[0], *NODES]), self._story.draw()
            try:
                self.send(node, request)
            except Exception as error:
                raise Broken(self._repeat(number, node, request)) from error
            if number % 10 == 9:
                self._let_time_pass()

    @property
    def now(self) -> float:
        """Engine time."""
        return self._simulation.clock.now

    def worker_token(self) -> str:
        """What a worker joins with."""
        return str(json.loads(self._get(NODES[0], "/swarm"))["JoinTokens"]["Worker"])

    def _furnish(self) -> None:
        """Something to meet of every kind."""
        ask = self._ask
        for node in NODES:
            self._simulation.daemons[node].images.add("alpine:latest")
            ask(node, "POST", "/containers/create", {"Image": "alpine", "Cmd": ["sleep", "99"]}, query={"name": "web"})
            ask(node, "POST", "/containers/web/start")
            ask(node, "POST", "/containers/create", {"Image": "alpine", "Tty": True}, query={"name": "front"})
            ask(node, "POST", "/volumes/create", {"Name": "data"})
        ask(NODES[0], "POST", "/networks/create", {"Name": "front", "Driver": "overlay", "Attachable": True})
        for kind in ("secrets", "configs"):
            ask(NODES[0], "POST", f"/{kind}/create", {"Name": "data", "Data": "aGk="})
        self._simulation.advance(5)

    def _ask(self, node: str, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> Answer:
        sent = {} if body is None else {"body": json.dumps(body).encode(), "headers": {"content-type": JSON_TYPE}}
        request = Request(method=method, path=path, query=query or {}, **sent)
        reply = self._settled(answer(self._simulation.daemons[node], request))
        assert self._check(reply) < 400, (path, reply)
        return reply

    def _repeat(self, number: int, node: str, request: Request) -> str:
        return (
            f"request {number} of story {self._story.seed}, to {node}: {request}\n"
            f"again: from tests.fuzz.playing import Player; Player({self._story.seed}).play({number + 1})"
        )

    def _let_time_pass(self) -> None:
        self._live(self._story.chance.choice([0.1, 3.0, 40.0]))
        self._look_around()

    def _look_around(self) -> None:
        """Learn what there is."""
        self._seen = None
        items = {kind: json.loads(self._get(NODES[0], path)) for kind, path in _KINDS.items()}
        self._story.known = {kind: list(map(_id_of, found)) + _NAMED.get(kind, []) for kind, found in items.items()}
        swarm = json.loads(self._get(NODES[0], "/swarm"))
        versioned = [each for found in items.values() for each in found if "Version" in each]
        self._story.versions = [str(each["Version"]["Index"]) for each in [*versioned, *([swarm] if swarm else [])]]

    # --- one request ---

    def send(self, node: str, request: Request) -> None:
        """Send one, and look at the answer and at what it left.

        Raises:
            AssertionError: one of them is wrong.
        """
        before = self._seen or self._dump()
        began, moment = time.monotonic(), self._simulation.clock.now
        status = self._live((node, request))
        self.statuses.append(status)
        assert time.monotonic() - began < HANGS_S, "it hangs"
        self._seen = self._dump()
        if status >= 400:
            expected = before if self._simulation.clock.now == moment else self._without_the_last()
            assert self._seen == expected, "a refused request changed something"

    def _live(self, step: Step) -> int:
        """Live through a step; the status of a request's answer."""
        self._journal.append(step)
        if isinstance(step, float):
            self._simulation.advance(step)
            return 0
        node, request = step
        return self._check(self._settled(answer(self._simulation.daemons[node], request)))

    def _without_the_last(self) -> str:
        """What there would be now, had the last request not been sent."""
        twin = Player(self._story.seed)
        for step in self._journal[:-1]:
            twin._live(step)
        twin._simulation.advance_to(self._simulation.clock.now)
        return twin._dump()

    def _settled(self, reply: Answer | Pending[Answer]) -> Answer:
        self._simulation.step()
        limit = self._simulation.clock.now + _LIMIT_S
        while isinstance(reply, Pending):
            if reply.done:
                return reply.result()
            due = self._simulation.next_due()
            assert due is not None, "it is never answered"
            assert due <= limit, "it is not answered in time"
            self._simulation.advance_to(due)
        return reply

    def _check(self, reply: Answer) -> int:
        """The status of an answer that is in order."""
        if isinstance(reply, Response):
            if reply.headers.get("Content-Type") == "application/json":
                content = json.loads(reply.body)
                assert reply.status < 400 or isinstance(content["message"], str)
                assert reply.status < 500 or is_dockers_own(reply.status, content["message"]), reply
            return reply.status
        for _ in range(3):
            reply.flow.read()
            self._simulation.step()
        reply.flow.close()
        return 200

    # --- what there is ---

    def _dump(self) -> str:
        """What users can see of the swarm and of its hosts."""
        places = [(NODES[0], path) for path in _SWARM] + [(node, path) for node in NODES for path in _HOST]
        return "\n".join(f"{node} {path} {self._get(node, path)}" for node, path in places)

    def _get(self, node: str, path: str) -> str:
        path, _, query = path.partition("?")
        parameters = dict(part.split("=") for part in query.split("&")) if query else {}
        request = Request(method="GET", path=path, query=parameters)
        daemon = self._simulation.daemons[node]
        reply = answer(daemon, request)
        if isinstance(reply, Pending):  # a manager without a leader lets whoever asks wait
            return "[]"
        assert isinstance(reply, Response), path
        return reply.body.decode() if reply.status == 200 else "[]"


def _id_of(item: dict[str, Any]) -> str:
    return str(item.get("ID") or item["Id"])
