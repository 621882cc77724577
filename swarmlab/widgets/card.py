"""The card of one command: what docker calls it, what the docker SDK calls it, and what it printed.

Owns what is shown, and nothing that is done: a panel fills it in, from whichever thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from traitlets import Dict, Enum, Int, List, Unicode

from swarmlab.commands import Command
from swarmlab.widgets.element import Element

_HERE = Path(__file__).parent
STATES = ("idle", "running", "done", "failed", "cancelled")
DOCKER = "docker"
SDK = "docker SDK"
LAB = "swarmlab"
ROWS = 11


class CommandCard(Element):
    """One command and its result; `state` says how far it is.

    Attributes:
        lines: `{"label": …, "text": …}` for each way to write it.
        node: where it is sent; empty where that goes without saying.
        result: a terminal's screen.
        advice: one line of what to do next.
        rows: how many lines of the result are seen at once; 0 where it is shown elsewhere.
    """

    _esm = _HERE / "card.js"
    _css = _HERE / "card.css"

    lines = List(Dict()).tag(sync=True)
    node = Unicode().tag(sync=True)
    state = Enum(STATES, "idle").tag(sync=True)
    result = Unicode().tag(sync=True)
    advice = Unicode().tag(sync=True)
    rows = Int(ROWS).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._cancel: Callable[[], None] = lambda: None
        self.on_msg(self._hear)

    def __repr__(self) -> str:
        return f"<CommandCard {' | '.join(line['text'] for line in self.lines) or 'empty'}>"

    def on_cancel(self, cancel: Callable[[], None]) -> None:
        """What the Cancel button does."""
        self._cancel = cancel

    def cancel(self) -> None:
        """Press Cancel."""
        if self.state == "running":
            self._cancel()

    def begin(self, lines: list[dict[str, str]], node: str = "") -> None:
        """Show a command that has just been sent."""
        with self.hold_sync():
            self.lines, self.node, self.state = lines, node, "running"
            self.result, self.advice = "", ""

    def end(self, state: str, result: str, advice: str = "") -> None:
        """Show how it ended."""
        with self.hold_sync():
            self.state, self.result, self.advice = state, result, advice

    def _hear(self, _widget: object, content: Any, _buffers: object) -> None:
        if content == {"type": "cancel"}:
            self.cancel()


def lines_of(command: Command, shown: Callable[[str], str] = str) -> list[dict[str, str]]:
    """A command in both its forms; `shown` may hide a part of it."""
    return [{"label": DOCKER, "text": shown(str(command))}, {"label": SDK, "text": shown(command.sdk())}]
