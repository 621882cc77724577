"""The node containers: each runs one real Docker Engine. Created, started, killed, made anew.

Owns a container's life and what lies in it. Which packets reach it is decided in `walls`, what its engine does in
`states`.
"""

from __future__ import annotations

import socket
import time
from typing import cast

from docker import DockerClient
from docker.errors import APIError, DockerException, NotFound
from docker.models.containers import Container
from requests.exceptions import RequestException

from swarmlab.backends.dind.labels import unless_gone
from swarmlab.backends.dind.local_docker import LOOPBACK
from swarmlab.backends.dind.node_plan import ENTRY, NodePlan, archive
from swarmlab.backends.tls_client import TlsClient

START_TIMEOUT_S = 60
PING_EVERY_S = 0.05
PING_TIMEOUT_S = 2

_NO_PRIVILEGE = "apply caps"
"""Part of runc's answer where --privileged asks for more than the machine may give."""

_PORT_TAKEN = ("port is already allocated", "address already in use")


class NodeFailed(Exception):
    """A node's engine did not start, or does not answer; the text holds the end of its log."""


class NodeContainer:
    """One node, by its container."""

    def __init__(self, client: DockerClient, plan: NodePlan, *, walls: str) -> None:
        self.plan = plan
        self.port = _free_port()
        self._walls = walls
        self._privileged = True
        self._client = client

    @property
    def name(self) -> str:
        """Hostname."""
        return self.plan.name

    @property
    def address(self) -> str:
        """Private address."""
        return self.plan.address

    @property
    def docker_host(self) -> str:
        """Value of DOCKER_HOST that reaches the engine."""
        return f"tcp://{self.plan.reach_at}:{self.port}"

    def create(self) -> None:
        """Create the container and its volume, and start the engine; returns once its API answers."""
        self._client.volumes.create(self.plan.container, labels=dict(self.plan.labels))
        try:
            self._create_and_start()
        except APIError as error:
            if _NO_PRIVILEGE not in str(error) or not self._privileged:
                raise
            self._privileged = False
            self._container().remove(force=True)
            self._create_and_start()
        self.wait_ready()

    def recreate(self, *, walls: str) -> None:
        """Throw the engine and all that it holds away, and start an empty one in its place, broken or not before."""
        unless_gone(lambda: self._client.containers.get(self.plan.container).remove(v=True, force=True))
        unless_gone(lambda: self._client.volumes.get(self.plan.container).remove())
        self._walls = walls
        self.create()

    def start(self) -> None:
        """Start a stopped engine; returns once its API answers. Harmless when it runs."""
        self._container().start()
        self.wait_ready()

    def kill(self) -> None:
        """End the engine and every container on it at once, as a power cut would. Harmless when it is dead."""
        if self.is_running():
            self._container().kill()
            self._container().wait()

    def is_running(self) -> bool:
        """Whether the container runs."""
        return bool(self._container().status == "running")

    def raise_walls(self, rules: str) -> None:
        """Put packet filter rules into force, now and at each later start."""
        self._walls = rules
        self.write_file("walls", rules.encode())
        if self.is_running():
            self.run("walls")

    def run(self, *arguments: str) -> str:
        """Run a verb of the entry script in the running container; returns what it printed.

        Raises:
            NodeFailed: the verb failed.
        """
        code, output = self._container().exec_run(["/bin/sh", ENTRY, *arguments])
        text = cast(bytes, output).decode(errors="replace")
        if code != 0:
            raise NodeFailed(f"{self.name}: {' '.join(arguments)} failed: {text.strip()}")
        return text

    def write_file(self, name: str, content: bytes) -> None:
        """Write a file of the lab's into the container, whether it runs or not."""
        self._container().put_archive("/", archive({name: content}))

    def connect(self, timeout_s: int) -> DockerClient:
        """A new docker SDK client for the engine; the caller closes it."""
        ca, cert, key = (self.plan.learner / f"{name}.pem" for name in ("ca", "cert", "key"))
        return TlsClient(self.docker_host, ca=ca, cert=cert, key=key, timeout_s=timeout_s)

    def wait_ready(self) -> None:
        """Wait until the API answers.

        Raises:
            NodeFailed: the container ended, or nothing answers in time.
        """
        deadline = time.monotonic() + START_TIMEOUT_S
        while error := self._ask():
            if not self.is_running():
                raise self._failure("the engine ended while it started")
            if time.monotonic() > deadline:
                raise self._failure(f"no answer after {START_TIMEOUT_S} s ({error})")
            time.sleep(PING_EVERY_S)

    def _create_and_start(self) -> None:
        for attempt in range(3):
            container = self._create_container()
            try:
                container.start()
            except APIError as error:
                if attempt == 2 or not any(text in str(error) for text in _PORT_TAKEN):
                    raise
                container.remove(force=True)
                self.port = _free_port()
            else:
                return

    def _create_container(self) -> Container:
        config = self.plan.container_config(port=self.port, privileged=self._privileged)
        created = self._client.api.create_container_from_config(  # type: ignore[no-untyped-call]
            config, self.plan.container
        )
        container = self._client.containers.get(created["Id"])
        container.put_archive("/", archive({**self.plan.files(), "walls": self._walls.encode()}))
        return container

    def _container(self) -> Container:
        try:
            return self._client.containers.get(self.plan.container)
        except NotFound as error:
            raise NodeFailed(f"{self.name}: its container {self.plan.container} is gone; start a new lab") from error

    def _ask(self) -> Exception | None:
        """Why the engine does not answer; None if it does."""
        try:
            self.connect(PING_TIMEOUT_S).close()
        except (DockerException, RequestException) as error:
            return error
        return None

    def _failure(self, what: str) -> NodeFailed:
        log = self._container().logs(tail=15).decode(errors="replace")
        return NodeFailed(f"{self.name}: {what}. The end of its log:\n{log}")


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])
