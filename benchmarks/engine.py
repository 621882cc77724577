"""How the embedded engine grows: one service that converges on N nodes x R replicas, and what else a large swarm sees.

Usage: python benchmarks/engine.py                                   the whole table, each row a process of its own
       python benchmarks/engine.py --nodes N --replicas R [--json]   one row
       python benchmarks/engine.py --scenario NAME [--json]          one of the other rows
       python benchmarks/engine.py --figures                         the largest rows, as JSON for all.py

Manual time: nobody waits, so seconds are those of the machine. A row's `seconds` run from the create call until every
task is Running, through the same store, orchestrators, allocator, scheduler, dispatcher and agents as in any lab;
the image lies on every host before (SwarmKit's own measure, which the ratios are to, has no images at all).
`peak_mb` is the most memory that the process had, Python and all nodes included. The garbage collector is set as the
server sets it (swarmlab.server.garbage).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.figures import Figure
from swarmlab.api.messages import Request, Response
from swarmlab.api.routes import answer
from swarmlab.engine import states
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.host.repositories import look_up
from swarmlab.engine.model import (
    Availability,
    ContainerSpec,
    Node,
    NodeState,
    Replicated,
    Service,
    ServiceSpec,
    Task,
    TaskSpec,
    UpdateConfig,
    UpdateState,
)
from swarmlab.engine.model.words import RUNNING
from swarmlab.engine.pending import Pending
from swarmlab.engine.simulation import Simulation
from swarmlab.engine.store import Change, Store
from swarmlab.server.garbage import collect_seldom

SWARMKIT = {(3, 5): 0.10, (100, 1_000): 0.32, (1_000, 1_000): 0.32, (1_000, 10_000): 3.5, (1_000, 100_000): 80.0}
"""Seconds that SwarmKit itself (Go; instant agents) needs on two cores; the last one takes it 2.4 GB."""

Row = dict[str, object]


class Running:
    """How many tasks are wanted running and do run, counted as the store changes."""

    def __init__(self, store: Store) -> None:
        self.count = sum(map(_runs, store.all(Task)))
        store.subscribe(self._hear, Task)

    def _hear(self, changes: Sequence[Change[Task]]) -> None:
        for change in changes:
            self.count += _runs(change.after) - _runs(change.before)


def _runs(task: Task | None) -> bool:
    return task is not None and task.status.state is RUNNING and task.desired_state is RUNNING


class Cluster:
    """A swarm in manual time, and what its users do."""

    def __init__(self, nodes: int, *, managers: int = 1) -> None:
        self.simulation: Simulation = states.build("formed", nodes=nodes, managers=managers, seed=1)
        for daemon in self.simulation.daemons.values():
            daemon.images.add("alpine:latest")
        self.names = list(self.simulation.daemons)
        self.manager: Daemon = self.simulation.daemons[states.first_manager(self.names)]
        swarm = self.manager.membership.swarm
        assert swarm is not None
        self.swarm = swarm
        self.running = Running(swarm.store)

    def run_until(self, condition: Callable[[], bool]) -> None:
        """Jump from timer to timer until the condition holds."""
        assert self.simulation.run_until(condition, limit_s=24 * 3600), "it does not come to that"

    def create(self, replicas: int) -> None:
        """Create a service and wait until all of its tasks run."""
        image = look_up("alpine")
        container = ContainerSpec(image=f"alpine:latest@{image.digest}", args=("sleep", "infinity"))
        update = UpdateConfig(parallelism=100)
        spec = ServiceSpec(
            name="web", task=TaskSpec(container=container), mode=Replicated(replicas=replicas), update=update
        )
        self.simulation.wait_for(self.manager.ask(lambda control: control.create_service(spec)))
        self.run_until(lambda: self.running.count == replicas)

    def get(self, path: str, **parameters: str) -> Response:
        """What the manager's API answers, without a socket."""
        answered = answer(self.manager, Request(method="GET", path=path, parameters=parameters))
        if isinstance(answered, Pending):
            answered = self.simulation.wait_for(answered)
        assert isinstance(answered, Response)
        assert answered.status == 200
        return answered


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def converge(nodes: int, replicas: int) -> float:
    """Seconds until one service runs on a swarm that was formed before."""
    cluster = Cluster(nodes)
    return _seconds(lambda: cluster.create(replicas))


# --- what else happens in a large swarm ---


def drain(nodes: int, replicas: int) -> float:
    """One node is drained: until its tasks run elsewhere."""
    cluster = Cluster(nodes)
    cluster.create(replicas)
    node = cluster.swarm.store.find(Node, cluster.names[0])
    drained = replace(node.spec, availability=Availability.DRAIN)

    def act() -> None:
        cluster.simulation.wait_for(
            cluster.manager.ask(lambda control: control.update_node(node.id, node.meta.version, drained))
        )
        cluster.run_until(lambda: cluster.running.count == replicas)

    return _seconds(act)


def leader(nodes: int, replicas: int) -> float:
    """The leader of three managers dies: until another leads and every other node is ready."""
    cluster = Cluster(nodes, managers=3)
    cluster.create(replicas)

    def recovered() -> bool:
        if not cluster.swarm.has_leader or cluster.swarm.leader_host == cluster.manager.hostname:
            return False
        unready = (node for node in cluster.swarm.store.all(Node) if node.status.state is not NodeState.READY)
        return all(node.hostname == cluster.manager.hostname for node in unready)

    def act() -> None:
        cluster.manager.power_off()
        cluster.run_until(recovered)

    return _seconds(act)


def update(nodes: int, replicas: int) -> float:
    """A new version is rolled out, a hundred tasks at a time: until the update is completed."""
    cluster = Cluster(nodes)
    cluster.create(replicas)
    store = cluster.swarm.store
    service = store.find(Service, "web")
    container = replace(service.spec.task.container, env=("VERSION=2",))
    wanted = replace(service.spec, task=replace(service.spec.task, container=container))

    def completed() -> bool:
        status = store.find(Service, "web").update_status
        return status is not None and status.state is UpdateState.COMPLETED

    def act() -> None:
        cluster.simulation.wait_for(
            cluster.manager.ask(lambda control: control.update_service(service.id, service.meta.version, wanted))
        )
        cluster.run_until(completed)

    return _seconds(act)


def tasks(nodes: int, replicas: int) -> float:
    """`GET /tasks`."""
    cluster = Cluster(nodes)
    cluster.create(replicas)
    return _seconds(lambda: cluster.get("/v1.51/tasks"))


def services(nodes: int, replicas: int) -> float:
    """`GET /services?status=true`."""
    cluster = Cluster(nodes)
    cluster.create(replicas)
    return _seconds(lambda: cluster.get("/v1.51/services", status="true"))


def idle(nodes: int, replicas: int) -> float:
    """Ten minutes in which nothing is due."""
    cluster = Cluster(nodes)
    cluster.create(replicas)
    return _seconds(lambda: cluster.simulation.advance(600))


SCENARIOS: dict[str, tuple[Callable[[int, int], float], int, int]] = {
    "drain": (drain, 1_000, 30_000),
    "leader": (leader, 1_000, 30_000),
    "update": (update, 1_000, 10_000),
    "tasks": (tasks, 1_000, 30_000),
    "services": (services, 1_000, 30_000),
    "large": (converge, 4_700, 95_000),
    "idle": (idle, 1_000, 10_000),
}


# --- rows and the table ---


def measure(act: Callable[[int, int], float], nodes: int, replicas: int) -> Row:
    """One row, measured in this process."""
    collect_seldom()
    seconds = act(nodes, replicas)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"nodes": nodes, "replicas": replicas, "seconds": round(seconds, 4), "peak_mb": round(peak_mb, 1)}


def show_table() -> None:
    """Every row, each measured in a process of its own."""
    print("| nodes | replicas | seconds | SwarmKit | ratio | us/task | peak MB |")
    print("|---|---|---|---|---|---|---|")
    for (nodes, replicas), theirs in SWARMKIT.items():
        row = _in_a_process("--nodes", str(nodes), "--replicas", str(replicas))
        ours = float(str(row["seconds"]))
        print(
            f"| {nodes:,} | {replicas:,} | {ours:.3g} | {theirs:g} | {ours / theirs:.2f} | {ours / replicas * 1e6:.0f} "
            f"| {row['peak_mb']} |",
            flush=True,
        )
    print("\n| scenario | nodes | tasks | seconds | peak MB |\n|---|---|---|---|---|")
    for name in SCENARIOS:
        row = _in_a_process("--scenario", name)
        print(f"| {name} | {row['nodes']:,} | {row['replicas']:,} | {row['seconds']} | {row['peak_mb']} |", flush=True)


def figures() -> Iterator[Figure]:
    """For the table of all numbers."""
    for nodes, replicas in SWARMKIT:
        row = _in_a_process("--nodes", str(nodes), "--replicas", str(replicas))
        what = f"{replicas:,} tasks on {nodes:,} nodes, until all run"
        yield Figure(
            what=what, value=float(str(row["seconds"])), unit="s", against="SwarmKit", other=SWARMKIT[nodes, replicas]
        )
        yield Figure(what=f"{what}: memory", value=float(str(row["peak_mb"])), unit="MB")
    row = _in_a_process("--scenario", "leader")
    what = f"a new leader, {row['nodes']:,} nodes with {row['replicas']:,} tasks"
    yield Figure(what=what, value=float(str(row["seconds"])), unit="s")


def _in_a_process(*arguments: str) -> Row:
    done = subprocess.run([sys.executable, __file__, *arguments, "--json"], check=True, capture_output=True, text=True)
    row: Row = json.loads(done.stdout)
    return row


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int)
    parser.add_argument("--replicas", type=int)
    parser.add_argument("--scenario", choices=SCENARIOS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--figures", action="store_true", help="print rows as JSON for all.py")
    given = parser.parse_args()
    if given.figures:
        print(json.dumps([asdict(figure) for figure in figures()]))
        return
    if given.scenario is None and given.nodes is None and given.replicas is None:
        show_table()
        return
    act, nodes, replicas = SCENARIOS[given.scenario] if given.scenario else (converge, 3, 5)
    row = measure(act, given.nodes or nodes, given.replicas or replicas)
    print(json.dumps(row) if given.json else "\n".join(f"{key}: {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
