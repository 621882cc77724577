"""Watches a cluster: listens to the events of every node, asks for the tasks, and tells whoever listens what it sees.

Owns the only threads of the learner's side: one that asks, and one a node that listens to its events. Real Docker has
no events of tasks, so the tasks are asked for: at once when any node reports anything, then every 0.1 s as long as
something moves, else every second. All of it through the Docker API, with clients that move no manual time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Condition, Event, Lock, Thread
from typing import Any

from docker import DockerClient
from docker.errors import APIError, DockerException
from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster
from swarmlab.client.events import EventLog, read_event
from swarmlab.client.protocols import Fault
from swarmlab.client.snapshots import Snapshot, take_snapshot

SHORTEST_S = 0.1
"""Between the beginnings of two looks."""

CALM_S = 1.0
"""Between two looks while nothing moves."""

MOVING_S = 3.0
"""How long after a report something is taken to be moving."""

ANSWER_WITHIN_S = 3.0
"""A manager that takes longer has no leader to ask, or its host is gone; unless its answers are long."""

PATIENCE_S = 15.0
"""How long a manager may take at most that has very much to tell."""

AGAIN_S = 0.5
"""Before an engine that did not answer is asked for its events again."""

NOT_ANSWERING = (DockerException, RequestException, OSError, ValueError)
"""All that the SDK raises when an engine stops in the middle of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a Watcher sees.

    Attributes:
        snapshot: the swarm as a manager last told it; None before one did, and once there is no swarm.
        taken_at: when, in lab time.
        problem: why it is not of now; empty when it is.
        unreachable: host names of engines that do not answer, with the reason.
        faults: what is broken just now, because somebody broke it.
        is_last: nobody looks any more; `problem` says why.
    """

    snapshot: Snapshot | None = None
    taken_at: datetime | None = None
    problem: str = ""
    unreachable: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    is_last: bool = False


Listener = Callable[[Sight], None]


class Watcher:
    """Sees a cluster change. `close` ends it; until then it holds a few connections to every node."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._listeners: list[Listener] = []
        self._each_look: list[Listener] = []
        self._lock = Lock()
        self._wish = Condition()
        self._is_wished = False
        self._moving_until = 0.0
        self._closed = Event()
        self._streams: dict[str, Any] = {}
        self._clients: dict[str, DockerClient] = {}
        self._unreachable: dict[str, str] = {}
        self._heard_until: dict[str, int] = {}
        self._asked_first = next(iter(cluster)).name
        self._patience_s = ANSWER_WITHIN_S
        cluster.on_act = self.look_soon
        self.sight = Sight()
        self.has_failed = False
        self.events = EventLog()
        self._threads = [Thread(target=self._watch, name="swarmlab-watch", daemon=True)] + [
            Thread(target=self._listen, args=(node.name,), name=f"swarmlab-events-{node.name}", daemon=True)
            for node in cluster
        ]
        for thread in self._threads:
            thread.start()

    def subscribe(self, listener: Listener, *, each_look: bool = False) -> Callable[[], None]:
        """Tell a listener of every new sight, beginning with the present one.

        It is called from the Watcher's thread and should be quick. Returns what ends it.

        Args:
            listener: what is told.
            each_look: tell it also when nothing changed but the time.
        """
        told = self._each_look if each_look else self._listeners
        with self._lock:
            told.append(listener)
        listener(self.sight)

        def end() -> None:
            with self._lock, suppress(ValueError):
                told.remove(listener)

        return end

    def look_soon(self) -> None:
        """Something was done: look at once, and often for a while."""
        with self._wish:
            self._is_wished = True
            self._moving_until = time.monotonic() + MOVING_S
            self._wish.notify()

    def forget(self) -> None:
        """The lab begins anew: nothing of what was seen and heard belongs to it."""
        self._heard_until.clear()
        self.events.clear()
        self._tell(Sight())
        self.look_soon()

    def close(self) -> None:
        """End the threads and connections. Idempotent."""
        self._closed.set()
        with self._wish:
            self._wish.notify()
        for stream in list(self._streams.values()):
            _hang_up(stream)
        for thread in self._threads:
            thread.join(timeout=ANSWER_WITHIN_S + AGAIN_S)
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    # --- events ---

    def _listen(self, node: str) -> None:
        while not self._closed.is_set():
            try:
                for told in self._reported(node, self._heard_until.get(node, 1)):
                    self._heard_until[node] = int(told["time"])
                    if self.events.note(read_event(node, told)):
                        self.look_soon()
            except NOT_ANSWERING as error:
                self._note_unreachable(node, error)
            self._closed.wait(AGAIN_S)

    def _reported(self, node: str, since: int) -> Iterator[Mapping[str, Any]]:
        """Events of a node as they come, those that it still remembers first."""
        client = self._cluster.backend.observer(node)
        try:
            stream: Any = client.events(decode=True, since=since)
            self._streams[node] = stream
            if self._unreachable.pop(node, None):
                self.look_soon()
            if not self._closed.is_set():
                yield from stream
        finally:
            self._streams.pop(node, None)
            client.close()

    def _note_unreachable(self, node: str, error: Exception) -> None:
        known = self._unreachable.get(node)
        self._unreachable[node] = f"its engine does not answer at {self._cluster[node].host.docker_host}"
        if known is None and not self._closed.is_set():
            self.look_soon()

    # --- the swarm ---

    def _watch(self) -> None:
        try:
            self._look_again_and_again()
        except Exception as error:
            self.has_failed = True
            self._tell(replace(self.sight, problem=f"{type(error).__name__}: {error}", is_last=True))
            raise

    def _look_again_and_again(self) -> None:
        while not self._closed.is_set():
            began = time.monotonic()
            self._is_wished = False
            self._tell(self._look())
            took = time.monotonic() - began
            self._wait_until(began + max(SHORTEST_S, 2 * took), began + max(CALM_S, 4 * took))

    def _wait_until(self, earliest: float, latest: float) -> None:
        """Wait for a wish, though not less than the shortest and not more than the longest time."""
        self._closed.wait(max(0.0, earliest - time.monotonic()))
        with self._wish:
            while not (self._closed.is_set() or self._is_wished or time.monotonic() < self._moving_until):
                left = latest - time.monotonic()
                if left <= 0:
                    return
                self._wish.wait(left)

    def _tell(self, sight: Sight) -> None:
        known, self.sight = self.sight, sight
        is_new = known.taken_at is None or sight != replace(known, taken_at=sight.taken_at)
        with self._lock:
            listeners = [*self._listeners, *self._each_look] if is_new else list(self._each_look)
        for listener in listeners:
            self._tell_one(listener, sight)

    def _tell_one(self, listener: Listener, sight: Sight) -> None:
        """A listener that goes wrong is heard of, and told nothing any more; the others are."""
        try:
            listener(sight)
        except Exception:
            with self._lock:
                for told in (self._listeners, self._each_look):
                    if listener in told:
                        told.remove(listener)
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _look(self) -> Sight:
        last = self.sight
        snapshot, problem = self._ask_managers()
        if snapshot is None and problem:
            snapshot, taken_at = last.snapshot, last.taken_at
        else:
            taken_at = self._cluster.clock.now()
        return Sight(
            snapshot=snapshot,
            taken_at=taken_at,
            problem=problem,
            unreachable=dict(sorted(self._unreachable.items())),
            faults=self._faults(last),
        )

    def _faults(self, last: Sight) -> tuple[Fault, ...]:
        try:
            return tuple(self._cluster.backend.faults.active())
        except NOT_ANSWERING:
            return last.faults

    def _ask_managers(self) -> tuple[Snapshot | None, str]:
        """The swarm as the first manager that answers tells it, or why none does.

        Neither where no node is in a swarm.
        """
        problem = ""
        names = sorted((node.name for node in self._cluster), key=lambda name: name != self._asked_first)
        for name in names:
            if self._closed.is_set():
                break
            began = time.monotonic()
            try:
                snapshot = take_snapshot(self._client(name))
            except APIError as error:
                if error.status_code != 503 or "not a swarm manager" not in str(error.explanation):
                    problem = str(error.explanation)
            except NOT_ANSWERING:
                self._drop(name)
                if name not in self._unreachable:
                    self._patience_s = min(2 * self._patience_s, PATIENCE_S)
                if name == self._asked_first or name not in self._unreachable:
                    problem = problem or f"{name} was a manager and does not answer"
            else:
                self._asked_first = name
                self._patience_s = min(max(ANSWER_WITHIN_S, 5 * (time.monotonic() - began)), PATIENCE_S)
                return snapshot, ""
        return None, problem

    def _client(self, node: str) -> DockerClient:
        if node not in self._clients:
            self._clients[node] = self._cluster.backend.observer(node)
        api: Any = self._clients[node].api  # its type says whole seconds
        api.timeout = self._patience_s
        return self._clients[node]

    def _drop(self, node: str) -> None:
        if client := self._clients.pop(node, None):
            client.close()


def _hang_up(stream: Any) -> None:
    with suppress(*NOT_ANSWERING, AttributeError):
        stream.close()
