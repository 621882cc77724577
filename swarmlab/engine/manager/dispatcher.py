"""Sessions with the nodes' agents: who is ready, who is down, assignments out, reports in.

Owns `node.status` and `node.description`, and writes what agents report of tasks; a task's state never goes down.
Sessions are memory of one leader: the next leader begins with every node `unknown`.
Source: swarmkit manager/dispatcher/{dispatcher,nodes,period}.go.
Simplification: agents do not call; the dispatcher looks for a node without session as often as its agent would call
(after 0.1 s at first, then ever more seldom, at last every 8 s). No limit on the rate of registrations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from swarmlab.engine.assignment import AgentLink, AgentSide, Assignment
from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.manager.assignments import Assignments
from swarmlab.engine.model import Node, NodeState, NodeStatus, Task, TaskState, TaskStatus
from swarmlab.engine.store import Action, Change, Store, Transaction

BATCH_S = 0.1
"""Reports are written, and assignments sent, together with what comes within this time."""

EPSILON_S = 0.5
GRACE = 3
GRACE_UNKNOWN = 6
ORPHAN_AFTER_S = 24 * 3600.0
FIRST_CALL_S = 0.1
LAST_CALL_S = 8.0

UNKNOWN_MESSAGE = 'Node moved to "unknown" state due to leadership change in cluster'
FAILED_MESSAGE = "heartbeat failure"
FAILED_UNKNOWN_MESSAGE = 'heartbeat failure for node in "unknown" state'

Links = Callable[[NodeId], AgentLink | None]


@dataclass(slots=True)
class _Seen:
    """What the leader knows of one node. With `agent` there is a session; else the node is looked for."""

    agent: AgentSide | None = None
    wait_s: float = FIRST_CALL_S
    next_look: Timer | None = None
    expiry: Timer | None = None
    orphaning: Timer | None = None
    timers: tuple[str, ...] = field(default=("next_look", "expiry", "orphaning"))

    def cancel(self, *names: str) -> None:
        """Cancel the timers of these names, all without any."""
        for name in names or self.timers:
            timer: Timer | None = getattr(self, name)
            if timer is not None:
                timer.cancel()
                setattr(self, name, None)


class Dispatcher:
    """One leader's sessions.

    Args:
        links: the way to a node's agent; None while there is no such node any more (it left, or never came).
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance, links: Links) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._links = links
        self._seen: dict[NodeId, _Seen] = {}
        self._assignments = Assignments(store)
        self._leads = False
        self._forget()

    def _forget(self) -> None:
        for seen in self._seen.values():
            seen.cancel()
        self._seen.clear()
        self._assignments.clear()
        self._fresh = False
        self._due: dict[NodeId, dict[str, None]] = {}
        self._batch: Timer | None = None
        self._batch_due = False
        self._reporting: dict[NodeId, None] = {}

    # --- leadership ---

    def start(self) -> None:
        """Leadership begins: nodes that are not down become `unknown` until they register."""
        self._leads = True
        self._fresh = True

    def stop(self) -> None:
        """Leadership ends: forget every session."""
        self._leads = False
        if self._batch is not None:
            self._batch.cancel()
        self._forget()

    # --- what happens elsewhere ---

    def on_change(self, change: Change) -> None:
        """Mark nodes whose tasks changed, and new nodes."""
        if isinstance(change.object, Task):
            if self._assignments.note(change):
                self._plan_batch()
        elif isinstance(change.object, Node) and not self._fresh:
            if change.action is Action.CREATE:
                self._look_for(change.object.id, FIRST_CALL_S)
            elif change.action is Action.REMOVE:
                self._drop(change.object.id)

    def announce(self, node_id: NodeId) -> None:
        """The node's agent tries to register now (it just started); else it tries again by itself, within 8 s."""
        if self._leads and not self._fresh and self._store.get(Node, node_id) is not None:
            self._end_session(node_id)
            self._look_for(node_id, 0)

    def _drop(self, node_id: NodeId) -> None:
        """The node is removed: what it runs for the swarm ends, where it can still be told. Recorded from 28.5.2."""
        agent = self._session(node_id)
        if agent is not None:
            agent.assign(Assignment(tasks=(), complete=True))
        self._assignments.forget(node_id)
        seen = self._seen.pop(node_id, None)
        if seen is not None:
            seen.cancel()

    # --- work ---

    def tick(self) -> bool:
        """Register, beat, assign, report: whatever is due."""
        if not self._leads:
            return False
        wrote = self._greet_all()
        due, self._due = self._due, {}
        for node_id, whats in due.items():
            for what in whats:
                if node_id in self._seen:
                    wrote |= self._look(node_id) if what == "look" else self._act(node_id, what)
        if self._batch_due:
            self._batch_due = False
            self._batch = None
            self._assign()
            wrote |= self._write_reports()
        return wrote

    def _mark(self, node_id: NodeId, what: str) -> Callable[[], None]:
        def mark() -> None:
            self._due.setdefault(node_id, {})[what] = None

        return mark

    def _act(self, node_id: NodeId, what: str) -> bool:
        return self._expire(node_id) if what == "expire" else self._orphan(node_id)

    def _greet_all(self) -> bool:
        """A new leader knows nothing of any node. Source: swarmkit dispatcher.go, markNodesUnknown."""
        if not self._fresh:
            return False
        self._fresh = False
        with self._store.transaction() as transaction:
            for node in self._store.all(Node):
                self._look_for(node.id, self._chance.between(FIRST_CALL_S, 2 * FIRST_CALL_S))
                if node.status.state is NodeState.DOWN:
                    self._plan_orphaning(node.id)
                else:
                    self._set_status(transaction, node, NodeState.UNKNOWN, UNKNOWN_MESSAGE)
                    self._expect(node.id, GRACE_UNKNOWN)
        return True

    # --- sessions ---

    def _look_for(self, node_id: NodeId, delay_s: float) -> None:
        """Look at the node again after `delay_s`: for a beat where there is a session, else to begin one."""
        seen = self._seen.setdefault(node_id, _Seen())
        seen.cancel("next_look")
        seen.next_look = self._clock.after(delay_s, self._mark(node_id, "look"))

    def _look(self, node_id: NodeId) -> bool:
        seen, link = self._seen[node_id], self._links(node_id)
        reached = link is not None and link.connected()
        if not reached:
            if seen.agent is not None:
                self._end_session(node_id)
            if link is not None:
                self._look_for(node_id, seen.wait_s)
                seen.wait_s = min(2 * seen.wait_s, LAST_CALL_S)
            return False
        wrote = seen.agent is None and link is not None and self._register(node_id, link.agent)
        self._look_for(node_id, self._period_s())
        self._expect(node_id, GRACE)
        return wrote

    def _period_s(self) -> float:
        """Source: swarmkit manager/dispatcher/period.go."""
        period_s = self._store.cluster().spec.heartbeat_period_s or 5
        return self._chance.between(period_s - EPSILON_S, period_s + EPSILON_S)

    def _expect(self, node_id: NodeId, periods: int) -> None:
        """The node must be heard of within so many periods."""
        seen = self._seen[node_id]
        seen.cancel("expiry")
        seen.expiry = self._clock.after(periods * self._period_s(), self._mark(node_id, "expire"))

    def _register(self, node_id: NodeId, agent: AgentSide) -> bool:
        """A session begins: the node is ready, is told everything, and tells everything."""
        seen, node = self._seen[node_id], self._store.get(Node, node_id)
        if node is None:
            return False
        seen.agent, seen.wait_s = agent, FIRST_CALL_S
        seen.cancel("orphaning")
        with self._store.transaction() as transaction:
            current = replace(node, description=agent.description)
            self._set_status(transaction, current, NodeState.READY, "", agent.address)
        agent.assign(self._assignments.everything(node_id))
        agent.connect(lambda: self._hear(node_id, agent))
        return True

    def _set_status(
        self, transaction: Transaction, node: Node, state: NodeState, message: str, addr: str | None = None
    ) -> None:
        status = NodeStatus(state=state, message=message, addr=node.status.addr if addr is None else addr)
        if replace(node, status=status) != self._store.get(Node, node.id):
            transaction.update(replace(node, status=status))

    def _end_session(self, node_id: NodeId) -> None:
        if node_id in self._seen:
            self._seen[node_id].agent = None
        self._assignments.forget(node_id)

    # --- nodes that are not heard of ---

    def _expire(self, node_id: NodeId) -> bool:
        node = self._store.get(Node, node_id)
        if node is None or node.status.state is NodeState.DOWN:
            return False
        unknown = node.status.state is NodeState.UNKNOWN
        self._end_session(node_id)
        with self._store.transaction() as transaction:
            message = FAILED_UNKNOWN_MESSAGE if unknown else FAILED_MESSAGE
            self._set_status(transaction, node, NodeState.DOWN, message)
        self._plan_orphaning(node_id)
        return True

    def _plan_orphaning(self, node_id: NodeId) -> None:
        seen = self._seen.setdefault(node_id, _Seen())
        seen.cancel("orphaning")
        seen.orphaning = self._clock.after(ORPHAN_AFTER_S, self._mark(node_id, "orphan"))

    def _orphan(self, node_id: NodeId) -> bool:
        """Source: swarmkit dispatcher.go, moveTasksToOrphaned: the message stays."""
        tasks = [t for t in self._store.tasks_on_node(node_id) if TaskState.ASSIGNED <= t.state <= TaskState.RUNNING]
        with self._store.transaction() as transaction:
            for task in tasks:
                status = replace(task.status, state=TaskState.ORPHANED, timestamp=self._clock.now)
                transaction.update(replace(task, status=status))
        return bool(tasks)

    # --- assignments out, reports in ---

    def _plan_batch(self) -> None:
        if self._batch is None:
            self._batch = self._clock.after(BATCH_S, self._mark_batch)

    def _mark_batch(self) -> None:
        self._batch_due = True

    def _session(self, node_id: NodeId) -> AgentSide | None:
        """The agent of a session over which messages pass now."""
        seen, link = self._seen.get(node_id), self._links(node_id)
        if seen is None or link is None or not link.connected():
            return None
        return seen.agent

    def _assign(self) -> None:
        for node_id in self._assignments.dirty():
            agent = self._session(node_id)
            if agent is not None:
                agent.assign(self._assignments.changes(node_id))

    def _hear(self, node_id: NodeId, agent: AgentSide) -> None:
        if node_id in self._seen and self._seen[node_id].agent is agent:
            self._reporting[node_id] = None
            self._plan_batch()

    def _write_reports(self) -> bool:
        reporting, self._reporting = self._reporting, {}
        wrote = False
        with self._store.transaction() as transaction:
            for node_id in reporting:
                agent = self._session(node_id)
                for report in agent.take_reports() if agent is not None else ():
                    task = self._store.get(Task, report.task_id)
                    if task is not None and task.node_id == node_id and _moves_on(task.status, report.status):
                        transaction.update(replace(task, status=report.status))
                        wrote = True
        return wrote


def _moves_on(known: TaskStatus, reported: TaskStatus) -> bool:
    """Whether a report says something new: never a lower state, never life after the end."""
    return reported != known and not known.state.is_terminal and reported.state >= known.state
