"""Everything that the board shows, as plain data: made from a Sight and the lab's hosts by a pure function.

Owns the words and the choice of what is shown. Does not know how it is drawn nor how it gets to the browser.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from swarmlab.client.protocols import Host
from swarmlab.client.services import ServiceLife
from swarmlab.client.snapshots import NodeView, ServiceView, Snapshot, TaskView
from swarmlab.client.watch import Sight
from swarmlab.looks import ENDED, LOOKS, PENDING, colours_of, ink_on, look_of, word_of
from swarmlab.widgets.board.cards import Card, engine_cards, node_cards, waiting_card
from swarmlab.widgets.live import trouble

PAST_AT_MOST = 300
"""Failed and replaced tasks that are shown, the newest; a swarm keeps five a slot."""

WITHOUT_DETAIL = 400
"""Tasks from which on each tells only what the table shows of it."""

OVER = ("", "completed", "rollback_completed")
"""States of an update that nobody has to look at."""

FULL, COMPACT, COUNTED = "full", "compact", "counted"
_FITS = {FULL: (12, 80), COMPACT: (30, 400)}
"""How many cards, and how many tasks on them, are still readable."""

_LOOK_NAMES = {id(look): f"look-{number}" for number, look in enumerate(LOOKS)}


class Task(TypedDict, total=False):
    """A task as the board shows it; what is empty is left out.

    `card` is where it is drawn. `past`: replaced or failed, shown only when asked for. `why`: what to read on it.
    `detail`: what is told when it is chosen, in pairs of a label and a text.
    """

    card: str
    name: str
    service: str
    slot: int
    look: str
    word: str
    since: float
    past: bool
    why: str
    image: str
    detail: list[tuple[str, str]]


class Service(TypedDict):
    """A service in the legend: its colour, how much of it runs, and what became of its update.

    `alarm` is what the managers say of an update that stopped half way, or that is taken back.
    """

    colour: str
    ink: str
    runs: str
    alarm: str


class Top(TypedDict):
    """What belongs to the board as a whole.

    `tone` is well, attention, hint, problem or ended. `of` is the moment that is shown, where that is a past one.
    """

    tone: str
    headline: str
    text: str
    of: float | None
    density: str
    past: int
    looks: dict[str, dict[str, str]]


class Content(TypedDict):
    """The board: itself, and the things on it by their keys."""

    top: Top
    cards: dict[str, Card]
    services: dict[str, Service]
    tasks: dict[str, Task]


def describe(
    sight: Sight,
    hosts: Sequence[Host],
    *,
    known: Iterable[ServiceLife] = (),
    moment: datetime | None = None,
    end: str = "",
) -> Content:
    """What the board shows.

    Args:
        sight: what the Watcher sees.
        hosts: of the lab; those that are in no swarm are shown too.
        known: services that are gone, too: the others keep their colours.
        moment: which past moment it is; None for the present.
        end: why nothing will follow; empty as long as something may.
    """
    snapshot = sight.snapshot or Snapshot(nodes=(), services=(), tasks=())
    tasks = _tasks(snapshot)
    cards = node_cards(sight, hosts) | engine_cards(sight, hosts)
    for task, shown in tasks:
        if shown["card"] not in cards:
            cards[shown["card"]] = waiting_card(task, _reason(task))
    shown_tasks = {task.id: shown for task, shown in tasks}
    density = _density(len(cards), sum(1 for shown in shown_tasks.values() if "past" not in shown))
    return Content(
        top=_top(sight, snapshot, tasks, density, moment=moment, end=end),
        cards=cards,
        services=_services(snapshot, colours_of(snapshot, known)),
        tasks=shown_tasks,
    )


def _density(cards: int, tasks: int) -> str:
    return next((name for name, (most, many) in _FITS.items() if cards <= most and tasks <= many), COUNTED)


# --- tasks ---


def _tasks(snapshot: Snapshot) -> list[tuple[TaskView, Task]]:
    current = {task.id for task in snapshot.current()}
    past = sorted((task for task in snapshot.tasks if task.id not in current), key=_changed_at, reverse=True)
    kept = {task.id for task in past[:PAST_AT_MOST]}
    nodes = {node.id: node for node in snapshot.nodes}
    mixed = _services_of_several_images(snapshot.current())
    in_detail = len(current) + len(kept) <= WITHOUT_DETAIL
    found = []
    for task in snapshot.tasks:
        if task.id in current or task.id in kept:
            shown = _task(task, nodes.get(task.node_id), is_past=task.id in kept)
            if task.service in mixed and task.image:
                shown["image"] = task.image
            if in_detail:
                shown["detail"] = _detail(task)
            found.append((task, shown))
    return found


def _changed_at(task: TaskView) -> float:
    return _milliseconds(task.state_at) or 0.0


def _services_of_several_images(tasks: Iterable[TaskView]) -> set[str]:
    """Services in the middle of an update: which version a task is of is then worth a line."""
    images: dict[str, set[str]] = {}
    for task in tasks:
        images.setdefault(task.service, set()).add(task.image)
    return {service for service, found in images.items() if len(found) > 1}


def _task(task: TaskView, node: NodeView | None, *, is_past: bool) -> Task:
    look = look_of(task, node)
    shown = Task(
        # Those that wait for the same reason are drawn together.
        card=task.node_id if node else f"waits {task.service} {_reason(task)}",
        name=task.name,
        service=task.service,
        look=_LOOK_NAMES[id(look)],
        word=word_of(task, node),
    )
    if task.slot is not None:
        shown["slot"] = task.slot
    if (since := _milliseconds(task.state_at)) is not None:
        shown["since"] = since
    if is_past:
        shown["past"] = True
    if look in (ENDED, PENDING) and task.error and task.node_id:
        shown["why"] = task.error
    return shown


def _reason(task: TaskView) -> str:
    """Why it is on no node, in the scheduler's words."""
    if task.node_id:
        return f"its node {task.node_id[:12]} was removed from the swarm"
    return task.error or task.message or task.state


def _detail(task: TaskView) -> list[tuple[str, str]]:
    code = "" if task.exit_code is None else str(task.exit_code)
    pairs = (
        ("task", task.id),
        ("desired state", task.desired_state),
        ("image", task.image),
        ("container", task.container_id[:12]),
        ("message", task.message),
        ("error", task.error),
        ("exit code", code),
    )
    return [(label, text) for label, text in pairs if text]


# --- services ---


def _services(snapshot: Snapshot, colours: Mapping[str, str]) -> dict[str, Service]:
    views = {service.name: service for service in snapshot.services}
    states: dict[str, Counter[str]] = {name: Counter() for name in colours}
    for task in snapshot.tasks:
        if task.is_wanted:
            states[task.service][task.state] += 1
    return {
        name: Service(
            colour=colour,
            ink=ink_on(colour),
            runs=_runs(views.get(name), states[name]),
            alarm=_alarm(views.get(name)),
        )
        for name, colour in colours.items()
    }


def _runs(service: ServiceView | None, states: Counter[str]) -> str:
    if service is None:
        return "removed"
    if service.mode.endswith("Job"):
        return f"{states['running']} running, {states['complete']} complete"
    wanted = states.total() if service.replicas is None else service.replicas
    update = "" if service.update_state in OVER else f" · {service.update_state}"
    return f"{states['running']}/{wanted} running{update}"


def _alarm(service: ServiceView | None) -> str:
    if service is None or service.update_state in (*OVER, "updating"):
        return ""
    return service.update_message


# --- the board as a whole ---


def _top(
    sight: Sight,
    snapshot: Snapshot,
    tasks: Sequence[tuple[TaskView, Task]],
    density: str,
    *,
    moment: datetime | None,
    end: str,
) -> Top:
    tone, headline, text = _said(sight, snapshot, moment, end)
    is_old = bool(end or sight.problem or moment)
    return Top(
        tone=tone,
        headline=headline,
        text=text,
        of=_milliseconds(moment or sight.taken_at) if is_old and sight.snapshot else None,
        density=density,
        past=sum("past" in shown for _, shown in tasks),
        looks={
            _LOOK_NAMES[id(look)]: {"sign": look.sign, "border": look.border, "meaning": look.meaning} for look in LOOKS
        },
    )


def _said(sight: Sight, snapshot: Snapshot, moment: datetime | None, end: str) -> tuple[str, str, str]:
    if end:
        return "ended", "The board has ended", end
    if moment:
        return "hint", "You see a past moment", _summary(snapshot)
    if found := trouble(sight, "board", "lab.board()"):
        return "problem", *found
    if sight.taken_at is None:
        return "hint", "Looking at the hosts …", ""
    if sight.snapshot is None:
        return "hint", "No swarm yet", "The hosts are engines on their own. One of them begins with: docker swarm init"
    waiting = _waiting(snapshot)
    is_well = not waiting and all(node.state == "ready" for node in snapshot.nodes)
    return "well" if is_well else "attention", _summary(snapshot), waiting or "No task waits for a node."


def _summary(snapshot: Snapshot) -> str:
    lost = sum(node.state != "ready" for node in snapshot.nodes)
    running = sum(task.state == "running" and task.is_wanted for task in snapshot.tasks)
    parts = [_counted(len(snapshot.nodes), "node"), _counted(running, "task") + " running"]
    return " · ".join([*parts, f"{lost} not ready"] if lost else parts)


def _waiting(snapshot: Snapshot) -> str:
    waiting = [task for task in snapshot.current() if not task.node_id]
    if not waiting:
        return ""
    (reason, _), *others = Counter(_reason(task) for task in waiting).most_common()
    more = " …" if others else ""
    waits = "waits" if len(waiting) == 1 else "wait"
    return f"{_counted(len(waiting), 'task')} {waits} for a node: {reason}{more}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _milliseconds(moment: datetime | None) -> float | None:
    return None if moment is None else round(moment.timestamp() * 1000)
