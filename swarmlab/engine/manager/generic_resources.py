"""Generic resources: things of a kind that a node has some of, counted (`SSD=3`) or told apart by name (`GPU=one`).

Owns no state. A service asks for a number of a kind; which named ones a task gets is decided when it gets its node.
Source: swarmkit api/genericresource/resource_management.go, validate.go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from swarmlab.engine.model import GenericResource

GenericResources = tuple[GenericResource, ...]


def read(words: Iterable[str]) -> GenericResources:
    """What a node has, as its engine is told: `SSD=3` is a number, `GPU=one` a name."""
    pairs = [word.partition("=")[::2] for word in words]
    values = ((kind, int(value) if value.isdigit() else value) for kind, value in pairs)
    return tuple(GenericResource(kind=kind, value=value, named=isinstance(value, str)) for kind, value in values)


def free(capacity: GenericResources, claimed: Iterable[GenericResource]) -> GenericResources:
    """What a node has left when its tasks have claimed theirs."""
    numbers: Counter[str] = Counter()
    names: set[tuple[str, int | str]] = set()
    for each in claimed:
        if isinstance(each.value, int):
            numbers[each.kind] += each.value
        else:
            names.add((each.kind, each.value))
    counted = (
        GenericResource(kind=each.kind, value=each.value - numbers[each.kind])
        for each in capacity
        if isinstance(each.value, int)
    )
    named = (each for each in capacity if each.named and (each.kind, each.value) not in names)
    return (*counted, *named)


def covers(left: GenericResources, wanted: GenericResources) -> bool:
    """Whether what is left is enough. Asking for something by its name is never granted."""
    return all(isinstance(each.value, int) and each.value <= _number(left, each.kind) for each in wanted)


def _number(left: GenericResources, kind: str) -> int:
    return sum(each.value if isinstance(each.value, int) else 1 for each in left if each.kind == kind)


def choose(left: GenericResources, wanted: GenericResources) -> GenericResources:
    """What a task gets of what is left: a number where the node counts, the first names where it has names."""
    chosen: list[GenericResource] = []
    for each in wanted:
        assert isinstance(each.value, int)
        named = [one for one in left if one.kind == each.kind and one.named]
        chosen += named[: each.value] if named else [each]
    return tuple(chosen)
