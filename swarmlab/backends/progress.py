"""What a lab waits for while it starts: one line that changes, since a learner may sit before it for a minute.

Owns how it is shown: in a notebook one output of the cell, in a terminal one line, elsewhere a line now and then.
"""

from __future__ import annotations

import contextvars
import shutil
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Protocol, Self, TextIO

from IPython.core.getipython import get_ipython
from IPython.display import display

Tell = Callable[[str, str], None]
"""`tell("docker-swarm-1", "waits for its engine")` says what somebody does; with an empty text: nothing any more."""

REFRESH_S: Final = 0.25
PLAIN_EVERY_S: Final = 10


def untold(_: str, __: str) -> None:
    """Where nobody looks."""


class Screen(Protocol):
    """Where the line is shown."""

    def show(self, line: str) -> None:
        """Show it in the place of the one before."""
        ...

    def end(self, line: str) -> None:
        """Show the last one, which stays."""
        ...


class Progress:
    """Shows what is waited for, as long as its `with` block lasts.

    Args:
        what: what is done, as a beginning of the line: `Starting three Docker engines`.
        done: what has been done, once it is: `Three Docker engines are ready`.
        screen: where to show it; by default what this process has.
        now: seconds of some clock.
    """

    def __init__(
        self, what: str, *, done: str, screen: Screen | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._done = done
        self._screen = screen or this_screen()
        self._doing: dict[str, str] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._now = now
        self._began = now()
        self._ticker = threading.Thread(
            # In the context of the cell, so that a notebook shows it there.
            target=contextvars.copy_context().run, args=(self._tick,), name="swarmlab-progress", daemon=True
        )  # fmt: skip

    def tell(self, who: str, doing: str) -> None:
        """Say what somebody does now; nothing if it is empty. From any thread."""
        with self._lock:
            self._doing.pop(who, None)
            if doing:
                self._doing[who] = doing

    def line(self) -> str:
        """What is shown just now."""
        with self._lock:
            doing = dict(self._doing)
        return describe(self._what, self._now() - self._began, doing)

    def __enter__(self) -> Self:
        self._began = self._now()
        self._screen.show(self.line())
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._ticker.join()
        seconds = self._now() - self._began
        self._screen.end(f"{self._done} after {seconds:.1f} s." if kind is None else f"{self.line()} · not done")

    def _tick(self) -> None:
        while not self._over.wait(REFRESH_S):
            self._screen.show(self.line())


def describe(what: str, seconds: float, doing: dict[str, str]) -> str:
    """The line: who does the same is named together."""
    by_text: dict[str, list[str]] = {}
    for who, text in sorted(doing.items()):
        by_text.setdefault(text, []).append(who)
    parts = [f"{', '.join(names)}: {text}" for text, names in by_text.items()]
    return " · ".join([f"{what}, {seconds:.0f} s", *parts])


def this_screen() -> Screen:
    """What this process has to show something on."""
    shell = get_ipython()
    if shell is not None and hasattr(shell, "kernel"):
        return Notebook()
    return Terminal(sys.stderr) if sys.stderr.isatty() else Lines(sys.stderr)


class Notebook:
    """An output of the cell, which changes."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown = ""

    def show(self, line: str) -> None:
        """One output, however often the line changes."""
        if line == self._shown:
            return
        self._shown = line
        data = {"text/plain": line}
        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(data, raw=True)

    end = show


class Terminal:
    """A line of a terminal, written again and again."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def show(self, line: str) -> None:
        """Over the one before; what is too long for the terminal is cut."""
        self._file.write(f"\r\x1b[K{line[: shutil.get_terminal_size().columns - 1]}")
        self._file.flush()

    def end(self, line: str) -> None:
        """In full, and a new line."""
        self._file.write(f"\r\x1b[K{line}\n")
        self._file.flush()


class Lines:
    """A file: a line at the beginning and at the end, and every ten seconds between."""

    def __init__(self, file: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._now = now
        self._written_at = -float("inf")

    def show(self, line: str) -> None:
        """Unless one was written a moment ago."""
        if self._now() - self._written_at >= PLAIN_EVERY_S:
            self.end(line)

    def end(self, line: str) -> None:
        """Written in any case."""
        self._written_at = self._now()
        self._file.write(f"{line}\n")
        self._file.flush()
