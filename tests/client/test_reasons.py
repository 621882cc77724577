"""Why a task is where it is: every rule, on a lab that is broken and changed as a learner would."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client.cluster import Cluster
from swarmlab.client.differences import changed
from swarmlab.client.moves import Evidence
from swarmlab.client.reasons import explain, why
from swarmlab.client.snapshots import TaskView
from swarmlab.commands import Session, parse

CREATE = "docker service create --detach --name web --stop-grace-period 1s"
FIRST, SECOND, MANAGER = "docker-swarm-1", "docker-swarm-2", "docker-swarm-3"
_TIME = re.compile(r"\d\d:\d\d:\d\d")


class Story:
    """A lab in manual time, what is typed on its manager, and the answers, their times and hosts made comparable."""

    def __init__(self, lab: Cluster) -> None:
        self.lab = lab

    def type(self, *lines: str, then_s: float = 20) -> None:
        """Type lines, and let some time pass."""
        for line in lines:
            parse(line).run(Session.on(self.lab))
        self.lab.clock.sleep(then_s)

    def task(self, name: str = "web.1") -> TaskView:
        """The task that is meant to run."""
        (task,) = (task for task in self.lab.snapshot().current() if task.name == name)
        return task

    def host(self, name: str = "web.1") -> str:
        """Where it is."""
        node = self.lab.snapshot().node(self.task(name).node_id)
        return node.name if node else ""

    def why(self, name: str = "web.1") -> str:
        """The answer; every time is `<at>`."""
        return _TIME.sub("<at>", why(self.lab, name))


@pytest.fixture
def story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Story]:
    """A formed swarm in manual time."""
    (tmp_path / "lab").mkdir(mode=0o700)
    backend = EmbeddedBackend(directory=tmp_path / "lab", state="formed", time="manual")
    lab = Cluster(backend)
    yield Story(lab)
    for node in lab:
        node.close()
    backend.close()


def test_a_task_that_has_not_moved(story: Story) -> None:
    """Where it is, and since when: to the second that the engine tells."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sleep 1000")
    at = story.task().state_at
    assert at is not None
    assert why(story.lab, "web.1") == f"web.1 has not moved: it runs on {FIRST} since {at:%H:%M:%S}."


def test_the_answer_is_shown_in_lines_that_fit(story: Story) -> None:
    """A notebook shows what a cell's last line is by its repr."""
    answer = why(story.lab, "web.1")
    assert str(answer) == answer
    assert repr(answer).splitlines() == [
        "There is no task web.1: docker service ls shows the services, docker service ps the",
        "tasks of one.",
    ]


def test_another_day_is_named(story: Story) -> None:
    """Of a moment that is not today a time would mislead."""
    story.type(f"{CREATE} alpine sleep 100000", then_s=30)
    day = f"{story.lab.clock.now():%Y-%m-%d}"
    story.lab.clock.sleep(24 * 3600)
    assert re.search(rf"since {day} \d\d:\d\d:\d\d\.$", why(story.lab, "web.1"))


def test_a_program_that_fails(story: Story) -> None:
    """With the error that `docker service ps` shows, and who asked for another task."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sh -c 'sleep 100; exit 3'", then_s=115)
    assert story.why() == (
        f'web.1 was replaced on {FIRST} at <at>: its task on {FIRST} failed at <at> with the error "task: non-zero exit'
        f' (3)", and the restart policy (any) asked for another one. Now it runs on {FIRST} since <at>.'
    )


def test_a_program_that_ends_well(story: Story) -> None:
    """A service that is no job starts it again."""
    story.type(f"{CREATE} --restart-condition any alpine sleep 100", then_s=115)
    assert " was complete at <at>, and the restart policy (any) asked for another one. Now it runs on" in story.why()


def test_a_container_that_is_killed(story: Story) -> None:
    """As an out-of-memory kill would."""
    story.type(f"{CREATE} alpine sleep 1000")
    host = story.host()
    story.lab[host].kill(story.task().container_id)
    story.lab.clock.sleep(20)
    assert f'its task on {host} failed at <at> with the error "task: non-zero exit (137)"' in story.why()


def test_a_container_that_is_lost(story: Story) -> None:
    """The engine looks for it and does not find it."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sleep 1000")
    task = story.task()
    story.lab[FIRST].lose_container(task.container_id)
    story.lab.clock.sleep(20)
    error = f"No such container: web.1.{task.id}"
    assert f'web.1 was replaced on {FIRST} at <at>: its task on {FIRST} failed at <at> with the error "{error}"' in (
        story.why()
    )


@pytest.mark.parametrize(("options", "policy"), [
    ("--restart-condition none", "none"),
    ("--restart-condition on-failure --restart-max-attempts 1 --restart-delay 1s", "on-failure, at most 1 times"),
])  # fmt: skip
def test_a_task_that_is_not_replaced(story: Story, options: str, policy: str) -> None:
    """The policy says so."""
    story.type(f"{CREATE} {options} --constraint node.hostname=={FIRST} alpine sh -c 'exit 3'", then_s=60)
    assert story.why() == (
        f'web.1 has not been replaced: its task on {FIRST} failed at <at> with the error "task: non-zero exit (3)",'
        f" and the restart policy ({policy}) asks for no other one."
    )


def test_a_drained_node(story: Story) -> None:
    """Its task goes elsewhere."""
    story.type(f"{CREATE} alpine sleep 1000")
    host = story.host()
    story.type(f"docker node update --availability drain {host}")
    assert story.why() == (
        f"web.1 moved from {host} to {story.host()} at <at>: {host} was drained at <at>."
        f" Now it runs on {story.host()} since <at>."
    )


def test_a_drained_node_whose_task_finds_no_other(story: Story) -> None:
    """The scheduler's words say what is in the way."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sleep 1000")
    story.type(f"docker node update --availability drain {FIRST}")
    assert story.why() == (
        f"web.1 has left {FIRST}: {FIRST} was drained at <at>. Now it waits for a node: no suitable node (scheduling"
        " constraints not satisfied on 2 nodes; 1 node not available for new tasks)."
    )


def test_a_task_that_no_node_is_good_enough_for(story: Story) -> None:
    """It has never been anywhere."""
    story.type(f"{CREATE} --constraint node.labels.disk==ssd alpine sleep 1000")
    assert story.why() == "web.1 waits for a node: no suitable node (scheduling constraints not satisfied on 3 nodes)."


def test_a_lost_node_that_returned(story: Story) -> None:
    """The task does not move back, and how the old one ended is not why it moved."""
    story.type(f"{CREATE} --constraint node.role==worker alpine sleep 1000")
    lost = story.host()
    other = SECOND if lost == FIRST else FIRST
    story.lab[lost].stop()
    story.lab.clock.sleep(40)
    expected = (
        f"web.1 moved from {lost} to {other} at <at>: {lost} was Down at <at>. Now it runs on {other} since <at>."
    )
    assert story.why() == expected
    story.lab[lost].start()
    story.lab.clock.sleep(40)
    assert story.why() == expected


def test_a_lost_node_whose_task_finds_no_other(story: Story) -> None:
    """It waits, though what is left of it may run."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sleep 1000")
    story.lab[FIRST].stop()
    story.lab.clock.sleep(40)
    assert story.why().startswith(f"web.1 has left {FIRST}: {FIRST} was Down at <at>. Now it waits for a node: no ")


def test_a_lost_node_that_is_not_known_to_be_lost(story: Story) -> None:
    """As far as the managers know, nothing happened."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sleep 1000")
    story.lab[FIRST].stop()
    assert story.why() == f"web.1 has not moved: it runs on {FIRST} since <at>."


def test_a_node_that_is_removed(story: Story) -> None:
    """By force, since it is Ready."""
    story.type(f"{CREATE} --constraint node.role==worker alpine sleep 1000")
    host = story.host()
    story.type(f"docker node rm --force {host}")
    assert re.search(r"web\.1 moved from node \w{12} to .*: its node was removed from the swarm at <at>\.", story.why())


@pytest.mark.parametrize(("options", "what"), [
    ("--image alpine:3.20", "image alpine:latest to alpine:3.20"),
    ("--env-add A=1", "env"),
    ("--force", "force"),
    ("--limit-memory 64M --args 'sleep 2000'", "arguments, resources"),
    ("--stop-grace-period 2s", "stop grace period"),
])  # fmt: skip
def test_an_update(story: Story, options: str, what: str) -> None:
    """What changed is said: tasks carry what was declared for them."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sleep 1000")
    story.type(f"docker service update --detach {options} web")
    assert story.why() == (
        f"web.1 was replaced on {FIRST} at <at>: the service was updated at <at> ({what})."
        f" Now it runs on {FIRST} since <at>."
    )


def test_a_rollback(story: Story) -> None:
    """It is an update, too, under its own name."""
    story.type(f"{CREATE} alpine sleep 1000")
    story.type("docker service update --detach --image alpine:3.20 web", then_s=40)
    story.type("docker service rollback --detach web", then_s=40)
    assert ": the service was rolled back at <at> (image alpine:3.20 to alpine:latest). Now " in story.why()


def test_the_last_of_several_updates(story: Story) -> None:
    """Each slot is told of the one that moved it."""
    story.type(f"{CREATE} --replicas 2 alpine sleep 1000")
    story.type("docker service update --detach --env-add A=1 web", then_s=60)
    story.type("docker service update --detach --force --update-failure-action pause web", then_s=60)
    assert {re.search(r"\((.*)\)", story.why(name))[1] for name in ("web.1", "web.2")} == {"force"}  # type: ignore[index]


def test_a_failure_after_an_update_is_no_update(story: Story) -> None:
    """The update is over, or is not what stopped this task."""
    story.type(f"{CREATE} alpine sleep 1000", "docker service update --detach --env-add A=1 web", then_s=40)
    host = story.host()
    story.lab[host].kill(story.task().container_id)
    story.lab.clock.sleep(20)
    assert f": its task on {host} failed at <at>" in story.why()


def test_scaled_down_and_up(story: Story) -> None:
    """First a slot is gone, then it is there again, though nothing of the first time may be left."""
    story.type(f"{CREATE} --replicas 2 alpine sleep 1000", "docker service update --detach --force web", then_s=60)
    story.type("docker service scale --detach web=1", then_s=0.5)
    (leaves,) = (task.name for task in story.lab.snapshot().current() if not task.is_wanted)
    assert story.why(leaves) == f"{leaves} is being stopped: the service was scaled to 1 at <at>."
    story.lab.clock.sleep(20)
    (kept,) = (task.name for task in story.lab.snapshot().current())
    gone = "web.1" if kept == "web.2" else "web.2"
    assert story.why(gone) == f"{gone} is gone: the service was scaled to 1 at <at>."
    story.type("docker service scale --detach web=2")
    assert ": the service was scaled to 2 at <at>. Now it runs on " in story.why(gone)


def test_a_label_that_is_taken_away(story: Story) -> None:
    """Swarm rejects the task in its own words."""
    story.type(f"docker node update --label-add disk=ssd {FIRST}", f"docker node update --label-add disk=ssd {SECOND}")
    story.type(f"{CREATE} --constraint node.labels.disk==ssd alpine sleep 1000")
    host = story.host()
    story.type(f"docker node update --label-rm disk {host}")
    error = "task rejected by constraint enforcer: assigned node no longer meets constraints"
    assert re.match(rf"web\.1 moved from {host} to .*: its task on {host} was rejected at <at> with the error", (
        story.why()
    )), error  # fmt: skip


def test_a_global_services_task(story: Story) -> None:
    """It is named by its node, by name or id; drained, it is gone; active again, it is there again."""
    story.type(f"{CREATE} --mode global alpine sleep 1000")
    (node_id,) = (node.id for node in story.lab.snapshot().nodes if node.name == FIRST)
    same = f"web on {FIRST} has not moved: it runs on {FIRST} since <at>."
    assert story.why(f"web.{FIRST}") == story.why(f"web.{node_id}") == same
    story.type(f"docker node update --availability drain {FIRST}")
    assert story.why(f"web.{FIRST}") == f"web on {FIRST} is gone: {FIRST} is drained since <at>."
    story.type(f"docker node update --availability active {FIRST}")
    assert story.why(f"web.{FIRST}") == (
        f"web on {FIRST} was replaced on {FIRST} at <at>: {FIRST} was active again at <at>."
        f" Now it runs on {FIRST} since <at>."
    )
    assert story.why("web.1") == f"There is no task web.1: web has web.{FIRST}, web.{SECOND}, web.{MANAGER}."


def test_a_global_services_task_on_a_node_that_returned(story: Story) -> None:
    """Swarm stopped the old one when the node was lost."""
    story.type(f"{CREATE} --mode global alpine sleep 1000")
    story.lab[FIRST].stop()
    story.lab.clock.sleep(40)
    assert story.why(f"web.{FIRST}") == (
        f"web on {FIRST} has not moved: {FIRST} is Down, where it was last seen running."
    )
    story.lab[FIRST].start()
    story.lab.clock.sleep(40)
    assert f": {FIRST} was Ready again at <at>. Now it runs on {FIRST}" in story.why(f"web.{FIRST}")


def test_a_global_service_that_is_updated(story: Story) -> None:
    """As any other."""
    story.type(f"{CREATE} --mode global alpine sleep 1000")
    story.type("docker service update --detach --force web", then_s=60)
    assert ": the service was updated at <at> (force)." in story.why(f"web.{SECOND}")


def test_a_job(story: Story) -> None:
    """What has ended as it was meant to stays; the first slot is 0, though the API does not tell."""
    story.type(f"{CREATE} --mode replicated-job --replicas 2 --constraint node.hostname=={FIRST} alpine sh -c 'exit 0'")
    for name in ("web.0", "web.1"):
        assert story.why(name) == f"{name} has not moved: it is complete on {FIRST} since <at>."


def test_a_job_that_fails(story: Story) -> None:
    """It is tried again, and may go elsewhere."""
    story.type(f"{CREATE} --mode replicated-job alpine sh -c 'sleep 1; exit 1'", then_s=9)
    assert re.match(r'web\.0 .* at <at>: its task on .* failed at <at> with the error "task: non-zero exit \(1\)"', (
        story.why("web.0")
    ))  # fmt: skip


def test_a_task_that_is_updated_before_it_has_a_node(story: Story) -> None:
    """What was in the way is out of the way, or is not."""
    story.type(f"{CREATE} --constraint node.labels.disk==ssd alpine sleep 1000")
    story.type("docker service update --detach --env-add A=1 web")
    assert story.why() == (
        "web.1 was replaced at <at> before it had a node: the service was updated at <at> (env). Now it waits for a"
        " node: no suitable node (scheduling constraints not satisfied on 3 nodes)."
    )
    story.type("docker service update --detach --constraint-rm node.labels.disk==ssd web")
    assert re.match(
        r"web\.1 came to .* at <at>: the service was updated at <at> \(placement\)\. Now it runs", story.why()
    )


def test_the_task_of_an_id(story: Story) -> None:
    """Of an older task: why it took the place of the one before it."""
    story.type(f"{CREATE} --constraint node.hostname=={FIRST} alpine sleep 1000")
    story.type("docker service update --detach --env-add A=1 web", then_s=40)
    second = story.task().id
    story.type("docker service update --detach --force web", then_s=40)
    assert story.why(second) == (
        f"web.1 was replaced on {FIRST} at <at>: the service was updated at <at> (env)."
        f" Now it is shutdown on {FIRST} since <at>."
    )


def test_what_there_is_not(story: Story) -> None:
    """It says what there is instead."""
    assert story.why("web.1") == (
        "There is no task web.1: docker service ls shows the services, docker service ps the tasks of one."
    )
    story.type(f"{CREATE} --replicas 2 alpine sleep 1000")
    assert story.why("web.3") == story.why("web.3") == "There is no task web.3: web has web.1, web.2."
    story.type("docker service rm web")
    assert story.why("web.1") == "There is no task web.1: the service web was removed at <at>."


@pytest.mark.parametrize(("act", "reason"), [
    (lambda story: story.type(f"docker node update --availability drain {story.host()}"), "{host} is drained"),
    (lambda story: (story.lab[story.host()].stop(), story.lab.clock.sleep(40)), "{host} is Down"),
    (lambda story: story.type("docker service update --detach --force web"), "the service was updated (force)"),
    (lambda story: story.type(f"docker node rm --force {story.host()}"), "its node was removed from the swarm"),
])  # fmt: skip
def test_what_the_engines_have_forgotten(story: Story, act: Callable[[Story], object], reason: str) -> None:
    """What is left to see is said without a time."""
    story.type(f"{CREATE} --constraint node.role==worker alpine sleep 1000")
    host = story.host()
    act(story)
    said = explain("web.1", Evidence(snapshot=story.lab.snapshot(), events=(), now=story.lab.clock.now()))
    assert f": {reason.format(host=host)}. Now it runs on" in said


def test_what_nobody_can_know_is_said_to_be_unknown(story: Story) -> None:
    """It is not made up."""
    story.type(f"{CREATE} alpine sleep 1000")
    host = story.host()
    story.type(f"docker node update --availability drain {host}", f"docker node update --availability active {host}")
    said = explain("web.1", Evidence(snapshot=story.lab.snapshot(), events=(), now=story.lab.clock.now()))
    assert f": Swarm stopped its task on {host}; the engines no longer remember why. Now it runs on" in said


def test_what_changed_is_told_in_words() -> None:
    """The image in full, without its digest; nothing and empty are the same."""
    old = {"ContainerSpec": {"Image": "a:1@sha256:0", "Labels": {"a": "1"}}, "Networks": []}
    new = {"ContainerSpec": {"Image": "a:2@sha256:1", "StopGracePeriod": 1}, "ForceUpdate": 1}
    assert changed(old, new) == ["image a:1 to a:2", "container labels", "stop grace period", "force"]
    assert changed(old, old) == []
