"""An engine's JSON as values of Go's types, as the docker CLI decodes it: what is absent has its zero value.

Source: Go encoding/json.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from swarmlab.gotemplate import Items, Map, Number, Pointer, Real, Struct, Word
from swarmlab.gotypes.modes import methods_of
from swarmlab.gotypes.moments import ZERO_TIME, Said, duration_of, mode_of, time_of
from swarmlab.gotypes.table import StructType, field_names, struct_type, underlying

_LIST = re.compile(r"\[\d*\](.+)")
_MAP = re.compile(r"map\[([^\]]+)\](.+)")
_SAYINGS = {
    "swarm.Version": "{Index}",
    "units.Ulimit": "{Name}={Soft}:{Hard}",
    "blkiodev.WeightDevice": "{Path}:{Weight}",
    "blkiodev.ThrottleDevice": "{Path}:{Rate}",
}
"""What structs say of themselves by a method String."""

_SPECIAL: Mapping[str, Callable[[Any], object]] = {
    "any": lambda data: data,
    "bool": bool,
    "int": lambda data: int(data or 0),
    "string": lambda data: str(data or ""),
    "float32": lambda data: Real(float(data or 0), "float32"),
    "struct{}": lambda _: Struct("struct {}", {}),
    "time.Time": lambda data: time_of(data or ZERO_TIME),
    "time.Duration": lambda data: duration_of(int(data or 0)),
    "fs.FileMode": lambda data: mode_of(int(data or 0)),
    "registry.NetIPNet": lambda data: Said("registry.NetIPNet", {}, shown=data or "", text=data or ""),
    "[]uint8": lambda data: Items(
        [Number(each, "uint8") for each in base64.b64decode(data or "")], "[]uint8", is_nil=not data
    ),
}


def decode(data: object, type_: str) -> object:
    """A value of a type; its zero value where `data` is None."""
    if type_ in _SPECIAL:
        return _SPECIAL[type_](data)
    if type_.startswith("*"):
        return _pointer(data, type_)
    if struct := struct_type(type_):
        return _struct(data if isinstance(data, Mapping) else {}, struct)
    kind = underlying(type_)
    if kind == "string":
        return Word(str(data or ""), type_, methods_of(type_, str(data or "")))
    if known := _MAP.fullmatch(kind):
        return _map(data, type_, known[2])
    if known := _LIST.fullmatch(kind):
        return _list(data, type_, known[1])
    assert isinstance(data, int | None)
    return Number(data or 0, type_)


def _pointer(data: object, type_: str) -> Pointer:
    inner = type_.removeprefix("*")
    struct = struct_type(inner)
    names = field_names(struct) if struct else frozenset()
    return Pointer(f"*{struct.name}" if struct else type_, None if data is None else decode(data, inner), names)


def _struct(data: Mapping[str, object], struct: StructType) -> Struct:
    fields = {
        field.name: decode(data, field.type) if field.is_embedded else decode(data.get(field.key), field.type)
        for field in struct.fields
    }
    embedded = tuple(field.name for field in struct.fields if field.is_embedded)
    said = _SAYINGS[struct.name].format_map(fields) if struct.name in _SAYINGS else None
    return Struct(struct.name, fields, embedded, said)


def _map(data: object, type_: str, of: str) -> Map:
    items = data if isinstance(data, Mapping) else {}
    name = _written(type_)
    return Map({key: decode(each, of) for key, each in items.items()}, name, decode(None, of), is_nil=data is None)


def _list(data: object, type_: str, of: str) -> Items:
    items = data if isinstance(data, list) else []
    return Items([decode(each, of) for each in items], _written(type_), is_nil=data is None)


def _written(type_: str) -> str:
    return type_.replace("struct{}", "struct {}").replace("any", "interface {}")
