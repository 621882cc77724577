"""A terminal inside a panel: what a command printed, and under it its progress as it stands.

It is written by the thread that the command runs on and shown a few times a second, however much is printed.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from swarmlab.commands import DockerError, Session, Terminal
from swarmlab.commands.session import POLL_S

SHOW_EVERY_S = 0.1
"""Wall seconds between two pictures of a screen."""

LINES = 1000
"""What a screen keeps; older lines are gone, as on a terminal without end."""


class Screen(Terminal):
    """Shows its text through `show`; `shown` may hide a part of it."""

    def __init__(self, show: Callable[[str], None], *, shown: Callable[[str], str] = str) -> None:
        super().__init__(shown=shown)
        self._show = show
        self._lines: deque[str] = deque(maxlen=LINES)
        self._drawn = ""
        self._next = 0.0
        self._is_shown = True

    @property
    def text(self) -> str:
        """Everything that is to be seen now."""
        return "\n".join([*self._lines, *([self._drawn] if self._drawn else [])])

    def draw(self, text: str) -> None:
        """Show progress, over the one before."""
        if text != self._drawn:
            self._drawn = text
            self._changed()

    def ask(self, prompt: str) -> str:
        """Refuse: nobody types here.

        Raises:
            DockerError: always.
        """
        raise DockerError(f"{prompt.rstrip(': ')}: fill in its field, then press again")

    def flush(self) -> None:
        """Show all of it now."""
        super().flush()
        self.refresh()

    def refresh(self) -> None:
        """Show what has not been shown yet."""
        if not self._is_shown:
            self._is_shown = True
            self._next = time.monotonic() + SHOW_EVERY_S
            self._show(self.text)

    def _emit(self, text: str) -> None:
        self._drawn = ""
        self._lines.extend(text.splitlines())
        self._changed()

    def _changed(self) -> None:
        self._is_shown = False
        if time.monotonic() >= self._next:
            self.refresh()


class PanelSession(Session):
    """A session whose screen is up to date whenever it waits."""

    def wait(self, seconds: float = POLL_S) -> None:
        """Show what was printed, then let lab time pass."""
        if isinstance(self.terminal, Screen):
            self.terminal.refresh()
        super().wait(seconds)
