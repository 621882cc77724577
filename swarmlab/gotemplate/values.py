"""What templates work on: Python's plain values, and structs; how Go shows them. Source: Go fmt, text/template/exec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Struct:
    """A value with named fields; `type` is what errors call it."""

    type: str
    fields: Mapping[str, object]


def show(value: object) -> str:
    """A value as `{{.}}` shows it."""
    match value:
        case None:
            return "<no value>"
        case bool():
            return str(value).lower()
        case float():
            return show_float(value)
        case Struct():
            return f"{{{' '.join(map(_show_inner, value.fields.values()))}}}"
        case Mapping():
            return f"map[{' '.join(f'{key}:{_show_inner(value[key])}' for key in sorted(value))}]"
        case list() | tuple():
            return f"[{' '.join(map(_show_inner, value))}]"
    return str(value)


def _show_inner(value: object) -> str:
    return "<nil>" if value is None else show(value)


def show_float(value: float) -> str:
    """A float as Go prints it by default: `0`, `0.5`, never `0.0`."""
    return str(int(value)) if value == int(value) and abs(value) < 1e21 else repr(value)


def is_true(value: object) -> bool:
    """Whether `if` takes it: neither nil nor zero nor empty; a struct always is."""
    return isinstance(value, Struct) or bool(value)


def type_of(value: object) -> str:
    """A value's type as errors name it."""
    match value:
        case None:
            return "nil"
        case Struct():
            return value.type
        case Mapping():
            texts = all(isinstance(each, str) for each in value.values())
            return f"map[string]{'string' if texts else 'interface {}'}"
        case list() | tuple():
            return "[]interface {}"
    return {bool: "bool", int: "int", float: "float64"}.get(type(value), "string")
