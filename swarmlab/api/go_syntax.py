"""What is wrong with text that is no JSON, in the words of Go's decoder.

Asked only after a fast reader has refused the text. Source: Go's encoding/json; recorded from an engine 28.5.2.
"""

from __future__ import annotations

import re

from swarmlab.engine.go_numbers import quoted, quoted_character

MAX_DEPTH = 100
"""Of objects and lists in one another.

Simplification: Go allows 10,000; nothing that Docker reads needs more than a dozen.
"""

END = "unexpected EOF"
TOO_DEEP = "exceeded max depth"

_BLANKS = re.compile(r"[ \t\r\n]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_PART_OF_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][+-]?)?")


def explain(text: str) -> str:
    """Why `text` does not begin with a JSON value; empty when it does."""
    try:
        _Reader(text).value(0)
    except _Wrong as wrong:
        return str(wrong)
    return ""


class _Wrong(Exception):
    pass


class _Reader:
    """Reads values and keeps nothing of them but the place where they end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def value(self, depth: int) -> None:
        """Pass over one value."""
        if depth > MAX_DEPTH:
            raise _Wrong(TOO_DEEP)
        match self._next():
            case "{":
                self._sequence(depth, "}", self._member, "object key:value pair")
            case "[":
                self._sequence(depth, "]", self.value, "array element")
            case '"':
                self._string()
            case "t" | "f" | "n" as first:
                self._literal({"t": "true", "f": "false", "n": "null"}[first])
            case "-" | "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9":
                self._number()
            case _:
                raise self._invalid("looking for beginning of value")

    def _next(self) -> str:
        """The next character that is no blank; it is not passed over."""
        blanks = _BLANKS.match(self._text, self._at)
        assert blanks is not None
        self._at = blanks.end()
        return self._here()

    def _here(self) -> str:
        if self._at >= len(self._text):
            raise _Wrong(END)
        return self._text[self._at]

    def _invalid(self, where: str) -> _Wrong:
        return _Wrong(f"invalid character {quoted_character(self._here())} {where}")

    def _sequence(self, depth: int, end: str, item: object, after: str) -> None:
        assert callable(item)
        self._at += 1
        if self._next() == end:
            self._at += 1
            return
        while True:
            item(depth + 1)
            match self._next():
                case ",":
                    self._at += 1
                    self._next()
                case found if found == end:
                    self._at += 1
                    return
                case _:
                    raise self._invalid(f"after {after}")

    def _member(self, depth: int) -> None:
        if self._next() != '"':
            raise self._invalid("looking for beginning of object key string")
        self._string()
        if self._next() != ":":
            raise self._invalid("after object key")
        self._at += 1
        self.value(depth)

    def _string(self) -> None:
        self._at += 1
        while True:
            plain = _PLAIN.match(self._text, self._at)
            assert plain is not None
            self._at = plain.end()
            match self._here():
                case '"':
                    self._at += 1
                    return
                case "\\":
                    self._escape()
                case _:
                    raise self._invalid("in string")

    def _escape(self) -> None:
        found = _ESCAPE.match(self._text, self._at)
        if found:
            self._at = found.end()
            return
        length = 6 if self._text[self._at + 1 : self._at + 2] == "u" else 2
        wrong = self._text[self._at : self._at + length]
        if '"' in wrong:
            wrong = wrong[: wrong.index('"') + 1]
        elif len(wrong) < length:
            raise _Wrong(END)
        shown = f"`{wrong}`" if wrong.isprintable() else quoted(wrong)
        raise _Wrong(f"invalid escape sequence {shown} in string")

    def _literal(self, word: str) -> None:
        for letter in word:
            if self._here() != letter:
                raise self._invalid(f"in literal {word} (expecting '{letter}')")
            self._at += 1

    def _number(self) -> None:
        found = _NUMBER.match(self._text, self._at)
        part = _PART_OF_NUMBER.match(self._text, self._at)
        assert part is not None
        if found is None or part.end() > found.end():
            self._at = part.end()
            raise self._invalid("in numeric literal")
        self._at = found.end()
