"""What a swarm promises at any moment, whatever users and faults do to it. Looked at after everything that happens.

Each promise is a function that yields how it is broken. `settled.py` says what must hold in the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

from swarmlab.client.cluster import Cluster
from swarmlab.engine.model import (
    Availability,
    GlobalJob,
    Node,
    NodeState,
    PublishMode,
    ReplicatedJob,
    Resources,
    Service,
    Task,
    TaskState,
    UpdateOrder,
    placement,
    reservations,
)
from swarmlab.engine.simulation import Simulation
from swarmlab.engine.store import AnyChange, Store
from swarmlab.engine.swarm.cluster import Swarm
from tests.invariants import settled
from tests.invariants.owners import broken_by, is_placed

LOST_S = 5.0
"""How long a task may be meant to run on a node that is drained or down."""
WAITING_S = 75.0
"""The same of a task that still waits for its predecessor's end; only then its own successor is thought of."""
STOPPING_S = 60.0
"""How long a task may take to stop on a node that is ready: the grace period, news to the node and back."""


LEADERLESS_S = 300.0
"""How long a majority of managers that are in touch with each other may be without a leader.

An election takes 10 to 20 s; one who lacks something stands for election in vain, and makes the others wait anew.
"""


class Promises:
    """Looks at a simulation's swarms."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._watched: dict[int, _Watched] = {}
        self.look()

    def look(self) -> None:
        """Something may have happened.

        Raises:
            AssertionError: a promise is broken.
        """
        for swarm in self._simulation.swarms():
            # By itself, not by its id: who goes on alone by force has a copy of the same id.
            if id(swarm) not in self._watched:
                self._watched[id(swarm)] = _Watched(swarm)
            self._watched[id(swarm)].look(self._simulation.clock.now)

    def jump(self, seconds: float) -> None:
        """Time is about to jump: nothing has lasted any longer for that."""
        for watched in self._watched.values():
            watched.jump(seconds)

    def wait_settled(self, cluster: Cluster) -> None:
        """Wait until everything that can be is as declared."""
        settled.wait(cluster, self)

    def has_overlapped(self, service_id: str) -> bool:
        """Whether updates of the service ever started the new task first."""
        return any(service_id in watched.overlapping for watched in self._watched.values())

    def is_outdated(self, task_id: str) -> bool:
        """Whether its service was updated after it was made, whatever the update was."""
        for swarm in self._simulation.swarms():
            task = swarm.store.get(Task, task_id)
            service = swarm.store.get(Service, task.service_id) if task is not None else None
            if task is not None and service is not None and task.spec_version is not None:
                return service.spec_version > task.spec_version
        return False


class _Watched:
    """One swarm."""

    def __init__(self, swarm: Swarm) -> None:
        self._swarm, self._store = swarm, swarm.store
        self._broken: list[str] = []
        self._seen = (-1, False, False)
        self.overlapping: set[str] = set()
        self._lingers: dict[object, tuple[float, str]] = {}
        self._since: dict[object, float] = {}
        for service in self._store.all(Service):
            self._note_order(service)
        self._store.subscribe(self._hear)

    def _hear(self, changes: Sequence[AnyChange]) -> None:
        for change in changes:
            self._broken.extend(broken_by(change))
            if isinstance(change.after, Service):
                self._note_order(change.after)
            if is_placed(change):
                self._broken.extend(misplaced(self._store, change.after))

    def _note_order(self, service: Service) -> None:
        """Note who may, and for how long afterwards, have two tasks in a slot."""
        if any(
            c is not None and c.order is UpdateOrder.START_FIRST for c in (service.spec.update, service.spec.rollback)
        ):
            self.overlapping.add(service.id)

    def look(self, now: float) -> None:
        """Look at what changed, and at what has lasted too long."""
        leads = self._swarm.has_leader
        seen = (self._store.version, leads, not leads and has_majority(self._swarm))
        if seen != self._seen:
            self._look_at_all(now, seen)
        if any(now > self._since[key] + limit_s for key, (limit_s, _) in self._lingers.items()):
            self._broken.extend(
                text for key, (limit_s, text) in self._lingers.items() if now > self._since[key] + limit_s
            )
        assert not self._broken, "\n".join(self._broken)

    def jump(self, seconds: float) -> None:
        """What has lasted for a while is meant to have lasted as long after a jump."""
        self._since = {key: since + seconds for key, since in self._since.items()}

    def _look_at_all(self, now: float, seen: tuple[int, bool, bool]) -> None:
        if self._store.version < self._seen[0]:
            self._broken.append(f"the store went back from {self._seen[0]} to {self._store.version}")
        self._seen, leads = seen, seen[1]
        for promise in (addresses, published_ports, capacity, places):
            self._broken.extend(promise(self._store))
        if leads:
            self._broken.extend(slots(self._store, self.overlapping))
        # What nobody can change, since there is no leader, does not count.
        self._lingers = dict(lingers(self._store)) if leads else {}
        if seen[2]:
            self._lingers["leader"] = (LEADERLESS_S, "a majority of the managers lives, and nobody leads")
        self._since = {key: self._since.get(key, now) for key in self._lingers}


def has_majority(swarm: Swarm) -> bool:
    """Whether a majority of the managers run and are all in touch with each other."""
    peers = list(swarm.raft.peers)
    least = len(peers) // 2 + 1
    return any(
        all(swarm._contact(one, other) for one in group for other in group) for group in combinations(peers, least)
    )


def wants_to_run(task: Task) -> bool:
    """Whether a task is meant to run, now or when its turn comes."""
    return task.desired_state <= TaskState.COMPLETE and task.state < TaskState.COMPLETE


def holds_node(task: Task) -> bool:
    """Whether a task takes something of its node."""
    return TaskState.ASSIGNED <= task.state <= TaskState.RUNNING


def is_job(store: Store, task: Task) -> bool:
    service = store.get(Service, task.service_id)
    return service is not None and isinstance(service.spec.mode, ReplicatedJob | GlobalJob)


def slots(store: Store, overlapping: set[str]) -> Iterator[str]:
    """At most one task of a slot wants to run, unless updates start the new one first.

    Then there may be one of each specification; and two, where the old one's node went down, so that it was replaced by
    one of the new specification, too.
    """
    wanted: Counter[Any] = Counter()
    for task in store.all(Task):
        if wants_to_run(task):
            overlaps = task.service_id in overlapping
            spec = task.spec_version if overlaps else None
            wanted[task.service_id, task.slot or task.node_id or task.id, task.job_iteration, spec] += 1
    for slot, count in wanted.items():
        if count > (1 if slot[-1] is None else 2):
            yield f"{count} tasks of slot {slot} want to run"


def addresses(store: Store) -> Iterator[str]:
    """No address is given twice."""
    taken: Counter[tuple[str, str]] = Counter()
    for task in store.all(Task):
        if not task.state.is_terminal:
            taken.update((at.network_id, address) for at in task.networks for address in at.addresses)
    for node in store.all(Node):
        taken.update((at.network_id, address) for at in node.attachments for address in at.addresses)
    for service in store.all(Service):
        if service.endpoint is not None:
            taken.update((vip.network_id, vip.address) for vip in service.endpoint.virtual_ips)
    yield from (f"{count} hold {address}" for address, count in taken.items() if count > 1)


def published_ports(store: Store) -> Iterator[str]:
    """No port of the routing mesh is given to two services."""
    taken = Counter(
        (port.protocol, port.published_port)
        for service in store.all(Service)
        if service.endpoint is not None
        for port in service.endpoint.ports
        if port.publish_mode is PublishMode.INGRESS
    )
    yield from (f"{count} services publish {port}" for port, count in taken.items() if count > 1)


def capacity(store: Store) -> Iterator[str]:
    """What tasks reserve on a node, and the host ports they hold, is there, and once only."""
    held: dict[str, list[Task]] = defaultdict(list)
    for task in store.all(Task):
        if holds_node(task):
            held[task.node_id].append(task)
    for node_id, tasks in held.items():
        node = store.get(Node, node_id)
        has = node.description.resources if node is not None and node.description else Resources()
        asked = [reservations(task.spec) for task in tasks]
        if node is not None and sum(wanted.nano_cpus for wanted in asked) > has.nano_cpus:
            yield f"the CPUs of {node.hostname} are overbooked: {tasks}"
        if node is not None and sum(wanted.memory_bytes for wanted in asked) > has.memory_bytes:
            yield f"the memory of {node.hostname} is overbooked: {tasks}"
        ports = Counter(port for task in tasks for port in host_ports(task))
        yield from (f"{count} tasks hold {port} of {node_id}" for port, count in ports.items() if count > 1)


def host_ports(task: Task) -> list[tuple[str, int]]:
    """The ports of its host that a task asks for."""
    given = task.endpoint.spec.ports if task.endpoint is not None and task.endpoint.spec is not None else ()
    return [(p.protocol, p.published_port) for p in given if p.publish_mode is PublishMode.HOST and p.published_port]


def places(store: Store) -> Iterator[str]:
    """Who holds a node holds one that is there."""
    for task in store.all(Task):
        if holds_node(task) and store.get(Node, task.node_id) is None:
            yield f"its node is gone: {task}"


def misplaced(store: Store, task: Any) -> Iterator[str]:
    """A node that is given a task is ready, active, and has not more of the service than it may have."""
    node = store.get(Node, task.node_id)
    if node is None or node.status.state is not NodeState.READY or node.spec.availability is not Availability.ACTIVE:
        yield f"{task} was given to {node}"
    most = placement(task.spec).max_replicas
    others = [
        other
        for other in store.tasks_on_node(task.node_id)
        if other.service_id == task.service_id and other.desired_state <= TaskState.RUNNING and holds_node(other)
    ]
    if most and len(others) > most:
        yield f"{len(others)} tasks where {most} are allowed: {others}"


def lingers(store: Store) -> Iterator[tuple[object, tuple[float, str]]]:
    """What may be so for a while only, and for how long: tasks of lost nodes, and tasks on their way to stop."""
    for node in store.all(Node):
        down, drained = node.status.state is NodeState.DOWN, node.spec.availability is Availability.DRAIN
        ready = node.status.state is NodeState.READY
        if not (down or drained or ready):
            continue
        for task in store.tasks_on_node(node.id):
            if task.state > TaskState.RUNNING:
                continue
            if (down or drained) and wants_to_run(task) and not is_job(store, task):
                limit_s = WAITING_S if task.desired_state < TaskState.RUNNING else LOST_S
                yield (task.id, limit_s), (limit_s, f"wanted on a node that is drained or down: {task}")
            if ready and holds_node(task) and task.desired_state > TaskState.COMPLETE:
                yield (task.id, "stops"), (STOPPING_S, f"it does not stop: {task}")
