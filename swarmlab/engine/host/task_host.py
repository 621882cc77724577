"""What a task runs on: the local engine of one host, as a node of a swarm. Shared by all tasks of the node.

Owns the images that are on their way, tasks that wait for the same image share one pull, and the patterns by which all
tasks of a service but the first get their containers quickly.
Source: moby daemon/cluster/executor/container/{adapter,controller}.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from swarmlab.engine.clock import Timer
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.container_creation import Pattern, pattern_of
from swarmlab.engine.host.containers import Containers
from swarmlab.engine.host.entrusted import Entrusted
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.image import Image
from swarmlab.engine.host.overlay import Overlay
from swarmlab.engine.host.task_container import (
    Networks,
    asks_as,
    check_mounts,
    config_of,
    endpoints_for,
    labels_for,
    records_of,
)
from swarmlab.engine.ids import NodeId, ServiceId, TaskId
from swarmlab.engine.model import ContainerStatus, NodeDescription, PortConfig, PublishMode, Task, TaskSpec, TaskStatus
from swarmlab.engine.pending import Pending
from swarmlab.engine.quick import maker
from swarmlab.engine.templates import TaskPlace

_CREATE_S = (0.01, 0.03)
_container_status = maker(ContainerStatus)
_place = maker(TaskPlace)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHost:
    """One node's engine for its tasks.

    Attributes:
        entrusted: the secrets and configs that tasks ask for.
        description: what placeholders of a spec stand for.
        report: takes a task's new status.
        has_work: says that a task can move.
    """

    parts: HostParts
    containers: Containers
    overlay: Overlay
    entrusted: Entrusted
    node_id: NodeId
    description: NodeDescription
    report: Callable[[TaskId, TaskStatus], None]
    has_work: Callable[[TaskId], None]
    _pulls: dict[str, Pending[Image]] = field(default_factory=dict)
    _patterns: dict[ServiceId, tuple[TaskSpec, Pattern | None]] = field(default_factory=dict)

    @property
    def now(self) -> float:
        """Engine time."""
        return self.parts.clock.now

    def later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Do something after a while."""
        return self.parts.clock.after(delay_s, callback)

    # --- images and containers ---

    def pull(self, image: str) -> Pending[Image] | None:
        """Fetch an image; None when it is there already, which only a digest makes sure of.

        Raises:
            EngineError: it is no name.
        """
        if "@" in image and self.parts.images.has(image):
            return None
        running = self._pulls.get(image)
        if running is None or running.done:
            running = self._pulls[image] = self.parts.images.pull(image).image
        return running

    def check(self, task: Task) -> None:
        """Look at what the task asks for before anything is done for it. Raises EngineError."""
        check_mounts(task.spec.container.mounts)
        self._place(task).expanded()

    def create_s(self) -> float:
        """How long it takes to create a container."""
        return self.parts.chance.between(*_CREATE_S)

    def create(self, task: Task, name: str, networks: Networks) -> None:
        """Create the task's container, whose `name` is the task's, if it has none. Raises EngineError."""
        if self.containers.named(name) is not None:
            return
        place, pattern = self._place(task), self._pattern(task)
        if pattern is not None and asks_as(place, networks, pattern.config):
            endpoints = endpoints_for(task, networks)
            self.containers.create_alike(pattern, name=name, labels=labels_for(place, name), endpoints=endpoints)
            return
        container = self.containers.create(config_of(place, name, networks))
        if asks_as(place, networks, container.config):
            pattern = pattern_of(container, self.parts.images.find(task.spec.container.image))
            self._patterns[task.service_id] = (task.spec, pattern)

    def _pattern(self, task: Task) -> Pattern | None:
        """The pattern of the tasks of this spec, unless its image has another content since."""
        spec, pattern = self._patterns.get(task.service_id, (None, None))
        if spec is not task.spec or pattern is None:
            return None
        return pattern if self.parts.images.find(task.spec.container.image) is pattern.image else None

    def start(self, task: Task, container: Container) -> Pending[None]:
        """Start the task's container, with the secrets and configs that it asks for. Raises EngineError."""
        spec = task.spec.container
        if spec.secrets or spec.configs:
            self.containers.entrust(container.id, self.entrusted.files_for(self._place(task)))
        return self.containers.start(container.id)

    def _place(self, task: Task) -> TaskPlace:
        return _place(task=task, node_id=self.node_id, description=self.description)

    # --- names and addresses on overlays ---

    def add_overlays(self, task: Task, networks: Networks) -> None:
        """Have the task's networks on this host."""
        for attachment in task.networks:
            network = networks[attachment.network_id]
            if not network.predefined:
                self.parts.networks.add_overlay(network)

    def drop_overlays(self, task: Task) -> None:
        """Have those of the task's networks no more that nobody here uses."""
        for attachment in task.networks:
            self.parts.networks.drop_overlay(attachment.network_id)

    def publish(self, task: Task, container: Container, networks: Networks) -> None:
        """The container runs: let the other nodes know its names and addresses."""
        for record in records_of(task, container.id, networks) if task.networks else ():
            self.overlay.publish(self.parts.hostname, record)

    def hide(self, task: Task, container: Container, networks: Networks) -> bool:
        """The container is about to stop: names lead to it no more. Returns whether there were any."""
        self.overlay.hide(self.parts.hostname, container.id)
        return bool(records_of(task, container.id, networks))

    def withdraw(self, task: Task, container: Container) -> None:
        """The container does not run any more."""
        if task.networks:
            self.overlay.withdraw(self.parts.hostname, container.id)


def container_status(container: Container) -> ContainerStatus:
    """What a task's status says of its container."""
    state = container.state
    return _container_status(container_id=container.id, pid=state.pid, exit_code=state.exit_code)


def port_status(container: Container) -> tuple[PortConfig, ...]:
    """The ports that a running container publishes on its host."""
    if not (container.config.ports and container.state.running):
        return ()
    return tuple(
        PortConfig(
            protocol=port.protocol,
            target_port=port.container_port,
            published_port=port.host_port,
            publish_mode=PublishMode.HOST,
        )
        for port in container.config.ports
    )
