"""What the scheduler remembers of each node: its tasks, what is left to reserve, what failed there lately.

Owns only memory of the present leader; lost when another leads. Source: swarmkit manager/scheduler/nodeinfo.go.
"""

from __future__ import annotations

from typing import TypeVar

from swarmlab.engine.ids import ServiceId, TaskId
from swarmlab.engine.manager import generic_resources
from swarmlab.engine.manager.generic_resources import GenericResources
from swarmlab.engine.model import Node, PublishMode, Resources, Task, reservations
from swarmlab.engine.model.words import COMPLETE

FAILURE_MEMORY_S = 300.0
MAX_FAILURES = 5

SpecKey = tuple[ServiceId, int | None]
K = TypeVar("K")


def spec_key(task: Task) -> SpecKey:
    """What tasks must have in common to be scheduled together, and to share the memory of failures."""
    return (task.service_id, task.spec_version)


class NodeInfo:
    """One node and the tasks that are assigned to it and not ended."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.tasks: dict[TaskId, Task] = {}
        self.active = 0
        self.active_by_service: dict[ServiceId, int] = {}
        self.host_ports: dict[tuple[str, int], int] = {}
        self._reserved_cpus = 0
        self._reserved_memory = 0
        self._failures: dict[SpecKey, list[float]] = {}

    @property
    def _capacity(self) -> Resources:
        return self.node.description.resources if self.node.description else Resources()

    @property
    def free_cpus(self) -> int:
        """Billionths of a CPU that no task has reserved."""
        return self._capacity.nano_cpus - self._reserved_cpus

    @property
    def free_memory(self) -> int:
        """Bytes that no task has reserved."""
        return self._capacity.memory_bytes - self._reserved_memory

    @property
    def free_generic(self) -> GenericResources:
        """Generic resources that no task has been given. Looks at the node's tasks: ask only where some are wanted."""
        given = (each for task in self.tasks.values() for each in task.assigned_generic_resources)
        return generic_resources.free(self._capacity.generic_resources, given)

    def put(self, task: Task) -> None:
        """Count a task here, or count it as it is now; of an assigned task only the desired state can count anew."""
        known = self.tasks.get(task.id)
        self.tasks[task.id] = task
        if known is None:
            self._count(task, +1)
        elif known.desired_state is not task.desired_state:
            self._count(known, -1)
            self._count(task, +1)

    def remove(self, task_id: TaskId) -> bool:
        """Count a task no longer. Returns whether it was counted."""
        task = self.tasks.pop(task_id, None)
        if task is not None:
            self._count(task, -1)
        return task is not None

    def _count(self, task: Task, sign: int) -> None:
        if task.desired_state <= COMPLETE:
            self.active += sign
            _add(self.active_by_service, task.service_id, sign)
        if task.spec.resources is not None:
            reserved = reservations(task.spec)
            self._reserved_cpus += sign * reserved.nano_cpus
            self._reserved_memory += sign * reserved.memory_bytes
        for port in task.endpoint.ports if task.endpoint else ():
            if port.publish_mode is PublishMode.HOST and port.published_port:
                _add(self.host_ports, (port.protocol, port.published_port), sign)

    def failed(self, task: Task, now: float) -> None:
        """Remember that a task of this service and spec version failed here."""
        recent = [at for at in self._failures.get(spec_key(task), []) if now - at < FAILURE_MEMORY_S]
        self._failures[spec_key(task)] = [*recent, now]

    def failures(self, task: Task, now: float) -> int:
        """How many such tasks failed here within the last five minutes."""
        return sum(now - at <= FAILURE_MEMORY_S for at in self._failures.get(spec_key(task), []))

    def rank(self, task: Task, now: float) -> tuple[int, int, int]:
        """How good the node is for a task, lowest best: few recent failures, few tasks of the service, few tasks.

        CPU and memory in use play no part.
        """
        active_here = self.active_by_service.get(task.service_id, 0)
        if not self._failures:
            return (0, active_here, self.active)
        failures = self.failures(task, now)
        return (failures if failures >= MAX_FAILURES else 0, active_here, self.active)


def _add(counts: dict[K, int], key: K, number: int) -> None:
    """Count, and keep nothing that counts zero."""
    count = counts.get(key, 0) + number
    if count:
        counts[key] = count
    else:
        del counts[key]
