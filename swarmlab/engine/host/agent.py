"""The agent of one node: runs the tasks that a dispatcher assigns to it, and reports what becomes of them.

Owns which tasks this node has, and the reports that are still to be made. It keeps running what it was told to run
while no manager is reachable. Each task is moved by a TaskRunner; containers are the local engine's.
Source: swarmkit agent/{agent,worker,reporter}.go.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.assignment import Assignment, Reports
from swarmlab.engine.errors import NoSuchContainer
from swarmlab.engine.host.attachment_runner import AttachmentRunner
from swarmlab.engine.host.containers import Containers
from swarmlab.engine.host.entrusted import Entrusted
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.logs import LogOptions, LogStream
from swarmlab.engine.host.overlay import Overlay
from swarmlab.engine.host.task_host import TaskHost
from swarmlab.engine.host.task_runner import TaskRunner
from swarmlab.engine.ids import NetworkId, NodeId, TaskId
from swarmlab.engine.model import ATTACHMENT, Network, NodeDescription, Task, TaskStatus

_NONE: dict[NetworkId, Network] = {}
Runner = TaskRunner | AttachmentRunner


class Agent:
    """One node's agent. It works between `join` and `leave`, while the engine is on.

    Args:
        overlay: the overlay networks of all hosts.
        describe: what the node says of itself.
        address: the address that the node advertises.
    """

    def __init__(
        self,
        parts: HostParts,
        containers: Containers,
        overlay: Overlay,
        *,
        describe: Callable[[], NodeDescription],
        address: Callable[[], str],
    ) -> None:
        self.node_id = NodeId("")
        self._parts = parts
        self._containers = containers
        self._overlay = overlay
        self._entrusted = Entrusted()
        self._describe = describe
        self._address = address
        self._runners: dict[TaskId, Runner] = {}
        self._removing: dict[TaskId, Runner] = {}
        self._dirty: dict[TaskId, None] = {}
        self._unreported: dict[TaskId, list[TaskStatus]] = {}
        self._on_reports: Callable[[], None] = lambda: None
        self._host: TaskHost | None = None
        self._on = True

    # --- membership and power ---

    def join(self, node_id: NodeId) -> None:
        """This engine became a node of a swarm."""
        self.node_id, self._host = node_id, None
        self._parts.networks.join_swarm()
        self._overlay.join(self._parts.hostname, self._address())

    def leave(self) -> None:
        """This engine is no node any more: its tasks' containers are removed."""
        for runner in (*self._runners.values(), *self._removing.values()):
            runner.leave()
        self._forget_session()
        self._entrusted.forget()
        self._runners, self._removing, self._dirty, self._unreported = {}, {}, {}, {}
        self._overlay.leave(self._parts.hostname)
        self._parts.networks.leave_swarm()
        self.node_id = NodeId("")

    def power_off(self) -> None:
        """The engine dies; what the agent had on disk stays: its tasks and their last states."""
        self._on = False
        self._forget_session()
        self._entrusted.forget()
        self._overlay.lose(self._parts.hostname)
        for runner in (*self._runners.values(), *self._removing.values()):
            runner.power_off()

    def power_on(self) -> None:
        """The engine is back: look what became of the tasks (after `containers.power_on`)."""
        self._on = True
        if not self.node_id:
            return
        self._overlay.join(self._parts.hostname, self._address())
        for runner in list(self._runners.values()):
            runner.advance()
        for task_id, runner in list(self._removing.items()):
            runner.remove().on_done(lambda gone=task_id: self._removed(gone))  # type: ignore[misc]

    def _forget_session(self) -> None:
        self._on_reports = lambda: None

    # --- what a dispatcher asks ---

    @property
    def description(self) -> NodeDescription:
        """What the node says of itself now."""
        return self._describe()

    @property
    def address(self) -> str:
        """The address that the node advertises."""
        return self._address()

    def connect(self, on_reports: Callable[[], None]) -> None:
        """A session begins: every known status will be reported again."""
        self._on_reports = on_reports
        self._unreported = {id_: [runner.status] for id_, runner in self._runners.items()}
        if self._unreported:
            on_reports()

    def assign(self, assignment: Assignment) -> None:
        """Take note of what is to be done; `tick` does it."""
        self._entrusted.take(assignment)
        for network in assignment.networks.values():
            if network.spec.ingress:
                self._parts.networks.add_overlay(network)
        for task in assignment.tasks:
            self._take(task, assignment)
        wanted = {task.id for task in assignment.tasks}
        gone = [id_ for id_ in self._runners if id_ not in wanted] if assignment.complete else assignment.removed
        for id_ in gone:
            self._remove(id_)

    def _take(self, task: Task, assignment: Assignment) -> None:
        runner = self._runners.get(task.id)
        if runner is not None:
            runner.update(task)
            return
        networks = {a.network_id: assignment.networks[a.network_id] for a in task.networks} if task.networks else _NONE
        runs = AttachmentRunner if task.spec.runtime == ATTACHMENT else TaskRunner
        self._runners[task.id] = runs(task, networks, self._task_host())

    def _task_host(self) -> TaskHost:
        if self._host is None:
            self._host = TaskHost(
                parts=self._parts,
                containers=self._containers,
                overlay=self._overlay,
                entrusted=self._entrusted,
                node_id=self.node_id,
                description=self._describe(),
                report=self._report,
                has_work=self._mark,
            )
        return self._host

    def _mark(self, task_id: TaskId) -> None:
        self._dirty[task_id] = None
        self._parts.clock.wake()

    def _remove(self, task_id: TaskId) -> None:
        runner = self._runners.pop(task_id, None)
        if runner is not None:
            self._removing[task_id] = runner
            runner.remove().on_done(lambda: self._removed(task_id))

    def _removed(self, task_id: TaskId) -> None:
        self._removing.pop(task_id, None)

    def _report(self, task_id: TaskId, status: TaskStatus) -> None:
        if task_id in self._runners:
            first = not self._unreported
            self._unreported.setdefault(task_id, []).append(status)
            if first:
                self._on_reports()

    def take_reports(self) -> Reports:
        """What was observed since the last call, of tasks that are still this node's."""
        unreported, self._unreported = self._unreported, {}
        return {task_id: statuses for task_id, statuses in unreported.items() if task_id in self._runners}

    def open_logs(self, task_id: TaskId, options: LogOptions) -> LogStream | None:
        """What the task's container wrote; None where there is no such container."""
        runner = self._runners.get(task_id)
        try:
            return self._containers.find(runner.task.name).log.open(options) if runner else None
        except NoSuchContainer:
            return None

    # --- work ---

    def tick(self) -> bool:
        """Move every task that can move now. Returns whether any did."""
        if not self._on:
            return False
        dirty, self._dirty = self._dirty, {}
        moved = [self._runners[id_].advance() for id_ in dirty if id_ in self._runners]
        return any(moved)
