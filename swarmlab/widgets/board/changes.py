"""What is different between two contents of the board, so that no more than that is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from swarmlab.widgets.board.content import Content

KEYED = ("cards", "services", "tasks")


def changes(old: Content, new: Content) -> dict[str, Any]:
    """For each part that changed: what is new or different by its key, and the keys that are gone; empty for none."""
    found: dict[str, Any] = {} if old["top"] == new["top"] else {"top": new["top"]}
    for part in KEYED:
        if difference := _difference(old[part], new[part]):  # type: ignore[literal-required]  # one of its keys
            found[part] = difference
    return found


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    put = {key: value for key, value in new.items() if old.get(key) != value}
    gone = [key for key in old if key not in new]
    return {"put": put, "gone": gone} if put or gone else {}
