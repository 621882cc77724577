"""`/tasks`. Source: moby daemon/cluster/{tasks,filters}.go, swarmkit manager/controlapi/task.go."""

from __future__ import annotations

from collections.abc import Iterable

from swarmlab.api.filters import Filters, one_of_the_swarms, parse
from swarmlab.api.messages import Request, Response, json_list, json_response
from swarmlab.api.objects import TaskWriter
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.manager.control import Control
from swarmlab.engine.manager.tasks import is_dirty
from swarmlab.engine.model import ATTACHMENT, Node, Service, Task, TaskState
from swarmlab.engine.pending import Pending

FILTERS = ("_up-to-date", "desired-state", "id", "label", "name", "node", "runtime", "service")


def list_(daemon: Daemon, request: Request) -> Pending[Response]:
    """Every task, in the order of ids."""
    filters = parse(request.query, FILTERS, before_keys=daemon.check_manages)
    one_of_the_swarms(filters, "desired-state", [state.name.lower() for state in TaskState])
    return daemon.ask(lambda control: json_list(_matching(control, filters)))


def _matching(control: Control, filters: Filters) -> Iterable[object]:
    services = [control.store.find(Service, reference) for reference in filters.get("service")]
    nodes = {control.store.find(Node, reference).id for reference in filters.get("node")}
    writer = TaskWriter(control.store)
    for task in sorted(_candidates(control, services, filters), key=lambda task: task.id):
        if _fits(task, filters) and (not nodes or task.node_id in nodes) and _is_current(control, task, filters):
            yield writer.write(task)


def _candidates(control: Control, services: Iterable[Service], filters: Filters) -> Iterable[Task]:
    if "service" not in filters:
        return control.store.all(Task)
    return {task.id: task for service in services for task in control.store.tasks_of_service(service.id)}.values()


def _fits(task: Task, filters: Filters) -> bool:
    return (
        task.spec.runtime != ATTACHMENT
        and filters.prefix("id", task.id)
        and filters.prefix("name", task.name)
        and filters.labels("label", task.service_labels)
        and filters.exact("desired-state", task.desired_state.name.lower())
        and filters.exact("runtime", task.spec.runtime)
    )


def _is_current(control: Control, task: Task, filters: Filters) -> bool:
    """Whether a task is of its service's present spec; the filter's value does not count, that it is there does."""
    if "_up-to-date" not in filters:
        return True
    service = control.store.get(Service, task.service_id)
    node = control.store.get(Node, task.node_id)
    return service is not None and not is_dirty(task, service, node)


def inspect(daemon: Daemon, request: Request) -> Pending[Response]:
    """One task."""
    reference = request.parameters["id"]
    return daemon.ask(
        lambda control: json_response(TaskWriter(control.store).write(control.store.find(Task, reference)))
    )
