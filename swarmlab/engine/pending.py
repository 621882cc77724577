"""An answer that needs engine time: a join, a stop, a wait. Resolved by the engine, awaited by whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Pending(Generic[T]):
    """A value or an error that will stand once; callbacks run when it does, or at once if it stands already."""

    __slots__ = ("_callbacks", "_error", "_value", "done")

    def __init__(self) -> None:
        self._value: T | None = None
        self._error: Exception | None = None
        self._callbacks: list[Callable[[], None]] | None = None
        self.done = False

    def resolve(self, value: T) -> None:
        """Answer with `value`; ignored when an answer stands already."""
        self._finish(value, None)

    def fail(self, error: Exception) -> None:
        """Answer with `error`; ignored when an answer stands already."""
        self._finish(None, error)

    def result(self) -> T:
        """The value, or raises the error.

        Raises:
            RuntimeError: no answer stands yet.
        """
        if not self.done:
            raise RuntimeError("this answer is still pending: let engine time pass first")
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[return-value]

    @property
    def error(self) -> Exception | None:
        """What it failed with; None where it did not, or has no answer yet."""
        return self._error

    def on_done(self, callback: Callable[[], None]) -> None:
        """Run `callback` when the answer stands."""
        if self.done:
            callback()
        elif self._callbacks is None:
            self._callbacks = [callback]
        else:
            self._callbacks.append(callback)

    def then(self, function: Callable[[T], R]) -> Pending[R]:
        """A pending answer that is `function` of this one; errors pass through."""
        following: Pending[R] = Pending()
        self.on_done(lambda: self._pass_on(function, following))
        return following

    def recover(self, function: Callable[[Exception], T]) -> Pending[T]:
        """A pending answer that is this one, or where this one fails `function` of the error."""
        following: Pending[T] = Pending()
        self.on_done(lambda: following.resolve(self.result() if self._error is None else function(self._error)))
        return following

    def pass_on(self, following: Pending[T]) -> None:
        """Let another answer be this one, when it stands."""
        self.on_done(lambda: following._finish(self._value, self._error))

    def _pass_on(self, function: Callable[[T], R], following: Pending[R]) -> None:
        try:
            following.resolve(function(self.result()))
        except Exception as error:  # handed on, raised where the answer is read
            following.fail(error)

    def _finish(self, value: T | None, error: Exception | None) -> None:
        if self.done:
            return
        self._value, self._error, self.done = value, error, True
        callbacks, self._callbacks = self._callbacks, None
        for callback in callbacks or ():
            callback()


def resolved(value: T) -> Pending[T]:
    """A pending answer that stands already."""
    pending: Pending[T] = Pending()
    pending._value, pending.done = value, True
    return pending


def failed(error: Exception) -> Pending[None]:
    """An answer that stands already: a refusal."""
    pending: Pending[None] = Pending()
    pending.fail(error)
    return pending
