"""Colours of services: each keeps its own, whatever comes and goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from swarmlab.client.services import ServiceLife
from swarmlab.client.snapshots import take_snapshot
from swarmlab.looks import PALETTE, colours_of, colours_of_lives
from tests.client.fakes import SwarmApi, node, service, task

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def life(name: str, created: int, removed: int | None = None) -> ServiceLife:
    """A service that was there from one second to another."""
    since, until = (None if at is None else NOON + timedelta(seconds=at) for at in (created, removed))
    return ServiceLife(name=name, created_at=since, removed_at=until)


def test_colours_are_given_in_the_order_of_creation() -> None:
    """What is created later changes nothing, wherever its name stands."""
    first = colours_of_lives([life("web", 1), life("cache", 2)])
    assert first == {"cache": PALETTE[1], "web": PALETTE[0]}
    assert colours_of_lives([life("a", 3), life("web", 1), life("cache", 2)]) == {**first, "a": PALETTE[2]}


def test_one_that_is_removed_leaves_the_others_their_colours() -> None:
    """Nobody gets its colour as long as there is one that nobody had."""
    found = colours_of_lives([life("web", 1, 5), life("cache", 2), life("new", 6)])
    assert found == {"cache": PALETTE[1], "new": PALETTE[2], "web": PALETTE[0]}


def test_the_colour_that_is_free_for_longest_is_given_again() -> None:
    """Once each was given: never one that a service has which is still there, as long as another is free."""
    full = [life(f"s{number}", number) for number in range(8)]
    full[5], full[2] = life("s5", 5, 20), life("s2", 2, 30)
    found = colours_of_lives([*full, life("ninth", 40), life("tenth", 41)])
    assert (found["ninth"], found["tenth"]) == (PALETTE[5], PALETTE[2])
    eleventh = colours_of_lives([*full, life("ninth", 40), life("tenth", 41), life("eleventh", 42)])["eleventh"]
    assert eleventh == PALETTE[0]


def test_a_name_that_is_used_again_has_the_colour_that_it_had() -> None:
    """And changes nobody else's: not even that of one which got its colour meanwhile."""
    before = [life("s0", 0, 20), *(life(f"s{number}", number) for number in range(1, 8)), life("ninth", 30)]
    found = colours_of_lives(before)
    assert found["ninth"] == found["s0"]
    assert colours_of_lives([*before, life("s0", 40)]) == found


def test_what_comes_later_changes_no_colour() -> None:
    """In any story of creations and removals: who knows more of it knows the same of what was before."""
    chance = Random(7)
    lives = []
    for created in range(200):
        removed = created + chance.randrange(1, 40) if chance.random() < 0.8 else None
        lives.append(life(f"s{chance.randrange(60)}", created, removed))
    whole = colours_of_lives(lives)
    for known in range(0, 200, 10):
        so_far = [replace(each, removed_at=_until(each.removed_at, known)) for each in lives[:known]]
        assert colours_of_lives(so_far).items() <= whole.items()


def _until(removed_at: datetime | None, known: int) -> datetime | None:
    """As it is known at that second."""
    return removed_at if removed_at and removed_at < NOON + timedelta(seconds=known) else None


def test_services_of_which_nobody_knows_since_when_are_in_the_order_of_their_names() -> None:
    """As `web.10` after `web.9`."""
    lives = [ServiceLife(name=name, created_at=None) for name in ("web10", "web9", "api")]
    assert colours_of_lives(lives) == {"api": PALETTE[0], "web9": PALETTE[1], "web10": PALETTE[2]}


def test_tasks_that_are_left_of_a_service_change_no_colour() -> None:
    """The swarm tells them by its id only, and they are older than what is there."""
    web = service("web", 1) | {"CreatedAt": "2026-01-02T12:00:05Z"}
    left = task("1234567890ab", 1, "docker-swarm-1") | {"CreatedAt": "2026-01-02T12:00:01Z"}
    api: Any = SwarmApi(nodes=[node("docker-swarm-1")], services=[web], tasks=[task("web", 1, "docker-swarm-1"), left])
    assert colours_of(take_snapshot(api), [life("web", 5)])["web"] == PALETTE[0]
