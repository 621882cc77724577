"""A pull from the registry: what it shows while it goes on, and how long its layers take. Owns running pulls.

Source: moby distribution/{pull_v2,xfer/download}.go; the order of lines recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import ServerError
from swarmlab.engine.host.catalogue import CatalogueImage
from swarmlab.engine.host.image import Image
from swarmlab.engine.ids import Chance
from swarmlab.engine.pending import Pending

_BYTES_PER_S = 25_000_000
"""How fast layers come down, all together. Simplification: every host's way to the registry is the same."""

_EXTRACTED_PER_S = 120_000_000
_UNPACKED = 2.5
"""How much larger a layer is than what comes over the wire."""

_AT_ONCE = 3
"""So many layers come down at a time; the others wait."""

_STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PullStep:
    """One line of progress: the API's `id`, `status` and `progressDetail`."""

    status: str
    id: str = ""
    current: int | None = None
    total: int | None = None


class Pull:
    """A running pull: steps to read, and in the end an image or the refusal."""

    def __init__(self) -> None:
        self.image: Pending[Image] = Pending()
        self._unread: list[PullStep] = []

    def read(self) -> list[PullStep]:
        """The steps since the last read."""
        unread, self._unread = self._unread, []
        return unread

    @property
    def ended(self) -> bool:
        """Whether the pull is over; then `image` stands."""
        return self.image.done

    def abandon(self) -> None:
        """Whoever asked for it is gone: nothing of the image comes, and what came of it is lost.

        Source: recorded from 28.5.2; moby distribution/xfer/transfer.go (nobody watches a transfer any more).
        """
        self.image.fail(ServerError("context canceled"))

    def show(self, *steps: PullStep) -> None:
        """Add lines of progress."""
        self._unread += steps


def plan_layers(pull: Pull, content: CatalogueImage, there: Collection[str], clock: Clock, chance: Chance) -> float:
    """Plan the steps of every layer: all come down side by side, each is unpacked after the one before it.

    `there` are the layers that lie on the host already, by digest. Returns when all is done.
    """
    began, ready_at, down_s = clock.now, clock.now, sum(content.layer_bytes) / _BYTES_PER_S * chance.between(0.85, 1.3)
    new = [
        (layer, size)
        for digest, layer, size in zip(content.layer_digests, content.layers, content.layer_bytes, strict=True)
        if digest not in there
    ]
    for digest, layer in zip(content.layer_digests, content.layers, strict=True):
        pull.show(PullStep(id=layer, status="Already exists" if digest in there else "Pulling fs layer"))
    pull.show(*(PullStep(id=layer, status="Waiting") for layer, _ in new[_AT_ONCE:]))

    def show(time: float, step: PullStep) -> None:
        clock.at(time, lambda: pull.show(step))

    for layer, size in new:
        came_at = began + down_s * size / max(content.layer_bytes)
        for step in range(1, _STEPS + 1):
            part = PullStep(id=layer, status="Downloading", current=size * step // _STEPS, total=size)
            show(began + (came_at - began) * step / _STEPS, part)
        show(came_at, PullStep(id=layer, status="Verifying Checksum"))
        show(came_at, PullStep(id=layer, status="Download complete"))
        show(max(ready_at, came_at), PullStep(id=layer, status="Extracting", current=size, total=size))
        ready_at = max(ready_at, came_at) + size * _UNPACKED / _EXTRACTED_PER_S
        show(ready_at, PullStep(id=layer, status="Pull complete"))
    return ready_at
