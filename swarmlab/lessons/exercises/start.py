"""Lesson 00: a first service, and a first node that is switched off."""

from __future__ import annotations

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import declares, has_converged, has_state, no_service, runs
from swarmlab.lessons.words import counted, listed

HOST = "docker-swarm-2"


def _on_two_nodes(look: Inspection) -> str:
    hosts = sorted(look.running("hello"))
    return "" if len(hosts) == 2 else f"the tasks of hello run on {listed(hosts)}, not on two nodes"


def _is_off(look: Inspection) -> str:
    return "" if look.swarm(HOST) is None else f"the engine of {HOST} answers: the host is on"


def _had_a_task(look: Inspection) -> str:
    was_there = any(look.place(task) == HOST for task in look.tasks("hello"))
    return "" if was_there else f"{HOST} never had a task of hello: create hello while the host is on"


def _all_on_the_others(look: Inspection) -> str:
    running = sum(number for host, number in look.running("hello").items() if host != HOST)
    return (
        "" if running == 3 else f"{counted(running, 'task')} of hello, not 3, run{'s' * (running == 1)} on the others"
    )


EXERCISES = (
    Exercise(
        id="00-a",
        title="A service of two tasks",
        asks="Create a service named `hello` that runs `ping docker.com` in the image `alpine` on two nodes at once.",
        starts_from="formed",
        untouched=no_service("hello"),
        wants=(
            runs("hello", "alpine", "ping", "docker.com"),
            declares("hello", 2),
            has_converged("hello"),
            _on_two_nodes,
        ),
        praise="hello runs 2 of 2 tasks, on two nodes",
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
        title="A node that is switched off",
        asks=(
            f"Create `hello` with three tasks, switch {HOST} off, and wait until all three tasks run on the other"
            " hosts."
        ),
        starts_from="formed",
        untouched=no_service("hello"),
        wants=(declares("hello", 3), _is_off, _had_a_task, has_state(HOST, "down"), _all_on_the_others),
        praise=f"{HOST} is Down, and hello runs 3 of 3 tasks on the other hosts",
        hints=(
            "A host was switched off above, and some time had to pass until the swarm noticed.",
            f'lab["{HOST}"] has a method that switches it off; `lab.clock.sleep(…)` lets time pass.',
            "A node is Down when three heartbeats are missing, about 15 seconds after the last one: wait 30.",
        ),
        solution=(
            "%docker service create --replicas 3 --name hello alpine ping docker.com\n"
            f'lab["{HOST}"].stop()\n'
            "lab.clock.sleep(30)\n"
            "%docker service ps hello"
        ),
        why=(
            "Nobody tells a manager that a host has died. It notices that no heartbeat comes any more; until then the"
            " node reads Ready. Then new tasks replace its tasks on other nodes."
        ),
    ),
)
