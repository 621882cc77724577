"""What is live: the board and the time line, which the browser is sent once in full, and then what changes.

Owns how they are sent and their lives: of each kind one at a time in a process, until its lab ends or another one
takes its place. They are told by the Watcher, on the Watcher's thread, and start none of their own.
"""

from __future__ import annotations

import sys
import threading
import time
from abc import abstractmethod
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, ClassVar

from IPython.display import display
from traitlets import Any as Anything

from swarmlab.client.watch import Sight, Watcher
from swarmlab.widgets.element import Element, kernel

PULSE_S = 5.0
"""Wall seconds after which the browser hears something, even if nothing happens: it takes silence for the end."""

LAB_ENDED = "This lab has ended: Lab.start() starts another."
_SHARED = Path(__file__).with_suffix(".js")
_shown: dict[str, Live] = {}
"""The one of each kind, by what makes it."""


class Live(Element):
    """A live view of a lab.

    In the model's own terms: `_all` is made when somebody asks for it, and messages `{"number", "changes"}` with the
    time follow it, each number one higher than the one before.

    Attributes:
        again: what to run to get another one.
    """

    _all = Anything().tag(sync=True, to_json=lambda _, live: live.whole())
    again: ClassVar[str]

    def __init__(self) -> None:
        """Called once `_news`, `_parts` and `_present` can answer."""
        if before := _shown.get(self.again):
            before.close()
        self._lock = RLock()
        self._sight = Sight()
        self._ended = ""
        self._number = 0
        self._sent_at = 0.0
        self._unsubscribe: Callable[[], None] = lambda: None
        self._news()
        self._time: dict[str, Any] = self._time_now()
        super().__init__()
        _shown[self.again] = self
        self.on_msg(self._hear)

    @property
    def is_shown(self) -> bool:
        """Whether it is the one of its kind."""
        return _shown.get(self.again) is self

    def follow(self, watcher: Watcher) -> None:
        """Show what the Watcher sees, from now on."""
        self._unsubscribe = watcher.subscribe(self._see, each_look=True)

    # --- what each kind tells ---

    @abstractmethod
    def table(self) -> str:
        """What it shows, as text."""

    @abstractmethod
    def _parts(self) -> dict[str, Any]:
        """All that is shown."""

    @abstractmethod
    def _news(self) -> dict[str, Any]:
        """Look again; what changed since it was last asked."""

    @abstractmethod
    def _present(self) -> tuple[datetime, bool]:
        """The moment that ages are counted to, and whether it passes by itself.

        On the reader's clock a second is a second at every rate and in a pause; only manual time stands still.
        """

    # --- its place and its end ---

    def _ipython_display_(self) -> None:
        """Show it, and what it shows as a table for those who only read."""
        show: Any = display
        if kernel() is not None:
            show(self.output(), raw=True)
        sys.stdout.write(self.table() + "\n")

    def output(self) -> dict[str, Any]:
        """What a front end is given to show it."""
        view = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"text/plain": repr(self), "application/vnd.jupyter.widget-view+json": view}

    def end(self, why: str = LAB_ENDED) -> None:
        """Nothing more will be shown; it says why. Idempotent."""
        self._unsubscribe()
        self._ended = why
        self._update()

    def close(self) -> None:
        """Take it off the screen. Idempotent."""
        self._unsubscribe()
        if self.is_shown:
            del _shown[self.again]
        super().close()

    # --- what is sent ---

    def whole(self) -> dict[str, Any]:
        """Everything, for a browser that knows nothing yet."""
        with self._lock:
            return {"number": self._number, **self._parts(), **self._time}

    def _see(self, sight: Sight) -> None:
        """Called by the Watcher, who tells of an error, too."""
        self._sight = sight
        try:
            self._update()
        except Exception as error:
            self._end_by(error)
            raise

    def _guarded(self, act: Callable[[], object]) -> None:
        """The error boundary of what is asked on the page; others who show the same moment go on."""
        try:
            act()
        except Exception as error:
            self._end_by(error)
            threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _end_by(self, error: Exception) -> None:
        self._sight = Sight()  # the one that it could not show
        self.end(f"It went wrong: {type(error).__name__}: {error}. To go on, run {self.again} again.")

    def _update(self) -> bool:
        """Send what is new, or that it is still there; whether something is new."""
        with self._lock:
            found, was = self._news(), self._time
            self._time = self._time_now()
            stood = not self._time["ticks"] and self._time["now"] != was["now"]
            if found or stood or time.monotonic() - self._sent_at >= PULSE_S:
                self._number += 1
                self._sent_at = time.monotonic()
                self.send({"number": self._number, "changes": found, **self._time})
            return bool(found)

    def _time_now(self) -> dict[str, Any]:
        """`now` in milliseconds; `is_over` once nothing follows, so that silence then means nothing."""
        if self._ended:
            return {**self._time, "is_over": True}
        now, ticks = self._present()
        return {"now": round(now.timestamp() * 1000), "ticks": ticks, "is_over": self._sight.is_last}

    def _hear(self, _widget: object, message: Any, _buffers: object) -> None:
        if message == {"wants": "all"}:
            with self._lock:
                self.send({"all": self.whole()})


def script_of(folder: Path) -> str:
    """The JavaScript of a live widget: what all share, then its own."""
    return "\n".join(path.read_text() for path in (_SHARED, *sorted(folder.glob("*.js"))))


def trouble(sight: Sight, name: str, again: str) -> tuple[str, str] | None:
    """Why what is seen is not of now, as a headline and a sentence; None where it is.

    Args:
        sight: what the Watcher sees.
        name: what shows it.
        again: what to run to get another one.
    """
    if sight.is_last:
        return f"The {name} has stopped looking", f"{sight.problem}. To go on, run {again} again."
    if not sight.problem:
        return None
    words = sight.problem.rpartition(" desc = ")[2].rstrip(".")
    headline = "No leader" if "not have a leader" in words else "No manager answers"
    return headline, f"{words}. {_way_back(sight)}"


def _way_back(sight: Sight) -> str:
    if sight.faults:
        return "lab.heal() mends what was broken on purpose. As soon as a manager answers, this goes on by itself."
    return "As soon as a manager answers, this goes on by itself."
