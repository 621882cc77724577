"""What can be inspected has the same keys, in the same order, with the same types, on every engine."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from swarmlab.lab import Lab
from tests.conformance.shapes import RECORDED, STARTS_FROM, engine_version, look

__all__ = ["STARTS_FROM"]
REAL = json.loads(RECORDED.read_text())


@pytest.fixture(scope="module")
def seen(lab: Lab) -> Mapping[str, object]:
    """Looked at once; an engine of another version has other shapes."""
    if engine_version(lab) != REAL["engine"]:
        pytest.skip(f"recorded from engine {REAL['engine']}, not {engine_version(lab)}")
    return look(lab)


@pytest.mark.parametrize("name", REAL["shapes"])
def test_what_is_inspected_has_the_recorded_shape(name: str, seen: Mapping[str, object]) -> None:
    """Recorded from real engines; `python -m tests.conformance.shapes` records it again."""
    assert json.dumps(seen[name], indent=1) == json.dumps(REAL["shapes"][name], indent=1)
