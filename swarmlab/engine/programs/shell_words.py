"""The words of the small shell: cutting text into words and operators, and words into what `$` replaces. No state."""

from __future__ import annotations

import re
from dataclasses import dataclass

from swarmlab.engine.errors import NotImplementedHere

Part = tuple[str, bool]
"""A piece of a word, and whether `$` has its meaning in it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word; `bare` when nothing of it was quoted."""

    parts: tuple[Part, ...]
    bare: bool

    @property
    def text(self) -> str:
        """As it stands, unexpanded."""
        return "".join(text for text, _ in self.parts)


class ShellSyntaxError(Exception):
    """The text is no shell command; the message is the shell's."""


class UnfinishedCommand(ShellSyntaxError):
    """The text is the beginning of a command; at a terminal the shell asks for the rest."""


_OPERATORS = ("&&", "||", ";;", ">>", "2>&1", "1>&2", ">&2", "2>", "<<", ";", "\n", "|", "&", ">", "<", "(", ")")


class Reader:
    """Cuts a text into operators (str) and words (Word)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def tokens(self) -> list[str | Word]:
        """Everything, in order."""
        tokens: list[str | Word] = []
        while self._at < len(self._text):
            rest = self._text[self._at :]
            operator = next((op for op in _OPERATORS if rest.startswith(op)), None)
            if rest[0] in " \t" or rest.startswith("\\\n"):
                self._at += 1 if rest[0] != "\\" else 2
            elif rest[0] == "#":
                self._at += len(rest.split("\n")[0])
            elif operator:
                self._at += len(operator)
                tokens.append(operator)
            else:
                tokens.append(self._word())
        return tokens

    def _word(self) -> Word:
        parts: list[Part] = []
        bare = True
        while self._at < len(self._text) and self._text[self._at] not in " \t\n;|&<>()":
            char = self._text[self._at]
            if char == "'":
                parts.append((self._until("'"), False))
                bare = False
            elif char == '"':
                parts.append((self._double_quoted(), True))
                bare = False
            elif char == "\\":
                parts.append((self._text[self._at + 1 : self._at + 2], False))
                self._at += 2
                bare = False
            elif char == "$":
                parts.append((self._dollar(), True))
            elif char == "`":
                raise NotImplementedHere("the embedded engine's sh has no `…`; write $(…)")
            else:
                parts.append((char, False))
                self._at += 1
        return Word(tuple(parts), bare)

    def _until(self, end: str) -> str:
        stop = self._text.find(end, self._at + 1)
        if stop < 0:
            raise UnfinishedCommand("sh: syntax error: unterminated quoted string")
        text, self._at = self._text[self._at + 1 : stop], stop + 1
        return text

    def _double_quoted(self) -> str:
        begin = self._at + 1
        self._at = begin
        while self._at < len(self._text) and self._text[self._at] != '"':
            if self._text[self._at] == "\\":
                self._at += 2
            elif self._text[self._at] == "$":
                self._dollar()
            else:
                self._at += 1
        if self._at >= len(self._text):
            raise UnfinishedCommand("sh: syntax error: unterminated quoted string")
        text, self._at = self._text[begin : self._at], self._at + 1
        return text

    def dollar_at(self, at: int) -> str:
        """What stands at the `$` there."""
        self._at = at
        return self._dollar()

    def _dollar(self) -> str:
        """`$name`, `${…}`, `$(…)`, `$((…))` as they stand."""
        begin = self._at
        opening = self._text[begin + 1 : begin + 2]
        if opening in ("(", "{"):
            closing, depth = {"(": ")", "{": "}"}[opening], 0
            self._at += 1
            while self._at < len(self._text):
                depth += (self._text[self._at] == opening) - (self._text[self._at] == closing)
                self._at += 1
                if depth == 0:
                    return self._text[begin : self._at]
            raise UnfinishedCommand("sh: syntax error: unexpected end of file")
        match = re.compile(r"\w+|[?$#@*!-]").match(self._text, begin + 1)
        self._at = match.end() if match else begin + 1
        return self._text[begin : self._at]


def expansions(text: str) -> list[tuple[str, str]]:
    """`text` cut into (`text` | `variable` | `command` | `arithmetic`, what it is about)."""
    pieces: list[tuple[str, str]] = []
    reader = Reader(text)
    at = 0
    while (begin := text.find("$", at)) >= 0:
        pieces.append(("text", text[at:begin]))
        whole = reader.dollar_at(begin)
        at = begin + len(whole)
        if whole.startswith("$((") and whole.endswith("))"):
            pieces.append(("arithmetic", whole[3:-2]))
        elif whole.startswith("$("):
            pieces.append(("command", whole[2:-1]))
        else:
            pieces.append(("variable" if len(whole) > 1 else "text", whole[1:].strip("{}") or "$"))
    return [*pieces, ("text", text[at:])]
