"""The query parameter `filters`, in both shapes that clients send, and how its keys match.

Source: moby api/types/filters/parse.go; daemon/cluster/filters.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from swarmlab.api import go_json
from swarmlab.engine.errors import InvalidParameter, ServerError


class Filters:
    """What to show: for each key the values, any of which will do; all keys must be met."""

    def __init__(self, values: Mapping[str, tuple[str, ...]]) -> None:
        self._values = values

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def get(self, key: str) -> tuple[str, ...]:
        """The values of a key."""
        return self._values.get(key, ())

    def keys(self) -> Collection[str]:
        """The keys that were asked for."""
        return self._values.keys()

    def exact(self, key: str, *candidates: str) -> bool:
        """Whether one of `candidates` is a value of `key`; a key that was not asked for is met."""
        return key not in self or any(candidate in self.get(key) for candidate in candidates)

    def prefix(self, key: str, *candidates: str) -> bool:
        """Whether one of `candidates` begins with a value of `key`."""
        return key not in self or any(c.startswith(value) for c in candidates for value in self.get(key))

    def match(self, key: str, *candidates: str) -> bool:
        """Whether a value of `key`, a regular expression, is found in one of `candidates`."""
        return key not in self or any(_found(value, c) for c in candidates for value in self.get(key))

    def labels(self, key: str, labels: Mapping[str, str]) -> bool:
        """Whether `labels` have all that is asked for, each as `label` or `label=value`."""
        return all(has_label(value, labels) for value in self.get(key))

    def yes_or_no(self, key: str) -> bool | None:
        """The one value of a key as yes or no, None where it was not asked for.

        Raises:
            InvalidParameter: neither.
        """
        if key not in self:
            return None
        values = set(self.get(key))
        if values <= {"1", "true"}:
            return True
        if values <= {"0", "false"}:
            return False
        raise InvalidParameter(f"invalid filter '{key}={list(self.get(key))}'")


def _found(pattern: str, text: str) -> bool:
    try:
        return pattern == text or re.search(pattern, text) is not None
    except re.error:
        return False


def has_label(wanted: str, labels: Mapping[str, str]) -> bool:
    """Whether `name` is there, or `name=value`."""
    name, equals, value = wanted.partition("=")
    return name in labels and (not equals or labels[name] == value)


def parse(
    query: Mapping[str, str], allowed: Iterable[str] | None, *, before_keys: Callable[[], None] = lambda: None
) -> Filters:
    """The filters of a request.

    Args:
        query: the request's query parameters.
        allowed: the keys that the resource knows; None where it takes any, and makes nothing of those unknown to it.
        before_keys: what is looked at before the keys are.

    Raises:
        InvalidParameter: not JSON of one of the two shapes, or a key that the resource does not know.
    """
    text = query.get("filters", "")
    try:
        values = _values(go_json.whole(text) if text else None)
    except (InvalidParameter, TypeError):
        raise InvalidParameter("invalid filter") from None
    before_keys()
    for key in values:
        if allowed is not None and key not in allowed:
            raise InvalidParameter(f"invalid filter '{key}'")
    return Filters({key: value for key, value in values.items() if value})


def _values(given: object) -> dict[str, tuple[str, ...]]:
    """`{"x": true}` is today's shape, `["x"]` that of old clients and of the docker SDK; all keys have the same."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise TypeError(given)
    if all(value is None or _is_new(value) for value in given.values()):
        return {key: tuple(name for name, chosen in (value or {}).items() if chosen) for key, value in given.items()}
    if all(value is None or _is_old(value) for value in given.values()):
        return {key: tuple(item or "" for item in value or ()) for key, value in given.items()}
    raise TypeError(given)


def _is_new(value: object) -> bool:
    return isinstance(value, dict) and all(chosen is None or isinstance(chosen, bool) for chosen in value.values())


def _is_old(value: object) -> bool:
    return isinstance(value, list) and all(item is None or isinstance(item, str) for item in value)


def one_of(filters: Filters, key: str, known: Collection[str], refusal: str) -> None:
    """Check that every value of `key` is known.

    Raises:
        InvalidParameter: one is not; `refusal` has the words, with a place for it.
    """
    for value in filters.get(key):
        if value not in known:
            raise InvalidParameter(refusal.format(value))


def one_of_the_swarms(filters: Filters, key: str, known: Collection[str]) -> None:
    """Check that every value of `key` is known, as the swarm's resources do: with an error of no type.

    Raises:
        ServerError: one is not.
    """
    for value in filters.get(key):
        if value not in known:
            raise ServerError(f"Invalid {key} filter: '{value}'")
