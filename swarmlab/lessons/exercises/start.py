"""Lesson 00: a first service, and a first node without power."""

from __future__ import annotations

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import declares, has_converged, has_state, no_service, runs
from swarmlab.lessons.words import counted

HOST = "docker-swarm-2"


def _has_power(look: Inspection) -> str:
    is_on = look.swarm(HOST) is not None and look.node(HOST).state == "ready"
    return f"the engine of {HOST} answers, and its STATUS is Ready" if is_on else ""


def _engine_is_dead(look: Inspection) -> str:
    return "" if look.swarm(HOST) is None else f"the engine of {HOST} still answers: its power is on"


def _tasks_run_elsewhere(look: Inspection) -> str:
    for service in look.snapshot.services:
        running = sum(number for host, number in look.running(service.name).items() if host != HOST)
        if service.replicas is not None and running != service.replicas:
            declared = counted(service.replicas, "replica")
            return f"{service.name} declares {declared}, and {running} of them run on the other hosts"
    return ""


EXERCISES = (
    Exercise(
        id="00-a",
        title="A service of two tasks",
        asks="Create a service named `hello` that runs `ping docker.com` in the image `alpine` on two nodes at once.",
        starts_from="formed",
        untouched=no_service("hello"),
        wants=(runs("hello", "alpine", "ping", "docker.com"), declares("hello", 2), has_converged("hello")),
        praise="hello runs 2 of 2 tasks",
        hints=(
            "A service was created above; this one differs in two words.",
            "`--replicas` says how often it runs, `--name` how it is called.",
            "%docker service create --replicas … --name hello alpine ping docker.com",
        ),
        solution="%docker service create --replicas 2 --name hello alpine ping docker.com",
        why="You declare how often it runs. The swarm chooses the nodes, and it takes two different ones.",
    ),
    Exercise(
        id="00-b",
        title="A node without power",
        asks=(
            f"Take {HOST} off the power, and wait until the swarm has noticed it and all declared tasks run on the"
            " other hosts."
        ),
        starts_from="helloworld",
        untouched=_has_power,
        wants=(_engine_is_dead, has_state(HOST, "down"), _tasks_run_elsewhere),
        praise=f"{HOST} is Down, and every declared task runs on another host",
        hints=(
            "A host's power was cut above, and some lab time had to pass until the swarm noticed.",
            f'lab["{HOST}"] has a method for it; `lab.clock.sleep(…)` lets time pass.',
            "A node is Down when three heartbeats are missing, about 15 seconds after the last one: wait 30.",
        ),
        solution=f'lab["{HOST}"].stop()\nlab.clock.sleep(30)\n%docker node ls',
        why=(
            "Nobody tells a manager that a host has died. It notices that no heartbeat comes any more; until then the"
            " node reads Ready. Then it starts the tasks of that node anew, elsewhere."
        ),
    ),
)
