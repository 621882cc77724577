"""The task reaper: forgets old tasks.

Owns the removal of task records: those whose desired state is REMOVE once they have stopped, and of each slot all but
the newest few (the task history limit, which counts the live task too). Looks at a slot when a task is created in it.
Source: swarmkit manager/orchestrator/taskreaper/task_reaper.go.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import ServiceId, TaskId
from swarmlab.engine.manager.service_rules import is_job
from swarmlab.engine.model import Service, Task, restart_policy
from swarmlab.engine.model.words import ASSIGNED, COMPLETE, REMOVE, RUNNING
from swarmlab.engine.store import Change, Hears, SlotKey, Store, slot_key

BATCH_S = 0.25
MAX_DIRTY = 1000


class Reaper:
    """Forgets old tasks, 250 ms after there is something to forget.

    Args:
        store: the swarm's store.
        clock: engine time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._forget()

    def _forget(self) -> None:
        self._dirty: dict[SlotKey, None] = {}
        self._over: dict[TaskId, None] = {}
        self._timer: Timer | None = None
        self._due = False

    def start(self) -> None:
        """Forget at once what should have been forgotten before."""
        for task in self._store.all(Task):
            if _is_over(task):
                self._over[task.id] = None
        self._due = bool(self._over)

    def stop(self) -> None:
        """Leave everything to the next leader."""
        if self._timer is not None:
            self._timer.cancel()
        self._forget()

    @property
    def hears(self) -> Hears:
        """Slots with a new task are marked, and tasks that are over."""
        return {Task: self._on_tasks}

    def _on_tasks(self, changes: Sequence[Change[Task]]) -> None:
        for change in changes:
            task = change.after
            if task is None:
                continue
            if change.before is None:
                self._dirty[slot_key(task)] = None
            elif task.desired_state is REMOVE and _is_over(task):
                self._over[task.id] = None
            elif not self._dirty:
                continue
            self._plan()

    def _plan(self) -> None:
        if len(self._dirty) + len(self._over) > MAX_DIRTY:
            self._mark_due()
        elif self._timer is None:
            self._timer = self._clock.after(BATCH_S, self._mark_due)

    def _mark_due(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._due = None, True

    def tick(self) -> bool:
        """Remove what is due."""
        if not self._due:
            return False
        self._due = False
        before = self._store.version
        over, self._over = self._over, {}
        dirty, self._dirty = self._dirty, {}
        doomed, limit_of = dict(over), functools.cache(self._limit)
        for key in dirty:
            doomed |= {surplus.id: None for surplus in self._surplus(key, limit_of(key[0]))}
        with self._store.transaction() as transaction:
            for task_id in doomed:
                task = transaction.get(Task, task_id)
                if task is not None:
                    transaction.remove(task)
        return self._store.version != before

    def _surplus(self, key: SlotKey, limit: int | None) -> list[Task]:
        """The oldest ended tasks of a slot beyond the limit. A slot with several live tasks stays marked."""
        tasks = self._store.tasks_of_slot(key)
        if limit is None or len(tasks) <= limit:
            return []
        by_age = sorted(tasks, key=lambda task: task.status.timestamp)
        ended = [task for task in by_age if _has_ended(task)]
        surplus = ended[: len(tasks) - limit]
        reached = by_age.index(surplus[-1]) if len(surplus) == len(tasks) - limit else len(by_age)
        if sum(not _has_ended(task) for task in by_age[:reached]) > 1:
            self._dirty[key] = None
        return surplus

    def _limit(self, service_id: ServiceId) -> int | None:
        """How many tasks each slot of a service may keep; None for any number. Jobs keep all their tasks."""
        service = self._store.get(Service, service_id)
        if service is None or is_job(service.spec):
            return None
        attempts = restart_policy(service.spec.task).max_attempts
        limit = attempts + 1 if attempts > 0 else self._store.cluster().spec.task_history_retention_limit
        return None if limit < 0 else limit


def _is_over(task: Task) -> bool:
    """Whether the task is to be removed and does not run."""
    return task.desired_state is REMOVE and (task.state < ASSIGNED or task.state >= COMPLETE)


def _has_ended(task: Task) -> bool:
    """Whether the task does not run and never will."""
    return task.state.is_terminal or (task.state < ASSIGNED and task.desired_state > RUNNING)
