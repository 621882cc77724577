"""From a template's words to its parts. Source: Go text/template/parse/parse.go."""

from __future__ import annotations

import ast
from collections.abc import Container
from typing import NoReturn

from swarmlab.gotemplate.errors import NotInTemplates, TemplateError
from swarmlab.gotemplate.lexing import Kind, Word, words_of
from swarmlab.gotemplate.nodes import (
    Branch,
    Call,
    Chain,
    Command,
    Constant,
    Dot,
    Field,
    Nil,
    Node,
    Operand,
    Pipeline,
    Text,
    Variable,
)

_ABSENT = frozenset({"block", "break", "call", "continue", "define", "template"})


def parse(name: str, text: str, functions: Container[str]) -> tuple[Node, ...]:
    """Read a template.

    Args:
        name: of the template, for errors.
        text: the template.
        functions: the functions that it may call.

    Raises:
        TemplateError: in Go's words.
        NotInTemplates: it uses what is not here.
    """
    reading = _Reading(name, text, functions)
    nodes, end = reading.nodes()
    if end.text:
        reading.fail(f"unexpected {{{{{end.text}}}}}", end)
    return nodes


class _Reading:
    """One pass over a template's words."""

    def __init__(self, name: str, text: str, functions: Container[str]) -> None:
        self._name, self._text, self._functions = name, text, functions
        self._words = words_of(text)
        self._at = 0
        self._variables = ["$"]

    # --- words ---

    def _next(self) -> Word:
        word = self._words[self._at]
        self._at = min(self._at + 1, len(self._words) - 1)
        return word

    def _peek(self) -> Word:
        return self._words[self._at]

    def _skip_space(self) -> Word:
        while self._peek().kind is Kind.SPACE:
            self._next()
        return self._peek()

    def fail(self, text: str, word: Word) -> NoReturn:
        """Refuse the template."""
        line = 1 + self._text[: word.position].count("\n")
        raise TemplateError(f"template: {self._name}:{line}: {text}")

    def _unexpected(self, word: Word, where: str) -> NoReturn:
        self.fail(str(word) if word.kind is Kind.ERROR else f"unexpected {word} in {where}", word)

    # --- structure ---

    def nodes(self) -> tuple[tuple[Node, ...], Word]:
        """The parts up to the next `end` or `else`, which is returned too, or to the end of the text."""
        found: list[Node] = []
        while (word := self._next()).kind is not Kind.END:
            if word.kind is Kind.TEXT:
                found.append(Text(word.text))
                continue
            if word.kind is not Kind.LEFT:
                self._unexpected(word, "input")
            first = self._skip_space()
            if first.kind is Kind.KEYWORD and first.text in ("end", "else"):
                return tuple(found), self._next()
            found.append(self._action(first))
        return tuple(found), Word(Kind.END, "", word.position)

    def _action(self, first: Word) -> Node:
        if first.kind is not Kind.KEYWORD or first.text in (".", "nil"):
            return self._pipeline("command", Kind.RIGHT)
        if first.text in _ABSENT:
            raise NotInTemplates(f"{{{{{first.text}}}}}")
        return self._branch(self._next().text)

    def _branch(self, word: str) -> Branch:
        known = len(self._variables)
        pipeline = self._pipeline(word, Kind.RIGHT)
        body, end = self._body()
        otherwise = self._otherwise(word) if end.text == "else" else ()
        del self._variables[known:]
        return Branch(word, pipeline, body, otherwise)

    def _otherwise(self, word: str) -> tuple[Node, ...]:
        following = self._skip_space()
        if following.kind is Kind.KEYWORD and following.text == word and word != "range":
            return (self._branch(self._next().text),)
        self._close("else")
        nodes, end = self._body()
        if end.text == "else":
            self.fail("expected end; found {{else}}", end)
        return nodes

    def _body(self) -> tuple[tuple[Node, ...], Word]:
        nodes, end = self.nodes()
        if not end.text:
            self.fail("unexpected EOF", end)
        if end.text == "end":
            self._close("end")
        return nodes, end

    def _close(self, where: str) -> None:
        word = self._skip_space()
        if word.kind is not Kind.RIGHT:
            self._unexpected(word, where)
        self._next()

    # --- pipelines ---

    def _pipeline(self, where: str, end: Kind) -> Pipeline:
        position = self._skip_space().position
        names, assigns = self._declared(where)
        commands: list[Command] = []
        while True:
            word = self._skip_space()
            if word.kind is end:
                self._next()
                break
            if word.kind in _BEGINS or (word.kind is Kind.KEYWORD and word.text in (".", "nil")):
                commands.append(self._command(end))
            else:
                self._unexpected(word, where)
        if not commands:
            self.fail(f"missing value for {where}", word)
        for command in commands[1:]:
            if isinstance(command.words[0], Constant | Dot | Nil):
                self.fail(f"non executable command in pipeline stage {commands.index(command) + 1}", word)
        return Pipeline(position, tuple(commands), names, assigns)

    def _declared(self, where: str) -> tuple[tuple[str, ...], bool]:
        """The variables before `:=` or `=`, if there are any."""
        start, names = self._at, []
        while self._skip_space().kind is Kind.VARIABLE:
            names.append(self._next().text)
            following = self._skip_space()
            if following.kind is Kind.COMMA and where == "range" and len(names) == 1:
                self._next()
            elif following.kind in (Kind.DECLARE, Kind.ASSIGN):
                self._next()
                if following.kind is Kind.DECLARE:
                    self._variables += names
                return tuple(names), following.kind is Kind.ASSIGN
            else:
                break
        self._at = start
        return (), False

    def _command(self, end: Kind) -> Command:
        position = self._peek().position
        words: list[Operand] = []
        while True:
            operand = self._operand(self._skip_space())
            if operand is not None:
                words.append(operand)
            word = self._peek()
            if word.kind is Kind.SPACE:
                self._next()
                if self._skip_space().kind not in (end, Kind.PIPE):
                    continue
                word = self._peek()
            if word.kind is Kind.PIPE:
                self._next()
            elif word.kind is not end:
                self._unexpected(word, "operand")
            break
        if not words:
            self.fail("empty command", word)
        return Command(position, tuple(words))

    def _operand(self, word: Word) -> Operand | None:
        if word.kind not in _BEGINS and word.kind is not Kind.KEYWORD:
            return None
        term = self._term(self._next())
        names: list[str] = []
        position = self._peek().position
        while self._peek().kind is Kind.FIELD:
            names.append(self._next().text[1:])
        return self._with_fields(term, position, tuple(names)) if names else term

    def _with_fields(self, term: Operand, position: int, names: tuple[str, ...]) -> Operand:
        match term:
            case Field(names=before):
                return Field(position, (*before, *names))
            case Variable(name=name):
                return Variable(position, name, names)
            case Pipeline():
                return Chain(position, term, names)
        self.fail(f'unexpected . after term "{term}"', self._peek())

    def _term(self, word: Word) -> Operand:
        position, text = word.position, word.text
        match word.kind:
            case Kind.FIELD:
                return Field(position, (text[1:],))
            case Kind.KEYWORD if text == ".":
                return Dot(position)
            case Kind.KEYWORD if text == "nil":
                return Nil(position)
            case Kind.VARIABLE:
                if text not in self._variables:
                    self.fail(f'undefined variable "{text}"', word)
                return Variable(position, text)
            case Kind.IDENTIFIER:
                return self._function(word)
            case Kind.OPEN:
                return self._pipeline("parenthesized pipeline", Kind.CLOSE)
            case Kind.STRING | Kind.BOOL | Kind.NUMBER:
                return Constant(position, _value(word), text)
        self._unexpected(word, "operand")

    def _function(self, word: Word) -> Call:
        if word.text in _ABSENT:
            raise NotInTemplates(f"{{{{{word.text}}}}}")
        if word.text not in self._functions:
            self.fail(f'function "{word.text}" not defined', word)
        return Call(word.position, word.text)


_BEGINS = frozenset({Kind.BOOL, Kind.FIELD, Kind.IDENTIFIER, Kind.NUMBER, Kind.OPEN, Kind.STRING, Kind.VARIABLE})


def _value(word: Word) -> str | int | float | bool:
    if word.kind is Kind.BOOL:
        return word.text == "true"
    if word.kind is Kind.STRING:
        return word.text[1:-1] if word.text.startswith("`") else str(ast.literal_eval(word.text))
    try:
        return int(word.text, 0)
    except ValueError:
        return float(word.text)
