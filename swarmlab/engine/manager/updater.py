"""One rolling update or rollback: replaces the outdated tasks of a service, a few slots at a time.

Owns a service's update status, the desired state of the tasks that it replaces (SHUTDOWN) and of those that it creates
(READY, then RUNNING through the restart supervisor). Does not scale: the orchestrator says which slots there are.
Source: swarmkit manager/orchestrator/update/updater.go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import Chance, TaskId
from swarmlab.engine.manager import update_status
from swarmlab.engine.manager.restarts import DelayedStart, RestartSupervisor
from swarmlab.engine.manager.tasks import Slot, is_dirty, new_task
from swarmlab.engine.model import (
    DEFAULT_UPDATE,
    DEFAULT_UPDATE_MONITOR_S,
    FailureAction,
    Global,
    Node,
    Service,
    Task,
    TaskState,
    UpdateConfig,
    UpdateOrder,
    UpdateState,
)
from swarmlab.engine.store import Store, Transaction

_END = object()


class _AlreadyShutDown(Exception):
    """The updater came to a slot whose tasks someone else replaced meanwhile: nothing is to be done there."""


class _Phase(Enum):
    """How far one run of the updater is."""

    NEW = auto()
    ROLLING = auto()  # handing out slots
    FINISHING = auto()  # no slot is handed out any more, those in work are waited for
    MONITORING = auto()  # all slots are done, failures still count
    DONE = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the updater is about: the service as declared when it begins, all its slots, whom to wake."""

    service: Service
    slots: list[Slot]
    wake: Callable[[], None]


class Updater:
    """One run over the outdated slots of one service.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids of new tasks, and the order of slots.
        restarts: starts the new tasks.
        run: what is to be brought up to date.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, restarts: RestartSupervisor, run: Run) -> None:
        self._store, self._clock, self._chance, self._restarts = store, clock, chance, restarts
        self.service, self._slots, self._wake = run.service, run.slots, run.wake
        self._config = _config(run.service)
        self._monitor_s = _monitor_s(self._config)
        self._queue: deque[Slot] = deque()
        self._dirty = 0
        self._workers: dict[Iterator[None], None] = {}
        self._up_since: dict[TaskId, float | None] = {}
        self._ended: deque[Task] = deque()
        self._failed: set[TaskId] = set()
        self._stopped = False
        self._timers: list[Timer] = []
        self._monitored = False
        self._phase = _Phase.NEW

    @property
    def done(self) -> bool:
        """Whether the run is over."""
        return self._phase is _Phase.DONE

    def cancel(self) -> None:
        """Give the run up at once; what it has begun stays as it is."""
        self._phase = _Phase.DONE
        self._workers, self._queue = {}, deque()
        for timer in self._timers:
            timer.cancel()

    def on_task(self, task: Task) -> None:
        """Note what became of a task of the service."""
        if task.id in self._up_since:
            if task.state.is_terminal and self._config.failure_action is not FailureAction.CONTINUE:
                self._ended.append(task)
            self._wake()

    def advance(self) -> None:
        """Do whatever can be done now."""
        if self._phase is _Phase.NEW:
            self._begin()
        if self._phase in (_Phase.ROLLING, _Phase.MONITORING):
            self._count_failures()
        self._work()
        if self._phase is _Phase.ROLLING and not self._queue:
            self._phase = _Phase.FINISHING
        while self._phase is _Phase.FINISHING and not self._workers:
            self._monitor()

    def _begin(self) -> None:
        status = self.service.update_status
        state = status.state if status else None
        if state in (UpdateState.PAUSED, UpdateState.ROLLBACK_PAUSED):
            self._phase = _Phase.DONE
            return
        dirty = [slot for slot in self._slots if len(slot) > 1 or self._is_dirty(slot[0])]
        self._queue.extend(self._chance.shuffled(dirty))
        self._dirty = len(dirty)
        if not self._dirty:
            self._phase = _Phase.DONE
            if state in (UpdateState.UPDATING, UpdateState.ROLLBACK_STARTED):
                self._complete()
            return
        self._phase = _Phase.ROLLING
        if state is None:
            self._write_status(lambda service: update_status.started(service, self._clock.now))

    def _is_dirty(self, task: Task) -> bool:
        return is_dirty(task, self.service, self._store.get(Node, task.node_id))

    # --- slots ---

    def _work(self) -> None:
        """Let the slots in work go on, and begin others as long as parallelism allows."""
        for worker in list(self._workers):
            self._resume(worker)
        while self._phase is _Phase.ROLLING and self._queue and len(self._workers) < self._parallelism:
            worker = self._update_slot(self._queue.popleft())
            self._workers[worker] = None
            self._resume(worker)

    @property
    def _parallelism(self) -> int:
        return self._config.parallelism or self._dirty

    def _resume(self, worker: Iterator[None]) -> None:
        if next(worker, _END) is _END:
            self._workers.pop(worker, None)

    def _update_slot(self, slot: Slot) -> Iterator[None]:
        """Bring one slot up to date; yields whenever it has to wait."""
        clean = [task for task in slot if task.desired_state <= TaskState.RUNNING and not self._is_dirty(task)]
        running = [task for task in clean if task.desired_state is TaskState.RUNNING]
        try:
            if clean:
                yield from self._keep_only((running or clean[-1:])[0], slot)
            else:
                yield from self._replace(slot)
        except _AlreadyShutDown:
            pass
        if self._config.delay_s:
            until = self._clock.now + self._config.delay_s
            self._timers.append(self._clock.at(until, self._wake))
            while self._clock.now < until:
                yield

    def _keep_only(self, kept: Task, slot: Slot) -> Iterator[None]:
        others = [task for task in slot if task.id != kept.id]
        with self._store.transaction() as transaction:
            old = self._shut_down(transaction, others)
        if kept.desired_state is not TaskState.RUNNING:
            yield from self._wait_start(self._restarts.delay_start(kept.id, after=old))

    def _replace(self, slot: Slot) -> Iterator[None]:
        """Replace the tasks of a slot by a new one and wait, however long, until it is up or has ended."""
        start_first = self._config.order is UpdateOrder.START_FIRST
        is_global = isinstance(self.service.spec.mode, Global)
        task = new_task(
            self.service,
            self._chance,
            self._clock.now,
            slot=slot[0].slot,
            node_id=slot[0].node_id if is_global else "",
            desired_state=TaskState.READY,
        )
        with self._store.transaction() as transaction:
            if transaction.get(Service, self.service.id) is None:
                raise _AlreadyShutDown
            old = None if start_first else self._shut_down(transaction, slot)
            self._up_since[task.id] = None
            transaction.create(task)
        yield from self._wait_start(self._restarts.delay_start(task.id, after=old))
        while (state := self._state_of(task.id)) is not None and state < TaskState.RUNNING:
            yield
        self._up_since[task.id] = self._clock.now
        if start_first and state is TaskState.RUNNING:
            with self._store.transaction() as transaction:
                self._shut_down(transaction, slot)

    def _state_of(self, task_id: TaskId) -> TaskState | None:
        task = self._store.get(Task, task_id)
        return task.state if task else None

    def _wait_start(self, delay: DelayedStart) -> Iterator[None]:
        delay.on_done.append(self._wake)
        while not delay.done:
            yield

    def _shut_down(self, transaction: Transaction, tasks: Slot) -> Task | None:
        """Shut down those of the tasks that were live when the run began. Returns one of them.

        Raises:
            _AlreadyShutDown: there were live ones, but someone else shut them all down.
        """
        live = [task for task in tasks if task.desired_state <= TaskState.RUNNING]
        present = [transaction.get(Task, task.id) for task in live]
        shut = [task for task in present if task is not None and task.desired_state <= TaskState.RUNNING]
        if live and not shut:
            raise _AlreadyShutDown
        for task in shut:
            transaction.update(replace(task, desired_state=TaskState.SHUTDOWN))
        return shut[-1] if shut else None

    # --- failures and the end ---

    def _count_failures(self) -> None:
        while self._ended:
            task = self._ended.popleft()
            if self._is_failure(task) and self._act_on_failure(task):
                self._queue.clear()
                self._phase = _Phase.FINISHING
                return

    def _is_failure(self, task: Task) -> bool:
        """A task of this run that ended before it was up, or soon after; whatever its end was. Each counts once."""
        up_since = self._up_since[task.id]
        soon = up_since is None or self._clock.now - up_since <= self._monitor_s
        if task.id in self._failed or not soon:
            return False
        self._failed.add(task.id)
        return len(self._failed) / self._dirty > self._config.max_failure_ratio

    def _act_on_failure(self, task: Task) -> bool:
        cause = f"due to failure or early termination of task {task.id}"
        if self._config.failure_action is FailureAction.PAUSE:
            self._stopped = True
            self._write_status(lambda service: update_status.paused(service, f"update paused {cause}"))
        elif _in_rollback(self.service):
            # SwarmKit does not mark itself stopped here: after the monitor it overwrites the status with `completed`.
            self._write_status(lambda service: update_status.paused(service, f"rollback paused {cause}"))
        else:
            self._stopped = True
            self._write_status(lambda service: update_status.rolled_back(service, f"update rolled back {cause}"))
        return True

    def _monitor(self) -> None:
        """All slots are done: watch for failures a while longer, then the update is complete."""
        if self._stopped or self._monitored:
            self._phase = _Phase.DONE
            if not self._stopped:
                self._complete()
            return
        self._phase, self._monitored = _Phase.MONITORING, True
        if self._config.delay_s >= self._monitor_s:  # else a failure during the last rest would be too old to count
            self._monitor_s = self._config.delay_s + 1
        self._timers.append(self._clock.after(self._monitor_s, self._end_monitoring))
        self._count_failures()

    def _end_monitoring(self) -> None:
        if self._phase is _Phase.MONITORING:
            self._phase = _Phase.FINISHING
            self._wake()

    def _complete(self) -> None:
        self._write_status(lambda service: update_status.completed(service, self._clock.now))

    def _write_status(self, change: Callable[[Service], Service | None]) -> None:
        with self._store.transaction() as transaction:
            service = transaction.get(Service, self.service.id)
            changed = change(service) if service else None
            if changed is not None:
                transaction.update(changed)


def _in_rollback(service: Service) -> bool:
    return service.update_status is not None and service.update_status.state is UpdateState.ROLLBACK_STARTED


def _config(service: Service) -> UpdateConfig:
    """The update config in force, or the rollback config while the service is rolled back."""
    return (service.spec.rollback if _in_rollback(service) else service.spec.update) or DEFAULT_UPDATE


def _monitor_s(config: UpdateConfig) -> float:
    return DEFAULT_UPDATE_MONITOR_S if config.monitor_s is None else config.monitor_s
