"""How Go shows values: `{{.}}` and `%v`. Source: Go fmt/print.go, text/template/exec.go.

A pointer inside a struct shows as its address. There is none here, so what is shown has an address's form.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from swarmlab.gotemplate.values import Method, NotThere, Pointer, Struct, pointed

_LARGE, _SMALL = 1e21, 1e-4


def show(value: object) -> str:
    """A value as `{{.}}` shows it."""
    if value is None or isinstance(value, NotThere):
        return "<no value>"
    return show_inner(pointed(value))


def show_inner(value: object, *, names: bool = False) -> str:
    """A value as it is shown within another; `names` tells the fields of structs by name, as `%+v` does."""
    said = getattr(value, "shown", None)
    if said is not None:
        return str(said)
    match value:
        case None:
            return "<nil>"
        case bool():
            return str(value).lower()
        case float():
            return show_float(value)
        case Pointer():
            return _pointer(value)
        case Struct():
            return f"{{{' '.join(_fields(value, names=names))}}}"
        case Mapping():
            pairs = (f"{key}:{show_inner(value[key], names=names)}" for key in sorted(value))
            return f"map[{' '.join(pairs)}]"
        case list() | tuple():
            return f"[{' '.join(show_inner(each, names=names) for each in value)}]"
    return str(value)


def _fields(value: Struct, *, names: bool) -> list[str]:
    fields = [(name, each) for name, each in value.fields.items() if not isinstance(each, Method)]
    return [(f"{name}:" if names else "") + show_inner(each, names=names) for name, each in fields]


def _pointer(value: Pointer) -> str:
    said = getattr(value.to, "shown", None)
    if value.to is None or said is not None:
        return "<nil>" if value.to is None else str(said)
    return f"0xc000{crc32(repr(value.to).encode()) & 0xFFFFF0:06x}"


def show_float(value: float) -> str:
    """A float as Go prints it by default: `0`, `0.5`, never `0.0`; `1e+21` beyond what is easy to read."""
    if value == int(value) and abs(value) < _LARGE:
        return str(int(value))
    text = repr(value)
    if "e" not in text and abs(value) < _SMALL:
        digits, _, exponent = f"{value:e}".partition("e")
        return f"{digits.rstrip('0').rstrip('.')}e{exponent}"
    return text
