"""The engine's values as Docker's JSON, and back. The only place with CamelCase; times are times.py's.

A dataclass becomes an object: its keys, their order and what is left out follow from its fields; where Docker's JSON
differs, `shapes.py` says so. What a request holds that the engine has no field for is refused by its name, unless it is
as good as not sent. Source of the forms: moby api/types/swarm, compared with the answers of an engine 28.5.2.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from swarmlab.api.times import nanoseconds, seconds
from swarmlab.engine.errors import InvalidParameter, NotImplementedHere

T = TypeVar("T")
Json = dict[str, object]

_WORDS = {"id": "ID", "cpus": "CPUs", "dns": "DNS", "tty": "TTY", "os": "OS", "pid": "PID", "tls": "TLS"}


# --- how a field stands in JSON ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one field differs: its JSON from its value, and back (`decode` gets the value and the path to it)."""

    encode: Callable[[object], object]
    decode: Callable[[object, str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """Where a class differs from the rule.

    Attributes:
        names: field to key, where the words of the two differ.
        always: fields that are written even when they are empty.
        codecs: fields whose JSON is of another form.
        merged: fields whose mapping is written into the object itself, and the keys that they may take.
        order: keys in Docker's order, where the fields' order is another.
        refusals: fields of chosen words, and the sentence that refuses another word.
        nothing: fields for which zero means not sent.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    always: frozenset[str] = frozenset()
    codecs: Mapping[str, Codec] = field(default_factory=dict)
    merged: Mapping[str, frozenset[str]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    refusals: Mapping[str, str] = field(default_factory=dict)
    nothing: frozenset[str] = frozenset()


_RULE = Exceptions()
_EXCEPTIONS: dict[type, Exceptions] = {}
_WRITTEN: set[type] = set()
"""The classes whose form is settled, since an object of theirs was written."""


def differs(class_: type, exceptions: Exceptions) -> None:
    """Note where a class differs from the rule, before the first of its objects is written."""
    assert class_ not in _WRITTEN, f"say where {class_.__name__} differs before the first one is written"
    _EXCEPTIONS[class_] = exceptions


def _exceptions(class_: type) -> Exceptions:
    return _EXCEPTIONS.get(class_, _RULE)


def camel(name: str) -> str:
    """A field's name as a key: `nano_cpus` is `NanoCPUs`, the unit of `delay_s` is left out."""
    return "".join(_WORDS.get(word, word.capitalize()) for word in name.removesuffix("_s").split("_"))


def _key(class_: type, name: str) -> str:
    return _exceptions(class_).names.get(name) or camel(name)


def _once_a_class(function: Callable[[type], T]) -> Callable[[type], T]:
    """Like functools.cache, whose type does not take classes."""
    known: dict[type, T] = {}

    def remembered(class_: type) -> T:
        if class_ not in known:
            known[class_] = function(class_)
        return known[class_]

    return remembered


@_once_a_class
def _hints(class_: type) -> dict[str, object]:
    return get_type_hints(class_)


@_once_a_class
def _fields(class_: type) -> tuple[Field[Any], ...]:
    return fields(class_)


# --- to JSON -------------------------------------------------------------------------------------------------------


def encode(value: object) -> object:
    """A value of the engine as JSON."""
    if is_dataclass(value):
        return encode_object(value)
    match value:
        case Enum():
            return value.value
        case bytes():
            return base64.b64encode(value).decode()
        case float() if value.is_integer():
            return int(value)
        case Mapping():
            return {key: encode(value[key]) for key in sorted(value)}
        case tuple() | list():
            return [encode(item) for item in value]
    return value


def encode_object(value: object) -> Json:
    """A dataclass as a JSON object."""
    class_ = type(value)
    result: Json = {}
    for part in _parts(class_):
        content = getattr(value, part.name)
        if part.is_merged:
            result.update(content)
        elif part.is_always or not _left_out(part, content):
            result[part.key] = part.encode(content)
    order = _exceptions(class_).order
    return _ordered(result, order) if order else result


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """How one field of a class is written: under which key, when, and how."""

    name: str
    key: str
    is_merged: bool
    is_always: bool
    is_optional: bool
    encode: Callable[[Any], object]


@_once_a_class
def _parts(class_: type) -> tuple[_Part, ...]:
    _WRITTEN.add(class_)
    exceptions, hints = _exceptions(class_), _hints(class_)
    return tuple(
        _Part(
            name=part.name,
            key=_key(class_, part.name),
            is_merged=part.name in exceptions.merged,
            is_always=part.name in exceptions.always,
            is_optional=_is_optional(hints[part.name]),
            encode=_encoder(exceptions, part.name),
        )
        for part in _fields(class_)
    )


def _encoder(exceptions: Exceptions, name: str) -> Callable[[Any], object]:
    if name in exceptions.codecs:
        return exceptions.codecs[name].encode
    return _encode_time if name.endswith("_s") else encode


def _encode_time(content: object) -> object:
    return nanoseconds(content) if isinstance(content, int | float) else encode(content)


def _left_out(part: _Part, content: object) -> bool:
    """Go's `omitempty`: a pointer is left out when it is nil, anything else when it is zero."""
    if content is None:
        return True
    return not (content or part.is_optional or is_dataclass(content))


def _ordered(value: Json, order: Sequence[str]) -> Json:
    known = {key: value[key] for key in order if key in value}
    return {**known, **value}


# --- from JSON -----------------------------------------------------------------------------------------------------


def decode(class_: type[T], value: object, path: str) -> T:
    """A request's JSON object as a dataclass; what is missing, null or an empty word has the class's default.

    Args:
        class_: the dataclass.
        value: the JSON.
        path: where in the request it stands, for refusals.

    Raises:
        InvalidParameter: a value is of the wrong type, or not one of the words that it may be.
        NotImplementedHere: the object holds something that this engine does not have.
    """
    given = object_of(value, path)
    exceptions = _exceptions(class_)
    by_key = {_key(class_, part.name).lower(): part for part in _fields(class_)}
    merged = {key.lower(): name for name, keys in exceptions.merged.items() for key in keys}
    result: dict[str, object] = {name: {} for name in exceptions.merged}
    for key, content in given.items():
        place = f"{path}.{key}"
        if key.lower() in merged:
            cast(Json, result[merged[key.lower()]]).update(_merge(key, content))
        elif key.lower() not in by_key:
            refuse_unknown(content, place)
        elif not _unset(class_, by_key[key.lower()], content):
            name = by_key[key.lower()].name
            result[name] = _decode_field(class_, name, content, place)
    return class_(**{**_zeros(class_, result), **result})


def _zeros(class_: type, given: Mapping[str, object]) -> dict[str, object]:
    """What was not sent and has no default: Go's zero of its type."""
    return {
        part.name: _zero(_hints(class_)[part.name])
        for part in _fields(class_)
        if part.name not in given and part.default is MISSING and part.default_factory is MISSING
    }


def _zero(kind: object) -> object:
    if isinstance(kind, type) and is_dataclass(kind):
        return decode(kind, {}, "")
    return kind() if isinstance(kind, type) else ()


def _merge(key: str, content: object) -> Json:
    return {} if content is None else {key: content}


def _unset(class_: type, part: Field[Any], content: object) -> bool:
    if part.name in _exceptions(class_).nothing and is_nothing(content):
        return True
    return content is None or (content == "" and part.default is not MISSING)


def refuse_unknown(content: object, place: str) -> None:
    """Refuse what the engine has no field for, unless it is as good as not sent.

    Raises:
        NotImplementedHere: naming it.
    """
    if not is_nothing(content):
        raise NotImplementedHere(f"{place} is not implemented by this engine")


def is_nothing(content: object) -> bool:
    """Whether JSON says nothing: null, zero, empty, or an object or list of such."""
    match content:
        case dict():
            return all(map(is_nothing, content.values()))
        case list():
            return all(map(is_nothing, content))
    return not content


def _decode_field(class_: type, name: str, content: object, place: str) -> object:
    exceptions = _exceptions(class_)
    if name in exceptions.codecs:
        return exceptions.codecs[name].decode(content, place)
    if name.endswith("_s"):
        return seconds(content)
    kind = _without_none(_hints(class_)[name])
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _word(kind, content, exceptions.refusals.get(name, f"invalid {place}: {{!r}}"))
    return _decode_value(kind, content, place)


def _word(kind: type[Enum], content: object, refusal: str) -> Enum:
    try:
        return kind(content)
    except ValueError:
        raise InvalidParameter(refusal.format(content)) from None


def _decode_value(kind: object, content: object, place: str) -> object:
    origin = get_origin(kind)
    if origin is tuple:
        (item, *_) = get_args(kind)
        return tuple(_decode_value(item, each, place) for each in list_of(content, place))
    if origin is not None and issubclass(origin, Mapping):
        return dict(object_of(content, place))
    if isinstance(kind, type) and is_dataclass(kind):
        return decode(kind, content, place)
    return _plain(kind, content, place)


def _plain(kind: object, content: object, place: str) -> object:
    wanted = {int: int, float: (int, float), str: str, bool: bool}.get(cast(type, kind), str)
    if not isinstance(content, cast(Any, wanted)) or (isinstance(content, bool) and kind is not bool):
        raise wrong_type(place, _word_of(content), _GO_TYPES.get(cast(type, kind), "string"))
    if kind is int and cast(int, content) < 0:
        raise wrong_type(place, f"number {content}", "uint64")
    return content


_GO_TYPES = {int: "uint64", float: "float64", str: "string", bool: "bool"}


def _word_of(content: object) -> str:
    words = {bool: "bool", str: "string", int: "number", float: "number", dict: "object", list: "array"}
    return words.get(type(content), "null")


def wrong_type(place: str, given: str, wanted: str) -> InvalidParameter:
    """The refusal of a value of the wrong type, in the words of Go's decoder."""
    return InvalidParameter(
        f"invalid JSON: json: cannot unmarshal {given} into Go struct field {place} of type {wanted}"
    )


def object_of(value: object, path: str) -> Json:
    """A JSON object. Raises InvalidParameter."""
    if not isinstance(value, dict):
        raise wrong_type(path, _word_of(value), "object")
    return value


def list_of(value: object, path: str) -> list[object]:
    """A JSON array. Raises InvalidParameter."""
    if not isinstance(value, list):
        raise wrong_type(path, _word_of(value), "array")
    return value


def _is_optional(hint: object) -> bool:
    return get_origin(hint) in (Union, UnionType) and NoneType in get_args(hint)


def _without_none(hint: object) -> object:
    if not _is_optional(hint):
        return hint
    (kind,) = (each for each in get_args(hint) if each is not NoneType)
    return kind
