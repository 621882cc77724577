"""Filling in a template that was read. Source: Go text/template/exec.go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn

from swarmlab.gotemplate.errors import CallError, TemplateError
from swarmlab.gotemplate.functions import BUILTINS, LAZY, Function, check_arguments
from swarmlab.gotemplate.lexing import quoted
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
from swarmlab.gotemplate.parsing import parse
from swarmlab.gotemplate.values import Struct, is_true, show, type_of

_NOTHING = object()


class Template:
    """A template, ready to be filled in.

    Args:
        name: what errors call it.
        functions: what it may call besides Go's own.
        missing_is_error: whether a map must have the keys that are asked for; else they show as `<no value>`.

    Raises:
        TemplateError, NotInTemplates: it cannot be read.
    """

    def __init__(
        self, name: str, text: str, functions: Mapping[str, Function] | None = None, *, missing_is_error: bool = False
    ) -> None:
        self.name, self.text = name, text
        self.missing_is_error = missing_is_error
        self.functions: Mapping[str, Function] = {**BUILTINS, **(functions or {})}
        self._nodes = parse(name, text, {*self.functions, *LAZY})

    def fill(self, data: object) -> str:
        """The text with `data` as `.`.

        Raises:
            TemplateError: in Go's words.
        """
        written: list[str] = []
        _Filling(self, data, written.append).walk(self._nodes, data)
        return "".join(written)


class _Filling:
    """One pass over a template."""

    def __init__(self, template: Template, data: object, write: Callable[[str], None]) -> None:
        self._template = template
        self._write = write
        self._variables: list[tuple[str, object]] = [("$", data)]

    def _fail(self, position: int, what: object, text: str) -> NoReturn:
        before = self._template.text[:position]
        line, column = 1 + before.count("\n"), position - (before.rfind("\n") + 1)
        name = self._template.name
        raise TemplateError(f"template: {name}:{line}:{column}: executing {quoted(name)} at <{what}>: {text}")

    # --- what is written ---

    def walk(self, nodes: Sequence[Node], dot: object) -> None:
        """Write the parts."""
        for node in nodes:
            match node:
                case Text(text=text):
                    self._write(text)
                case Pipeline(names=names):
                    value = self._pipeline(node, dot)
                    self._write("" if names else show(value))
                case Branch():
                    known = len(self._variables)
                    self._branch(node, dot)
                    del self._variables[known:]

    def _branch(self, node: Branch, dot: object) -> None:
        value = self._pipeline(node.pipeline, dot, bind=node.word != "range")
        if node.word == "range":
            self._range(node, value, dot)
        elif is_true(value):
            self.walk(node.body, value if node.word == "with" else dot)
        else:
            self.walk(node.otherwise, dot)

    def _range(self, node: Branch, value: object, dot: object) -> None:
        items = self._items(node, value)
        for key, item in items:
            known = len(self._variables)
            names = node.pipeline.names
            for name, each in zip(names, (key, item) if len(names) == 2 else (item,), strict=False):
                self._bind(name, each, assigns=node.pipeline.assigns)
            self.walk(node.body, item)
            del self._variables[known:]
        if not items:
            self.walk(node.otherwise, dot)

    def _items(self, node: Branch, value: object) -> list[tuple[object, object]]:
        match value:
            case Mapping():
                return sorted(value.items())
            case list() | tuple():
                return list(enumerate(value))
            case None:
                return []
            case int() if not isinstance(value, bool):
                return [(number, number) for number in range(value)]
        last = node.pipeline.commands[-1].words[-1]
        self._fail(last.position, last, f"range can't iterate over {show(value)}")

    # --- values ---

    def _pipeline(self, node: Pipeline, dot: object, *, bind: bool = True) -> object:
        value: object = _NOTHING
        for command in node.commands:
            value = self._command(command, dot, value)
        for name in node.names if bind else ():
            self._bind(name, value, assigns=node.assigns)
        return value

    def _bind(self, name: str, value: object, *, assigns: bool) -> None:
        if not assigns:
            self._variables.append((name, value))
            return
        index = max(index for index, (known, _) in enumerate(self._variables) if known == name)
        self._variables[index] = (name, value)

    def _command(self, command: Command, dot: object, final: object) -> object:
        first, *rest = command.words
        if isinstance(first, Call):
            return self._call(command, first.name, rest, dot, final)
        if isinstance(first, Nil):
            self._fail(first.position, first, "nil is not a command")
        if rest or final is not _NOTHING:
            if isinstance(first, Field | Chain | Variable) and first.names:
                words = f"{first.names[-1]} has arguments but cannot be invoked as function"
                self._fail(first.position, first, words)
            self._fail(first.position, first, f"can't give argument to non-function {first}")
        return self._value(first, dot)

    def _value(self, node: Operand, dot: object) -> object:
        match node:
            case Dot():
                return dot
            case Nil():
                return None
            case Constant(value=value):
                return value
            case Field(names=names):
                return self._fields(node, dot, names)
            case Variable(name=name, names=names):
                found = next(value for known, value in reversed(self._variables) if known == name)
                return self._fields(node, found, names)
            case Chain(node=inner, names=names):
                return self._fields(node, self._pipeline(inner, dot), names)
            case Pipeline():
                return self._pipeline(node, dot)
            case Call(name=name):
                return self._call(Command(node.position, (node,)), name, [], dot, _NOTHING)

    def _fields(self, node: Field | Variable | Chain, value: object, names: Sequence[str]) -> object:
        for name in names:
            match value:
                case Struct(fields=fields) if name in fields:
                    value = fields[name]
                case Mapping():
                    if name not in value and self._template.missing_is_error:
                        self._fail(node.position, node, f"map has no entry for key {quoted(name)}")
                    value = value.get(name)
                case None:
                    self._fail(node.position, node, f"nil data; no entry for key {quoted(name)}")
                case _:
                    self._fail(node.position, node, f"can't evaluate field {name} in type {type_of(value)}")
        return value

    # --- functions ---

    def _call(self, command: Command, name: str, words: Sequence[Operand], dot: object, final: object) -> object:
        if name in LAZY:
            return self._lazy(command, name, words, dot, final)
        function = self._template.functions[name]
        arguments = [self._value(word, dot) for word in words] + ([] if final is _NOTHING else [final])
        try:
            check_arguments(name, function, arguments)
        except CallError as error:
            self._fail(command.position, command, str(error))
        for word, argument in zip(words, arguments, strict=False):
            if function.texts and not isinstance(argument, str):
                wrong = f"wrong type for value; expected string; got {type_of(argument)}"
                constant = isinstance(word, Constant)
                self._fail(word.position, word, f"expected string; found {word}" if constant else wrong)
        try:
            return function.call(*arguments)
        except CallError as error:
            self._fail(command.position, command, f"error calling {name}: {error}")

    def _lazy(self, command: Command, name: str, words: Sequence[Operand], dot: object, final: object) -> object:
        if not words and final is _NOTHING:
            self._fail(command.position, command, f"wrong number of args for {name}: want at least 1 got 0")
        value: object = None
        for word in words:
            value = self._value(word, dot)
            if is_true(value) == (name == "or"):
                return value
        return value if final is _NOTHING else final
