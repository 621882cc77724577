"""How nodes, states and services look: the one visual language of board, time line, plots and tables.

Colour is never alone in telling something: a state has its own sign, hatching, border and word too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush

from swarmlab.client.services import ServiceLife
from swarmlab.client.snapshots import NodeView, Snapshot, TaskView
from swarmlab.client.tables import natural

PALETTE = ("#56B4E9", "#E69F00", "#009E73", "#F0E442", "#CC79A7", "#0072B2", "#D55E00", "#BBBBBB")
"""Okabe and Ito's colours, which people with any colour vision can tell apart. Source: jfly.uni-koeln.de/color."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a task's state is drawn.

    Attributes:
        sign: one character that stands before the word, or alone where there is no room for it.
        hatch: matplotlib's.
        border: CSS's style of the frame, where a hatching would hide small text.
        meaning: the word.
    """

    sign: str
    hatch: str
    border: str
    meaning: str


RUNNING = Look(sign="▶", hatch="", border="solid", meaning="running")
STARTING = Look(sign="…", hatch="//", border="dashed", meaning="on its way")
PENDING = Look(sign="?", hatch="..", border="dotted", meaning="pending")
LOST = Look(sign="!", hatch="xx", border="double", meaning="last seen running")
STOPPING = Look(sign="■", hatch="--", border="dashed", meaning="to be stopped")
ENDED = Look(sign="×", hatch="\\\\", border="dotted", meaning="ended")
LOOKS = (RUNNING, STARTING, PENDING, LOST, STOPPING, ENDED)


def look_of(task: TaskView, node: NodeView | None) -> Look:
    """How this task is drawn; `node` is where it is."""
    if not task.is_active:
        return ENDED
    if task.state in ("new", "pending"):
        return PENDING
    if node is not None and node.state == "down":
        return LOST
    if not task.is_wanted:
        return STOPPING
    return RUNNING if task.state == "running" else STARTING


def word_of(task: TaskView, node: NodeView | None) -> str:
    """A task's state in a word: Docker's own, where that is all there is to say."""
    look = look_of(task, node)
    return look.meaning if look in (LOST, STOPPING) else task.state


# --- nodes ---


def role_badge(node: NodeView) -> str:
    """A node's role in Docker's word; the leader has a star."""
    return "★ leader" if node.is_leader else node.role


def state_badge(node: NodeView) -> str:
    """Its state; a sign before all but `ready`."""
    return node.state if node.state == "ready" else f"× {node.state}"


def availability_badge(node: NodeView) -> str:
    """Its availability; a sign before all but `active`."""
    return node.availability if node.availability == "active" else f"‖ {node.availability}"


# --- services ---

_NEVER, _LAST = (each.replace(tzinfo=UTC) for each in (datetime.min, datetime.max))


def colours_of(snapshot: Snapshot, known: Iterable[ServiceLife] = ()) -> dict[str, str]:
    """A colour for each service of a snapshot.

    Args:
        snapshot: the swarm.
        known: what else is known of services: those that are gone had colours, too.
    """
    lives = list(known)
    told = {life.name for life in lives}
    lives += [
        ServiceLife(name=each.name, created_at=each.created_at) for each in snapshot.services if each.name not in told
    ]
    there, running = {each.name for each in snapshot.services}, {task.service for task in snapshot.tasks}
    left = running - told - there  # of services that nobody knows any more
    lives += [ServiceLife(name=name, created_at=_LAST) for name in left]
    return {name: colour for name, colour in colours_of_lives(lives).items() if name in there | running}


def colours_of_lives(lives: Iterable[ServiceLife]) -> dict[str, str]:
    """A colour for each name of a service, by the order of names; each keeps it, whatever comes and goes after it.

    One that is created gets a colour that none had before; where there is none, the one that is free for longest; where
    none is free, one that fewest have. A name that is used again has the colour that it had.
    """
    found: dict[str, str] = {}
    held = dict.fromkeys(PALETTE, 0)
    free_since = dict.fromkeys(PALETTE, _NEVER)
    ends: list[tuple[datetime, str]] = []  # of those that are there, the next one first
    for life in sorted(lives, key=lambda life: (life.created_at or _NEVER, natural(life.name))):
        while ends and ends[0][0] <= (life.created_at or _NEVER):
            removed_at, colour = heappop(ends)
            held[colour] -= 1
            free_since[colour] = removed_at
        colour = found.get(life.name) or min(PALETTE, key=lambda each: (held[each], free_since[each]))
        found[life.name] = colour
        held[colour] += 1
        if life.removed_at:
            heappush(ends, (life.removed_at, colour))
    return {name: found[name] for name in sorted(found, key=natural)}


def ink_on(colour: str) -> str:
    """Black or white, whichever is read more easily on this colour: at least 4.5 to 1, on any.

    Source: WCAG 2.2, relative luminance and contrast ratio.
    """
    return max(("#000000", "#FFFFFF"), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """How well two colours are told apart, from 1 (not at all) to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
