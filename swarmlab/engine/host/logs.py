"""What one container wrote: its kept lines and followable readers of them. Service logs are in logbroker.py.

Owns lines and readers. Source: moby daemon/logger/jsonfilelog.
Simplification: a container keeps its last 20000 lines (json-file has no bound unless one is set); a last line without
an end is shown with one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

KEPT_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line, without its end. `stream` is `stdout`, `stderr` or `system` (a warning of the swarm's log broker).

    `details` are what `--details` shows; of service logs node, service and task.
    """

    time: float
    stream: str
    text: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """Which lines: `tail` None means all, `since`/`until` are seconds since the epoch."""

    stdout: bool = True
    stderr: bool = True
    follow: bool = False
    tail: int | None = None
    since: float | None = None
    until: float | None = None

    def wants(self, line: LogLine) -> bool:
        """Whether a line is of the wanted streams and time."""
        stream = self.stdout if line.stream == "stdout" else self.stderr
        after = self.since is None or line.time >= self.since
        return stream and after and (self.until is None or line.time <= self.until)


class LogStream(Protocol):
    """Lines as they come; the server polls it after every step."""

    def read(self) -> list[LogLine]:
        """The lines since the last read."""

    @property
    def ended(self) -> bool:
        """Whether no line will come any more; what is unread can still be read."""

    def close(self) -> None:
        """Want no more."""


class LogReader:
    """A LogStream over one container's lines."""

    def __init__(self, lines: list[LogLine], options: LogOptions, *, follows: bool) -> None:
        self._unread = lines
        self._options = options
        self.ended = not follows

    def read(self) -> list[LogLine]:
        """The lines since the last read."""
        unread, self._unread = self._unread, []
        return unread

    def close(self) -> None:
        """Want no more."""
        self.ended = True

    def hear(self, line: LogLine) -> None:
        """A line was written."""
        if not self.ended and self._options.wants(line):
            self._unread.append(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What one write wrote."""

    stream: str
    text: str


class Attached:
    """What a process writes, as it writes it, from some moment on. Read as a LogStream is."""

    def __init__(self, *, stdout: bool = True, stderr: bool = True) -> None:
        self._wanted = (stdout, stderr)
        self._unread: list[Piece] = []
        self.ended = False

    def read(self) -> list[Piece]:
        """What was written since the last read."""
        unread, self._unread = self._unread, []
        return unread

    def close(self) -> None:
        """Want no more."""
        self.ended = True

    def hear(self, stream: str, text: str) -> None:
        """Something was written."""
        stdout, stderr = self._wanted
        if not self.ended and (stdout if stream == "stdout" else stderr):
            self._unread.append(Piece(stream=stream, text=text))


class LogBuffer:
    """The lines of one container.

    Args:
        keeps: whether lines can be read afterwards (the log driver `none` keeps none).
        terminal: whether a terminal writes: one stream, whose lines end with a carriage return too.
        details: what `--details` shows of each line.
    """

    __slots__ = ("_attached", "_details", "_lines", "_live", "_readers", "_terminal", "_unfinished", "keeps")

    def __init__(self, *, keeps: bool = True, terminal: bool = False, details: Mapping[str, str] | None = None) -> None:
        self.keeps = keeps
        self._terminal = terminal
        self._details = details
        self._lines: deque[LogLine] | None = None
        self._unfinished: dict[str, str] | None = None
        self._readers: list[LogReader] | None = None
        self._attached: list[Attached] | None = None
        self._live = False

    def begin(self) -> None:
        """A process writes from now on."""
        self._live = True

    def write(self, time: float, stream: str, text: str) -> None:
        """Keep what was written and hand each whole line to who follows."""
        if self._terminal:
            stream, text = "stdout", text.replace("\n", "\r\n")
        for each in self._attached or ():
            each.hear(stream, text)
        unfinished = (self._unfinished or {}).pop(stream, "")
        *whole, rest = (unfinished + text).split("\n")
        for line in whole:
            self._add(LogLine(time=time, stream=stream, text=line, details=self._details or _NO_DETAILS))
        if rest:
            self._unfinished = {**(self._unfinished or {}), stream: rest}

    def end(self, time: float) -> None:
        """The process ended: followers come to their end."""
        attached, self._attached = self._attached or (), None
        for each in attached:
            each.close()
        for stream in list(self._unfinished or ()):
            self.write(time, stream, "\n")
        readers, self._readers = self._readers or (), None
        for reader in readers:
            reader.close()
        self._live = False

    def open(self, options: LogOptions) -> LogReader:
        """Read the lines; following ends when the process ends, or at once when none runs."""
        lines = [line for line in self._lines or () if options.wants(line)]
        if options.tail is not None:
            lines = lines[len(lines) - options.tail :] if options.tail < len(lines) else lines
        reader = LogReader(lines, options, follows=options.follow and self._live)
        if not reader.ended:
            self._readers = [*(self._readers or ()), reader]
        return reader

    def attach(self, attached: Attached) -> None:
        """Let somebody hear what is written from now on, until the process, started already or not, has ended."""
        self._attached = [*(each for each in self._attached or () if not each.ended), attached]

    def _add(self, line: LogLine) -> None:
        if self.keeps:
            if self._lines is None:
                self._lines = deque(maxlen=KEPT_LINES)
            self._lines.append(line)
        if self._readers:
            for reader in self._readers:
                reader.hear(line)
            self._readers = [reader for reader in self._readers if not reader.ended]


_NO_DETAILS: Mapping[str, str] = {}
