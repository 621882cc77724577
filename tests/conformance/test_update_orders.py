"""How fast and in which order an update replaces tasks: parallelism, delay, monitor, stop-first and start-first.

All services are changed at the same moment and filmed until the last update is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import NS, Spec
from tests.conformance.rolling import (
    Film,
    Frame,
    config,
    create,
    fewest_up,
    film,
    lingering,
    over,
    slots,
    spec,
    states,
    to_version,
    update,
)

STARTS_FROM = "formed"

SLOW = {"Test": ["CMD", "true"], "Interval": 2 * NS}
"""A task with a check runs once the check has succeeded: it is starting for two seconds."""


FIRST = {"Order": "start-first"}
NOWHERE = {"Constraints": ["node.labels.disk==ssd"]}
SERVICES = {
    "one": lingering(spec("one", replicas=3, UpdateConfig=config())),
    "two": lingering(spec("two", replicas=4, UpdateConfig=config(2))),
    "all": lingering(spec("all", replicas=3, UpdateConfig=config(0))),
    "everywhere": lingering(spec("everywhere", replicas=None, UpdateConfig=config())),
    "first": spec("first", replicas=2, UpdateConfig=config(**FIRST)),
    "first-all": spec("first-all", replicas=2, UpdateConfig=config(0, **FIRST)),
    "delayed": spec("delayed", replicas=2, UpdateConfig=config(monitor_s=0.5, Delay=2 * NS)),
    "watched": spec("watched", replicas=1, UpdateConfig=config(monitor_s=4)),
    "stuck": spec("stuck", replicas=2, UpdateConfig=config()),
    "stuck-first": spec("stuck-first", replicas=2, UpdateConfig=config(**FIRST)),
    "newer": spec("newer", replicas=3, UpdateConfig=config(Delay=NS)),
    "scaled": spec("scaled", replicas=2, UpdateConfig=config(Delay=NS)),
}
STUCK = ("stuck", "stuck-first")


def to_next(spec: Spec) -> None:
    """Version 2 of each service."""
    to_version("2")(spec)
    if spec["Name"].startswith("first"):
        spec["TaskTemplate"]["ContainerSpec"]["Healthcheck"] = SLOW
    if spec["Name"] in STUCK:
        spec["TaskTemplate"]["Placement"] = NOWHERE


@pytest.fixture(scope="module")
def films(lab: Lab) -> dict[str, Film]:
    """Everything at once."""
    create(lab, *SERVICES.values())
    for name in SERVICES:
        update(lab, name, to_next)
    update(lab, "newer", to_version("3"))
    update(lab, "scaled", lambda spec: spec["Mode"]["Replicated"].update(Replicas=4))
    return film(lab, dict.fromkeys(SERVICES, over) | dict.fromkeys(STUCK, waits_for_a_node))


def waits_for_a_node(frame: Frame) -> bool:
    """A task of the new version has been looked at, and no node suits it."""
    return any(task["Status"].get("Err") and task["DesiredState"] == "running" for task in frame.of("2"))


def each(films: dict[str, Film], *names: str) -> Iterator[tuple[Frame, list[str]]]:
    """Every slot in every look."""
    return ((frame, slot) for name in names for frame in films[name] for slot in slots(frame).values())


def at(task: Any) -> float:
    """The moment of a task's status."""
    return seconds(task["Status"]["Timestamp"])


def seconds(text: str) -> float:
    """A moment of the API's."""
    return datetime.fromisoformat(f"{text[:26].rstrip('Z')}+00:00").timestamp()


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in STUCK])
def test_an_update_is_in_progress_then_completed(name: str, films: dict[str, Film]) -> None:
    """And every task is of the newest version."""
    last = films[name][-1]
    assert states(films[name]) == [("updating", "update in progress"), ("completed", "update completed")]
    wanted = 3 if name == "everywhere" else last.service["Spec"]["Mode"]["Replicated"]["Replicas"]
    assert len(last.running("3" if name == "newer" else "2")) == len(last.running()) == wanted


@pytest.mark.parametrize(("name", "at_once"), [("one", 1), ("two", 2), ("all", 3), ("everywhere", 1)])
def test_parallelism(name: str, at_once: int, films: dict[str, Film]) -> None:
    """So many slots, or nodes of a global service, are in work at a time; 0 means all."""
    in_work = [
        sum(slot[-1] != "1 running running" and slot[-1] != "2 running running" for slot in slots(frame).values())
        for frame in films[name]
    ]
    assert max(in_work) == at_once
    assert in_work[-1] == 0


def test_stop_first(films: dict[str, Film]) -> None:
    """The new task gets ready while the old one is stopped, and runs only after its end."""
    names = ("one", "two", "all", "everywhere")
    pairs = {tuple(slot) for _, slot in each(films, *names) if len(slot) > 1}
    assert ("1 shutdown running", "2 ready ready") in pairs
    assert {old for old, new in pairs if new.startswith("2 running")} == {"1 shutdown shutdown"}
    assert {new.split()[1] for old, new in pairs if old == "1 shutdown running"} == {"ready"}


def test_start_first(films: dict[str, Film]) -> None:
    """Both tasks are wanted; the old one is given up when the new one runs."""
    pairs = {tuple(slot) for _, slot in each(films, "first", "first-all") if len(slot) > 1}
    assert ("1 running running", "2 running starting") in pairs
    assert {new for old, new in pairs if old.startswith("1 shutdown")} == {"2 running running"}
    assert fewest_up(films["first"]) == fewest_up(films["first-all"]) == 2


def test_start_first_respects_parallelism(films: dict[str, Film]) -> None:
    """One slot has two tasks, or both have."""
    doubled = {
        name: max(
            sum(len(slot) > 1 and slot[0].startswith("1 running") for slot in slots(frame).values())
            for frame in films[name]
        )
        for name in ("first", "first-all")
    }
    assert doubled == {"first": 1, "first-all": 2}


def test_the_delay_lies_between_slots(films: dict[str, Film]) -> None:
    """From the moment at which a task runs; after the last slot, too, and then the update watches longer than that."""
    last = films["delayed"][-1]
    first, second = sorted(last.of("2"), key=at)
    assert seconds(second["CreatedAt"]) - at(first) >= 1.9
    assert 4.9 <= seconds(last.status["CompletedAt"]) - at(second) <= 9


def test_it_watches_the_last_task_for_the_monitor_period(films: dict[str, Film]) -> None:
    """Then the update is complete."""
    last = films["watched"][-1]
    assert 3.9 <= seconds(last.status["CompletedAt"]) - at(last.running()[0]) <= 7


@pytest.mark.parametrize("name", STUCK)
def test_a_task_that_no_node_suits_holds_the_update_up(name: str, films: dict[str, Film]) -> None:
    """The other slot is not touched; start-first keeps both tasks."""
    last = films[name][-1]
    old = "1 running running" if name == "stuck-first" else "1 shutdown shutdown"
    assert states(films[name]) == [("updating", "update in progress")]
    assert sorted(slots(last).values()) == sorted([["1 running running"], [old, "2 running pending"]])


def test_a_newer_version_takes_an_update_over(films: dict[str, Film]) -> None:
    """A slot that was in work is replaced again; the status begins anew."""
    versions = {tuple(sorted({words[0] for words in slot})) for slot in slots(films["newer"][-1]).values()}
    assert ("1", "2", "3") in versions
    assert versions <= {("1", "3"), ("1", "2", "3")}


def test_scaling_takes_an_update_over(films: dict[str, Film]) -> None:
    """New slots are of the new version at once."""
    assert sorted(slots(films["scaled"][-1]).values(), key=len) == [
        *[["2 running running"]] * 2,
        *[["1 shutdown shutdown", "2 running running"]] * 2,
    ]
