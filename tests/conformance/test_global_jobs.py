"""Global jobs: one task run to its end on each node that can take one, and what gives reason to look for such nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    NS,
    OTHER,
    WORKER,
    Spec,
    demand,
    join,
    join_token,
    set_availability,
    states,
    type_line,
    update_service,
    wait_for,
)
from tests.conformance.watching import (
    Seen,
    counts,
    declare,
    declared,
    kill,
    label_node,
    tasks_of,
    type_and_wait,
    wait_until,
)

STARTS_FROM = "separate"


def job(name: str, script: str, *constraints: str, **template: object) -> Spec:
    """A global job."""
    return declared(name, {"GlobalJob": {}}, script, Placement={"Constraints": list(constraints)}, **template)


JOBS = (
    job("done", "exit 0"),
    job("on-ssd", "exit 0", "node.labels.disk==ssd"),
    declared("once-on-ssd", {"ReplicatedJob": {}}, "exit 0", Placement={"Constraints": ["node.labels.disk==ssd"]}),
    job("nowhere", "exit 0", "node.labels.disk==none"),
    job("hold", "sleep 1000", RestartPolicy={"Delay": NS}),
    job("hold-ssd", "sleep 1000", "node.labels.disk==ssd", RestartPolicy={"Delay": NS}),
    job("hold-worker", "sleep 1000", f"node.hostname=={WORKER}", RestartPolicy={"Delay": NS}),
    job("failing", "exit 2", "node.role==manager", RestartPolicy={"Delay": NS, "MaxAttempts": 1}),
    job("given-up", "exit 2", "node.role==manager", RestartPolicy={"Condition": "none"}),
)
COMPLETE = ("complete", "complete", "finished", "")
RUNNING = ("complete", "running")
LS = "docker service ls --format '{{.Name}} {{.Mode}} {{.Replicas}}'"
CREATE = "docker service create --name typed --mode global-job alpine true"


@dataclass(slots=True, kw_only=True)
class Story:
    """What was seen of the jobs, by moments."""

    tasks: dict[str, list[Seen]] = field(default_factory=dict)
    counts: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)

    def look(self, lab: Lab, when: str, *names: str) -> None:
        """Keep what can be seen of some jobs now."""
        for name in names:
            self.tasks[f"{name} {when}"] = tasks_of(lab, name)
            self.counts[f"{name} {when}"] = counts(lab, name)

    def on(self, moment: str) -> dict[str | None, tuple[str, str]]:
        """Desired and observed state of the newest task of each host."""
        return {task.host: (task.desired, task.state) for task in self.tasks[moment]}


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Two nodes; a third one joins; one is drained, paused, labelled, and dies."""
    told = Story()
    address = {host.name: host.address for host in lab.backend.hosts}[MANAGER]
    body = {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": address}
    demand(lab[MANAGER], "POST", "/swarm/init", body)
    assert join(lab, WORKER, join_token(lab), address).ok
    wait_for(lab, lambda: states(lab, WORKER), ["ready"])
    label_node(lab, WORKER, disk="ssd")
    declare(lab, *JOBS)
    wait_until(lab, lambda: counts(lab, "done") == (0, 0, 2) and counts(lab, "hold") == (2, 2, 0), "the first tasks")
    wait_until(lab, lambda: counts(lab, "hold-ssd") == counts(lab, "hold-worker") == (1, 1, 0), "those on the worker")
    wait_until(lab, lambda: len(tasks_of(lab, "failing")) > 3, "three attempts")
    told.look(lab, "at first", "done", "on-ssd", "nowhere", "hold", "failing", "given-up")
    demand(lab.manager(), "DELETE", "/services/failing")
    told.typed[LS] = type_line(lab, MANAGER, LS)
    told.typed["ps"] = type_line(lab, MANAGER, "docker service ps done")
    assert join(lab, OTHER, join_token(lab), address).ok
    wait_for(lab, lambda: states(lab, OTHER), ["ready"])
    lab.clock.sleep(2)
    told.look(lab, "joined", "done", "hold")
    drain(lab, told)
    change(lab, told)
    die(lab, told)
    return told


def drain(lab: Lab, told: Story) -> None:
    """A node is drained; tasks fail there and elsewhere; it is active again."""
    set_availability(lab, WORKER, "drain")
    lab.clock.sleep(2)
    told.look(lab, "drained", "hold", "hold-worker")
    kill(lab, "hold-worker", WORKER)
    wait_until(lab, lambda: tasks_of(lab, "hold-worker")[-1].err, "a reason why not")
    told.look(lab, "failed there", "hold-worker")
    kill(lab, "hold", MANAGER)
    ended, running = [("shutdown", "failed"), ("shutdown", "shutdown")], [RUNNING] * 2
    wait_until(
        lab, lambda: sorted(task.says[:2] for task in tasks_of(lab, "hold")) == [*running, *ended], "both elsewhere"
    )
    told.look(lab, "failed elsewhere", "hold")
    set_availability(lab, WORKER, "active")
    wait_until(lab, lambda: counts(lab, "hold-worker") == (1, 1, 0), "it runs again")
    told.look(lab, "active again", "hold-worker", "hold")


def force(lab: Lab, service: str) -> None:
    """`docker service update --force --detach`."""
    update_service(lab, lambda spec: spec["TaskTemplate"].update(ForceUpdate=1), service)


def change(lab: Lab, told: Story) -> None:
    """A job runs anew while a node is paused; a label goes."""
    set_availability(lab, WORKER, "pause")
    force(lab, "done")
    wait_until(lab, lambda: [task.state for task in tasks_of(lab, "done")] == ["complete"] * 2, "the next run")
    lab.clock.sleep(1)
    told.look(lab, "forced", "done")
    set_availability(lab, WORKER, "active")
    label_node(lab, WORKER, disk="hdd")
    for name in ("hold-ssd", "on-ssd", "once-on-ssd"):
        wait_until(lab, partial(waits_again, lab, name), f"{name} waits")
    told.look(lab, "without its label", "hold-ssd", "on-ssd", "once-on-ssd")
    told.typed["create"] = type_and_wait(lab, MANAGER, CREATE)
    told.typed["scale"] = type_line(lab, MANAGER, "docker service scale done=2")


def waits_again(lab: Lab, service: str) -> bool:
    """Whether the newest task could run, and says why it does not."""
    last = tasks_of(lab, service)[-1]
    return last.says[:2] == ("complete", "pending") and bool(last.err)


def die(lab: Lab, told: Story) -> None:
    """A node's engine dies and comes back."""
    force(lab, "hold")
    wait_until(lab, lambda: counts(lab, "hold") == (3, 3, 0), "three tasks")
    lab[WORKER].stop()
    wait_for(lab, lambda: states(lab, WORKER), ["down"])
    lab.clock.sleep(1)
    told.look(lab, "lost", "hold")
    lab[WORKER].start()
    wait_for(lab, lambda: states(lab, WORKER), ["ready"])
    wait_until(lab, lambda: len(tasks_of(lab, "hold")) == 4 and counts(lab, "hold") == (3, 3, 0), "it runs again")
    told.look(lab, "back", "hold")


# --- where -----------------------------------------------------------------------------------------------------------


def test_each_node_runs_one_task_to_its_end(story: Story) -> None:
    """Its desired state is that it completes; it has no slot."""
    tasks = story.tasks["done at first"]
    assert sorted(task.host or "" for task in tasks) == [WORKER, MANAGER]
    assert [task.says for task in tasks] == [COMPLETE] * 2
    assert [(task.slot, task.iteration, "Slot" in task.raw) for task in tasks] == [(None, 0, False)] * 2


def test_constraints_say_which_nodes(story: Story) -> None:
    """None may be right, too."""
    assert [(task.host, task.says) for task in story.tasks["on-ssd at first"]] == [(WORKER, COMPLETE)]
    assert story.tasks["nowhere at first"] == []


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("done at first", (0, 0, 2)),
        ("on-ssd at first", (0, 0, 1)),
        ("nowhere at first", (0, 0, 0)),
        ("hold at first", (2, 2, 0)),
        ("given-up at first", (0, 0, 0)),
        ("hold drained", (2, 2, 0)),
        ("hold-worker failed there", (0, 1, 0)),
        ("done forced", (0, 0, 2)),
        ("hold lost", (3, 3, 0)),
    ],
)
def test_what_a_global_job_counts(story: Story, moment: str, expected: tuple[int, int, int]) -> None:
    """Running; still to be completed; completed."""
    assert story.counts[moment] == expected


# --- what gives reason to look ---------------------------------------------------------------------------------------


def test_a_node_that_joins_later_gets_no_task(story: Story) -> None:
    """Nodes are no reason to look at a job."""
    assert set(story.on("done joined")) == set(story.on("hold joined")) == {WORKER, MANAGER}


def test_a_drained_nodes_task_runs_on(story: Story) -> None:
    """For the same reason."""
    assert story.on("hold drained") == {WORKER: RUNNING, MANAGER: RUNNING}


def test_the_end_of_a_task_is_a_reason(story: Story) -> None:
    """Now the node that joined gets its task, the drained one loses its own, and the failed one is tried again."""
    tasks = [(task.host, task.desired, task.state, task.err) for task in story.tasks["hold failed elsewhere"]]
    assert (WORKER, "shutdown", "shutdown", "") in tasks
    assert (MANAGER, "shutdown", "failed", "task: non-zero exit (137)") in tasks
    assert (MANAGER, "complete", "running", "") in tasks
    assert (OTHER, "complete", "running", "") in tasks


def test_what_fails_on_a_drained_node_is_tried_again_there(story: Story) -> None:
    """As soon as the node is active again."""
    failed, waiting = story.tasks["hold-worker failed there"]
    assert failed.says == ("shutdown", "failed", "started", "task: non-zero exit (137)")
    assert waiting.says == ("complete", "pending", "pending task scheduling", "1 node not available for new tasks")
    assert waiting.host == WORKER
    again = story.tasks["hold-worker active again"]
    assert [(task.id, task.state) for task in again] == [(failed.id, "failed"), (waiting.id, "running")]


def test_a_node_that_is_active_again_gets_no_task_either(story: Story) -> None:
    """Not of a job whose task was shut down."""
    assert story.on("hold active again")[WORKER] == ("shutdown", "shutdown")


def test_a_paused_node_gets_no_task(story: Story) -> None:
    """All older tasks are gone, the complete ones, too."""
    tasks = story.tasks["done forced"]
    assert sorted((task.host or "", task.iteration) for task in tasks) == [(OTHER, 1), (MANAGER, 1)]


@pytest.mark.parametrize("name", ["hold-ssd", "on-ssd"])
def test_a_label_that_goes_takes_the_task_with_it(story: Story, name: str) -> None:
    """It is rejected and tried again, on the same node, where it waits. What was complete is not spared."""
    rejected, waiting = story.tasks[f"{name} without its label"]
    assert rejected.says == (
        "shutdown",
        "rejected",
        "task rejected by constraint enforcer",
        "assigned node no longer meets constraints",
    )
    assert waiting.says == (
        "complete",
        "pending",
        "pending task scheduling",
        "scheduling constraints not satisfied on 1 node",
    )
    assert story.counts["on-ssd without its label"] == (0, 1, 0)


def test_a_label_that_goes_makes_a_replicated_job_incomplete(story: Story) -> None:
    """The same, but its task may run on any node that suits."""
    rejected, waiting = story.tasks["once-on-ssd without its label"]
    assert (rejected.state, rejected.exit_code) == ("rejected", 0)
    assert waiting.err == "no suitable node (scheduling constraints not satisfied on 3 nodes)"
    assert waiting.host is None


def test_a_lost_nodes_task_stays_as_it_was_seen_last(story: Story) -> None:
    """Nothing happens until the node is back; then it reads as failed, and is tried again there."""
    assert story.on("hold lost") == {WORKER: RUNNING, OTHER: RUNNING, MANAGER: RUNNING}
    tasks = [task for task in story.tasks["hold back"] if task.host == WORKER]
    assert [task.says[:2] for task in tasks] == [("shutdown", "failed"), RUNNING]
    assert tasks[0].err == "task: non-zero exit (255)"


# --- attempts --------------------------------------------------------------------------------------------------------


def test_attempts_are_not_counted(story: Story) -> None:
    """One attempt was allowed; of a global job nobody looks it up."""
    ended = [task for task in story.tasks["failing at first"] if task.state == "failed"]
    assert len(ended) >= 3
    assert {task.says for task in ended[:2]} == {("shutdown", "failed", "started", "task: non-zero exit (2)")}


def test_with_the_condition_none_a_failure_is_the_end(story: Story) -> None:
    """Nothing is left to be completed then."""
    assert [task.says[:2] for task in story.tasks["given-up at first"]] == [("shutdown", "failed")]


# --- what is printed -------------------------------------------------------------------------------------------------


@pytest.mark.cli
def test_service_ls_shows_both_counts(story: Story) -> None:
    """Running of what is still to be done, complete of all."""
    assert story.typed[LS] == [
        "done global job 0/0 (2/2 completed)",
        "given-up global job 0/0 (0/0 completed)",
        "hold global job 2/2 (0/2 completed)",
        "hold-ssd global job 1/1 (0/1 completed)",
        "hold-worker global job 1/1 (0/1 completed)",
        "nowhere global job 0/0 (0/0 completed)",
        "on-ssd global job 0/0 (1/1 completed)",
        "once-on-ssd replicated job 0/1 (1/1 completed)",
    ]


@pytest.mark.cli
def test_service_ps_names_tasks_by_their_nodes(story: Story) -> None:
    """As those of a global service."""
    rows = sorted(re.sub(r"docker-swarm-\d", "<node>", row) for row in story.typed["ps"][1:])
    assert rows == ["<id>  done.<id>  alpine:latest  <node>  Complete  Complete <age> ago"] * 2


@pytest.mark.cli
def test_service_create_waits_for_all_nodes(story: Story) -> None:
    """Only the end is left of its progress here."""
    assert story.typed["create"] == ["<id>", "job complete"]


@pytest.mark.cli
def test_a_global_job_is_not_scaled(story: Story) -> None:
    """The docker command says so by itself."""
    assert story.typed["scale"] == ["done: scale can only be used with replicated or replicated-job mode"]
