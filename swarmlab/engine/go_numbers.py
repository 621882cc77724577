"""Whole numbers and quoted text as Go's strconv reads and writes them. Owns no state.

Request text may hold any number of digits; Python's `int` gives up at 4,300, and takes `1_0`, ` 1` and `١`.
Source: Go's strconv: Atoi, ParseUint, Quote.
"""

from __future__ import annotations

import re
from typing import Literal

Reason = Literal["invalid syntax", "value out of range"]

_SIGNED = re.compile(r"([+-]?)0*([0-9]+)")
_UNSIGNED = re.compile(r"()0*([0-9]+)")
_DIGITS = 20
"""Of the greatest number of 64 bits."""
_NAMED = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\b": r"\b", "\f": r"\f", "\a": r"\a", "\v": r"\v", "'": r"\'"}


class NotANumber(ValueError):
    """A text that is none, or one too great.

    Attributes:
        reason: which of the two.
        nearest: what Go's function returns beside the error: 0, or the end of the range.
    """

    def __init__(self, function: str, text: str, reason: Reason, nearest: int = 0) -> None:
        super().__init__(f"strconv.{function}: parsing {quoted(text)}: {reason}")
        self.reason = reason
        self.nearest = nearest


def atoi(text: str) -> int:
    """An int.

    Raises:
        NotANumber: it is none.
    """
    return _read("Atoi", _SIGNED, text, range(-(1 << 63), 1 << 63), greatest=(1 << 64) - 1)


def parse_uint(text: str, bits: int = 64) -> int:
    """An unsigned number of so many bits.

    Raises:
        NotANumber: it is none.
    """
    return _read("ParseUint", _UNSIGNED, text, range(1 << bits), greatest=(1 << bits) - 1)


def _read(function: str, form: re.Pattern[str], text: str, allowed: range, *, greatest: int) -> int:
    found = form.match(text)
    sign, digits = found.groups() if found else ("", "0")
    number = int(f"{sign}{digits[: _DIGITS + 1]}")
    # Digit by digit: what is too great is never read to its end, whatever stands there.
    if (found is None or found.end() != len(text)) and abs(number) <= greatest:
        raise NotANumber(function, text, "invalid syntax")
    if number not in allowed:
        raise NotANumber(function, text, "value out of range", allowed[0] if number < 0 else allowed[-1])
    return number


def quoted(text: str) -> str:
    """A text as Go writes it in a message."""
    return '"' + "".join(_of_text(each) for each in text) + '"'


def quoted_character(character: str) -> str:
    """A character as Go writes it in a message."""
    if character in _NAMED:
        return f"'{_NAMED[character]}'"
    if character == "\\":
        return r"'\\'"
    if character.isprintable():
        return f"'{character}'"
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # no text, but a byte
        return f"'\\x{code - 0xDC00:02x}'"
    return f"'\\x{code:02x}'" if code < 0x80 else f"'\\u{code:04x}'"


def _of_text(character: str) -> str:
    return {'"': r"\"", "'": "'"}.get(character) or quoted_character(character)[1:-1]
