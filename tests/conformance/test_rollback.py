"""Rollbacks that a user asks for: of updates that are complete, paused or under way, once and twice, to what fails."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from requests import Response

from swarmlab.client.waiting import WaitTimeout
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, Spec, ask, demand, type_line
from tests.conformance.rolling import (
    FAILS,
    SLEEPS,
    Film,
    Frame,
    blamed,
    change,
    config,
    create,
    engine_time,
    fewest_up,
    film,
    looks,
    over,
    roll_back,
    slots,
    spec,
    states,
    to_version,
    told_of_updates,
    update,
    without_ids,
)

STARTS_FROM = "formed"

BLAMES = "due to failure or early termination of task <id>"
AT_ONCE = config(0, monitor_s=0.5)
RESTS = {"Delay": 2 * NS, "Monitor": 4 * NS}


def service(name: str, replicas: int | None, args: tuple[str, ...] = SLEEPS, **given: object) -> Spec:
    """A service whose failed tasks are not replaced."""
    declared = spec(name, replicas=replicas, args=args, **given)
    declared["TaskTemplate"]["RestartPolicy"] = {"Condition": "none"}
    return declared


SERVICES = {
    "plain": service("plain", 2, UpdateConfig=AT_ONCE, RollbackConfig=config()),
    "everywhere": service("everywhere", None, UpdateConfig=AT_ONCE, RollbackConfig=config()),
    "first": service("first", 2, UpdateConfig=AT_ONCE, RollbackConfig=config(0, Order="start-first")),
    "paused": service("paused", 3, UpdateConfig=config(**RESTS), RollbackConfig=config(**RESTS)),
    "midway": service("midway", 3, UpdateConfig=config(Delay=60 * NS), RollbackConfig=config()),
    "scaled": service("scaled", 1),
    "turned-back": service("turned-back", 1, UpdateConfig=config(FailureAction="rollback"), RollbackConfig=config()),
}
TO_FAILURE = {
    "pauses": service("pauses", 2, FAILS, UpdateConfig=AT_ONCE, RollbackConfig=config(**RESTS)),
    "turns": service(
        "turns", 2, FAILS, UpdateConfig=config(0, monitor_s=4), RollbackConfig=config(FailureAction="rollback", **RESTS)
    ),
    "goes-on": service("goes-on", 2, FAILS, UpdateConfig=AT_ONCE, RollbackConfig=config(FailureAction="continue")),
}
"""Services whose first version fails."""

NEXT: dict[str, Callable[[Spec], None]] = {
    **dict.fromkeys([*SERVICES, *TO_FAILURE], to_version("2")),
    "plain": to_version("2", image="alpine:3.20"),
    "paused": to_version("2", ("nosuch",)),
    "scaled": lambda spec: spec["Mode"]["Replicated"].update(Replicas=2),
    "turned-back": to_version("2", ("nosuch",)),
}
TOLD_AT_MOST = 3
ROLLED = [name for name in NEXT if name != "turned-back"]


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen before the rollback, during it, a while later, and while it was rolled back again."""

    before: dict[str, Frame] = field(default_factory=dict)
    back: dict[str, Film] = field(default_factory=dict)
    later: dict[str, Frame] = field(default_factory=dict)
    forth: dict[str, Film] = field(default_factory=dict)
    events: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Told until all has come to its usual end: now and then a real engine leaves `turns` at `completed` for good."""
    for _ in range(TOLD_AT_MOST - 1):
        with suppress(WaitTimeout):
            return tell(lab)
        for name in NEXT:
            demand(lab[MANAGER], "DELETE", f"/services/{name}")
        lab.wait_until(lambda: len(demand(lab[MANAGER], "GET", "/tasks")) * "a task, ", "all tasks to go", timeout_s=60)
    return tell(lab)


def tell(lab: Lab) -> Story:
    """Version 1, version 2, and back, and forth again.

    Raises:
        WaitTimeout: a service has not come to its end.
    """
    told = Story()
    for each in TO_FAILURE.values():
        demand(lab[MANAGER], "POST", "/services/create", each)
    create(lab, *SERVICES.values())
    told.refused["never updated"] = answered(roll_back(lab, "plain"))
    for name, what in NEXT.items():
        update(lab, name, what)
    film(lab, {name: over for name in NEXT if name not in ("scaled", "midway")})
    film(lab, {"midway": lambda frame: len(frame.running("2")) == 1, "scaled": lambda frame: len(frame.running()) == 2})
    refuse(lab, told)
    told.before = looks(lab, NEXT)
    lab.clock.sleep(1.5)
    began = engine_time(lab)
    for name in ROLLED:
        assert roll_back(lab, name).ok
    told.back = film(lab, dict.fromkeys(ROLLED, over))
    film(lab, {"turns": lambda frame: frame.state == "paused"}, timeout_s=30)
    lab.clock.sleep(1.5)
    told.later, told.events = looks(lab, NEXT), told_of_updates(lab, began)
    for name in ("plain", "pauses"):
        told.typed[name] = type_line(lab, MANAGER, f"docker service inspect --pretty {name}")
    line = "docker service ps --format '{{.Name}} {{.Image}} {{.CurrentState}}' plain"
    told.typed["ps"] = type_line(lab, MANAGER, line)
    for name in ROLLED:
        assert roll_back(lab, name).ok
    ends = {name: lambda frame: over(frame) and len(frame.running()) == len(slots(frame)) for name in ROLLED}
    told.forth = film(lab, ends | {"paused": over})
    return told


def refuse(lab: Lab, told: Story) -> None:
    """Rollbacks that the manager does not take."""
    told.refused["turned back by itself"] = answered(roll_back(lab, "turned-back"))
    path = "&rollback=previous"
    told.refused["another name"] = answered(change(lab, "plain", lambda spec: spec.update(Name="other"), query=path))
    bad = to_version("3", image="Not An Image")
    told.refused["a spec that is wrong"] = answered(change(lab, "plain", bad, query=path))
    plain = demand(lab[MANAGER], "GET", "/services/plain")["Spec"]
    for what, name in (("a stale version", "plain"), ("no such service", "nosuch")):
        answer = ask(lab[MANAGER], "POST", f"/services/{name}/update?version=1{path}", plain)
        told.refused[what] = answered(answer)


def answered(answer: Response) -> tuple[int, str]:
    """Status and words, without ids."""
    return answer.status_code, without_ids(answer.json().get("message", ""))


_RUN = ("1 running running", "2 running running")
STARTED, COMPLETED = (
    ("rollback_started", "manually requested rollback"),
    ("rollback_completed", "rollback completed"),
)
_OLD, _NEW = "1 shutdown shutdown", "2 shutdown shutdown"
_CAME_BACK = [_OLD, _NEW, "1 running running"]
_FAILED = ["1 shutdown failed", _NEW, "1 shutdown failed"]
OUTCOMES: dict[str, tuple[list[tuple[str, str]], list[list[str]]]] = {
    "plain": ([STARTED, COMPLETED], [_CAME_BACK] * 2),
    "everywhere": ([STARTED, COMPLETED], [_CAME_BACK] * 3),
    "first": ([STARTED, COMPLETED], [_CAME_BACK] * 2),
    "midway": ([STARTED, COMPLETED], [["1 running running"]] * 2 + [_CAME_BACK]),
    "pauses": (
        [STARTED, ("rollback_paused", f"update paused {BLAMES}")],
        [["1 shutdown failed", "2 running running"], _FAILED],
    ),
    "turns": ([STARTED, ("rollback_paused", f"rollback paused {BLAMES}")], [_FAILED] * 2),
    "goes-on": ([STARTED, COMPLETED], [_FAILED] * 2),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_the_status_says_and_what_becomes_of_the_slots(name: str, story: Story) -> None:
    """Tasks of the other version are replaced, those that the update had not reached stay."""
    said, left = OUTCOMES[name]
    assert states(story.back[name]) == said
    assert sorted(slots(story.later[name]).values()) == sorted(left)


@pytest.mark.parametrize("name", ["scaled", "paused"])
def test_a_rollback_with_nothing_to_replace_is_complete_at_once(name: str, story: Story) -> None:
    """Replicas are part of the spec; a slot whose task had failed for good is filled as a new one is."""
    assert states(story.back[name])[-1] == COMPLETED
    wanted = {
        "scaled": [["1 running running"]],
        "paused": [["1 running running"]] * 2 + [[_OLD, "2 shutdown failed", "1 running running"]],
    }
    assert sorted(slots(story.later[name]).values()) == sorted(wanted[name])


def test_it_says_when_it_began_and_ended(story: Story) -> None:
    """A paused one has no end."""
    ended, paused = (story.back[name][-1].status for name in ("plain", "pauses"))
    assert [list(status) for status in (ended, paused)] == [
        ["State", "StartedAt", "CompletedAt", "Message"],
        ["State", "StartedAt", "Message"],
    ]
    assert ended["StartedAt"] < ended["CompletedAt"]
    assert ended["StartedAt"] > story.before["plain"].status["StartedAt"]


@pytest.mark.parametrize("name", ROLLED)
def test_the_two_specs_change_places(name: str, story: Story) -> None:
    """So a second rollback leads back to where the first began."""
    before, back, forth = (each[name].service for each in (story.before, story.later, last_of(story.forth)))
    assert (back["Spec"], back["PreviousSpec"]) == (before["PreviousSpec"], before["Spec"])
    assert (forth["Spec"], forth["PreviousSpec"]) == (before["Spec"], before["PreviousSpec"])


def last_of(films: dict[str, Film]) -> dict[str, Frame]:
    """The last look of each."""
    return {name: film[-1] for name, film in films.items()}


@pytest.mark.parametrize("name", [name for name in ROLLED if name not in ("paused", "scaled")])
def test_a_second_rollback_brings_the_newer_version_back(name: str, story: Story) -> None:
    """It takes the place of failed tasks, too."""
    last = story.forth[name][-1]
    assert states(story.forth[name])[-1] == COMPLETED
    assert len(last.running("2")) == len(last.running()) == len(slots(last))


def test_a_second_rollback_may_fail_as_the_update_did(story: Story) -> None:
    """The rollback's config says what follows, and with whose words."""
    assert states(story.forth["paused"]) == [STARTED, ("rollback_paused", f"update paused {BLAMES}")]
    assert blamed(story.forth["paused"][-1])["Status"]["State"] == "failed"


def test_a_rollback_follows_its_own_config(story: Story) -> None:
    """Start-first and all at once, where the update was stop-first; one at a time, where it was all at once."""
    assert fewest_up(story.back["first"]) == 2
    in_work = [sum(slot[-1] not in _RUN for slot in slots(frame).values()) for frame in story.back["plain"]]
    assert max(in_work) == 1


REFUSED = {
    "never updated": (400, "rpc error: code = FailedPrecondition desc = service <id> does not have a previous spec"),
    "turned back by itself": (
        400,
        "rpc error: code = FailedPrecondition desc = service <id> does not have a previous spec",
    ),
    "another name": (501, "rpc error: code = Unimplemented desc = renaming services is not supported"),
    "a spec that is wrong": (
        400,
        'rpc error: code = InvalidArgument desc = ContainerSpec: "Not An Image" is not a valid repository/tag',
    ),
    "a stale version": (500, "rpc error: code = Unknown desc = update out of sequence"),
    "no such service": (404, "service nosuch not found"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, story: Story) -> None:
    """The spec that is sent does not count, and must be right all the same."""
    assert story.refused[name] == REFUSED[name]


def moves(*through: str, **besides: str) -> list[dict[str, str]]:
    """The attributes of a rollback's way through these states."""
    told = [{"updatestate.new": new, "updatestate.old": old} for old, new in pairwise(through)]
    return [{**told[0], **besides}, *told[1:]]


_COMPLETES = ("rollback_started", "rollback_completed")
EVENTS = {
    "plain": moves("completed", *_COMPLETES, **{"image.new": "alpine:latest", "image.old": "alpine:3.20"}),
    "everywhere": moves("completed", *_COMPLETES),
    "first": moves("completed", *_COMPLETES),
    "paused": moves("paused", *_COMPLETES),
    "midway": moves("updating", *_COMPLETES),
    "scaled": [
        {"replicas.new": "1", "replicas.old": "2", "updatestate.new": "rollback_started"},
        *moves(*_COMPLETES),
    ],
    "pauses": moves("completed", "rollback_started", "rollback_paused"),
    "turns": moves("completed", "rollback_started", "rollback_paused", "completed", "paused"),
    "goes-on": moves("completed", *_COMPLETES),
}
"""`turns`: a rollback that may not turn back pauses, is called complete nevertheless, and goes on as an update."""


@pytest.mark.parametrize("name", ROLLED)
def test_what_events_tell(name: str, story: Story) -> None:
    """The rollback itself, with what it changes, then each state with the one before."""
    assert story.events[name] == EVENTS[name]


@pytest.mark.cli
def test_the_docker_command_shows_the_status(story: Story) -> None:
    """No end is shown of a rollback, and a paused one says that an update paused."""
    begins = ["UpdateStatus:", " State:  rollback_completed", " Started:  <age> ago", " Message:  rollback completed"]
    assert story.typed["plain"][4:9] == [*begins, "Placement:"]
    begins = [" State:  rollback_paused", " Started:  <age> ago", f" Message:  update paused {BLAMES}"]
    assert story.typed["pauses"][5:9] == [*begins, "Placement:"]


@pytest.mark.cli
def test_the_docker_command_shows_what_was_before(story: Story) -> None:
    """The newest task of a slot first."""
    of_a_slot = [
        "alpine:latest Running <age> ago",
        "alpine:3.20 Shutdown <age> ago",
        "alpine:latest Shutdown <age> ago",
    ]
    assert story.typed["ps"] == [f"plain.{slot} {text}" for slot in (1, 2) for text in of_a_slot]
