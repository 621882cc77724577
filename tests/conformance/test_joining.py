"""Row S18: a worker cannot reach the manager that it wants to join."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from requests import Response

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, WORKER, demand, join, join_token, timed, type_line, wait_for

STARTS_FROM = "separate"

TIMEOUT = (
    "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. "
    'Use the "docker info" command to see the current swarm status of your node.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The worker's own view: `Swarm` of `docker info`, and what is printed of it."""

    swarm: dict[str, Any]
    typed: list[str]

    @property
    def state(self) -> str:
        return str(self.swarm["LocalNodeState"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A join with the port closed at both walls, of which one is opened, then the other."""

    answer: Response
    answered_after_s: float
    both_closed: Look
    one_closed: Look
    joined_after_s: float


def look(lab: Lab) -> Look:
    typed = [line.strip() for line in type_line(lab, WORKER, "docker info")]
    return Look(swarm=demand(lab[WORKER], "GET", "/info")["Swarm"], typed=typed)


def state(lab: Lab) -> str:
    return str(demand(lab[WORKER], "GET", "/info")["Swarm"]["LocalNodeState"])


@pytest.fixture(scope="module")
def token(lab: Lab) -> str:
    """A manager, and two engines that are in no swarm yet."""
    manager = lab[MANAGER]
    demand(manager, "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": manager.address})
    return join_token(lab)


@pytest.fixture(scope="module")
def story(lab: Lab, token: str) -> Story:
    """Played once."""
    manager = lab[MANAGER]
    manager.block("2377/tcp", at="firewall")
    manager.block("2377/tcp", at="security_group")
    answer, answered_after_s = timed(lab, lambda: join(lab, WORKER, token, manager.address))
    both_closed = look(lab)
    manager.open("2377/tcp", at="firewall")
    lab.clock.sleep(6)
    one_closed = look(lab)
    manager.open("2377/tcp", at="security_group")
    joined_after_s = wait_for(lab, lambda: state(lab), "active")
    return Story(
        answer=answer,
        answered_after_s=answered_after_s,
        both_closed=both_closed,
        one_closed=one_closed,
        joined_after_s=joined_after_s,
    )


def test_the_join_answers_after_twenty_seconds_that_it_goes_on(story: Story) -> None:
    """The text of the source, word for word."""
    assert (story.answer.status_code, story.answer.json()) == (503, {"message": TIMEOUT})
    assert 19.9 <= story.answered_after_s <= 21


def test_meanwhile_the_worker_is_pending(lab: Lab, story: Story) -> None:
    """It knows whom it wants to join."""
    assert story.both_closed.state == "pending"
    assert [one["Addr"] for one in story.both_closed.swarm["RemoteManagers"]] == [f"{lab[MANAGER].address}:2377"]


@pytest.mark.cli
def test_docker_info_says_pending(story: Story) -> None:
    """As typed on the worker."""
    assert "Swarm: pending" in story.both_closed.typed
    assert "Is Manager: false" in story.both_closed.typed


def test_opening_one_of_two_walls_is_not_enough(story: Story) -> None:
    """The host's firewall and the cloud's security group must both let the port pass."""
    assert story.one_closed.state == "pending"


def test_the_join_ends_by_itself_once_the_port_is_open(lab: Lab, story: Story) -> None:
    """Nobody types it again."""
    assert story.joined_after_s <= 15
    assert lab.backend.ports.check(MANAGER, "2377/tcp", peer=WORKER).open
    lab.wait_node(WORKER, "ready")


@pytest.fixture(scope="module")
def outside(lab: Lab, story: Story, token: str) -> tuple[Response, Response]:
    """The worker in another network: it names the manager by its private, then by its public address."""
    demand(lab[WORKER], "POST", "/swarm/leave?force=1")
    lab[WORKER].move_outside()
    private = join(lab, WORKER, token, lab[MANAGER].address)
    demand(lab[WORKER], "POST", "/swarm/leave?force=1")
    public_address = lab[MANAGER].public_address
    assert public_address
    return private, join(lab, WORKER, token, public_address)


def test_a_private_address_is_not_reached_from_outside(outside: tuple[Response, Response]) -> None:
    """The source's first cause."""
    assert outside[0].json() == {"message": TIMEOUT}


def test_the_public_address_is_reached_from_outside(outside: tuple[Response, Response]) -> None:
    """Same worker, same token."""
    assert outside[1].status_code == 200


def test_an_attempt_that_goes_on_is_forgotten_when_the_engine_is_restarted(
    lab: Lab, outside: tuple[Response, Response], token: str
) -> None:
    """Nothing of it is on disk yet: the engine is in no swarm, also when the way is open again."""
    demand(lab[WORKER], "POST", "/swarm/leave?force=1")
    lab[WORKER].move_inside()
    lab[MANAGER].block("2377/tcp")
    assert join(lab, WORKER, token, lab[MANAGER].address).json() == {"message": TIMEOUT}
    assert state(lab) == "pending"
    lab[WORKER].stop()
    lab[WORKER].start()
    lab[MANAGER].open("2377/tcp")
    lab.clock.sleep(8)
    assert state(lab) == "inactive"
