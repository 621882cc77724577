"""One task on its node: moves it from state to state, as its desired state and its container allow.

Owns the observed state of one task from ACCEPTED on, and its container. One operation at a time (prepare, start, wait,
shut down); a change of the desired state cancels what is going on, and the next move comes a second later.
Source: swarmkit agent/exec/controller.go (Do, Resolve), agent/task.go; moby daemon/cluster/executor/container/
controller.go; the second, the gossip delay and the exit code of a wait that was cancelled are seen on engines 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from swarmlab.engine.clock import Timer
from swarmlab.engine.errors import EngineError, NoSuchContainer, NotModified
from swarmlab.engine.host.container import Container, HealthStatus
from swarmlab.engine.host.container import ContainerStatus as Status
from swarmlab.engine.host.image import Image
from swarmlab.engine.host.task_container import Networks
from swarmlab.engine.host.task_host import TaskHost, container_status, port_status
from swarmlab.engine.model import ContainerStatus, PortConfig, Task, TaskState, TaskStatus, stop_grace_period_s
from swarmlab.engine.model.words import (
    ACCEPTED,
    ASSIGNED,
    COMPLETE,
    FAILED,
    PREPARING,
    READY,
    REJECTED,
    REMOVE,
    RUNNING,
    SHUTDOWN,
    STARTING,
)
from swarmlab.engine.pending import Pending
from swarmlab.engine.quick import maker

RETRY_S = 1.0
GOSSIP_DELAY_S = 2.0
"""Between taking a task's names away and stopping it, so that the other nodes have heard of it."""

_CREATED = Status.CREATED
_status = maker(TaskStatus)
_NO_PORTS: tuple[PortConfig, ...] = ()

T = TypeVar("T")


class TaskRunner:
    """Runs one task.

    Args:
        networks: those that the task is attached to.
        host: hears of every change of `status`, and when `advance` can do something.
    """

    __slots__ = ("_busy", "_host", "_name", "_networks", "_removed", "_waits_for", "status", "task")

    def __init__(self, task: Task, networks: Networks, host: TaskHost) -> None:
        self.task = task
        self.status = task.status
        self._name = task.name
        self._networks = networks
        self._host = host
        self._busy = False
        self._waits_for: Timer | Pending[None] | Pending[int] | Pending[Image] | None = None
        self._removed: Pending[None] | None = None
        if not task.status.state.is_terminal:
            host.has_work(task.id)

    # --- orders ---

    def update(self, task: Task) -> None:
        """The manager wants something else now; its idea of the status counts for nothing."""
        if task.desired_state < self.task.desired_state or task == self.task:
            return
        before, self.task = self.task.desired_state, task
        if before is task.desired_state:
            return
        if self._busy and self.status.state is RUNNING and before < SHUTDOWN:
            self._give_up_waiting()
        self._interrupt()

    def _give_up_waiting(self) -> None:
        """The wait for the container's end is over without one, which reads as the exit code -1 until it has ended."""
        known = self.status.container or ContainerStatus()
        self._report(replace(self.status, timestamp=self._host.now, container=replace(known, exit_code=-1)))

    def _interrupt(self) -> None:
        if not self._busy:
            self._host.has_work(self.task.id)
            return
        self._cancel()
        self._waits_for = self._host.later(RETRY_S, self._try_again)

    def _try_again(self) -> None:
        self._host.has_work(self.task.id)

    def _cancel(self) -> None:
        """What is going on will find that nobody waits for it."""
        if isinstance(self._waits_for, Timer):
            self._waits_for.cancel()
        self._waits_for = None
        self._busy = False

    def power_off(self) -> None:
        """The engine dies in the middle of whatever is going on."""
        self._cancel()

    def remove(self) -> Pending[None]:
        """The task is gone from the swarm: stop its container if it runs, and remove it."""
        self._cancel()
        self._removed = Pending()
        self.task = replace(self.task, desired_state=REMOVE)
        self._shut_down()
        return self._removed

    def leave(self) -> None:
        """The node leaves the swarm: the container goes at once."""
        self._cancel()
        self._removed = Pending()
        self._remove_container()

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
        if desired >= SHUTDOWN:
            if state >= COMPLETE:
                return False
            self._shut_down()
        elif state > desired:
            return False
        elif state is PREPARING:
            self._prepare()
        elif state is STARTING:
            self._start()
        elif state is RUNNING:
            self._wait()
        elif state >= desired or state.is_terminal:
            return False
        elif state <= ASSIGNED:
            self._accept()
        elif state is ACCEPTED:
            self._set(PREPARING, "preparing")
        else:
            self._set(STARTING, "starting")
        return True

    def _accept(self) -> None:
        """Take the task on, unless it asks for what cannot be."""
        try:
            self._host.check(self.task)
        except EngineError as error:
            message = "resolving controller failed"
            self._report(replace(self.status, state=REJECTED, message=message, err=str(error)))
        else:
            self._set(ACCEPTED, "accepted")

    def _set(self, state: TaskState, message: str, err: str = "") -> None:
        """From the start on a status tells of the container; of none, where there is none."""
        told, ports, now = self.status.container, _NO_PORTS, self._host.parts.clock.now
        if state >= STARTING:
            container = self._container()
            told = container_status(container) if container else told or ContainerStatus()
            ports = port_status(container) if container else ports
        self.status = _status(timestamp=now, state=state, message=message, err=err, container=told, ports=ports)
        self._host.report(self.task.id, self.status)

    def _report(self, status: TaskStatus) -> None:
        self.status = status
        self._host.report(self.task.id, status)

    def _container(self) -> Container | None:
        """The task's container, while it has one."""
        return self._host.containers.named(self._name)

    # --- operations: each ends with `_done` or `_fail` ---

    def _later(self, delay_s: float, go_on: Callable[[], None]) -> None:
        """Go on after a while, unless the operation was cancelled meanwhile."""
        self._waits_for = self._host.later(delay_s, go_on)

    def _after(self, answer: Pending[T], go_on: Callable[[Pending[T]], None]) -> None:
        """Go on when an answer stands, unless the operation was cancelled meanwhile."""
        self._waits_for = answer  # type: ignore[assignment]
        answer.on_done(partial(self._go_on, answer, go_on))

    def _go_on(self, answer: Pending[T], go_on: Callable[[Pending[T]], None]) -> None:
        if self._waits_for is answer:
            go_on(answer)

    def _done(self, state: TaskState, message: str) -> None:
        self._busy, self._waits_for = False, None
        self._set(state, message)
        self._host.has_work(self.task.id)

    def _fail(self, error: Exception) -> None:
        """Source: swarmkit agent/exec/controller.go, fatal: rejected before the start, failed after; message kept."""
        self._busy, self._waits_for = False, None
        early = self.status.state < STARTING
        self._set(REJECTED if early else FAILED, self.status.message, str(error))

    def _prepare(self) -> None:
        """Networks, image, container. A failed pull shows in that the container cannot be created."""
        self._busy = True
        try:
            self._host.add_overlays(self.task, self._networks)
            pull = self._host.pull(self.task.spec.container.image)
        except EngineError as error:
            self._fail(error)
            return
        if pull is None:
            self._create_soon()
        else:
            self._after(pull, self._create_soon)

    def _create_soon(self, _: Pending[Image] | None = None) -> None:
        self._later(self._host.create_s(), self._create)

    def _create(self) -> None:
        try:
            self._host.create(self.task, self._name, self._networks)
        except EngineError as error:
            self._fail(error)
        else:
            self._done(READY, "prepared")

    def _start(self) -> None:
        self._busy = True
        container = self._container()
        if container is None:
            self._fail(NoSuchContainer(self._name))
        elif container.state.status is not _CREATED:
            self._started(container)
        else:
            self._start_container(container)

    def _start_container(self, container: Container) -> None:
        try:
            started = self._host.start(self.task, container)
        except EngineError as error:
            self._fail(_StartFailed(error))
        else:
            self._after(started, partial(self._start_ended, container))

    def _start_ended(self, container: Container, started: Pending[None]) -> None:
        try:
            started.result()
        except NotModified:
            pass
        except EngineError as error:
            self._fail(_StartFailed(error))
            return
        self._started(container)

    def _started(self, container: Container) -> None:
        """The container runs; with a health check the task does so only when that has gone well."""
        if container.state.running:
            if container.health is not None and container.health.status is HealthStatus.STARTING:
                self._await_health(container)
                return
            self._host.publish(self.task, container, self._networks)
        self._done(RUNNING, "started")

    def _wait(self) -> None:
        self._busy = True
        container = self._container()
        if container is None:
            self._fail(NoSuchContainer(self._name))
        elif container.health is not None and container.state.running:
            self._await_health(container)
        else:
            self._after(self._host.containers.wait(container.id), partial(self._exited, container))

    def _exited(self, container: Container, exited: Pending[int]) -> None:
        self._host.withdraw(self.task, container)
        try:
            code = exited.result()
        except EngineError:
            return  # the engine died; it will look when it is back
        self._ended(code)

    def _ended(self, code: int, cause: str = "") -> None:
        """The container ended; one that nobody has seen running yet is seen so first."""
        if code:
            self._fail(TaskFailed(code, cause))
        elif self.status.state is STARTING:
            self._done(RUNNING, "started")
        else:
            self._done(COMPLETE, "finished")

    def _await_health(self, container: Container) -> None:
        """Source: moby daemon/cluster/executor/container/controller.go, Start and checkHealth."""
        change = self._host.containers.health.next_change(container)
        self._after(change, partial(self._health_shown, container))

    def _health_shown(self, container: Container, change: Pending[HealthStatus]) -> None:
        if not container.state.running:
            self._host.withdraw(self.task, container)
            self._ended(container.state.exit_code)
        elif change.result() is HealthStatus.UNHEALTHY:
            named = self._host.hide(self.task, container, self._networks)
            self._later(GOSSIP_DELAY_S if named else 0, partial(self._stop_unhealthy, container))
        else:
            self._started(container)

    def _stop_unhealthy(self, container: Container) -> None:
        if container.state.running:
            grace_s = stop_grace_period_s(self.task.spec.container)
            stopped = self._host.containers.stop(container.id, timeout_s=grace_s)
            self._after(stopped, lambda _: self._stop_unhealthy(container))
            return
        self._host.withdraw(self.task, container)
        self._ended(container.state.exit_code, "dockerexec: unhealthy container")

    def _shut_down(self) -> None:
        self._busy = True
        container = self._container()
        if container is None or not self._host.containers.is_up(container):
            self._stopped(container)
        elif self._host.hide(self.task, container, self._networks):
            self._later(GOSSIP_DELAY_S, self._stop)
        else:
            self._stop()

    def _stop(self) -> None:
        container = self._container()
        if container is None or not self._host.containers.is_up(container):
            self._stopped(container)
            return
        grace_s = stop_grace_period_s(self.task.spec.container)
        stopped = self._host.containers.stop(container.id, timeout_s=grace_s)
        self._after(stopped, lambda _: self._stopped(container))

    def _stopped(self, container: Container | None) -> None:
        if container is not None:
            self._host.withdraw(self.task, container)
        if self._removed is None:
            self._done(SHUTDOWN, "shutdown")
        else:
            self._remove_container()

    def _remove_container(self) -> None:
        container = self._container()
        if container is not None:
            self._host.withdraw(self.task, container)
            self._host.containers.remove(container.id, force=True, volumes=True)
        self._host.drop_overlays(self.task)
        if self._removed is not None:
            self._removed.resolve(None)


class TaskFailed(EngineError):
    """A task's program ended with another code than 0."""

    def __init__(self, code: int, cause: str = "") -> None:
        super().__init__(f"task: non-zero exit ({code})" + (f": {cause}" if cause else ""))


class _StartFailed(EngineError):
    def __init__(self, error: Exception) -> None:
        super().__init__(f"starting container failed: {error}")
