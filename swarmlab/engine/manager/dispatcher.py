"""Sessions with the nodes' agents: who is ready, who is down, assignments out, reports in.

Owns `node.status` and `node.description`, and writes what agents report of tasks; a task's state never goes down.
Sessions are memory of one leader: the next leader begins with every node `unknown`.
Source: swarmkit manager/dispatcher/{dispatcher,nodes}.go.
Simplification: agents do not call and beat; the dispatcher is told when the way to a node opened or closed
(`recheck`), and knows when a call or the lack of beats would have been noticed (heartbeats.py). So a node with which
nothing is wrong needs no timer.

The state `disconnected` exists, and nobody ever sees it: SwarmKit sets it when the dispatcher stops, that is when its
manager can write no more (`markNodeNotReady` asks whether the dispatcher runs). Recorded from 28.5.2: nodes are
`unknown` at once when a leader was demoted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from swarmlab.engine.assignment import AgentLink, AgentSide, Assignment
from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.manager.assignments import Assignments
from swarmlab.engine.manager.heartbeats import FIRST_CALL_S, GRACE, GRACE_UNKNOWN, Loss, lose, period_s
from swarmlab.engine.manager.registrations import Registrations
from swarmlab.engine.model import (
    ClusterObject,
    Node,
    NodeState,
    NodeStatus,
    Task,
    TaskState,
    TaskStatus,
    with_status,
)
from swarmlab.engine.store import Change, Hears, Store, Transaction

BATCH_S = 0.1
"""Reports are written, and assignments sent, together with what comes within this time."""

ORPHAN_AFTER_S = 24 * 3600.0

UNKNOWN_MESSAGE = 'Node moved to "unknown" state due to leadership change in cluster'
FAILED_MESSAGE = "heartbeat failure"
FAILED_UNKNOWN_MESSAGE = 'heartbeat failure for node in "unknown" state'

Links = Callable[[NodeId], AgentLink | None]
Act = Callable[[NodeId], bool]


@dataclass(slots=True)
class _Seen:
    """What the leader knows of one node. With `agent` there is a session; with `loss` the way to the node is broken.

    Until `learns_at` its agent still beats in `former_s`, the period that was declared before.
    """

    agent: AgentSide | None = None
    session_began: float = 0
    former_s: float = 0
    learns_at: float = 0
    registrations: Registrations = field(default_factory=Registrations)
    loss: Loss | None = None
    call: Timer | None = None
    expiry: Timer | None = None
    orphaning: Timer | None = None

    def cancel(self, *timers: Timer | None) -> None:
        """Cancel these timers, all without any."""
        for timer in timers or (self.call, self.expiry, self.orphaning):
            if timer is not None:
                timer.cancel()


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
        self._doubtful: dict[NodeId, None] = {}
        self._due: dict[tuple[NodeId, Act], None] = {}
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

    @property
    def hears(self) -> Hears:
        """Nodes whose tasks changed are marked, and new nodes."""
        return {Task: self._on_tasks, Node: self._on_nodes, ClusterObject: self._on_cluster}

    def _on_tasks(self, changes: Sequence[Change[Task]]) -> None:
        if self._assignments.note(changes):
            self._plan_batch()

    def _on_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in () if self._fresh else changes:
            if change.before is None:
                self._expect_call(change.object.id, FIRST_CALL_S)
            elif change.after is None:
                self._drop(change.object.id)

    def _on_cluster(self, changes: Sequence[Change[ClusterObject]]) -> None:
        for change in changes:
            if change.before is not None and change.after is not None:
                self._follow_period(change.before.spec.heartbeat_period_s, change.after.spec.heartbeat_period_s)

    def _follow_period(self, before_s: float, after_s: float) -> None:
        """An agent hears of another period with the answer to its next heartbeat. Source: nodes.go, Heartbeat."""
        if before_s == after_s:
            return
        for seen in self._seen.values():
            if seen.agent is not None and seen.loss is None:
                seen.former_s = before_s
                seen.learns_at = self._clock.now + self._chance.between(0, period_s(self._chance, before_s))

    def recheck(self, node_id: NodeId) -> None:
        """The way to a node may have opened or closed."""
        self._doubtful[node_id] = None
        self._clock.wake()

    def announce(self, node_id: NodeId) -> None:
        """The node's agent tries to register now (it just started); else it tries again by itself, within 8 s."""
        if self._leads and not self._fresh and self._store.get(Node, node_id) is not None:
            self._end_session(node_id)
            self._expect_call(node_id, 0)
            self._expect(node_id, self._clock.now + GRACE * period_s(self._chance, self._declared_s))

    def describe(self, node_id: NodeId) -> None:
        """The node says something new of itself."""
        self._due[node_id, self._describe] = None
        self._clock.wake()

    def _describe(self, node_id: NodeId) -> bool:
        node, agent = self._store.get(Node, node_id), self._session(node_id)
        if node is None or agent is None or node.description == agent.description:
            return False
        with self._store.transaction() as transaction:
            transaction.update(replace(node, description=agent.description))
        return True

    def _drop(self, node_id: NodeId) -> None:
        """The node is removed: what it runs for the swarm ends, where it can still be told. Recorded from 28.5.2."""
        self._look(node_id)
        agent = self._session(node_id)
        if agent is not None:
            agent.assign(Assignment(tasks=(), complete=True))
        self._assignments.forget(node_id)
        seen = self._seen.pop(node_id, None)
        if seen is not None:
            seen.cancel()

    # --- work ---

    def tick(self) -> bool:
        """Register, give up, assign, report: whatever is due."""
        if not self._leads:
            return False
        wrote = self._fresh and self._greet_all()
        if self._doubtful:
            doubtful, self._doubtful = self._doubtful, {}
            for node_id in doubtful:
                self._look(node_id)
        if self._due:
            due, self._due = self._due, {}
            for node_id, act in due:
                wrote |= node_id in self._seen and act(node_id)
        if self._batch_due:
            self._batch, self._batch_due = None, False
            self._assign()
            wrote |= self._write_reports()
        return wrote

    def _at(self, time: float, node_id: NodeId, act: Act) -> Timer:
        """Do `act` for a node when it is time."""

        def mark() -> None:
            self._due[node_id, act] = None

        return self._clock.at(time, mark)

    def _greet_all(self) -> bool:
        """A new leader knows nothing of any node. Source: swarmkit dispatcher.go, markNodesUnknown."""
        self._fresh = False
        with self._store.transaction() as transaction:
            for node in self._store.all(Node):
                self._expect_call(node.id, self._chance.between(FIRST_CALL_S, 2 * FIRST_CALL_S))
                self._seen[node.id].registrations.expect()
                if node.status.state is NodeState.DOWN:
                    self._plan_orphaning(node.id)
                else:
                    self._set_status(transaction, node, NodeState.UNKNOWN, UNKNOWN_MESSAGE)
                    self._expect(node.id, self._clock.now + GRACE_UNKNOWN * period_s(self._chance, self._declared_s))
        return True

    # --- sessions ---

    @property
    def _declared_s(self) -> float:
        return self._store.cluster().spec.heartbeat_period_s

    def _expect_call(self, node_id: NodeId, delay_s: float) -> None:
        """The node's agent calls after `delay_s`."""
        seen = self._seen.setdefault(node_id, _Seen())
        seen.cancel(seen.call)
        seen.call = self._at(self._clock.now + delay_s, node_id, self._answer)

    def _answer(self, node_id: NodeId) -> bool:
        """The agent calls: a session begins if the call arrives, else it calls again when it can."""
        link, now = self._links(node_id), self._clock.now
        if link is not None and link.connected():
            return self._register(node_id, link.agent)
        self._seen[node_id].loss = Loss(noticed_at=now, expires_at=now)
        return False

    def _look(self, node_id: NodeId) -> None:
        """See whether the way to a node is open or broken."""
        seen, link = self._seen.get(node_id), self._links(node_id)
        if seen is None:
            return
        reached = link is not None and link.connected()
        if not reached and seen.agent is not None and seen.loss is None:
            now = self._clock.now
            declared_s = seen.former_s if now < seen.learns_at else self._declared_s
            seen.loss = lose(self._chance, declared_s, now=now, session_began=seen.session_began)
            self._expect(node_id, seen.loss.expires_at)
        elif reached and seen.loss is not None:
            self._find_again(node_id, seen, seen.loss)

    def _find_again(self, node_id: NodeId, seen: _Seen, loss: Loss) -> None:
        """The way is open again: the session goes on if its agent noticed nothing, else it calls soon."""
        seen.loss = None
        now = self._clock.now
        if seen.agent is not None and now < loss.noticed_at:
            seen.cancel(seen.expiry)
            self._hear(node_id, seen.agent)
        else:
            self._end_session(node_id)
            self._expect_call(node_id, loss.next_call(now) - now)

    def _expect(self, node_id: NodeId, until: float) -> None:
        """The node must be heard of until then."""
        seen = self._seen[node_id]
        seen.cancel(seen.expiry)
        seen.expiry = self._at(until, node_id, self._expire)

    def _register(self, node_id: NodeId, agent: AgentSide) -> bool:
        """A session begins: the node is ready, is told everything, and tells everything."""
        seen, node = self._seen[node_id], self._store.get(Node, node_id)
        if node is None:
            return False
        if not seen.registrations.admit(self._clock.now):
            self._expect_call(node_id, seen.registrations.pause_s(self._chance))
            return False
        seen.agent, seen.session_began, seen.loss, seen.learns_at = agent, self._clock.now, None, 0
        seen.cancel()
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
        node, seen = self._store.get(Node, node_id), self._seen[node_id]
        is_heard = seen.agent is not None and seen.loss is None
        if is_heard or node is None or node.status.state is NodeState.DOWN:
            return False
        unknown = node.status.state is NodeState.UNKNOWN
        self._end_session(node_id)
        seen.registrations = Registrations()
        with self._store.transaction() as transaction:
            message = FAILED_UNKNOWN_MESSAGE if unknown else FAILED_MESSAGE
            self._set_status(transaction, node, NodeState.DOWN, message)
        self._plan_orphaning(node_id)
        return True

    def _plan_orphaning(self, node_id: NodeId) -> None:
        seen = self._seen.setdefault(node_id, _Seen())
        seen.cancel(seen.orphaning)
        seen.orphaning = self._at(self._clock.now + ORPHAN_AFTER_S, node_id, self._orphan)

    def _orphan(self, node_id: NodeId) -> bool:
        """Source: swarmkit dispatcher.go, moveTasksToOrphaned: the message stays."""
        tasks = [t for t in self._store.tasks_on_node(node_id) if TaskState.ASSIGNED <= t.state <= TaskState.RUNNING]
        with self._store.transaction() as transaction:
            for task in tasks:
                status = replace(task.status, state=TaskState.ORPHANED, timestamp=self._clock.now)
                transaction.update(with_status(task, status))
        return bool(tasks)

    # --- assignments out, reports in ---

    def _plan_batch(self) -> None:
        if self._batch is None:
            self._batch = self._clock.after(BATCH_S, self._mark_batch)

    def _mark_batch(self) -> None:
        self._batch_due = True

    def _session(self, node_id: NodeId) -> AgentSide | None:
        """The agent of a session over which messages pass now."""
        seen = self._seen.get(node_id)
        return seen.agent if seen is not None and seen.loss is None else None

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
        """Every state that a task went through is written, all of this batch in one transaction."""
        reporting, self._reporting = self._reporting, {}
        before = self._store.version
        with self._store.transaction() as transaction:
            for node_id in reporting:
                agent = self._session(node_id)
                for task_id, statuses in agent.take_reports().items() if agent is not None else ():
                    task = transaction.get(Task, task_id)
                    if task is None or task.node_id != node_id:
                        continue
                    if news := _news(task.status, statuses):
                        transaction.move(task, news)
                    elif statuses[-1] == task.status:
                        # A new session's agent tells what is known; it is written as applied now.
                        transaction.update(task)
        return self._store.version != before


def _news(known: TaskStatus, reported: Sequence[TaskStatus]) -> list[TaskStatus]:
    """What of the reports on a task says something new: never a lower state, never life after the end."""
    news = []
    for status in reported:
        if known.state.is_terminal or status.state < known.state:
            continue
        if status.state is not known.state or status != known:
            news.append(status)
            known = status
    return news
