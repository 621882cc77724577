"""Restarts: replaces an ended or lost task in its slot, and starts replacements when it is time.

Owns the desired state of a replaced task (SHUTDOWN) and of its replacement (READY, later RUNNING), and the count of
restarts. An orchestrator decides which tasks it hands over; each has a supervisor of its own.
Source: swarmkit manager/orchestrator/restart/restart.go, taskinit/init.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import Chance, NodeId, ServiceId, TaskId
from swarmlab.engine.manager.tasks import Slot, new_task, newest
from swarmlab.engine.model import (
    Availability,
    Global,
    GlobalJob,
    Node,
    NodeState,
    RestartCondition,
    Service,
    Task,
    TaskState,
    UpdateState,
    restart_delay_s,
    restart_policy,
)
from swarmlab.engine.store import Change, SlotKey, Store, Transaction, slot_key

OLD_TASK_TIMEOUT_S = 60.0


@dataclass(slots=True, eq=False)
class DelayedStart:
    """A task with desired state READY that waits for its delay and for the end of the task that it replaces."""

    task_id: TaskId
    elapsed: bool
    old_ended: bool
    after: tuple[TaskId | NodeId, ...] = ()
    has_waiter: bool = False
    done: bool = False
    timers: list[Timer] = field(default_factory=list)
    on_done: list[Callable[[], None]] = field(default_factory=list)


@dataclass(slots=True)
class _History:
    """The restarts of one slot under one spec version."""

    spec_version: int | None
    total: int = 0
    at: list[float] = field(default_factory=list)


class RestartSupervisor:
    """Replaces tasks of one orchestrator's services.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids of the replacements.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance
        self._forget()

    def _forget(self) -> None:
        self._delays: dict[TaskId, DelayedStart] = {}
        self._by_old: dict[TaskId | NodeId, dict[TaskId, None]] = {}
        self._ready: dict[TaskId, None] = {}
        self._history: dict[ServiceId, dict[SlotKey, _History]] = {}

    def stop(self) -> None:
        """Forget all delays and restarts; nothing starts any more."""
        for delay in self._delays.values():
            for timer in delay.timers:
                timer.cancel()
        self._forget()

    # --- replacing ---

    def restart(self, transaction: Transaction, service: Service, task: Task) -> None:
        """Shut the task down and, if its restart policy says so, create its replacement.

        A replacement that ends before it was started is replaced only after its own delay: a task that cannot run is
        tried once a delay.
        """
        delay = self._delays.get(task.id)
        if delay is not None:
            delay.has_waiter = True
            return
        if task.desired_state > TaskState.COMPLETE:
            return
        transaction.update(replace(task, desired_state=TaskState.SHUTDOWN))
        if not self._should_restart(task, service):
            return
        replacement = self._replacement(service, task)
        transaction.create(replacement)
        self._record(replacement, self._clock.now)
        node = transaction.get(Node, task.node_id)
        drained = node is not None and node.spec.availability is Availability.DRAIN
        delay_s = 0 if drained else restart_delay_s(task.spec)
        self.delay_start(replacement.id, delay_s=delay_s, after=task)

    def _replacement(self, service: Service, task: Task) -> Task:
        """A task for the same slot, or the same node of a global service, that does not start yet."""
        is_global = isinstance(service.spec.mode, Global | GlobalJob)
        return new_task(
            service,
            self._chance,
            self._clock.now,
            slot=task.slot,
            node_id=task.node_id if is_global else "",
            desired_state=TaskState.READY,
        )

    def _should_restart(self, task: Task, service: Service) -> bool:
        policy = restart_policy(task.spec)
        match policy.condition:
            case RestartCondition.NONE:
                return False
            case RestartCondition.ON_FAILURE if task.state is TaskState.COMPLETE:
                return False
        history = self._history.get(task.service_id, {}).get(_history_key(task))
        if not policy.max_attempts or history is None or history.spec_version != task.spec_version:
            return True
        if not policy.window_s:
            return history.total < policy.max_attempts
        failed_at = task.status.timestamp
        history.at = [at for at in history.at if at > failed_at - policy.window_s]
        return sum(at < failed_at for at in history.at) < policy.max_attempts

    def _record(self, replacement: Task, at: float) -> None:
        if not restart_policy(replacement.spec).max_attempts:
            return
        slots = self._history.setdefault(replacement.service_id, {})
        history = slots.get(slot_key(replacement))
        if history is None or history.spec_version != replacement.spec_version:
            history = slots[slot_key(replacement)] = _History(replacement.spec_version)
        history.total += 1
        if restart_policy(replacement.spec).window_s:
            history.at.append(at)

    def forget_service(self, service_id: ServiceId) -> None:
        """Forget the restarts of a removed service."""
        self._history.pop(service_id, None)

    def updatable(self, slot: Slot, service: Service) -> Slot:
        """The tasks of a slot that fill it: live ones, else the newest if it ended for good. Empty for a dead slot.

        While a service is rolled back a task that ended for good fills nothing, so the rollback starts it again.
        """
        live = [task for task in slot if task.desired_state <= TaskState.RUNNING]
        if live or not slot:
            return live
        if service.update_status is not None and service.update_status.state is UpdateState.ROLLBACK_STARTED:
            return []
        last = newest(slot)
        return [] if self._should_restart(last, service) else [last]

    # --- starting replacements ---

    def delay_start(self, task_id: TaskId, *, delay_s: float = 0, after: Task | None = None) -> DelayedStart:
        """Let a READY task run in `delay_s` seconds, and not before the task `after` has ended.

        The wait for the old task ends too when its node is lost, and at most a minute from now.
        """
        self.cancel(task_id)
        waits = after is not None and not after.state.is_terminal and not self._is_down(after.node_id)
        delay = DelayedStart(task_id, elapsed=not delay_s, old_ended=not waits)
        self._delays[task_id] = delay
        if delay_s:
            delay.timers.append(self._clock.after(delay_s, lambda: self._mark_elapsed(delay)))
        if waits and after is not None:
            delay.after = (after.id, after.node_id)
            delay.timers.append(self._clock.after(OLD_TASK_TIMEOUT_S, lambda: self._mark_old_ended(delay)))
            for key in delay.after:
                self._by_old.setdefault(key, {})[task_id] = None
        self._mark_if_ready(delay)
        return delay

    def _is_down(self, node_id: NodeId) -> bool:
        node = self._store.get(Node, node_id)
        return bool(node_id) and (node is None or node.status.state is NodeState.DOWN)

    def _mark_elapsed(self, delay: DelayedStart) -> None:
        delay.elapsed = True
        self._mark_if_ready(delay)

    def _mark_old_ended(self, delay: DelayedStart) -> None:
        delay.old_ended = True
        self._mark_if_ready(delay)

    def _mark_if_ready(self, delay: DelayedStart) -> None:
        if delay.elapsed and delay.old_ended and not delay.done:
            self._ready[delay.task_id] = None

    def cancel(self, task_id: TaskId) -> None:
        """Start the task no more by itself; who waits for its start is told."""
        delay = self._delays.get(task_id)
        if delay is not None:
            self._finish(delay)

    def _finish(self, delay: DelayedStart) -> None:
        delay.done = True
        del self._delays[delay.task_id]
        self._ready.pop(delay.task_id, None)
        for key in delay.after:
            waiting = self._by_old.get(key, {})
            waiting.pop(delay.task_id, None)
            if not waiting:
                self._by_old.pop(key, None)
        for timer in delay.timers:
            timer.cancel()
        for callback in delay.on_done:
            callback()

    def on_end(self, task: Task) -> None:
        """A task has ended, perhaps one that another waits for."""
        self._old_ended(task.id)

    def on_node(self, change: Change[Node]) -> None:
        """Notice that a node of old tasks is lost."""
        if change.after is None or change.after.status.state is NodeState.DOWN:
            self._old_ended(change.object.id)

    def forget(self, task: Task) -> None:
        """A task is no more, be it an old one or one that waits for its start."""
        self._old_ended(task.id)
        self.cancel(task.id)

    def _old_ended(self, id_: TaskId | NodeId) -> None:
        for task_id in list(self._by_old.get(id_, ())):
            self._mark_old_ended(self._delays[task_id])

    def tick(self) -> bool:
        """Start what is ready, then restart what ended before its start."""
        if not self._ready:
            return False
        before = self._store.version
        ready, self._ready = [self._delays[id_] for id_ in self._ready], {}
        with self._store.transaction() as transaction:
            for delay in ready:
                start_now(transaction, delay.task_id)
        for delay in ready:
            self._finish(delay)
        with self._store.transaction() as transaction:
            for delay in ready:
                if delay.has_waiter:
                    self._restart_late(transaction, delay.task_id)
        return self._store.version != before

    def _restart_late(self, transaction: Transaction, task_id: TaskId) -> None:
        task = transaction.get(Task, task_id)
        service = transaction.get(Service, task.service_id) if task else None
        if task is not None and service is not None and task.desired_state <= TaskState.RUNNING:
            self.restart(transaction, service, task)

    # --- after a change of leader ---

    def resume(self, tasks: Iterable[Task]) -> None:
        """Take up what another leader began: READY tasks wait for the rest of their delay, restarts are counted."""
        slots: dict[SlotKey, Slot] = {}
        with self._store.transaction() as transaction:
            for task in tasks:
                slots.setdefault(slot_key(task), []).append(task)
                if task.desired_state is TaskState.READY and task.state <= TaskState.COMPLETE:
                    delay_s = restart_delay_s(task.spec)
                    rest_s = min(delay_s, task.status.timestamp + delay_s - self._clock.now)
                    if rest_s > 0:
                        self.delay_start(task.id, delay_s=rest_s)
                    else:
                        start_now(transaction, task.id)
        for slot in slots.values():
            version = max(task.spec_version or 0 for task in slot)
            for task in [task for task in slot if task.spec_version == version][1:]:
                self._record(task, task.meta.created_at)


def start_now(transaction: Transaction, task_id: TaskId) -> None:
    """Let a READY task run, a job's task to its end."""
    task = transaction.get(Task, task_id)
    if task is not None and task.desired_state < TaskState.RUNNING:
        wanted = TaskState.RUNNING if task.job_iteration is None else TaskState.COMPLETE
        transaction.update(replace(task, desired_state=wanted))


def _history_key(task: Task) -> SlotKey:
    """Under which key the restarts of a task's slot are looked up.

    A job's slots count from 0, and its tasks are looked up without their node. Restarts of a global job are recorded
    with it, so they are never found: Swarm's MaxAttempts means nothing to global jobs. Source: shouldRestart.
    """
    return slot_key(task) if task.job_iteration is None else (task.service_id, task.slot or NodeId(""))
