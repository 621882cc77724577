"""Tests of the leader's sessions with the nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from swarmlab.engine.assignment import Assignment, Reports
from swarmlab.engine.clock import Clock
from swarmlab.engine.host.logs import LogOptions
from swarmlab.engine.ids import Chance, ClusterId, NodeId, ServiceId, TaskId
from swarmlab.engine.manager.dispatcher import Dispatcher
from swarmlab.engine.model import (
    ClusterObject,
    ContainerSpec,
    Node,
    NodeDescription,
    NodeSpec,
    NodeState,
    Task,
    TaskSpec,
    TaskState,
    TaskStatus,
    TLSInfo,
)
from swarmlab.engine.store import Store

N1 = NodeId("n1")


class RecordingAgent:
    """An agent that writes down what it is told."""

    def __init__(self) -> None:
        self.node_id = N1
        self.description = NodeDescription(hostname="host-1")
        self.address = "172.31.16.11"
        self.up = True
        self.agent = self
        self.told: list[Assignment] = []
        self.reports: dict[TaskId, list[TaskStatus]] = {}
        self.on_reports: Callable[[], None] = lambda: None

    def connected(self) -> bool:
        return self.up

    def connect(self, on_reports: Callable[[], None]) -> None:
        self.on_reports = on_reports

    def assign(self, assignment: Assignment) -> None:
        self.told.append(assignment)

    def take_reports(self) -> Reports:
        taken, self.reports = self.reports, {}
        return taken

    def open_logs(self, task_id: TaskId, options: LogOptions) -> None:
        return None

    def report(self, task_id: str, state: TaskState, message: str = "") -> None:
        status = TaskStatus(timestamp=0, state=state, message=message)
        self.reports.setdefault(TaskId(task_id), []).append(status)
        self.on_reports()


class Leader:
    """A store with one node, and its dispatcher."""

    def __init__(self) -> None:
        self.clock = Clock(1000.0)
        self.store = Store(self.clock)
        self.agent = RecordingAgent()
        with self.store.transaction() as transaction:
            tls = TLSInfo(trust_root="", cert_issuer_subject=b"", cert_issuer_public_key=b"")
            transaction.create(ClusterObject(id=ClusterId("c"), tls_info=tls, worker_token="", manager_token=""))
            transaction.create(Node(id=N1, spec=NodeSpec()))
        self.dispatcher = Dispatcher(self.store, self.clock, Chance(1), lambda node_id: self.agent)
        for type_, hear in self.dispatcher.hears.items():
            self.store.subscribe(hear, type_)
        self.dispatcher.start()
        self.advance(1)

    def advance(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.run_due() or self.dispatcher.tick():
            pass
        while (due := self.clock.next_due()) is not None and due <= end:
            self.clock.move_to(due)
            while self.clock.run_due() or self.dispatcher.tick():
                pass
        self.clock.move_to(end)

    def connect(self, up: bool) -> None:
        """Open or break the way to the node's agent."""
        self.agent.up = up
        self.dispatcher.recheck(N1)
        self.advance(0)

    def node(self) -> Node:
        node = self.store.get(Node, N1)
        assert node is not None
        return node

    def declare_period(self, seconds: float) -> None:
        """`docker swarm update --dispatcher-heartbeat`."""
        cluster = self.store.cluster()
        with self.store.transaction() as transaction:
            transaction.update(replace(cluster, spec=replace(cluster.spec, heartbeat_period_s=seconds)))
        self.advance(0)

    def until_state(self, state: NodeState, limit_s: float = 60) -> float:
        began = self.clock.now
        while self.node().status.state is not state:
            assert self.clock.now - began < limit_s
            self.advance(0.1)
        return self.clock.now - began

    def assign(self, id_: str, state: TaskState = TaskState.ASSIGNED) -> None:
        task = Task(
            id=TaskId(id_),
            spec=TaskSpec(container=ContainerSpec(image="alpine")),
            service_id=ServiceId("s"),
            service_name="web",
            slot=1,
            node_id=N1,
            status=TaskStatus(timestamp=0, state=state),
            desired_state=TaskState.RUNNING,
        )
        with self.store.transaction() as transaction:
            transaction.create(task)

    def task(self, id_: str) -> Task:
        task = self.store.get(Task, id_)
        assert task is not None
        return task


@pytest.fixture
def leader() -> Leader:
    return Leader()


def test_a_node_that_registers_is_ready_and_described(leader: Leader) -> None:
    """With the address that it was seen at, and everything that it is to do."""
    assert leader.node().status.state is NodeState.READY
    assert (leader.node().status.message, leader.node().status.addr) == ("", "172.31.16.11")
    assert leader.node().hostname == "host-1"
    assert [assignment.complete for assignment in leader.agent.told] == [True]


def test_a_silent_node_is_down_after_three_periods(leader: Leader) -> None:
    """13.5 to 16.5 seconds after its last beat, which may lie five seconds back."""
    leader.connect(False)
    assert 8 < leader.until_state(NodeState.DOWN) < 16.6
    assert leader.node().status.message == "heartbeat failure"


def test_a_node_that_is_back_is_ready_within_its_retry_time(leader: Leader) -> None:
    """Its agent calls at least every eight seconds; at once when it says that it is there."""
    leader.connect(False)
    leader.advance(100)
    leader.connect(True)
    assert leader.until_state(NodeState.READY) < 8.1
    leader.connect(False)
    leader.advance(100)
    leader.connect(True)
    leader.dispatcher.announce(N1)
    assert leader.until_state(NodeState.READY) <= 0.2


def test_a_short_silence_goes_unnoticed(leader: Leader) -> None:
    """The node stays ready; it is told everything anew."""
    leader.connect(False)
    leader.advance(8)
    leader.connect(True)
    leader.advance(10)
    assert leader.node().status.state is NodeState.READY
    assert all(assignment.complete for assignment in leader.agent.told)


def test_a_new_leader_knows_nothing_for_a_while() -> None:
    """`unknown` until it registers; down after six periods with a message of its own."""
    leader = Leader()
    leader.dispatcher.stop()
    leader.connect(False)
    leader.dispatcher.start()
    leader.advance(1)
    assert leader.node().status.state is NodeState.UNKNOWN
    assert leader.node().status.message == 'Node moved to "unknown" state due to leadership change in cluster'
    assert 26 < leader.until_state(NodeState.DOWN) < 33.1
    assert leader.node().status.message == 'heartbeat failure for node in "unknown" state'


def test_assignments_go_out_together(leader: Leader) -> None:
    """What comes within a tenth of a second is one message; the agent's own reports come back as no order."""
    leader.assign("t1")
    leader.advance(0.05)
    leader.assign("t2")
    leader.advance(0.2)
    assert [task.id for task in leader.agent.told[-1].tasks] == ["t1", "t2"]
    assert not leader.agent.told[-1].complete
    told = len(leader.agent.told)
    leader.agent.report("t1", TaskState.PREPARING)
    leader.advance(1)
    assert len(leader.agent.told) == told


def test_a_removed_task_is_taken_away(leader: Leader) -> None:
    """Once it was told."""
    leader.assign("t1")
    leader.advance(1)
    with leader.store.transaction() as transaction:
        transaction.remove(leader.task("t1"))
    leader.advance(1)
    assert leader.agent.told[-1].removed == ("t1",)


def test_a_task_that_is_not_assigned_yet_is_nobodys_business(leader: Leader) -> None:
    """Nodes hear of tasks from `assigned` on."""
    told = len(leader.agent.told)
    leader.assign("t1", TaskState.PENDING)
    leader.advance(1)
    assert len(leader.agent.told) == told


def test_reports_are_written_together_and_state_never_goes_down(leader: Leader) -> None:
    """A tenth of a second after the first; what is lower than known is dropped."""
    leader.assign("t1")
    leader.advance(1)
    leader.agent.report("t1", TaskState.ACCEPTED)
    leader.agent.report("t1", TaskState.RUNNING, "started")
    leader.advance(0.05)
    assert leader.task("t1").state is TaskState.ASSIGNED
    leader.advance(0.06)
    assert leader.task("t1").status.message == "started"
    leader.agent.report("t1", TaskState.STARTING)
    leader.advance(1)
    assert leader.task("t1").state is TaskState.RUNNING


def test_nobody_comes_back_from_the_end(leader: Leader) -> None:
    """A task that another component ended stays as it is."""
    leader.assign("t1")
    leader.advance(1)
    with leader.store.transaction() as transaction:
        task = leader.task("t1")
        transaction.update(replace(task, status=replace(task.status, state=TaskState.ORPHANED)))
    leader.agent.report("t1", TaskState.FAILED)
    leader.advance(1)
    assert leader.task("t1").state is TaskState.ORPHANED


def test_tasks_are_orphaned_when_their_node_is_down_for_a_day(leader: Leader) -> None:
    """Those that ran or were to run; the message stays."""
    leader.assign("t1")
    leader.advance(1)
    leader.agent.report("t1", TaskState.RUNNING, "started")
    leader.advance(1)
    leader.connect(False)
    leader.advance(20 + 24 * 3600 - 60)
    assert leader.task("t1").state is TaskState.RUNNING
    leader.advance(60)
    assert (leader.task("t1").state, leader.task("t1").status.message) == (TaskState.ORPHANED, "started")


def test_a_removed_node_is_not_looked_for(leader: Leader) -> None:
    """No timer is left."""
    with leader.store.transaction() as transaction:
        transaction.remove(leader.node())
    leader.advance(1)
    assert leader.clock.next_due() is None


def test_after_it_has_stopped_nothing_is_planned(leader: Leader) -> None:
    """The next leader begins anew."""
    leader.dispatcher.stop()
    assert leader.clock.next_due() is None
    assert leader.dispatcher.tick() is False


def test_a_healthy_node_needs_no_timer(leader: Leader) -> None:
    """Its beats arrive as long as the way to it is open."""
    assert leader.clock.next_due() is None
    leader.connect(False)
    assert leader.clock.next_due() is not None


def test_a_session_outlives_a_break_that_its_agent_did_not_notice(leader: Leader) -> None:
    """What was reported meanwhile is written when the way is open again; nothing is told anew."""
    leader.assign("t1")
    leader.advance(1)
    leader.connect(False)
    leader.agent.report("t1", TaskState.RUNNING)
    leader.connect(True)
    leader.advance(0.2)
    assert leader.task("t1").state is TaskState.RUNNING
    assert [assignment.complete for assignment in leader.agent.told] == [True, False]


def test_each_report_is_a_move_of_its_own(leader: Leader) -> None:
    """All of a batch stand in one transaction, but none is left out: every one is checked."""
    leader.assign("t1")
    leader.advance(1)
    for state in (TaskState.ACCEPTED, TaskState.PREPARING, TaskState.READY, TaskState.STARTING, TaskState.RUNNING):
        leader.agent.report("t1", state)
    version = leader.store.version
    leader.advance(0.2)
    assert (leader.task("t1").state, leader.store.version) == (TaskState.RUNNING, version + 1)


def test_a_node_that_registers_too_often_is_refused_for_a_while(leader: Leader) -> None:
    """Three times more within 8 s of the last time; then its agent calls until 8 s have passed, and stays ready."""
    began = leader.clock.now
    for _ in range(3):
        leader.dispatcher.announce(N1)
        leader.advance(1)
    told = len(leader.agent.told)
    leader.dispatcher.announce(N1)
    leader.advance(4)
    assert len(leader.agent.told) == told
    assert leader.node().status.state is NodeState.READY
    leader.advance(12)
    assert len(leader.agent.told) == told + 1
    assert leader.clock.now - began > 8


def test_an_agent_hears_of_another_period_with_its_next_heartbeat(leader: Leader) -> None:
    """One that beats every minute and is lost before its next beat is waited for as long as before."""
    leader.declare_period(60)
    leader.advance(60)
    leader.declare_period(5)
    leader.connect(False)
    assert leader.until_state(NodeState.DOWN, limit_s=200) > 100


def test_another_period_counts_once_the_agent_has_heard_of_it(leader: Leader) -> None:
    """After a heartbeat of the old period it beats in the new one."""
    leader.declare_period(60)
    leader.advance(60)
    leader.declare_period(5)
    leader.advance(61)
    leader.connect(False)
    assert leader.until_state(NodeState.DOWN, limit_s=200) < 17


def test_what_an_agent_tells_anew_is_written_anew(leader: Leader) -> None:
    """The task is as it was; that it was reported again is an entry of the log. Recorded from 28.5.2."""
    leader.assign("t1")
    leader.advance(1)
    leader.agent.report("t1", TaskState.RUNNING)
    leader.advance(1)
    before = leader.task("t1")
    leader.agent.report("t1", TaskState.RUNNING)
    leader.advance(1)
    after = leader.task("t1")
    assert (after.status, after.meta.version) == (before.status, before.meta.version + 1)


DAY_S = 24 * 3600.0


def lose_running_task(leader: Leader) -> None:
    """A task runs; then its node is not heard of any more, and is down."""
    leader.assign("t1")
    leader.advance(1)
    leader.agent.report("t1", TaskState.RUNNING, "started")
    leader.advance(1)
    leader.connect(False)
    leader.until_state(NodeState.DOWN)


def test_the_day_begins_anew_with_another_leader(leader: Leader) -> None:
    """How long a node has been down is nowhere written."""
    lose_running_task(leader)
    leader.advance(DAY_S - 60)
    leader.dispatcher.stop()
    leader.dispatcher.start()
    leader.advance(DAY_S - 60)
    assert (leader.node().status.state, leader.task("t1").state) == (NodeState.DOWN, TaskState.RUNNING)
    leader.advance(120)
    assert leader.task("t1").state is TaskState.ORPHANED


def test_a_node_that_returns_within_the_day_keeps_its_tasks(leader: Leader) -> None:
    """The next time that it is down the day begins anew."""
    lose_running_task(leader)
    leader.advance(DAY_S - 60)
    leader.connect(True)
    leader.advance(60)
    leader.connect(False)
    leader.until_state(NodeState.DOWN)
    leader.advance(DAY_S - 60)
    assert leader.task("t1").state is TaskState.RUNNING


def test_an_orphan_stays_one_when_its_node_returns(leader: Leader) -> None:
    """Whatever the agent tells of it then."""
    lose_running_task(leader)
    leader.advance(DAY_S + 60)
    leader.connect(True)
    leader.advance(10)
    leader.agent.report("t1", TaskState.FAILED, "started")
    leader.advance(1)
    assert leader.node().status.state is NodeState.READY
    assert leader.task("t1").state is TaskState.ORPHANED
