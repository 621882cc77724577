"""A watcher sees what happens, says what it cannot see, and leaves time, chance and threads as they were."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Literal

import pytest

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client import watch
from swarmlab.client.cluster import Cluster
from swarmlab.client.events import read_event
from swarmlab.client.protocols import Fault, LabState
from swarmlab.client.watch import LOOKING, Sight, Watcher

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
    lab.heal()
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


def paused_look(watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """A look that has its answer and tells it only when the event is set."""
    has_answer, may_tell = threading.Event(), threading.Event()
    look = watcher._look

    def slow_look() -> Sight:
        sight = look()
        monkeypatch.setattr(watcher, "_look", look)
        has_answer.set()
        assert may_tell.wait(WITHIN_S)
        return sight

    monkeypatch.setattr(watcher, "_look", slow_look)
    watcher.look_soon()
    assert has_answer.wait(WITHIN_S)
    return may_tell


def test_what_was_asked_before_a_reset_is_told_to_nobody_after_it(
    lab: Cluster, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer was on its way."""
    create(lab, 1)
    wait_for(watcher, lambda sight: running_tasks(sight) == 1)
    may_tell = paused_look(watcher, monkeypatch)
    lab.backend.reset("formed")
    watcher.forget()
    sights: Queue[Sight] = Queue()
    watcher.subscribe(sights.put)
    may_tell.set()
    wait_for(watcher, lambda sight: sight.snapshot)
    told = list(sights.queue)
    assert told[0] == Sight()
    assert [sight.snapshot.tasks for sight in told if sight.snapshot] == [()] * (len(told) - 1)


def test_what_an_old_stream_still_tells_after_a_reset_is_dropped(lab: Cluster, watcher: Watcher) -> None:
    """It neither is in the log nor says from when on the new engine is asked."""
    wait_for(watcher, lambda sight: sight.snapshot)
    told = {"Type": "container", "Action": "die", "Actor": {"ID": "old"}, "time": 4_000_000_000}
    before = watcher._epoch
    watcher.forget()
    assert not watcher._note("docker-swarm-1", before, told)
    assert read_event("docker-swarm-1", told) not in watcher.events.all()
    create(lab, 3)
    wait_for(watcher, lambda sight: running_tasks(sight) == 3)
    assert "docker-swarm-1" in {event.node for event in watcher.events.all()}


def test_a_reset_is_told_of_where_there_was_no_swarm(tmp_path: Path) -> None:
    """Whoever remembers more than the last sight has to forget it."""
    with running(tmp_path / "separate", "separate") as lab:
        watcher = Watcher(lab)
        wait_for(watcher, lambda sight: sight.taken_at)
        sights: Queue[Sight] = Queue()
        watcher.subscribe(sights.put)
        watcher.forget()
        assert [sights.get(timeout=WITHIN_S) for _ in range(2)][-1] == Sight()
        watcher.close()


def test_who_begins_to_listen_is_left_with_the_newest_sight(lab: Cluster, watcher: Watcher) -> None:
    """Also where it is still being told the one before: each after the other, whoever tells."""
    wait_for(watcher, lambda sight: sight.snapshot)
    first, done = threading.Event(), threading.Event()
    is_free = threading.Event()
    heard: list[Sight] = []

    def hear(sight: Sight) -> None:
        if not heard:
            first.set()
            assert is_free.wait(WITHIN_S)
        heard.append(sight)
        if sight.faults:
            done.set()

    beginning = threading.Thread(target=watcher.subscribe, args=(hear,))
    beginning.start()
    assert first.wait(WITHIN_S)
    lab["docker-swarm-1"].disconnect()
    wait_for(watcher, lambda sight: sight.faults)
    is_free.set()
    beginning.join(WITHIN_S)
    assert done.wait(WITHIN_S)
    assert [bool(sight.faults) for sight in heard] == sorted(bool(sight.faults) for sight in heard)


def test_whoever_holds_what_a_listener_waits_for_may_begin_to_listen(lab: Cluster, watcher: Watcher) -> None:
    """As a panel that is opened by a button of another while the Watcher tells that one."""
    wait_for(watcher, lambda sight: sight.snapshot)
    turn, is_waiting, was_told = threading.RLock(), threading.Event(), threading.Event()

    def hear(sight: Sight) -> None:
        if sight.faults:
            is_waiting.set()
            with turn:
                was_told.set()

    watcher.subscribe(hear)
    with turn:
        lab["docker-swarm-1"].disconnect()
        assert is_waiting.wait(WITHIN_S)
        heard: list[Sight] = []
        watcher.subscribe(heard.append)
        assert [bool(sight.faults) for sight in heard] == [True]
    assert was_told.wait(WITHIN_S)


def test_a_watcher_that_failed_goes_on_with_what_it_knew(
    lab: Cluster, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who listened is told again, the events are still there, and it has as many threads as before."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    create(lab, 1)
    wait_for(watcher, lambda sight: running_tasks(sight) == 1)
    threads, events = len(threading.enumerate()), watcher.events.all()
    sights: Queue[Sight] = Queue()
    watcher.subscribe(sights.put)
    look = watcher._look

    def fail() -> Sight:
        monkeypatch.setattr(watcher, "_look", look)
        raise KeyError("ID")

    monkeypatch.setattr(watcher, "_look", fail)
    watcher.look_soon()
    wait_for(watcher, lambda sight: sight.is_last)
    failed = watcher._threads[LOOKING]
    failed.join(WITHIN_S)
    assert watcher._managers.clients == {}
    watcher.look_again()
    wait_for(watcher, lambda sight: not sight.is_last and running_tasks(sight) == 1)
    watcher.look_again()  # it does look
    assert len(threading.enumerate()) == threads
    assert watcher.events.all()[: len(events)] == events
    told = [sights.get(timeout=WITHIN_S) for _ in range(3)]
    assert [sight.is_last for sight in told] == [False, True, False]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_node_whose_listener_ended_is_told_of_and_heard_again(
    lab: Cluster, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are heard meanwhile; that it is not heard is said, and not that its engine does not answer."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    note = watcher._note

    def fail(node: str, *told: Any) -> bool:
        if node == "docker-swarm-2":
            raise KeyError("time")
        return note(node, *told)

    wait_for(watcher, lambda sight: sight.snapshot)
    monkeypatch.setattr(watcher, "_note", fail)
    lab["docker-swarm-2"].client.volumes.create("one")
    told = wait_for(watcher, lambda sight: "docker-swarm-2" in sight.unheard)
    reason = "nobody hears its events: KeyError: 'time'. lab.board() listens again."
    assert (told.unheard, told.unreachable) == ({"docker-swarm-2": reason}, {})
    watcher._threads["docker-swarm-2"].join(WITHIN_S)
    monkeypatch.setattr(watcher, "_note", note)
    watcher.look_again()
    wait_for(watcher, lambda sight: not sight.unheard)
    lab["docker-swarm-2"].client.volumes.create("two")
    heard = threading.Event()
    watcher.subscribe(lambda _: heard.set() if "two" in str(watcher.events.all()) else None, each_look=True)
    assert heard.wait(WITHIN_S)


def test_a_look_under_way_ends_with_its_watcher(
    lab: Cluster, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its clients are closed by the thread that uses them, and nobody hears of it."""
    wait_for(watcher, lambda sight: sight.snapshot)
    may_tell = paused_look(watcher, monkeypatch)
    heard: list[Sight] = []
    watcher.subscribe(heard.append, each_look=True)
    looking = watcher._threads[LOOKING]
    monkeypatch.setattr("swarmlab.client.watch.ANSWER_WITHIN_S", 0.0)
    watcher.close()
    assert looking.is_alive()
    may_tell.set()
    looking.join(WITHIN_S)
    assert (watcher._managers.clients, len(heard)) == ({}, 1)


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
            lab.heal()
            lab.clock.sleep(60)
            told.append((lab.snapshot(), lab.clock.elapsed()))
            if watcher:
                watcher.close()
    assert told[0] == told[1]


class Seconds:
    """Time that passes only when somebody waits or looks; it is closed after twenty looks."""

    def __init__(self) -> None:
        self.now = 0.0
        self.looks: list[float] = []

    def monotonic(self) -> float:
        """Seconds since it began."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Let them pass."""
        self.now += seconds

    def is_set(self) -> bool:
        """Whether it is over."""
        return len(self.looks) == 20

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize(("took", "between"), [(0.0, 0.1), (0.03, 0.1), (0.2, 0.4)])
def test_the_cluster_is_looked_at_every_tenth_of_a_second_at_most(
    monkeypatch: pytest.MonkeyPatch, took: float, between: float
) -> None:
    """However much happens; and not more than half of the time, where a look takes long."""
    seconds = Seconds()
    monkeypatch.setattr(watch, "time", seconds)
    watcher: Any = Watcher.__new__(Watcher)
    watcher._closed = watcher._managers = seconds
    watcher._wish, watcher._moving_until, watcher._epoch = threading.Condition(), float("inf"), 0

    def look() -> Sight:
        seconds.looks.append(seconds.now)
        seconds.now += took
        watcher._is_wished = True
        return Sight()

    watcher._look, watcher._tell = look, lambda *_: None
    watcher._look_again_and_again()
    assert {round(later - one, 6) for one, later in pairwise(seconds.looks)} == {between}
