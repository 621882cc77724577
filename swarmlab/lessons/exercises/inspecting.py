"""Lesson 04: the container behind a task, and two settings that nobody gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import CannotTell, Inspection
from swarmlab.lessons.rules import has_converged, spec_has

FILE = "/tmp/found"


def _containers_with_the_file(look: Inspection) -> list[tuple[str, str]]:
    return [
        (node.name, container["Names"][0].lstrip("/"))
        for node in look.cluster
        for container in _running(look, node.name)
        if FILE in look.changed_files(node.name, container["Id"])
    ]


def _running(look: Inspection, host: str) -> list[Mapping[str, Any]]:
    try:
        found = look.containers(host)
    except CannotTell:  # what lies on a lost host is not there either
        return []
    return [container for container in found if container["State"] == "running"]


def _no_file_anywhere(look: Inspection) -> str:
    return "" if _containers_with_the_file(look) else f"no container on any host has a file {FILE}"


def _in_the_right_one(look: Inspection) -> str:
    task = next((task for task in look.tasks("helloworld") if task.name == "helloworld.1" and task.is_wanted), None)
    if task is None:
        return "there is no task helloworld.1"
    found = _containers_with_the_file(look)
    if (look.place(task), f"{task.name}.{task.id}") in found:
        return ""
    host, name = found[0]
    return f"{FILE} is in {name} on {host}, and that is not the container of helloworld.1"


def _as_created(look: Inspection) -> str:
    if look.service("helloworld") is None:
        return ""
    spec = look.spec("helloworld")
    seen = (spec["UpdateConfig"]["Parallelism"], spec["TaskTemplate"]["RestartPolicy"]["Condition"])
    return "helloworld has update parallelism 1 and restart condition any, the defaults" if seen == (1, "any") else ""


EXERCISES = (
    Exercise(
        id="04-a",
        title="Find the container",
        asks=(
            f"Find the container of `helloworld.1`, wherever it runs, and make the file {FILE} in it with `docker exec`"
            f" and `touch {FILE}`."
        ),
        starts_from="helloworld",
        untouched=_no_file_anywhere,
        wants=(_in_the_right_one,),
        praise=f"the container of helloworld.1 has the file {FILE}",
        hints=(
            "Two questions lead there: the manager knows the node, and the node knows the container.",
            "`docker service ps helloworld` names the node. There the container is `helloworld.1.<task ID>`.",
            f"%docker -n NODE exec CONTAINER touch {FILE}",
        ),
        solution=(
            "snapshot = lab.snapshot()\n"
            'task = [task for task in snapshot.tasks if task.name == "helloworld.1"][0]\n'
            "node = snapshot.node(task.node_id).name\n"
            f"%docker -n {{node}} exec helloworld.1.{{task.id}} touch {FILE}"
        ),
        why=(
            "`docker exec`, like `docker ps`, speaks of one engine only. A manager knows where a task is, but it does"
            " not pass such a command on."
        ),
    ),
    Exercise(
        id="04-b",
        title="Two settings",
        asks=(
            "Change two settings of helloworld that nobody gave. From then on an update replaces two tasks at a time,"
            " and a task that ends is replaced only if it has failed."
        ),
        starts_from="helloworld",
        untouched=_as_created,
        wants=(
            spec_has("helloworld", "UpdateConfig", "Parallelism", wanted=2, as_typed="2 (--update-parallelism)"),
            spec_has(
                "helloworld",
                *("TaskTemplate", "RestartPolicy", "Condition"),
                wanted="on-failure",
                as_typed="on-failure (--restart-condition)",
            ),
            has_converged("helloworld"),
        ),
        praise="helloworld has update parallelism 2 and restart condition on-failure",
        hints=(
            "One of the two is a line of the pretty form, the other stands in JSON only.",
            "`docker service update` changes a service; `%docker service update --help` lists its options.",
            "They are called --update-parallelism and --restart-condition.",
        ),
        solution="%docker service update --update-parallelism 2 --restart-condition on-failure helloworld",
        why=(
            "A service stores only what was given; the rest are defaults. The restart policy belongs to the tasks, so"
            " changing it replaces them; how updates are done does not."
        ),
    ),
)
