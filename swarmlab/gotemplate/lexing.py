"""From a template's text to its words. Source: Go text/template/parse/lex.go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from swarmlab.gotemplate.errors import NotInTemplates


class Kind(Enum):
    """What a word is."""

    TEXT = auto()
    LEFT = auto()
    RIGHT = auto()
    FIELD = auto()
    VARIABLE = auto()
    IDENTIFIER = auto()
    KEYWORD = auto()
    STRING = auto()
    NUMBER = auto()
    BOOL = auto()
    PIPE = auto()
    DECLARE = auto()
    ASSIGN = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    CHARACTER = auto()
    SPACE = auto()
    ERROR = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """One word, and where in the text it begins."""

    kind: Kind
    text: str
    position: int

    def __str__(self) -> str:
        """As an error shows it."""
        if self.kind is Kind.END:
            return "EOF"
        if self.kind is Kind.ERROR:
            return self.text
        if self.kind is Kind.KEYWORD:
            return f"<{self.text}>"
        return quoted(self.text) if len(self.text) <= 10 else f"{quoted(self.text[:10])}..."


def quoted(text: str) -> str:
    """As Go quotes a text."""
    shown = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{shown}"'


KEYWORDS = frozenset("block break continue define else end if range nil template with".split())
_ACTION = re.compile(r"\{\{(?:-(?=[ \t\r\n]))?")
_RIGHT = re.compile(r"(?:[ \t\r\n]-)?\}\}")
_COMMENT = re.compile(r"\{\{(?:-[ \t\r\n]+)?/\*.*?\*/(?:[ \t\r\n]+-)?\}\}", re.DOTALL)
_WORDS = re.compile(
    r"(?P<SPACE>[ \t\r\n]+)|(?P<DECLARE>:=)|(?P<ASSIGN>=)|(?P<PIPE>\|)|(?P<OPEN>\()|(?P<CLOSE>\))|(?P<COMMA>,)"
    r"|(?P<NUMBER>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))"
    r"|(?P<VARIABLE>\$\w*)|(?P<FIELD>\.\w+)|(?P<KEYWORD>\.(?!\w))|(?P<IDENTIFIER>[^\W\d]\w*)"
    r'|(?P<STRING>"(?:\\.|[^"\\\n])*"|`[^`]*`)'
)
_PRINTABLE = re.compile(r"[!-~](?<![\"'`{}])")
_CHARACTER = re.compile(r"'(?:\\.|[^'\\\n])+'")


def words_of(text: str) -> list[Word]:
    """All words of a template; what cannot be read ends them with an error."""
    words: list[Word] = []
    position = 0
    trim = False
    while action := _ACTION.search(text, position):
        plain = text[position : action.start()]
        _add_text(words, plain.lstrip(" \t\r\n") if trim else plain, position, right=action[0].endswith("-"))
        comment = _COMMENT.match(text, action.start())
        if comment:
            position, trim = comment.end(), comment[0][-3] == "-"
            continue
        words.append(Word(Kind.LEFT, "{{", action.start()))
        position, trim = _read_action(words, text, action.end())
        if words[-1].kind is Kind.ERROR:
            return words
    rest = text[position:]
    _add_text(words, rest.lstrip(" \t\r\n") if trim else rest, position, right=False)
    return [*words, Word(Kind.END, "", len(text))]


def _add_text(words: list[Word], text: str, position: int, *, right: bool) -> None:
    text = text.rstrip(" \t\r\n") if right else text
    if text:
        words.append(Word(Kind.TEXT, text, position))


def _read_action(words: list[Word], text: str, position: int) -> tuple[int, bool]:
    """The words of one action. Returns where it ends, and whether space after it goes."""
    depth = 0
    while True:
        if end := _RIGHT.match(text, position):
            if depth:
                words.append(Word(Kind.ERROR, "unclosed left paren", position))
            else:
                words.append(Word(Kind.RIGHT, "}}", position))
            return end.end(), len(end[0]) > 2
        word = _next_word(text, position)
        depth += {Kind.OPEN: 1, Kind.CLOSE: -1}.get(word.kind, 0)
        word = Word(Kind.ERROR, "unexpected right paren", position) if depth < 0 else word
        words.append(word)
        if word.kind is Kind.ERROR:
            return position, False
        position += len(word.text)


def _next_word(text: str, position: int) -> Word:
    found = _WORDS.match(text, position)
    if found is None and _PRINTABLE.match(text, position):
        return Word(Kind.CHARACTER, text[position], position)
    if found is None:
        return Word(Kind.ERROR, _what_is_wrong(text, position), position)
    word = found[0]
    kind = Kind[str(found.lastgroup)]
    if kind is Kind.IDENTIFIER and word in KEYWORDS:
        kind = Kind.KEYWORD
    elif word in ("true", "false"):
        kind = Kind.BOOL
    return Word(kind, word, position)


def _what_is_wrong(text: str, position: int) -> str:
    rest = text[position:]
    if not rest or rest.startswith("\n"):
        return "unclosed action"
    if _CHARACTER.match(rest):
        raise NotInTemplates("character constants")
    named = {'"': "unterminated quoted string", "`": "unterminated raw quoted string"}
    named["'"] = "unterminated character constant"
    return named.get(rest[0], f"unrecognized character in action: U+{ord(rest[0]):04X} '{rest[0]}'")
