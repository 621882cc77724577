"""What templates work on: Python's plain values, and such as carry the name of a Go type.

A plain text is Go's `string`, a plain list its `[]interface {}`, a plain map its `map[string]interface {}`: what Go
makes of JSON that it knows no type for. Source: Go reflect, text/template/exec.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self


@dataclass(frozen=True, slots=True)
class Struct:
    """A value with named fields; `type` is what errors call it.

    Attributes:
        fields: what templates may ask for, in the order in which Go declares it; a Method is called.
        embedded: the fields whose own fields count as this struct's.
        shown: what it says of itself where it has a method String.
    """

    type: str
    fields: Mapping[str, object]
    embedded: tuple[str, ...] = ()
    shown: str | None = None

    def find(self, name: str) -> object:
        """The value of a field, of its own or of what is embedded; NOT_THERE where there is none."""
        if name in self.fields:
            return self.fields[name]
        for each in self.embedded:
            inner = self.fields[each]
            inner = inner.to if isinstance(inner, Pointer) else inner
            if isinstance(inner, Struct) and (found := inner.find(name)) is not NOT_THERE:
                return found
        return NOT_THERE


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer: to a value, or to none.

    Attributes:
        type: with its star.
        to: what it points to; None for nil.
        fields: what a struct of its type has, if it points to none.
    """

    type: str
    to: object
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Method:
    """What a struct does when it is asked; `takes` are the types of its arguments."""

    call: Callable[..., object]
    takes: tuple[str, ...] = ()


class Word(str):
    """A text of a type with a name, such as `swarm.NodeRole`; `methods` is what it can be asked."""

    type: str
    methods: Mapping[str, Method] = {}

    def __new__(cls, text: str, type_: str, methods: Mapping[str, Method] | None = None) -> Self:
        """See the class."""
        word = super().__new__(cls, text)
        word.type = type_
        word.methods = methods or {}
        return word


class Number(int):
    """A whole number of a type with a name, such as `uint64`; `shown` where it says what it is by itself."""

    type: str
    shown: str | None = None
    methods: Mapping[str, Method] = {}

    def __new__(
        cls, value: int, type_: str, shown: str | None = None, methods: Mapping[str, Method] | None = None
    ) -> Self:
        """See the class."""
        number = super().__new__(cls, value)
        number.type, number.shown = type_, shown
        number.methods = methods or {}
        return number


class Real(float):
    """A broken number of a type with a name, such as `float32`."""

    type: str

    def __new__(cls, value: float, type_: str) -> Self:
        """See the class."""
        real = super().__new__(cls, value)
        real.type = type_
        return real


class Items(list[Any]):
    """A slice of a type with a name, such as `[]string`; `is_nil` where there is not even an empty one."""

    def __init__(self, items: Sequence[object], type_: str, *, is_nil: bool = False) -> None:
        super().__init__(items)
        self.type, self.is_nil = type_, is_nil


class Map(dict[str, Any]):
    """A map of a type with a name; `zero` is what a key stands for that it does not have."""

    methods: Mapping[str, Method] = {}

    def __init__(self, items: Mapping[str, object], type_: str, zero: object = "", *, is_nil: bool = False) -> None:
        super().__init__(items)
        self.type, self.zero, self.is_nil = type_, zero, is_nil


class NotThere:
    """What a key stands for that a map does not have: no value at all."""


NOT_THERE: Final = NotThere()
_PLAIN = {bool: "bool", int: "int", float: "float64", str: "string"}
_UNSIGNED = ("uint", "uint8", "uint16", "uint32", "uint64", "fs.FileMode")


def is_true(value: object) -> bool:
    """Whether `if` takes it: neither nil nor zero nor empty; a struct always is."""
    match value:
        case Struct():
            return True
        case Pointer(to=to):
            return to is not None
        case NotThere():
            return False
    return bool(value)


def is_nil(value: object) -> bool:
    """Whether a value is nil, or a pointer that is."""
    return value is None or (isinstance(value, Pointer) and value.to is None)


def pointed(value: object) -> object:
    """What a pointer points to; any other value, and nil, as it is."""
    return value.to if isinstance(value, Pointer) and value.to is not None else value


def type_of(value: object) -> str:
    """A value's type as errors name it."""
    named = getattr(value, "type", None)
    if named is not None:
        return str(named)
    match value:
        case None | NotThere():
            return "nil"
        case Mapping():
            texts = value and all(type(each) is str for each in value.values())
            return f"map[string]{'string' if texts else 'interface {}'}"
        case list() | tuple():
            return "[]interface {}"
    return _PLAIN.get(type(value), "string")


def kind_of(value: object) -> str | None:
    """Which basic kind a value is of, as comparing knows them; None where it is none."""
    match value:
        case bool():
            return "bool"
        case Number(type=type_) if type_ in _UNSIGNED:
            return "uint"
        case int():
            return "int"
        case float():
            return "float"
        case str():
            return "string"
    return None
