"""Lesson 17: a host that has to be rebooted, and a swarm that is dissolved by hand."""

from __future__ import annotations

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import declares, has_availability, has_converged, still_declares
from swarmlab.lessons.words import counted

REBOOTED = "docker-swarm-2"


def _gave_its_task_away(look: Inspection) -> str:
    if all(look.place(task) != REBOOTED for task in look.tasks("helloworld")):
        return f"{REBOOTED} never had a task of helloworld"
    running = look.running("helloworld")[REBOOTED]
    return f"{REBOOTED} runs {counted(running, 'task')} of helloworld: a reboot would end it" if running else ""


def _all_in_the_swarm(look: Inspection) -> str:
    states = {(look.swarm(node.name) or {}).get("LocalNodeState") for node in look.cluster}
    return "docker info says Swarm: active on every host" if states == {"active"} else ""


def _none_in_a_swarm(look: Inspection) -> str:
    for node in look.cluster:
        state = (look.swarm(node.name) or {}).get("LocalNodeState", "nothing")
        if state != "inactive":
            return f"docker info on {node.name} says Swarm: {state}"
    return ""


def _no_container_left(look: Inspection) -> str:
    for node in look.cluster:
        if look.containers(node.name, "helloworld"):
            return f"{node.name} still has a container of helloworld"
    return ""


EXERCISES = (
    Exercise(
        id="17-a",
        title="Before a reboot",
        asks=(
            f"{REBOOTED} needs a new kernel. Scale helloworld to three. Then take {REBOOTED} out of service, so that"
            " its task moves before the reboot, and put it back into service for after it. No task has to return."
        ),
        starts_from="helloworld",
        untouched=still_declares("helloworld", 1),
        wants=(
            declares("helloworld", 3),
            _gave_its_task_away,
            has_converged("helloworld"),
            has_availability(REBOOTED, "active"),
        ),
        praise=f"{REBOOTED} is Active and has no task of helloworld, and three run on the others",
        hints=(
            "An availability stops the tasks of a node, and another one lets it have new ones again.",
            "Between the two, wait until three tasks run on the other hosts: the reboot would come there.",
            f"%docker node update --availability drain {REBOOTED}, and later the same with active",
        ),
        solution=(
            "%docker service scale helloworld=3\n"
            f"%docker node update --availability drain {REBOOTED}\n"
            'lab.wait_converged("helloworld")\n'
            f"%docker node update --availability active {REBOOTED}"
        ),
        why=(
            "Whoever drains first loses no task without a replacement. Tasks do not come back by themselves:"
            " `docker service update --force helloworld` would spread them again."
        ),
    ),
    Exercise(
        id="17-b",
        title="Dissolve the swarm by hand",
        asks=(
            "Take all three hosts out of the swarm with docker's own commands. In the end `docker info` says"
            " `Swarm: inactive` on every host, and no container of helloworld is left."
        ),
        starts_from="helloworld",
        untouched=_all_in_the_swarm,
        wants=(_none_in_a_swarm, _no_container_left),
        praise="docker info says Swarm: inactive on every host, and no container of helloworld is left",
        hints=(
            "The command runs on the host that goes; workers go first.",
            "The last manager is refused: with it the swarm goes, too. The refusal names the option.",
            "%docker -n docker-swarm-1 swarm leave, and on docker-swarm-3 swarm leave --force",
        ),
        solution=(
            "%docker -n docker-swarm-1 swarm leave\n"
            "%docker -n docker-swarm-2 swarm leave\n"
            "%docker -n docker-swarm-3 swarm leave --force\n"
            "lab.clock.sleep(15)"
        ),
        why=(
            "A host that leaves stops and removes its containers of services. When the last manager has left,"
            " nobody knows of the swarm any more. Volumes stay, and so do images."
        ),
    ),
)
