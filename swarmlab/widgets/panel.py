"""What all panels share: a frame, buttons that are commands, an error boundary round every callback, refreshing.

Owns the life of one panel. What it asks and does is told by each panel of swarmlab.widgets.panels. Its callbacks and
its refreshing, on whichever thread, come in turn (swarmlab.widgets.turns).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, ClassVar

from ipywidgets import HTML, Box, Button, Checkbox, VBox, Widget

from swarmlab.client import secrets
from swarmlab.client.cluster import Cluster
from swarmlab.client.snapshots import Snapshot
from swarmlab.client.watch import Sight, Watcher
from swarmlab.commands import Command, DockerError
from swarmlab.widgets.card import ROWS, CommandCard
from swarmlab.widgets.closing import close_all
from swarmlab.widgets.keys import OwnKeys
from swarmlab.widgets.live import trouble
from swarmlab.widgets.turns import TURN, Choice
from swarmlab.widgets.work import WAIT_S, NotPossible, Prepare, Work

Build = Callable[[], Command]
Act = Callable[[], str | None]
Options = Sequence[tuple[str, Any]]
MOST = 500
"""So many things can be chosen from at once; more would be slow, and nobody reads them."""


class Preview(HTML):
    """A command as a form has it now, or why it would be refused."""

    def __init__(self) -> None:
        super().__init__(_dom_classes=("swarmlab-preview",))

    def tell(self, command: str) -> None:
        """Show a command line."""
        self.value = f"<code>{escape(command)}</code>"

    def refuse(self, reason: str) -> None:
        """Show why there is none."""
        self.value = f'<code class="refused" role="alert">✗ {escape(reason)}</code>'


class CommandButton(Button):
    """A button that is a command: its tooltip is the command line, as long as the form makes sense.

    Args:
        description: its label.
        build: what pressing would send now; may refuse.
        preview: shows the same.
    """

    def __init__(self, description: str, build: Callable[[], object], preview: Preview | None = None) -> None:
        super().__init__(description=description)
        self.build = build
        self.preview = preview
        self.refresh()

    def refresh(self) -> None:
        """Show the command that pressing would send now, or why it would not."""
        try:
            self.tooltip = secrets.masked(str(self.build()))
            if self.preview:
                self.preview.tell(self.tooltip)
        except (DockerError, NotPossible) as error:
            self.tooltip = str(error).partition("\n\n")[0]  # usage is for those who type
            if self.preview:
                self.preview.refuse(self.tooltip)


class Panel(VBox):
    """One panel; what it has running ends with `end`.

    Args:
        cluster: where its commands go.
        watcher: tells it what the cluster is like.

    Attributes:
        title: its heading.
        says: what stands in a notebook where no widgets are shown: the commands that it has.
        card_rows: lines of a result that are seen at once.
    """

    title: ClassVar[str]
    says: ClassVar[str]
    card_rows: ClassVar[int] = ROWS

    def __init__(self, cluster: Cluster, watcher: Watcher) -> None:
        self.cluster = cluster
        self.sight = Sight()
        self.card = CommandCard(rows=self.card_rows)
        self.show_secrets = Checkbox(
            cluster.show_secrets,
            description="show join tokens and unlock keys",
            tooltip="As lab.show_secrets does. They open the real swarm, and stay in a notebook that is saved",
            indent=False,
        )
        self.show_secrets.observe(lambda change: setattr(cluster, "show_secrets", change["new"]), "value")
        self.work = Work(cluster, self.card, shown=self.shown, after=self._after)
        self._watcher = watcher
        self._buttons: list[CommandButton] = []
        self._is_quiet = False
        self._is_ended = False
        self.heading = HTML(_titled(self.title), _dom_classes=("swarmlab-heading",))
        self._parts = [self.heading, *self.parts(), self.card, OwnKeys()]
        super().__init__(children=self._parts, _dom_classes=("swarmlab-panel",))
        self._forget_secrets = cluster.follow_secrets(self._follow_secrets)
        self._unsubscribe = watcher.subscribe(self.see)

    def __repr__(self) -> str:
        return f"<Panel {self.title}: {self.says}>"

    @abstractmethod
    def parts(self) -> Sequence[Widget]:
        """Everything between the heading and the card."""

    def look(self) -> None:
        """Show `sight`, which has changed; called by the Watcher's thread."""

    def see(self, sight: Sight) -> None:
        """Show what the Watcher sees."""
        with TURN:
            if self._is_ended:
                return
            self.sight = sight
            self._tell_trouble()
            try:
                with self.quietly():
                    self.look()
                    self.retell()
            except Exception as error:  # the Watcher has others to tell
                self.work.refuse(error)

    def _tell_trouble(self) -> None:
        """Say beside the heading why what is shown is not of now, and the way back."""
        lost = trouble(self.sight, "panel", "its cell")
        alert = f'<p role="alert">▲ {escape(lost[0])}: {escape(lost[1])}</p>' if lost else ""
        self.heading.value = _titled(self.title) + alert

    def ended(self) -> None:
        """Something that the panel did is over; called by the thread that it ran on."""
        self._watcher.look_soon()

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Fields that are set here were not set by the learner."""
        with TURN:
            before, self._is_quiet = self._is_quiet, True
            try:
                yield
            finally:
                self._is_quiet = before

    @property
    def snapshot(self) -> Snapshot:
        """The swarm as it was last seen; empty where there is none."""
        return self.sight.snapshot or Snapshot(nodes=(), services=(), tasks=())

    @property
    def is_quiet(self) -> bool:
        """Whether a change that is seen now was not made by the learner."""
        return self._is_quiet

    def retell(self, _change: object = None) -> None:
        """Tell on every button what it would do now."""
        for button in self._buttons:
            button.refresh()

    def shown(self, text: str) -> str:
        """What may be seen of a text."""
        return secrets.shown(text, self.cluster.backend, asked=self.cluster.show_secrets)

    def secrets_switch(self) -> Sequence[Widget]:
        """The switch that shows secrets, where some are hidden."""
        return () if secrets.is_simulated(self.cluster.backend) else (self.show_secrets,)

    def command_button(
        self,
        description: str,
        build: Build,
        *,
        node: Callable[[], str | None] = lambda: None,
        complete: Prepare | None = None,
        show: Callable[[str], None] | None = None,
        preview: Preview | None = None,
    ) -> CommandButton:
        """A button that sends a command.

        Args:
            description: its label.
            build: the command as the form has it now; may refuse.
            node: where it is sent; whichever manager answers when it says None.
            complete: makes the command that is sent, where something has to be asked for first.
            show: where its screen goes instead of to the card.
            preview: shows the command before it is sent.
        """
        button = CommandButton(description, build, preview)
        button.on_click(self.guarded(lambda _: self.work.command(build(), node(), complete=complete, show=show)))
        self._buttons.append(button)
        return button

    def call_button(self, description: str, text: Callable[[], str], choose: Callable[[], Act]) -> CommandButton:
        """A button for what is no docker command.

        Args:
            description: its label.
            text: its Python, as the fields are now; may refuse.
            choose: what it does, as the fields are now; what that returns is shown.
        """
        button = CommandButton(description, text)
        button.on_click(self.guarded(lambda _: self.work.call(text(), choose())))
        self._buttons.append(button)
        return button

    def guarded(self, act: Callable[..., None]) -> Callable[..., None]:
        """The error boundary of a callback: what goes wrong is shown on the card, and raised by `wait`."""

        def guarded(*given: Any) -> None:
            with TURN:
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

    def end(self, last_words: str = "") -> None:
        """End what runs, and take the panel off the page; `last_words` stay in its place."""
        self._unsubscribe()
        self._forget_secrets()
        self.work.close()
        with TURN:
            self._is_ended = True
            self.children = [HTML(escape(last_words))] if last_words else []
            close_all(*self._parts, self.show_secrets, *(() if last_words else (self,)))

    def _after(self) -> None:
        with TURN:
            self.ended()

    def _follow_secrets(self) -> None:
        self.show_secrets.value = self.cluster.show_secrets


def heading(text: str, level: int) -> HTML:
    """A heading inside a panel."""
    return HTML(_titled(text, level))


def _titled(text: str, level: int = 4) -> str:
    return f"<h{level}>{escape(text)}</h{level}>"


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


def set_options(field: Choice, options: Options) -> None:
    """Give a field other options; what is chosen stays chosen as long as it is there, else the first is."""
    options = options[:MOST]
    values = [value for _, value in options]
    with TURN, field.hold_sync():
        if tuple(field.options) == tuple(options):
            return
        chosen = field.value if field.value in values else next(iter(values), None)
        field.index = None  # else the widget would choose the first meanwhile
        field.options = tuple(options)
        field.value = chosen
