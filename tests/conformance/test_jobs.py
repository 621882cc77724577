"""Replicated jobs: so many tasks in all, so many at a time; attempts, a new run after each change, what is printed."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from swarmlab.client.waiting import WaitTimeout
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, Spec, ask, demand, type_line, update_service
from tests.conformance.watching import (
    Past,
    Seen,
    at,
    counts,
    declare,
    declared,
    is_part_of,
    tasks_of,
    type_and_wait,
    wait_says,
    wait_until,
)

STARTS_FROM = "formed"


def job(name: str, script: str, *, mode: Spec | None = None, **template: object) -> Spec:
    """A job; without a mode of one task."""
    return declared(name, {"ReplicatedJob": mode or {}}, script, **template)


JOBS = (
    job("once", "exit 0"),
    job("five", "sleep 1", mode={"MaxConcurrent": 2, "TotalCompletions": 5}),
    job("hold", "sleep 1000", mode={"MaxConcurrent": 2, "TotalCompletions": 2}),
    job("two", "exit 0", mode={"MaxConcurrent": 2}),
    job("wide", "exit 0", mode={"MaxConcurrent": 3, "TotalCompletions": 2}),
    job("nothing", "exit 0", mode={"TotalCompletions": 0}),
    job("failing", "exit 3", RestartPolicy={"Delay": 2 * NS}),
    job("used-up", "exit 3", RestartPolicy={"Delay": NS, "MaxAttempts": 2}),
    job("given-up", "exit 3", RestartPolicy={"Condition": "none"}),
    job("turns", "exit 3", mode={"MaxConcurrent": 2}, RestartPolicy={"Condition": "none"}),
    {**job("with-rollback-config", "exit 0"), "RollbackConfig": {"Parallelism": 1}},
)
_BAD = "rpc error: code = InvalidArgument desc = "
REFUSED: dict[str, tuple[Spec, int, str]] = {
    "an update config": (
        {**job("x", "exit 0"), "UpdateConfig": {"Parallelism": 1}},
        400,
        f"{_BAD}Jobs may not have an update config",
    ),
    "an update config of a global job": (
        {**declared("x", {"GlobalJob": {}}, "exit 0"), "UpdateConfig": {}},
        400,
        f"{_BAD}Jobs may not have an update config",
    ),
    "two modes": (
        declared("x", {"GlobalJob": {}, "ReplicatedJob": {}}, "exit 0"),
        400,
        "must specify only one service mode",
    ),
    "so many at once that the number has a sign": (
        job("x", "exit 0", mode={"MaxConcurrent": 2**63}),
        400,
        f"{_BAD}Maximum concurrent jobs must not be negative",
    ),
    "so many in all that the number has a sign": (
        job("x", "exit 0", mode={"MaxConcurrent": 1, "TotalCompletions": 2**64 - 1}),
        400,
        f"{_BAD}Total completed jobs must not be negative",
    ),
    "fewer than none": (
        job("x", "exit 0", mode={"MaxConcurrent": -1}),
        400,
        "invalid JSON: json: cannot unmarshal number -1 into Go struct field "
        "ServiceSpec.Mode.ReplicatedJob.MaxConcurrent of type uint64",
    ),
}


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen of the jobs, by moments."""

    most_at_once: int = 0
    tasks: dict[str, list[Seen]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    services: dict[str, Any] = field(default_factory=dict)
    removed: list[list[Seen]] = field(default_factory=list)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    left: list[Any] = field(default_factory=list)

    def look(self, lab: Lab, name: str, when: str = "") -> None:
        """Keep what can be seen of a job now."""
        self.tasks[name + when] = tasks_of(lab, name)
        self.counts[name + when] = counts(lab, name)
        self.services[name + when] = demand(lab.manager(), "GET", f"/services/{name}")

    def type(self, lab: Lab, line: str) -> None:
        """Keep what the docker CLI prints."""
        self.typed[line] = type_line(lab, MANAGER, line)


LS = "docker service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'"
CREATE = "docker service create --name typed --mode replicated-job --replicas 3 --max-concurrent 2 alpine sleep 1"


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """All jobs at once; then they are changed; then they go."""
    told = Story()
    declare(lab, *JOBS)
    five = Past(lab, "five")

    def five_are_done(tasks: Any) -> bool:
        told.most_at_once = max(told.most_at_once, sum(task.state not in ("complete", "failed") for task in tasks))
        return [task.state for task in tasks] == ["complete"] * 5

    five.watch_until(five_are_done)
    wait_says(lab, "used-up", *[("shutdown", "failed")] * 3)
    wait_until(lab, lambda: len(tasks_of(lab, "failing")) >= 4, "four attempts")
    wait_until(lab, lambda: len(tasks_of(lab, "turns")) >= 5, "five attempts in turns")
    demand(lab.manager(), "DELETE", "/services/turns")
    for name in ("once", "five", "hold", "two", "wide", "nothing", "failing", "used-up", "given-up"):
        told.look(lab, name)
    demand(lab.manager(), "DELETE", "/services/failing")
    for line in (LS, "docker service ls --filter name=five", "docker service ps five", "docker service ps used-up"):
        told.type(lab, line)
    told.type(lab, "docker service inspect --pretty five")
    for name, (spec, _, _) in REFUSED.items():
        answer = ask(lab.manager(), "POST", "/services/create", spec)
        told.refused[name] = (answer.status_code, answer.json()["message"])
    change(lab, told)
    for service in demand(lab.manager(), "GET", "/services"):
        demand(lab.manager(), "DELETE", f"/services/{service['ID']}")
    with suppress(WaitTimeout):
        wait_until(lab, lambda: not demand(lab.manager(), "GET", "/tasks"), "no tasks", timeout_s=30)
    told.left = demand(lab.manager(), "GET", "/tasks")
    return told


def change(lab: Lab, told: Story) -> None:
    """Scale, update, roll back; each makes a job run anew."""
    told.typed["scale"] = type_and_wait(lab, MANAGER, "docker service scale five=3")
    if not told.typed["scale"]:
        update_service(lab, lambda spec: spec["Mode"]["ReplicatedJob"].update(TotalCompletions=3), "five")
    wait_until(lab, lambda: counts(lab, "five") == (0, 2, 3), "five scaled to 3")
    told.look(lab, "five", " scaled")
    update_service(lab, lambda spec: spec.update(Labels={"a": "b"}), "once")
    wait_until(lab, lambda: counts(lab, "once") == (0, 1, 1), "the second run of once")
    told.look(lab, "once", " labelled")
    hold = Past(lab, "hold")
    hold.look()
    update_service(lab, lambda spec: spec["TaskTemplate"].update(ForceUpdate=1), "hold")
    hold.watch_until(lambda tasks: [(t.state, t.iteration) for t in tasks] == [("running", 1)] * 2)
    told.look(lab, "hold", " forced")
    told.removed = [past for past in hold.tasks() if past[0].iteration == 0]
    told.typed["rollback"] = type_and_wait(lab, MANAGER, "docker service rollback five")
    if not told.typed["rollback"]:
        five = demand(lab.manager(), "GET", "/services/five")
        path = f"/services/{five['ID']}/update?version={five['Version']['Index']}&rollback=previous"
        demand(lab.manager(), "POST", path, five["Spec"])
    wait_until(lab, lambda: counts(lab, "five") == (0, 2, 5), "five rolled back")
    told.look(lab, "five", " rolled back")
    told.typed["create"] = type_and_wait(lab, MANAGER, CREATE)
    told.type(lab, "docker service update --update-parallelism 1 --detach once")


def says(tasks: list[Seen]) -> list[tuple[str, str, str, str]]:
    return [task.says for task in tasks]


def slots(tasks: list[Seen]) -> list[int | None]:
    return sorted((task.slot for task in tasks), key=lambda slot: slot or 0)


COMPLETE = ("complete", "complete", "finished", "")
FAILED = ("shutdown", "failed", "started", "task: non-zero exit (3)")


def test_nothing_is_left_of_jobs_that_are_removed(story: Story) -> None:
    """Their tasks go, those that are complete too."""
    assert story.left == []


# --- the first run -------------------------------------------------------------------------------------------------


def test_so_many_at_a_time_until_all_are_complete(story: Story) -> None:
    """Two at a time, five in all."""
    assert story.most_at_once == 2
    assert says(story.tasks["five"]) == [COMPLETE] * 5
    assert {task.exit_code for task in story.tasks["five"]} == {0}


def test_slots_count_from_zero_and_zero_is_left_out(story: Story) -> None:
    """The first task has no Slot, and its name has its node's id instead."""
    assert slots(story.tasks["five"]) == [None, 1, 2, 3, 4]


def test_a_tasks_iteration_is_there_from_the_first_run_on(story: Story) -> None:
    """As an object without an index, since it is zero."""
    assert [task.raw["JobIteration"] for task in story.tasks["five"]] == [{}] * 5


def test_a_job_has_a_status(story: Story) -> None:
    """Which run it is, and when it began."""
    status = story.services["five"]["JobStatus"]
    assert status["JobIteration"] == {}
    assert status["LastExecution"][:19] == story.services["five"]["CreatedAt"][:19]


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("once", {"MaxConcurrent": 1, "TotalCompletions": 1}),
        ("two", {"MaxConcurrent": 2, "TotalCompletions": 2}),
        ("nothing", {"MaxConcurrent": 1, "TotalCompletions": 0}),
        ("wide", {"MaxConcurrent": 3, "TotalCompletions": 2}),
    ],
)
def test_what_was_not_said_is_filled_in(story: Story, name: str, mode: Spec) -> None:
    """One at a time; in all as many as at a time."""
    assert story.services[name]["Spec"]["Mode"] == {"ReplicatedJob": mode}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("once", (0, 1, 1)),
        ("five", (0, 2, 5)),
        ("hold", (2, 2, 0)),
        ("two", (0, 2, 2)),
        ("wide", (0, 3, 2)),
        ("nothing", (0, 1, 0)),
        ("used-up", (0, 1, 0)),
        ("given-up", (0, 1, 0)),
    ],
)
def test_what_a_job_counts(story: Story, name: str, expected: tuple[int, int, int]) -> None:
    """Running; so many at a time, even when nothing is left to do; completed."""
    assert story.counts[name] == expected


def test_a_running_task_wants_to_complete(story: Story) -> None:
    """That is its desired state all along."""
    assert says(story.tasks["hold"]) == [("complete", "running", "started", "")] * 2


def test_a_failed_task_is_tried_again_in_its_slot(story: Story) -> None:
    """Without end, whatever its condition; the history limit is not for jobs."""
    attempts = story.tasks["failing"]
    ended = [task for task in attempts if task.state == "failed"]
    assert says(ended[:3]) == [FAILED] * 3
    assert {task.slot for task in attempts} == {None}


def test_between_two_attempts_lies_the_delay(story: Story) -> None:
    """Two seconds, and what it takes to run."""
    times = [at(task.raw["Status"]["Timestamp"]) for task in story.tasks["failing"] if task.state == "failed"]
    assert all(2 <= later - earlier < 20 for earlier, later in pairwise(times))


def test_attempts_are_used_up(story: Story) -> None:
    """Two attempts are two restarts."""
    assert says(story.tasks["used-up"]) == [FAILED] * 3


def test_with_the_condition_none_a_failure_is_the_end(story: Story) -> None:
    """Its slot is free, and nothing gives reason to fill it: `turns` has two, and each end brings the other back."""
    assert says(story.tasks["given-up"]) == [FAILED]


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(story: Story, name: str) -> None:
    """Status and words."""
    assert story.refused[name] == REFUSED[name][1:]


# --- the next runs -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "iteration"), [("five scaled", 1), ("once labelled", 1), ("hold forced", 1), ("five rolled back", 2)]
)
def test_whatever_is_changed_a_job_runs_anew(story: Story, moment: str, iteration: int) -> None:
    """A label, too. There is no rolling update, so no status of one, except what a rollback leaves."""
    service = story.services[moment]
    assert service["JobStatus"]["JobIteration"] == {"Index": iteration}
    assert service["JobStatus"]["LastExecution"] > story.services[moment.split()[0]]["JobStatus"]["LastExecution"]
    assert "PreviousSpec" in service
    assert ("UpdateStatus" in service) == (moment == "five rolled back")


def test_a_scaled_job_completes_so_many_in_all(story: Story) -> None:
    """Not so many more: it begins at slot 0 again, and what was complete stays to be seen."""
    tasks = story.tasks["five scaled"]
    assert slots([task for task in tasks if task.iteration == 1]) == [None, 1, 2]
    assert says(tasks) == [COMPLETE] * 8
    assert story.counts["five scaled"] == (0, 2, 3)
    assert story.services["five scaled"]["Spec"]["Mode"]["ReplicatedJob"] == {
        "MaxConcurrent": 2,
        "TotalCompletions": 3,
    }


def test_what_still_runs_of_an_older_run_is_removed(story: Story) -> None:
    """Stopped and forgotten; meanwhile it reads an exit code of -1."""
    whole = [
        ("complete", "running", "started", 0),
        ("remove", "running", "started", 0),
        ("remove", "running", "started", -1),
        ("remove", "shutdown", "shutdown", 137),
    ]
    assert len(story.removed) == 2
    for past in story.removed:
        seen = [(task.desired, task.state, task.message, task.exit_code) for task in past]
        assert is_part_of(seen, whole), seen
        assert whole[2] in seen
    assert story.counts["hold forced"] == (2, 2, 0)


def test_a_rolled_back_job_stays_in_its_rollback(story: Story) -> None:
    """Nobody completes what no updater does."""
    status = story.services["five rolled back"]["UpdateStatus"]
    assert list(status) == ["State", "StartedAt", "Message"]
    assert (status["State"], status["Message"]) == ("rollback_started", "manually requested rollback")


# --- what is printed -----------------------------------------------------------------------------------------------


@pytest.mark.cli
def test_service_ls_shows_both_counts(story: Story) -> None:
    """At work of so many at a time, complete of so many in all."""
    assert story.typed[LS] == [
        "five replicated job 0/2 (5/5 completed)",
        "given-up replicated job 0/1 (0/1 completed)",
        "hold replicated job 2/2 (0/2 completed)",
        "nothing replicated job 0/1 (0/0 completed)",
        "once replicated job 0/1 (1/1 completed)",
        "two replicated job 0/2 (2/2 completed)",
        "used-up replicated job 0/1 (0/1 completed)",
        "wide replicated job 0/3 (2/2 completed)",
        "with-rollback-config replicated job 0/1 (1/1 completed)",
    ]
    assert story.typed["docker service ls --filter name=five"] == [
        "ID  NAME  MODE  REPLICAS  IMAGE  PORTS",
        "<id>  five  replicated job  0/2 (5/5 completed)  alpine:latest",
    ]


@pytest.mark.cli
def test_service_ps_shows_what_is_complete(story: Story) -> None:
    """The task of slot 0 is named by its node."""
    header, *rows = story.typed["docker service ps five"]
    assert header == "ID  NAME  IMAGE  NODE  DESIRED STATE  CURRENT STATE  ERROR  PORTS"
    assert sorted(re.sub(r"docker-swarm-\d", "<node>", row) for row in rows) == [
        f"<id>  five.{slot}  alpine:latest  <node>  Complete  Complete <age> ago"
        for slot in ("1", "2", "3", "4", "<id>")
    ]


@pytest.mark.cli
def test_service_ps_shows_earlier_attempts_below(story: Story) -> None:
    """As of any slot; the name of each is that of its own node."""
    rows = [row.split("  ")[1:] for row in story.typed["docker service ps used-up"][1:]]
    assert {row[0].removeprefix("\\_ ") for row in rows} == {"used-up.<id>"}
    assert [row[3:] for row in rows] == [["Shutdown", "Failed <age> ago", '"task: non-zero exit (3)"']] * 3


@pytest.mark.cli
def test_service_inspect_pretty_does_not_know_jobs(story: Story) -> None:
    """No mode, and an update config that no job may have."""
    assert story.typed["docker service inspect --pretty five"] == [
        "ID:  <id>",
        "Name:  five",
        "Service Mode:",
        "Placement:",
        "UpdateConfig:",
        " Parallelism:  1",
        " On failure:  pause",
        " Monitoring Period: 5s",
        " Max failure ratio: 0",
        " Update order:  stop-first",
        "RollbackConfig:",
        " Parallelism:  1",
        " On failure:  pause",
        " Monitoring Period: 5s",
        " Max failure ratio: 0",
        " Rollback order:  stop-first",
        "ContainerSpec:",
        " Image:  alpine:latest",
        " Args:  sh -c sleep 1",
        "Resources:",
        "Endpoint Mode:",
    ]


@pytest.mark.cli
def test_commands_wait_until_a_job_is_complete(story: Story) -> None:
    """There is nothing to verify."""
    assert story.typed["create"] == ["<id>", "job complete"]
    assert story.typed["scale"] == ["five scaled to 3", "job complete"]
    assert story.typed["rollback"] == ["five", "rollback: manually requested rollback", "job complete"]


@pytest.mark.cli
def test_a_job_cannot_be_given_an_update_config(story: Story) -> None:
    """The command does not know better, the swarm does."""
    assert story.typed["docker service update --update-parallelism 1 --detach once"] == [
        f"Error response from daemon: {_BAD}Jobs may not have an update config"
    ]
