"""The images of one host, and pulling them from the registry's catalogue (catalogue.py).

Owns which images lie on the host. Source: moby daemon/containerd, distribution/pull_v2.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from swarmlab.engine.catalogue import CatalogueImage
from swarmlab.engine.clock import Clock
from swarmlab.engine.events import Events
from swarmlab.engine.ids import Chance
from swarmlab.engine.pending import Pending


@dataclass(slots=True, kw_only=True)
class Image:
    """An image that lies on the host. `tags` (`alpine:latest`) and `digests` (`alpine@sha256:…`) are its references."""

    id: str
    content: CatalogueImage
    tags: list[str]
    digests: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PullStep:
    """One line of progress: the API's `id`, `status` and `progressDetail`."""

    status: str
    id: str = ""
    current: int | None = None
    total: int | None = None


class Pull:
    """A running pull: steps to read, and in the end an image or the refusal. Several askers share one."""

    image: Pending[Image]

    def read(self) -> list[PullStep]:
        """The steps since the last read."""
        raise NotImplementedError

    @property
    def ended(self) -> bool:
        """Whether the pull is over; then `image` stands."""
        raise NotImplementedError


class Images:
    """All images of one host.

    Args:
        online: whether the registry can be reached now.
    """

    def __init__(self, clock: Clock, chance: Chance, events: Events, *, online: Callable[[], bool]) -> None:
        raise NotImplementedError

    def list(self) -> list[Image]:
        """Every image, newest first."""
        raise NotImplementedError

    def find(self, reference: str) -> Image:
        """The image of a name, tag, digest or id prefix. Raises NoSuchImage (`No such image: x:latest`)."""
        raise NotImplementedError

    def pull(self, reference: str) -> Pull:
        """Fetch an image; its refusals are the registry's."""
        raise NotImplementedError

    def look_up(self, reference: str) -> CatalogueImage:
        """What the registry has under this name (`GET /distribution/…`); draws nothing, moves nothing."""
        raise NotImplementedError

    def remove(self, reference: str, *, force: bool = False) -> list[tuple[str, str]]:
        """Remove a name, and the image with its last name; returns (`Untagged` or `Deleted`, what)."""
        raise NotImplementedError
