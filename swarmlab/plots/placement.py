"""Which task is on which node."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from swarmlab.client.services import ServiceLife
from swarmlab.client.snapshots import NodeView, Snapshot, TaskView
from swarmlab.client.tables import natural
from swarmlab.looks import ENDED, LOOKS, Look, availability_badge, colours_of, look_of, role_badge, state_badge
from swarmlab.plots.picture import FEW_NODES, Swarm, look_at, printed, show

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NODES_A_ROW = 10
LEGEND_COLUMNS = 4
NO_NODE = "no node yet"


def plot_placement(swarm: Swarm, *services: str) -> None:
    """Show which tasks are on which node, as a picture and as a table; of all services unless some are named."""
    snapshot, known = look_at(swarm)
    show(draw_placement(snapshot, services, known=known), describe_placement(snapshot, services))
    sys.stdout.write(placement_table(snapshot, services) + "\n")


def placement_table(snapshot: Snapshot, services: Sequence[str] = ()) -> str:
    """Nodes with what is on each of them."""
    places = _places(snapshot, services)
    rows = [(_title(node), _status(node), str(len(tasks)), _task_list(tasks, node)) for node, tasks in places]
    return printed(("NODE", "STATUS", "TASKS", "WHICH"), rows)


def describe_placement(snapshot: Snapshot, services: Sequence[str] = ()) -> str:
    """The picture in words."""
    parts = [f"{_title(node)} ({_status(node)}) {len(tasks)}" for node, tasks in _places(snapshot, services)]
    return f"Tasks of {', '.join(services) or 'all services'} on each node: {', '.join(parts)}."


Places = list[tuple[NodeView | None, list[TaskView]]]


def _places(snapshot: Snapshot, services: Sequence[str]) -> Places:
    tasks = sorted(snapshot.current(services), key=lambda task: (natural(task.name), task.id))
    places: Places = [(node, [task for task in tasks if task.node_id == node.id]) for node in snapshot.nodes]
    known = {node.id for node in snapshot.nodes}
    nowhere = [task for task in tasks if task.node_id not in known]
    return [*places, (None, nowhere)] if nowhere else places


def _title(node: NodeView | None) -> str:
    if node is None:
        return NO_NODE
    return f"{node.label} *" if node.is_leader else node.label


def _status(node: NodeView | None) -> str:
    if node is None:
        return "waiting"
    role = "leader" if node.is_leader else node.role
    parts = [node.state, role] if node.availability == "active" else [node.state, node.availability, role]
    return " ".join(parts)


def _task_list(tasks: list[TaskView], node: NodeView | None) -> str:
    """`helloworld.1,3 running, helloworld.4 on its way`."""
    slots: dict[tuple[str, str], list[str]] = {}
    for task in tasks:
        slots.setdefault((task.service, look_of(task, node).meaning), []).append(str(task.slot or ""))
    return ", ".join(
        f"{service}.{','.join(found)}".rstrip(".,") + f" {state}" for (service, state), found in slots.items()
    )


def draw_placement(snapshot: Snapshot, services: Sequence[str] = (), *, known: Iterable[ServiceLife] = ()) -> Figure:
    """Nodes side by side, ten in a row, each task a cell with its slot and state.

    Args:
        snapshot: the swarm.
        services: show only these.
        known: services that are gone, too: the others keep their colours.
    """
    from matplotlib.figure import Figure

    places = _places(snapshot, services)
    colours = colours_of(snapshot, known)
    rows = [places[start : start + NODES_A_ROW] for start in range(0, len(places), NODES_A_ROW)] or [[]]
    columns = max(len(rows[0]), 3)
    is_wide = columns <= FEW_NODES
    heights = [max((_cell_rows(tasks, is_wide) for _, tasks in row), default=1) for row in rows]
    figure = Figure(figsize=(max(7.0, 1.25 * columns), 1.3 + sum(0.36 * max(height, 2) + 0.75 for height in heights)))
    axes = figure.subplots(len(rows), 1, squeeze=False, height_ratios=[max(height, 2) + 2 for height in heights])
    for panel, row, height in zip(axes[:, 0], rows, heights, strict=True):
        _draw_row(panel, row, colours, columns=columns, height=max(height, 2), is_wide=is_wide)
    figure.suptitle(f"Placement of {', '.join(services) or 'all services'}", fontsize=12)
    _legend(figure, places, colours)
    return figure


def _cell_rows(tasks: list[TaskView], is_wide: bool) -> int:
    across = 3 if is_wide else 2
    return -(-len(tasks) // across)


def _draw_row(axes: Axes, row: Places, colours: Mapping[str, str], *, columns: int, height: int, is_wide: bool) -> None:
    axes.set_xlim(0, columns)
    axes.set_ylim(height + 0.05, -1.75)
    axes.axis("off")
    for number, (node, tasks) in enumerate(row):
        _draw_node(axes, number, node, height, is_wide=is_wide)
        across = 3 if is_wide else 2
        for place, task in enumerate(tasks):
            box = (number + 0.06 + place % across * 0.88 / across, place // across, 0.88 / across, 1.0)
            _draw_task(axes, box, task, look_of(task, node), colours[task.service])


def _draw_node(axes: Axes, number: int, node: NodeView | None, height: int, *, is_wide: bool) -> None:
    from matplotlib.patches import Rectangle

    is_down = node is not None and node.state == "down"
    takes_none = node is None or node.availability != "active"
    frame = Rectangle(
        (number + 0.03, -1.7),
        0.94,
        height + 1.73,
        facecolor="#EEEEEE" if is_down or takes_none else "white",
        edgecolor="black" if not is_down else "#D55E00",
        linestyle="--" if is_down or takes_none else "-",
        linewidth=2.0 if node is not None and node.is_leader else 1.0,
    )
    axes.add_patch(frame)
    size = 9.5 if is_wide else 7.0
    name = NO_NODE if node is None else node.label
    axes.text(number + 0.5, -1.25, _fitted(name, is_wide), ha="center", va="center", fontsize=size, weight="bold")
    axes.text(number + 0.5, -0.5, _badge(node), ha="center", va="center", fontsize=size - 1.0)


def _fitted(name: str, is_wide: bool) -> str:
    return name if is_wide or len(name) <= 17 else f"…{name[-16:]}"


def _badge(node: NodeView | None) -> str:
    if node is None:
        return "? waiting"
    if node.state != "ready":
        return f"{state_badge(node)} · {role_badge(node)}"
    return role_badge(node) if node.availability == "active" else f"{availability_badge(node)} · {role_badge(node)}"


def _draw_task(axes: Axes, box: tuple[float, float, float, float], task: TaskView, look: Look, colour: str) -> None:
    from matplotlib.patches import Rectangle

    left, top, width, height = box
    cell = Rectangle(
        (left + 0.012, top + 0.06),
        width - 0.024,
        height - 0.12,
        facecolor=colour if look is not ENDED else "white",
        edgecolor="black",
        hatch=look.hatch,
        linewidth=0.7,
    )
    axes.add_patch(cell)
    slot = "" if task.slot is None else str(task.slot)
    label = axes.text(
        left + width / 2, top + 0.5, f"{slot} {look.sign}".strip(), ha="center", va="center", fontsize=8.0
    )
    if look.hatch:
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})


def _legend(figure: Figure, places: Places, colours: Mapping[str, str]) -> None:
    from matplotlib.patches import Patch

    drawn = [(task, look_of(task, node)) for node, tasks in places for task in tasks]
    services = [name for name in colours if name in {task.service for task, _ in drawn}]
    handles = [Patch(facecolor=colours[name], edgecolor="black", label=name) for name in services]
    for look in LOOKS:
        if any(look is seen for _, seen in drawn):
            patch = Patch(facecolor="white", edgecolor="black", hatch=look.hatch, label=f"{look.sign} {look.meaning}")
            handles.append(patch)
    if handles:
        figure.legend(handles=handles, loc="lower center", ncols=LEGEND_COLUMNS, fontsize=8.5, frameon=False)
    figure.subplots_adjust(left=0.01, right=0.99, top=1 - 0.45 / figure.get_figheight(), hspace=0.05)
    lines = -(-len(handles) // LEGEND_COLUMNS)
    figure.subplots_adjust(bottom=(0.15 + 0.25 * lines) / figure.get_figheight())
