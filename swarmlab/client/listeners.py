"""One who listens: told each thing once, in order, by one thread at a time.

Owns what it has still to be told. No lock is held while it is told: it may wait for one that is held by somebody who
begins to listen just then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Listener(Generic[T]):
    """Is given things in order, and told them by whoever comes first.

    Args:
        hear: what is called.
        each_look: also of what is not new.
    """

    def __init__(self, hear: Callable[[T], None], *, each_look: bool = False) -> None:
        self.each_look = each_look
        self._hear = hear
        self._lock = Lock()
        self._waiting: deque[T] = deque()
        self._is_being_told = False
        self._has_ended = False

    def give(self, thing: T) -> None:
        """It will be told this after all that it was given before; `tell` follows."""
        with self._lock:
            if not self._has_ended:
                self._waiting.append(thing)

    def tell(self) -> None:
        """Tell all that waits. Where another thread is just telling, that one tells the rest, and this returns at once.

        Raises:
            Exception: it went wrong; it is told nothing any more.
        """
        while True:
            with self._lock:
                if self._is_being_told or not self._waiting:
                    return
                self._is_being_told = True
                thing = self._waiting.popleft()
            try:
                self._hear(thing)
            except BaseException:
                self.end()
                raise
            finally:
                with self._lock:
                    self._is_being_told = False

    def end(self) -> None:
        """Tell it nothing any more."""
        with self._lock:
            self._has_ended = True
            self._waiting.clear()
