"""The words of the small shell: cutting text into words and operators, and words into what `$` replaces. No state."""

from __future__ import annotations

import re
from dataclasses import dataclass

from swarmlab.engine.errors import NotImplementedHere


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word: whether `$` has its meaning in it (`expands`), whether it was quoted."""

    text: str
    expands: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word, of at least one part."""

    parts: tuple[Part, ...]

    @property
    def bare(self) -> bool:
        """Whether nothing of it was quoted."""
        return not any(part.quoted for part in self.parts)

    @property
    def text(self) -> str:
        """As it stands, unexpanded."""
        return "".join(part.text for part in self.parts)


class ShellSyntaxError(Exception):
    """The text is no shell command; the message is busybox's, `of_dash` is dash's, `line` is where."""

    def __init__(self, text: str, of_dash: str, line: int) -> None:
        super().__init__(text)
        self.of_dash = of_dash
        self.line = line


class UnfinishedCommand(ShellSyntaxError):
    """The text is the beginning of a command; at a terminal the shell asks for the rest."""


_OPERATORS = ("&&", "||", ";;", ">>", "2>&1", "1>&2", ">&2", "2>", "<<", ";", "\n", "|", "&", ">", "<", "(", ")")


class Reader:
    """Cuts a text into operators (str) and words (Word)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.lines: list[int] = []

    def tokens(self) -> list[str | Word]:
        """Everything, in order; `lines` says in which line each stands, and the last one where the text ends."""
        tokens: list[str | Word] = []
        while self._at < len(self._text):
            rest = self._text[self._at :]
            operator = next((op for op in _OPERATORS if rest.startswith(op)), None)
            if rest[0] in " \t" or rest.startswith("\\\n"):
                self._at += 1 if rest[0] != "\\" else 2
            elif rest[0] == "#":
                self._at += len(rest.split("\n")[0])
            elif operator:
                self.lines.append(self._line())
                self._at += len(operator)
                tokens.append(operator)
            else:
                self.lines.append(self._line())
                tokens.append(self._word())
        self.lines.append(self._line())
        return tokens

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _word(self) -> Word:
        parts: list[Part] = []
        while self._at < len(self._text) and self._text[self._at] not in " \t\n;|&<>()":
            char = self._text[self._at]
            if char == "'":
                parts.append(Part(self._until("'"), quoted=True))
            elif char == '"':
                parts.append(Part(self._double_quoted(), expands=True, quoted=True))
            elif char == "\\":
                parts.append(Part(self._text[self._at + 1 : self._at + 2], quoted=True))
                self._at += 2
            elif char == "$":
                parts.append(Part(self._dollar(), expands=True))
            elif char == "`":
                raise NotImplementedHere("the embedded engine's sh has no `…`; write $(…)")
            else:
                parts.append(Part(char))
                self._at += 1
        return Word(tuple(parts))

    def _unfinished(self, text: str, of_dash: str) -> UnfinishedCommand:
        return UnfinishedCommand(text, of_dash, self._text.count("\n") + 1)

    def _unterminated(self) -> UnfinishedCommand:
        return self._unfinished("unterminated quoted string", "Unterminated quoted string")

    def _until(self, end: str) -> str:
        stop = self._text.find(end, self._at + 1)
        if stop < 0:
            raise self._unterminated()
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
            raise self._unterminated()
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
            raise self._unfinished("unexpected end of file", "end of file unexpected")
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
