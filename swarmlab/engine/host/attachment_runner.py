"""An attachment task on its node: says that the container may have the address. Has no container of its own.

Owns the observed state of that task. Source: moby daemon/cluster/executor/container/attachment.go.
"""

from __future__ import annotations

from swarmlab.engine.errors import EngineError
from swarmlab.engine.host.task_container import Networks
from swarmlab.engine.host.task_host import TaskHost
from swarmlab.engine.model import Task, TaskState, TaskStatus
from swarmlab.engine.pending import Pending, resolved

_STATES = (
    (TaskState.ACCEPTED, "accepted"),
    (TaskState.PREPARING, "preparing"),
    (TaskState.READY, "prepared"),
    (TaskState.STARTING, "starting"),
    (TaskState.RUNNING, "started"),
)


class AttachmentRunner:
    """Runs one attachment task.

    Args:
        networks: the one that the task is attached to.
        host: hears of every change of `status`, and when `advance` can do something.
    """

    __slots__ = ("_host", "_networks", "status", "task")

    def __init__(self, task: Task, networks: Networks, host: TaskHost) -> None:
        self.task = task
        self.status = task.status
        self._networks = networks
        self._host = host
        if task.state < TaskState.RUNNING:
            host.has_work(task.id)

    def update(self, task: Task) -> None:
        """Nothing of it ever changes."""
        self.task = task

    def advance(self) -> bool:
        """Go through all states; whoever waits for the address has it then. Returns whether anything moved.

        Where the network cannot be made on this host, who waits, waits in vain. Recorded from 28.5.2.
        """
        if self.status.state >= TaskState.RUNNING:
            return False
        made = self._is_made()
        for state, message in _STATES:
            self.status = TaskStatus(timestamp=self._host.now, state=state, message=message)
            self._host.report(self.task.id, self.status)
        for attachment in self.task.networks if made else ():
            self._host.parts.networks.came(self.task.id, attachment)
        return True

    def _is_made(self) -> bool:
        try:
            self._host.add_overlays(self.task, self._networks)
        except EngineError:
            return False
        return True

    def remove(self) -> Pending[None]:
        """The swarm has taken the address back."""
        self._host.drop_overlays(self.task)
        return resolved(None)

    def leave(self) -> None:
        """The node leaves the swarm."""

    def power_off(self) -> None:
        """The engine dies."""
