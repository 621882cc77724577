"""What changes a swarm prints the same as the docker CLI's, on two labs that go through the same story.

Byte for byte, only ages, times, ids and chance aside. Runs on any backend that SWARMLAB_BACKEND names.
"""

from __future__ import annotations

import re
import shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from swarmlab.client.cluster import Cluster
from tests.commands.running import printed
from tests.commands.screens import check_same, screen, without_ages, without_chance
from tests.commands.stories import containers, resources, services, swarm
from tests.commands.stories.telling import MANAGER, Story

pytestmark = pytest.mark.cli

FILES = Path(__file__).parent / "files"
STORIES = {
    "forming and running": swarm.FORMING_AND_RUNNING,
    "containers": containers.CONTAINERS,
    "options": services.OPTIONS,
    "a stack": services.A_STACK,
    "secrets and configs": services.SECRETS_AND_CONFIGS,
    "settings and secrets": swarm.SETTINGS_AND_SECRETS,
    "nodes": swarm.NODES,
    "images and networks": resources.IMAGES_AND_NETWORKS,
    "volumes and drivers": resources.VOLUMES_AND_DRIVERS,
    "jobs": services.JOBS,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_prints_the_same(twins: tuple[Cluster, Cluster], story: Story) -> None:
    """What the CLI does to one lab, ours does to its twin, line by line and at the same time."""
    names: tuple[dict[str, str], dict[str, str]] = ({}, {})
    with ThreadPoolExecutor(max_workers=1) as pool:
        told = []
        for node, line in story:
            running = pool.submit(printed, _filled(line, twins[1]), twins[1], node)
            theirs = screen(shlex.split(_filled(line, twins[0]))[1:], twins[0].backend, node)
            ours = running.result()
            if comparable(ours, twins[1], names[1]) != comparable(theirs, twins[0], names[0]):
                told.append(f"{node}:~$ {line}\n{theirs}\n{ours}")
        assert not told, "\n\n".join(told)


def test_a_locked_manager_says_the_same(twins: tuple[Cluster, Cluster]) -> None:
    """It was restarted: whatever is asked, there and here."""
    for cluster in twins:
        printed(_filled("docker swarm init --autolock --advertise-addr {address}", cluster), cluster, MANAGER)
        key = cluster[MANAGER].client.swarm.get_unlock_key()["UnlockKey"]
        cluster[MANAGER].stop()
        cluster[MANAGER].start()
        for line in swarm.LOCKED:
            check_same(cluster, MANAGER, line)
        assert printed("docker swarm unlock <<< nonsense", cluster, MANAGER) == (
            "Error response from daemon: invalid key string\n"
        )
        assert printed(f"docker swarm unlock <<< {key}", cluster, MANAGER) == ""
        check_same(cluster, MANAGER, "docker swarm unlock")
        printed("docker swarm leave --force", cluster, MANAGER)


def _filled(line: str, cluster: Cluster) -> str:
    directory = Path(cluster.backend.docker_config).parent / "typed"
    directory.mkdir(exist_ok=True)
    values = {"address": cluster[MANAGER].address, "files": str(FILES), "directory": str(directory)}
    if "{worker}" in line:
        cluster[MANAGER].client.swarm.reload()
        values["worker"] = cluster[MANAGER].client.swarm.attrs["JoinTokens"]["Worker"]
    return line.format(**values)


def comparable(text: str, cluster: Cluster, names: dict[str, str]) -> str:
    """A screen with ages, times, ids and all chance made equal; an id keeps its number all story long."""
    text = re.sub(r"\d{4}-\d\d-\d\d [\d:.]+ \+0000( UTC)?", "TIME", text, flags=re.IGNORECASE)
    directory = str(Path(cluster.backend.docker_config).parent)
    text = re.sub(r'"Index": \d+', '"Index": N', without_ages(text.replace(directory, "DIRECTORY")))
    if "Creating " in text or "Removing " in text:  # in no particular order: the CLI's
        text = "\n".join(sorted(text.split("\n")))
    return without_chance(text.replace(cluster[MANAGER].address, "ADDRESS"), names)
