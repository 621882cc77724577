"""What a lesson says: a text that a notebook shows as it stands, whether it is printed, shown or stored."""

from __future__ import annotations

from collections.abc import Iterable


class Words(str):
    """A text whose `repr` is itself, so that a cell that ends with it shows it without quotation marks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *front, last = list(names) or [""]
    return f"{', '.join(front)} and {last}" if front else last


def counted(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def sentence(text: str) -> str:
    """With a full stop, where nothing ends it yet."""
    return text if text.endswith((".", "?", "!", ":")) else f"{text}."
