"""`print` and `printf`: how Go's fmt writes values. Source: Go fmt/print.go.

Simplification: the verbs that templates are written with, `%s %q %v %d %x %t %T %f %%`, with width and precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from swarmlab.gotemplate.errors import NotInTemplates
from swarmlab.gotemplate.lexing import quoted
from swarmlab.gotemplate.values import show, type_of

_VERB = re.compile(r"%(?P<flags>[-+# 0]*)(?P<width>\d+)?(?:\.(?P<precision>\d+))?(?P<verb>.?)")
_WRONG = {"s": (int, float, bool), "q": (float, bool), "d": (str, float, bool), "t": (str, int, float), "f": (str, int)}


def join_words(values: Sequence[object]) -> str:
    """`print`: a space between two values of which neither is a text."""
    text = ""
    for before, value in zip((None, *values), values, strict=False):
        gap = text and not isinstance(before, str) and not isinstance(value, str)
        text += (" " if gap else "") + ("<nil>" if value is None else show(value))
    return text


def format_(pattern: object, values: Sequence[object]) -> str:
    """`printf`."""
    rest = iter(values)
    text = _VERB.sub(lambda verb: _formatted(verb, rest), str(pattern))
    extra = [f"{type_of(value)}={show(value)}" for value in rest]
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
    text = _text_of(letter, value, verb["precision"])
    width = int(verb["width"] or 0)
    if "-" in verb["flags"]:
        return text.ljust(width)
    return text.zfill(width) if "0" in verb["flags"] and letter in "dxf" else text.rjust(width)


def _text_of(letter: str, value: object, precision: str | None) -> str:
    if type(value) in _WRONG.get(letter, ()):
        return f"%!{letter}({type_of(value)}={show(value)})"
    match letter:
        case "T":
            return type_of(value)
        case "q":
            return quoted(_cut(show(value), precision))
        case "x":
            return f"{value:x}" if isinstance(value, int) else show(value).encode().hex()
        case "f":
            assert isinstance(value, float)
            return f"{value:.{precision or 6}f}"
    return _cut("<nil>" if value is None else show(value), precision)


def _cut(text: str, precision: str | None) -> str:
    return text if precision is None else text[: int(precision)]
