"""One task on its node: moves it from state to state, as its desired state and its container allow.

Owns the observed state of one task from ACCEPTED on, and its container. One operation at a time (prepare, start, wait,
shut down); a change of the desired state cancels what is going on, and the next move comes a second later.
Source: swarmkit agent/exec/controller.go (Do), agent/task.go; moby daemon/cluster/executor/container/controller.go;
the second and the gossip delay are seen in the events of an engine 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from swarmlab.engine.clock import Timer
from swarmlab.engine.errors import EngineError, NoSuchContainer, NotModified
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.container import ContainerStatus as Status
from swarmlab.engine.host.containers import Containers
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.overlay import Overlay
from swarmlab.engine.host.task_container import config_of, records_of
from swarmlab.engine.ids import NetworkId, NodeId
from swarmlab.engine.model import (
    ContainerStatus,
    Network,
    NodeDescription,
    PortConfig,
    PublishMode,
    Task,
    TaskState,
    TaskStatus,
    stop_grace_period_s,
)
from swarmlab.engine.pending import Pending
from swarmlab.engine.templates import TaskPlace

RETRY_S = 1.0
GOSSIP_DELAY_S = 2.0
"""Between taking a task's names away and stopping it, so that the other nodes have heard of it."""

_CREATE_S = (0.01, 0.03)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeEngine:
    """What a task runs on: the local engine of one host, as a node of a swarm."""

    parts: HostParts
    containers: Containers
    overlay: Overlay
    node_id: NodeId
    describe: Callable[[], NodeDescription]


class TaskRunner:
    """Runs one task.

    Args:
        report: called after every change of `status`.
        has_work: called when `advance` can do something.
    """

    def __init__(
        self,
        task: Task,
        networks: dict[NetworkId, Network],
        node: NodeEngine,
        *,
        report: Callable[[], None],
        has_work: Callable[[], None],
    ) -> None:
        self.task = task
        self.status = task.status
        self._networks = networks
        self._node = node
        self._report = report
        self._has_work = has_work
        self._operation = 0
        self._busy = False
        self._retry: Timer | None = None
        self._removed: Pending[None] | None = None
        if task.state.is_terminal:
            return
        has_work()

    # --- orders ---

    def update(self, task: Task) -> None:
        """The manager wants something else now; its idea of the status counts for nothing."""
        if task.desired_state < self.task.desired_state or task == self.task:
            return
        changed = task.desired_state != self.task.desired_state
        self.task = task
        if changed:
            self._interrupt()

    def _interrupt(self) -> None:
        if not self._busy:
            self._has_work()
            return
        self._cancel()
        self._retry = self._node.parts.clock.after(RETRY_S, self._has_work)

    def _cancel(self) -> None:
        """What is going on will find that nobody waits for it."""
        self._operation += 1
        self._busy = False
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def power_off(self) -> None:
        """The engine dies in the middle of whatever is going on."""
        self._cancel()

    def remove(self) -> Pending[None]:
        """The task is gone from the swarm: stop its container if it runs, and remove it."""
        self._cancel()
        self._removed = Pending()
        self.task = replace(self.task, desired_state=TaskState.REMOVE)
        self._begin(self._shut_down, self._remove_container)
        return self._removed

    # --- moves ---

    def advance(self) -> bool:
        """Make the moves that can be made now. Returns whether there was one."""
        moved = False
        while not self._busy and self._removed is None and self._move():
            moved = True
        return moved

    def _move(self) -> bool:
        """One move, or the beginning of one. Source: swarmkit agent/exec/controller.go, Do."""
        state, desired = self.status.state, self.task.desired_state
        if desired >= TaskState.SHUTDOWN:
            if state >= TaskState.COMPLETE:
                return False
            self._begin(self._shut_down, lambda: self._set(TaskState.SHUTDOWN, "shutdown"))
        elif state > desired:
            return False
        elif state is TaskState.PREPARING:
            self._begin(self._prepare, lambda: self._set(TaskState.READY, "prepared"))
        elif state is TaskState.STARTING:
            self._begin(self._start, self._started)
        elif state is TaskState.RUNNING:
            self._begin(self._wait, lambda: self._set(TaskState.COMPLETE, "finished"))
        elif state >= desired or state.is_terminal:
            return False
        elif state <= TaskState.ASSIGNED:
            self._set(TaskState.ACCEPTED, "accepted")
        elif state is TaskState.ACCEPTED:
            self._set(TaskState.PREPARING, "preparing")
        else:
            self._set(TaskState.STARTING, "starting")
        return True

    def _set(self, state: TaskState, message: str, err: str = "") -> None:
        self.status = TaskStatus(
            timestamp=self._node.parts.clock.now,
            state=state,
            message=message,
            err=err,
            container=self._container_status() if state >= TaskState.STARTING else None,
            ports=self._port_status(),
        )
        self._report()

    def _container_status(self) -> ContainerStatus:
        container = self._container()
        if container is None:
            return self.status.container or ContainerStatus()
        state = container.state
        return ContainerStatus(container_id=container.id, pid=state.pid, exit_code=state.exit_code)

    def _port_status(self) -> tuple[PortConfig, ...]:
        container = self._container()
        if container is None or not container.state.running:
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

    def _container(self) -> Container | None:
        try:
            return self._node.containers.find(self.task.name)
        except NoSuchContainer:
            return None

    # --- operations: each ends by calling `done`, with an error or without ---

    def _begin(self, operation: Callable[[Done], None], then: Callable[[], None]) -> None:
        """Do `operation` and after it `then`; whatever ends after it was cancelled is of no interest."""
        self._operation += 1
        self._busy = True
        number = self._operation

        def done(error: Exception | None = None) -> None:
            if number != self._operation:
                return
            self._busy = False
            if error is None:
                then()
            else:
                self._fail(error)
            self._has_work()

        operation(done)

    def _fail(self, error: Exception) -> None:
        """Source: swarmkit agent/exec/controller.go, fatal: rejected before the start, failed after; message kept."""
        early = self.status.state < TaskState.STARTING
        self._set(TaskState.REJECTED if early else TaskState.FAILED, self.status.message, str(error))

    def _prepare(self, done: Done) -> None:
        """Networks, image, container. A failed pull shows in that the container cannot be created."""
        for attachment in self.task.networks:
            network = self._networks[attachment.network_id]
            if not network.predefined:
                self._node.parts.networks.add_overlay(network)
        image = self.task.spec.container.image
        if "@" in image and self._node.parts.images.has(image):
            self._create_soon(done)
            return
        try:
            pull = self._node.parts.images.pull(image)
        except EngineError as error:
            done(error)
            return
        number = self._operation
        pull.image.on_done(lambda: self._create_soon(done) if number == self._operation else None)

    def _create_soon(self, done: Done) -> None:
        number = self._operation
        delay_s = self._node.parts.chance.between(*_CREATE_S)
        self._node.parts.clock.after(delay_s, lambda: self._create(done) if number == self._operation else None)

    def _create(self, done: Done) -> None:
        if self._container() is None:
            place = TaskPlace(task=self.task, node_id=self._node.node_id, description=self._node.describe())
            try:
                self._node.containers.create(config_of(place, self._networks))
            except EngineError as error:
                done(error)
                return
        done()

    def _start(self, done: Done) -> None:
        container = self._container()
        if container is None:
            done(NoSuchContainer(self.task.name))
        elif container.state.status is not Status.CREATED:
            done()
        else:
            started = self._node.containers.start(container.id)
            started.on_done(lambda: done(_start_error(started)))

    def _started(self) -> None:
        container = self._container()
        if container is not None and container.state.running:
            for record in records_of(self.task, container.id, self._networks):
                self._node.overlay.publish(self._node.parts.hostname, record)
        self._set(TaskState.RUNNING, "started")

    def _wait(self, done: Done) -> None:
        container = self._container()
        if container is None:
            done(NoSuchContainer(self.task.name))
            return
        exited = self._node.containers.wait(container.id)
        exited.on_done(lambda: self._exited(container, exited, done))

    def _exited(self, container: Container, exited: Pending[int], done: Done) -> None:
        self._node.overlay.withdraw(self._node.parts.hostname, container.id)
        try:
            code = exited.result()
        except EngineError:
            return  # the engine died; it will look when it is back
        done(TaskFailed(code) if code else None)

    def _shut_down(self, done: Done) -> None:
        container = self._container()
        if container is None or not container.state.running:
            done()
            return
        self._node.overlay.hide(self._node.parts.hostname, container.id)
        if not records_of(self.task, container.id, self._networks):
            self._stop(done)
            return
        number = self._operation
        self._node.parts.clock.after(GOSSIP_DELAY_S, lambda: self._stop(done) if number == self._operation else None)

    def _stop(self, done: Done) -> None:
        container = self._container()
        if container is None or not container.state.running:
            done()
            return
        grace_s = stop_grace_period_s(self.task.spec.container)
        stopped = self._node.containers.stop(container.id, timeout_s=grace_s)
        stopped.on_done(lambda: self._stopped(container, done))

    def _stopped(self, container: Container, done: Done) -> None:
        self._node.overlay.withdraw(self._node.parts.hostname, container.id)
        done()

    def _remove_container(self) -> None:
        container = self._container()
        if container is not None:
            self._node.overlay.withdraw(self._node.parts.hostname, container.id)
            self._node.containers.remove(container.id, force=True, volumes=True)
        for attachment in self.task.networks:
            self._node.parts.networks.drop_overlay(attachment.network_id)
        if self._removed is not None:
            self._removed.resolve(None)

    def leave(self) -> None:
        """The node leaves the swarm: the container goes at once."""
        self._cancel()
        self._removed = Pending()
        self._remove_container()


Done = Callable[..., None]


class TaskFailed(EngineError):
    """A task's program ended with another code than 0."""

    def __init__(self, code: int) -> None:
        super().__init__(f"task: non-zero exit ({code})")


class _StartFailed(EngineError):
    def __init__(self, error: Exception) -> None:
        super().__init__(f"starting container failed: {error}")


def _start_error(started: Pending[None]) -> Exception | None:
    try:
        started.result()
    except NotModified:
        return None
    except EngineError as error:
        return _StartFailed(error)
    return None
