"""A simulation with short words for what a learner does on its hosts: `hosts[3]` is docker-swarm-3."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from swarmlab.engine import states
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError
from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import (
    ContainerSpec,
    Node,
    Replicated,
    Role,
    ServiceSpec,
    Task,
    TaskSpec,
    TaskState,
)
from swarmlab.engine.pending import Pending
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.membership import InitRequest, JoinRequest
from swarmlab.engine.world import Wall

T = TypeVar("T")


class Hosts:
    """Hosts in a named state."""

    def __init__(self, state: str = "separate", **options: int) -> None:
        self.simulation = states.build(state, **options)
        self.world = self.simulation.world
        self.clock = self.simulation.clock

    def __getitem__(self, number: int) -> Daemon:
        return self.simulation.daemons[f"docker-swarm-{number}"]

    @property
    def swarm(self) -> Swarm:
        """The swarm of docker-swarm-3."""
        swarm = self[3].membership.swarm
        assert swarm is not None
        return swarm

    # --- waiting ---

    def wait(self, answer: Pending[T]) -> T:
        return self.simulation.wait_for(answer)

    def advance(self, seconds: float) -> None:
        self.simulation.advance(seconds)

    def refusal(self, answer: Pending[T]) -> tuple[float, str]:
        """After how many seconds an answer fails, and with which words."""
        began = self.clock.now
        with pytest.raises(EngineError) as refused:
            self.wait(answer)
        return self.clock.now - began, str(refused.value)

    # --- commands ---

    def init(self, number: int, **request: object) -> str:
        return self.wait(self[number].membership.init(InitRequest(**request)))  # type: ignore[arg-type]

    def token(self, role: Role = Role.WORKER) -> str:
        cluster = self.swarm.store.cluster()
        return cluster.manager_token if role is Role.MANAGER else cluster.worker_token

    def join(self, number: int, role: Role = Role.WORKER, *, at: str = "", **request: object) -> Pending[None]:
        remote = at or f"{self[3].host.address}:2377"
        given = {"remote_addrs": (remote,), "join_token": self.token(role), **request}
        return self[number].membership.join(JoinRequest(**given))  # type: ignore[arg-type]

    def ask(self, number: int, function: Callable[[Control], T]) -> T:
        return self.wait(self[number].ask(function))

    def node_ls(self, number: int = 3) -> list[str]:
        """`hostname state manager-status`, a line for each node."""
        return sorted(_line(node) for node in self.ask(number, lambda control: list(control.store.all(Node))))

    def node(self, number: int) -> Node:
        """The node that this host is now."""
        found = self.swarm.store.get(Node, self[number].membership.node_id)
        assert found is not None
        return found

    def set_role(self, number: int, role: Role, *, at: int = 3) -> None:
        def change(control: Control) -> Node:
            node = self.node(number)
            return control.update_node(node.id, node.meta.version, replace(node.spec, role=role))

        self.ask(at, change)

    # --- services ---

    def create_helloworld(self, replicas: int = 1) -> None:
        self.ask(3, lambda control: control.create_service(helloworld(replicas)))
        self.simulation.settle()

    def running_on(self) -> list[str]:
        """The hosts of the tasks that are wanted and run, a name for each task."""
        hosts = {node.id: node.hostname for node in self.swarm.store.all(Node)}
        return sorted(hosts[task.node_id] for task in self.swarm.store.all(Task) if _runs(task))

    # --- faults ---

    def block(self, number: int, port: str = "2377/tcp", wall: Wall = Wall.FIREWALL) -> None:
        self.world.block(f"docker-swarm-{number}", port, wall)

    def open(self, number: int, port: str = "2377/tcp", wall: Wall = Wall.FIREWALL) -> None:
        self.world.open(f"docker-swarm-{number}", port, wall)


def helloworld(replicas: int = 1) -> ServiceSpec:
    container = ContainerSpec(image="alpine:latest", args=("ping", "docker.com"))
    return ServiceSpec(name="helloworld", task=TaskSpec(container=container), mode=Replicated(replicas=replicas))


def _line(node: Node) -> str:
    status = node.manager_status
    manager = "" if status is None else "leader" if status.leader else status.reachability.value
    return f"{node.hostname} {node.status.state.value} {manager}".strip()


def _runs(task: Task) -> bool:
    return task.desired_state is TaskState.RUNNING and task.state is TaskState.RUNNING
