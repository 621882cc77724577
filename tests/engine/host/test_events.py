"""Tests of a host's events."""

from __future__ import annotations

from swarmlab.engine.clock import Clock
from swarmlab.engine.host.events import KEPT, Events


def test_a_stream_shows_what_comes_after_it_was_opened() -> None:
    """Without `since` the past is not shown."""
    events = Events(Clock(100.0))
    events.emit("container", "create", "a")
    stream = events.follow()
    events.emit("container", "start", "a", {"name": "x"})
    assert [event.action for event in stream.read()] == ["start"]
    assert stream.read() == []


def test_since_brings_the_kept_ones_first() -> None:
    """Older events come before newer ones."""
    clock = Clock(100.0)
    events = Events(clock)
    events.emit("volume", "create", "old")
    clock.move_to(200.0)
    events.emit("volume", "create", "new")
    stream = events.follow(since=150.0)
    events.emit("volume", "destroy", "new")
    assert [event.action for event in stream.read()] == ["create", "destroy"]


def test_until_ends_a_stream() -> None:
    """A stream with an end is over when its time has come."""
    clock = Clock(100.0)
    stream = Events(clock).follow(until=150.0)
    assert not stream.ended
    clock.move_to(150.0)
    assert stream.ended


def test_only_so_many_are_kept() -> None:
    """The oldest are forgotten."""
    events = Events(Clock(100.0))
    for number in range(KEPT + 10):
        events.emit("image", "pull", str(number))
    assert len(events.past()) == KEPT
    assert events.past()[0].actor_id == "10"
