"""What was when: nodes, services and tasks with their pasts, what was broken and when, what the engines reported.

Is told by a Watcher, or once by `recollect`, which needs nobody who looked at the time. What happened between two looks
is filled in from what tasks and events tell; the rest is unknown, and not made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any, cast

from swarmlab.client.cluster import Cluster
from swarmlab.client.events import Event, EventLog
from swarmlab.client.lives import Life, Trouble, last_of, life_of
from swarmlab.client.moves import Evidence
from swarmlab.client.past import (
    Past,
    Version,
    at,
    began,
    first_of_task,
    first_versions,
    of_container,
    put_right,
    with_start,
)
from swarmlab.client.protocols import Fault
from swarmlab.client.reasons import remembered
from swarmlab.client.services import KnownServices, ServiceLife, life_of_service
from swarmlab.client.snapshots import SHORT_ID, NodeView, ServiceView, Snapshot, TaskView
from swarmlab.client.tables import natural
from swarmlab.client.watch import Sight

VERSIONS = 30_000
"""How many versions a history keeps before it forgets the older half of them: some 40 MB."""

KINDS = ("node", "service", "task")
_TASK_ID = "com.docker.swarm.task.id"
_SERVICE_ID = "com.docker.swarm.service.id"
_SERVICE_NAME = "com.docker.swarm.service.name"


class History:
    """What a Watcher saw. May be told and asked from several threads.

    Args:
        events: what the engines reported.
        now: the lab's time.
    """

    def __init__(self, events: EventLog, now: Callable[[], datetime]) -> None:
        self.events = events
        self.now = now
        self._lock = RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything: another lab begins."""
        with self._lock:
            self._specs: dict[str, Mapping[str, Any]] = {}
            self._pasts: dict[str, dict[str, Past[Any]]] = {kind: {} for kind in KINDS}
            self._troubles: list[Trouble] = []
            self._versions = 0
            self._count = 0
            self._changed: dict[str, int] = {}
            self._index: tuple[int, dict[tuple[str, str], list[Event]]] = (-1, {})
            self._right: dict[tuple[str, str], tuple[tuple[int, int], list[Version[Any]]]] = {}
            self._services = KnownServices()  # also those whose pasts are forgotten
            self._told_of: tuple[tuple[int, int], list[ServiceLife]] = ((-1, -1), [])

    # --- what is told ---

    def see(self, sight: Sight) -> None:
        """Remember what is new of a sight."""
        with self._lock:
            if sight.taken_at is None and not sight.problem:
                self.clear()
                return
            now = self.now()
            self._note_troubles(now, {*sight.faults, *([sight.problem] if sight.problem else [])})
            if not sight.problem and sight.taken_at is not None:
                self._note(sight.snapshot or Snapshot(nodes=(), services=(), tasks=()), sight.taken_at)
            if self._versions > VERSIONS:
                self._forget_half()

    def _note(self, snapshot: Snapshot, seen_at: datetime) -> None:
        before = self._count
        for service in snapshot.services:
            self._note_name(service.id, service.name)
        self._note_all("node", snapshot.nodes, seen_at, lambda node: first_versions(node, seen_at))
        if self._count > before:
            self._note_change_of_all()
        self._note_all("service", snapshot.services, seen_at, lambda service: first_versions(service, seen_at))
        tasks = self._pasts["task"]
        followers = _followers(snapshot.tasks) if any(task.id not in tasks for task in snapshot.tasks) else {}
        views = [self._with_shared_spec(task) for task in snapshot.tasks]
        self._note_all("task", views, seen_at, lambda task: first_of_task(task, seen_at, followers.get(task.id)))

    def _with_shared_spec(self, task: TaskView) -> TaskView:
        """The task with a spec that it shares with all tasks of the same; what is known already stays as it is."""
        past = self._pasts["task"].get(task.id)
        if past is not None and past.last == task:
            return cast(TaskView, past.last)
        spec = json.dumps(task.spec, sort_keys=True)
        return replace(task, spec=self._specs.setdefault(spec, task.spec))

    def _note_all(self, kind: str, views: Sequence[Any], seen_at: datetime, first: Callable[[Any], Any]) -> None:
        pasts = self._pasts[kind]
        for view in views:
            past = pasts.get(view.id)
            if past is None:
                pasts[view.id] = past = Past()
                if kind == "task":
                    self._services.note_task(view.service, view.created_at)
                for since, version in first(view):
                    past.add(since, version)
                self._note_change(kind, view.id, len(past.seen))
            elif past.last != view:
                last = past.last
                since = seen_at if last is None else began(last, view, past.seen[-1][0], seen_at)
                past.add(since, view)
                self._note_change(kind, view.id, 1)
        present = {view.id for view in views}
        for key in [key for key, past in pasts.items() if past.last is not None and key not in present]:
            pasts[key].add(seen_at, None)
            self._note_change(kind, key, 1)

    def _note_change(self, kind: str, key: str, versions: int) -> None:
        self._count += 1
        self._versions += versions
        if kind == "task":
            self._changed[key] = self._count

    def _note_name(self, service_id: str, name: str) -> None:
        """Tasks that were seen before it was known are told anew, with it."""
        if not self._services.name(service_id, name):
            return
        tasks = self._pasts["task"].items()
        changed = [key for key, past in tasks if last_of(past.seen).service == service_id[:SHORT_ID]]
        if changed:
            self._count += 1
            self._changed.update((key, self._count) for key in changed)

    def _note_change_of_all(self) -> None:
        """Whether a node is lost shows in the lives of its tasks."""
        self._count += 1
        self._changed.update((key, self._count) for key, past in self._pasts["task"].items() if past.last is not None)

    def _note_troubles(self, now: datetime, present: set[Fault | str]) -> None:
        for trouble in self._troubles:
            if trouble.until is None and trouble.what not in present:
                trouble.until = now
        known = {trouble.what for trouble in self._troubles if trouble.until is None}
        self._troubles += [Trouble(since=now, until=None, what=what) for what in sorted(present - known, key=str)]

    def _forget_half(self) -> None:
        """What was over before the moment that halves the versions."""
        begins = sorted(since for pasts in self._pasts.values() for past in pasts.values() for since, _ in past.seen)
        horizon = begins[len(begins) // 2]
        for pasts in self._pasts.values():
            for key, past in list(pasts.items()):
                past.forget_before(horizon)
                if past.last is None and past.seen[-1][0] <= horizon:
                    del pasts[key]
                    self._changed.pop(key, None)
        self._right.clear()
        self._troubles = [each for each in self._troubles if each.until is None or each.until > horizon]
        self._versions = sum(len(past.seen) for pasts in self._pasts.values() for past in pasts.values())

    # --- what is asked ---

    def at(self, moment: datetime) -> Snapshot:
        """The swarm as it was, as far as is known; tasks have their services' names, removed or not."""
        return self.named(self._at(moment))

    def _at(self, moment: datetime) -> Snapshot:
        """The same in the API's own words."""
        with self._lock:
            nodes: list[NodeView] = self._all_at("node", moment)
            services: list[ServiceView] = self._all_at("service", moment)
            tasks: list[TaskView] = self._all_at("task", moment)
        return Snapshot(
            nodes=tuple(sorted(nodes, key=lambda node: (natural(node.name), node.state == "down", node.id))),
            services=tuple(sorted(services, key=lambda service: natural(service.name))),
            tasks=tuple(sorted(tasks, key=_place)),
        )

    def named(self, snapshot: Snapshot) -> Snapshot:
        """The same, with their services' names on tasks of removed services: the API knows only the ID by then."""
        with self._lock:
            there = {service.name for service in snapshot.services}
            if all(task.service in there for task in snapshot.tasks):
                return snapshot
            self._events()  # which may know services that were never seen
            tasks = [task if task.service in there else self._with_name(task) for task in snapshot.tasks]
        return replace(snapshot, tasks=tuple(sorted(tasks, key=_place)))

    def _with_name(self, task: TaskView) -> TaskView:
        name = self._services.names.get(task.service)
        return replace(task, service=name) if name else task

    def evidence(self, moment: datetime) -> Evidence:
        """What could be known then of why tasks were where they were: of those too that the swarm had forgotten.

        In the API's own words: a task of a removed service is none of a later service of the same name.
        """
        with self._lock:
            snapshot = self._at(moment)
            present = {task.id for task in snapshot.tasks}
            gone = [
                ended
                for key in self._keys("task")
                if key not in present and (ended := _ended(self._known("task", key), moment))
            ]
            events = [event for event in self.events.all() if event.at <= moment]
            return Evidence(snapshot=replace(snapshot, tasks=(*snapshot.tasks, *gone)), events=events, now=moment)

    def _all_at(self, kind: str, moment: datetime) -> list[Any]:
        found = (at(self._known(kind, key), moment) for key in self._keys(kind))
        return [view for view in found if view is not None]

    def lives(self, *, since: int = 0) -> tuple[list[Life], int]:
        """Tasks from their making to their end, in the order of their names, and how much was known to tell so.

        They have their services' names, removed or not.

        Args:
            since: leave out those of which nothing is new since this much was known.
        """
        with self._lock:
            keys = [key for key in self._keys("task") if self._changed.get(key, 1) > since]
            found = [life for key in keys if (life := self._life(key))]
            return sorted(found, key=lambda life: (natural(life.task.name), life.began_at, life.task.id)), self._count

    def nodes(self) -> dict[str, NodeView]:
        """All that were ever seen, as they were last, by their ids."""
        with self._lock:
            return {key: last_of(self._known("node", key)) for key in self._keys("node")}

    def node_versions(self, node_id: str) -> Sequence[Version[NodeView]]:
        """A node's past; empty if it was never seen."""
        with self._lock:
            return self._known("node", node_id) if node_id in self._pasts["node"] else []

    def services(self) -> Sequence[ServiceLife]:
        """All that were ever seen, of which a task was, or of which events tell; every life's is among them."""
        with self._lock:
            events = self._events()
            known = (self._count, self.events.heard)
            if self._told_of[0] != known:
                pasts = self._pasts["service"]
                told = {key for kind, key in events if kind == "service" and key[:SHORT_ID] in self._services.names}
                for key in sorted(told | set(pasts)):
                    versions = self._known("service", key) if key in pasts else []
                    self._services.keep(key, life_of_service(versions, events.get(("service", key), [])))
                self._told_of = (known, self._services.lives())
            return self._told_of[1]

    def task_ids(self) -> set[str]:
        """Of all tasks that are known."""
        with self._lock:
            return set(self._keys("task"))

    def faults(self, moment: datetime) -> tuple[Fault, ...]:
        """What was broken then."""
        with self._lock:
            return tuple(
                trouble.what
                for trouble in self._troubles
                if isinstance(trouble.what, Fault)
                and trouble.since <= moment
                and (trouble.until is None or moment < trouble.until)
            )

    def troubles(self) -> list[Trouble]:
        """What was broken, in the order in which it broke."""
        with self._lock:
            return [replace(trouble) for trouble in self._troubles]

    # --- versions ---

    def _keys(self, kind: str) -> list[str]:
        keys = list(self._pasts[kind])
        return keys + [key for key in self._unseen() if key not in self._pasts["task"]] if kind == "task" else keys

    def _known(self, kind: str, key: str) -> list[Version[Any]]:
        events = self._events()
        if kind != "task":
            return self._put_right(kind, key, events.get((kind, key), []))
        told = events.get(("task", key), [])
        if key not in self._pasts["task"]:
            return cast(list[Version[Any]], of_container(told))
        started = next((event.at for event in told if event.action == "start"), None)
        return cast(list[Version[Any]], with_start(self._pasts["task"][key].seen, started))

    def _put_right(self, kind: str, key: str, events: list[Event]) -> list[Version[Any]]:
        """Worked out anew only when there is something new."""
        seen = self._pasts[kind][key].seen
        known = (len(seen), len(events))
        if self._right.get((kind, key), ((-1, -1), []))[0] != known:
            self._right[(kind, key)] = (known, put_right(kind, seen, events))
        return self._right[(kind, key)][1]

    def _events(self) -> dict[tuple[str, str], list[Event]]:
        """Events by what they are about; those of containers by the tasks that they are of."""
        if self._index[0] != self.events.heard:
            index: dict[tuple[str, str], list[Event]] = {}
            heard = self.events.heard
            for event in self.events.all():
                task = event.attributes.get(_TASK_ID) if event.kind == "container" else None
                index.setdefault(("task", task) if task else (event.kind, event.id), []).append(event)
                if event.kind == "service" and "name" in event.attributes:
                    self._note_name(event.id, event.name)
                if task and (service := event.attributes.get(_SERVICE_NAME)):
                    self._services.note_task(service, event.at)
                    if service_id := event.attributes.get(_SERVICE_ID):
                        self._note_name(service_id, service)
            self._index = (heard, index)
        return self._index[1]

    def _unseen(self) -> Iterator[str]:
        """Tasks of which only their containers' events tell, from the beginning."""
        for (kind, key), events in self._events().items():
            if kind == "task" and events[0].action == "create":
                yield key

    def _life(self, key: str) -> Life | None:
        versions = [(since, view and self._with_name(view)) for since, view in self._known("task", key)]
        return life_of(versions, self.node_versions(last_of(versions).node_id))


def recollect(cluster: Cluster) -> History:
    """A history from what the API still tells now: the same from the same swarm, whoever looked before.

    Raises:
        NoManager: no node answers as a manager.
    """
    log = EventLog()
    for event in remembered(cluster):
        log.note(event)
    history = History(log, cluster.clock.now)
    history.see(Sight(snapshot=cluster.snapshot(), taken_at=cluster.clock.now()))
    return history


def _place(task: TaskView) -> tuple[Any, str]:
    """Among the tasks of a snapshot."""
    return natural(task.name), task.id


def _followers(tasks: Sequence[TaskView]) -> dict[str, datetime]:
    """When the task was made that took each task's place, by the task's id."""
    found: dict[str, datetime] = {}
    last: dict[tuple[str, int], TaskView] = {}
    for task in sorted(
        (task for task in tasks if task.slot and task.created_at), key=lambda each: str(each.created_at)
    ):
        place = (task.service, task.slot or 0)
        if place in last and task.created_at:
            found[last[place].id] = task.created_at
        last[place] = task
    return found


def _ended(versions: Sequence[Version[Any]], moment: datetime) -> TaskView | None:
    """A task that was there and is gone, as it was last."""
    before: list[TaskView] = [view for since, view in versions if since <= moment and view is not None]
    if not before:
        return None
    return replace(before[-1], state="shutdown", desired_state="remove") if before[-1].is_active else before[-1]
