"""Watches a cluster: listens to the events of every node, asks for the tasks, and tells whoever listens what it sees.

Owns the only threads of the learner's side: one that asks, and one a node that listens to its events. Real Docker has
no events of tasks, so the tasks are asked for: at once when any node reports anything, then every 0.1 s as long as
something moves, else every second. All of it through the Docker API, with clients that move no manual time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Condition, Event, Lock, Thread
from typing import Any

from swarmlab.client.cluster import Cluster
from swarmlab.client.events import EventLog, read_event
from swarmlab.client.listeners import Listener
from swarmlab.client.managers import ANSWER_WITHIN_S, NOT_ANSWERING, Managers
from swarmlab.client.protocols import Fault
from swarmlab.client.snapshots import Snapshot

SHORTEST_S = 0.1
"""Between the beginnings of two looks."""

CALM_S = 1.0
"""Between two looks while nothing moves."""

MOVING_S = 3.0
"""How long after a report something is taken to be moving."""

LOOKING = ""
"""The thread that looks, among those that each listen to a node."""

_AGAIN = "lab.board() listens again."

AGAIN_S = 0.5
"""Before an engine that did not answer is asked for its events again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a Watcher sees.

    Attributes:
        snapshot: the swarm as a manager last told it; None before one did, and once there is no swarm.
        taken_at: when, in lab time.
        problem: why it is not of now; empty when it is.
        unreachable: host names of engines that do not answer, with the reason.
        unheard: host names of engines whose events nobody hears, though they may answer, with the reason.
        faults: what is broken just now, because somebody broke it.
        is_last: nobody looks any more; `problem` says why.
    """

    snapshot: Snapshot | None = None
    taken_at: datetime | None = None
    problem: str = ""
    unreachable: Mapping[str, str] = field(default_factory=dict)
    unheard: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    is_last: bool = False


class Watcher:
    """Sees a cluster change. `close` ends it; until then it holds a few connections to every node.

    Args:
        cluster: what is watched.
        events: where it keeps what the engines report; a log of its own by default.
    """

    def __init__(self, cluster: Cluster, events: EventLog | None = None) -> None:
        self._cluster = cluster
        self._listeners: list[Listener[Sight]] = []
        self._lock = Lock()  # of what several threads set; nobody is told anything while it is held
        self._epoch = 0  # how often it was told to forget; what was begun in an earlier one belongs to another lab
        self._wish = Condition()
        self._is_wished = False
        self._moving_until = 0.0
        self._closed = Event()
        self._streams: dict[str, Any] = {}
        self._managers = Managers(cluster)
        self._unreachable: dict[str, str] = {}
        self._unheard: dict[str, str] = {}
        self._heard_until: dict[str, int] = {}
        cluster.on_act = self.look_soon
        self.sight = Sight()
        self.has_failed = False
        self.events = EventLog() if events is None else events
        self._threads = {LOOKING: self._watching(), **{node.name: self._listening(node.name) for node in cluster}}
        for thread in self._threads.values():
            thread.start()

    def subscribe(self, hear: Callable[[Sight], None], *, each_look: bool = False) -> Callable[[], None]:
        """Tell a listener of every new sight, beginning with the present one; each once and in order.

        It is called from the Watcher's thread and should be quick. Returns what ends it.

        Args:
            hear: what is told.
            each_look: tell it also when nothing changed but the time.
        """
        listener = Listener(hear, each_look=each_look)
        with self._lock:
            self._listeners.append(listener)
            listener.give(self.sight)

        def end() -> None:
            listener.end()
            self._remove(listener)

        try:
            listener.tell()
        except BaseException:
            end()
            raise
        return end

    def _remove(self, listener: Listener[Sight]) -> None:
        with self._lock, suppress(ValueError):
            self._listeners.remove(listener)

    def look_soon(self) -> None:
        """Something was done: look at once, and often for a while."""
        with self._wish:
            self._is_wished = True
            self._moving_until = time.monotonic() + MOVING_S
            self._wish.notify()

    def forget(self) -> None:
        """The lab begins anew: nothing of what was seen and heard belongs to it, nor what comes of a look under way."""
        with self._lock:
            self._epoch += 1
            self._heard_until.clear()
            self._unreachable.clear()
            self._unheard.clear()
            self.events.clear()
            told = self._give(Sight(), is_new=True)
            streams = list(self._streams.values())
        for stream in streams:
            _hang_up(stream)
        self._tell_all(told)
        self.look_soon()

    def look_again(self) -> None:
        """Go on after a failure, with all that was seen and heard and with all who listen. Else nothing happens."""
        with self._lock:
            if self._closed.is_set():
                return
            begun = {LOOKING: self._watching()} if self.has_failed else {}
            deaf = [name for name, thread in self._threads.items() if name != LOOKING and not thread.is_alive()]
            begun |= {name: self._listening(name) for name in deaf}
            self.has_failed = False
            self._threads |= begun
            for thread in begun.values():
                thread.start()

    def close(self) -> None:
        """End the threads and connections; nobody is told anything any more. Idempotent."""
        with self._lock:
            self._closed.set()
            threads, streams = list(self._threads.values()), list(self._streams.values())
        with self._wish:
            self._wish.notify()
        for stream in streams:
            _hang_up(stream)
        for thread in threads:
            thread.join(timeout=ANSWER_WITHIN_S + AGAIN_S)

    # --- events ---

    def _listen(self, node: str) -> None:
        while not self._closed.is_set():
            with self._lock:
                epoch, since = self._epoch, self._heard_until.get(node, 1)
            try:
                with self._reports(node, epoch, since) as reports:
                    for told in reports:
                        if not self._note(node, epoch, told):
                            break
            except NOT_ANSWERING:
                reason = f"its engine does not answer at {self._cluster[node].host.docker_host}"
                self._note_silence(self._unreachable, node, epoch, reason)
            except BaseException as error:  # whatever the thread ends by; the other nodes are still heard
                reason = f"nobody hears its events: {type(error).__name__}: {error}. {_AGAIN}"
                self._note_silence(self._unheard, node, epoch, reason)
                raise
            if epoch == self._epoch:
                self._closed.wait(AGAIN_S)

    @contextmanager
    def _reports(self, node: str, epoch: int, since: int) -> Iterator[Iterator[Mapping[str, Any]]]:
        """Events of a node as they come, those that it still remembers first."""
        client = self._cluster.backend.observer(node)
        try:
            stream: Any = client.events(decode=True, since=since)
            with self._lock:
                self._streams[node] = stream
                is_wanted = epoch == self._epoch and not self._closed.is_set()
                silences = [self._unreachable.pop(node, ""), self._unheard.pop(node, "")]
            if any(silences):
                self.look_soon()
            yield stream if is_wanted else iter(())
        finally:
            with self._lock:
                ended = self._streams.pop(node, None)
            _hang_up(ended)
            client.close()

    def _note(self, node: str, epoch: int, told: Mapping[str, Any]) -> bool:
        """Keep an event; False where it is of a lab that is gone."""
        with self._lock:
            if epoch != self._epoch:
                return False
            self._heard_until[node] = int(told["time"])
            is_new = self.events.note(read_event(node, told))
        if is_new:
            self.look_soon()
        return True

    def _note_silence(self, kind: dict[str, str], node: str, epoch: int, reason: str) -> None:
        with self._lock:
            if epoch != self._epoch or self._closed.is_set():
                return
            is_new = kind.get(node) != reason
            kind[node] = reason
        if is_new:
            self.look_soon()

    # --- the swarm ---

    def _listening(self, node: str) -> Thread:
        return Thread(target=self._listen, args=(node,), name=f"swarmlab-events-{node}", daemon=True)

    def _watching(self) -> Thread:
        return Thread(target=self._watch, name="swarmlab-watch", daemon=True)

    def _watch(self) -> None:
        try:
            self._look_again_and_again()
        except BaseException as error:  # whatever the thread ends by
            self._fail(f"{type(error).__name__}: {error}")
            raise

    def _fail(self, problem: str) -> None:
        with self._lock:
            if self._closed.is_set():
                return
            self.has_failed = True
            told = self._give(replace(self.sight, problem=problem, is_last=True), is_new=True)
        self._tell_all(told)

    def _look_again_and_again(self) -> None:
        try:
            while not self._closed.is_set():
                began, epoch = time.monotonic(), self._epoch
                self._is_wished = False
                self._tell(self._look(), epoch)
                took = time.monotonic() - began
                self._wait_until(began + max(SHORTEST_S, 2 * took), began + max(CALM_S, 4 * took))
        finally:
            self._managers.close()

    def _wait_until(self, earliest: float, latest: float) -> None:
        """Wait for a wish, though not less than the shortest and not more than the longest time."""
        self._closed.wait(max(0.0, earliest - time.monotonic()))
        with self._wish:
            while not (self._closed.is_set() or self._is_wished or time.monotonic() < self._moving_until):
                left = latest - time.monotonic()
                if left <= 0:
                    return
                self._wish.wait(left)

    def _tell(self, sight: Sight, epoch: int) -> None:
        with self._lock:
            if epoch != self._epoch or self._closed.is_set():
                return
            known = self.sight
            is_new = known.taken_at is None or sight != replace(known, taken_at=sight.taken_at)
            told = self._give(sight, is_new=is_new)
        self._tell_all(told)

    def _give(self, sight: Sight, *, is_new: bool) -> Sequence[Listener[Sight]]:
        """The order of sights is that in which they come here; whoever calls holds the lock, and tells afterwards."""
        self.sight = sight
        told = [listener for listener in self._listeners if is_new or listener.each_look]
        for listener in told:
            listener.give(sight)
        return told

    def _tell_all(self, listeners: Sequence[Listener[Sight]]) -> None:
        """A listener that goes wrong is heard of, and told nothing any more; the others are."""
        for listener in listeners:
            try:
                listener.tell()
            except Exception:
                self._remove(listener)
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _look(self) -> Sight:
        last = self.sight
        snapshot, problem = self._managers.ask(self._unreachable, self._closed.is_set)
        if snapshot is None and problem:
            snapshot, taken_at = last.snapshot, last.taken_at
        else:
            taken_at = self._cluster.clock.now()
        with self._lock:
            unreachable, unheard = (dict(sorted(each.items())) for each in (self._unreachable, self._unheard))
        return Sight(
            snapshot=snapshot,
            taken_at=taken_at,
            problem=problem,
            unreachable=unreachable,
            unheard=unheard,
            faults=self._faults(last),
        )

    def _faults(self, last: Sight) -> tuple[Fault, ...]:
        try:
            return tuple(self._cluster.backend.faults.active())
        except NOT_ANSWERING:
            return last.faults


def _hang_up(stream: Any) -> None:
    with suppress(*NOT_ANSWERING, AttributeError):
        stream.close()
