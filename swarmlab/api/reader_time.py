"""When things happened on the clock of those who read: engine time as times on the wire, and back.

Owns the way from one to the other. Engine time may run faster or slower than the wall's, stand still and jump; a reader
compares the times that an answer holds with a clock on the wall. So **every time on the wire is the moment at which it
happened on the reader's clock**: ages make sense, nothing lies in the future, and what happened once keeps its time for
ever. While engine time has always run with the wall's, and in manual time, both are the same. Durations, such as an
update's delay, are engine time and stay what they are.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right

STANDING = 1e-6
"""Reader's seconds an engine second while time is stepped by hand: at once, but in order."""


class ReaderTime:
    """A line of straight pieces from engine time to the reader's; it never falls.

    Each piece is in force from its beginning (exclusive) to that of the next (inclusive), so that a new one changes
    nothing of what happened before.
    """

    def __init__(self) -> None:
        self._engine: list[float] = []
        self._reader: list[float] = []
        self._slopes: list[float] = []

    def turn(self, engine: float, reader: float, slope: float) -> None:
        """From now on time runs otherwise.

        Args:
            engine: engine time now; never before that of the last turn.
            reader: what the reader's clock shows; a clock that was set back is not followed.
            slope: reader's seconds an engine second.
        """
        reader = max(reader, self.to_reader(engine), self._reader[-1] if self._reader else reader)
        if self._engine and engine == self._engine[-1]:
            self._reader[-1], self._slopes[-1] = reader, slope
            return
        self._engine.append(engine)
        self._reader.append(reader)
        self._slopes.append(slope)

    def to_reader(self, engine: float) -> float:
        """When something that happened at an engine time happened for the reader; before all turns they are one."""
        piece = bisect_left(self._engine, engine) - 1
        if piece < 0:
            return engine
        return self._reader[piece] + (engine - self._engine[piece]) * self._slopes[piece]

    def to_engine(self, reader: float) -> float:
        """The engine time that a reader means; of a moment at which engine time stood still, the beginning."""
        piece = bisect_right(self._reader, reader) - 1
        if piece < 0:
            return min([reader, *self._engine[:1]])
        engine = self._engine[piece] + (reader - self._reader[piece]) / self._slopes[piece]
        return min([engine, *self._engine[piece + 1 : piece + 2]])


class _Serving(threading.local):
    """The reader's clock of whatever lab the present thread serves: encoders stand too deep to be handed it."""

    time = ReaderTime()


_serving = _Serving()


def serve(time: ReaderTime) -> None:
    """From now on this thread's answers are for readers with this clock."""
    _serving.time = time


def to_reader(engine: float) -> float:
    """When something that happened at an engine time happened on the reader's clock."""
    return _serving.time.to_reader(engine)


def to_engine(reader: float) -> float:
    """The engine time that a reader means."""
    return _serving.time.to_engine(reader)
