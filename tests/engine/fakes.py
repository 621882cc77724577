"""A swarm for tests of the manager: a store, a manual clock, the manager's loops, and agents that only pretend.

The agents move the tasks that are assigned to their node through the states of a real agent, with delays that a test
can rely on: a container starts in 0.5 s, stops in `stop_s`. Images say how their container fares:
`bad` is not found, `crash` ends with code 1 a second after its start, `done` ends with code 0 a second after it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, ClusterId, NodeId, TaskId
from swarmlab.engine.manager.control import Control
from swarmlab.engine.manager.control_networks import ingress_network
from swarmlab.engine.manager.manager import Manager
from swarmlab.engine.model import (
    Availability,
    ClusterObject,
    ContainerSpec,
    Global,
    Node,
    NodeDescription,
    NodeSpec,
    NodeState,
    NodeStatus,
    Placement,
    Replicated,
    Resources,
    Role,
    Service,
    ServiceSpec,
    Task,
    TaskSpec,
    TaskState,
    TLSInfo,
    UpdateConfig,
)
from swarmlab.engine.store import Change, Hears, Store

NOW = 1_790_000_000.0
START_S = 0.5
LIFE_S = 1.0

STEPS = {
    TaskState.ASSIGNED: (TaskState.ACCEPTED, "accepted"),
    TaskState.ACCEPTED: (TaskState.PREPARING, "preparing"),
    TaskState.PREPARING: (TaskState.READY, "prepared"),
    TaskState.READY: (TaskState.STARTING, "starting"),
    TaskState.STARTING: (TaskState.RUNNING, "started"),
}


class FakeAgents:
    """The agents of all nodes, as a loop of the manager."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._dirty: dict[TaskId, None] = {}
        self._busy: set[TaskId] = set()
        self._reports: dict[TaskId, tuple[TaskState, str, str]] = {}
        self.off: set[NodeId] = set()
        self.stop_s = 2.0

    def start(self) -> None:
        self._dirty = {task.id: None for task in self._store.all(Task)}

    def stop(self) -> None:
        self._dirty = {}

    @property
    def hears(self) -> Hears:
        return {Task: self._on_tasks}

    def _on_tasks(self, changes: Sequence[Change[Task]]) -> None:
        for change in changes:
            if change.after is not None and change.after.node_id:
                self._dirty[change.after.id] = None

    def wake(self, node_id: NodeId) -> None:
        """The node's agent is back and looks at its tasks."""
        self._dirty |= {task.id: None for task in self._store.tasks_on_node(node_id)}

    def report(self, task_id: TaskId, state: TaskState, message: str, err: str = "") -> None:
        """Something happened to a task's container."""
        self._reports[task_id] = (state, message, err)
        self._dirty[task_id] = None

    def tick(self) -> bool:
        dirty, self._dirty = self._dirty, {}
        before = self._store.version
        with self._store.transaction() as transaction:
            for task_id in dirty:
                task = transaction.get(Task, task_id)
                if task is not None and task.node_id not in self.off and not task.state.is_terminal:
                    verdict = self._reports.pop(task_id, None) or self._next(task)
                    if verdict is not None:
                        state, message, err = verdict
                        status = replace(task.status, timestamp=self._clock.now, state=state, message=message, err=err)
                        transaction.update(replace(task, status=status))
        return self._store.version != before

    def _next(self, task: Task) -> tuple[TaskState, str, str] | None:
        if task.state < TaskState.ASSIGNED or task.id in self._busy:
            return None
        if task.desired_state >= TaskState.SHUTDOWN:
            if task.state <= TaskState.READY:
                return (TaskState.SHUTDOWN, "shutdown", "")
            return self._later(task, self.stop_s, TaskState.SHUTDOWN, "shutdown")
        image = task.spec.container.image.partition(":")[0]
        if task.state is TaskState.PREPARING and image == "bad":
            return (TaskState.REJECTED, "preparing", f"No such image: {task.spec.container.image}")
        if task.state is TaskState.READY and task.desired_state < TaskState.RUNNING:
            return None
        if task.state is TaskState.STARTING:
            return self._later(task, START_S, *STEPS[task.state])
        if task.state is TaskState.RUNNING:
            return self._live(task, image)
        state, message = STEPS[task.state]
        return (state, message, "")

    def _live(self, task: Task, image: str) -> None:
        if image == "crash":
            self._later(task, LIFE_S, TaskState.FAILED, "started", "task: non-zero exit (1)")
        if image == "done":
            self._later(task, LIFE_S, TaskState.COMPLETE, "finished")

    def _later(self, task: Task, delay_s: float, state: TaskState, message: str, err: str = "") -> None:
        self._busy.add(task.id)

        def report() -> None:
            self._busy.discard(task.id)
            now = self._store.get(Task, task.id)
            stopping = now is not None and now.desired_state >= TaskState.SHUTDOWN
            if stopping and state is not TaskState.SHUTDOWN:
                self._dirty[task.id] = None
            else:
                self.report(task.id, state, message, err)

        self._clock.after(delay_s, report)


class FakeSwarm:
    """A swarm of pretended nodes `n1`, `n2` … under one manager."""

    def __init__(self, nodes: int = 3, *, seed: int = 1, cpus: int = 4) -> None:
        self.clock = Clock(NOW)
        self.chance = Chance(seed)
        self.store = Store(self.clock)
        with self.store.transaction() as transaction:
            tls = TLSInfo(trust_root="", cert_issuer_subject=b"", cert_issuer_public_key=b"")
            transaction.create(
                ClusterObject(
                    id=ClusterId(self.chance.object_id()),
                    tls_info=tls,
                    worker_token="SWMTKN-1-digest-worker",
                    manager_token="SWMTKN-1-digest-manager",
                )
            )
            transaction.create(ingress_network(self.chance))
        self.agents = FakeAgents(self.store, self.clock)
        self.manager = Manager(self.store, self.clock, self.chance, more=(self.agents,))
        self.control = Control(self.store, self.clock, self.chance)
        for number in range(1, nodes + 1):
            self.add_node(f"n{number}", cpus=cpus)
        self.manager.start()
        self.manager.step()

    # --- time ---

    def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer."""
        end = self.clock.now + seconds
        self.step()
        while (due := self.clock.next_due()) is not None and due <= end:
            self.clock.move_to(max(due, self.clock.now))
            self.step()
        self.clock.move_to(end)

    def step(self) -> None:
        """Do all that is due now."""
        self.manager.step()
        while self.clock.run_due():
            self.manager.step()

    def until(self, condition: Callable[[], bool], limit_s: float = 120) -> float:
        """Let time pass until the condition holds. Returns how long that took."""
        began = self.clock.now
        self.step()
        while not condition():
            due = self.clock.next_due()
            assert due is not None, "nothing is planned any more"
            assert due - began <= limit_s, "it did not come to pass in time"
            self.clock.move_to(max(due, self.clock.now))
            self.step()
        return self.clock.now - began

    # --- nodes ---

    def add_node(self, hostname: str, *, cpus: int = 4, role: Role = Role.WORKER, **labels: str) -> Node:
        node = Node(
            id=NodeId(self.chance.object_id()),
            spec=NodeSpec(role=role, labels=labels),
            role=role,
            description=NodeDescription(
                hostname=hostname, resources=Resources(nano_cpus=cpus * 10**9, memory_bytes=8 * 2**30)
            ),
            status=NodeStatus(state=NodeState.READY, addr="172.31.16.11"),
        )
        with self.store.transaction() as transaction:
            transaction.create(node)
        return node

    def node(self, hostname: str) -> Node:
        return self.store.find(Node, hostname)

    def set_state(self, hostname: str, state: NodeState) -> None:
        """The dispatcher's verdict on a node; its agent acts only while the node is ready."""
        node = self.node(hostname)
        if state is NodeState.READY:
            self.agents.off.discard(node.id)
            self.agents.wake(node.id)
        else:
            self.agents.off.add(node.id)
        with self.store.transaction() as transaction:
            transaction.update(replace(node, status=replace(node.status, state=state)))

    def set_availability(self, hostname: str, availability: Availability) -> None:
        node = self.node(hostname)
        self.control.update_node(node.id, node.meta.version, replace(node.spec, availability=availability))

    def set_label(self, hostname: str, **labels: str) -> None:
        node = self.node(hostname)
        self.control.update_node(node.id, node.meta.version, replace(node.spec, labels=labels))

    # --- services ---

    def service(self, name: str = "web") -> Service:
        return self.store.find(Service, name)

    def update(self, name: str = "web", /, **changes: object) -> Service:
        """Change fields of a service's spec."""
        service = self.service(name)
        return self.control.update_service(service.id, service.meta.version, replace(service.spec, **changes))

    def update_task(self, name: str = "web", /, **changes: object) -> Service:
        """Change fields of a service's task spec."""
        return self.update(name, task=replace(self.service(name).spec.task, **changes))

    def scale(self, replicas: int, name: str = "web") -> Service:
        return self.update(name, mode=Replicated(replicas=replicas))

    def rollback(self, name: str = "web") -> Service:
        service = self.service(name)
        return self.control.update_service(service.id, service.meta.version, service.spec, rollback=True)

    def tasks(self, name: str = "web") -> list[Task]:
        """All tasks of a service, oldest first."""
        return self.store.tasks_of_service(self.service(name).id)

    def live(self, name: str = "web") -> list[Task]:
        """The tasks that are wanted running, by slot."""
        wanted = [task for task in self.tasks(name) if task.desired_state <= TaskState.RUNNING]
        return sorted(wanted, key=lambda task: (task.slot, task.meta.created_at))

    def running(self, name: str = "web") -> list[Task]:
        """The tasks that run and are wanted running, by slot."""
        return [task for task in self.live(name) if task.state is TaskState.RUNNING]

    def all_run(self, count: int, name: str = "web") -> Callable[[], bool]:
        """A condition: so many tasks run as wanted, and no others are wanted."""
        return lambda: len(self.running(name)) == count == len(self.live(name))

    def per_node(self, name: str = "web") -> dict[str, int]:
        """How many wanted tasks each node has."""
        counts = {node.hostname: 0 for node in self.store.all(Node)}
        for task in self.live(name):
            if task.node_id:
                counts[self.store.find(Node, task.node_id).hostname] += 1
        return counts


def spec(
    name: str = "web",
    *,
    image: str = "alpine",
    replicas: int | None = 1,
    constraints: tuple[str, ...] = (),
    update: UpdateConfig | None = None,
    **task: object,
) -> ServiceSpec:
    """A service's spec; `replicas` None makes it global."""
    placement = Placement(constraints=constraints) if constraints else None
    return ServiceSpec(
        name=name,
        task=TaskSpec(**{"container": ContainerSpec(image=image), "placement": placement, **task}),  # type: ignore[arg-type]
        mode=Global() if replicas is None else Replicated(replicas=replicas),
        update=update,
    )


def image(name: str) -> ContainerSpec:
    """A container of an image."""
    return ContainerSpec(image=name)
