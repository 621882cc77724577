"""What a command prints, as it stands on a terminal's screen when the command is over.

Tabs have become blanks, lines carry no blanks at their end, and progress that was drawn over itself appears once,
finished.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from getpass import getpass
from typing import TextIO

from swarmlab.commands.errors import DockerError

TAB = 8
COLUMNS = 120
"""Width that the CLI is told: it draws progress bars above 110."""


class Terminal:
    """Prints whole lines to `out`; to whatever `sys.stdout` is at that moment when None.

    Args:
        out: where to.
        shown: what may be seen of a text; all of it unless something is to be hidden.
    """

    def __init__(self, out: TextIO | None = None, *, shown: Callable[[str], str] = str) -> None:
        self._out = out
        self._shown = shown
        self._rest = ""

    def print(self, text: str = "") -> None:
        """Print text and end the line."""
        self.write(text + "\n")

    def write(self, text: str) -> None:
        """Print text; a line that is not ended yet waits for its end."""
        *lines, self._rest = (self._rest + text).split("\n")
        if lines:
            self._emit(self._shown("".join(_as_shown(line) + "\n" for line in lines)))

    def draw(self, text: str) -> None:
        """Show progress that the next will be drawn over. Only the finished one is printed; here nothing is shown."""

    def ask(self, prompt: str) -> str:
        """Ask for a line that is not to be seen; in a notebook a field for it appears."""
        answer = getpass(prompt)
        self.print(prompt)
        return answer

    def refuse(self, error: DockerError) -> None:
        """Print why a command failed."""
        if str(error):
            self.print(str(error))
        error.is_printed = True

    def flush(self) -> None:
        """Print a line that was never ended, ending it."""
        if self._rest:
            self.print()

    def _emit(self, text: str) -> None:
        out = self._out or sys.stdout
        out.write(text)
        out.flush()


def _as_shown(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2].expandtabs(TAB).rstrip()
