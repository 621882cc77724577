"""What was typed, as the engine is asked for it: what was not typed is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from swarmlab.commands.printing import units


def given(values: dict[str, Any]) -> dict[str, Any]:
    """Without what was not typed."""
    return {key: value for key, value in values.items() if value is not None}


def duration(text: str | None) -> int | None:
    """Nanoseconds."""
    return None if text is None else units.read_duration(text)


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """`("a=1", "b")` as `{"a": "1", "b": ""}`; the last of the same name counts."""
    return {key: value for key, _, value in (text.partition("=") for text in texts)}
