"""Events are kept once each, in order, whoever reported them first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from swarmlab.client import events
from swarmlab.client.events import EventLog, read_event

DRAINED = {"name": "docker-swarm-1", "availability.new": "drain", "availability.old": "active"}


def told(at: float, *, scope: str = "swarm", action: str = "update") -> dict[str, Any]:
    """An event as an engine sends it."""
    return {
        "Type": "node",
        "Action": action,
        "Actor": {"ID": "n1", "Attributes": DRAINED},
        "scope": scope,
        "time": int(at),
        "timeNano": int(at * 1000) * 10**6,
    }


def test_an_event_reads_well() -> None:
    """What it happened to has a name."""
    event = read_event("docker-swarm-3", told(1_700_000_000.25))
    assert (event.kind, event.action, event.name) == ("node", "update", "docker-swarm-1")
    assert event.attributes["availability.new"] == "drain"
    assert event.at.isoformat() == "2023-11-14T22:13:20.250000+00:00"


def test_what_every_manager_reports_is_there_once() -> None:
    """Each tells of it when it hears of it."""
    log = EventLog()
    assert log.note(read_event("docker-swarm-3", told(10)))
    assert not log.note(read_event("docker-swarm-2", told(10.4)))
    assert not log.note(read_event("docker-swarm-3", told(10)))  # asked for again after a break
    assert len(log) == 1


def test_the_same_again_is_another_event() -> None:
    """Later, or on another host where it is not the swarm's."""
    log = EventLog()
    for node, at, scope in (("a", 10, "swarm"), ("a", 11, "swarm"), ("a", 50, "local"), ("b", 50, "local")):
        assert log.note(read_event(node, told(at, scope=scope)))
    assert len(log) == 4


def test_they_are_in_the_order_of_their_times() -> None:
    """Not in that of their arrival."""
    log = EventLog()
    for at in (30, 10, 20):
        log.note(read_event("a", told(at, action=f"at{at}")))
    assert [event.action for event in log.all()] == ["at10", "at20", "at30"]
    log.clear()
    assert log.all() == ()


def test_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded."""
    monkeypatch.setattr(events, "REMEMBERED", 3)
    log = EventLog()
    for at in (10, 20, 30, 40, 50):
        log.note(read_event("a", told(at, action=f"at{at}")))
    assert [event.action for event in log.all()] == ["at30", "at40", "at50"]


class CountedId(str):
    """An id that counts how often one is compared."""

    compared = 0

    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        CountedId.compared += 1
        return str.__eq__(self, other)


def test_an_event_is_compared_only_with_its_like() -> None:
    """However many there are at the same time."""
    log = EventLog()
    for number in range(2000):
        event = read_event("a", told(10 + number / 1000))
        log.note(replace(event, id=CountedId(f"id{number}")))
    assert len(log) == 2000
    assert CountedId.compared < 10 * len(log)


def test_what_was_forgotten_may_be_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that are alike the first is forgotten, too."""
    monkeypatch.setattr(events, "REMEMBERED", 2)
    log = EventLog()
    for at in (10, 11, 12):
        log.note(read_event("a", told(at)))
    assert not log.note(read_event("a", told(11)))
    assert log.note(read_event("a", told(13)))
    assert log.note(read_event("a", told(11.5)))
    assert [event.at.second for event in log.all()] == [12, 13]
