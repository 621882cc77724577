"""The job orchestrator: runs the tasks of jobs to their end, so many in all or one on each node.

Owns the creation of jobs' tasks (NEW, desired state COMPLETE), the desired state REMOVE of those of an older iteration,
and SHUTDOWN of a global job's task whose node is lost. Failed tasks it hands to the restart supervisor.
Only two things give it reason to look at a job: its service changed, or one of its tasks ended. Nodes do not: a task on
a lost node stays where it is until then. Source: swarmkit manager/orchestrator/jobs.
"""

from __future__ import annotations

from swarmlab.engine.manager.constraints import suits
from swarmlab.engine.manager.orchestrators.orchestrator import Orchestrator, free_numbers, set_desired
from swarmlab.engine.manager.tasks import is_lost
from swarmlab.engine.model import Availability, GlobalJob, Node, NodeState, ReplicatedJob, Service, Task, TaskState
from swarmlab.engine.store import Transaction


class JobOrchestrator(Orchestrator):
    """Runs jobs of both modes."""

    modes = (ReplicatedJob, GlobalJob)
    wanted = TaskState.COMPLETE

    def _on_node(self, node: Node, removed: bool) -> None:
        """Nodes give no reason to do anything."""

    def _on_task(self, task: Task, removed: bool) -> None:
        super()._on_task(task, removed)
        if task.id in self._ended:
            self._services[task.service_id] = None

    def _work(self) -> None:
        """Services first: the slot of a task that is given up is filled when the next task ends, not before."""
        self._remove_services()
        self._reconcile_services()
        self._restart_ended()

    def _restart(self, transaction: Transaction, service: Service, task: Task) -> None:
        if task.state > TaskState.COMPLETE and _is_current(task, service):
            self._restarts.restart(transaction, service, task)

    def _reconcile(self, service: Service) -> None:
        """Give up what is left of older iterations, and create what this one lacks."""
        tasks = self._store.tasks_of_service(service.id)
        current = [task for task in tasks if _is_current(task, service)]
        old = [task for task in tasks if not _is_current(task, service)]
        with self._store.transaction() as transaction:
            match service.spec.mode:
                case ReplicatedJob() as mode:
                    self._fill_slots(transaction, service, mode, current)
                    old = [task for task in old if task.state <= TaskState.RUNNING]
                case GlobalJob():
                    self._fill_nodes(transaction, service, current)
            set_desired(transaction, old, TaskState.REMOVE)

    def _fill_slots(self, transaction: Transaction, service: Service, mode: ReplicatedJob, current: list[Task]) -> None:
        complete = [task.slot for task in current if task.state is TaskState.COMPLETE]
        active = [
            task.slot
            for task in current
            if task.state is not TaskState.COMPLETE and task.desired_state <= TaskState.COMPLETE
        ]
        missing = min(mode.max_concurrent, mode.total_completions - len(complete)) - len(active)
        for slot in free_numbers([*complete, *active], missing, first=0):
            self._add(transaction, service, slot=slot)

    def _fill_nodes(self, transaction: Transaction, service: Service, current: list[Task]) -> None:
        """Each node that can take a task now and has none gets one; what still runs on a lost node is given up.

        One that has failed there is not: it is restarted, and its replacement waits for the node.
        """
        by_node = {task.node_id: task for task in current if task.desired_state <= TaskState.COMPLETE}
        for node in self._store.all(Node):
            if not suits(node, service.spec.task):
                continue
            task = by_node.get(node.id)
            if task is None:
                if node.spec.availability is Availability.ACTIVE and node.status.state is NodeState.READY:
                    self._add(transaction, service, node_id=node.id)
            elif is_lost(node) and task.state <= TaskState.RUNNING:
                set_desired(transaction, [task], TaskState.SHUTDOWN)


def _is_current(task: Task, service: Service) -> bool:
    return service.job_status is not None and task.job_iteration == service.job_status.iteration
