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


class LogBuffer:
    """The lines of one container."""

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self._unfinished: dict[str, str] = {}
        self._readers: list[LogReader] = []
        self._live = False

    def begin(self) -> None:
        """A process writes from now on."""
        self._live = True

    def write(self, time: float, stream: str, text: str) -> None:
        """Keep what was written and hand each whole line to who follows."""
        *whole, rest = (self._unfinished.pop(stream, "") + text).split("\n")
        for each in whole:
            self._add(LogLine(time=time, stream=stream, text=each))
        if rest:
            self._unfinished[stream] = rest

    def end(self, time: float) -> None:
        """The process ended: followers come to their end."""
        for stream in list(self._unfinished):
            self.write(time, stream, "\n")
        for reader in self._readers:
            reader.close()
        self._readers = []
        self._live = False

    def open(self, options: LogOptions) -> LogReader:
        """Read the lines; following ends when the process ends, or at once when none runs."""
        lines = [line for line in self._lines if options.wants(line)]
        if options.tail is not None:
            lines = lines[len(lines) - options.tail :] if options.tail < len(lines) else lines
        reader = LogReader(lines, options, follows=options.follow and self._live)
        if not reader.ended:
            self._readers.append(reader)
        return reader

    def attach(self) -> LogReader:
        """What is written from now on, until the process, started already or not, has ended."""
        reader = LogReader([], LogOptions(follow=True), follows=True)
        self._readers.append(reader)
        return reader

    def _add(self, line: LogLine) -> None:
        self._lines.append(line)
        for reader in self._readers:
            reader.hear(line)
        self._readers = [reader for reader in self._readers if not reader.ended]
