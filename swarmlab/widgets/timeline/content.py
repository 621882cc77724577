"""Everything that the time line shows, as plain data: made from a History by pure functions.

Owns the words. Does not know how it is drawn nor how it gets to the browser. Times are in milliseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from swarmlab.client.history import History
from swarmlab.client.lives import Life, Stay
from swarmlab.client.marks import Mark, marks_of
from swarmlab.looks import ENDED, LOOKS, look_of, word_of

LIVES_AT_MOST = 4_000
"""Tasks that are shown, the newest."""

MARKS_AT_MOST = 400
"""Events and faults that are shown, the newest."""


class ShownStay(TypedDict):
    """A task as it was for a while; `look` is a place in the list of looks; `until` is None while it goes on."""

    since: float
    until: float | None
    look: int
    word: str


class ShownLife(TypedDict):
    """A task from its making to its end. `row` is what `why` is asked with; `error` is how it failed."""

    row: str
    task: str
    service: str
    node: str
    stays: list[ShownStay]
    end: float | None
    state: str
    error: str


class ShownMark(TypedDict):
    """An event or a fault."""

    at: float
    kind: str
    text: str


def shown_lives(lives: Iterable[Life], nodes: dict[str, str]) -> dict[str, ShownLife]:
    """Tasks by their ids; `nodes` are the names of nodes by theirs."""
    return {life.task.id: _life(life, nodes) for life in lives}


def _life(life: Life, nodes: dict[str, str]) -> ShownLife:
    task = life.task
    node = nodes.get(task.node_id, task.node_id[:12])
    return ShownLife(
        row=task.name if task.slot is not None else f"{task.service}.{node}",
        task=task.name,
        service=task.service,
        node=node,
        stays=[_stay(stay) for stay in life.stays],
        end=milliseconds(life.ended_at) if life.ended_at else None,
        state=task.state if life.ended_at else word_of(life.stays[-1].task, life.stays[-1].node),
        error=task.error,
    )


def _stay(stay: Stay) -> ShownStay:
    return ShownStay(
        since=milliseconds(stay.since),
        until=milliseconds(stay.until) if stay.until else None,
        look=LOOKS.index(look_of(stay.task, stay.node)),
        word=word_of(stay.task, stay.node),
    )


def shown_marks(history: History) -> list[ShownMark]:
    """Events and faults, in the order of their times."""
    return [_mark(mark) for mark in marks_of(history.events.all(), history.troubles())[-MARKS_AT_MOST:]]


def _mark(mark: Mark) -> ShownMark:
    return ShownMark(at=milliseconds(mark.at), kind=mark.kind, text=str(mark))


def shown_looks() -> list[dict[str, str]]:
    """How states look: those in which a task is active."""
    return [{"sign": look.sign, "border": look.border, "meaning": look.meaning} for look in LOOKS if look is not ENDED]


def newest(lives: dict[str, ShownLife]) -> dict[str, ShownLife]:
    """As many as are shown: those that go on, then those that ended last."""
    if len(lives) <= LIVES_AT_MOST:
        return lives
    keys = sorted(lives, key=lambda key: _ended_at(lives[key]))[-LIVES_AT_MOST:]
    return {key: lives[key] for key in keys}


def _ended_at(life: ShownLife) -> float:
    return float("inf") if life["end"] is None else life["end"]


def milliseconds(moment: datetime) -> float:
    """Since the epoch."""
    return round(moment.timestamp() * 1000)
