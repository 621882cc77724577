"""The faults' panel: breaking a lab on purpose, and mending it.

These are no docker commands: each is a call of the lab, which is shown. Where the lab may not do it, the refusal says
what to type by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from ipywidgets import HTML, Combobox, Dropdown, Widget

from swarmlab.client.cluster import Node
from swarmlab.client.protocols import PORTS, WALLS, wall_name
from swarmlab.client.snapshots import TaskView
from swarmlab.client.tables import short_id
from swarmlab.widgets.panel import Act, Panel, heading, row, set_options, table
from swarmlab.widgets.turns import Choice
from swarmlab.widgets.work import NotPossible

NODE_VERBS = ("stop", "start", "disconnect", "reconnect", "move_outside", "move_inside")


class Place(NamedTuple):
    """A container, and the machine that it is on."""

    host: str
    container: str


class FaultsPanel(Panel):
    """`lab.panels.faults()`."""

    title = "faults"
    card_rows = 3
    says = "stop or start an engine, cut a node off, move it outside, block a port, kill a task, heal all"

    def parts(self) -> Sequence[Widget]:
        """See Panel."""
        self.broken = HTML()
        names = [node.name for node in self.cluster]
        self.node = Dropdown(options=names, description="node", tooltip="What is broken or mended")
        self.port = Combobox(
            value=PORTS[0], options=list(PORTS), description="port", tooltip="Of the chosen node, as 7946/udp"
        )
        self.wall = Dropdown(
            options=[(wall_name(wall), wall) for wall in WALLS],
            description="at its",
            tooltip="On the host itself, or in the cloud in front of it",
        )
        self.task = Choice(options=[], description="task", tooltip="Whose container is killed or lost")
        self.observed(self.node, self.port, self.wall, self.task)
        return (
            self.broken,
            row(self.call_button("heal all", lambda: "lab.heal()", lambda: self.cluster.heal)),
            heading("a node", 5),
            row(self.node, *map(self._on_node, NODE_VERBS)),
            heading("a port of this node", 5),
            row(self.port, self.wall, *map(self._on_port, ("block", "open"))),
            heading("a task", 5),
            row(self.task, self._on_task("kill"), self._on_task("lose_container")),
        )

    def look(self) -> None:
        """See Panel."""
        faults = self.sight.faults
        self.broken.value = table(
            "" if faults else "Nothing is broken on purpose just now.",
            ("NODE", "WHAT IS BROKEN"),
            [(fault.node, str(fault)) for fault in faults],
        )
        running = [task for task in self.snapshot.tasks if task.container_id and task.state == "running"]
        set_options(self.task, [(self._name(task), place) for task in running if (place := self._place(task))])

    def _on_node(self, verb: str) -> Widget:
        """`stop` and the like."""
        return self.call_button(
            f"{verb} engine" if verb in ("stop", "start") else verb.replace("_", " "),
            lambda: f"{self._lab_node}.{verb}()",
            lambda: getattr(self._node, verb),
        )

    def _on_port(self, verb: str) -> Widget:
        """`block` or `open`."""
        return self.call_button(
            f"{verb} port",
            lambda: f"{self._lab_node}.{verb}({self._port!r}, at={self.wall.value!r})",
            lambda: partial(getattr(self._node, verb), self._port, at=self.wall.value),
        )

    def _on_task(self, verb: str) -> Widget:
        """`kill` or `lose_container`."""

        def choose() -> Act:
            place = self._chosen_task
            return partial(getattr(self.cluster[place.host], verb), place.container)

        return self.call_button(
            verb.replace("_", " ").replace("kill", "kill task"),
            lambda: f"lab[{self._chosen_task.host!r}].{verb}({short_id(self._chosen_task.container)!r})",
            choose,
        )

    def _name(self, task: TaskView) -> str:
        node = self.snapshot.node(task.node_id)
        return f"{task.name}.{short_id(task.id)} on {node.label if node else task.node_id}"

    def _place(self, task: TaskView) -> Place | None:
        node = self.snapshot.node(task.node_id)
        here = node is not None and node.name in [each.name for each in self.cluster]
        return Place(node.name, task.container_id) if node and here else None

    @property
    def _node(self) -> Node:
        return self.cluster[self.node.value]

    @property
    def _lab_node(self) -> str:
        return f"lab[{self.node.value!r}]"

    @property
    def _port(self) -> str:
        """The port as it is typed.

        Raises:
            NotPossible: it is none.
        """
        typed: str = self.port.value.strip()
        number, _, protocol = typed.partition("/")
        if not (number.isdecimal() and 0 < int(number) < 65536 and protocol in ("tcp", "udp")):
            raise NotPossible(f"{typed or 'nothing'} is no port: type it as 2377/tcp or 7946/udp")
        return typed

    @property
    def _chosen_task(self) -> Place:
        place: Place | None = self.task.value
        if place is None:
            raise NotPossible("no task runs on a machine of this lab: create a service first")
        return place
