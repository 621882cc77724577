"""Parts of a request's JSON, each of the kind that a handler needs."""

from __future__ import annotations

from swarmlab.api.wire import Json, list_of
from swarmlab.engine.errors import InvalidParameter


def text_in(given: Json, key: str) -> str:
    """A text, empty where it is not given. Raises InvalidParameter."""
    value = given.get(key) or ""
    if not isinstance(value, str):
        raise InvalidParameter(f"invalid JSON: {key} must be a string")
    return value


def texts_in(given: Json, key: str) -> tuple[str, ...]:
    """A list of texts. Raises InvalidParameter."""
    return tuple(str(item) for item in list_of(given.get(key) or [], key))


def number_in(given: Json, key: str) -> float | None:
    """A number, None where it is not given. Raises InvalidParameter."""
    value = given.get(key)
    if value is None:
        return None
    if not isinstance(value, int | float):
        raise InvalidParameter(f"invalid JSON: {key} must be a number")
    return value
