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
from swarmlab.backends.dind.node_plan import API_PORT, ENTRY, NodePlan, archive
from swarmlab.backends.dind.paused import resume
from swarmlab.backends.dind.refusals import LOOPBACK, NO_PRIVILEGE, no_rights
from swarmlab.backends.progress import Tell, untold
from swarmlab.backends.tls_client import TlsClient

START_TIMEOUT_S = 60
REACH_TIMEOUT_S = 15
"""How long the API may listen, by the engine's own word, and not answer here."""

PING_EVERY_S = 0.05
PING_TIMEOUT_S = 2

_DISK_FULL = "no space left on device"
_LISTENS = f"API listen on [::]:{API_PORT}"

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

    def create(self, tell: Tell = untold) -> None:
        """Create the container and its volume, and start the engine; returns once its API answers.

        Raises:
            NoLocalDocker: this Docker may not give a container the rights that an engine needs.
            NodeFailed: Docker did not start the container, or the engine in it ended, or cannot be reached from here.
        """
        tell(self.name, "its container starts")
        self._client.volumes.create(self.plan.container, labels=dict(self.plan.labels))
        try:
            self._create_with_rights()
        except APIError as error:
            raise self._refused(error) from error
        tell(self.name, "its engine starts")
        self.wait_ready()
        tell(self.name, "")

    def recreate(self, tell: Tell = untold, *, walls: str) -> None:
        """Throw the engine and all that it holds away, and start an empty one in its place, broken or not before."""
        tell(self.name, "its container is removed")
        unless_gone(self._remove)
        unless_gone(lambda: self._client.volumes.get(self.plan.container).remove())
        self._walls = walls
        self.create(tell)

    def start(self) -> None:
        """Start a stopped engine, or let a paused one go on; returns once its API answers. Harmless when it runs.

        Raises:
            NodeFailed: Docker did not start the container, or the engine in it ended.
        """
        container = self._container()
        try:
            if container.status == "paused":
                container.unpause()
            container.start()
        except APIError as error:
            raise self._refused(error) from error
        self.wait_ready()

    def kill(self) -> None:
        """End the engine and every container on it at once, as a power cut would. Harmless when it is dead."""
        container = self._container()
        if container.status in ("running", "paused"):
            resume(container)
            container.kill()
            container.wait()

    def is_running(self) -> bool:
        """Whether the container runs."""
        return bool(self._container().status == "running")

    def reaches(self, address: str, port: int) -> bool:
        """Whether something listens there, asked from this node."""
        code, _ = self._container().exec_run(["/bin/sh", ENTRY, "reach", address, str(port)])
        return code == 0

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
        began = time.monotonic()
        while error := self._ask():
            if not self.is_running():
                raise self._failure("the engine ended while it started")
            waited_s = time.monotonic() - began
            if waited_s > REACH_TIMEOUT_S and self._listens():
                raise self._unreachable(error)
            if waited_s > START_TIMEOUT_S:
                raise self._failure(f"no answer after {START_TIMEOUT_S} s ({error})")
            time.sleep(PING_EVERY_S)

    def _remove(self) -> None:
        container = self._client.containers.get(self.plan.container)
        resume(container)
        container.remove(v=True, force=True)

    def _create_with_rights(self) -> None:
        try:
            self._create_and_start()
        except APIError as error:
            if not self._privileged or not any(text in str(error) for text in NO_PRIVILEGE):
                raise
            self._privileged = False
            unless_gone(lambda: self._client.containers.get(self.plan.container).remove(v=True, force=True))
            self._create_and_start()

    def _create_and_start(self) -> None:
        for attempt in range(3):
            container = self._create_container()
            try:
                container.start()
            except APIError as error:
                if attempt == 2 or not any(text in str(error) for text in _PORT_TAKEN):
                    raise
                container.remove(v=True, force=True)
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
            raise NodeFailed(
                f"{self.name}: its container {self.plan.container} is gone; `lab.reset(…)` makes a new one"
            ) from error

    def _ask(self) -> Exception | None:
        """Why the engine does not answer; None if it does."""
        try:
            self.connect(PING_TIMEOUT_S).close()
        except (DockerException, RequestException) as error:
            return error
        return None

    def _listens(self) -> bool:
        return _LISTENS in self._container().logs().decode(errors="replace")

    def _refused(self, error: APIError) -> Exception:
        """Docker's answer, with what it means where that is known."""
        said = error.explanation or str(error)
        if any(text in said for text in NO_PRIVILEGE):
            return no_rights(said)
        if "No such image" in said or ("network" in said and "not found" in said):
            said = f"{said}; what the lab needs was removed from outside: start a new one"
        return NodeFailed(f"{self.name}: Docker does not start its container: {said}")

    def _unreachable(self, error: Exception) -> NodeFailed:
        return NodeFailed(
            f"{self.name}: its engine listens, but {self.docker_host} cannot be reached from here ({error}). This "
            "process and the Docker that DOCKER_HOST or the docker context names are on different machines, or in "
            "different containers: start the lab where that Docker runs."
        )

    def _failure(self, what: str) -> NodeFailed:
        log = self._container().logs(tail=15).decode(errors="replace")
        if _DISK_FULL in log:
            what += ", since its disk is full. Free space on the machine, then `lab.reset(…)` gives it an empty one"
        return NodeFailed(f"{self.name}: {what}. The end of its log:\n{log}")


def _free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])
