"""What the orchestrators of all modes have in common.

Owns no state. Source: swarmkit manager/orchestrator/service.go, taskinit/init.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from swarmlab.engine.ids import ServiceId
from swarmlab.engine.manager.restarts import RestartSupervisor
from swarmlab.engine.model import Service, Task, TaskState
from swarmlab.engine.store import Store


def remove_tasks(store: Store, service_id: ServiceId) -> None:
    """All tasks of a removed service are to be stopped and forgotten, history included."""
    with store.transaction() as transaction:
        for task in store.tasks_of_service(service_id):
            if task.desired_state < TaskState.REMOVE:
                transaction.update(replace(task, desired_state=TaskState.REMOVE))


def resume(store: Store, restarts: RestartSupervisor, is_ours: Callable[[Service], bool]) -> list[Task]:
    """At the beginning of leadership: forget tasks without a service, take up delays. Returns our tasks."""
    ours: list[Task] = []
    with store.transaction() as transaction:
        for task in store.all(Task):
            service = store.get(Service, task.service_id)
            if service is None:
                transaction.remove(task)
            elif is_ours(service):
                ours.append(task)
    restarts.resume(ours)
    return ours
