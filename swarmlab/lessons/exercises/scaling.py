"""Lesson 05: even numbers, two services at once, and a declaration of nothing."""

from __future__ import annotations

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import declares, has_converged, no_service, runs, still_declares
from swarmlab.lessons.words import counted


def _two_on_each(look: Inspection) -> str:
    running = look.running("helloworld")
    wrong = next((node.name for node in look.cluster if running[node.name] != 2), None)
    return f"{wrong} runs {counted(running[wrong], 'task')} of helloworld, not 2" if wrong else ""


def _still_exists(look: Inspection) -> str:
    gone = 'there is no service helloworld, and its declaration was to be kept; begin anew with lab.reset("helloworld")'
    return "" if look.service("helloworld") else gone


def _nothing_runs(look: Inspection) -> str:
    left = [task for task in look.tasks("helloworld") if task.is_active]
    return f"{counted(len(left), 'task')} of helloworld still run{'s' * (len(left) == 1)}" if left else ""


EXERCISES = (
    Exercise(
        id="05-a",
        title="Two on each node",
        asks="Make each of the three nodes run exactly two tasks of helloworld.",
        starts_from="helloworld",
        untouched=still_declares("helloworld", 1),
        wants=(has_converged("helloworld"), _two_on_each),
        praise="each of the three nodes runs 2 tasks of helloworld",
        hints=(
            "You say how many tasks there are in all. Where they go, the scheduler decides.",
            "Spread gives each node the same number if the number can be divided by three.",
            "%docker service scale helloworld=…",
        ),
        solution="%docker service scale helloworld=6",
        why="New tasks go to the node with the fewest tasks of the service. Six on three nodes are two on each.",
    ),
    Exercise(
        id="05-b",
        title="Two services at once",
        asks=(
            "Create a second service named `second` of `alpine ping docker.com`, and scale helloworld and second to two"
            " replicas each. One command is enough for the scaling."
        ),
        starts_from="helloworld",
        untouched=no_service("second"),
        wants=(
            runs("second", "alpine", "ping", "docker.com"),
            declares("helloworld", 2),
            declares("second", 2),
            has_converged("helloworld"),
            has_converged("second"),
        ),
        praise="helloworld and second run 2 of 2 tasks each",
        hints=(
            "Create it as the first one was created, with one replica.",
            "`docker service scale` takes more than one NAME=NUMBER.",
            "%docker service scale helloworld=2 second=…",
        ),
        solution=(
            "%docker service create --name second alpine ping docker.com\n%docker service scale helloworld=2 second=2"
        ),
        why="Each service is spread for itself; the other one counts only where nodes are otherwise equal.",
    ),
    Exercise(
        id="05-c",
        title="A declaration of nothing",
        asks="Stop all tasks of helloworld, and keep its declaration.",
        starts_from="helloworld",
        untouched=still_declares("helloworld", 1),
        wants=(_still_exists, declares("helloworld", 0), _nothing_runs),
        praise="helloworld is still declared, and none of its tasks is left",
        hints=(
            "`docker service rm` would be too much.",
            "A number of replicas may be very small.",
            "%docker service scale --detach helloworld=0, and then lab.clock.sleep(20) until they have ended",
        ),
        solution="%docker service scale --detach helloworld=0\nlab.clock.sleep(20)",
        why="The settings are kept, and `scale helloworld=1` would start a task again.",
    ),
)
