"""Work is proportional to what changed, never to the size of the cluster. Counted, not timed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from swarmlab.engine import store
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.model import ContainerSpec, Replicated, Service, ServiceSpec, Task, TaskSpec, TaskState
from swarmlab.engine.store import AnyChange
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.transitions import check_move
from tests.engine.simulated import Hosts

SLEEP = TaskSpec(container=ContainerSpec(image="alpine:latest", args=("sleep", "infinity")))
LIFE = [
    TaskState.NEW,
    TaskState.PENDING,
    TaskState.ASSIGNED,
    TaskState.ACCEPTED,
    TaskState.PREPARING,
    TaskState.READY,
    TaskState.STARTING,
    TaskState.RUNNING,
]


def sleepers(hosts: Hosts, replicas: int) -> None:
    """A service of so many tasks that sleep."""
    spec = ServiceSpec(name="web", task=SLEEP, mode=Replicated(replicas=replicas))
    hosts.ask(3, lambda control: control.create_service(spec))
    hosts.simulation.settle()


def scale(hosts: Hosts, replicas: int) -> None:
    """Another number of them."""
    service = hosts.swarm.store.find(Service, "web")
    spec = replace(service.spec, mode=Replicated(replicas=replicas))
    hosts.ask(3, lambda control: control.update_service(service.id, service.meta.version, spec))
    hosts.simulation.settle()


def cost_of_one_more(monkeypatch: pytest.MonkeyPatch, nodes: int) -> dict[str, int]:
    """Turns of engines and swarms, writes and transactions of the store while one more replica comes to run."""
    cost: Counter[str] = Counter()

    def counted(tick: object, what: str) -> object:
        def count(self: object) -> object:
            cost[what] += 1
            return tick(self)  # type: ignore[operator]

        return count

    with monkeypatch.context() as patched:
        patched.setattr(Daemon, "tick", counted(Daemon.tick, "turns of engines"))
        patched.setattr(Swarm, "step", counted(Swarm.step, "turns of swarms"))
        hosts = Hosts("formed", nodes=nodes)
        for daemon in hosts.simulation.daemons.values():
            daemon.images.add("alpine:latest")
        sleepers(hosts, 12)
        heard: list[AnyChange] = []
        hosts.swarm.store.subscribe(heard.extend)
        cost.clear()
        version = hosts.swarm.store.version
        scale(hosts, 13)
        return {**cost, "writes": len(heard), "transactions": hosts.swarm.store.version - version}


def test_one_more_replica_costs_the_same_on_any_number_of_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is woken who has nothing to do with it."""
    small, large = cost_of_one_more(monkeypatch, 4), cost_of_one_more(monkeypatch, 60)
    assert large["writes"] == small["writes"]
    assert large["transactions"] == small["transactions"]
    assert large["turns of engines"] <= small["turns of engines"] + 3
    assert large["turns of swarms"] <= small["turns of swarms"] + 3


def test_every_task_passes_through_every_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many come at once: each move is made by its owner and checked, none is left out."""
    moves: Counter[tuple[TaskState, TaskState]] = Counter()

    def recording(before: TaskState, after: TaskState) -> None:
        check_move(before, after)
        moves[before, after] += before is not after

    monkeypatch.setattr(store, "check_move", recording)
    hosts = Hosts("formed", nodes=10)
    sleepers(hosts, 100)
    assert +moves == {(before, after): 100 for before, after in pairwise(LIFE)}


def test_reports_are_written_in_few_transactions() -> None:
    """Those of a tenth of a second together: their number does not grow with that of tasks."""
    hosts = Hosts("formed", nodes=10)
    for daemon in hosts.simulation.daemons.values():
        daemon.images.add("alpine:latest")
    version, began = hosts.swarm.store.version, hosts.clock.now
    sleepers(hosts, 200)
    tasks = hosts.swarm.store.all(Task)
    assert sum(task.state is TaskState.RUNNING for task in tasks) == 200
    assert hosts.swarm.store.version - version <= 10 * (hosts.clock.now - began) + 10
