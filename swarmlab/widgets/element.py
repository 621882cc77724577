"""What is drawn by JavaScript of our own: made, shown, and closed without a complaint on the browser's console.

anywidget begins to load such a widget when the page hears of it. One that is closed before that is done is reported on
the console two seconds later: `[anywidget] Failed to initialize model`. So it is closed no sooner than the page has
said that it is there; until then it is hidden.
Source: anywidget 0.11, packages/anywidget/src/runtime.ts, `ready`.
"""

from __future__ import annotations

from typing import Any

from anywidget import AnyWidget
from IPython.core.getipython import get_ipython

from swarmlab.widgets.closing import close_all
from swarmlab.widgets.turns import TURN

THERE = {"is": "there"}
"""What each of them sends when it is loaded."""


class Element(AnyWidget):
    """A widget with JavaScript beside it, which sends `THERE` from its `initialize`."""

    def __init__(self, **traits: Any) -> None:
        self._is_there = kernel() is None  # no page will ever hear of it
        self._is_over = False
        super().__init__(**traits)
        self.on_msg(self._hear_of_page)

    def close(self) -> None:
        """Take it off the page, and then end it. Idempotent."""
        with TURN:
            self._is_over = True
            if not self._is_there and self.comm is not None:
                self.layout.display = "none"
                return
        super().close()
        close_all(self.layout)

    def _hear_of_page(self, _widget: object, message: Any, _buffers: object) -> None:
        if message == THERE:
            with TURN:
                self._is_there = True
                is_over = self._is_over
            if is_over:
                self.close()


def kernel() -> Any:
    """What shows widgets; None in a script and in a terminal."""
    return getattr(get_ipython(), "kernel", None)
