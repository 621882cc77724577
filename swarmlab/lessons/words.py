"""What a lesson says: a text that a notebook shows as it stands, whether it is printed, shown or stored."""

from __future__ import annotations

from collections.abc import Iterable


class Words(str):
    """A text that a cell which ends with it shows without quotation marks, line by line."""

    __slots__ = ()

    __repr__ = str.__str__


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
