"""The scheduler: gives pending tasks a node, or says why not. Spread is the only strategy.

Owns a task's state ASSIGNED, its node, and the reason while it stays PENDING. Never moves a task that has a node: no
rebalancing, no preemption. Changes are gathered for 50 ms (at most a second) before a pass.
Source: swarmkit manager/scheduler/scheduler.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import Chance, NodeId, TaskId
from swarmlab.engine.manager.filters import Pipeline
from swarmlab.engine.manager.generic_resources import choose
from swarmlab.engine.manager.nodeset import NodeInfo, SpecKey, spec_key
from swarmlab.engine.manager.spreading import Spreading
from swarmlab.engine.model import Node, Service, Task, TaskStatus, reservations, with_node
from swarmlab.engine.model.words import ASSIGNED, COMPLETE, FAILED, PENDING, REJECTED, RUNNING, SHUTDOWN
from swarmlab.engine.store import Change, Hears, Store

DEBOUNCE_S = 0.05
MAX_LATENCY_S = 1.0


class Scheduler:
    """Assigns tasks to nodes.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: which of several equally good nodes, and which slot goes where.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance
        self._forget()

    def _forget(self) -> None:
        self._nodes: dict[NodeId, NodeInfo] = {}
        self._waiting: dict[TaskId, Task] = {}
        self._unassigned: dict[TaskId, None] = {}
        self._preassigned: dict[TaskId, None] = {}
        self._chosen_by_others: set[TaskId] = set()
        self._wanted = False
        self._due = False
        self._timer: Timer | None = None
        self._debouncing_since = 0.0
        self._version_seen = -1

    def start(self) -> None:
        """Learn nodes and tasks from the store; the first pass is at once."""
        for node in self._store.all(Node):
            self._nodes[node.id] = NodeInfo(node)
        for task in self._store.all(Task):
            if not (task.state is PENDING and task.desired_state > COMPLETE):
                self._learn(task)
        self._wanted = self._due = True

    def stop(self) -> None:
        """Forget everything, what failed where included."""
        if self._timer is not None:
            self._timer.cancel()
        self._forget()

    # --- learning ---

    @property
    def hears(self) -> Hears:
        """The memory of nodes and tasks is kept current; a pass is planned when something may have become possible."""
        return {Task: self._on_tasks, Node: self._on_nodes}

    def _on_tasks(self, changes: Sequence[Change[Task]]) -> None:
        for change in changes:
            if self._unlearn(change.object) if change.after is None else self._learn(change.after):
                self._wanted = True
        self._debounce()

    def _on_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes:
            self._learn_node(change.object, removed=change.after is None)
        self._debounce()

    def _learn_node(self, node: Node, *, removed: bool) -> None:
        if removed:
            self._nodes.pop(node.id, None)
            return
        if node.id in self._nodes:
            self._nodes[node.id].node = node
        else:
            self._nodes[node.id] = NodeInfo(node)
        self._wanted = True

    def _learn(self, task: Task) -> bool:
        """Take note of a task as it is now. Returns whether tasks without a node should be tried again."""
        state = task.status.state
        if state > RUNNING:
            return self._learn_end(task)
        if state > PENDING:
            info = self._nodes.get(task.node_id)
            if info is not None:
                info.put(task)
            return False
        return state is PENDING and self._learn_waiting(task)

    def _learn_waiting(self, task: Task) -> bool:
        self._waiting[task.id] = task
        if task.node_id:
            self._preassigned[task.id] = None
            self._chosen_by_others.add(task.id)
            return False
        self._unassigned[task.id] = None
        return True

    def _learn_end(self, task: Task) -> bool:
        failed = task.state in (FAILED, REJECTED)
        chosen_by_others = task.id in self._chosen_by_others
        if not self._unlearn(task):
            return False
        if failed and not chosen_by_others and task.node_id in self._nodes:
            self._nodes[task.node_id].failed(task, self._clock.now)
        return True

    def _unlearn(self, task: Task) -> bool:
        """Know of a task no more. Returns whether it was waiting or on a node."""
        self._unassigned.pop(task.id, None)
        self._preassigned.pop(task.id, None)
        self._chosen_by_others.discard(task.id)
        info = self._nodes.get(task.node_id)
        return self._waiting.pop(task.id, None) is not None or (info is not None and info.remove(task.id))

    def _debounce(self) -> None:
        """Once for each transaction that wants it: (re)start the wait before the next pass, unless it lasts too long.

        A transaction's changes come by type, each type's at once; any of them may be the one that wants a pass.
        """
        if self._version_seen == self._store.version or not (self._wanted or self._preassigned):
            return
        self._version_seen = self._store.version
        if self._timer is None:
            self._debouncing_since = self._clock.now
        else:
            self._timer.cancel()
        if self._clock.now - self._debouncing_since > MAX_LATENCY_S:
            self._mark_due()
        else:
            self._timer = self._clock.after(DEBOUNCE_S, self._mark_due)

    def _mark_due(self) -> None:
        self._timer, self._due = None, True

    # --- deciding ---

    def tick(self) -> bool:
        """Make a pass if one is due: first tasks whose node is preset, then all others."""
        if not self._due:
            return False
        self._due = False
        wrote = self._apply(self._fit_preassigned())
        if self._wanted:
            self._wanted = False
            wrote |= self._apply(self._place_unassigned())
        return wrote

    def _apply(self, decisions: Iterable[Task]) -> bool:
        """Write what changes; a reason that stays the same is not written again."""
        before = self._store.version
        with self._store.transaction() as transaction:
            for task in decisions:
                old = transaction.get(Task, task.id)
                if old is not None and _is_news(old.status, task.status):
                    transaction.update(task)
        return self._store.version != before

    def _fit_preassigned(self) -> list[Task]:
        """The preset node takes the task, or the task is told why not."""
        confirmed = self._status("scheduler confirmed task can run on preassigned node")
        decisions = []
        for task in [self._waiting[id_] for id_ in self._preassigned]:
            info = self._nodes.get(task.node_id)
            if info is None:
                continue
            pipeline = Pipeline(task)
            if pipeline.passes(info):
                task = self._assigned(task, info, confirmed)
                del self._preassigned[task.id]
            else:
                task = self._unplaced(task, pipeline.explain())
            decisions.append(task)
        return decisions

    def _place_unassigned(self) -> list[Task]:
        """Place the waiting tasks, those of one service and spec version together."""
        groups: dict[SpecKey, list[Task]] = {}
        for id_ in self._unassigned:
            groups.setdefault(spec_key(self._waiting[id_]), []).append(self._waiting[id_])
        self._unassigned = {}
        return [decision for group in groups.values() for decision in self._place_group(group)]

    def _place_group(self, group: list[Task]) -> list[Task]:
        assigned = self._status("scheduler assigned task to node")
        spreading = Spreading(
            tasks=self._chance.shuffled(group),
            nodes=self._chance.shuffled(list(self._nodes.values())),
            now=self._clock.now,
            assign=lambda task, info: self._assigned(task, info, assigned),
        )
        return spreading.placed + [self._no_suitable_node(task, spreading.explanation) for task in spreading.left]

    def _status(self, message: str) -> TaskStatus:
        """The status of all tasks that are assigned at this moment, and for the same reason."""
        return TaskStatus(timestamp=self._clock.now, state=ASSIGNED, message=message)

    def _assigned(self, task: Task, info: NodeInfo, status: TaskStatus) -> Task:
        wanted = reservations(task.spec).generic_resources
        given = choose(info.free_generic, wanted) if wanted else ()
        assigned = with_node(task, status, info.node.id, given)
        del self._waiting[task.id]
        info.put(assigned)
        return assigned

    def _unplaced(self, task: Task, err: str) -> Task:
        task = replace(task, status=replace(task.status, timestamp=self._clock.now, err=err))
        self._waiting[task.id] = task
        return task

    def _no_suitable_node(self, task: Task, explanation: str) -> Task:
        """The task waits on with the reason; one of an old spec that is to stop anyway ends here."""
        service = self._store.get(Service, task.service_id)
        if service is None:
            return task
        if task.spec_version is not None and service.spec_version > task.spec_version:
            ends = task.state is PENDING and task.desired_state >= SHUTDOWN
            status = replace(task.status, timestamp=self._clock.now, state=SHUTDOWN, err="")
            return replace(task, status=status) if ends else task
        self._unassigned[task.id] = None
        return self._unplaced(task, f"no suitable node ({explanation})" if explanation else "no suitable node")


def _is_news(known: TaskStatus, decided: TaskStatus) -> bool:
    return known.state is not decided.state or (known.message, known.err) != (decided.message, decided.err)
