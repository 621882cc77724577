"""The functions that every template has. Source: Go text/template/funcs.go.

`and` and `or` are no functions here: whether their later arguments are looked at depends on the earlier ones.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from swarmlab.gotemplate.errors import CallError
from swarmlab.gotemplate.formatting import format_, join_words
from swarmlab.gotemplate.values import Struct, is_true, type_of

LAZY = ("and", "or")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a template.

    Attributes:
        least: how many arguments it needs.
        many: whether it takes more than that.
        texts: whether its arguments must be texts.
    """

    call: Callable[..., object]
    least: int
    many: bool = False
    texts: bool = False


def _index(value: object, *keys: object) -> object:
    for key in keys:
        value = _item(value, key)
    return value


def _item(value: object, key: object) -> object:
    match value:
        case Mapping():
            if not isinstance(key, str):
                raise CallError(f"value has type {type_of(key)}; should be string")
            return value.get(key, "")
        case str() | list() | tuple():
            if isinstance(key, bool) or not isinstance(key, int):
                raise CallError(f"cannot index slice/array with type {type_of(key)}")
            if not 0 <= key < len(value):
                raise CallError(f"index out of range: {key}")
            return value.encode()[key] if isinstance(value, str) else value[key]
        case None:
            raise CallError("index of untyped nil")
    raise CallError(f"can't index item of type {type_of(value)}")


def _slice(value: object, *bounds: object) -> object:
    if not isinstance(value, str | list | tuple):
        raise CallError(f"can't slice item of type {type_of(value)}")
    for bound in bounds:
        if isinstance(bound, bool) or not isinstance(bound, int):
            raise CallError(f"cannot index slice/array with type {type_of(bound)}")
        if not 0 <= bound <= len(value):
            raise CallError(f"index out of range: {bound}")
    first, last = ([*bounds, *[0, len(value)][len(bounds) :]])[:2]
    assert isinstance(first, int)
    assert isinstance(last, int)
    if first > last:
        raise CallError(f"invalid slice index: {first} > {last}")
    return value[first:last]


def _length(value: object) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, Mapping | list | tuple):
        return len(value)
    raise CallError("len of nil pointer" if value is None else f"len of type {type_of(value)}")


def _kind(value: object) -> str:
    if isinstance(value, Struct | Mapping | list | tuple):
        raise CallError(f"non-comparable type {type_of(value)}")
    return type_of(value)


def _same(first: object, second: object) -> bool:
    kinds = _kind(first), _kind(second)
    if kinds[0] != kinds[1]:
        raise CallError(f"incompatible types for comparison: {kinds[0]} and {kinds[1]}")
    return first == second


def _less(first: object, second: object) -> bool:
    if _kind(first) != _kind(second):
        raise CallError(f"incompatible types for comparison: {_kind(first)} and {_kind(second)}")
    if isinstance(first, bool) or not isinstance(first, str | int | float):
        raise CallError("invalid type for comparison")
    return bool(first < second)  # type: ignore[operator]  # both are of one kind


def _equals(first: object, *others: object) -> bool:
    if not others:
        raise CallError("missing argument for comparison")
    return any(_same(first, other) for other in others)


def _escape(escape: Callable[[str], str]) -> Callable[..., str]:
    return lambda *values: escape(join_words(values))


def _html(text: str) -> str:
    return html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")


def _js(text: str) -> str:
    marks = {"\\": r"\\", "'": r"\'", '"': r"\"", "<": r"\u003C", ">": r"\u003E", "&": r"\u0026", "=": r"\u003D"}
    return "".join(marks.get(each, each if each >= " " else f"\\u{ord(each):04X}") for each in text)


def _println(*values: object) -> str:
    return " ".join(map(_shown, values)) + "\n"


def _shown(value: object) -> str:
    return join_words((value,))


BUILTINS: Mapping[str, Function] = {
    "eq": Function(_equals, 1, many=True),
    "ge": Function(lambda a, b: not _less(a, b), 2),
    "gt": Function(lambda a, b: not _less(a, b) and not _same(a, b), 2),
    "html": Function(_escape(_html), 0, many=True),
    "index": Function(_index, 1, many=True),
    "js": Function(_escape(_js), 0, many=True),
    "le": Function(lambda a, b: _less(a, b) or _same(a, b), 2),
    "len": Function(_length, 1),
    "lt": Function(_less, 2),
    "ne": Function(lambda a, b: not _same(a, b), 2),
    "not": Function(lambda value: not is_true(value), 1),
    "print": Function(lambda *values: join_words(values), 0, many=True),
    "printf": Function(lambda pattern, *values: format_(pattern, values), 1, many=True),
    "println": Function(_println, 0, many=True),
    "slice": Function(_slice, 1, many=True),
    "urlquery": Function(_escape(quote_plus), 0, many=True),
}


def check_arguments(name: str, function: Function, arguments: Sequence[object]) -> None:
    """Raise CallError where the number of arguments is wrong."""
    given = len(arguments)
    if given < function.least and function.many:
        raise CallError(f"wrong number of args for {name}: want at least {function.least} got {given}")
    if given != function.least and not function.many:
        raise CallError(f"wrong number of args for {name}: want {function.least} got {given}")
