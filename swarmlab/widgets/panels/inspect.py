"""The inspect panel: what docker knows of a thing, as a tree and as raw JSON, and what each field means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ipywidgets import Dropdown, Widget
from traitlets import List, Unicode

from swarmlab.client.cluster import Cluster
from swarmlab.client.tables import short_id
from swarmlab.client.watch import Watcher
from swarmlab.commands import Command, Inspect, NodeInspect, ServiceInspect
from swarmlab.widgets.element import Element
from swarmlab.widgets.glossary import KINDS, meaning_of
from swarmlab.widgets.panel import Options, Panel, row, set_options
from swarmlab.widgets.turns import Choice
from swarmlab.widgets.work import NotPossible

_HERE = Path(__file__).parent


class Tree(Element):
    """A JSON document twice, side by side: as a tree that opens and closes, and as text.

    Attributes:
        text: the document, as docker prints it.
        chosen: path of the field that was clicked: `["Spec", "Mode"]`.
        meaning: what it means.
    """

    _esm = _HERE / "inspect.js"
    _css = _HERE / "inspect.css"

    text = Unicode().tag(sync=True)
    chosen = List(Unicode()).tag(sync=True)
    meaning = Unicode().tag(sync=True)


class InspectPanel(Panel):
    """`lab.panels.inspect("service", "helloworld")`.

    Args:
        cluster: where its commands go.
        watcher: tells it what the cluster is like.
        kind: node, service or task.
        name: of the thing that is shown at once; may be left out.
    """

    title = "inspect"
    card_rows = 0
    says = "docker node inspect, docker service inspect, docker inspect of a task; what each field means"

    def __init__(self, cluster: Cluster, watcher: Watcher, kind: str = "service", name: str | None = None) -> None:
        if kind not in KINDS:
            raise ValueError(f"no kind {kind!r} to inspect; there are {', '.join(KINDS)}")
        self._first = kind
        self._wanted = name
        super().__init__(cluster, watcher)

    def parts(self) -> Sequence[Widget]:
        """See Panel."""
        self.kind = Dropdown(options=KINDS, value=self._first, description="kind", tooltip="What to inspect")
        self.name = Choice(options=[], description="name", tooltip="Which one")
        self.tree = Tree()
        self.tree.observe(self.guarded(lambda _: self._explain()), "chosen")
        self.kind.observe(self.guarded(lambda _: self._show_names()), "value")
        self.observed(self.kind, self.name)
        self.button = self.command_button("inspect", self.command, show=self._show)
        return (row(self.kind, self.name, self.button), self.tree)

    def command(self) -> Command:
        """The command as the form has it.

        Raises:
            NotPossible: there is nothing of that kind.
        """
        name = self.name.value
        if name is None:
            raise NotPossible(f"there is no {self.kind.value} to inspect")
        match self.kind.value:
            case "node":
                return NodeInspect(nodes=(name,))
            case "service":
                return ServiceInspect(services=(name,))
            case _:
                return Inspect(type="task", names=(name,))

    def look(self) -> None:
        """See Panel."""
        self._show_names()

    def _show_names(self) -> None:
        options = self._names()
        set_options(self.name, options)
        for label, value in options:
            if self._wanted in (label, value, label.partition(" ")[0]):
                self.name.value, self._wanted = value, None
                self.button.click()
                return

    def _names(self) -> Options:
        match self.kind.value:
            case "node":
                return [(each.label, each.name if each.label == each.name else each.id) for each in self.snapshot.nodes]
            case "service":
                return [(each.name, each.name) for each in self.snapshot.services]
            case _:
                return [(f"{each.name} {short_id(each.id)}", each.id) for each in self.snapshot.tasks]

    def _show(self, text: str) -> None:
        self.tree.text = text
        self.tree.chosen = []

    def _explain(self) -> None:
        self.tree.meaning = meaning_of(self.kind.value, self.tree.chosen) if self.tree.chosen else ""
