"""`docker swarm update` and join tokens: what is stored, what is refused, which tokens let a node in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, WORKER, ask, demand, join, said, wait_for

STARTS_FROM = "formed"

Answer = tuple[int, str]
RPC = "rpc error: code = {} desc = {}"

WRONG_SPECS: dict[str, tuple[dict[str, Any], Answer]] = {
    "name": ({"Name": "other"}, (400, 'swarm spec must be named "default"')),
    "expiry": (
        {"CAConfig": {"NodeCertExpiry": 60 * 10**9}},
        (400, RPC.format("InvalidArgument", "minimum certificate expiry time is: 1h0m0s")),
    ),
    "heartbeat": (
        {"Dispatcher": {"HeartbeatPeriod": -1}},
        (400, RPC.format("InvalidArgument", "heartbeat time period cannot be a negative duration")),
    ),
    "protocol": ({"CAConfig": {"ExternalCAs": [{"Protocol": "x", "URL": "y"}]}}, (400, 'invalid protocol: "x"')),
}
WRONG_QUERIES: dict[str, Answer] = {
    "version=x": (400, "invalid swarm version 'x': strconv.ParseUint: parsing \"x\": invalid syntax"),
    "": (400, "invalid swarm version '': strconv.ParseUint: parsing \"\": invalid syntax"),
    "version=999999": (500, RPC.format("Unknown", "update out of sequence")),
    "version={}&rotateWorkerToken=maybe": (400, "invalid value for rotateWorkerToken: maybe"),
    "version={}&rotateManagerToken=2": (400, "invalid value for rotateManagerToken: 2"),
    "version={}&rotateManagerUnlockKey=x": (400, "invalid value for rotateManagerUnlockKey: x"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Refusals; the settings before, and after an update that says nothing and one that says much; joins."""

    wrong_specs: dict[str, Answer]
    wrong_queries: dict[str, Answer]
    before: dict[str, Any]
    emptied: dict[str, Any]
    filled: dict[str, Any]
    tokens: dict[str, tuple[bool, bool]]
    joins: dict[str, Answer]
    states: dict[str, str]


def settings(lab: Lab) -> dict[str, Any]:
    """The swarm's settings."""
    spec: dict[str, Any] = demand(lab[MANAGER], "GET", "/swarm")["Spec"]
    return spec


def update(lab: Lab, spec: dict[str, Any], query: str = "version={}") -> Answer:
    """`docker swarm update`; `{}` is the present version."""
    version = demand(lab[MANAGER], "GET", "/swarm")["Version"]["Index"]
    return said(ask(lab[MANAGER], "POST", f"/swarm/update?{query.format(version)}", spec))


def tokens(lab: Lab) -> tuple[str, str]:
    """Worker's and manager's."""
    found = demand(lab[MANAGER], "GET", "/swarm")["JoinTokens"]
    return found["Worker"], found["Manager"]


def rotate(lab: Lab, query: str) -> tuple[bool, bool]:
    """Which tokens are new after an update with this query."""
    before = tokens(lab)
    assert update(lab, settings(lab), f"version={{}}{query}") == (200, "")
    worker, manager = (old != new for old, new in zip(before, tokens(lab), strict=True))
    return worker, manager


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    before = settings(lab)
    wrong_specs = {name: update(lab, {**before, **changes}) for name, (changes, _) in WRONG_SPECS.items()}
    wrong_queries = {query: update(lab, before, query) for query in WRONG_QUERIES}
    assert update(lab, {}) == (200, "")
    emptied = settings(lab)
    much = {
        "Name": "default",
        "Labels": {"b": "2", "a": "1"},
        "Orchestration": {"TaskHistoryRetentionLimit": -1},
        "Raft": {"SnapshotInterval": 9, "KeepOldSnapshots": 2, "LogEntriesForSlowFollowers": 3},
        "Dispatcher": {"HeartbeatPeriod": 2 * 10**9},
        "CAConfig": {
            "NodeCertExpiry": 7200 * 10**9,
            "ExternalCAs": [{"Protocol": "cfssl", "URL": "https://ca.example.com", "Options": {"x": "y"}}],
        },
    }
    assert update(lab, much) == (200, "")
    filled = settings(lab)
    assert update(lab, before) == (200, "")
    old = tokens(lab)
    rotated = {query: rotate(lab, query) for query in ("", "&rotateWorkerToken=true", "&rotateManagerToken=1")}
    joins = _join(lab, old)
    wait_for(lab, lambda: len(demand(lab[MANAGER], "GET", "/nodes")), 4)
    return Story(
        wrong_specs=wrong_specs,
        wrong_queries=wrong_queries,
        before=before,
        emptied=emptied,
        filled=filled,
        tokens=rotated,
        joins=joins,
        states={name: demand(lab[name], "GET", "/info")["Swarm"]["LocalNodeState"] for name in (WORKER, OTHER)},
    )


def _join(lab: Lab, old: tuple[str, str]) -> dict[str, Answer]:
    """What a host hears that has left and tries to come back with several tokens; the last one is right."""
    demand(lab[WORKER], "POST", "/swarm/leave")
    worker = tokens(lab)[0]
    tried = {
        "half": worker[:-10],
        "none": "token",
        "shifted": worker + "0",
        "another prefix": worker.replace("SWMTKN", "SWMTKM"),
        "rotated": old[0],
        "right": worker,
    }
    return {name: said(join(lab, WORKER, token, lab[MANAGER].address)) for name, token in tried.items()}


@pytest.mark.parametrize("name", WRONG_SPECS)
def test_settings_that_are_refused(story: Story, name: str) -> None:
    """Whatever else is right."""
    assert story.wrong_specs[name] == WRONG_SPECS[name][1]


@pytest.mark.parametrize("query", WRONG_QUERIES)
def test_queries_that_are_refused(story: Story, query: str) -> None:
    """A version that is none, one that is not the present one, a switch that is neither on nor off."""
    assert story.wrong_queries[query] == WRONG_QUERIES[query]


def test_a_new_swarm_has_docker_s_defaults(story: Story) -> None:
    """What nobody asked for."""
    assert story.before == {
        "Name": "default",
        "Labels": {},
        "Orchestration": {"TaskHistoryRetentionLimit": 5},
        "Raft": {
            "SnapshotInterval": 10000,
            "KeepOldSnapshots": 0,
            "LogEntriesForSlowFollowers": 500,
            "ElectionTick": 10,
            "HeartbeatTick": 1,
        },
        "Dispatcher": {"HeartbeatPeriod": 5000000000},
        "CAConfig": {"NodeCertExpiry": 7776000000000000},
        "TaskDefaults": {},
        "EncryptionConfig": {"AutoLockManagers": False},
    }


def test_what_an_update_leaves_out_is_zero(story: Story) -> None:
    """Even the number of old tasks that are kept; most zeros are not shown."""
    assert story.emptied == {
        "Name": "default",
        "Labels": {},
        "Orchestration": {"TaskHistoryRetentionLimit": 0},
        "Raft": {"KeepOldSnapshots": 0, "ElectionTick": 0, "HeartbeatTick": 0},
        "Dispatcher": {},
        "CAConfig": {},
        "TaskDefaults": {},
        "EncryptionConfig": {"AutoLockManagers": False},
    }


def test_what_an_update_says_is_stored(story: Story) -> None:
    """As it was said, a negative number of old tasks too."""
    assert story.filled == {
        "Name": "default",
        "Labels": {"a": "1", "b": "2"},
        "Orchestration": {"TaskHistoryRetentionLimit": -1},
        "Raft": {
            "SnapshotInterval": 9,
            "KeepOldSnapshots": 2,
            "LogEntriesForSlowFollowers": 3,
            "ElectionTick": 0,
            "HeartbeatTick": 0,
        },
        "Dispatcher": {"HeartbeatPeriod": 2000000000},
        "CAConfig": {
            "NodeCertExpiry": 7200000000000,
            "ExternalCAs": [
                {"Protocol": "cfssl", "URL": "https://ca.example.com", "Options": {"x": "y"}, "CACert": ""}
            ],
        },
        "TaskDefaults": {},
        "EncryptionConfig": {"AutoLockManagers": False},
    }


def test_each_token_is_rotated_alone(story: Story) -> None:
    """And none by an update that does not ask for it."""
    assert story.tokens == {
        "": (False, False),
        "&rotateWorkerToken=true": (True, False),
        "&rotateManagerToken=1": (False, True),
    }


@pytest.mark.parametrize("name", ["half", "none", "shifted", "another prefix"])
def test_what_is_no_token_is_refused_at_once(story: Story, name: str) -> None:
    """Without asking anybody."""
    assert story.joins[name] == (500, "invalid join token")


def test_a_rotated_token_lets_nobody_in(story: Story) -> None:
    """The new one does."""
    assert story.joins["rotated"] == (
        400,
        RPC.format("InvalidArgument", "A valid join token is necessary to join this cluster"),
    )
    assert story.joins["right"] == (200, "")


def test_nodes_that_are_in_stay_in(story: Story) -> None:
    """Tokens are asked for at the door only."""
    assert story.states == {"docker-swarm-1": "active", "docker-swarm-2": "active"}
