"""Updates to tasks that fail: pause, continue, roll back; which failures count; how a paused update goes on.

All services are changed at the same moment. Where it matters how many slots were begun, the worker rests after each
one: without a rest it is a race whether the next slot is begun before a failure is noticed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, Spec, type_line
from tests.conformance.rolling import (
    FAILS,
    Film,
    Frame,
    blamed,
    config,
    create,
    engine_time,
    film,
    lingering,
    looks,
    over,
    slots,
    spec,
    states,
    to_version,
    told_of_updates,
    update,
    version_of,
)

STARTS_FROM = "formed"

RESTS = {"Delay": 3 * NS, "Monitor": 6 * NS}
ONCE, AGAIN = {"Condition": "none"}, {"Condition": "any", "Delay": NS}
BLAMES = "due to failure or early termination of task <id>"
UPDATING, PAUSED = ("updating", "update in progress"), ("paused", f"update paused {BLAMES}")
COMPLETED = ("completed", "update completed")
ROLLED_BACK = [("rollback_started", f"update rolled back {BLAMES}"), ("rollback_completed", "rollback completed")]


def service(name: str, replicas: int | None, *, policy: Spec = ONCE, **given: object) -> Spec:
    """A service whose tasks are restarted as the policy says."""
    declared = spec(name, replicas=replicas, **given)
    declared["TaskTemplate"]["RestartPolicy"] = policy
    return declared


SERVICES = {
    "pauses": service("pauses", 2, UpdateConfig=config(FailureAction="pause", **RESTS)),
    "by-default": service("by-default", 2),
    "everywhere": service("everywhere", None, UpdateConfig=config(**RESTS)),
    "no-image": service("no-image", 2, policy=AGAIN, UpdateConfig=config(**RESTS)),
    "goes-on": service("goes-on", 2, UpdateConfig=config(FailureAction="continue")),
    "turns-back": lingering(
        service("turns-back", 2, UpdateConfig=config(FailureAction="rollback", **RESTS), RollbackConfig=config(0))
    ),
    "bears-half": service("bears-half", 2, UpdateConfig=config(MaxFailureRatio=0.5, **RESTS)),
    "bears-less": service("bears-less", 2, UpdateConfig=config(MaxFailureRatio=0.4, **RESTS)),
    "bears-all": service("bears-all", 2, UpdateConfig=config(MaxFailureRatio=1)),
    "too-late": service("too-late", 1, UpdateConfig=config(monitor_s=0.5)),
    "soon": service("soon", 1, UpdateConfig=config(monitor_s=6)),
    "succeeds": service("succeeds", 1, UpdateConfig=config(monitor_s=6)),
    "rests-long": service("rests-long", 1, UpdateConfig=config(monitor_s=3, Delay=4 * NS)),
    "start-first": service("start-first", 1, UpdateConfig=config(Order="start-first")),
}
CHANGES: dict[str, Callable[[Spec], None]] = {
    **dict.fromkeys((name for name in SERVICES if name != "turns-back"), to_version("2", FAILS)),
    "no-image": to_version("2", image="alpine:nosuch"),
    "too-late": to_version("2", ("sh", "-c", "sleep 4; exit 3")),
    "soon": to_version("2", ("sh", "-c", "sleep 1; exit 3")),
    "succeeds": to_version("2", ("true",)),
    "start-first": to_version("2", ("nosuch",)),
    "turns-back": to_version("2", image="alpine:nosuch"),  # last: it has turned back when others are long on their way
}


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen of each service, to its update's end, a while later, and when it was updated again."""

    films: dict[str, Film] = field(default_factory=dict)
    later: dict[str, Frame] = field(default_factory=dict)
    again: dict[str, Film] = field(default_factory=dict)
    events: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Everything at once; then three of the paused updates go on."""
    told = Story()
    create(lab, *SERVICES.values())
    lab.clock.sleep(1)
    began = engine_time(lab)
    for name, change in CHANGES.items():
        update(lab, name, change)
    told.films = film(lab, dict.fromkeys(SERVICES, over))
    film(lab, {"no-image": lambda frame: len(frame.of("2")) > 1, "too-late": lambda frame: not frame.running()})
    told.later = looks(lab, SERVICES)
    for name in ("pauses", "turns-back"):
        told.typed[name] = type_line(lab, MANAGER, f"docker service inspect --pretty {name}")
    line = "docker service ps --no-trunc --format '{{.Name}} {{.Image}} {{.DesiredState}} {{.CurrentState}} {{.Error}}'"
    told.typed["ps"] = type_line(lab, MANAGER, f"{line} turns-back")
    update(lab, "pauses", to_version("3"))
    update(lab, "no-image")
    update(lab, "start-first", lambda spec: spec.update(Labels={"a": "b"}))
    told.again = film(lab, dict.fromkeys(("pauses", "no-image", "start-first"), over))
    lab.clock.sleep(2)
    told.events = told_of_updates(lab, began)
    return told


ONE_FAILED = [["1 running running"], ["1 shutdown shutdown", "2 shutdown failed"]]
ALL_FAILED = [["1 shutdown shutdown", "2 shutdown failed"]] * 2
OUTCOMES: dict[str, tuple[list[tuple[str, str]], list[list[str]]]] = {
    "pauses": ([PAUSED], ONE_FAILED),
    "everywhere": ([PAUSED], [["1 running running"], *ONE_FAILED]),
    "goes-on": ([COMPLETED], ALL_FAILED),
    "turns-back": (
        ROLLED_BACK,
        [["1 running running"], ["1 shutdown shutdown", "2 shutdown rejected", "1 running running"]],
    ),
    "bears-half": ([PAUSED], ALL_FAILED),
    "bears-less": ([PAUSED], ONE_FAILED),
    "bears-all": ([COMPLETED], ALL_FAILED),
    "too-late": ([COMPLETED], ALL_FAILED[:1]),
    "soon": ([PAUSED], ALL_FAILED[:1]),
    "succeeds": ([PAUSED], [["1 shutdown shutdown", "2 shutdown complete"]]),
    "rests-long": ([PAUSED], ALL_FAILED[:1]),
    "start-first": ([PAUSED], [["1 running running", "2 shutdown failed"]]),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_the_status_says_and_what_becomes_of_the_slots(name: str, story: Story) -> None:
    """Pausing leaves the other slots alone; whatever ends within the monitor period has failed; shares are borne."""
    said, left = OUTCOMES[name]
    assert states(story.films[name]) == [UPDATING, *said]
    assert sorted(slots(story.later[name]).values()) == sorted(left)


def test_by_default_a_failure_pauses(story: Story) -> None:
    """How many slots were begun by then is a race."""
    assert states(story.films["by-default"]) == [UPDATING, PAUSED]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("pauses", ("failed", "started", "task: non-zero exit (3)")),
        ("no-image", ("rejected", "preparing", "No such image: alpine:nosuch")),
        ("succeeds", ("complete", "finished", "")),
    ],
)
def test_the_message_names_the_task(name: str, status: tuple[str, str, str], story: Story) -> None:
    """Whose status says why."""
    paused = story.films[name][-1]
    shown = blamed(paused)["Status"]
    assert (shown["State"], shown["Message"], shown.get("Err", "")) == status
    assert sorted(paused.status) == ["Message", "StartedAt", "State"]


def test_an_image_that_is_not_there_is_tried_again_while_the_update_stands_still(story: Story) -> None:
    """The other slot stays as it was; restarts change neither the status nor its time."""
    first, later = story.films["no-image"][-1], story.later["no-image"]
    assert states([first]) == [PAUSED]
    assert (first.status, len(later.running("1"))) == (later.status, 1)
    assert {task["Status"].get("Err", "No such image: alpine:nosuch") for task in later.of("2")} == {
        "No such image: alpine:nosuch"
    }


def test_an_update_that_turned_back_has_no_previous_spec(story: Story) -> None:
    """A paused one has, and its spec is the one that failed."""
    paused, back = (story.films[name][-1].service for name in ("pauses", "turns-back"))
    assert "PreviousSpec" not in back
    assert [version_of(spec["TaskTemplate"]) for spec in (back["Spec"], paused["Spec"], paused["PreviousSpec"])] == [
        "1", "2", "1",
    ]  # fmt: skip


def test_a_better_version_ends_the_pause(story: Story) -> None:
    """It reaches the slot that failed, and the one that was left alone; the failed version is the previous one."""
    last = story.again["pauses"][-1]
    assert states(story.again["pauses"])[-1] == COMPLETED
    assert sorted(slot[-1] for slot in slots(last).values()) == ["3 running running"] * 2
    assert version_of(last.service["PreviousSpec"]["TaskTemplate"]) == "2"


@pytest.mark.parametrize("name", ["no-image", "start-first"])
def test_any_update_ends_the_pause(name: str, story: Story) -> None:
    """The same spec again, or a label: what is still old is replaced, fails, and the update pauses again."""
    before, after = story.later[name], story.again[name][-1]
    assert states(story.again[name])[-2:] == [UPDATING, PAUSED]
    assert blamed(after)["ID"] not in {task["ID"] for task in before.tasks}
    assert version_of(after.service["PreviousSpec"]["TaskTemplate"]) == "2"


def moves(*between: str) -> list[dict[str, str]]:
    """The attributes of an update's way through its states."""
    first, *rest = between
    told = [{"updatestate.new": first}]
    for old, new in zip(between, rest, strict=False):
        told.append({"updatestate.new": new, "updatestate.old": old})
    return told


_GOES, _COMES = (
    {"image.new": new, "image.old": old}
    for new, old in (("alpine:nosuch", "alpine:latest"), ("alpine:latest", "alpine:nosuch"))
)
_COMPLETES, _PAUSES = moves("updating", "completed"), moves("updating", "paused")
_TURNS = moves("updating", "rollback_started", "rollback_completed")
EVENTS = {
    **{name: [{}, *(_COMPLETES if COMPLETED in said else _PAUSES)] for name, (said, _) in OUTCOMES.items()},
    "pauses": [{}, *_PAUSES, {}, *_COMPLETES],
    "no-image": [_GOES, *_PAUSES, {}, *_PAUSES],
    "start-first": [{}, *_PAUSES, {}, *_PAUSES],
    "turns-back": [_GOES, _TURNS[0], {**_TURNS[1], **_COMES}, _TURNS[2]],
}


@pytest.mark.parametrize("name", EVENTS)
def test_what_events_tell(name: str, story: Story) -> None:
    """The update itself, then each state of it with the one before; a new update takes it away without a word."""
    assert story.events[name] == EVENTS[name]


@pytest.mark.cli
def test_the_docker_command_shows_the_status(story: Story) -> None:
    """Only a completed update has a line of its end, a rollback has not."""
    begins = ["UpdateStatus:", " State:  paused", " Started:  <age> ago", f" Message:  update paused {BLAMES}"]
    assert story.typed["pauses"][4:9] == [*begins, "Placement:"]
    begins = [" State:  rollback_completed", " Started:  <age> ago", " Message:  rollback completed"]
    assert story.typed["turns-back"][5:9] == [*begins, "Placement:"]


@pytest.mark.cli
def test_the_docker_command_shows_what_failed(story: Story) -> None:
    """`docker service ps`: the newest task of a slot first, with its error."""
    running = "alpine:latest Running Running <age> ago"
    lines = [line.split(" ", 1) for line in story.typed["ps"]]
    assert sorted(text for _, text in lines) == sorted(
        [
            running,
            'alpine:nosuch Shutdown Rejected <age> ago "No such image: alpine:nosuch"',
            "alpine:latest Shutdown Shutdown <age> ago",
            running,
        ]
    )
    slot = next(name for name, text in lines if "Rejected" in text)
    assert [text.split(" ")[2] for name, text in lines if name == slot] == ["Running", "Rejected", "Shutdown"]
