"""Lesson 07: gone from every host, and a volume that is kept on one."""

from __future__ import annotations

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.words import listed

KEPT, VOLUME = "docker-swarm-1", "archive"


def _still_there(look: Inspection) -> str:
    return "helloworld is still declared" if look.service("helloworld") else ""


def _no_container_left(look: Inspection) -> str:
    for node in look.cluster:
        for container in look.containers(node.name, "helloworld"):
            return f"on {node.name} its container is {container['State']}: {container['Names'][0].lstrip('/')}"
    return ""


def _hosts_with_volume(look: Inspection) -> list[str]:
    return [node.name for node in look.cluster if look.has_volume(node.name, VOLUME)]


def _nothing_made(look: Inspection) -> str:
    is_so = look.service("keeper") is None and not _hosts_with_volume(look)
    return f"there is no service keeper, and no host has a volume {VOLUME}" if is_so else ""


def _service_is_gone(look: Inspection) -> str:
    return "the service keeper is still declared" if look.service("keeper") else ""


def _kept_on_one(look: Inspection) -> str:
    hosts = _hosts_with_volume(look)
    others = [name for name in hosts if name != KEPT]
    if others:
        return f"{listed(others)} still {'have' if len(others) > 1 else 'has'} the volume {VOLUME}"
    return "" if hosts else f"{KEPT} has no volume {VOLUME}"


EXERCISES = (
    Exercise(
        id="07-a",
        title="Gone from every host",
        asks="Remove helloworld, and wait until no host has a container of it any more.",
        starts_from="helloworld",
        untouched=_still_there,
        wants=(_no_container_left,),
        praise="helloworld is not declared, and no host has a container of it",
        hints=(
            "One command removes the declaration. The containers follow by themselves.",
            "`ping` does not end when it is asked to; the stop grace period is ten seconds.",
            "%docker service rm helloworld, and then lab.clock.sleep(20)",
        ),
        solution="%docker service rm helloworld\nlab.clock.sleep(20)",
        why="The declaration is gone at once. Its containers get SIGTERM, ten seconds, and then SIGKILL.",
    ),
    Exercise(
        id="07-b",
        title="Keep one volume",
        asks=(
            f"Create a service named `keeper` with three tasks of `alpine ping docker.com` that mounts a volume named"
            f" `{VOLUME}` at `/{VOLUME}`. Remove the service, keep the volume on {KEPT}, and remove it from the others."
        ),
        starts_from="formed",
        untouched=_nothing_made,
        wants=(_service_is_gone, _kept_on_one),
        praise=f"keeper is gone, and of its volumes only the one on {KEPT} is left",
        hints=(
            "Each engine makes a volume of its own when the task's container starts there.",
            "A volume in use cannot be removed: let the containers end first. Then ask each host for itself.",
            f"%docker -n docker-swarm-2 volume rm {VOLUME}, and the same on docker-swarm-3",
        ),
        solution=(
            f"%docker service create --name keeper --replicas 3 --mount type=volume,source={VOLUME},target=/{VOLUME}"
            " alpine ping docker.com\n"
            "%docker service rm keeper\n"
            "lab.clock.sleep(20)\n"
            f"%docker -n docker-swarm-2 volume rm {VOLUME}\n"
            f"%docker -n docker-swarm-3 volume rm {VOLUME}"
        ),
        why="A volume belongs to one engine. Removing the service removes none of them, on no host.",
    ),
)
