"""Row A19: "why did it move?" is answered in a sentence, from what tasks, nodes and events tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from swarmlab.client.snapshots import TaskView
from swarmlab.lab import Lab
from tests.conformance.asking import (
    OTHER,
    WORKER,
    Spec,
    create_service,
    demand,
    scale,
    set_availability,
    states,
    update_service,
    wait_for,
)
from tests.conformance.rolling import roll_back
from tests.conformance.watching import declared, tasks_of, wait_says, wait_until

STARTS_FROM = "formed"

_TIME = re.compile(r"\b\d\d:\d\d:\d\d\b")
SLEEPS = "sleep 1000"
ON_WORKERS = {"Placement": {"Constraints": ["node.role==worker"]}}
ON_THE_WORKER = {"Placement": {"Constraints": [f"node.hostname=={WORKER}"]}}


@dataclass(slots=True, kw_only=True)
class Story:
    """What was answered after each act, and where the task was before and afterwards."""

    answers: dict[str, str] = field(default_factory=dict)
    went: dict[str, tuple[str, str]] = field(default_factory=dict)

    def moved(self, act: str, why: str) -> str:
        """The sentence that says so, and why."""
        old, new = self.went[act]
        how = f"was replaced on {new}" if old == new else f"moved from {old} to {new}"
        return f"helloworld.1 {how} at <at>: {why}. Now it runs on {new} since <at>."


def task(lab: Lab) -> TaskView:
    """The first slot's task that is meant to run."""
    (found,) = (each for each in lab.snapshot().current() if each.name == "helloworld.1" and each.is_wanted)
    return found


def host(lab: Lab) -> str:
    """Where it is."""
    node = lab.snapshot().node(task(lab).node_id)
    assert node is not None
    return node.name


def answer(lab: Lab, name: str = "helloworld.1") -> str:
    """Without the times."""
    return _TIME.sub("<at>", lab.why(name))


class Telling:
    """Acts, waits until another task of the slot runs, and asks why."""

    def __init__(self, lab: Lab, story: Story) -> None:
        self.lab, self.story = lab, story
        self.begin()

    def begin(self) -> None:
        """From here on another task is another one than this."""
        self.old, self.old_host = task(self.lab).id, host(self.lab)

    def ask(self, act: str) -> None:
        """Once another task runs."""
        wait_until(self.lab, self.another_runs, f"another task of the slot, after: {act}", timeout_s=90)
        self.lab.clock.sleep(6)  # an update is over, a restart's delay too
        self.story.answers[act] = answer(self.lab)
        self.story.went[act] = (self.old_host, host(self.lab))
        self.begin()

    def another_runs(self) -> bool:
        """A task of the slot that was not there before."""
        return any(
            each.id != self.old and each.state == "running" and each.is_wanted
            for each in self.lab.snapshot().current()
            if each.name == "helloworld.1"
        )


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    story = Story()
    create_service(lab, replicas=1, **ON_WORKERS)
    story.answers["nothing"] = answer(lab)
    telling = Telling(lab, story)
    lab[telling.old_host].kill(task(lab).container_id)
    telling.ask("kill")
    set_availability(lab, telling.old_host, "drain")
    telling.ask("drain")
    set_availability(lab, story.went["drain"][0], "active")
    update_service(lab, lambda spec: spec["TaskTemplate"]["ContainerSpec"].update(Env=["A=1"]))
    telling.ask("update")
    roll_back(lab, "helloworld")
    telling.ask("rollback")
    update_service(lab, lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    telling.ask("force")
    scale_down_and_up(lab, story)
    lose_and_return(lab, telling)
    add_others(lab, story)
    return story


def scale_down_and_up(lab: Lab, story: Story) -> None:
    """The second slot is there, gone, and there again."""
    scale(lab, 2)
    scale(lab, 1)
    (kept,) = (each for each in lab.snapshot().current() if each.is_wanted)
    wait_until(lab, lambda: len(lab.snapshot().current()) == 1, "the other one's end")
    story.answers["scaled down"] = answer(lab, "helloworld.2" if kept.slot == 1 else "helloworld.1")
    scale(lab, 2)


def lose_and_return(lab: Lab, telling: Telling) -> None:
    """The first slot's worker dies; it comes back, and the task does not."""
    telling.begin()
    lost = telling.old_host
    lab[lost].stop()
    wait_for(lab, lambda: states(lab, lost), ["down"])
    telling.ask("lost")
    lab[lost].start()
    wait_for(lab, lambda: states(lab, lost), ["ready"])
    lab.clock.sleep(6)
    telling.story.answers["returned"] = answer(lab)


def add_others(lab: Lab, story: Story) -> None:
    """A service that no node is good enough for, one that fails for good, a global one, and one that is removed."""
    specs: list[Spec] = [
        declared("picky", {"Replicated": {"Replicas": 1}}, SLEEPS, Placement={"Constraints": ["node.labels.a==b"]}),
        declared(
            "fails", {"Replicated": {"Replicas": 1}}, "exit 3", RestartPolicy={"Condition": "none"}, **ON_THE_WORKER
        ),
        declared("agent", {"Global": {}}, SLEEPS),
        declared("job", {"ReplicatedJob": {"MaxConcurrent": 1, "TotalCompletions": 1}}, "exit 0", **ON_THE_WORKER),
    ]
    for each in specs:
        demand(lab.manager(), "POST", "/services/create", each)
    lab.wait_converged("agent")
    wait_says(lab, "fails", ("shutdown", "failed"))
    wait_says(lab, "job", ("complete", "complete"))
    wait_until(lab, lambda: tasks_of(lab, "picky")[0].err, "the scheduler's words")
    names = ("picky.1", "fails.1", "job.0", f"agent.{WORKER}", f"agent.{OTHER}.1")
    story.answers.update({name: answer(lab, name) for name in names})
    demand(lab.manager(), "DELETE", "/services/picky")
    wait_until(lab, lambda: not tasks_of_all(lab, "picky"), "no task")
    story.answers["removed"] = answer(lab, "picky.1")


def tasks_of_all(lab: Lab, service: str) -> list[TaskView]:
    """What is left of a service's tasks."""
    return [each for each in lab.snapshot().tasks if each.service == service or each.service not in _services(lab)]


def _services(lab: Lab) -> set[str]:
    return {each.name for each in lab.snapshot().services}


def test_a_task_that_has_not_moved(story: Story) -> None:
    """Where it runs, and since when."""
    old, _ = story.went["kill"]
    assert story.answers["nothing"] == f"helloworld.1 has not moved: it runs on {old} since <at>."


def test_a_task_that_is_killed(story: Story) -> None:
    """With the error that the engine tells."""
    old, _ = story.went["kill"]
    why = (
        f'its task on {old} failed at <at> with the error "task: non-zero exit (137)",'
        " and the restart policy (any) asked for another one"
    )
    assert story.answers["kill"] == story.moved("kill", why)


def test_a_node_that_is_drained(story: Story) -> None:
    """Its task goes to the other worker."""
    old, new = story.went["drain"]
    assert {old, new} == {WORKER, OTHER}
    assert story.answers["drain"] == story.moved("drain", f"{old} was drained at <at>")


@pytest.mark.parametrize(("act", "why"), [
    ("update", "the service was updated at <at> (env)"),
    ("rollback", "the service was rolled back at <at> (env)"),
    ("force", "the service was updated at <at> (force)"),
])  # fmt: skip
def test_a_service_that_is_updated(story: Story, act: str, why: str) -> None:
    """What changed is what is different between the tasks."""
    assert story.answers[act] == story.moved(act, why)


def test_a_slot_that_is_gone(story: Story) -> None:
    """Whichever of the two the swarm took, and whether or not it has already forgotten the slot's only task."""
    gone = r"helloworld\.[12] is gone: the service was scaled to 1 at <at>\."
    assert re.fullmatch(rf"{gone}|There is no task helloworld\.2: helloworld has helloworld\.1\.", (
        story.answers["scaled down"]
    ))  # fmt: skip


def test_a_node_that_is_lost(story: Story) -> None:
    """That it comes back, and how its task ended, is not why the task moved."""
    old, _ = story.went["lost"]
    assert story.answers["lost"] == story.answers["returned"] == story.moved("lost", f"{old} was Down at <at>")


def test_a_task_without_a_node(story: Story) -> None:
    """In the scheduler's words."""
    reason = "no suitable node (scheduling constraints not satisfied on 3 nodes)"
    assert story.answers["picky.1"] == f"picky.1 waits for a node: {reason}."


def test_a_task_that_is_not_replaced(story: Story) -> None:
    """Its restart policy says so."""
    assert story.answers["fails.1"] == (
        f'fails.1 has not been replaced: its task on {WORKER} failed at <at> with the error "task: non-zero exit (3)",'
        " and the restart policy (none) asks for no other one."
    )


def test_other_kinds_of_services(story: Story) -> None:
    """A global service's task is named by its node; the first of a job by 0, which the API does not tell."""
    assert story.answers[f"agent.{WORKER}"] == f"agent on {WORKER} has not moved: it runs on {WORKER} since <at>."
    assert story.answers["job.0"] == f"job.0 has not moved: it is complete on {WORKER} since <at>."


def test_what_there_is_not(story: Story) -> None:
    """It says what there is, or when that was removed."""
    there = "agent.docker-swarm-1, agent.docker-swarm-2, agent.docker-swarm-3"
    assert story.answers[f"agent.{OTHER}.1"] == f"There is no task agent.{OTHER}.1: agent has {there}."
    assert story.answers["removed"] == "There is no task picky.1: the service picky was removed at <at>."
