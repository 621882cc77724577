"""Frozen values that are made quickly are what they were, but for the time that it takes."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from swarmlab.engine.quick import changed, changer, likeness, maker, quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value with all kinds of fields."""

    x: int
    y: int = 2
    labels: dict[str, str] = field(default_factory=dict)


def test_it_takes_and_leaves_out_what_a_dataclass_does() -> None:
    """Defaults and factories included; each object has a mapping of its own."""
    assert Point(x=1) == Point(x=1, y=2, labels={})
    assert Point(x=1).labels is not Point(x=1).labels
    assert replace(Point(x=1, labels={"a": "b"}), y=5) == Point(x=1, y=5, labels={"a": "b"})


def test_it_is_frozen() -> None:
    """Nobody can set a field."""
    with pytest.raises(FrozenInstanceError):
        Point(x=1).x = 2  # type: ignore[misc]


def test_what_is_made_from_it_is_another_value_of_its_class() -> None:
    """With one field changed, or those of a changer; frozen too, and the first value stays as it was."""
    first = Point(x=1, labels={"a": "b"})
    moved = changer(Point, "y", "x")
    for other in (changed(first, x=4, y=3), moved(first, 3, 4)):
        assert other == replace(first, x=4, y=3)
        assert type(other) is Point
        with pytest.raises(FrozenInstanceError):
            other.x = 2  # type: ignore[misc]
    assert first == Point(x=1, labels={"a": "b"})


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))], ids=["copy", "deep", "pickle"]
)
def test_it_is_copied_and_pickled_as_a_dataclass_is(again: Callable[[Point], Point]) -> None:
    """Into an equal value, which is frozen."""
    other = again(Point(x=1, labels={"a": "b"}))
    assert other == Point(x=1, labels={"a": "b"})
    assert type(other) is Point
    with pytest.raises(FrozenInstanceError):
        other.x = 2  # type: ignore[misc]


def test_a_deep_copy_shares_nothing() -> None:
    """Its mapping is another one; that of a plain copy is the same."""
    point = Point(x=1, labels={"a": "b"})
    assert copy.deepcopy(point).labels is not point.labels
    assert copy.copy(point).labels is point.labels


def test_no_field_is_changed_that_there_is_not() -> None:
    """Neither by a change nor by a changer."""
    with pytest.raises((AttributeError, TypeError)):
        changed(Point(x=1), z=3)
    with pytest.raises(AssertionError, match="no such fields"):
        changer(Point, "z")


@pytest.mark.parametrize("wrong", [{}, {"x": 1, "z": 2}])
def test_it_refuses_what_a_dataclass_refuses(wrong: dict[str, int]) -> None:
    """Fields that are missing, fields that there are not."""
    with pytest.raises(TypeError, match=r"Point.__init__\(\)"):
        Point(**wrong)
    with pytest.raises(TypeError):
        Point(1)  # type: ignore[misc]


def test_a_maker_makes_what_the_class_does() -> None:
    """The same values, frozen, of the same fields."""
    make = maker(Point)
    assert make(x=1, labels={"a": "b"}) == Point(x=1, labels={"a": "b"})
    assert make(x=1).labels is not make(x=1).labels
    assert type(make(x=1)) is Point
    with pytest.raises(FrozenInstanceError):
        make(x=1).x = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        make(z=1)  # type: ignore[call-arg]


def test_a_likeness_looks_at_all_fields_but_some() -> None:
    """By value, not by identity."""
    alike = likeness(Point, "y")
    assert alike(Point(x=1, y=2, labels={"a": "b"}), Point(x=1, y=3, labels={"a": "b"}))
    assert not alike(Point(x=1), Point(x=2))
    assert not alike(Point(x=1), Point(x=1, labels={"a": "b"}))
