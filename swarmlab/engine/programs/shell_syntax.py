"""The grammar of the small shell: text in, commands out. Owns no state; shell.py runs what is parsed here.

Simplification: no background commands, functions, `case`, here-documents or subshells; whoever writes one is told so
when the container is created.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.programs.shell_words import Part, Reader, ShellSyntaxError, UnfinishedCommand, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """A program with its arguments; `output` is where standard output goes, `append` how.

    `errors_too` stands for `2>&1`, `as_errors` for `>&2`; `errors` is where standard error goes. `line` is its place.
    """

    words: tuple[Word, ...]
    assignments: tuple[tuple[str, Word], ...] = ()
    output: Word | None = None
    append: bool = False
    errors_too: bool = False
    as_errors: bool = False
    errors: Word | None = None
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    """Commands joined by `|`, at least one; `negated` by `!` before it."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Commands joined by `&&` and `||`: (operator before it, command)."""

    links: tuple[tuple[str, Command], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Commands one after the other."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """`while` and, with `until`, its opposite."""

    condition: Sequence
    body: Sequence
    until: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class For:
    """`for name in words`."""

    name: str
    words: tuple[Word, ...]
    body: Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class If:
    """`if … then … elif … else … fi`."""

    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None


Command = Simple | Pipe | Chain | Sequence | Loop | For | If


_NOT_HERE = ("&", "(", "<", "<<", ";;")
_ENDS = frozenset("do done elif else fi then".split())
_RESERVED = _ENDS | frozenset("! for if in until while".split())
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=")


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, reader: Reader) -> None:
        self._tokens = reader.tokens()
        self._lines = reader.lines

    @property
    def _line(self) -> int:
        """Where the next token stands."""
        return self._lines[-1 - len(self._tokens)]

    def script(self) -> Sequence:
        sequence = self._sequence()
        if self._tokens:
            raise self._unexpected()
        return sequence

    def _unexpected(self, expected: str = "") -> ShellSyntaxError:
        instead = f' (expecting "{expected}")' if expected else ""
        if not self._tokens:
            return UnfinishedCommand(f"unexpected end of file{instead}", f"end of file unexpected{instead}", self._line)
        token = self._tokens[0]
        if token in _NOT_HERE:
            raise NotImplementedHere(f"the embedded engine's sh has no `{token}`")
        shown = "newline" if token == "\n" else "word"
        if token != "\n" and (not isinstance(token, Word) or (token.bare and token.text in _RESERVED)):
            shown = f'"{token.text if isinstance(token, Word) else token}"'
        return ShellSyntaxError(f"unexpected {shown}{instead}", f"{shown} unexpected{instead}", self._line)

    def _keyword(self) -> str:
        token = self._tokens[0] if self._tokens else None
        return token.text if isinstance(token, Word) and token.bare else ""

    def _expect(self, keyword: str) -> None:
        if self._keyword() != keyword:
            raise self._unexpected(keyword)
        self._tokens.pop(0)

    def _at(self, *operators: str) -> bool:
        return bool(self._tokens) and self._tokens[0] in operators

    def _skip_newlines(self) -> None:
        while self._at("\n"):
            self._tokens.pop(0)

    def _skip_separator(self) -> bool:
        """One `;` or the end of a line, and empty lines. Returns whether it was there."""
        if not self._at(";", "\n"):
            return False
        self._tokens.pop(0)
        self._skip_newlines()
        return True

    def _sequence(self) -> Sequence:
        """Commands up to a word that ends them, or to what is none; whoever asked says whether that may stand there."""
        commands: list[Command] = []
        self._skip_newlines()
        while self._tokens and isinstance(self._tokens[0], Word) and self._keyword() not in _ENDS:
            commands.append(self._chain())
            if not self._skip_separator():
                break
        return Sequence(commands=tuple(commands))

    def _chain(self) -> Command:
        links: list[tuple[str, Command]] = [("", self._pipe())]
        while self._at("&&", "||"):
            operator = str(self._tokens.pop(0))
            self._skip_newlines()
            links.append((operator, self._pipe()))
        return links[0][1] if len(links) == 1 else Chain(links=tuple(links))

    def _pipe(self) -> Command:
        negated = self._keyword() == "!"
        if negated:
            self._tokens.pop(0)
        commands = [self._command()]
        while self._at("|"):
            self._tokens.pop(0)
            self._skip_newlines()
            commands.append(self._command())
        plain = len(commands) == 1 and not negated
        return commands[0] if plain else Pipe(commands=tuple(commands), negated=negated)

    def _command(self) -> Command:
        match self._keyword():
            case "while" | "until":
                return self._loop()
            case "for":
                return self._for()
            case "if":
                return self._if()
            case "case" | "function" | "{" as word:
                raise NotImplementedHere(f"the embedded engine's sh has no `{word}`")
        if self._keyword() in _ENDS:
            raise self._unexpected()
        return self._simple()

    def _loop(self) -> Loop:
        until = self._tokens.pop(0).text == "until"  # type: ignore[union-attr]
        condition = self._sequence()
        return Loop(condition=condition, body=self._body(), until=until)

    def _body(self) -> Sequence:
        self._expect("do")
        body = self._sequence()
        self._expect("done")
        return body

    def _for(self) -> For:
        self._tokens.pop(0)
        name = self._keyword()
        self._tokens.pop(0)
        self._expect("in")
        words: list[Word] = []
        while self._tokens and isinstance(self._tokens[0], Word):
            words.append(self._tokens.pop(0))  # type: ignore[arg-type]
        self._skip_separator()
        return For(name=name, words=tuple(words), body=self._body())

    def _if(self) -> If:
        branches: list[tuple[Sequence, Sequence]] = []
        otherwise = None
        while self._keyword() in ("if", "elif"):
            self._tokens.pop(0)
            condition = self._sequence()
            self._expect("then")
            branches.append((condition, self._sequence()))
        if self._keyword() == "else":
            self._tokens.pop(0)
            otherwise = self._sequence()
        self._expect("fi")
        return If(branches=tuple(branches), otherwise=otherwise)

    def _simple(self) -> Simple:
        words: list[Word] = []
        assignments: list[tuple[str, Word]] = []
        output: Word | None = None
        errors: Word | None = None
        append = errors_too = as_errors = False
        line = self._line
        while self._tokens and not self._at(";", "\n", "&&", "||", "|"):
            token = self._tokens.pop(0)
            if token in (">", ">>"):
                output, append = self._target(), token == ">>"
            elif token == "2>":
                errors = self._target()
            elif token == "2>&1":
                errors_too = True
            elif token in ("1>&2", ">&2"):
                as_errors = True
            elif isinstance(token, str):
                self._tokens.insert(0, token)
                raise self._unexpected()
            elif not words and (match := _ASSIGNMENT.match(token.text)):
                assignments.append((match[1], _without(token, match.end())))
            else:
                words.append(token)
        if not words and not assignments and output is None and errors is None:
            raise self._unexpected()
        return Simple(
            words=tuple(words),
            assignments=tuple(assignments),
            output=output,
            append=append,
            errors_too=errors_too,
            as_errors=as_errors,
            errors=errors,
            line=line,
        )

    def _target(self) -> Word:
        if not self._tokens or not isinstance(self._tokens[0], Word):
            raise self._unexpected()
        target = self._tokens.pop(0)
        assert isinstance(target, Word)
        return target


def _without(word: Word, length: int) -> Word:
    """`word` without its first `length` characters (`name=`, which is never quoted)."""
    parts = list(word.parts)
    while length:
        part = parts.pop(0)
        if len(part.text) > length:
            parts.insert(0, Part(part.text[length:], part.expands, part.quoted))
        length -= min(length, len(part.text))
    return Word(tuple(parts))


def parse(text: str) -> Sequence:
    """The commands of a script.

    Raises:
        ShellSyntaxError: it is none.
        NotImplementedHere: it uses what this shell does not have.
    """
    return _Parser(Reader(text)).script()
