"""What the stories of jobs, restarts and global services are watched with: tasks in a comparable form, and their past.

A task is compared by what does not differ from run to run: where it runs, what is desired of it, what it says.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from swarmlab.lab import Lab
from tests.conformance.asking import NS, Spec, demand, typist
from tests.needs import has_docker_command

LOOK_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A task as it was at one moment."""

    id: str
    slot: int | None
    host: str | None
    desired: str
    state: str
    message: str
    err: str
    exit_code: int | None
    iteration: int | None
    raw: Spec = field(compare=False, repr=False)

    @property
    def says(self) -> tuple[str, str, str, str]:
        """What is desired, what is observed, the message, the error."""
        return (self.desired, self.state, self.message, self.err)


def declared(name: str, mode: Spec, script: str, **template: object) -> Spec:
    """A service of alpine that runs a line of the shell and stops within a second."""
    container = {"Image": "alpine:latest", "Args": ["sh", "-c", script], "StopGracePeriod": NS}
    return {"Name": name, "TaskTemplate": {"ContainerSpec": container, **template}, "Mode": mode}


def declare(lab: Lab, *specs: Spec) -> None:
    """Create services, and wait for nothing."""
    for spec in specs:
        demand(lab.manager(), "POST", "/services/create", spec)


def hosts(lab: Lab) -> dict[str, str]:
    """The names of the nodes by their ids."""
    return {node["ID"]: node["Description"]["Hostname"] for node in demand(lab.manager(), "GET", "/nodes")}


def tasks_of(lab: Lab, service: str, named: dict[str, str] | None = None) -> list[Seen]:
    """A service's tasks, the oldest first; `named` are the hosts, where they are known already."""
    named = hosts(lab) if named is None else named
    found = demand(lab.manager(), "GET", f'/tasks?filters={{"service":["{service}"]}}')
    return [_seen(task, named) for task in sorted(found, key=lambda task: str(task["CreatedAt"]))]


def _seen(task: Spec, named: dict[str, str]) -> Seen:
    status: Spec = task["Status"]
    iteration = task.get("JobIteration")
    return Seen(
        id=task["ID"],
        slot=task.get("Slot"),
        host=named.get(task.get("NodeID", "")),
        desired=task["DesiredState"],
        state=status["State"],
        message=status["Message"],
        err=status.get("Err", ""),
        exit_code=status.get("ContainerStatus", {}).get("ExitCode"),
        iteration=None if iteration is None else iteration.get("Index", 0),
        raw=task,
    )


def at(timestamp: str) -> float:
    """Seconds since the epoch."""
    return datetime.fromisoformat(timestamp[:19] + "+00:00").timestamp() + float("0" + timestamp[19:-1])


def wait_until(lab: Lab, holds: Callable[[], object], what: str, *, timeout_s: float = 60) -> None:
    """Wait for what is true in the end; nothing is moved but time."""
    lab.wait_until(lambda: "" if holds() else "not yet", what, timeout_s=timeout_s)


def wait_says(lab: Lab, service: str, *expected: tuple[str, str], timeout_s: float = 60) -> None:
    """Wait until a service's tasks, the oldest first, have these desired and observed states."""
    lab.wait_until(
        lambda: "" if (now := _states(lab, service)) == list(expected) else repr(now),
        f"{service}: {expected}",
        timeout_s=timeout_s,
    )


def _states(lab: Lab, service: str) -> list[tuple[str, str]]:
    return [(task.desired, task.state) for task in tasks_of(lab, service)]


def counts(lab: Lab, service: str) -> tuple[int, int, int]:
    """What `docker service ls` counts: running, desired, completed."""
    listed = demand(lab.manager(), "GET", f'/services?status=true&filters={{"name":["{service}"]}}')
    status = next(each["ServiceStatus"] for each in listed if each["Spec"]["Name"] == service)
    return status["RunningTasks"], status["DesiredTasks"], status["CompletedTasks"]


def kill(lab: Lab, service: str, host: str) -> None:
    """SIGKILL for the container of a service's task."""
    task = next(task for task in tasks_of(lab, service) if task.host == host and task.state == "running")
    lab[host].kill(task.raw["Status"]["ContainerStatus"]["ContainerID"])


def label_node(lab: Lab, name: str, **labels: str) -> None:
    """`docker node update --label-add`, all others removed."""
    manager = lab.manager()
    node = demand(manager, "GET", f"/nodes/{name}")
    spec = {**node["Spec"], "Labels": labels}
    demand(manager, "POST", f"/nodes/{node['ID']}/update?version={node['Version']['Index']}", spec)


def type_and_wait(lab: Lab, node: str, line: str) -> list[str]:
    """Type a line whose command waits for the swarm: lab time passes meanwhile. No progress is left of what it prints.

    On manual time nothing would happen while the docker CLI only looks.
    """
    if not has_docker_command():
        return []
    printed: list[str] = []
    typing = threading.Thread(target=lambda: printed.append(typist(lab).type(node, line)))
    typing.start()
    while typing.is_alive():
        lab.clock.sleep(2 * LOOK_S)
        typing.join(LOOK_S / 2)
    lines = typist(lab).comparable("".join(printed))
    return [line for line in lines if not line.startswith(("active tasks:", "job progress:"))]


class Past:
    """What a service's tasks went through, as far as somebody who asks again and again sees it.

    The nodes are those of the beginning.
    """

    def __init__(self, lab: Lab, service: str) -> None:
        self._lab, self._service = lab, service
        self._seen: dict[str, list[Seen]] = {}
        self._now: list[Seen] = []
        self._hosts = hosts(lab)

    def look(self) -> list[Seen]:
        """Ask once more."""
        self._now = tasks_of(self._lab, self._service, self._hosts)
        for task in self._now:
            past = self._seen.setdefault(task.id, [])
            if not past or past[-1] != task:
                past.append(task)
        return self._now

    def watch_until(self, holds: Callable[[Sequence[Seen]], object], *, timeout_s: float = 60) -> None:
        """Ask again and again until the tasks are so."""
        watch_until(self._lab, [self], lambda: holds(self.now), timeout_s=timeout_s)

    @property
    def now(self) -> list[Seen]:
        """The tasks as they were seen last."""
        return self._now

    def tasks(self) -> list[list[Seen]]:
        """Each task's past, in the order in which they were first seen."""
        return list(self._seen.values())


def watch_until(lab: Lab, pasts: Collection[Past], holds: Callable[[], object], *, timeout_s: float = 60) -> None:
    """Look at several services again and again until something holds."""
    end = lab.clock.elapsed() + timeout_s
    while not holds():
        assert lab.clock.elapsed() < end, f"{timeout_s:g} s; last seen: {[past.now for past in pasts]}"
        lab.clock.sleep(LOOK_S)
        for past in pasts:
            past.look()


def is_part_of(seen: Iterable[Any], whole: Sequence[Any]) -> bool:
    """Whether what was seen comes in the whole, in its order; between two looks more may have happened."""
    rest = iter(whole)
    return all(each in rest for each in seen)
