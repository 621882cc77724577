"""Timeline: what happened when and why, live, and back to any moment.

Owns what is sent to the browser, and the widget's life: one at a time in a process, until its lab ends or another one
takes its place. It is told by the Watcher, on the Watcher's thread, and starts none of its own. What it answers, it
answers from what was seen and heard: it asks no engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar, Protocol

from anywidget import AnyWidget
from IPython.display import display
from traitlets import Any as Anything
from traitlets import Float, Unicode, observe

from swarmlab.client.cluster import NoManager
from swarmlab.client.history import History
from swarmlab.client.protocols import Clock
from swarmlab.client.reasons import explain
from swarmlab.client.snapshots import Snapshot
from swarmlab.client.watch import Sight, Watcher
from swarmlab.plots import events_table, timeline_table
from swarmlab.widgets.timeline.content import (
    ShownLife,
    milliseconds,
    moment_of,
    newest,
    shown_colours,
    shown_lives,
    shown_looks,
    shown_marks,
)

LAB_ENDED = "This lab has ended: Lab.start() starts another."
_HERE = Path(__file__).parent


class ShowsMoments(Protocol):
    """A board."""

    def show_moment(self, snapshot: Snapshot, at: datetime) -> None:
        """Show how it was, until `show_now`."""
        ...

    def show_now(self) -> None:
        """Show the present again."""
        ...


class Past(Protocol):
    """Whose time line it is: a Lab."""

    @property
    def clock(self) -> Clock:
        """The lab's time."""
        ...

    @property
    def watcher(self) -> Watcher:
        """Who tells of changes."""
        ...

    @property
    def history(self) -> History:
        """What was seen."""
        ...

    def recall(self) -> History:
        """What a text may tell."""
        ...


class Timeline(AnyWidget):
    """Lives of tasks, events and faults.

    The browser is sent all of it once, then what changes: `_all` is made when somebody asks for it, and messages
    `{"number", "changes"}` follow it, each number one higher than the one before.

    Attributes:
        moment: which past moment is shown, in milliseconds since the epoch; None for the present. May be set.
        chosen: the slot (`helloworld.3`) or the task's id that is asked about. May be set.
        why: the answer: why it was where it was at that moment.

    Args:
        lab: whose past it is.
        board: the board that shows the same moment, if there is one.
    """

    _esm = "\n".join(path.read_text() for path in sorted(_HERE.glob("*.js")))
    _css = _HERE / "timeline.css"
    _all = Anything().tag(sync=True, to_json=lambda _, timeline: timeline.whole())
    moment = Float(None, allow_none=True).tag(sync=True)
    chosen = Unicode().tag(sync=True)
    why = Unicode().tag(sync=True)

    _shown: ClassVar[Timeline | None] = None

    def __init__(self, lab: Past, board: Callable[[], ShowsMoments | None] = lambda: None) -> None:
        if Timeline._shown is not None:
            Timeline._shown.close()
        self._lab = lab
        self._board = board
        self._lock = RLock()
        self._ended = ""
        self._number = 0
        self._known = 0
        self._lives: dict[str, ShownLife] = {}
        self._parts: dict[str, Any] = {}
        self._time: dict[str, Any] = {}
        self._unsubscribe: Callable[[], None] = lambda: None
        self._history = lab.history
        self._update(is_sent=False)
        super().__init__()
        Timeline._shown = self
        self.on_msg(self._hear)
        self._unsubscribe = lab.watcher.subscribe(self._see)

    def __repr__(self) -> str:
        return "<Timeline>"

    def _ipython_display_(self) -> None:
        """Show the time line, and what it shows as tables for those who only read."""
        show: Any = display
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        show({"text/plain": repr(self), "application/vnd.jupyter.widget-view+json": view}, raw=True)
        sys.stdout.write(self.table() + "\n")

    def table(self) -> str:
        """What the time line shows, as text."""
        try:
            history = self._lab.recall()
        except NoManager as error:
            return str(error)
        return f"{timeline_table(history)}\n\n{events_table(history)}"

    # --- a past moment, and why ---

    @observe("moment")
    def _moment_changed(self, _change: object) -> None:
        board, moment = self._board(), self._moment()
        if board is not None and moment is None:
            board.show_now()
        elif board is not None and moment is not None:
            board.show_moment(self._history.at(moment), moment)
        self._answer()

    def _moment(self) -> datetime | None:
        shown: Any = self.moment  # traitlets' types do not know that it is a float
        return None if shown is None else moment_of(shown)

    @observe("chosen")
    def _chosen_changed(self, _change: object) -> None:
        self._answer()

    def _answer(self) -> None:
        if not self.chosen:
            self.why = ""
            return
        moment = self._moment() or self._lab.clock.now()
        self.why = str(explain(self.chosen, self._history.evidence(moment)))

    # --- its end ---

    def end(self, why: str = LAB_ENDED) -> None:
        """Nothing more will be shown; it says why. Idempotent."""
        self._unsubscribe()
        self._ended = why
        self._update()

    def close(self) -> None:
        """Take it off the screen; the board shows the present. Idempotent."""
        self._unsubscribe()
        if Timeline._shown is self:
            Timeline._shown = None
            self.moment = None
        super().close()

    # --- what is sent ---

    def whole(self) -> dict[str, Any]:
        """Everything, for a browser that knows nothing yet."""
        with self._lock:
            return {"number": self._number, "looks": shown_looks(), "lives": self._lives, **self._parts, **self._time}

    def _see(self, sight: Sight) -> None:
        try:
            self._update(sight.problem)
            if self.moment is None and self.chosen:
                self._answer()
        except Exception as error:
            self.end(f"It went wrong: {type(error).__name__}: {error}. To go on, run lab.timeline() again.")
            raise

    def _update(self, problem: str = "", *, is_sent: bool = True) -> None:
        """Work out what is new, and send it."""
        with self._lock:
            changes: dict[str, Any] = {"lives": self._new_lives(), **self._new_parts(problem)}
            if not self._ended:
                clock = self._lab.clock
                self._time = {"now": milliseconds(clock.now()), "ticks": clock.rate is not None}
            if is_sent:
                self._number += 1
                self.send({"number": self._number, "changes": changes, **self._time})

    def _new_lives(self) -> dict[str, Any]:
        """Of the tasks of which something is new, and the ids of those that are not shown any more."""
        history = self._history
        nodes = {key: node.label for key, node in history.nodes().items()}
        lives, known = history.lives(since=self._known if self._known else 0)
        put = shown_lives(lives, nodes)
        before, ids = self._lives, history.task_ids()
        self._lives = newest({key: life for key, life in {**before, **put}.items() if key in ids})
        self._known = known
        return {
            "put": {key: life for key, life in put.items() if before.get(key) != life and key in self._lives},
            "gone": [key for key in before if key not in self._lives],
        }

    def _new_parts(self, problem: str) -> dict[str, Any]:
        parts = {
            "marks": shown_marks(self._history),
            "colours": shown_colours(self._history.services()),
            "problem": problem,
            "ended": self._ended,
        }
        new = {name: part for name, part in parts.items() if self._parts.get(name) != part}
        self._parts = parts
        return new

    def _hear(self, _widget: object, message: Any, _buffers: object) -> None:
        if message == {"wants": "all"}:
            with self._lock:
                self.send({"all": self.whole()})
