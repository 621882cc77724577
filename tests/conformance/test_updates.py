"""Updates of a service, one after the other: which replace tasks, what the status says, which spec is remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, SERVICE, Spec, ask, demand, type_line
from tests.conformance.rolling import (
    Film,
    Frame,
    as_it_is,
    config,
    create,
    film,
    look,
    over,
    spec,
    states,
    to_version,
    update,
    version_of,
)

STARTS_FROM = "formed"

Change = Callable[[Spec], None]


def template(**changes: object) -> Change:
    """Change what tasks are made from."""
    return lambda spec: spec["TaskTemplate"].update(changes)


def container(**changes: object) -> Change:
    """Change their container."""
    return lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(changes)


def declared(**changes: object) -> Change:
    """Change what concerns the service alone."""
    return lambda spec: spec.update(changes)


def both(*changes: Change) -> Change:
    """One change after the other."""

    def change(spec: Spec) -> None:
        for each in changes:
            each(spec)

    return change


LINUX, WORKERS = ({"Constraints": [each]} for each in ("node.platform.os==linux", "node.role==worker"))
SPREAD = {"Preferences": [{"Spread": {"SpreadDescriptor": "node.labels.rack"}}]}
PORT = {"TargetPort": 80, "PublishedPort": 8085}
QUICK = config(2, monitor_s=0.1)

REPLACES: dict[str, tuple[Change, bool]] = {
    "nothing": (as_it_is, False),
    "fewer replicas": (declared(Mode={"Replicated": {"Replicas": 1}}), False),
    "a label": (declared(Labels={"a": "b"}), False),
    "the update config": (declared(UpdateConfig=QUICK), False),
    "the rollback config": (declared(RollbackConfig=QUICK), False),
    "a container's label": (container(Labels={"v": "2", "a": "b"}), True),
    "force": (template(ForceUpdate=1), True),
    "a constraint that the node meets": (template(Placement=LINUX), False),
    "a preference besides": (template(Placement={**LINUX, **SPREAD}), False),
    "no placement any more": (template(Placement={}), False),
    "a constraint and the environment": (both(template(Placement=LINUX), container(Env=["A=1"])), True),
    "the restart policy": (template(RestartPolicy={"Delay": NS}), True),
    "the restart policy in full": (template(RestartPolicy={"Condition": "any", "Delay": NS, "MaxAttempts": 0}), False),
    "the grace period": (container(StopGracePeriod=NS), True),
    "a published port": (declared(EndpointSpec={"Ports": [PORT]}), True),
    "the endpoint's mode": (declared(EndpointSpec={"Mode": "dnsrr"}), True),
    "resources": (template(Resources={"Limits": {"MemoryBytes": 64 << 20}}), True),
    "the log driver": (template(LogDriver={"Name": "json-file"}), True),
    "a tag": (container(Image="alpine:3.20"), True),
}
"""Changes, made in this order, and whether tasks are replaced for them."""


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen at each moment."""

    looks: dict[str, Frame] = field(default_factory=dict)
    updated: Film = field(default_factory=list)
    typed: dict[str, list[str]] = field(default_factory=dict)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """A service of two is scaled, brought to another version, then changed again and again."""
    told = Story()
    create(lab, spec(SERVICE, replicas=2, UpdateConfig=config()))
    told.looks["created"] = look(lab, SERVICE)
    update(lab, SERVICE, declared(Mode={"Replicated": {"Replicas": 3}}))
    lab.wait_converged(SERVICE)
    told.looks["scaled"] = look(lab, SERVICE)
    update(lab, SERVICE, to_version("2"))
    told.updated = film(lab, {SERVICE: over})[SERVICE]
    told.looks["updated"] = told.updated[-1]
    told.typed["pretty"] = type_line(lab, MANAGER, f"docker service inspect --pretty {SERVICE}")
    line = "docker service ps --format '{{.Name}} {{.Image}} {{.DesiredState}} {{.CurrentState}}' "
    told.typed["ps"] = type_line(lab, MANAGER, line + SERVICE)
    told.typed["ps -f"] = type_line(lab, MANAGER, f"{line}-f desired-state=running {SERVICE}")
    told.typed["tree"] = type_line(lab, MANAGER, f"docker service ps {SERVICE}")
    for name, (change, replaces) in REPLACES.items():
        told.looks[f"before {name}"] = look(lab, SERVICE)
        update(lab, SERVICE, change)
        if replaces:
            film(lab, {SERVICE: over})
        else:
            lab.clock.sleep(0.5)
        told.looks[name] = look(lab, SERVICE)
    refuse(lab, told)
    return told


def refuse(lab: Lab, told: Story) -> None:
    """Whatever is wrong with an update."""
    for name, (query, change, _) in REFUSED.items():
        service = demand(lab[MANAGER], "GET", f"/services/{SERVICE}")
        version = service["Version"]["Index"]
        wrong = {**service["Spec"], **change}
        answer = ask(lab[MANAGER], "POST", f"/services/{SERVICE}/update?{query.format(version=version)}", wrong)
        told.refused[name] = (answer.status_code, answer.json().get("message", ""))
    told.looks["refused"] = look(lab, SERVICE)


def running(frame: Frame) -> set[str]:
    """The tasks that run."""
    return {task["ID"] for task in frame.running()}


_AT = "version={version}"
_BAD, _UNKNOWN, _UNIMPLEMENTED = (
    f"rpc error: code = {code} desc = " for code in ("InvalidArgument", "Unknown", "Unimplemented")
)
_RATIO = f"{_BAD}TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1"
_GO = "invalid JSON: json: cannot unmarshal {} into Go struct field ServiceSpec.UpdateConfig.Parallelism of type uint64"
_NUMBER = "invalid service version '{0}': strconv.ParseUint: parsing \"{0}\": invalid syntax"
_RENAMES, _MODE = (
    (501, _UNIMPLEMENTED + words)
    for words in ("renaming services is not supported", "service mode change is not allowed")
)
REFUSED: dict[str, tuple[str, Spec, tuple[int, str]]] = {
    "an order": (_AT, {"UpdateConfig": {"Order": "sideways"}}, (400, "unrecognized update order sideways")),
    "an action": (
        _AT,
        {"UpdateConfig": {"FailureAction": "explode"}},
        (400, "unrecognized update failure action explode"),
    ),
    "a rollback's order": (
        _AT,
        {"RollbackConfig": {"Order": "Start-First"}},
        (400, "unrecognized update order Start-First"),
    ),
    "a rollback's action": (
        _AT,
        {"RollbackConfig": {"FailureAction": "explode", "Order": "sideways"}},
        (400, "unrecognized update failure action explode"),
    ),
    "a ratio": (_AT, {"UpdateConfig": {"MaxFailureRatio": -0.1}}, (400, _RATIO)),
    "a rollback's ratio": (_AT, {"RollbackConfig": {"MaxFailureRatio": 1.5}}, (200, "")),
    "a delay": (
        _AT,
        {"UpdateConfig": {"Delay": -1}},
        (400, f"{_BAD}TaskSpec: update-delay cannot be negative"),
    ),
    "a rollback's delay": (_AT, {"RollbackConfig": {"Delay": -1}}, (200, "")),
    "a monitor": (
        _AT,
        {"UpdateConfig": {"Monitor": -1}},
        (400, f"{_BAD}TaskSpec: update-monitor cannot be negative"),
    ),
    "a parallelism": (_AT, {"UpdateConfig": {"Parallelism": -1}}, (400, _GO.format("number -1"))),
    "a parallelism of text": (_AT, {"UpdateConfig": {"Parallelism": "two"}}, (400, _GO.format("string"))),
    "a rollback option": (f"{_AT}&rollback=sideways", {}, (500, "unrecognized rollback option sideways")),
    "a stale version": ("version=1", {}, (500, f"{_UNKNOWN}update out of sequence")),
    "a version of text": ("version=newest", {}, (400, _NUMBER.format("newest"))),
    "no version": ("", {}, (400, _NUMBER.format(""))),
    "another name": (_AT, {"Name": "other"}, _RENAMES),
    "no name": (_AT, {"Name": ""}, _RENAMES),
    "another mode": (_AT, {"Mode": {"Global": {}}}, _MODE),
    "a job": (_AT, {"Mode": {"ReplicatedJob": {}}, "UpdateConfig": None}, _MODE),
    "no task": (_AT, {"TaskTemplate": {}}, (400, "mismatched Runtime and *Spec fields")),
}
"""Queries and changes, with status and words; of a rollback's config numbers are not looked at."""


def test_neither_a_new_service_nor_a_scaled_one_has_a_status(story: Story) -> None:
    """Scaling is an update all the same: the spec before it is kept."""
    created, scaled = story.looks["created"], story.looks["scaled"]
    assert [sorted({"UpdateStatus", "PreviousSpec"} & set(frame.service)) for frame in (created, scaled)] == [
        [],
        ["PreviousSpec"],
    ]
    assert scaled.service["PreviousSpec"] == created.service["Spec"]


def test_an_update_says_when_it_began_and_ended(story: Story) -> None:
    """The end only once there is one; the beginning stays what it was."""
    assert states(story.updated) == [("updating", "update in progress"), ("completed", "update completed")]
    begun, ended = (
        next(frame for frame in looks if frame.state).status for looks in (story.updated, story.updated[::-1])
    )
    assert [list(status) for status in (begun, ended)] == [
        ["State", "StartedAt", "Message"],
        ["State", "StartedAt", "CompletedAt", "Message"],
    ]
    assert begun["StartedAt"] == ended["StartedAt"] < ended["CompletedAt"]


def test_the_previous_spec_is_the_one_before(story: Story) -> None:
    """Each update puts another one there, also one that changes nothing."""
    updated, same = (story.looks[name].service for name in ("updated", "nothing"))
    assert [version_of(updated[which]["TaskTemplate"]) for which in ("PreviousSpec", "Spec")] == ["1", "2"]
    assert same["PreviousSpec"] == same["Spec"] == updated["Spec"]


@pytest.mark.parametrize("name", REPLACES)
def test_which_changes_replace_tasks(name: str, story: Story) -> None:
    """What a task is made from, its ports included; a status is there only if one was replaced, whatever was before."""
    before, after = story.looks[f"before {name}"], story.looks[name]
    replaced = not running(after) <= running(before)
    assert (replaced, after.state) == ((True, "completed") if REPLACES[name][1] else (False, ""))
    assert after.service["PreviousSpec"] == before.service["Spec"]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name: str, story: Story) -> None:
    """Status and words."""
    assert story.refused[name] == REFUSED[name][2]


def test_what_is_refused_changes_nothing(story: Story) -> None:
    """No task was replaced for it."""
    assert running(story.looks["refused"]) == running(story.looks["a tag"])


@pytest.mark.cli
def test_the_docker_command_shows_the_status(story: Story) -> None:
    """`docker service inspect --pretty`."""
    assert story.typed["pretty"][:15] == [
        "ID:  <id>",
        f"Name:  {SERVICE}",
        "Service Mode:  Replicated",
        " Replicas:  3",
        "UpdateStatus:",
        " State:  completed",
        " Started:  <age> ago",
        " Completed:  <age> ago",
        " Message:  update completed",
        "Placement:",
        "UpdateConfig:",
        " Parallelism:  1",
        " On failure:  pause",
        " Monitoring Period: 1s",
        " Max failure ratio: 0",
    ]


@pytest.mark.cli
def test_the_docker_command_shows_what_was_before(story: Story) -> None:
    """In a table the earlier tasks of a slot hang below the newest one; a format shows the bare names."""
    runs, ended = "alpine:latest Running Running <age> ago", "alpine:latest Shutdown Shutdown <age> ago"
    names = [f"{SERVICE}.{slot}" for slot in (1, 2, 3)]
    assert story.typed["ps"] == [f"{name} {text}" for name in names for text in (runs, ended)]
    assert story.typed["ps -f"] == [f"{name} {runs}" for name in names]
    head, *rows = (line.split("  ") for line in story.typed["tree"])
    assert [row[1] for row in rows] == [text for name in names for text in (name, rf"\_ {name}")]
    assert [row[4] for row in rows] == ["Running", "Shutdown"] * 3
    assert head == ["ID", "NAME", "IMAGE", "NODE", "DESIRED STATE", "CURRENT STATE", "ERROR", "PORTS"]
