"""Values of Go's types as JSON, in Go's spelling. Source: Go encoding/json."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping

from swarmlab.gotemplate import Items, Map, Method, Pointer, Struct
from swarmlab.gotemplate.showing import show_float
from swarmlab.gotypes.moments import Said
from swarmlab.gotypes.table import struct_type

_SORTED = ("registry.ServiceConfig", "registry.IndexInfo")
"""These make their JSON themselves, by way of a map; so do the rows of lists, which no table has."""


def encode(value: object, *, escapes_html: bool = False) -> str:
    """JSON on one line as Go writes it; what HTML has a meaning for is spelled otherwise where asked."""
    text = _encoded(value).replace("\u2028", r"\u2028").replace("\u2029", r"\u2029")
    return _escaped(text) if escapes_html else text


def _escaped(text: str) -> str:
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _encoded(value: object) -> str:
    match value:
        case Said(text=text):
            return json.dumps(text, ensure_ascii=False)
        case Struct(type=type_):
            text = _joined(_members(value))
            return text if struct_type(type_) else _escaped(text)
        case Pointer(to=to):
            return _encoded(to)
        case Items(type="[]uint8") if not value.is_nil:
            return f'"{base64.b64encode(bytes(value)).decode()}"'
        case Items(is_nil=True) | Map(is_nil=True):
            return "null"
        case Mapping():
            return _joined((key, _encoded(value[key])) for key in sorted(value))
        case list() | tuple():
            return f"[{','.join(map(_encoded, value))}]"
        case float():
            return show_float(value)
        case int() if not isinstance(value, bool):
            return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _joined(members: Iterator[tuple[str, str]]) -> str:
    return f"{{{','.join(f'{json.dumps(key, ensure_ascii=False)}:{value}' for key, value in members)}}}"


def _members(value: Struct) -> Iterator[tuple[str, str]]:
    if value.type in _SORTED:
        return iter(sorted(_declared(value)))
    return _declared(value)


def _declared(value: Struct) -> Iterator[tuple[str, str]]:
    struct = struct_type(value.type)
    if struct is None:
        for name, each in sorted(value.fields.items()):
            if not isinstance(each, Method):
                yield name, _encoded(each)
            elif not each.takes:
                yield name, _encoded(each.call())
        return
    for field in struct.fields:
        each = value.fields[field.name]
        if field.is_embedded:
            inner = each.to if isinstance(each, Pointer) else each
            yield from _members(inner) if isinstance(inner, Struct) else ()
        elif field.key and not (field.may_be_left_out and _is_empty(each)):
            yield field.key, _encoded(each)


def _is_empty(value: object) -> bool:
    if isinstance(value, Pointer):
        return value.to is None
    return not isinstance(value, Struct) and not value
