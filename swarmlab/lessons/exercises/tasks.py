"""Lesson 03: a task that is replaced, and a program that ends by itself."""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.client.snapshots import TaskView
from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import declares, no_service, runs
from swarmlab.lessons.words import counted


def _slot(look: Inspection) -> Sequence[TaskView]:
    return [task for task in look.tasks("helloworld") if task.slot == 1]


def _nothing_failed(look: Inspection) -> str:
    ended = [task for task in _slot(look) if not task.is_active]
    is_so = look.service("helloworld") is not None and not ended
    return "no task of helloworld.1 has ended" if is_so else ""


def _was_killed(look: Inspection) -> str:
    ended = [task for task in _slot(look) if not task.is_active]
    if any(task.state == "failed" and "137" in task.error for task in ended):
        return ""
    seen = f"{ended[-1].state.capitalize()}, {ended[-1].error or 'without an error'}" if ended else "there is none"
    return f"no task of helloworld.1 was killed: {seen}"


def _was_replaced(look: Inspection) -> str:
    current = [task for task in _slot(look) if task.is_wanted]
    if any(task.state == "running" for task in current):
        return ""
    if not current:
        return "no task is meant to run in the slot helloworld.1"
    why = ": it waits for the restart delay" if current[0].desired_state == "ready" else ""
    return f"the new task of helloworld.1 is {current[0].state.capitalize()}{why}"


def _completed_twice(look: Inspection) -> str:
    tasks = look.tasks("sleeper")
    failed = [task for task in tasks if task.state in ("failed", "rejected")]
    if failed:
        return f"a task of {failed[0].name} is {failed[0].state.capitalize()}: {failed[0].error}"
    completed = [task for task in tasks if task.state == "complete"]
    verb = "is" if len(completed) == 1 else "are"
    return "" if len(completed) > 1 else f"{counted(len(completed), 'task')} of sleeper {verb} Complete so far, not 2"


EXERCISES = (
    Exercise(
        id="03-a",
        title="Kill a task",
        asks="Kill the container of `helloworld.1`, and wait until a new task runs in its slot.",
        starts_from="helloworld",
        untouched=_nothing_failed,
        wants=(_was_killed, _was_replaced),
        praise="a task of helloworld.1 failed with exit 137, and another runs in its slot",
        hints=(
            "A container of `pinger` was killed above, in two cells: find the node, then kill there.",
            "The container is named `helloworld.1.<task ID>`, in full: lab.snapshot().tasks has the ID.",
            "%docker -n {node} kill helloworld.1.{task.id}, and then lab.clock.sleep(10)",
        ),
        solution=(
            "snapshot = lab.snapshot()\n"
            'task = [task for task in snapshot.tasks if task.name == "helloworld.1"][0]\n'
            "node = snapshot.node(task.node_id).name\n"
            "%docker -n {node} kill helloworld.1.{task.id}\n"
            "lab.clock.sleep(10)\n"
            "%docker service ps helloworld"
        ),
        why=(
            "Swarm never starts a task again: it makes a new one in the same slot, after a delay of five seconds. The"
            " failed one stays in the list as history."
        ),
    ),
    Exercise(
        id="03-b",
        title="A program that ends",
        asks=(
            "Create a service named `sleeper` with one replica that runs `sleep 5` in the image `alpine`. Wait until"
            " two of its tasks have ended, one after the other. If a cell does not come back: Kernel → Interrupt; the"
            " service stays."
        ),
        starts_from="formed",
        untouched=no_service("sleeper"),
        wants=(runs("sleeper", "alpine", "sleep", "5"), declares("sleeper", 1), _completed_twice),
        praise="two tasks of sleeper are Complete: the program ended with 0, and Swarm started another",
        hints=(
            "`docker service create` waits for a service to stay up; this one never does.",
            "With `--detach` the command returns at once. Each round takes five seconds, and five of delay.",
            "%docker service create --detach --name sleeper alpine sleep 5, and then lab.clock.sleep(30)",
        ),
        solution=(
            "%docker service create --detach --name sleeper alpine sleep 5\n"
            "lab.clock.sleep(30)\n"
            "%docker service ps sleeper"
        ),
        why=(
            "A program that ends with 0 has not failed: its task is Complete. The declaration says that one task shall"
            " run, so another is started, whatever the reason of the end (restart condition `any`)."
        ),
    ),
)
