"""`print` and `printf`: how Go's fmt writes values. Source: Go fmt/print.go.

Simplification: the verbs that templates are written with, `%s %q %v %d %x %t %T %f %%`, with width and precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from swarmlab.gotemplate.errors import NotInTemplates
from swarmlab.gotemplate.lexing import quoted
from swarmlab.gotemplate.showing import show_inner
from swarmlab.gotemplate.values import Items, NotThere, Pointer, Struct, type_of

_VERB = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>\d+)?(?:\.(?P<precision>\d+))?(?P<verb>.?)")
_WRONG: Mapping[str, tuple[type, ...]] = {
    "s": (int, float),
    "q": (float, bool),
    "d": (str, float, bool),
    "t": (str, float),
    "f": (str, int),
}


def join_words(values: Sequence[object]) -> str:
    """`print`: a space between two values of which neither is a text."""
    text = ""
    for before, value in zip((None, *values), values, strict=False):
        gap = text and not isinstance(before, str) and not isinstance(value, str)
        text += (" " if gap else "") + _shown(value)
    return text


def _shown(value: object, *, names: bool = False, as_text: bool = False) -> str:
    if value is None or isinstance(value, NotThere):
        return "<nil>"
    if isinstance(value, Items) and value.type == "[]uint8" and as_text:
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, Pointer) and isinstance(value.to, Struct) and value.to.shown is None:
        return f"&{show_inner(value.to, names=names)}"
    return show_inner(value, names=names)


def format_(pattern: object, values: Sequence[object]) -> str:
    """`printf`."""
    rest = iter(values)
    text = _VERB.sub(lambda verb: _formatted(verb, rest), str(pattern))
    extra = [f"{type_of(value)}={_shown(value)}" for value in rest]
    return text + (f"%!(EXTRA {', '.join(extra)})" if extra else "")


def _formatted(verb: re.Match[str], rest: Iterator[object]) -> str:
    letter = verb["verb"]
    if letter == "%":
        return "%"
    if not letter:
        return "%!(NOVERB)"
    try:
        value = next(rest)
    except StopIteration:
        return f"%!{letter}(MISSING)"
    if letter not in "sqvdxtTf":
        raise NotInTemplates(f"printf with %{letter}")
    text = _text_of(letter, value, verb["precision"], names="+" in verb["flags"])
    width = int(verb["width"] or 0)
    if "-" in verb["flags"]:
        return text.ljust(width)
    return text.zfill(width) if "0" in verb["flags"] and letter in "dxf" else text.rjust(width)


def _text_of(letter: str, value: object, precision: str | None, *, names: bool) -> str:
    said = getattr(value, "shown", None)
    wrong = isinstance(value, _WRONG.get(letter, ())) or (letter == "t" and not isinstance(value, bool))
    if wrong and not (letter in "sq" and said is not None):
        return f"%!{letter}({type_of(value)}={_plain(value)})"
    match letter:
        case "T":
            return "<nil>" if value is None else type_of(value)
        case "q":
            return quoted(_cut(_shown(value, as_text=True), precision))
        case "x":
            return f"{value:x}" if isinstance(value, int) else _shown(value).encode().hex()
        case "f":
            assert isinstance(value, float)
            return f"{value:.{precision or 6}f}"
        case "d":
            return _plain(value)
    return _cut(_shown(value, names=names, as_text=letter == "s"), precision)


def _plain(value: object) -> str:
    """A number in digits, whatever it says of itself."""
    return str(int(value)) if isinstance(value, int) and not isinstance(value, bool) else _shown(value)


def _cut(text: str, precision: str | None) -> str:
    return text if precision is None else text[: int(precision)]
