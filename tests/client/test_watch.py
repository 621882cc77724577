"""A watcher sees what happens, says what it cannot see, and leaves time, chance and threads as they were."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Literal

import pytest

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client.cluster import Cluster
from swarmlab.client.protocols import Fault, LabState
from swarmlab.client.watch import Sight, Watcher

WITHIN_S = 20.0
Time = Literal["live", "manual"]


@contextmanager
def running(directory: Path, state: LabState = "formed", time: Time = "live", rate: float = 1.0) -> Iterator[Cluster]:
    """An embedded lab, ended with its clients."""
    directory.mkdir(mode=0o700)
    backend = EmbeddedBackend(directory=directory, state=state, time=time, rate=rate)
    cluster = Cluster(backend)
    try:
        yield cluster
    finally:
        for node in cluster:
            node.close()
        backend.close()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Cluster]:
    """A formed swarm in live time."""
    with running(tmp_path / "lab") as cluster:
        yield cluster


@pytest.fixture
def watcher(lab: Cluster) -> Iterator[Watcher]:
    """Somebody who watches it."""
    watcher = Watcher(lab)
    yield watcher
    watcher.close()


def wait_for(watcher: Watcher, condition: Callable[[Sight], object]) -> Sight:
    """The first sight that is so."""
    sights: Queue[Sight] = Queue()
    end = watcher.subscribe(sights.put)
    try:
        while True:
            sight = sights.get(timeout=WITHIN_S)
            if condition(sight):
                return sight
    except Empty:
        raise AssertionError(f"not seen; what was seen last: {watcher.sight}") from None
    finally:
        end()


def create(lab: Cluster, replicas: int) -> Any:
    """A service `web`."""
    mode: Any = {"Replicated": {"Replicas": replicas}}
    return lab.manager().client.services.create("alpine", ["sleep", "1000"], name="web", mode=mode)


def running_tasks(sight: Sight) -> int:
    """How many tasks run."""
    return 0 if sight.snapshot is None else sum(task.state == "running" for task in sight.snapshot.tasks)


def test_tasks_are_seen_on_their_way(tmp_path: Path) -> None:
    """Every state that lasts is seen, and in the end all tasks run. Time is slow, as this machine may be."""
    states: set[str] = set()

    def all_run(sight: Sight) -> bool:
        states.update(task.state for task in sight.snapshot.tasks if sight.snapshot)  # type: ignore[union-attr]
        return running_tasks(sight) == 3

    with running(tmp_path / "slow", rate=0.25) as lab:
        watcher = Watcher(lab)
        wait_for(watcher, lambda sight: sight.snapshot)
        create(lab, 3)
        wait_for(watcher, all_run)
        watcher.close()
    assert {"preparing", "running"} <= states


def test_faults_and_dead_engines_are_named(lab: Cluster, watcher: Watcher) -> None:
    """A stopped engine is a fault and does not answer; afterwards neither."""
    lab["docker-swarm-1"].stop()
    lab["docker-swarm-2"].block("7946/udp")
    sight = wait_for(watcher, lambda sight: sight.unreachable and len(sight.faults) == 2)
    socket = lab["docker-swarm-1"].host.docker_host
    assert sight.unreachable == {"docker-swarm-1": f"its engine does not answer at {socket}"}
    assert sight.faults == (
        Fault(node="docker-swarm-1", kind="stopped"),
        Fault(node="docker-swarm-2", kind="blocked", port="7946/udp", wall="firewall"),
    )
    assert [str(fault) for fault in sight.faults] == ["engine stopped", "7946/udp blocked at its firewall"]
    lab.backend.faults.heal()
    wait_for(watcher, lambda sight: not (sight.unreachable or sight.faults or sight.problem))


def test_the_last_sight_stays_while_no_manager_answers(lab: Cluster, watcher: Watcher) -> None:
    """It is not of now, and says why."""
    before = wait_for(watcher, lambda sight: sight.snapshot)
    lab["docker-swarm-3"].stop()
    sight = wait_for(watcher, lambda sight: sight.problem)
    assert (sight.snapshot, sight.problem) == (before.snapshot, "docker-swarm-3 was a manager and does not answer")
    lab["docker-swarm-3"].start()
    wait_for(watcher, lambda sight: not sight.problem and sight.snapshot)


def test_another_manager_is_asked_when_the_leader_is_lost(tmp_path: Path) -> None:
    """As soon as the others have elected one of them."""
    with running(tmp_path / "three", "three-managers") as lab:
        watcher = Watcher(lab)
        wait_for(watcher, lambda sight: sight.snapshot)
        leader = next(node.name for node in watcher.sight.snapshot.nodes if node.is_leader)  # type: ignore[union-attr]
        lab[leader].stop()
        wait_for(
            watcher,
            lambda sight: any(node.is_leader and node.name != leader for node in sight.snapshot.nodes),
        )
        watcher.close()


def test_without_a_swarm_there_is_nothing_to_see_and_no_problem(tmp_path: Path) -> None:
    """Three separate engines are no fault."""
    with running(tmp_path / "separate", "separate") as lab:
        watcher = Watcher(lab)
        sight = wait_for(watcher, lambda sight: sight.taken_at)
        assert (sight.snapshot, sight.problem, sight.unreachable) == (None, "", {})
        watcher.close()


def test_a_reset_is_a_new_beginning(lab: Cluster, watcher: Watcher) -> None:
    """What was heard before belongs to another swarm."""
    create(lab, 1)
    wait_for(watcher, lambda sight: running_tasks(sight) == 1)
    for node in lab:
        node.close()
    lab.backend.reset("formed")
    watcher.forget()
    wait_for(watcher, lambda sight: sight.snapshot and not sight.snapshot.tasks and not sight.problem)
    assert "web" not in {event.name for event in watcher.events.all()}


def test_nothing_is_left_behind(lab: Cluster) -> None:
    """No thread outlives its watcher, and closing twice is harmless."""
    before = set(threading.enumerate())
    watcher = Watcher(lab)
    wait_for(watcher, lambda sight: sight.snapshot)
    assert {thread.name for thread in set(threading.enumerate()) - before} == {
        "swarmlab-watch",
        *(f"swarmlab-events-{node.name}" for node in lab),
    }
    watcher.close()
    watcher.close()
    assert set(threading.enumerate()) <= before


def test_a_swarm_watched_in_manual_time_goes_the_same_way(tmp_path: Path) -> None:
    """The watcher moves no time and draws no chance: not even by waiting for a leader that there is not."""
    told = []
    for name in ("alone", "watched"):
        with running(tmp_path / name, "three-managers", "manual") as lab:
            watcher = Watcher(lab) if name == "watched" else None
            create(lab, 5)
            lab.wait_converged("web")
            if watcher:
                wait_for(watcher, lambda sight: running_tasks(sight) == 5)
            before = lab.clock.elapsed()
            for node in lab.nodes[1:]:
                node.stop()
            if watcher:
                wait_for(watcher, lambda sight: sight.problem and len(sight.unreachable) == 2)
            assert lab.clock.elapsed() == before
            lab.backend.faults.heal()
            lab.clock.sleep(60)
            told.append((lab.snapshot(), lab.clock.elapsed()))
            if watcher:
                watcher.close()
    assert told[0] == told[1]
