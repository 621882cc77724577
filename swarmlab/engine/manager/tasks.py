"""Questions about tasks that several components ask: a new one, an outdated one, one on a node that is lost.

Owns no state. Source: swarmkit manager/orchestrator/task.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from swarmlab.engine.ids import Chance, NodeId, TaskId
from swarmlab.engine.manager.constraints import suits
from swarmlab.engine.model import (
    Availability,
    Endpoint,
    Node,
    NodeState,
    Service,
    Task,
    TaskState,
    TaskStatus,
)
from swarmlab.engine.model.words import NEW, RUNNING
from swarmlab.engine.quick import maker

Slot = list[Task]
_task, _status, _endpoint = maker(Task), maker(TaskStatus), maker(Endpoint)
_DOWN, _DRAIN = NodeState.DOWN, Availability.DRAIN


def new_task(
    service: Service,
    chance: Chance,
    now: float,
    *,
    slot: int = 0,
    node_id: str = "",
    desired_state: TaskState = RUNNING,
) -> Task:
    """A task of the service as it is declared now; `node_id` is preset for global services and jobs only."""
    return _task(
        id=TaskId(chance.object_id()),
        spec=service.spec.task,
        service_id=service.id,
        service_name=service.spec.name,
        service_labels=service.spec.labels,
        slot=slot,
        node_id=NodeId(node_id),
        status=_status(timestamp=now, state=NEW, message="created"),
        desired_state=desired_state,
        spec_version=service.spec_version,
        endpoint=_endpoint(spec=service.spec.endpoint),
        job_iteration=service.job_status.iteration if service.job_status else None,
    )


def is_dirty(task: Task, service: Service, node: Node | None) -> bool:
    """Whether the task is not as the service is declared now, so that an update must replace it.

    Simplification: registry credentials, whose change replaces no task either, are not part of a spec here.
    Source: swarmkit manager/orchestrator/task.go, IsTaskDirty.
    """
    if task.spec_version == service.spec_version:
        return False
    if _differs_in_placement_only(task, service) and node is not None and suits(node, service.spec.task):
        return False
    endpoint_changed = task.endpoint is not None and task.endpoint.spec != service.spec.endpoint
    return task.spec != service.spec.task or endpoint_changed


def _differs_in_placement_only(task: Task, service: Service) -> bool:
    wanted = service.spec.task
    return wanted.placement != task.spec.placement and replace(wanted, placement=task.spec.placement) == task.spec


def is_lost(node: Node | None) -> bool:
    """Whether nothing may run there any more: the node is gone, down or drained. Source: InvalidNode."""
    return node is None or node.status.state is _DOWN or node.spec.availability is _DRAIN


def newest(tasks: Iterable[Task]) -> Task:
    """The task whose state was observed last; of several at one time the one created last."""
    return max(enumerate(tasks), key=lambda pair: (pair[1].status.timestamp, pair[0]))[1]
