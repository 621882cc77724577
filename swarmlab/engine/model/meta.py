"""What every stored object has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from swarmlab.engine.quick import quick

Labels = Mapping[str, str]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What every stored object has; the store sets it. `version` is the index of the transaction that wrote it."""

    version: int = 0
    created_at: float = 0
    updated_at: float = 0
