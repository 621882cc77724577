"""A request's body, read into a Go type as dockerd reads it, with the refusals of Go's decoder.

What comes out is JSON whose every value is of the type that Docker's API says: keys are spelled as in Docker's
documentation, null and what Docker does not know are left out. So the handlers need not look at types any more.
Source: Go's encoding/json; recorded from an engine 28.5.2.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping
from typing import Never, cast

from swarmlab.api.go_syntax import MAX_DEPTH, TOO_DEEP, explain
from swarmlab.engine.errors import InvalidParameter
from swarmlab.gotypes.requests import NAMELESS
from swarmlab.gotypes.table import fields_by_lower_key, is_struct, underlying

Json = dict[str, object]

_INTEGERS: dict[str, tuple[int, int]] = {
    "int": (-(1 << 63), (1 << 63) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1),
    "uint": (0, (1 << 64) - 1),
    "uint64": (0, (1 << 64) - 1),
    "uint32": (0, (1 << 32) - 1),
    "uint16": (0, (1 << 16) - 1),
    "uint8": (0, (1 << 8) - 1),
}
_FLOATS = {"float32": 3.4028235677973366e38, "float64": math.inf}
_LOST = re.compile("[\ud800-\udfff]")
_OUTSIDE_BASE64 = re.compile(r"[^A-Za-z0-9+/=\r\n]")
_LONGEST_NUMBER = 40
_BLANKS = " \t\r\n"


class _Number(float):
    """A number that is no plain whole one, with its text."""

    text: str


def _number(text: str) -> _Number:
    number = _Number(text)
    number.text = text
    return number


def _whole(text: str) -> int | _Number:
    return int(text) if len(text) < _LONGEST_NUMBER else _number(text)


def _refuse_constant(name: str) -> Never:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_whole, parse_constant=_refuse_constant)


def read(body: bytes, type_: str) -> object:
    """The JSON of a body, as a value of a Go type.

    Raises:
        InvalidParameter: it is no JSON, or not of that type.
    """
    text = body.decode("utf-8", "replace")
    start = len(text) - len(text.lstrip(_BLANKS))
    if start == len(text):
        raise InvalidParameter("invalid JSON: got EOF while reading request body")
    # Bytes that are no text are named as they are.
    value, end = _first_value(text, start, body.decode("utf-8", "surrogateescape").lstrip(_BLANKS))
    if "\\ud" in text.lower():
        value = _without_lost_halves(value)
    result = value_of(value, type_)
    if text[end:].lstrip(_BLANKS)[:1] not in ("", "]", "}"):
        raise InvalidParameter("unexpected content after JSON")
    return result


def whole(text: str) -> object:
    """The JSON that a text is, whatever its types.

    Raises:
        InvalidParameter: it is no JSON, or more than that.
    """
    start = len(text) - len(text.lstrip(_BLANKS))
    value, end = _first_value(text, start, text[start:])
    if text[end:].strip(_BLANKS):
        raise InvalidParameter("invalid JSON: unexpected content after JSON")
    return _without_lost_halves(value)


def _first_value(text: str, start: int, shown: str) -> tuple[object, int]:
    if text.count("[") + text.count("{") > MAX_DEPTH and explain(text[start:]) == TOO_DEEP:
        raise InvalidParameter(f"invalid JSON: {TOO_DEEP}")
    try:
        value, end = _DECODER.raw_decode(text, start)
    except ValueError:
        raise InvalidParameter(f"invalid JSON: {explain(shown)}") from None
    # Python takes the 1 of `1.` for a number, Go does not.
    if text[end : end + 1] in (".", "e", "E") and (wrong := explain(text[start:])):
        raise InvalidParameter(f"invalid JSON: {wrong}")
    return value, end


def _without_lost_halves(value: object) -> object:
    """Halves of surrogate pairs are no characters."""
    match value:
        case str():
            return _LOST.sub("\ufffd", value)
        case list():
            return [_without_lost_halves(item) for item in value]
        case dict():
            return {_LOST.sub("\ufffd", key): _without_lost_halves(item) for key, item in value.items()}
    return value


# --- types ---------------------------------------------------------------------------------------------------------


def value_of(value: object, type_: str) -> object:
    """A JSON value as one of a Go type.

    Raises:
        InvalidParameter: it is of another type.
    """
    root = "" if type_ == NAMELESS else type_.rpartition(".")[2]
    return _decode(value, type_, (root,))


_Path = tuple[str | int, ...]


def _decode(value: object, type_: str, path: _Path) -> object:
    plain = underlying(type_.removeprefix("*"))
    if value is None:
        return _zero(plain)
    if plain == "any":
        return value
    if type_ == "strslice.StrSlice":
        return _words(value)
    if is_struct(plain) or plain == "struct{}":
        return _struct(_expect(value, dict, type_, path), plain, path)
    if plain.startswith("map["):
        entries = cast(Json, _expect(value, dict, type_, path))
        item = plain.partition("]")[2]
        return {key: _decode(each, item, (*path, key)) for key, each in entries.items()}
    if plain == "[]uint8":
        return _bytes(value, type_, path)
    if plain.startswith("["):
        items = cast(list[object], _expect(value, list, type_, path))
        item = plain.partition("]")[2]
        return [_decode(each, item, (*path, index)) for index, each in enumerate(items)]
    return _scalar(value, type_, plain, path)


def _zero(plain: str) -> object:
    """What null is where it cannot be left out: in a list or as a value of a map."""
    if is_struct(plain) or plain == "struct{}" or plain.startswith("map"):
        return {}
    if plain.startswith("["):
        return []
    return {"string": "", "bool": False}.get(plain, 0)


def _struct(value: object, struct: str, path: _Path) -> Json:
    known = {} if struct == "struct{}" else fields_by_lower_key(struct)
    result: Json = {}
    for key, content in cast(Json, value).items():
        field = known.get(key.lower())
        if field is None or content is None:
            continue
        name, type_ = field
        result[name] = _decode(content, type_, (*path, key))
    return result


def _scalar(value: object, type_: str, plain: str, path: _Path) -> object:
    if plain == "string":
        return _expect(value, str, type_, path)
    if plain == "bool":
        return _expect(value, bool, type_, path)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(_word(value), type_, path)
    if plain in _FLOATS:
        if not abs(value) < _FLOATS[plain]:
            raise _wrong(_text(value), type_, path)
        return float(value)
    low, high = _INTEGERS[plain]
    if not isinstance(value, int) or not low <= value <= high:
        raise _wrong(_text(value), type_, path)
    return value


def _bytes(value: object, type_: str, path: _Path) -> str:
    if isinstance(value, list):
        numbers = [_decode(each, "uint8", (*path, index)) for index, each in enumerate(value)]
        return base64.b64encode(bytes(cast(list[int], numbers))).decode()
    text = cast(str, _expect(value, str, type_, path))
    try:
        base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        wrong = _OUTSIDE_BASE64.search(text)
        at = wrong.start() if wrong else len(text)
        raise _wrong("string", type_, path, f": illegal base64 data at input byte {at}") from None
    return text


def _words(value: object) -> list[str]:
    """A command: a list of words, or one. Source: moby api/types/strslice."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise InvalidParameter(f"invalid JSON: json: cannot unmarshal {_word(value)} into Go value of type string")
    if not all(item is None or isinstance(item, str) for item in value):
        raise InvalidParameter("invalid JSON: json: cannot unmarshal array into Go value of type string")
    return [item or "" for item in value]


# --- refusals ------------------------------------------------------------------------------------------------------


def _expect(value: object, wanted: type, type_: str, path: _Path) -> object:
    if not isinstance(value, wanted):
        raise _wrong(_word(value), type_, path)
    return value


def _word(value: object) -> str:
    words: Mapping[type, str] = {bool: "bool", str: "string", dict: "object", list: "array"}
    return words.get(type(value), "number")


def _text(value: float) -> str:
    return f"number {value.text if isinstance(value, _Number) else value}"


def _wrong(given: str, type_: str, path: _Path, more: str = "") -> InvalidParameter:
    """The refusal of a value; a path is written as a JSON pointer's parts, with dots."""
    shown = type_.removeprefix("*").replace("struct{}", "struct {}")
    if len(path) == 1:
        place = "Go value"
    else:
        place = ".".join(map(_part, path))
        place = place if isinstance(path[-1], int) else f"Go struct field {place}"
    return InvalidParameter(f"invalid JSON: json: cannot unmarshal {given} into {place} of type {shown}{more}")


def _part(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
