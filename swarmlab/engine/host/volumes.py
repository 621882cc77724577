"""The volumes of one host: named ones and anonymous ones, and the files in them.

Owns volumes; a volume stays until it is removed by hand, whatever became of the container or service that made it.
Source: moby volume/service/{service,errors}.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Conflict, EngineError, InvalidParameter, NotFound, VolumeNotFound
from swarmlab.engine.host.events import Events
from swarmlab.engine.ids import Chance, ContainerId

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


_ANONYMOUS = {"com.docker.volume.anonymous": ""}
_OPTIONS = frozenset({"type", "o", "device", "size"})
"""What the driver `local` may be told. Simplification: it is shown, and does nothing else."""


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
        self._clock = clock
        self._chance = chance
        self._events = events
        self._volumes: dict[str, Volume] = {}

    def list(self) -> builtins.list[Volume]:
        """Every volume, by name."""
        return [self._volumes[name] for name in sorted(self._volumes)]

    def find(self, name: str) -> Volume:
        """The volume of this name. Raises VolumeNotFound (`get x: no such volume`)."""
        if name not in self._volumes:
            raise VolumeNotFound(name)
        return self._volumes[name]

    def create(
        self,
        name: str = "",
        *,
        driver: str = "local",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
    ) -> Volume:
        """Make a volume, or return the one that has the name already; no name makes an anonymous one.

        Raises:
            InvalidParameter: no name for a volume.
            NotFound: no such driver.
        """
        if name in self._volumes:
            return self._volumes[name]
        if driver not in ("", "local"):
            raise _NoDriver(name, driver)
        if name:
            _check_name(name)
        for option in (options or {}).keys() - _OPTIONS:
            raise InvalidParameter(f'create {name}: invalid option: "{option}"')
        volume = Volume(
            name=name or self._chance.hex_id(),
            created_at=self._clock.now,
            labels={**(labels or {}), **({} if name else _ANONYMOUS)},
            options=options or {},
            anonymous=not name,
        )
        self._volumes[volume.name] = volume
        self._events.emit("volume", "create", volume.name, {"driver": volume.driver})
        return volume

    def remove(self, name: str, *, force: bool = False) -> None:
        """Remove a volume that no container uses; with `force` one that is not there is no error.

        Raises:
            VolumeNotFound: there is none.
            Conflict: containers use it.
        """
        if name not in self._volumes and force:
            return
        volume = self.find(name)
        if volume.users:
            raise Conflict(f"remove {name}: volume is in use - [{', '.join(volume.users)}]")
        del self._volumes[name]
        self._events.emit("volume", "destroy", name, {"driver": volume.driver})

    def prune(
        self, *, all_: bool = False, meant: Callable[[Volume], bool] = lambda _: True
    ) -> tuple[builtins.list[Volume], int]:
        """Remove the unused anonymous volumes that are meant, with `all_` the named ones too.

        Those with options of their own are spared. Source: moby volume/service/service.go, LocalVolumesSize filter.

        Returns:
            What is gone, and how many bytes that makes free.
        """
        kept = (volume for volume in self.list() if not volume.users and not volume.options)
        unused = [volume for volume in kept if (all_ or volume.anonymous) and meant(volume)]
        for volume in unused:
            self.remove(volume.name)
        freed = sum(len(text) for volume in unused for text in volume.files.values())
        self._events.pruned("volume", freed)
        return unused, freed


class _NoDriver(NotFound):
    def __init__(self, name: str, driver: str) -> None:
        EngineError.__init__(
            self, f'create {name}: error looking up volume plugin {driver}: plugin "{driver}" not found'
        )


def _check_name(name: str) -> None:
    """Source: moby volume/local/local.go, validateName."""
    if len(name.encode()) == 1:
        raise InvalidParameter(
            f"create {name}: volume name is too short, names should be at least two alphanumeric characters"
        )
    if not _NAME.fullmatch(name):
        raise InvalidParameter(
            f'create {name}: "{name}" includes invalid characters for a local volume name, only '
            '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'
        )
