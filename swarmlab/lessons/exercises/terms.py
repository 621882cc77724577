"""Lesson 01: a manager without tasks, one file deployed under another name, and a port that is closed on purpose."""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.lessons.exercise import Exercise, Rule
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import (
    WALLS,
    all_in_the_swarm,
    closed_at,
    declares,
    has_converged,
    manager_names,
    no_service,
    runs,
)
from swarmlab.lessons.words import counted, listed

WANTED = ("docker-swarm-1", "7946/udp", "firewall")


def _no_task_on_a_manager(look: Inspection) -> str:
    running = look.running("crew")
    for name in manager_names(look):
        if running[name]:
            return f"{name} is a manager and runs {counted(running[name], 'task')} of crew"
    return ""


def _no_stack(look: Inspection) -> str:
    names = [service.name for service in look.snapshot.services if service.name.startswith("second_")]
    return "" if names else "there is no service whose name begins with second_"


def _is_of_the_stack(name: str) -> Rule:
    def rule(look: Inspection) -> str:
        stack = (look.spec(name).get("Labels") or {}).get("com.docker.stack.namespace")
        return "" if stack == "second" else f"{name} was not deployed by a stack, but by itself"

    return rule


def _all_open(look: Inspection) -> str:
    return "" if look.closed_ports else "every port is open"


def _only_that_one(look: Inspection) -> str:
    closed = closed_at(look)
    if WANTED not in closed:
        seen = f"{_are(closed)} closed, and " if closed else ""
        return f"{seen}{_named(*WANTED)} is not{'' if closed else ' closed'}"
    others = [each for each in closed if each != WANTED]
    return f"{_are(others)} closed as well" if others else ""


def _are(closed: Sequence[tuple[str, str, str]]) -> str:
    return f"{listed(_named(*each) for each in closed)} {'is' if len(closed) == 1 else 'are'}"


def _named(node: str, port: str, wall: str) -> str:
    return f"{port} of {node} at {WALLS[wall]}"


EXERCISES = (
    Exercise(
        id="01-a",
        title="A manager without tasks",
        asks=(
            "Create a service named `crew` with four tasks of `alpine ping docker.com`. No task of it may run on a"
            " manager."
        ),
        starts_from="formed",
        untouched=no_service("crew"),
        wants=(
            runs("crew", "alpine", "ping", "docker.com"),
            declares("crew", 4),
            has_converged("crew"),
            _no_task_on_a_manager,
        ),
        praise="crew runs 4 of 4 tasks, all of them on workers",
        hints=(
            "A manager is by default a worker too, and that can be switched off.",
            "AVAILABILITY is what you want of a node: which one gives its tasks away and takes none?",
            "%docker node update --availability … docker-swarm-3",
        ),
        solution=(
            "%docker node update --availability drain docker-swarm-3\n"
            "%docker service create --replicas 4 --name crew alpine ping docker.com"
        ),
        why=(
            "A drained manager still manages: AVAILABILITY concerns tasks only. Constraints (conditions for the nodes)"
            " would do too, for this service alone: `--constraint node.role==worker`."
        ),
    ),
    Exercise(
        id="01-b",
        title="One file, another stack",
        asks=(
            "Deploy the file `data/hello.yml` as a stack named `second`, and give its service `greeter` three tasks."
        ),
        starts_from="formed",
        untouched=_no_stack,
        wants=(
            _is_of_the_stack("second_greeter"),
            _is_of_the_stack("second_listener"),
            declares("second_greeter", 3),
            has_converged("second_greeter"),
            has_converged("second_listener"),
        ),
        praise="second_greeter runs 3 of 3 tasks, and second_listener 1 of 1",
        hints=(
            "The stack above was named `demo`, at the end of one command.",
            "All names begin with the name of the stack: which is the full name of `greeter` here?",
            "%docker stack deploy -c data/hello.yml second, and then %docker service scale …",
        ),
        solution=(
            "%docker stack deploy --detach -c data/hello.yml second\n"
            "%docker service scale second_greeter=3\n"
            'lab.wait_converged("second_listener")'
        ),
        why=(
            "A file names no stack, the command does. So one file can be deployed several times. (Deploying it again"
            " would bring `greeter` back to the two tasks that the file declares.)"
        ),
    ),
    Exercise(
        id="01-c",
        title="One closed port",
        asks=(
            "Close 7946/udp of docker-swarm-1 at the host's firewall, and nothing else. The check looks at which ports"
            " the other hosts can reach."
        ),
        starts_from="formed",
        untouched=_all_open,
        wants=(all_in_the_swarm, _only_that_one),
        praise=f"{_named(*WANTED)} is closed, and nothing else",
        hints=(
            "`lab.check_ports()` shows what is closed.",
            "A host has two methods, `block` and `open`; both take a port, and `at=` names the wall.",
            'lab["docker-swarm-1"].block("7946/…", at="firewall")',
        ),
        solution='lab["docker-swarm-1"].block("7946/udp", at="firewall")',
        why=(
            "On a host of your own this is `sudo ufw deny 7946/udp`. The same number with tcp is another port, and the"
            " security group is another wall."
        ),
    ),
)
