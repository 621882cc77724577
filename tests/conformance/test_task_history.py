"""The tasks that are kept of each slot: how many, which go, and how `docker service ps` shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, Spec, demand, type_line, update_service
from tests.conformance.watching import Past, Seen, declare, declared, tasks_of, wait_says, wait_until, watch_until

STARTS_FROM = "formed"

LIMIT = 5
"""What a swarm has that was not told otherwise."""
ONE, TWO = {"Replicated": {"Replicas": 1}}, {"Replicated": {"Replicas": 2}}
QUICKLY = {"Delay": NS // 2}


def failing(name: str, mode: Spec, **policy: object) -> Spec:
    """A service whose tasks fail at once and are restarted soon."""
    return declared(name, mode, "exit 1", RestartPolicy={**QUICKLY, **policy})


SERVICES = (
    failing("slots", TWO),
    failing("nodes", {"Global": {}}),
    failing("attempts", ONE, MaxAttempts=7),
    failing("one-attempt", ONE, MaxAttempts=1),
    declared("steady", ONE, "sleep 1000"),
)
SERVICES[-1]["TaskTemplate"]["ContainerSpec"]["StopSignal"] = "SIGKILL"


@dataclass(slots=True, kw_only=True)
class Story:
    """What was kept, by moments."""

    limit: int = 0
    pasts: dict[str, list[list[Seen]]] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)
    kept: dict[str, list[Seen]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Failures by the dozen, under one limit after the other."""
    told = Story(limit=demand(lab.manager(), "GET", "/swarm")["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"])
    declare(lab, *SERVICES)
    watched = {name: Past(lab, name) for name in ("slots", "nodes")}
    watch_until(lab, watched.values(), lambda: all(has_forgotten(past) for past in watched.values()), timeout_s=90)
    told.pasts = {name: past.tasks() for name, past in watched.items()}
    for name in ("slots", "nodes"):
        told.kept[name] = settled(lab, name, LIMIT)
    wait_says(lab, "attempts", *[("shutdown", "failed")] * 8)
    wait_says(lab, "one-attempt", *[("shutdown", "failed")] * 2)
    for name in ("attempts", "slots", "nodes"):
        told.typed[name] = type_line(lab, MANAGER, f"docker service ps {name}")
    told.typed["only those to be shut down"] = type_line(
        lab, MANAGER, "docker service ps --filter desired-state=shutdown one-attempt"
    )
    told.typed["only those to run"] = type_line(
        lab, MANAGER, "docker service ps --filter desired-state=running attempts"
    )
    told.typed["bare"] = type_line(lab, MANAGER, "docker service ps --format '{{.Name}}' one-attempt")
    told.typed["quiet"] = type_line(lab, MANAGER, "docker service ps --quiet one-attempt")
    update(lab, told)
    other_limits(lab, told)
    return told


def has_forgotten(past: Past) -> bool:
    """Whether a task of each slot was seen that is kept no more."""
    now = {task.id for task in past.now}
    forgotten = {task[-1].slot or task[-1].host for task in past.tasks() if task[-1].id not in now}
    return forgotten == {task.slot or task.host for task in past.now} != set()


def update(lab: Lab, told: Story) -> None:
    """A service that is updated more often than its history is long, then scaled down."""
    for number in range(1, LIMIT + 1):
        update_service(lab, partial(force, number), "steady")
        wait_until(lab, partial(runs, lab, "steady", number), f"update {number}")
    told.kept["steady"] = settled(lab, "steady", LIMIT)
    update_service(lab, lambda spec: spec["Mode"]["Replicated"].update(Replicas=0), "steady")
    wait_says(lab, "steady", *[("shutdown", "shutdown")] * (LIMIT - 1))
    lab.clock.sleep(1)
    told.kept["steady, of none"] = tasks_of(lab, "steady")
    update_service(lab, lambda spec: spec.update(Labels={"a": "b"}), "steady")
    wait_until(lab, lambda: not tasks_of(lab, "steady"), "nothing is left")


def force(number: int, spec: Spec) -> None:
    """What `docker service update --force` counts."""
    spec["TaskTemplate"]["ForceUpdate"] = number


def runs(lab: Lab, service: str, update: int) -> bool:
    """Whether the task of an update is the only one that runs."""
    live = [task for task in tasks_of(lab, service) if task.state not in ("failed", "shutdown")]
    return [(t.state, t.raw["Spec"]["ForceUpdate"]) for t in live] == [("running", update)]


def other_limits(lab: Lab, told: Story) -> None:
    """Fewer, none, and as many as there are."""
    set_limit(lab, 2)
    told.kept["slots of two"] = settled(lab, "slots", 2)
    told.kept["attempts of two"] = tasks_of(lab, "attempts")
    set_limit(lab, 0)
    told.kept["slots of none"] = settled(lab, "slots", 1)
    set_limit(lab, -1)
    wait_until(lab, lambda: len(of_slot(tasks_of(lab, "slots"), 1)) > LIMIT + 1, "more than there ever were")


def set_limit(lab: Lab, limit: int) -> None:
    """`docker swarm update --task-history-limit`."""
    manager = lab.manager()
    swarm = demand(manager, "GET", "/swarm")
    swarm["Spec"]["Orchestration"]["TaskHistoryRetentionLimit"] = limit
    demand(manager, "POST", f"/swarm/update?version={swarm['Version']['Index']}", swarm["Spec"])


def settled(lab: Lab, service: str, number: int) -> list[Seen]:
    """A service's tasks at a moment at which each slot has so many: one more may wait to be forgotten."""
    found: list[Seen] = []

    def look() -> bool:
        found[:] = tasks_of(lab, service)
        slots = {task.slot or task.host for task in found}
        return all(len(of_slot(found, slot)) == number for slot in slots)

    wait_until(lab, look, f"{number} tasks of each slot of {service}")
    return found


def of_slot(tasks: Sequence[Seen], slot: int | str | None) -> list[Seen]:
    """The tasks of one slot, or of one node."""
    return [task for task in tasks if (task.slot or task.host) == slot]


FAILED = ("shutdown", "failed", "started", "task: non-zero exit (1)")

# --- how many --------------------------------------------------------------------------------------------------------


def test_a_swarm_keeps_five_tasks_of_a_slot(story: Story) -> None:
    """Unless it is told otherwise. The live one counts."""
    assert story.limit == LIMIT
    for slot in (1, 2):
        tasks = of_slot(story.kept["slots"], slot)
        assert [task.says for task in tasks[:-1]] == [FAILED] * (LIMIT - 1)
        assert len(tasks) == LIMIT


def test_a_node_is_a_slot_of_a_global_service(story: Story) -> None:
    """Five of each node."""
    hosts = {task.host for task in story.kept["nodes"]}
    assert len(hosts) == 3
    assert {len(of_slot(story.kept["nodes"], host)) for host in hosts} == {LIMIT}


@pytest.mark.parametrize("name", ["slots", "nodes"])
def test_the_oldest_go_first(story: Story, name: str) -> None:
    """What is kept of a slot is what was made last."""
    kept = {task.id for task in story.kept[name]}
    by_slot: dict[object, list[str]] = {}
    for task in story.pasts[name]:
        by_slot.setdefault(task[0].slot or task[0].host, []).append(task[0].id)
    for ids in by_slot.values():
        still = [id_ in kept for id_ in ids]
        assert still == sorted(still)
        assert not still[0]


def test_attempts_need_their_history(story: Story) -> None:
    """As many tasks as attempts and one more are kept, whatever the limit is."""
    assert [task.says for task in story.kept["attempts of two"]] == [FAILED] * 8


def test_updates_leave_their_tasks_behind(story: Story) -> None:
    """Those that were shut down are history too."""
    says = [task.says for task in story.kept["steady"]]
    assert says == [("shutdown", "shutdown", "shutdown", "")] * (LIMIT - 1) + [("running", "running", "started", "")]
    assert [task.raw["Spec"]["ForceUpdate"] for task in story.kept["steady"]] == [1, 2, 3, 4, 5]


def test_a_slot_that_is_given_up_keeps_its_history(story: Story) -> None:
    """Only the live task goes. The others go when the service is changed the next time, whatever is changed."""
    assert story.kept["steady, of none"] == story.kept["steady"][:-1]


def test_a_lower_limit_counts_from_the_next_task_on(story: Story) -> None:
    """Two: the live one and the last that failed."""
    for slot in (1, 2):
        assert [task.says for task in of_slot(story.kept["slots of two"], slot)][:1] == [FAILED]


def test_no_history_is_the_live_task_alone(story: Story) -> None:
    """What has ended goes as soon as there is another."""
    assert len(story.kept["slots of none"]) == 2


# --- what is printed -------------------------------------------------------------------------------------------------


@pytest.mark.cli
def test_service_ps_shows_a_slots_history_below_its_newest_task(story: Story) -> None:
    """In the order of names, then of age."""
    names = [row.split("  ")[1] for row in story.typed["slots"][1:]]
    ones, twos = [names[: names.index("slots.2")], names[names.index("slots.2") :]]
    for number, rows in ((1, ones), (2, twos)):
        assert rows == [f"slots.{number}", *[f"\\_ slots.{number}"] * (len(rows) - 1)]
        assert LIMIT <= len(rows) <= LIMIT + 1


@pytest.mark.cli
def test_service_ps_shows_each_nodes_history(story: Story) -> None:
    """Three nodes, three histories."""
    names = [row.split("  ")[1] for row in story.typed["nodes"][1:]]
    assert names.count("nodes.<id>") == 3
    assert set(names) == {"nodes.<id>", "\\_ nodes.<id>"}
    assert names[0] == "nodes.<id>"


@pytest.mark.cli
def test_service_ps_shows_all_attempts(story: Story) -> None:
    """Eight, the newest first."""
    rows = [re.sub(r"docker-swarm-\d", "<node>", row) for row in story.typed["attempts"]]
    words = 'alpine:latest  <node>  Shutdown  Failed <age> ago  "task: non-zero exit (1)"'
    assert rows == [
        "ID  NAME  IMAGE  NODE  DESIRED STATE  CURRENT STATE  ERROR  PORTS",
        f"<id>  attempts.1  {words}",
        *[f"<id>  \\_ attempts.1  {words}"] * 7,
    ]


@pytest.mark.cli
def test_service_ps_filters_by_desired_state(story: Story) -> None:
    """Of a service whose attempts are used up none is to run, and that is no error."""
    names = [row.split("  ")[1] for row in story.typed["only those to be shut down"][1:]]
    assert names == ["one-attempt.1", "\\_ one-attempt.1"]
    assert story.typed["only those to run"] == ["ID  NAME  IMAGE  NODE  DESIRED STATE  CURRENT STATE  ERROR  PORTS"]


@pytest.mark.cli
def test_service_ps_with_a_format_has_bare_names(story: Story) -> None:
    """The mark belongs to the table."""
    assert story.typed["bare"] == ["one-attempt.1"] * 2
    assert story.typed["quiet"] == ["<id>"] * 2
