"""How many tasks ran on each node before and after an action."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from swarmlab.client.snapshots import Snapshot
from swarmlab.client.tables import natural
from swarmlab.looks import PALETTE
from swarmlab.plots.picture import FEW_NODES, Swarm, printed, show

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_balance(before: Snapshot, after: Snapshot | Swarm, *services: str) -> None:
    """Show how many tasks ran on each node before and after, as a picture and as a table.

    Args:
        before: what `lab.snapshot()` gave before the action.
        after: a snapshot, or the lab as it is now.
        services: count only these.
    """
    later = after if isinstance(after, Snapshot) else after.snapshot()
    show(draw_balance(before, later, services), describe_balance(before, later, services))
    sys.stdout.write(balance_table(before, later, services) + "\n")


def balance_table(before: Snapshot, after: Snapshot, services: Sequence[str] = ()) -> str:
    """Running tasks on each node, before and after."""
    rows = [(name, str(old), str(new), f"{new - old:+d}") for name, old, new in _balance(before, after, services)]
    return printed(("NODE", "BEFORE", "AFTER", "CHANGE"), rows)


def describe_balance(before: Snapshot, after: Snapshot, services: Sequence[str] = ()) -> str:
    """The picture in words."""
    parts = [f"{name} {old} then {new}" for name, old, new in _balance(before, after, services)]
    return f"Running tasks of {', '.join(services) or 'all services'} before and after: {', '.join(parts)}."


def _balance(before: Snapshot, after: Snapshot, services: Sequence[str]) -> list[tuple[str, int, int]]:
    names = {node.id: node.label for node in (*after.nodes, *before.nodes)}
    old, new = before.counts(services), after.counts(services)
    ordered = sorted(names, key=lambda node_id: natural(names[node_id]))
    return [(names[node_id], old.get(node_id, 0), new.get(node_id, 0)) for node_id in ordered]


def draw_balance(before: Snapshot, after: Snapshot, services: Sequence[str] = ()) -> Figure:
    """Two bars a node: running tasks before and after."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    found = _balance(before, after, services)
    figure = Figure(figsize=(max(6.0, 0.42 * len(found) + 1.5), 3.6), layout="constrained")
    axes = figure.subplots()
    for shift, label, counts, look in (
        (-0.2, "before", [old for _, old, _ in found], {"facecolor": "#DDDDDD", "hatch": "//"}),
        (+0.2, "after", [new for _, _, new in found], {"facecolor": PALETTE[0]}),
    ):
        bars = axes.bar(
            [x + shift for x in range(len(found))], counts, 0.4, label=label, edgecolor="black", **_any(look)
        )
        axes.bar_label(bars, fontsize=8)
    is_crowded = len(found) > FEW_NODES
    axes.set_xticks(range(len(found)), [name for name, _, _ in found], rotation=90 if is_crowded else 0)
    axes.set_ylabel("running tasks")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.margins(y=0.15)
    axes.set_title(f"Running tasks of {', '.join(services) or 'all services'} on each node", fontsize=11)
    figure.legend(frameon=False, ncols=2, loc="outside lower right")
    return figure


def _any(options: Mapping[str, str]) -> Mapping[str, Any]:
    return options
