"""What all panels share: a frame, buttons that are commands, an error boundary round every callback, refreshing.

Owns the life of one panel. What it asks and does is told by each panel of swarmlab.widgets.panels.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from html import escape
from typing import Any, ClassVar

from ipywidgets import HTML, Box, Button, Checkbox, Dropdown, VBox, Widget

from swarmlab.client import secrets
from swarmlab.client.cluster import Cluster
from swarmlab.commands import Command, DockerError
from swarmlab.widgets.card import CommandCard
from swarmlab.widgets.work import WAIT_S, NotPossible, Prepare, Work

Build = Callable[[], Command]
Options = Sequence[tuple[str, Any]]


class CommandButton(Button):
    """A button that is a command: its tooltip is the command line, as long as the form makes sense."""

    def __init__(self, description: str, build: Build, **traits: Any) -> None:
        super().__init__(description=description, **traits)
        self.build = build
        self.refresh()

    def refresh(self) -> None:
        """Show the command that pressing would send now, or why it would not."""
        try:
            self.tooltip = secrets.masked(str(self.build()))
        except (DockerError, NotPossible) as error:
            self.tooltip = str(error).partition("\n")[0]


class Panel(VBox):
    """One panel; what it has running ends with `end`.

    Attributes:
        title: its heading.
        says: what stands in a notebook where no widgets are shown: the commands that it has.
    """

    title: ClassVar[str]
    says: ClassVar[str]

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.card = CommandCard()
        self.asks_for_secrets = Checkbox(
            description="show join tokens and unlock keys",
            tooltip="They open the real swarm, and stay in a notebook that is saved",
            indent=False,
        )
        self.work = Work(cluster, self.card, shown=self.shown, after=self.refresh)
        self._buttons: list[CommandButton] = []
        self._lock = threading.RLock()
        self._refreshed_by: int | None = None
        parts = [heading(self.title), *self.parts(), self.card]
        super().__init__(children=parts, _dom_classes=("swarmlab-panel",))
        self.guarded(self.refresh)()

    def __repr__(self) -> str:
        return f"<Panel {self.title}: {self.says}>"

    def parts(self) -> Sequence[Widget]:
        """Everything between the heading and the card."""
        raise NotImplementedError

    def look(self) -> None:
        """Read the cluster and show it; called again whenever it may have changed, from any thread."""

    def refresh(self) -> None:
        """Look at the cluster anew; nothing that is set meanwhile counts as chosen by the learner."""
        with self._lock:
            self._refreshed_by = threading.get_ident()
            try:
                self.look()
            finally:
                self._refreshed_by = None
        self.retell()

    @property
    def is_refreshing(self) -> bool:
        """Whether a change that is seen now comes from `refresh`, not from the learner."""
        return self._refreshed_by == threading.get_ident()

    def retell(self, _change: object = None) -> None:
        """Tell on every button what it would do now."""
        for button in self._buttons:
            button.refresh()

    def shown(self, text: str) -> str:
        """What may be seen of a text."""
        return secrets.shown(text, self.cluster.backend, asked=bool(self.asks_for_secrets.value))

    def secrets_switch(self) -> Sequence[Widget]:
        """The switch that shows secrets, where some are hidden."""
        return () if secrets.is_simulated(self.cluster.backend) else (self.asks_for_secrets,)

    def command_button(
        self,
        description: str,
        build: Build,
        *,
        node: Callable[[], str | None] = lambda: None,
        complete: Prepare | None = None,
    ) -> CommandButton:
        """A button that sends a command.

        Args:
            description: its label.
            build: the command as the form has it now; may refuse.
            node: where it is sent; whichever manager answers when it says None.
            complete: makes the command that is sent, where something has to be asked for first.
        """
        button = CommandButton(description, build)
        button.on_click(self.guarded(lambda _: self.work.command(build(), node(), complete=complete)))
        self._buttons.append(button)
        return button

    def call_button(self, description: str, text: Callable[[], str], act: Callable[[], str]) -> Button:
        """A button for what is no docker command; `text` is its Python."""
        button = Button(description=description, tooltip=description)
        button.on_click(self.guarded(lambda _: self.work.call(text(), act)))
        return button

    def guarded(self, act: Callable[..., None]) -> Callable[..., None]:
        """The error boundary of a callback: what goes wrong is shown on the card, and raised by `wait`."""

        def guarded(*given: Any) -> None:
            try:
                act(*given)
            except Exception as error:
                self.work.refuse(error)

        return guarded

    def observed(self, *fields: Widget) -> None:
        """Let the buttons follow these fields."""
        for field in fields:
            field.observe(self.guarded(self.retell), "value")

    def wait(self, timeout_s: float = WAIT_S) -> None:
        """Wait until what was pressed has ended, at most `timeout_s` wall seconds; raises what the card shows."""
        self.work.wait(timeout_s)

    def end(self) -> None:
        """End what runs, and take the panel off the page."""
        self.work.close()
        for widget in _all_of(self):
            widget.close()


def heading(text: str, level: int = 4) -> HTML:
    """A heading inside a panel."""
    return HTML(f"<h{level}>{escape(text)}</h{level}>")


def row(*widgets: Widget) -> Box:
    """Widgets side by side, as far as they fit."""
    return Box(widgets, _dom_classes=("swarmlab-row",))


def table(caption: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table with headers for columns and rows."""
    head = "".join(f'<th scope="col">{escape(header)}</th>' for header in headers)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in rows
    )
    return (
        f'<table class="swarmlab-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def set_options(field: Dropdown, options: Options) -> None:
    """Give a field other options; what is chosen stays chosen as long as it is there."""
    if tuple(field.options) == tuple(options):
        return
    chosen = field.value
    with field.hold_sync():
        field.options = tuple(options)
        if chosen in [value for _, value in options]:
            field.value = chosen


def _all_of(widget: Widget) -> list[Widget]:
    """A widget and all in it, inner ones first."""
    return [each for child in getattr(widget, "children", ()) for each in _all_of(child)] + [widget]
