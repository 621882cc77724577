"""How nodes, states and services look: the one visual language of board, time line, plots and tables.

Colour is never alone in telling something: a state has its own sign, hatching, border and word too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

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
    lives = {life.name: life for life in known}
    for service in snapshot.services:
        lives.setdefault(service.name, ServiceLife(name=service.name, created_at=service.created_at))
    left = {task.service for task in snapshot.tasks} - set(lives)  # of services that nobody knows any more
    lives |= {name: ServiceLife(name=name, created_at=_LAST) for name in left}
    present = {task.service for task in snapshot.tasks} | {each.name for each in snapshot.services}
    return {name: colour for name, colour in colours_of_lives(lives.values()).items() if name in present}


def colours_of_lives(lives: Iterable[ServiceLife]) -> dict[str, str]:
    """A colour for each service, by the order of their names; each keeps it, whatever comes and goes after it.

    One that is created gets a colour that none had before; where there is none, the one that is free for longest; where
    none is free, one that fewest have.
    """
    holders: dict[str, list[ServiceLife]] = {colour: [] for colour in PALETTE}
    for life in sorted(lives, key=lambda life: (life.created_at or _NEVER, natural(life.name))):
        created_at = life.created_at or _NEVER

        def use(colour: str, created_at: datetime = created_at) -> tuple[int, datetime]:
            gone = [each.removed_at for each in holders[colour] if each.removed_at and each.removed_at <= created_at]
            return len(holders[colour]) - len(gone), max(gone, default=_NEVER)

        holders[min(PALETTE, key=use)].append(life)
    found = {life.name: colour for colour, held in holders.items() for life in held}
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
