"""Timeline: what happened when and why, live, and back to any moment.

Owns what is asked about. The moment that it shows is the board's, too (`Moment`). How it is sent, and its life, are
those of all that is live. What it answers, it answers from what was seen and heard: it asks no engine.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from traitlets import Float, Unicode, link, observe

from swarmlab.client.cluster import NoManager
from swarmlab.client.history import History
from swarmlab.client.protocols import Clock
from swarmlab.client.reasons import explain
from swarmlab.client.snapshots import Snapshot
from swarmlab.client.watch import Watcher
from swarmlab.looks import colours_of_lives
from swarmlab.plots import events_table, timeline_table
from swarmlab.widgets.live import Live, script_of, trouble
from swarmlab.widgets.moment import Moment, moment_of
from swarmlab.widgets.timeline.content import (
    ShownLife,
    newest,
    shown_lives,
    shown_looks,
    shown_marks,
)

_HERE = Path(__file__).parent


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


class Timeline(Live):
    """Lives of tasks, events and faults.

    Attributes:
        moment: which past moment is shown, in milliseconds since the epoch; None for the present. May be set.
        chosen: the slot (`helloworld.3`) or the task's id that is asked about. May be set.
        why: the answer: why it was where it was at that moment.

    Args:
        lab: whose past it is.
        moment: which moment is shown.
    """

    _esm = script_of(_HERE)
    _css = _HERE / "timeline.css"
    moment = Float(None, allow_none=True).tag(sync=True)
    chosen = Unicode().tag(sync=True)
    why = Unicode().tag(sync=True)
    again = "lab.timeline()"

    def __init__(self, lab: Past, moment: Moment | None = None) -> None:
        self._lab = lab
        self._shown = moment or Moment()
        self._known = 0
        self._lives: dict[str, ShownLife] = {}
        self._others: dict[str, Any] = {}
        self._seen: Snapshot | None = None
        self._history = lab.history
        super().__init__()
        self._link = link((self._shown, "shown"), (self, "moment"))
        self.follow(lab.watcher)

    def __repr__(self) -> str:
        return "<Timeline>"

    def table(self) -> str:
        """What the time line shows, as text."""
        try:
            history = self._lab.recall()
        except NoManager as error:
            return str(error)
        return f"{timeline_table(history)}\n\n{events_table(history)}"

    # --- a past moment, and why ---

    @observe("moment", "chosen")
    def _question_changed(self, _change: object) -> None:
        self._guarded(self._answer)

    def _answer(self) -> None:
        """On the Watcher's thread and on the page's, by turns: the last answer is to the last question."""
        with self._lock:
            if not self.chosen:
                self.why = ""
                return
            moment = moment_of(self.moment) or self._now()
            self.why = str(explain(self.chosen, self._history.evidence(moment)))

    def _now(self) -> datetime:
        """A lab that has ended has no clock: it is the last millisecond that was told."""
        last = moment_of(self._time["now"] + 1) if self._ended else None
        return last or self._lab.clock.now()

    def close(self) -> None:
        """Take it off the screen; the board shows the present. Idempotent."""
        with suppress(ValueError):  # closed before
            self._link.unlink()
        if self.is_shown:
            self._shown.show_now()
        super().close()

    # --- what is sent ---

    def _parts(self) -> dict[str, Any]:
        return {"looks": shown_looks(), "lives": self._lives, **self._others}

    def _update(self) -> bool:
        is_new = super()._update()
        seen, self._seen = self._seen, self._sight.snapshot
        if not self._ended and self.moment is None and self.chosen and (is_new or seen != self._seen):
            self._answer()
        return is_new

    def _present(self) -> tuple[datetime, bool]:
        clock = self._lab.clock
        return clock.now(), clock.rate is not None

    def _news(self) -> dict[str, Any]:
        lives = self._new_lives()
        return {**({"lives": lives} if lives["put"] or lives["gone"] else {}), **self._new_others()}

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

    def _new_others(self) -> dict[str, Any]:
        others = {
            "marks": shown_marks(self._history),
            "colours": colours_of_lives(self._history.services()),
            "problem": trouble(self._sight, "time line", self.again),
            "ended": self._ended,
        }
        new = {name: part for name, part in others.items() if name not in self._others or self._others[name] != part}
        self._others = others
        return new
