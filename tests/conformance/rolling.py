"""What stories of updates are told with: services whose tasks stop at once, changes of them, films of what follows.

A film is a row of looks, taken while something happens: it shows what was, not exactly when. Which version of a service
a task is of stands in its container's label `v`.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from requests import Response

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, Spec, ask, demand

SLEEPS = ("sleep", "1000")
FAILS = ("sh", "-c", "exit 3")
OVER = ("completed", "paused", "rollback_completed", "rollback_paused")
"""The states of an update that is over, or stands still."""

_ID = re.compile(r"\b[0-9a-z]{25}\b")
_OUT_OF_SEQUENCE = "update out of sequence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One look at a service and all its tasks, the oldest first."""

    at_s: float
    service: Any
    tasks: list[Any]

    @property
    def status(self) -> dict[str, str]:
        """Its update's status, if it has one."""
        return self.service.get("UpdateStatus") or {}

    @property
    def state(self) -> str:
        """The state of its update; empty if there is none."""
        return self.status.get("State", "")

    def of(self, version: str) -> list[Any]:
        """The tasks of a version, whatever became of them."""
        return [task for task in self.tasks if version_of(task["Spec"]) == version]

    def running(self, version: str = "") -> list[Any]:
        """The tasks that are wanted and run, of a version or of all."""
        tasks = self.of(version) if version else self.tasks
        return [task for task in tasks if task["DesiredState"] == task["Status"]["State"] == "running"]


Film = list[Frame]


def version_of(template: Spec) -> str:
    """Which version of a service a task's spec is of."""
    version: str = template["ContainerSpec"].get("Labels", {}).get("v", "")
    return version


# --- declaring and changing ----------------------------------------------------------------------------------------


def spec(name: str, *, replicas: int | None = None, args: tuple[str, ...] = SLEEPS, **given: object) -> Spec:
    """Version 1 of a service whose tasks stop at once; without replicas it is global."""
    container = {"Image": "alpine:latest", "Args": list(args), "StopSignal": "SIGKILL", "Labels": {"v": "1"}}
    mode = {"Global": {}} if replicas is None else {"Replicated": {"Replicas": replicas}}
    return {"Name": name, "TaskTemplate": {"ContainerSpec": container}, "Mode": mode, **given}


def lingering(declared: Spec) -> Spec:
    """The same with tasks that take some seconds to stop: `sleep` as process 1 does not mind SIGTERM."""
    declared["TaskTemplate"]["ContainerSpec"].update(StopSignal="SIGTERM", StopGracePeriod=2 * NS)
    return declared


def config(parallelism: int = 1, *, monitor_s: float = 1, **given: object) -> Spec:
    """An update or rollback config that does not watch for long."""
    return {"Parallelism": parallelism, "Monitor": int(monitor_s * NS)} | given


def create(lab: Lab, *specs: Spec) -> None:
    """Declare services and wait until all of them run."""
    for each in specs:
        demand(lab[MANAGER], "POST", "/services/create", each)
    for each in specs:
        lab.wait_converged(each["Name"])


def to_version(version: str, args: tuple[str, ...] = SLEEPS, *, image: str = "") -> Callable[[Spec], None]:
    """The change that makes tasks of another version, which may fail."""

    def change(spec: Spec) -> None:
        container = spec["TaskTemplate"]["ContainerSpec"]
        container.update(Labels={"v": version}, Args=list(args), Image=image or container["Image"])

    return change


def change(lab: Lab, name: str, what: Callable[[Spec], None], *, query: str = "") -> Response:
    """Read a service's spec, change it, send it back; anew if the swarm wrote to the service meanwhile."""
    while True:
        service = demand(lab[MANAGER], "GET", f"/services/{name}")
        wanted = copy.deepcopy(service["Spec"])
        what(wanted)
        path = f"/services/{service['ID']}/update?version={service['Version']['Index']}{query}"
        answer = ask(lab[MANAGER], "POST", path, wanted)
        if _OUT_OF_SEQUENCE not in answer.text:
            return answer


def as_it_is(spec: Spec) -> None:
    """The change that changes nothing."""


def update(lab: Lab, name: str, what: Callable[[Spec], None] = as_it_is) -> None:
    """An update that is not refused."""
    answer = change(lab, name, what)
    assert answer.ok, answer.text


def roll_back(lab: Lab, name: str) -> Response:
    """`docker service rollback`."""
    return change(lab, name, as_it_is, query="&rollback=previous")


# --- looking -------------------------------------------------------------------------------------------------------


def look(lab: Lab, name: str) -> Frame:
    """One service as it is now."""
    return looks(lab, [name])[name]


def looks(lab: Lab, names: Iterable[str]) -> dict[str, Frame]:
    """Some services as they are now."""
    services = {service["Spec"]["Name"]: service for service in demand(lab[MANAGER], "GET", "/services")}
    tasks = sorted(demand(lab[MANAGER], "GET", "/tasks"), key=lambda task: str(task["CreatedAt"]))
    at_s = lab.clock.elapsed()
    return {
        name: Frame(
            at_s=at_s,
            service=services[name],
            tasks=[task for task in tasks if task["ServiceID"] == services[name]["ID"]],
        )
        for name in names
    }


def film(lab: Lab, ends: dict[str, Callable[[Frame], bool]], *, timeout_s: float = 90) -> dict[str, Film]:
    """Look at several services at once until each has come to its end."""
    films: dict[str, Film] = {name: [] for name in ends}

    def missing() -> str:
        left = [name for name, seen in films.items() if not (seen and ends[name](seen[-1]))]
        for name, frame in looks(lab, left).items():
            films[name].append(frame)
        return ", ".join(f"{name}: {films[name][-1].status}" for name in left if not ends[name](films[name][-1]))

    lab.wait_until(missing, f"the ends of {', '.join(ends)}", timeout_s=timeout_s)
    return films


def over(frame: Frame) -> bool:
    """Whether an update is over, or stands still."""
    return frame.state in OVER


# --- telling -------------------------------------------------------------------------------------------------------


def without_ids(text: str) -> str:
    """The same on every lab."""
    return _ID.sub("<id>", text)


def states(of: Film) -> list[tuple[str, str]]:
    """States and messages of the update, each once in a row, without ids, from the moment on at which there is one."""
    said = [(frame.state, without_ids(frame.status["Message"])) for frame in of if frame.state]
    return [each for each, _ in groupby(said)]


def fewest_up(of: Film) -> int:
    """The smallest number of tasks that ran, wanted or not."""
    return min(sum(task["Status"]["State"] == "running" for task in frame.tasks) for frame in of)


def blamed(frame: Frame) -> Any:
    """The task that the status names."""
    found = _ID.findall(frame.status["Message"])
    return next(task for task in frame.tasks if [task["ID"]] == found)


def slots(frame: Frame) -> dict[Any, list[str]]:
    """Of each slot, or node of a global service: version, desired state and state of its tasks, the oldest first."""
    shown: dict[Any, list[str]] = {}
    for task in frame.tasks:
        words = f"{version_of(task['Spec'])} {task['DesiredState']} {task['Status']['State']}"
        shown.setdefault(task.get("Slot") or task["NodeID"], []).append(words)
    return shown


def engine_time(lab: Lab) -> int:
    """The present second, by the manager's own clock."""
    now: str = demand(lab[MANAGER], "GET", "/info")["SystemTime"]
    return int(datetime.fromisoformat(f"{now[:19]}+00:00").timestamp())


def told_of_updates(lab: Lab, since: int) -> dict[str, list[dict[str, str]]]:
    """What the events `service update` say besides the name, by service."""
    path = f'/events?since={since}&until={engine_time(lab)}&filters={{"type":["service"],"event":["update"]}}'
    told: dict[str, list[dict[str, str]]] = {}
    for line in ask(lab[MANAGER], "GET", path).text.splitlines():
        attributes = json.loads(line)["Actor"]["Attributes"]
        told.setdefault(attributes.pop("name"), []).append(attributes)
    return told
