"""Row S5: a worker leaves and joins again."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from swarmlab.client.snapshots import NodeView
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, WORKER, ask, demand, join, join_token, states, type_line, wait_for

STARTS_FROM = "formed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """The worker's record before, its records after, how long the old one took to be Down, `docker node ls`."""

    before: NodeView
    after: list[NodeView]
    down_after_s: float
    typed: list[str]


def records(lab: Lab) -> list[NodeView]:
    """The swarm's records of the worker, those that are ready first."""
    return sorted(
        (node for node in lab.snapshot().nodes if node.name == WORKER), key=lambda node: node.state != "ready"
    )


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    (before,) = records(lab)
    token = join_token(lab)
    demand(lab[WORKER], "POST", "/swarm/leave")
    demand_joined(lab, token)
    down_after_s = wait_for(lab, lambda: states(lab, WORKER), ["down", "ready"])
    typed = type_line(lab, MANAGER, "docker node ls")
    return Story(before=before, after=records(lab), down_after_s=down_after_s, typed=typed)


def demand_joined(lab: Lab, token: str) -> None:
    """Join, and mean it."""
    answer = join(lab, WORKER, token, lab[MANAGER].address)
    assert answer.ok, answer.text


def test_it_gets_a_new_id(story: Story) -> None:
    """An id is unique in the cluster."""
    new, old = story.after
    assert old.id == story.before.id
    assert new.id != old.id


def test_its_host_name_is_there_twice(story: Story) -> None:
    """A host name need not be unique: the old record stays, and is Down."""
    assert [(node.name, node.state) for node in story.after] == [(WORKER, "ready"), (WORKER, "down")]


def test_leaving_says_nothing_to_the_manager(story: Story) -> None:
    """The old record is Down once its heartbeats are missed, as if the engine had died."""
    assert 8 <= story.down_after_s <= 17.5


@pytest.mark.cli
def test_node_ls_lists_both_records(story: Story) -> None:
    """The worker's MANAGER STATUS is empty."""
    assert sorted(story.typed[1:]) == [
        "<id>  docker-swarm-1  Down  Active  <version>",
        "<id>  docker-swarm-1  Ready  Active  <version>",
        "<id>  docker-swarm-2  Ready  Active  <version>",
        "<id> *  docker-swarm-3  Ready  Active  Leader  <version>",
    ]


def test_the_name_alone_means_neither_of_them(lab: Lab, story: Story) -> None:
    """Whoever wants one must give its id."""
    answer = ask(lab[MANAGER], "GET", f"/nodes/{WORKER}")
    assert answer.json() == {"message": "node docker-swarm-1 is ambiguous (2 matches found)"}


def test_the_old_record_can_be_removed_by_its_id(lab: Lab, story: Story) -> None:
    """Since it is Down, no force is needed; then the name means one node again."""
    demand(lab[MANAGER], "DELETE", f"/nodes/{story.before.id}")
    assert demand(lab[MANAGER], "GET", f"/nodes/{WORKER}")["ID"] == story.after[0].id
