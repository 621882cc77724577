"""Where a command runs: one node's engine, the lab's clock, a terminal to print on.

Every request of a command goes through here and through the docker SDK's low-level client, and every refusal leaves
here as a DockerError in the CLI's words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from threading import Event
from typing import Any, Self
from urllib.parse import quote

from docker import DockerClient
from docker.errors import APIError, DockerException
from requests import Response
from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster, Node, NoManager
from swarmlab.client.protocols import ChangesRefused, Clock
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.terminal import Terminal

Params = dict[str, Any]
API_VERSION = "1.50"
"""The newest that the CLI speaks whose words are printed here; some answers are others in newer ones."""

POLL_S = 0.2
"""How often the CLI asks again while it waits."""


class Session:
    """One command line's surroundings.

    Attributes:
        name: the node's host name.
        context: the docker context that reaches it.
        docker_host: address of its engine, as errors name it.
        use: lets the commands that follow go to another context, or to whichever node answers.
        patience_s: lab seconds after which a following command is ended, as by Ctrl-C; None for never.
    """

    def __init__(
        self,
        node: Node,
        clock: Clock,
        *,
        terminal: Terminal | None = None,
        patience_s: float | None = None,
        use: Callable[[str | None], None] = lambda _: None,
    ) -> None:
        self.use = use
        self.name = node.name
        self.context = node.host.context
        self.docker_host = node.host.docker_host
        self.clock = clock
        self.terminal = terminal or Terminal()
        self.patience_s = patience_s
        self._node = node
        self._end = None if patience_s is None else clock.elapsed() + patience_s
        self._interrupted = Event()

    @classmethod
    def on(cls, cluster: Cluster, node: str | None = None, **rest: Any) -> Self:
        """A session on the node of that name.

        Without a name: on the one that `docker context use` chose, else on the first reachable manager, else on the
        first node.
        """

        def use(context: str | None) -> None:
            cluster.context = context

        return cls(_chosen(cluster, node), cluster.clock, use=use, **rest)

    @property
    def client(self) -> DockerClient:
        """The docker SDK's client for this node.

        Raises:
            DockerError: its engine does not answer.
        """
        try:
            return self._node.client
        except (DockerException, RequestException):
            raise self._unreachable() from None

    @property
    def docker_config(self) -> str:
        """The directory in which the docker CLI finds the lab's contexts."""
        return self._node.docker_config

    def now(self) -> datetime:
        """The present as the engines' answers show it, for ages."""
        return self.clock.now()

    def elapsed(self) -> float:
        """Seconds of lab time, for measuring."""
        return self.clock.elapsed()

    def expired(self) -> bool:
        """Whether patience has run out, or the command was interrupted."""
        return self._interrupted.is_set() or (self._end is not None and self.clock.elapsed() >= self._end)

    def interrupt(self) -> None:
        """End a following command from another thread, as Ctrl-C would; it notices within POLL_S lab seconds."""
        self._interrupted.set()

    def grant(self, seconds: float) -> None:
        """Give a command that was interrupted this long to come to its end."""
        self._interrupted.clear()
        if self._end is not None:
            self._end = self.clock.elapsed() + seconds

    def wait(self, seconds: float = POLL_S) -> None:
        """Let lab time pass, but not beyond the end of patience."""
        if self._end is not None:
            seconds = min(seconds, self._end - self.clock.elapsed())
        if seconds > 0:
            self.clock.sleep(seconds)

    def get(self, path: str, params: Params | None = None) -> Any:
        """The decoded answer of a GET."""
        return self.request("get", path, params=params).json()

    def raw(self, path: str, params: Params | None = None) -> str:
        """The answer of a GET as text, byte for byte."""
        return self.request("get", path, params=params).text.strip()

    def post(self, path: str, body: object = None, params: Params | None = None) -> Any:
        """The decoded answer of a POST; None where it has no body."""
        text = self.request("post", path, params=params, body=body).text
        return json.loads(text) if text.strip() else None

    def put(self, path: str, body: object, params: Params | None = None) -> None:
        """A PUT."""
        self.request("put", path, params=params, body=body)

    def delete(self, path: str, params: Params | None = None) -> None:
        """A DELETE."""
        self.request("delete", path, params=params)

    def request(  # noqa: PLR0913 HTTP has this many parts
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        data: bytes | None = None,
        stream: bool = False,
        upgrade: bool = False,
        timeout_s: float | None = None,
    ) -> Response:
        """Ask the engine.

        Args:
            method: of HTTP, in lower case.
            path: without the API's version.
            params: the query.
            body: sent as JSON.
            data: sent as a tar.
            stream: leave the answer's body to be read as it comes.
            upgrade: ask for the raw connection, as `attach` does.
            timeout_s: wall time; the SDK's own when None.

        Raises:
            DockerError: it refused, or could not be reached.
        """
        api: Any = self.client.api  # its private parts have no types
        given: dict[str, Any] = {"params": params, "stream": stream, "timeout": timeout_s or api.timeout}
        if body is not None:
            given |= {"data": json.dumps(body), "headers": {"Content-Type": "application/json"}}
        if data is not None:
            given |= {"data": data, "headers": {"Content-Type": "application/x-tar"}}
        if upgrade:
            given["headers"] = {**given.get("headers", {}), "Connection": "Upgrade", "Upgrade": "tcp"}
        try:
            answer: Response = getattr(api, method)(f"{api.base_url}/v{spoken_version(api._version)}{path}", **given)
            api._raise_for_status(answer)
        except APIError as error:
            raise DockerError(
                f"Error response from daemon: {str(error.explanation or '').strip()}", status=error.status_code
            ) from None
        except ChangesRefused as refused:
            raise DockerError(str(refused)) from None
        except (DockerException, RequestException):
            raise self._unreachable() from None
        return answer

    def _unreachable(self) -> DockerError:
        return DockerError(f"Cannot connect to the Docker daemon at {self.docker_host}. Is the docker daemon running?")


def path_to(kind: str, name: str, action: str = "") -> str:
    """The path of a container, a service, ... or of what is asked of it, whatever the letters of its name.

    Source: moby client/utils.go (trimID), Go net/url.

    Raises:
        DockerError: the name is empty.
    """
    name = name.strip()
    if not name:
        raise DockerError(f"invalid {kind} name or ID: value is empty")
    return f"/{kind}s/{quoted(name)}{action and '/' + action}"


def quoted(name: str) -> str:
    """A name as it stands in a path."""
    return quote(name, safe="/:@$&+,;=")


def spoken_version(theirs: str) -> str:
    """The version of the API that this CLI and an engine speak."""
    return min(theirs, API_VERSION, key=lambda version: [int(part) for part in version.split(".")])


def filters(given: Mapping[str, Iterable[str]]) -> Params:
    """The query of a list request: `{"service": ["web"]}` as the engine reads filters."""
    wanted = {key: found for key, values in given.items() if (found := dict.fromkeys(values, True))}
    return {"filters": json.dumps(wanted)} if wanted else {}


def typed_filters(texts: tuple[str, ...]) -> dict[str, list[str]]:
    """`--filter name=web --filter mode=global` by key."""
    found: dict[str, list[str]] = {}
    for text in texts:
        key, _, value = text.partition("=")
        found.setdefault(key.strip().lower(), []).append(value.strip())
    return found


def _chosen(cluster: Cluster, name: str | None) -> Node:
    if name is not None:
        return cluster[name]
    used = next((node for node in cluster if node.host.context == cluster.context), None)
    if used is not None:
        return used
    try:
        return cluster.manager()
    except NoManager:
        return cluster.nodes[0]
