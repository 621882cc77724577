"""Lesson 06: a service that says what it should, and a host that its tasks complain about."""

from __future__ import annotations

from swarmlab.client.cluster import Cluster
from swarmlab.lessons.breaking import mark, type_line
from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import all_nodes_active, declares, has_converged, no_service, runs
from swarmlab.lessons.words import listed

COMPLAINT = "error: disk full"
HOST = "docker-swarm-2"
PROGRAM = f'while true; do if [ "$HOST" = {HOST} ]; then echo "{COMPLAINT}"; else echo ok; fi; sleep 1; done'


def _all_said_ready(look: Inspection) -> str:
    lines = look.lines("speaker")
    silent = [task.name for task in look.tasks("speaker") if task.is_wanted and "ready" not in lines.get(task.id, ())]
    return f"the log of {silent[0]} has no line that reads: ready" if silent else ""


def _disk_is_full(cluster: Cluster) -> None:
    type_line(
        cluster, f"service create --name odd --replicas 3 --env HOST={{{{.Node.Hostname}}}} alpine sh -c '{PROGRAM}'"
    )
    mark(cluster, "06-b")
    cluster.clock.sleep(5)


def _drained(look: Inspection) -> list[str]:
    return [node.name for node in look.snapshot.nodes if node.availability == "drain"]


def _all_take_tasks(look: Inspection) -> str:
    is_so = not all_nodes_active(look) and look.service("odd") is not None
    return "odd runs, and every node is Active" if is_so else ""


def _wrong_host_spared(look: Inspection) -> str:
    wrong = [name for name in _drained(look) if name != HOST]
    return f"{listed(wrong)} is drained, and no task complained there" if wrong else ""


def _right_host_drained(look: Inspection) -> str:
    return "" if HOST in _drained(look) else f"{HOST} is not drained, and its task still complains: {COMPLAINT}"


def _moved(look: Inspection) -> str:
    left = [task.name for task in look.tasks("odd") if look.place(task) == HOST and task.is_active]
    return f"{left[0]} still runs on {HOST}" if left else ""


EXERCISES = (
    Exercise(
        id="06-a",
        title="Say when you are ready",
        asks=(
            "Create a service named `speaker` with two tasks in the image `alpine`. Each of them writes a line that"
            " reads `ready`, and then stays up."
        ),
        starts_from="formed",
        untouched=no_service("speaker"),
        wants=(runs("speaker", "alpine"), declares("speaker", 2), has_converged("speaker"), _all_said_ready),
        praise="both tasks of speaker run, and each has written its line",
        hints=(
            "`echo` alone ends at once, and its task with it.",
            "A shell does one thing after the other: sh -c 'echo …; …'.",
            "%docker service create --name speaker --replicas 2 alpine sh -c 'echo ready; sleep …'",
        ),
        solution=(
            "%docker service create --name speaker --replicas 2 alpine sh -c 'echo ready; sleep 1d'\n"
            "%docker service logs speaker"
        ),
        why="What a program writes to its standard output is its log. Nothing else has to be set up for it.",
    ),
    Exercise(
        id="06-b",
        title="Who complains?",
        asks=(
            'Press Begin first (or run `exercise("06-b").begin()`): it starts a service named `odd`, and the disk of'
            " one host is full. Find out from the logs which host that is, and take it out of service, so that a new"
            " task on another host replaces its task."
        ),
        starts_from="formed",
        untouched=_all_take_tasks,
        wants=(_wrong_host_spared, _right_host_drained, _moved, has_converged("odd")),
        praise=f"{HOST} is drained, and odd runs 3 of 3 tasks on the others",
        hints=(
            "The lines of all tasks are mixed, and each says who wrote it.",
            "Behind the `@` of the prefix stands the host. What takes all tasks from a host is in lesson 02.",
            "%docker service logs --tail 1 odd, and then %docker node update --availability … HOST",
        ),
        solution=(
            "%docker service logs --tail 1 odd\n"
            f"%docker node update --availability drain {HOST}\n"
            "lab.clock.sleep(20)\n"
            "%docker service logs --tail 1 odd"
        ),
        why=(
            "The prefix is task@node: it tells whether a program is at fault (each of its tasks complains) or a host"
            " (whatever runs there does). `drain` gives the tasks away, before the host is repaired."
        ),
        breaks=_disk_is_full,
        takes="a few seconds",
    ),
)
