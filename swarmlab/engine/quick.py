"""Frozen values that are made very often, made quickly. Owns nothing.

The constructor of a frozen dataclass sets each field by its name (`object.__setattr__`); for the objects of which a
large lab makes millions that is a quarter of all its time. A quick class has an open twin: a class of the same slots
that is not frozen. A value is filled as one of its twin's, by plain assignments, and becomes frozen then, before
anybody else sees it. The class stays frozen, and its constructor takes what it took before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar

C = TypeVar("C")

_OPENED: dict[type, type] = {}
"""The open twin of every quick class."""
_COPIERS: dict[type, Callable[[Any], Any]] = {}
"""What makes an equal value of every quick class."""

_set_class: Callable[[object, type], None] = object.__dict__["__class__"].__set__


def quick(cls: type[C]) -> type[C]:
    """Let a frozen, slotted, keyword-only dataclass without `__post_init__` be made and changed quickly."""
    declared = fields(cls)  # type: ignore[arg-type]
    names: dict[str, Any] = {"MISSING": MISSING, "set_class": _set_class, "closed": cls}
    names["opened"] = _OPENED[cls] = type(
        f"Open{cls.__name__}", (), {"__slots__": tuple(each.name for each in declared)}
    )
    parameters = ", ".join(each.name + _default(each, names) for each in declared)
    made = [f"if {each.name} is MISSING: {each.name} = make_{each.name}()" for each in declared]
    made = [line for line, each in zip(made, declared, strict=True) if f"make_{each.name}" in names]
    filled = [f"self.{each.name} = {each.name}" for each in declared]
    init = [*made, "set_class(self, opened)", *filled, "self.__class__ = closed"]
    scope: dict[str, Any] = dict(names)
    exec(_function(f"__init__(self, *, {parameters})", init), scope)  # dataclasses does no other
    scope["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    setattr(cls, "__init__", scope["__init__"])  # noqa: B010  (mypy lets nobody assign to a method)
    _COPIERS[cls] = changer(cls)
    return cls


def _function(signature: str, lines: list[str]) -> str:
    return f"def {signature}:\n    " + "\n    ".join(lines)


def changed(value: C, **changes: object) -> C:
    """A quick value with other fields: `dataclasses.replace`, made quickly."""
    other: C = _COPIERS[type(value)](value)
    for name, becomes in changes.items():
        object.__setattr__(other, name, becomes)
    return other


def changer(cls: type[C], *changing: str) -> Callable[..., C]:
    """`changed` for these fields alone, to be made once: called with a value and, in this order, what they become."""
    scope: dict[str, Any] = {"new": object.__new__, "opened": _OPENED[cls], "closed": cls}
    names = [each.name for each in fields(cls)]  # type: ignore[arg-type]
    assert set(changing) <= set(names), f"{cls.__name__} has no such fields: {changing}"
    lines = [f"other.{name} = {name if name in changing else f'value.{name}'}" for name in names]
    lines = ["other = new(opened)", *lines, "other.__class__ = closed", "return other"]
    exec(_function(f"changed({', '.join(('value', *changing))})", lines), scope)
    return scope["changed"]  # type: ignore[no-any-return]


def _default(of: Field[Any], names: dict[str, Any]) -> str:
    """The default of a parameter, as it is written; what it means goes to `names`."""
    if of.default is not MISSING:
        names[f"default_{of.name}"] = of.default
        return f"=default_{of.name}"
    if of.default_factory is not MISSING:
        names[f"make_{of.name}"] = of.default_factory
        return "=MISSING"
    return ""
