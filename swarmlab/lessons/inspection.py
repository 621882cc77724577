"""One look at a live cluster, as a check needs it: services, tasks, containers, engines, ports.

Owns the questions, and the sentences for engines that give no answer. Asks only through the docker SDK and the lab's
port check, and changes nothing. Each answer is asked for once; another look is another Inspection.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, TypeVar

from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster, Node, NoManager
from swarmlab.client.convergence import missing_for_convergence
from swarmlab.client.protocols import PortCheck
from swarmlab.client.snapshots import NodeView, Snapshot, TaskView, take_snapshot

T = TypeVar("T")
JSON = Mapping[str, Any]

MARK = "swarmlab.exercise"
"""The label of the node whose cluster an exercise has broken; a reset lab has it no more."""


_TASK = re.compile(r"\bcom\.docker\.swarm\.task\.id=(\w+)\S* ")
"""Before each line of a service's log, with what else is known of who wrote it."""


class CannotTell(Exception):
    """Who should know gives no answer; the text says who, and in which words."""


class Inspection:
    """What one look at the cluster saw."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.service = cache(self._service)
        self.swarm = cache(self._swarm)

    @cached_property
    def snapshot(self) -> Snapshot:
        """Nodes, services and tasks.

        Raises:
            CannotTell: no manager answers, or there is no leader.
        """
        manager = self._manager()
        return ask(manager, lambda _: take_snapshot(manager.client))

    # --- nodes ---------------------------------------------------------------------------------------------------

    def records(self, name: str) -> Sequence[NodeView]:
        """The lines of `docker node ls` with this HOSTNAME, those that are not down first."""
        return [node for node in self.snapshot.nodes if node.name == name]

    def node(self, name: str) -> NodeView:
        """The first of them.

        Raises:
            CannotTell: there is none.
        """
        if not self.records(name):
            raise CannotTell(f"{name} is no node of the swarm")
        return self.records(name)[0]

    def _swarm(self, name: str) -> JSON | None:
        """What `docker info` on this host says about the swarm; None where its engine does not answer."""
        try:
            info: JSON = ask(self.cluster[name], lambda api: api.info())
        except CannotTell:
            return None
        swarm: JSON = info["Swarm"]
        return swarm

    def is_broken_by(self, exercise: str) -> bool:
        """Whether that exercise has broken this cluster, and no reset has come since."""
        nodes: list[JSON] = self._managed(lambda api: api.nodes())
        return any((node["Spec"].get("Labels") or {}).get(MARK) == exercise for node in nodes)

    # --- services ------------------------------------------------------------------------------------------------

    def _service(self, name: str) -> JSON | None:
        """What `docker service inspect` shows, defaults filled in; None where there is no such service."""

        def inspect(api: Any) -> JSON | None:
            try:
                found: JSON = api.inspect_service(name, insert_defaults=True)
            except NotFound:
                return None
            return found

        return self._managed(inspect)

    def spec(self, name: str) -> JSON:
        """The declaration of a service.

        Raises:
            CannotTell: there is no such service.
        """
        service = self.service(name)
        if service is None:
            raise CannotTell(f"there is no service {name}")
        spec: JSON = service["Spec"]
        return spec

    def replicas(self, name: str) -> int | None:
        """How many are declared; None for a global service."""
        declared: int | None = (self.spec(name)["Mode"].get("Replicated") or {}).get("Replicas")
        return declared

    def unconverged(self, name: str) -> str:
        """What keeps a service from having converged; empty when nothing does."""
        return self._managed(lambda api: missing_for_convergence(api, name))

    def tasks(self, name: str) -> Sequence[TaskView]:
        """All tasks of a service that the swarm remembers."""
        return [task for task in self.snapshot.tasks if task.service == name]

    def running(self, name: str) -> Counter[str]:
        """How many tasks of a service run and are meant to, by host."""
        found: Counter[str] = Counter()
        for task in self.tasks(name):
            if task.state == task.desired_state == "running" and (node := self.snapshot.node(task.node_id)):
                found[node.name] += 1
        return found

    def place(self, task: TaskView) -> str:
        """The host of a task; empty while it has none."""
        node = self.snapshot.node(task.node_id)
        return node.name if node else ""

    def lines(self, name: str) -> Mapping[str, list[str]]:
        """What the tasks of a service have written, by the task's id."""

        def read(api: Any) -> str:
            return b"".join(api.service_logs(name, details=True, stdout=True, stderr=True)).decode(errors="replace")

        found: dict[str, list[str]] = {}
        for line in self._managed(read).splitlines():
            if task := _TASK.search(line):
                found.setdefault(task[1], []).append(line[task.end() :])
        return found

    # --- hosts ---------------------------------------------------------------------------------------------------

    def containers(self, host: str, service: str = "") -> Sequence[JSON]:
        """Containers on one host, of a service or all; ended ones too."""
        wanted = {"label": f"com.docker.swarm.service.name={service}"} if service else {}
        found: list[JSON] = ask(self.cluster[host], lambda api: api.containers(all=True, filters=wanted))
        return found

    def changed_files(self, host: str, container: str) -> set[str]:
        """What `docker diff` lists."""
        found = ask(self.cluster[host], lambda api: api.diff(container))
        return {change["Path"] for change in found or ()}

    def has_volume(self, host: str, volume: str) -> bool:
        """Whether `docker volume ls` on this host lists it."""
        found = ask(self.cluster[host], lambda api: api.volumes())
        return volume in [each["Name"] for each in found["Volumes"] or ()]

    @cached_property
    def closed_ports(self) -> Sequence[PortCheck]:
        """Every port of the four that some host cannot reach on another."""
        return self.cluster.check_ports().closed

    def _managed(self, read: Callable[[Any], T]) -> T:
        return ask(self._manager(), read)

    def _manager(self) -> Node:
        try:
            return self.cluster.manager()
        except NoManager:
            raise CannotTell("no node of this lab answers as a manager") from None


def ask(node: Node, read: Callable[[Any], T]) -> T:
    """Ask one engine something.

    Raises:
        CannotTell: it refuses, or does not answer.
    """
    try:
        return read(node.client.api)
    except APIError as error:
        said = str(error.explanation or error).strip().rpartition(" desc = ")[2]
        raise CannotTell(f"{node.name} answers: {said}") from None
    except (DockerException, RequestException):
        raise CannotTell(f"the engine of {node.name} does not answer") from None
