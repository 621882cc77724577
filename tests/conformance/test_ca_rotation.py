"""The swarm goes over to another root certificate: in progress, done, with a node that is away, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, WORKER, ask, demand, join, join_token, type_line, wait_for

STARTS_FROM = "formed"

FILES = Path(__file__).parents[1] / "commands" / "files"
CERTIFICATE, KEY, OTHER_KEY = ((FILES / name).read_text() for name in ("root.crt", "root.key", "other.key"))
UNREACHABLE = "there must be at least one valid, reachable external CA corresponding to the desired CA certificate"
CFSSL = {"Protocol": "cfssl", "URL": "https://ca.example.com"}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "key alone": (
        {"SigningCAKey": KEY},
        "if a signing CA key is provided, the signing CA cert must also be provided",
    ),
    "other key": ({"SigningCACert": CERTIFICATE, "SigningCAKey": OTHER_KEY}, "certificate key mismatch"),
    "no key": (
        {"SigningCACert": CERTIFICATE, "SigningCAKey": "junk"},
        'malformed private key: {"code":2002,"message":"Failed to decode private key"}',
    ),
    "no certificate": (
        {"SigningCACert": KEY, "SigningCAKey": KEY},
        'invalid root certificates: {"code":1003,"message":"Failed to parse certificate"}',
    ),
    "certificate alone": ({"SigningCACert": CERTIFICATE}, UNREACHABLE),
    "unreachable": ({"SigningCACert": CERTIFICATE, "ExternalCAs": [{**CFSSL, "CACert": CERTIFICATE}]}, UNREACHABLE),
    "short expiry": ({"NodeCertExpiry": 10**9}, "minimum certificate expiry time is: 1h0m0s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The swarm and what its nodes say of their certificates: `Ready` or `Needs Rotation`."""

    swarm: dict[str, Any]
    statuses: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Before; just begun; done; with a node that is away; when it is back; a root of one's own; a join; refusals."""

    before: Look
    begun: Look
    took_s: float
    done: Look
    away: Look
    typed_away: list[str]
    back_took_s: float
    own: Look
    old_token: tuple[int, str]
    refused: dict[str, tuple[int, str]]


def look(lab: Lab) -> Look:
    """Look as `docker node ls --format {{.TLSStatus}}` does."""
    swarm = demand(lab[MANAGER], "GET", "/swarm")
    nodes = {node["Description"]["Hostname"]: node for node in demand(lab[MANAGER], "GET", "/nodes")}
    statuses = {
        name: "Ready" if nodes[name]["Description"]["TLSInfo"] == swarm["TLSInfo"] else "Needs Rotation"
        for name in sorted(nodes)
    }
    return Look(swarm=swarm, statuses=statuses)


def post(lab: Lab, changes: dict[str, Any]) -> tuple[int, str]:
    """Ask for a change of `CAConfig`; returns status and words."""
    swarm = demand(lab[MANAGER], "GET", "/swarm")
    config = {**swarm["Spec"]["CAConfig"], **changes}
    version = swarm["Version"]["Index"]
    answer = ask(lab[MANAGER], "POST", f"/swarm/update?version={version}", {**swarm["Spec"], "CAConfig": config})
    return answer.status_code, answer.json()["message"] if answer.content else ""


def rotate(lab: Lab, **changes: Any) -> None:
    """`docker swarm ca --rotate`."""
    forced = demand(lab[MANAGER], "GET", "/swarm")["Spec"]["CAConfig"].get("ForceRotate", 0) + 1
    assert post(lab, changes or {"ForceRotate": forced}) == (200, "")


def in_progress(lab: Lab) -> bool:
    """Whether nodes are getting new certificates."""
    rotates: bool = demand(lab[MANAGER], "GET", "/swarm")["RootRotationInProgress"]
    return rotates


def rotate_and_wait(lab: Lab, **changes: Any) -> float:
    """Rotate until every node trusts the new root; returns how long it went on."""
    rotate(lab, **changes)
    took_s = wait_for(lab, lambda: in_progress(lab), False)
    wait_for(lab, lambda: set(look(lab).statuses.values()), {"Ready"})
    return took_s


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Played once."""
    before = look(lab)
    rotate(lab)
    begun = look(lab)
    took_s = wait_for(lab, lambda: in_progress(lab), False)
    wait_for(lab, lambda: set(look(lab).statuses.values()), {"Ready"})
    done = look(lab)
    lab[WORKER].stop()
    rotate(lab)
    expected = {"docker-swarm-1": "Needs Rotation", "docker-swarm-2": "Ready", "docker-swarm-3": "Ready"}
    wait_for(lab, lambda: look(lab).statuses, expected)
    lab.clock.sleep(4)
    away = look(lab)
    typed_away = type_line(lab, MANAGER, "docker node ls --format '{{.Hostname}} {{.TLSStatus}}'")
    lab[WORKER].start()
    back_took_s = wait_for(lab, lambda: in_progress(lab), False)
    token = join_token(lab)
    rotate_and_wait(lab, SigningCACert=CERTIFICATE, SigningCAKey=KEY)
    own = look(lab)
    demand(lab[OTHER], "POST", "/swarm/leave")
    answer = join(lab, OTHER, token, lab[MANAGER].address)
    return Story(
        before=before,
        begun=begun,
        took_s=took_s,
        done=done,
        away=away,
        typed_away=typed_away,
        back_took_s=back_took_s,
        own=own,
        old_token=(answer.status_code, answer.json()["message"]),
        refused={name: post(lab, changes) for name, (changes, _) in REFUSED.items()},
    )


def test_every_node_is_ready_at_first(story: Story) -> None:
    """It has a certificate of the root that it trusts."""
    assert set(story.before.statuses.values()) == {"Ready"}
    assert story.before.swarm["RootRotationInProgress"] is False
    assert "ForceRotate" not in story.before.swarm["Spec"]["CAConfig"]


def test_a_rotation_begins_with_another_issuer(story: Story) -> None:
    """The old root is still the one that is trusted, and the tokens are still those of before."""
    before, begun = story.before.swarm, story.begun.swarm
    assert begun["RootRotationInProgress"] is True
    assert begun["Spec"]["CAConfig"]["ForceRotate"] == 1
    assert begun["TLSInfo"]["TrustRoot"] == before["TLSInfo"]["TrustRoot"]
    assert begun["TLSInfo"]["CertIssuerPublicKey"] != before["TLSInfo"]["CertIssuerPublicKey"]
    assert begun["JoinTokens"] == before["JoinTokens"]
    assert set(story.begun.statuses.values()) == {"Needs Rotation"}


def test_a_rotation_takes_some_seconds(story: Story) -> None:
    """The nodes renew at once; every three seconds it is looked at whether all have done so."""
    assert 1.5 < story.took_s < 10


def test_afterwards_root_and_tokens_are_new(story: Story) -> None:
    """The issuer's name stays that of every swarm."""
    before, done = story.before.swarm, story.done.swarm
    assert done["TLSInfo"]["TrustRoot"] != before["TLSInfo"]["TrustRoot"]
    assert done["TLSInfo"]["CertIssuerSubject"] == before["TLSInfo"]["CertIssuerSubject"]
    for role in ("Worker", "Manager"):
        old, new = before["JoinTokens"][role].split("-"), done["JoinTokens"][role].split("-")
        assert [a == b for a, b in zip(old, new, strict=True)] == [True, True, False, False]


def test_a_node_that_is_away_keeps_it_in_progress(story: Story) -> None:
    """The others have their certificates."""
    assert story.away.swarm["RootRotationInProgress"] is True
    assert story.away.statuses["docker-swarm-1"] == "Needs Rotation"


@pytest.mark.cli
def test_node_ls_tells_who_is_missing(story: Story) -> None:
    """In a column that is not shown otherwise."""
    assert sorted(story.typed_away) == [
        "docker-swarm-1 Needs Rotation",
        "docker-swarm-2 Ready",
        "docker-swarm-3 Ready",
    ]


def test_it_comes_to_its_end_when_the_node_is_back(story: Story) -> None:
    """Moments after it has registered."""
    assert story.back_took_s < 30


def test_a_root_of_ones_own_is_trusted(story: Story) -> None:
    """Neither it nor its key stands in the settings."""
    assert story.own.swarm["TLSInfo"]["TrustRoot"] == CERTIFICATE
    assert {"SigningCACert", "SigningCAKey"}.isdisjoint(story.own.swarm["Spec"]["CAConfig"])
    assert set(story.own.statuses.values()) == {"Ready"}


def test_an_old_token_is_of_another_authority(story: Story) -> None:
    """The words name the digest that it was made for."""
    status, words = story.old_token
    assert status == 500
    assert words.startswith("remote CA does not match fingerprint. Expected: ")


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(story: Story, name: str) -> None:
    """In SwarmKit's words."""
    assert story.refused[name] == (400, f"rpc error: code = InvalidArgument desc = {REFUSED[name][1]}")
