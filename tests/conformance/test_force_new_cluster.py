"""A manager goes on alone, although the others are well: they hear of it, and come back to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.client.cluster import Node
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, WORKER, ask, create_service, demand, timed, wait_for

STARTS_FROM = "three-managers"

NO_MANAGER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)
NO_SWARM = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
LOCKED = (
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Before; the answer; the managers soon afterwards; the former leader then, and when it is back."""

    before: dict[str, Any]
    answer: str
    took_s: float
    after: dict[str, Any]
    managers: dict[str, str]
    services: list[str]
    changed: tuple[dict[str, Any], str]
    locked: list[tuple[str, str]]
    former_leader: dict[str, Any]
    back_after_s: float


def managers(lab: Lab, at: str) -> dict[str, str]:
    """Who manages, by host: `leader`, `reachable`, or nothing."""
    answer = ask(lab[at], "GET", "/nodes")
    nodes = answer.json() if answer.ok else []
    return {node["Description"]["Hostname"]: _status(node) for node in nodes}


def _status(node: dict[str, Any]) -> str:
    status = node.get("ManagerStatus") or {}
    return "leader" if status.get("Leader") else str(status.get("Reachability", ""))


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once: docker-swarm-3 leads, docker-swarm-1 goes on alone."""
    create_service(lab, replicas=2)
    before = demand(lab[WORKER], "GET", "/swarm")
    body = {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": lab[WORKER].address, "ForceNewCluster": True}
    answer, took_s = timed(lab, lambda: demand(lab[WORKER], "POST", "/swarm/init", body))
    expelled_after_s = wait_for(lab, lambda: ask(lab[MANAGER], "GET", "/nodes").json(), {"message": NO_MANAGER})
    after = demand(lab[WORKER], "GET", "/swarm")
    told = managers(lab, WORKER)
    services = [service["Spec"]["Name"] for service in demand(lab[WORKER], "GET", "/services")]
    former_leader = demand(lab[MANAGER], "GET", "/info")["Swarm"]
    back_s = wait_for(lab, lambda: managers(lab, WORKER).get(MANAGER), "reachable")
    return Story(
        before=before,
        answer=answer,
        took_s=took_s,
        after=after,
        managers=told,
        services=services,
        former_leader=former_leader,
        back_after_s=expelled_after_s + back_s,
        changed=with_settings(lab, body),
        locked=with_a_locked_key(lab, body),
    )


def with_settings(lab: Lab, body: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Once more, naming settings: what the swarm's are then; and how it refuses another time, naming a wrong one."""
    update_swarm(lab, Labels={"a": "b"})
    named = {"Orchestration": {"TaskHistoryRetentionLimit": 0}, "Dispatcher": {"HeartbeatPeriod": 7 * NS}}
    demand(lab[WORKER], "POST", "/swarm/init", {**body, "Spec": named})
    changed = demand(lab[WORKER], "GET", "/swarm")["Spec"]
    wrong = ask(lab[WORKER], "POST", "/swarm/init", {**body, "Spec": {"CAConfig": {"NodeCertExpiry": NS}}})
    return changed, f"{wrong.status_code} {wrong.json()['message']}"


def update_swarm(lab: Lab, **settings: Any) -> None:
    """Change settings of the swarm that goes on alone."""
    swarm = demand(lab[WORKER], "GET", "/swarm")
    demand(lab[WORKER], "POST", f"/swarm/update?version={swarm['Version']['Index']}", {**swarm["Spec"], **settings})


def with_a_locked_key(lab: Lab, body: dict[str, Any]) -> list[tuple[str, str]]:
    """And once more, with autolock: the answer, and what the node is then, after a restart, and unlocked."""
    node = lab[WORKER]
    update_swarm(lab, EncryptionConfig={"AutoLockManagers": True})
    key = demand(node, "GET", "/swarm/unlockkey")["UnlockKey"]
    id_ = demand(node, "GET", "/info")["Swarm"]["NodeID"]
    refused = ask(node, "POST", "/swarm/init", body)
    seen = [(str(refused.status_code), refused.json()["message"]), state_of(node)]
    unheard = ask(node, "POST", "/swarm/unlock", {"UnlockKey": key})
    seen.append((str(unheard.status_code), unheard.json()["message"]))
    node.stop()
    node.start()
    seen.append(state_of(node))
    demand(node, "POST", "/swarm/unlock", {"UnlockKey": key})
    wait_for(lab, lambda: state_of(node), ("active", id_))
    return seen


def state_of(node: Node) -> tuple[str, str]:
    """What the node is, and which."""
    info = demand(node, "GET", "/info")["Swarm"]
    return info["LocalNodeState"], info["NodeID"]


def test_the_node_keeps_its_id(story: Story) -> None:
    """It goes on with what it has; that does not take long while the others are well."""
    assert len(story.answer) == 25
    assert story.took_s < 15


def test_the_swarm_is_the_same(story: Story) -> None:
    """Id, tokens and root stay, and so do its services."""
    for key in ("ID", "JoinTokens", "TLSInfo", "Spec", "CreatedAt"):
        assert story.after[key] == story.before[key]
    assert story.services == ["helloworld"]


def test_it_leads_alone(story: Story) -> None:
    """The other nodes are there, and manage nothing."""
    assert story.managers == {"docker-swarm-1": "leader", "docker-swarm-2": "", "docker-swarm-3": ""}


def test_the_former_leader_hears_that_it_was_removed(story: Story) -> None:
    """It is a worker from then on, and knows one manager only."""
    assert (story.former_leader["LocalNodeState"], story.former_leader["ControlAvailable"]) == ("active", False)


def test_it_manages_again_by_itself(story: Story) -> None:
    """Its record still wants it to; it waits twice sixteen seconds for another role, and then joins anew."""
    assert 25 < story.back_after_s < 60


def test_settings_that_are_named_change(story: Story) -> None:
    """The others stay as they are."""
    spec, refusal = story.changed
    assert spec["Orchestration"] == {"TaskHistoryRetentionLimit": 0}
    assert spec["Dispatcher"] == {"HeartbeatPeriod": 7 * NS}
    assert spec["Labels"] == {"a": "b"}
    assert spec["CAConfig"] == story.before["Spec"]["CAConfig"]
    assert refusal == (
        "500 error updating cluster settings: rpc error: code = InvalidArgument desc = "
        "minimum certificate expiry time is: 1h0m0s"
    )


def test_a_locked_manager_does_not_go_on_alone(story: Story) -> None:
    """It is in no swarm then, until its engine starts again; nothing is lost."""
    assert story.locked == [
        ("503", LOCKED),
        ("inactive", ""),
        ("503", NO_SWARM),
        ("locked", ""),
    ]
