"""The functions that every template has. Source: Go text/template/funcs.go.

`and` and `or` are no functions here: whether their later arguments are looked at depends on the earlier ones.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus

from swarmlab.gotemplate.comparing import Comparing
from swarmlab.gotemplate.errors import CallError
from swarmlab.gotemplate.formatting import format_, join_words
from swarmlab.gotemplate.values import Map, NotThere, Pointer, is_nil, is_true, pointed, type_of

LAZY = ("and", "or")


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a template.

    Attributes:
        least: how many arguments it needs.
        many: whether it takes more than that.
        texts: whether its arguments must be texts.
        takes: the types of its arguments where they are not all texts; any for those that it does not name.
    """

    call: Callable[..., object]
    least: int
    many: bool = False
    texts: bool = False
    takes: tuple[str, ...] = ()

    def type_at(self, index: int) -> str:
        """The type of an argument; empty where any will do."""
        if self.texts:
            return "string"
        return self.takes[index] if index < len(self.takes) else ""


def _index(value: object, *keys: object) -> object:
    for key in keys:
        value = _item(value, key)
    return value


def _item(value: object, key: object) -> object:
    value = pointed(value)
    match value:
        case Mapping():
            if not isinstance(key, str):
                raise CallError(f"value has type {type_of(key)}; should be string")
            return value.get(key, value.zero if isinstance(value, Map) else _zero(value))
        case str() | list() | tuple():
            if isinstance(key, bool) or not isinstance(key, int):
                raise CallError(f"cannot index slice/array with type {type_of(key)}")
            if not 0 <= key < len(value):
                raise CallError(f"index out of range: {key}")
            return value.encode()[key] if isinstance(value, str) else value[key]
        case None | NotThere():
            raise CallError("index of untyped nil")
        case Pointer():
            raise CallError("index of nil pointer")
    raise CallError(f"can't index item of type {type_of(value)}")


def _zero(value: Mapping[str, object]) -> object:
    return "" if type_of(value) == "map[string]string" else None


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
    value = pointed(value)
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, Mapping | list | tuple):
        return len(value)
    raise CallError("len of nil pointer" if is_nil(value) else f"len of type {type_of(value)}")


def comparisons(*, tells_types: bool = True) -> dict[str, Function]:
    """The functions that compare, as Go 1.25 has them, or as those before, which `tells_types` no more."""
    comparing = Comparing(tells_types=tells_types)
    return {
        "eq": Function(comparing.equals, 1, many=True),
        "ge": Function(lambda a, b: not comparing.less(a, b), 2),
        "gt": Function(lambda a, b: not comparing.at_most(a, b), 2),
        "le": Function(comparing.at_most, 2),
        "lt": Function(comparing.less, 2),
        "ne": Function(lambda a, b: not comparing.same(a, b), 2),
    }


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
    **comparisons(),
    "html": Function(_escape(_html), 0, many=True),
    "index": Function(_index, 1, many=True),
    "js": Function(_escape(_js), 0, many=True),
    "len": Function(_length, 1),
    "not": Function(lambda value: not is_true(value), 1),
    "print": Function(lambda *values: join_words(values), 0, many=True),
    "printf": Function(lambda pattern, *values: format_(pattern, values), 1, many=True),
    "println": Function(_println, 0, many=True),
    "slice": Function(_slice, 1, many=True),
    "urlquery": Function(_escape(quote_plus), 0, many=True),
}


def check_count(name: str, function: Function, given: int) -> None:
    """Raise CallError where the number of arguments is wrong."""
    if given < function.least and function.many:
        raise CallError(f"wrong number of args for {name}: want at least {function.least} got {given}")
    if given != function.least and not function.many:
        raise CallError(f"wrong number of args for {name}: want {function.least} got {given}")
