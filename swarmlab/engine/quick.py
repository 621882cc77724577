"""Frozen values that are made very often, made quickly. Owns nothing.

The constructor of a frozen dataclass sets each field by its name (`object.__setattr__`); for the objects of which a
large lab makes millions that is a quarter of all its time. A quick class has an open twin, which is not frozen. A value
is filled as one of its twin's, by plain assignments, and becomes frozen then, before anybody else sees it. The class
stays frozen, and its constructor takes what it took before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, ParamSpec, TypeVar

C = TypeVar("C")
P = ParamSpec("P")

_OPENED: dict[type, type] = {}
"""The open twin of every quick class."""
_COPIERS: dict[type, Callable[[Any], Any]] = {}
"""What makes an equal value of every quick class."""


def quick(cls: type[C]) -> type[C]:
    """Let a frozen, slotted, keyword-only dataclass without `__post_init__` be made and changed quickly."""
    plain = {name: getattr(object, name) for name in ("__new__", "__init__", "__setattr__", "__delattr__")}
    _OPENED[cls] = type(f"Open{cls.__name__}", (cls,), {"__slots__": (), **plain})
    setattr(cls, "__new__", _constructor(cls, "cls, "))  # noqa: B010  (mypy lets nobody assign to a method)
    delattr(cls, "__init__")
    setattr(cls, "__reduce__", _reduced)  # noqa: B010
    _COPIERS[cls] = changer(cls)
    return cls


def maker(cls: Callable[P, C]) -> Callable[P, C]:
    """The constructor of a quick class as a function, which Python calls in half the time."""
    made: Callable[P, C] = _constructor(cls)  # type: ignore[arg-type]
    return made


def _reduced(value: Any) -> tuple[Callable[..., Any], tuple[type, dict[str, Any]]]:
    """What `copy` and `pickle` make an equal value of: without it they call `__new__` without the fields."""
    return _made, (type(value), {each.name: getattr(value, each.name) for each in fields(value)})


def _made(cls: type, values: dict[str, Any]) -> Any:
    return cls(**values)


def _constructor(cls: type, first: str = "") -> Callable[..., Any]:
    """What makes a value. It is called `__init__`, so that Python refuses wrong arguments in a dataclass's words.

    A class gets it as `__new__` all the same: it makes its object itself, as an `__init__` cannot.
    """
    declared = fields(cls)
    scope: dict[str, Any] = {"MISSING": MISSING, "opened": _OPENED[cls], "closed": cls}
    parameters = ", ".join(each.name + _default(each, scope) for each in declared)
    filled = [f"self.{each.name} = {_value(each.name, scope)}" for each in declared]
    lines = ["self = opened()", *filled, "self.__class__ = closed", "return self"]
    exec(_function(f"__init__({first}*, {parameters})", lines), scope)  # dataclasses does no other
    scope["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return scope["__init__"]  # type: ignore[no-any-return]


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
    scope: dict[str, Any] = {"opened": _OPENED[cls], "closed": cls}
    names = [each.name for each in fields(cls)]  # type: ignore[arg-type]
    assert set(changing) <= set(names), f"{cls.__name__} has no such fields: {changing}"
    lines = [f"other.{name} = {name if name in changing else f'value.{name}'}" for name in names]
    lines = ["other = opened()", *lines, "other.__class__ = closed", "return other"]
    exec(_function(f"changed({', '.join(('value', *changing))})", lines), scope)
    return scope["changed"]  # type: ignore[no-any-return]


def likeness(cls: type[C], *differing: str) -> Callable[[C, C], bool]:
    """Whether two quick values are equal but for these fields, to be made once."""
    names = [each.name for each in fields(cls) if each.name not in differing]  # type: ignore[arg-type]
    tests = [f"(one.{name} is other.{name} or one.{name} == other.{name})" for name in names]
    alike: Callable[[C, C], bool] = eval(f"lambda one, other: {' and '.join(tests)}")
    return alike


def _default(of: Field[Any], scope: dict[str, Any]) -> str:
    """The default of a parameter, as it is written; what it means goes to `scope`."""
    if of.default is not MISSING:
        scope[f"default_{of.name}"] = of.default
        return f"=default_{of.name}"
    if of.default_factory is not MISSING:
        scope[f"make_{of.name}"] = of.default_factory
        return "=MISSING"
    return ""


def _value(name: str, scope: dict[str, Any]) -> str:
    return f"make_{name}() if {name} is MISSING else {name}" if f"make_{name}" in scope else name
