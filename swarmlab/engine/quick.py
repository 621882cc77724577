"""Frozen values that are made very often, made quickly. Owns nothing.

The constructor of a frozen dataclass sets each field by its name (`object.__setattr__`); for the objects of which a
large lab makes millions that is a quarter of all its time. `quick` gives a class a constructor that does the same
through the setters of its slots. The class stays frozen, and its constructor takes what it took before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

C = TypeVar("C")

_SLOTS: dict[type, list[tuple[str, Callable[[Any], Any], Callable[[Any, Any], None]]]] = {}
"""Name, getter and setter of every field of the quick classes."""


def quick(cls: type[C]) -> type[C]:
    """Let a frozen, slotted, keyword-only dataclass without `__post_init__` be made quickly."""
    names: dict[str, object] = {"MISSING": MISSING}
    parameters, body = [], []
    for each in fields(cls):  # type: ignore[arg-type]
        names[f"set_{each.name}"] = getattr(cls, each.name).__set__
        parameters.append(each.name + _default(each, names))
        if f"make_{each.name}" in names:
            body.append(f"if {each.name} is MISSING: {each.name} = make_{each.name}()")
        body.append(f"set_{each.name}(self, {each.name})")
    lines = "\n        ".join(body)
    source = (
        f"def made_with({', '.join(names)}):\n"
        f"    def __init__(self, *, {', '.join(parameters)}):\n        {lines}\n"
        "    return __init__\n"
    )
    scope: dict[str, Any] = {}
    exec(source, scope)  # dataclasses does no other
    init = scope["made_with"](**names)
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    setattr(cls, "__init__", init)  # noqa: B010  (mypy lets nobody assign to a method)
    slots = [(each.name, getattr(cls, each.name)) for each in fields(cls)]  # type: ignore[arg-type]
    _SLOTS[cls] = [(name, slot.__get__, slot.__set__) for name, slot in slots]
    return cls


def changed(value: C, **changes: object) -> C:
    """A quick value with other fields: `dataclasses.replace`, made quickly."""
    other = object.__new__(type(value))
    for name, get, put in _SLOTS[type(value)]:
        put(other, changes[name] if name in changes else get(value))
    return other


def _default(of: Field[Any], names: dict[str, object]) -> str:
    """The default of a parameter, as it is written; what it means goes to `names`."""
    if of.default is not MISSING:
        names[f"default_{of.name}"] = of.default
        return f"=default_{of.name}"
    if of.default_factory is not MISSING:
        names[f"make_{of.name}"] = of.default_factory
        return "=MISSING"
    return ""
