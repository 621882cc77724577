"""A swarm that locks its managers: the key, a manager that was restarted, and what it says until it is unlocked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, WORKER, ask, demand, said, type_line, wait_for

STARTS_FROM = "formed"

LOCKED = (
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.'
)
WORKERS_WORDS = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)
OTHER_KEY = "SWMKEY-1-7c37Cc8654o6p38HnroywCi19pllOnGtbdZEgtKxZu8"
Answer = tuple[int, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Without a lock; locked while it runs; locked after a restart; unlocked."""

    without: dict[str, Answer]
    key: str
    same_key: str
    rotated_key: str
    running: dict[str, Answer]
    info: dict[str, Any]
    ping: str | None
    asked: dict[str, Answer]
    typed: list[str]
    unlocked: Answer
    nodes: list[str]
    after: dict[str, Answer]


def update(lab: Lab, *, autolock: bool, query: str = "") -> None:
    """`docker swarm update --autolock=…`."""
    swarm = demand(lab[MANAGER], "GET", "/swarm")
    spec = {**swarm["Spec"], "EncryptionConfig": {"AutoLockManagers": autolock}}
    demand(lab[MANAGER], "POST", f"/swarm/update?version={swarm['Version']['Index']}{query}", spec)


def key_of(lab: Lab) -> str:
    """`docker swarm unlock-key -q`."""
    key: str = demand(lab[MANAGER], "GET", "/swarm/unlockkey")["UnlockKey"]
    return key


def unlock(lab: Lab, key: str, *, node: str = MANAGER) -> Answer:
    """`docker swarm unlock`."""
    return said(ask(lab[node], "POST", "/swarm/unlock", {"UnlockKey": key}))


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    manager = lab[MANAGER]
    without = {"key": (200, key_of(lab)), "unlock": unlock(lab, OTHER_KEY)}
    update(lab, autolock=True, query="&rotateManagerUnlockKey=true")
    key = key_of(lab)
    update(lab, autolock=True)
    same_key = key_of(lab)
    update(lab, autolock=True, query="&rotateManagerUnlockKey=true")
    rotated_key = key_of(lab)
    running = {"unlock": unlock(lab, rotated_key), "worker": unlock(lab, rotated_key, node=WORKER)}
    manager.stop()
    manager.start()
    info = demand(manager, "GET", "/info")["Swarm"]
    ping = ask(manager, "GET", "/_ping").headers.get("Swarm")
    paths = ("/nodes", "/services", "/tasks", "/swarm", "/swarm/unlockkey")
    asked = {path: said(ask(manager, "GET", path)) for path in paths}
    asked["leave"] = said(ask(manager, "POST", "/swarm/leave"))
    asked["init"] = said(ask(manager, "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377"}))
    asked["no key"] = unlock(lab, "nonsense")
    asked["old key"] = unlock(lab, key)
    typed = type_line(lab, MANAGER, "docker node ls")
    unlocked = unlock(lab, rotated_key)
    wait_for(lab, lambda: {node["Status"]["State"] for node in demand(manager, "GET", "/nodes")}, {"ready"})
    nodes = [node["Description"]["Hostname"] for node in demand(manager, "GET", "/nodes")]
    update(lab, autolock=False)
    after = {"key": (200, key_of(lab)), "unlock": unlock(lab, rotated_key)}
    return Story(
        without=without,
        key=key,
        same_key=same_key,
        rotated_key=rotated_key,
        running=running,
        info=info,
        ping=ping,
        asked=asked,
        typed=typed,
        unlocked=unlocked,
        nodes=nodes,
        after=after,
    )


def test_without_autolock_there_is_no_key(story: Story) -> None:
    """And nothing to unlock; nor is there when it is switched off again."""
    assert story.without == story.after == {"key": (200, ""), "unlock": (409, "swarm is not locked")}


def test_a_key_has_its_form(story: Story) -> None:
    """32 bytes in base 64, without padding, behind a prefix."""
    assert re.fullmatch(r"SWMKEY-1-[A-Za-z0-9+/]{43}", story.key)


def test_a_key_stays_until_it_is_rotated(story: Story) -> None:
    """Whatever else is updated."""
    assert story.same_key == story.key
    assert story.rotated_key != story.key


def test_a_running_manager_needs_no_key(story: Story) -> None:
    """Nor does a worker ever."""
    assert story.running == {"unlock": (409, "swarm is not locked"), "worker": (503, WORKERS_WORDS)}


def test_a_restarted_manager_says_that_it_is_locked(story: Story) -> None:
    """It does not even know its own id, nor other managers."""
    facts = {
        key: story.info[key] for key in ("LocalNodeState", "NodeID", "ControlAvailable", "Error", "RemoteManagers")
    }
    assert facts == {
        "LocalNodeState": "locked",
        "NodeID": "",
        "ControlAvailable": False,
        "Error": LOCKED,
        "RemoteManagers": None,
    }
    assert story.info["NodeAddr"] != ""


def test_a_locked_managers_ping_says_so(story: Story) -> None:
    """In the header Swarm, from which the docker command knows what it may offer."""
    assert story.ping == "locked"


@pytest.mark.parametrize("what", ["/nodes", "/services", "/tasks", "/swarm", "/swarm/unlockkey"])
def test_a_locked_manager_refuses_every_question(story: Story, what: str) -> None:
    """In the words that info has."""
    assert story.asked[what] == (503, LOCKED)


@pytest.mark.cli
def test_the_command_shows_the_refusal(story: Story) -> None:
    """As every other one."""
    assert story.typed == [f"Error response from daemon: {LOCKED}"]


def test_a_locked_manager_does_not_leave_without_force(story: Story) -> None:
    """It is still in its swarm."""
    refusal = "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message."
    assert story.asked["leave"] == (503, refusal)
    assert story.asked["init"] == (
        503,
        'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
    )


def test_a_wrong_key_unlocks_nothing(story: Story) -> None:
    """Neither one that is none, nor the one of before."""
    assert story.asked["no key"] == (400, "invalid key string")
    assert story.asked["old key"] == (401, "swarm could not be unlocked: invalid key provided")


def test_the_key_unlocks(story: Story) -> None:
    """Everything is there as before."""
    assert story.unlocked == (200, "")
    assert sorted(story.nodes) == ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]
