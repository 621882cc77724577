"""Which task was where, from when to when, and what happened meanwhile. Times are in UTC, as engines tell them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from swarmlab.client.history import History
from swarmlab.client.lives import Life
from swarmlab.client.marks import Mark, marks_of
from swarmlab.client.tables import natural
from swarmlab.looks import LOOKS, colours_of_lives, look_of, word_of
from swarmlab.plots.picture import Remembers, printed, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROWS = 40
"""Slots up to which each has a row; else each node has one, and tells how many."""

LINES = 60
"""Lives and marks that the tables tell, the newest."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
Rows = Mapping[str, Sequence[Life]]


def plot_timeline(lab: Remembers, *services: str) -> None:
    """Show which task was where from when to when, and what happened meanwhile: as a picture and as tables.

    Of all services unless some are named.
    """
    history = lab.recall()
    show(draw_timeline(history, services), describe_timeline(history, services))
    sys.stdout.write(f"{timeline_table(history, services)}\n\n{events_table(history)}\n")


def timeline_table(history: History, services: Sequence[str] = ()) -> str:
    """Tasks from their making to their end: the state at the end, or now."""
    lives = lives_of(history, services)
    shown = set(map(id, sorted(lives, key=lambda life: life.began_at)[-LINES:]))
    rows = [_row(life, history) for life in lives if id(life) in shown]
    text = printed(("TASK", "NODE", "FROM", "UNTIL", "STATE", "ERROR"), rows)
    left_out = len(lives) - len(rows)
    return f"{text}\n{left_out} older tasks are left out; name services to see fewer." if left_out else text


def events_table(history: History) -> str:
    """What happened, numbered as in the picture."""
    numbered = _numbered(history)
    return printed(("MARK", "AT", "EVENT"), [(str(number), _clock(mark.at), str(mark)) for number, mark in numbered])


def describe_timeline(history: History, services: Sequence[str] = ()) -> str:
    """The picture in words."""
    lives = lives_of(history, services)
    what = f"Tasks of {', '.join(services) or 'all services'}"
    if not lives:
        return f"{what} until {_clock(history.now())}: none."
    slots = len({_row_name(life, history) for life in lives})
    active = sum(life.ended_at is None for life in lives)
    failed = sum(life.task.state in ("failed", "rejected") for life in lives)
    begin, end = _clock(min(life.began_at for life in lives)), _clock(history.now())
    return f"{what} from {begin} to {end}: {len(lives)} in {slots} rows, {active} active at the end, {failed} failed."


def lives_of(history: History, services: Sequence[str] = ()) -> list[Life]:
    """Of these services, or of all."""
    return [life for life in history.lives()[0] if not services or life.task.service in services]


def _row(life: Life, history: History) -> tuple[str, ...]:
    node = history.nodes().get(life.task.node_id)
    is_over = life.ended_at is not None
    return (
        life.task.name,
        node.label if node else life.task.node_id[:12],
        _clock(life.began_at),
        _clock(life.ended_at) if life.ended_at else "",
        life.task.state if is_over else word_of(life.stays[-1].task, life.stays[-1].node),
        life.task.error,
    )


def _numbered(history: History) -> list[tuple[int, Mark]]:
    """Events alone: faults are told by the moment at which somebody saw them."""
    return list(enumerate(marks_of(history.events.all()), start=1))[-LINES:]


def _row_name(life: Life, history: History) -> str:
    if life.task.slot is not None:
        return life.task.name
    node = history.nodes().get(life.task.node_id)
    return f"{life.task.service} on {node.label if node else life.task.node_id[:12]}"


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


# --- the picture ---


def draw_timeline(history: History, services: Sequence[str] = ()) -> Figure:
    """A row a slot, a bar a task, a line an event; of very many slots a row a node, as high as it has tasks."""
    from matplotlib.figure import Figure

    lives = lives_of(history, services)
    colours = colours_of_lives(history.services())
    rows = _by(lambda life: _row_name(life, history), lives)
    is_counted = len(rows) > ROWS
    if is_counted:
        rows = _by(lambda life: _node_name(life, history), lives)
    figure = Figure(figsize=(10.0, 1.9 + (0.3 if is_counted else 0.42) * max(len(rows), 2)), layout="constrained")
    axes = figure.subplots()
    _set_axes(axes, list(rows))
    if is_counted:
        _draw_counts(axes, rows, history.now(), colours)
    else:
        _draw_lives(axes, rows, history, colours)
    _draw_marks(axes, history, lives)
    figure.suptitle(f"Time line of {', '.join(services) or 'all services'}", fontsize=12)
    _legend(figure, lives, colours, is_counted=is_counted)
    return figure


def _by(name: Callable[[Life], str], lives: Sequence[Life]) -> dict[str, list[Life]]:
    """Lives by rows, from the lowest row to the highest."""
    rows: dict[str, list[Life]] = {}
    for life in sorted(lives, key=lambda life: natural(name(life)), reverse=True):
        rows.setdefault(name(life), []).append(life)
    return rows


def _set_axes(axes: Axes, names: Sequence[str]) -> None:
    import matplotlib.dates as dates

    axes.set_yticks(range(len(names)), names, fontsize=8.5)
    axes.set_ylim(-0.6, max(len(names), 1) - 0.4)
    axes.set_xlabel("time (UTC)")
    axes.margins(x=0.01)
    when: Any = dates  # without types
    axes.xaxis.set_major_locator(when.AutoDateLocator(minticks=3, maxticks=8))
    axes.xaxis.set_major_formatter(when.DateFormatter("%H:%M:%S"))


def _node_name(life: Life, history: History) -> str:
    node = history.nodes().get(life.task.node_id)
    return node.label if node else "no node yet"


def _number(moment: datetime) -> float:
    import matplotlib.dates as dates

    when: Any = dates
    return float(when.date2num(moment))


def _draw_lives(axes: Axes, rows: Rows, history: History, colours: Mapping[str, str]) -> None:
    """The tasks of a slot by turns above and below: for a while there are two of them, or more."""
    now = history.now()
    begin = min((life.began_at for lives in rows.values() for life in lives), default=now)
    for row, lives in enumerate(rows.values()):
        lanes = in_lanes(lives)
        height = 0.76 / max(2, 1 + max(lanes.values()))
        for life in lives:
            middle = row + 0.38 - height * (lanes[life.task.id] + 0.5)
            _draw_life(axes, middle, life, now, colours[life.task.service], height)
            if ((life.ended_at or now) - life.began_at) > 0.15 * (now - begin):
                where = _number(life.began_at + 0.5 * ((life.ended_at or now) - life.began_at))
                label = axes.text(where, middle, _node_name(life, history), ha="center", va="center", fontsize=7)
                label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.6})


def in_lanes(lives: Sequence[Life]) -> dict[str, int]:
    """Which lane of its row each task has, by its id: by turns the two first, another one where both are taken.

    The time line in the browser does the same (`widgets/timeline/rows.js`).
    """
    ends: list[datetime | None] = [_LONG_AGO, _LONG_AGO]
    lanes: dict[str, int] = {}
    for life in sorted(lives, key=lambda life: life.began_at):
        turn = len(lanes) % 2
        free = [lane for lane, end in enumerate(ends) if end is not None and end <= life.began_at]
        lane = min(free, key=lambda lane: (lane != turn, lane), default=len(ends))
        ends[lane : lane + 1] = [life.ended_at]
        lanes[life.task.id] = lane
    return lanes


def _draw_life(axes: Axes, middle: float, life: Life, now: datetime, colour: str, height: float) -> None:
    for stay in life.stays:
        begin, end = _number(stay.since), _number(stay.until or now)
        hatch = look_of(stay.task, stay.node).hatch
        axes.barh(
            middle, end - begin, 0.95 * height, begin, color=colour, edgecolor="black", linewidth=0.7, hatch=hatch
        )
    if life.ended_at and life.task.state in ("failed", "rejected"):
        axes.plot(_number(life.ended_at), middle, marker="X", color="black", markersize=8, markeredgecolor="white")


def _draw_counts(axes: Axes, rows: Rows, now: datetime, colours: Mapping[str, str]) -> None:
    """For each row a stack of steps, one a service, as high as it has active tasks."""
    lives = [life for each in rows.values() for life in each]
    moments = sorted({now, *(life.began_at for life in lives), *(life.ended_at for life in lives if life.ended_at)})
    counts = [{service: _counts(found, service, moments) for service in colours} for found in rows.values()]
    highest = max(max(map(sum, zip(*each.values(), strict=True))) for each in counts)
    for row, each in enumerate(counts):
        base = [row - 0.45] * len(moments)
        for service, colour in colours.items():
            top = [low + 0.9 * number / highest for low, number in zip(base, each[service], strict=True)]
            times = [_number(moment) for moment in moments]
            axes.fill_between(times, base, top, step="post", facecolor=colour, edgecolor="black", linewidth=0.3)
            base = top


def _counts(lives: Sequence[Life], service: str, moments: Sequence[datetime]) -> list[int]:
    """How many of a service's tasks are active from each moment on."""
    change = dict.fromkeys(moments, 0)
    for life in lives:
        if life.task.service == service:
            change[life.began_at] += 1
            if life.ended_at:
                change[life.ended_at] -= 1
    return list(accumulate(change.values()))


def _draw_marks(axes: Axes, history: History, lives: Sequence[Life]) -> None:
    """Lines with the numbers that the table has; what is too close together shares a label."""
    begin = min((life.began_at for life in lives), default=history.now())
    closest = 0.02 * (history.now() - begin)
    groups: list[list[tuple[int, datetime]]] = []
    for number, mark in _numbered(history):
        if mark.at >= begin - closest:
            axes.axvline(_number(mark.at), color="black", linewidth=0.7, linestyle=":", zorder=0)
            if groups and mark.at - groups[-1][-1][1] < closest:
                groups[-1].append((number, mark.at))
            else:
                groups.append([(number, mark.at)])
    for group in groups:
        label = str(group[0][0]) if len(group) == 1 else f"{group[0][0]}-{group[-1][0]}"
        place = (_number(group[0][1]), 1.0)
        axes.annotate(label, place, xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=7.5)


def _legend(figure: Figure, lives: Sequence[Life], colours: Mapping[str, str], *, is_counted: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    services = {life.task.service for life in lives}
    handles: list[Any] = [
        Patch(facecolor=colour, edgecolor="black", label=name) for name, colour in colours.items() if name in services
    ]
    if not is_counted:
        seen = {look_of(stay.task, stay.node).meaning for life in lives for stay in life.stays}
        handles += [
            Patch(facecolor="white", edgecolor="black", hatch=look.hatch, label=f"{look.sign} {look.meaning}")
            for look in LOOKS
            if look.meaning in seen
        ]
        if any(life.task.state in ("failed", "rejected") for life in lives):
            handles.append(Line2D([], [], marker="X", color="black", linestyle="", label="failed or rejected"))
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=6, fontsize=8.5, frameon=False)
