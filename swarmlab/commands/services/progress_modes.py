"""What "converged" means for each service mode, and the progress lines that show the way there.

Owns nothing but its display. Tasks, nodes and services are the API's dictionaries.
Source: docker/cli cli/command/service/progress/progress.go, the four progress updaters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Protocol

from swarmlab.client.tables import short_id
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.display import Display, bar, one_line

STATES = ("new", "allocated", "pending", "assigned", "accepted", "preparing", "ready", "starting", "running")
ENDED = ("complete", "shutdown", "failed", "rejected")
NUMBER = {state: number for number, state in enumerate(STATES + ENDED, start=1)}
RUNNING = NUMBER["running"]
MOST_BARS = 20
_WIDTH = len("preparing")

Task = dict[str, Any]


class Mode(Protocol):
    """One service mode's idea of progress."""

    def update(self, service: dict[str, Any], tasks: list[Task], active: Collection[str], rollback: bool) -> bool:
        """Draw this moment; True when the service has converged. `active` are the nodes that are not down."""
        ...


def mode_of(service: dict[str, Any], display: Display) -> Mode:
    """The progress of this service's mode."""
    mode = service["Spec"]["Mode"]
    if (mode.get("Replicated") or {}).get("Replicas") is not None:
        return Replicated(display)
    if mode.get("Global") is not None:
        return Global(display)
    if mode.get("ReplicatedJob") is not None:
        return ReplicatedJob(display)
    if mode.get("GlobalJob") is not None:
        return GlobalJob(display)
    raise DockerError("unrecognized service mode")


def is_terminal(state: str) -> bool:
    """Whether a task in this state has ended."""
    return NUMBER.get(state, 0) > RUNNING


class Replicated:
    """Converged when as many tasks run as there are replicas."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._slots: dict[int, int] = {}
        self._started = False
        self._done = False

    def update(self, service: dict[str, Any], tasks: list[Task], active: Collection[str], rollback: bool) -> bool:
        """See Mode."""
        replicas = service["Spec"]["Mode"]["Replicated"]["Replicas"]
        if not self._started:
            self._start(replicas, rollback)
        chosen = _one_each(tasks, lambda task: task.get("Slot", 0), active)
        if self._done:
            self._done = all(task["Status"]["State"] == "running" for task in chosen.values())
        for slot, task in sorted(chosen.items()):
            number = self._slots.setdefault(slot, len(self._slots) + 1)
            if not self._done and number <= replicas <= MOST_BARS:
                _show_task(self._display, f"{number}/{replicas}", task)
        running = sum(map(_runs, chosen.values()))
        if not self._done:
            _show_overall(self._display, running, replicas, rollback)
            self._done = running == replicas
        return bool(running == replicas)

    def _start(self, replicas: int, rollback: bool) -> None:
        self._started = True
        _show_overall(self._display, 0, replicas, rollback)
        for number in range(1, replicas + 1 if replicas <= MOST_BARS else 1):
            self._display.show(f"{number}/{replicas}", "")


class Global:
    """Converged when every node that has a task of this service runs it."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._started = False
        self._done = False

    def update(self, service: dict[str, Any], tasks: list[Task], active: Collection[str], rollback: bool) -> bool:
        """See Mode."""
        chosen = _one_each(tasks, lambda task: task.get("NodeID", ""), None)
        if not self._started:
            if not chosen:
                self._display.show("overall progress", "waiting for new tasks")
                return False
            _show_overall(self._display, 0, len(chosen), rollback)
            self._started = True
        if self._done:
            self._done = all(task["Status"]["State"] == "running" for task in chosen.values())
        here = {node: task for node, task in sorted(chosen.items()) if node in active}
        for node, task in here.items():
            if not self._done and len(chosen) <= MOST_BARS:
                _show_task(self._display, short_id(node), task)
        running = sum(map(_runs, here.values()))
        if not self._done:
            _show_overall(self._display, running, len(chosen), rollback)
            self._done = running == len(chosen)
        return running == len(chosen)


class ReplicatedJob:
    """Converged when as many tasks of this iteration are complete as the job wants."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._started = False

    def update(self, service: dict[str, Any], tasks: list[Task], active: Collection[str], rollback: bool) -> bool:
        """See Mode."""
        job = service["Spec"]["Mode"]["ReplicatedJob"]
        total, concurrent = job["TotalCompletions"], job["MaxConcurrent"]
        if not self._started:
            self._started = True
            self._overall(0, 0, total, concurrent)
            for number in range(1, total + 1 if total <= MOST_BARS else 1):
                self._display.show(f"{number}/{total}", "")
        chosen = _least_advanced(_of_iteration(tasks, service), lambda task: task.get("Slot", 0))
        for slot, task in sorted(chosen.items()):
            if total <= MOST_BARS:
                _show_job_task(self._display, f"{slot + 1}/{total}", task)
        complete = sum(task["Status"]["State"] == "complete" for task in chosen.values())
        running = sum(NUMBER[task["Status"]["State"]] < NUMBER["complete"] for task in chosen.values())
        self._overall(running, complete, total, concurrent)
        return bool(complete == total)

    def _overall(self, running: int, complete: int, total: int, concurrent: int) -> None:
        _show_job(self._display, complete, total)
        width = len(str(concurrent))
        wanted = min(total - complete, concurrent)
        self._display.show("active tasks", f"{running:>{width}} out of {wanted:>{width}} tasks")


class GlobalJob:
    """Converged when every node that had a task at the start has completed it."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._nodes: set[str] | None = None

    def update(self, service: dict[str, Any], tasks: list[Task], active: Collection[str], rollback: bool) -> bool:
        """See Mode."""
        current = _of_iteration(tasks, service)
        if self._nodes is None:
            if not tasks and active:
                self._display.show("job progress", "waiting for tasks")
                return False
            self._nodes = {task.get("NodeID", "") for task in current}
            _show_job(self._display, 0, len(self._nodes))
        nodes = self._nodes
        mine = [task for task in current if task.get("NodeID", "") in nodes]
        chosen = _least_advanced(mine, lambda task: task.get("NodeID", ""))
        for node, task in sorted(chosen.items()):
            if len(nodes) <= MOST_BARS:
                _show_job_task(self._display, node, task)
        complete = sum(task["Status"]["State"] == "complete" for task in chosen.values())
        _show_job(self._display, complete, len(nodes))
        return bool(complete == len(nodes))


def _one_each(tasks: Iterable[Task], key: Callable[[Task], Any], active: Collection[str] | None) -> dict[Any, Task]:
    """The task of each slot or node that is wanted least far, then the one that got least far."""
    chosen: dict[Any, Task] = {}
    for task in _known(tasks):
        before = chosen.get(key(task))
        if before is not None and _rank(before) <= _rank(task):
            continue
        if active is not None and task.get("NodeID") and task["NodeID"] not in active:
            continue
        chosen[key(task)] = task
    return chosen


def _least_advanced(tasks: Iterable[Task], key: Callable[[Task], Any]) -> dict[Any, Task]:
    chosen: dict[Any, Task] = {}
    for task in _known(tasks):
        before = chosen.setdefault(key(task), task)
        if NUMBER[before["Status"]["State"]] > NUMBER[task["Status"]["State"]]:
            chosen[key(task)] = task
    return chosen


def _known(tasks: Iterable[Task]) -> list[Task]:
    return [task for task in tasks if task["DesiredState"] in NUMBER and task["Status"]["State"] in NUMBER]


def _rank(task: Task) -> tuple[int, int]:
    return NUMBER[task["DesiredState"]], NUMBER[task["Status"]["State"]]


def _of_iteration(tasks: Iterable[Task], service: dict[str, Any]) -> list[Task]:
    index = service["JobStatus"]["JobIteration"].get("Index", 0)
    return [
        task for task in tasks if task.get("JobIteration") is not None and task["JobIteration"].get("Index", 0) == index
    ]


def _runs(task: Task) -> bool:
    return not is_terminal(task["DesiredState"]) and task["Status"]["State"] == "running"


def _show_overall(display: Display, running: int, wanted: int, rollback: bool) -> None:
    start = "rolling back update: " if rollback else ""
    display.show("overall progress", f"{start}{running} out of {wanted} tasks")


def _show_job(display: Display, complete: int, total: int) -> None:
    text = f"{complete:>{len(str(total))}} out of {total} complete"
    display.show("job progress", f"{text} {bar(complete, total)}" if total else text)


def _show_task(display: Display, name: str, task: Task) -> None:
    state = task["Status"]["State"]
    if error := task["Status"].get("Err"):
        display.show(name, one_line(error))
    elif not is_terminal(task["DesiredState"]) and not is_terminal(state):
        display.show(name, f"{state:<{_WIDTH}} {bar(NUMBER[state], RUNNING)}")


def _show_job_task(display: Display, name: str, task: Task) -> None:
    state = task["Status"]["State"]
    error = task["Status"].get("Err")
    drawn = f"{state:<{_WIDTH}} {bar(NUMBER[state], NUMBER['complete'])}"
    display.show(name, one_line(error) if error else drawn)
