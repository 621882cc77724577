"""Filling in a template that was read. Source: Go text/template/exec.go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from swarmlab.gotemplate.errors import CallError, TemplateError
from swarmlab.gotemplate.functions import BUILTINS, LAZY, Function, check_count
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
from swarmlab.gotemplate.showing import show, show_inner
from swarmlab.gotemplate.values import (
    NOT_THERE,
    Method,
    NotThere,
    Pointer,
    Struct,
    is_true,
    pointed,
    type_of,
)

_NOTHING = object()
_CONSTANTS: Mapping[str, tuple[type, str]] = {"string": (str, "string"), "int": (int, "integer")}
"""Which constants fit an argument's type, and what Go calls them."""


@dataclass(frozen=True, slots=True)
class _Arguments:
    """What stands after a function's name, and what the pipeline gives it."""

    words: tuple[Operand, ...] = ()
    final: object = _NOTHING

    @property
    def are_there(self) -> bool:
        """Whether there are any."""
        return self.count > 0

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.words) + (self.final is not _NOTHING)


_NO_ARGUMENTS = _Arguments()


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
        self.write(data, written.append)
        return "".join(written)

    def write(self, data: object, write: Callable[[str], None]) -> None:
        """The same, part by part: what comes before an error is written.

        Raises:
            TemplateError: in Go's words.
        """
        _Filling(self, data, write).walk(self._nodes, data)


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
        value = pointed(value)
        match value:
            case Mapping():
                return sorted(value.items())
            case list() | tuple():
                return list(enumerate(value))
            case None | NotThere():
                return []
            case int() if not isinstance(value, bool):
                return [(number, number) for number in range(value)]
        last = node.pipeline.commands[-1].words[-1]
        self._fail(last.position, last, f"range can't iterate over {show_inner(value)}")

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
        if isinstance(first, Field | Chain | Variable) and first.names:
            return self._value(first, dot, _Arguments(tuple(rest), final))
        if rest or final is not _NOTHING:
            self._fail(first.position, first, f"can't give argument to non-function {first}")
        return self._value(first, dot)

    def _value(self, node: Operand, dot: object, given: _Arguments = _NO_ARGUMENTS) -> object:
        match node:
            case Dot():
                return dot
            case Nil():
                return None
            case Constant(value=value):
                return value
            case Field(names=names):
                return self._fields(node, dot, dot, names, given)
            case Variable(name=name, names=names):
                found = next(value for known, value in reversed(self._variables) if known == name)
                return self._fields(node, dot, found, names, given)
            case Chain(node=inner, names=names):
                return self._fields(node, dot, self._pipeline(inner, dot), names, given)
            case Pipeline():
                return self._pipeline(node, dot)
            case Call(name=name):
                return self._call(Command(node.position, (node,)), name, [], dot, _NOTHING)

    def _fields(
        self, node: Field | Variable | Chain, dot: object, value: object, names: Sequence[str], given: _Arguments
    ) -> object:
        for index, name in enumerate(names, 1):
            value = self._field(node, dot, value, name, given if index == len(names) else _NO_ARGUMENTS)
        return value

    def _field(
        self, node: Field | Variable | Chain, dot: object, value: object, name: str, given: _Arguments
    ) -> object:
        found = self._found(node, value, name)
        if isinstance(found, Method):
            function = Function(found.call, len(found.takes), takes=found.takes)
            return self._called(Command(node.position, (node,)), name, function, given, dot)
        if given.are_there:
            is_key = isinstance(pointed(value), Mapping)
            words = "is not a method but has arguments" if is_key else "has arguments but cannot be invoked as function"
            self._fail(node.position, node, f"{name} {words}")
        return found

    def _found(self, node: Field | Variable | Chain, value: object, name: str) -> object:
        inner = pointed(value)
        if isinstance(value, NotThere):
            if self._template.missing_is_error:
                self._fail(node.position, node, f"nil data; no entry for key {quoted(name)}")
            return value
        if value is None:
            self._fail(node.position, node, f"nil pointer evaluating interface {{}}.{name}")
        if method := getattr(inner, "methods", {}).get(name):
            return method
        match inner:
            case Struct() if (found := inner.find(name)) is not NOT_THERE:
                return found
            case Mapping():
                if name not in inner and self._template.missing_is_error:
                    self._fail(node.position, node, f"map has no entry for key {quoted(name)}")
                return inner.get(name, NOT_THERE)
            case Pointer(fields=fields) if name in fields:
                self._fail(node.position, node, f"nil pointer evaluating {inner.type}.{name}")
        self._fail(node.position, node, f"can't evaluate field {name} in type {type_of(value)}")

    # --- functions ---

    def _call(self, command: Command, name: str, words: Sequence[Operand], dot: object, final: object) -> object:
        if name in LAZY:
            return self._lazy(command, name, words, dot, final)
        given = _Arguments(tuple(words), final)
        return self._called(command, name, self._template.functions[name], given, dot)

    def _called(self, command: Command, name: str, function: Function, given: _Arguments, dot: object) -> object:
        first = command.words[0]
        try:
            check_count(name, function, given.count)
        except CallError as error:
            self._fail(first.position, first, str(error))
        arguments = [self._argument(word, dot, function.type_at(at)) for at, word in enumerate(given.words)]
        if given.final is not _NOTHING:
            last = given.words[-1] if given.words else first
            arguments.append(self._fitting(last, given.final, function.type_at(len(arguments))))
        try:
            return function.call(*arguments)
        except CallError as error:
            self._fail(command.position, command, f"error calling {name}: {error}")

    def _argument(self, word: Operand, dot: object, type_: str) -> object:
        if isinstance(word, Constant) and type_:
            if type_ not in _CONSTANTS:
                self._fail(word.position, word, f"can't handle {word} for arg of type {type_}")
            python, called = _CONSTANTS[type_]
            if type(word.value) is not python:
                self._fail(word.position, word, f"expected {called}; found {word}")
        if isinstance(word, Nil) and type_:
            self._fail(word.position, word, f"cannot assign nil to {type_}")
        return self._fitting(word, self._value(word, dot), type_)

    def _fitting(self, word: Operand, value: object, type_: str) -> object:
        """The value, or what it points to, where it is of the type that is asked for."""
        if not type_ or type_of(value) == type_:
            return value
        if value is None or isinstance(value, NotThere):
            self._fail(word.position, word, f"invalid value; expected {type_}")
        if type_of(value) == f"*{type_}" and pointed(value) is not value:
            return pointed(value)
        self._fail(word.position, word, f"wrong type for value; expected {type_}; got {type_of(value)}")

    def _lazy(self, command: Command, name: str, words: Sequence[Operand], dot: object, final: object) -> object:
        if not words and final is _NOTHING:
            self._fail(command.position, command, f"wrong number of args for {name}: want at least 1 got 0")
        value: object = None
        for word in words:
            value = self._value(word, dot)
            if is_true(value) == (name == "or"):
                return value
        return value if final is _NOTHING else final
