"""Rows S16 and S17: a service is removed; its containers linger, its volume stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from requests import Response

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, SERVICE, WORKER, ask, create_service, demand, type_line, wait_for

STARTS_FROM = "formed"

HOSTS = (WORKER, OTHER, MANAGER)
VOLUME = {"Type": "volume", "Source": "notes", "Target": "/notes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What there was at once after the removal, and a moment later."""

    services: list[Any]
    inspected: Response
    containers: dict[str, int]
    typed: list[str]
    gone_after_s: float
    forgotten_after_s: float
    in_use: Response
    volumes: dict[str, list[str]]


def containers(lab: Lab) -> dict[str, int]:
    """How many containers `docker ps` shows on each host."""
    return {name: len(demand(lab[name], "GET", "/containers/json")) for name in HOSTS}


def leftovers(lab: Lab) -> list[Any]:
    """Tasks, and containers that have stopped."""
    stopped = [container for name in HOSTS for container in demand(lab[name], "GET", "/containers/json?all=1")]
    return [*demand(lab[MANAGER], "GET", "/tasks"), *stopped]


def volumes(lab: Lab, name: str) -> list[str]:
    """What `docker volume ls` shows on a host."""
    return [volume["Name"] for volume in demand(lab[name], "GET", "/volumes")["Volumes"] or []]


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once, with the grace period that everybody has who asks for none."""
    create_service(lab, replicas=3, stop_grace_s=10, mounts=[VOLUME])
    demand(lab[MANAGER], "DELETE", f"/services/{SERVICE}")
    return Story(
        services=demand(lab[MANAGER], "GET", "/services"),
        inspected=ask(lab[MANAGER], "GET", f"/services/{SERVICE}"),
        containers=containers(lab),
        typed=type_line(lab, MANAGER, "docker ps"),
        in_use=ask(lab[WORKER], "DELETE", "/volumes/notes"),
        gone_after_s=wait_for(lab, lambda: containers(lab), dict.fromkeys(HOSTS, 0)),
        forgotten_after_s=wait_for(lab, lambda: leftovers(lab), []),
        volumes={name: volumes(lab, name) for name in HOSTS},
    )


def test_the_service_is_gone_at_once(story: Story) -> None:
    """Nobody knows its name any more."""
    assert story.services == []
    assert (story.inspected.status_code, story.inspected.json()) == (404, {"message": "service helloworld not found"})


def test_its_containers_are_still_there(story: Story) -> None:
    """They have been told to stop, and `ping` as process 1 does not listen to SIGTERM."""
    assert story.containers == dict.fromkeys(HOSTS, 1)


@pytest.mark.cli
def test_docker_ps_shows_the_lingering_container(story: Story) -> None:
    """Up, as if nothing had happened."""
    assert len(story.typed) == 2
    assert story.typed[1].split("  ")[1:3] == ["alpine:latest", '"ping docker.com"']


def test_a_moment_later_they_are_gone(story: Story) -> None:
    """Two seconds for the network to forget them, ten of grace, then SIGKILL."""
    assert 10 <= story.gone_after_s <= 14


def test_its_tasks_are_gone_with_them(story: Story) -> None:
    """No history is kept of a service that is no more; the stopped containers are removed."""
    assert story.forgotten_after_s <= 3


def test_a_volume_in_use_cannot_be_removed(story: Story) -> None:
    """The lingering container still has it."""
    assert story.in_use.status_code == 409
    assert story.in_use.json()["message"].startswith("remove notes: volume is in use - [")


def test_the_volume_stays_on_every_node_that_had_a_task(story: Story) -> None:
    """Swarm made it, and leaves it."""
    assert story.volumes == {name: ["notes"] for name in HOSTS}


def test_the_volume_is_removed_by_hand_on_one_node_only(lab: Lab, story: Story) -> None:
    """Each node has its own volume of that name."""
    demand(lab[WORKER], "DELETE", "/volumes/notes")
    assert volumes(lab, WORKER) == []
    assert volumes(lab, OTHER) == ["notes"]
