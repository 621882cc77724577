"""The volumes of one host: named ones and anonymous ones, and the files in them.

Owns volumes; a volume stays until it is removed by hand, whatever became of the container or service that made it.
Source: moby volume/service/service.go, volume/service/errors.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swarmlab.engine.clock import Clock
from swarmlab.engine.events import Events
from swarmlab.engine.ids import Chance, ContainerId


@dataclass(slots=True, kw_only=True)
class Volume:
    """A volume. `files` maps paths inside it to text; `users` are the containers that mount it, also stopped ones."""

    name: str
    created_at: float
    driver: str = "local"
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    anonymous: bool = False
    files: dict[str, str] = field(default_factory=dict)
    users: dict[ContainerId, None] = field(default_factory=dict)

    @property
    def mountpoint(self) -> str:
        """Where it lies on the host."""
        return f"/var/lib/docker/volumes/{self.name}/_data"


class Volumes:
    """All volumes of one host."""

    def __init__(self, clock: Clock, chance: Chance, events: Events) -> None:
        raise NotImplementedError

    def list(self) -> list[Volume]:
        """Every volume, by name."""
        raise NotImplementedError

    def find(self, name: str) -> Volume:
        """The volume of this name. Raises NotFound (`get x: no such volume`)."""
        raise NotImplementedError

    def create(
        self,
        name: str = "",
        *,
        driver: str = "local",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        """Make a volume, or return the one that has the name already; no name makes an anonymous one."""
        raise NotImplementedError

    def remove(self, name: str, *, force: bool = False) -> None:
        """Remove a volume that no container uses. Raises Conflict (`remove x: volume is in use - [id]`)."""
        raise NotImplementedError

    def prune(self, *, all_: bool = False) -> list[Volume]:
        """Remove the unused anonymous volumes, with `all_` the named ones too; returns what is gone."""
        raise NotImplementedError
