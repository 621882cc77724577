"""How Go's templates compare two values. Source: Go text/template/funcs.go."""

from __future__ import annotations

from collections.abc import Mapping

from swarmlab.gotemplate.errors import CallError
from swarmlab.gotemplate.showing import show_inner
from swarmlab.gotemplate.values import Struct, is_nil, kind_of, type_of


class Comparing:
    """Go's comparisons. Since Go 1.25 the refusal of two kinds `tells_types`."""

    def __init__(self, *, tells_types: bool) -> None:
        self._tells_types = tells_types

    def _incompatible(self, first: object, second: object) -> CallError:
        types = f": {type_of(first)} and {type_of(second)}" if self._tells_types else ""
        return CallError(f"incompatible types for comparison{types}")

    def same(self, first: object, second: object) -> bool:
        """Whether two values are one."""
        kinds = kind_of(first), kind_of(second)
        if kinds[0] == kinds[1] is not None or set(kinds) == {"int", "uint"}:
            return first == second
        if is_nil(first) or is_nil(second):
            return is_nil(first) == is_nil(second)
        if kinds[0] != kinds[1]:
            raise self._incompatible(first, second)
        for value in (first, second):
            if isinstance(value, Struct | Mapping | list | tuple):
                raise CallError(f"non-comparable type {show_inner(value)}: {type_of(value)}")
        return first is second

    def less(self, first: object, second: object) -> bool:
        """Whether one value comes before another."""
        kinds = kind_of(first), kind_of(second)
        if None in kinds:
            raise CallError("invalid type for comparison")
        if kinds[0] != kinds[1] and set(kinds) != {"int", "uint"}:
            raise self._incompatible(first, second)
        if kinds[0] == "bool":
            raise CallError("invalid type for comparison")
        return bool(first < second)  # type: ignore[operator]  # both are of one kind

    def equals(self, first: object, *others: object) -> bool:
        """Whether a value is one of the others."""
        if not others:
            raise CallError("missing argument for comparison")
        return any(self.same(first, other) for other in others)

    def at_most(self, first: object, second: object) -> bool:
        """Whether one value comes before another, or is the same."""
        return self.less(first, second) or self.same(first, second)
