"""Images of a host: their names, how they go, what a task without one says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, ask, demand, wait_for

STARTS_FROM = "formed"


@dataclass(slots=True)
class Story:
    """What was answered."""

    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def images(lab: Lab) -> Story:
    """An image is pulled, named, used and removed."""
    story, node = Story(), lab[MANAGER]

    def refuse(key: str, method: str, path: str, body: object = None) -> None:
        answer = ask(node, method, path, body)
        story.refused[key] = (answer.status_code, answer.json()["message"])

    node.client.images.pull("alpine", tag="latest")
    for name in ("alpine", "alpine:latest", "docker.io/library/alpine", "index.docker.io/library/alpine:latest"):
        story.shown[name] = demand(node, "GET", f"/images/{name}/json")["Id"]
    (digest,) = demand(node, "GET", "/images/alpine/json")["RepoDigests"]
    story.shown["by digest"] = demand(node, "GET", f"/images/{digest}/json")["Id"]
    story.shown["by id"] = demand(node, "GET", f"/images/{story.shown['alpine'][7:19]}/json")["Id"]
    demand(node, "POST", "/images/alpine/tag?repo=mine&tag=v1")
    demand(node, "POST", "/images/mine:v1/tag?repo=mine&tag=v2")
    story.shown["tags"] = sorted(demand(node, "GET", "/images/alpine/json")["RepoTags"])
    refuse("tag of nothing", "POST", "/images/nosuch/tag?repo=mine&tag=v1")
    refuse("upper case", "POST", "/images/alpine/tag?repo=Mine&tag=v1")
    refuse("bad tag", "POST", "/images/alpine/tag?repo=mine&tag=a:b")
    refuse("nosuch", "GET", "/images/nosuch/json")
    refuse("nosuch tag", "GET", "/images/alpine:9.9/json")
    refuse("created of nothing", "POST", "/containers/create", {"Image": "nosuch"})
    refuse("by id", "DELETE", f"/images/{story.shown['alpine'][7:19]}")
    story.shown["untagged"] = demand(node, "DELETE", "/images/mine:v2")
    story.shown["repository gone"] = [*map(_kinds, demand(node, "DELETE", "/images/alpine:latest"))]
    demand(node, "POST", "/containers/create?name=user", {"Image": "mine:v1", "Cmd": ["true"]})
    refuse("in use", "DELETE", "/images/mine:v1")
    story.shown["nothing dangles"] = demand(node, "POST", "/images/prune")
    demand(node, "DELETE", "/containers/user")
    pruned = demand(node, "POST", '/images/prune?filters={"dangling":{"false":true}}')
    story.shown["pruned"] = (pruned["ImagesDeleted"][0], pruned["SpaceReclaimed"] > 0)
    story.shown["left"] = demand(node, "GET", "/images/json")
    return story


def _kinds(gone: dict[str, str]) -> tuple[str, str]:
    ((what, name),) = gone.items()
    return what, name.partition("@")[0]


@pytest.fixture(scope="module")
def rejected(lab: Lab, images: Story) -> dict[str, Any]:
    """A task whose image nobody has."""
    template = {"ContainerSpec": {"Image": "nosuch/nosuch:1"}, "RestartPolicy": {"Condition": "none"}}
    demand(lab[MANAGER], "POST", "/services/create", {"Name": "poor", "TaskTemplate": template})

    def state() -> str:
        tasks = demand(lab[MANAGER], "GET", "/tasks")
        return str(tasks[0]["Status"]["State"]) if tasks else ""

    wait_for(lab, state, "rejected")
    status: dict[str, Any] = demand(lab[MANAGER], "GET", "/tasks")[0]["Status"]
    return status


def test_an_image_has_many_names(images: Story) -> None:
    """The hub's own name may be written out; a digest and an id mean it too."""
    assert len({images.shown[name] for name in images.shown if isinstance(images.shown[name], str)}) == 1
    assert images.shown["tags"] == ["alpine:latest", "mine:v1", "mine:v2"]


@pytest.mark.parametrize(
    ("what", "status", "text"),
    [
        ("tag of nothing", 404, "No such image: nosuch:latest"),
        ("upper case", 400, "invalid reference format: repository name (library/Mine) must be lowercase"),
        ("nosuch", 404, "No such image: nosuch:latest"),
        ("nosuch tag", 404, "No such image: alpine:9.9"),
        ("created of nothing", 404, "No such image: nosuch:latest"),
    ],
)
def test_what_is_refused(images: Story, what: str, status: int, text: str) -> None:
    """Status and words."""
    assert images.refused[what] == (status, text)


def test_a_bad_tag_is_refused(images: Story) -> None:
    """A colon is none of its letters."""
    status, text = images.refused["bad tag"]
    assert (status, text.partition(":")[0]) == (400, "invalid tag format")


def test_an_image_with_several_names_is_not_removed_by_its_id(images: Story) -> None:
    """Unless by force."""
    status, text = images.refused["by id"]
    assert status == 409
    assert text.endswith("(must be forced) - image is referenced in multiple repositories")


def test_a_name_goes_alone_and_a_repository_with_its_digest(images: Story) -> None:
    """The image stays as long as it has a name."""
    assert images.shown["untagged"] == [{"Untagged": "mine:v2"}]
    assert images.shown["repository gone"] == [("Untagged", "alpine:latest"), ("Untagged", "alpine")]


def test_an_image_in_use_is_not_removed_by_its_name(images: Story) -> None:
    """A container that never ran counts."""
    status, text = images.refused["in use"]
    assert status == 409
    assert text.startswith('conflict: unable to remove repository reference "mine:v1" (must force) - container ')


def test_prune_spares_what_has_a_name_or_a_container(images: Story) -> None:
    """All that nothing uses goes when it is asked for."""
    assert images.shown["nothing dangles"] == {"ImagesDeleted": None, "SpaceReclaimed": 0}
    assert images.shown["pruned"] == ({"Untagged": "mine:v1"}, True)
    assert images.shown["left"] == []


def test_a_task_whose_image_nobody_has_is_rejected(rejected: dict[str, Any]) -> None:
    """The failed pull shows only in that there is no such image."""
    assert (rejected["State"], rejected["Message"]) == ("rejected", "preparing")
    assert rejected["Err"] == "No such image: nosuch/nosuch:1"
