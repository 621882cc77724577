"""Every exercise in its three states: untouched, done wrongly as learners do it, done as its solution does it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from swarmlab.client.protocols import LAB_STATES, LabState
from swarmlab.lab import Lab
from swarmlab.lessons.breaking import type_line
from swarmlab.lessons.catalogue import EXERCISES
from swarmlab.lessons.exercise import State
from swarmlab.lessons.practice import exercise
from tests.lessons.on_labs.conftest import Run


@dataclass(frozen=True, slots=True)
class Story:
    """What three checks say of one exercise, and the cell that does it wrongly before the second.

    Attributes:
        untouched: said of the state from which it starts.
        wrong: a cell.
        not_yet: a pattern, since nodes are chosen by the scheduler.
    """

    untouched: str
    wrong: str
    not_yet: str


KILL = "\n".join(EXERCISES["03-a"].solution.splitlines()[:4]) + "\nlab.clock.sleep(1)"

STORIES = {
    "00-a": Story(
        "there is no service hello.",
        "%docker service create --name hello alpine ping docker.com",
        r"hello declares 1 replica, not 2\.",
    ),
    "00-b": Story(
        "there is no service hello.",
        '%docker service create --name hello --replicas 3 alpine ping docker.com\nlab["docker-swarm-2"].stop()',
        r"the STATUS of docker-swarm-2 is Ready, not Down\.",
    ),
    "01-a": Story(
        "there is no service crew.",
        "%docker service create --name crew --replicas 4 alpine ping docker.com",
        r"docker-swarm-3 is a manager and runs (1 task|2 tasks) of crew\.",
    ),
    "01-b": Story(
        "there is no service whose name begins with second_.",
        "%docker stack deploy --detach -c data/hello.yml second",
        r"second_greeter declares 2 replicas, not 3\.",
    ),
    "01-c": Story(
        "every port is open.",
        'lab["docker-swarm-1"].block("7946/tcp")',
        r"7946/tcp of docker-swarm-1 at the host's firewall is closed,"
        r" and 7946/udp of docker-swarm-1 at the host's firewall is not\.",
    ),
    "02-a": Story(
        "docker info says Swarm: inactive on every host.",
        "%docker -n docker-swarm-3 swarm init --advertise-addr {lab['docker-swarm-3'].address}",
        r"docker info on docker-swarm-1 says Swarm: inactive\.",
    ),
    "02-b": Story(
        "docker-swarm-1 is a worker, as at the beginning.",
        "%docker -n docker-swarm-1 swarm leave",
        r"docker info on docker-swarm-1 says Swarm: inactive\.",
    ),
    "02-c": Story(
        "docker-swarm-2 is Active, and helloworld declares 1 replica.",
        "%docker service scale helloworld=3\n%docker node update --availability drain docker-swarm-2",
        r"the AVAILABILITY of docker-swarm-2 is Drain, not Pause\.",
    ),
    "03-a": Story(
        "no task of helloworld.1 has ended.",
        "%docker service update --detach --force helloworld\nlab.clock.sleep(20)",
        r"no task of helloworld\.1 was killed: (Shutdown|Failed|Complete), .*",
    ),
    "03-b": Story(
        "there is no service sleeper.",
        "%docker service create --detach --name sleeper alpine sleep 500",
        r"sleeper runs `sleep 500`, not `sleep 5`\.",
    ),
    "04-a": Story(
        "no container on any host has a file /tmp/found.",
        "%docker -n docker-swarm-2 run -d --name other alpine ping docker.com\n"
        "%docker -n docker-swarm-2 exec other touch /tmp/found",
        r"/tmp/found is in other on docker-swarm-2, and that is not the container of helloworld\.1\.",
    ),
    "04-b": Story(
        "helloworld has update parallelism 1 and restart condition any, the defaults.",
        "%docker service update --update-parallelism 2 helloworld",
        r"helloworld has Condition any, not on-failure \(--restart-condition\)\.",
    ),
    "05-a": Story(
        "helloworld declares 1 replica, as at the beginning.",
        "%docker service scale helloworld=4",
        r"docker-swarm-\d runs 1 task of helloworld, not 2\.",
    ),
    "05-b": Story(
        "there is no service second.",
        "%docker service create --name second --replicas 2 alpine ping docker.com",
        r"helloworld declares 1 replica, not 2\.",
    ),
    "05-c": Story(
        "helloworld declares 1 replica, as at the beginning.",
        "%docker service scale --detach helloworld=0",
        r"1 task of helloworld still runs\.",
    ),
    "06-a": Story(
        "there is no service speaker.",
        "%docker service create --name speaker --replicas 2 alpine sleep 1d",
        r"the log of speaker\.\d has no line that reads: ready\.",
    ),
    "06-b": Story(
        "odd runs, and every node is Active.",
        "%docker node update --availability drain docker-swarm-1",
        r"docker-swarm-1 is drained, and no task complained there\.",
    ),
    "07-a": Story(
        "helloworld is still declared.",
        "%docker service rm helloworld",
        r"on docker-swarm-\d its container is running: helloworld\.1\.\w{25}\.",
    ),
    "07-b": Story(
        "there is no service keeper, and no host has a volume archive.",
        "%docker service create --name keeper --replicas 3 --mount type=volume,source=archive,target=/archive"
        " alpine ping docker.com\n"
        "%docker service rm keeper\nlab.clock.sleep(20)\n%docker -n docker-swarm-2 volume rm archive",
        r"docker-swarm-3 still has the volume archive\.",
    ),
    "08-a": Story(
        "docker info on docker-swarm-1 says Swarm: inactive, and nothing has been opened.",
        'lab["docker-swarm-3"].open("2377/tcp", at="firewall")',
        r"2377/tcp of docker-swarm-3 is closed at the security group\.",
    ),
    "08-b": Story(
        "all 5 tasks of helloworld run on docker-swarm-3.",
        "%docker service scale helloworld=6",
        r"helloworld declares 6 replicas, not 5\.",
    ),
    "08-c": Story(
        "everything is as begin() left it.",
        'lab["docker-swarm-1"].start()\nlab.clock.sleep(20)\n%docker node update --availability active docker-swarm-3',
        r"7946/udp of docker-swarm-2 is closed at the security group\.",
    ),
    "17-a": Story(
        "helloworld declares 1 replica, as at the beginning.",
        "%docker service scale helloworld=3\n%docker node update --availability drain docker-swarm-2\n"
        'lab.wait_converged("helloworld")',
        r"the AVAILABILITY of docker-swarm-2 is Drain, not Active\.",
    ),
    "17-b": Story(
        "docker info says Swarm: active on every host.",
        "%docker -n docker-swarm-1 swarm leave",
        r"docker info on docker-swarm-2 says Swarm: active\.",
    ),
}

DETOURS = {
    "00-a, on one node": (
        "%docker service create --name hello --replicas 2 --constraint node.hostname==docker-swarm-1"
        " alpine ping docker.com",
        r"the tasks of hello run on docker-swarm-1, not on two nodes\.",
    ),
    "00-b, without tasks": (
        "%docker service create --name hello --replicas 3 alpine ping docker.com\n"
        "%docker service scale --detach hello=0\n"
        'lab["docker-swarm-2"].stop()\nlab.clock.sleep(30)',
        r"hello declares 0 replicas, not 3\.",
    ),
    "00-b, with the host on": (
        "%docker service create --name hello --replicas 3 alpine ping docker.com",
        r"the engine of docker-swarm-2 answers: the host is on\.",
    ),
    "00-b, created too late": (
        'lab["docker-swarm-2"].stop()\nlab.clock.sleep(30)\n'
        "%docker service create --name hello --replicas 3 alpine ping docker.com",
        r"docker-swarm-2 never had a task of hello: create hello while the host is on\.",
    ),
    "01-a, another command": (
        "%docker node update --availability drain docker-swarm-3\n"
        "%docker service create --name crew --replicas 4 alpine sleep 1d",
        r"crew runs `sleep 1d`, not `ping docker\.com`\.",
    ),
    "01-c, a host switched off": (
        'lab["docker-swarm-2"].stop()',
        r"the engine of docker-swarm-2 does not answer\.",
    ),
    "02-b, promoted": (
        "%docker node promote docker-swarm-1\nlab.clock.sleep(20)",
        r"docker-swarm-1 is a manager, but still the same node: it has not left\.",
    ),
    "03-a, waiting": (
        KILL,
        r"the new task of helloworld\.1 is Ready: it waits for the restart delay\.",
    ),
    "03-a, scaled to nothing": (
        f"{KILL}\n%docker service scale --detach helloworld=0\nlab.clock.sleep(20)",
        r"no task is meant to run in the slot helloworld\.1\.",
    ),
    "03-b, more than one task": (
        "%docker service create --detach --name sleeper --replicas 2 alpine sleep 5\nlab.clock.sleep(30)",
        r"sleeper declares 2 replicas, not 1\.",
    ),
    "03-b, too early": (
        "%docker service create --detach --name sleeper alpine sleep 5",
        r"0 tasks of sleeper are Complete so far, not 2\.",
    ),
    "05-b, another command": (
        "%docker service create --name second alpine sleep 1d\n%docker service scale helloworld=2 second=2",
        r"second runs `sleep 1d`, not `ping docker\.com`\.",
    ),
    "06-a, another image": (
        "%docker service create --name speaker --replicas 2 busybox sh -c 'echo ready; sleep 1d'",
        r"speaker has the image busybox, not alpine\.",
    ),
    "06-b, paused": (
        "%docker node update --availability pause docker-swarm-2",
        r"docker-swarm-2 is not drained, and its task still complains: error: disk full\.",
    ),
    "08-a, joined as a manager": (
        EXERCISES["08-a"].solution.replace('["Worker"]', '["Manager"]'),
        r"docker-swarm-1 is in the swarm, but as a manager\.",
    ),
    "08-b, without one node": (
        "%docker node update --availability drain docker-swarm-1\n%docker service update --force helloworld",
        r"the AVAILABILITY of docker-swarm-1 is Drain, not Active\.",
    ),
    "17-a, without a drain": (
        "%docker service scale helloworld=3",
        r"docker-swarm-2 runs 1 task of helloworld: a reboot would end it\.",
    ),
    "17-a, drained before it had a task": (
        "%docker service rm helloworld\nlab.clock.sleep(20)\n"
        "%docker node update --availability drain docker-swarm-2\n"
        "%docker service create --name helloworld --replicas 3 alpine ping docker.com\n"
        "%docker node update --availability active docker-swarm-2",
        r"docker-swarm-2 never had a task of helloworld\.",
    ),
    "17-b, without the manager": (
        "%docker -n docker-swarm-1 swarm leave\n%docker -n docker-swarm-2 swarm leave",
        r"docker info on docker-swarm-3 says Swarm: active\.",
    ),
}
"""Ways that look done and miss what was asked: a cell, and a pattern for what the check says."""


def test_every_exercise_has_its_story() -> None:
    """And no other."""
    assert set(STORIES) == set(EXERCISES)


def begin(lab: Lab, identifier: str) -> str:
    """Bring the lab to where an exercise starts; what a check says then."""
    practice = exercise(identifier, lab)
    lab.reset(practice.exercise.starts_from)  # type: ignore[arg-type]
    if practice.exercise.breaks:
        assert str(practice.check()) == (
            f"{identifier} not attempted: nothing is broken yet: press Begin, or run begin()."
        )
        assert practice.begin().startswith(f"{identifier} has begun.")
    return str(practice.check())


@pytest.mark.parametrize("identifier", STORIES)
def test_an_exercise_knows_its_three_states(lab: Lab, run: Run, identifier: str) -> None:
    """Not attempted; not yet, because of what was seen; right once its own solution has been run."""
    story = STORIES[identifier]
    assert begin(lab, identifier) == f"{identifier} not attempted: {story.untouched}"
    run(story.wrong)
    said = str(exercise(identifier, lab).check())
    assert re.fullmatch(rf"{identifier} not yet, because {story.not_yet}", said), said
    begin(lab, identifier)
    run(exercise(identifier, lab).exercise.solution)
    assert str(exercise(identifier, lab).check()) == f"{identifier} right: {EXERCISES[identifier].praise}."


@pytest.mark.parametrize("detour", DETOURS)
def test_what_only_looks_done_is_not_yet(lab: Lab, run: Run, detour: str) -> None:
    """And the check says what is missing."""
    identifier, (cell, not_yet) = detour[:4], DETOURS[detour]
    begin(lab, identifier)
    run(cell)
    said = str(exercise(identifier, lab).check())
    assert re.fullmatch(rf"{identifier} not yet, because {not_yet}", said), said


@pytest.mark.parametrize("state", LAB_STATES)
def test_nothing_is_right_where_nothing_was_done(lab: Lab, state: LabState) -> None:
    """What a state of the lab brings with it is nobody's work, whichever exercise it would suit."""
    lab.reset(state)
    said = {each: exercise(each, lab).check() for each in EXERCISES}
    assert [str(verdict) for verdict in said.values() if verdict.state is State.RIGHT] == []


def test_where_it_begins_is_said(lab: Lab) -> None:
    """A swarm that the lab has formed is not the learner's."""
    lab.reset("formed")
    assert str(exercise("02-a", lab).check()) == (
        '02-a not attempted: the lab began in another state than this exercise; first run lab.reset("separate").'
    )


def test_no_node_that_takes_tasks_is_a_verdict(lab: Lab) -> None:
    """A learner may pause them all."""
    begin(lab, "08-b")
    type_line(lab, "service update --force helloworld")
    for node in lab:
        type_line(lab, f"node update --availability pause {node.name}")
    assert str(exercise("08-b", lab).check()) == (
        "08-b not yet, because the AVAILABILITY of docker-swarm-1 is Pause, not Active."
    )
