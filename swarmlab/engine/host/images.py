"""The images of one host, and pulling them from the registry's catalogue (catalogue.py).

Owns which images lie on the host. Source: moby daemon/images, distribution/pull_v2.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import dataclass

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Conflict, EngineError, NoSuchImage, ServerError
from swarmlab.engine.host import catalogue
from swarmlab.engine.host.catalogue import CatalogueImage, Reference, parse_reference
from swarmlab.engine.host.events import Events
from swarmlab.engine.ids import Chance
from swarmlab.engine.pending import Pending

_BYTES_PER_S = 25_000_000
"""How fast layers come down, all together. Simplification: every host's way to the registry is the same."""

_EXTRACTED_PER_S = 120_000_000
_MANIFEST_S = (0.12, 0.3)
_UP_TO_DATE_S = (0.01, 0.03)
_OFFLINE_S = 15.0
_STEPS = 4


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

    def show(self, *steps: PullStep) -> None:
        """Add lines of progress."""
        self._unread += steps


class Images:
    """All images of one host.

    Args:
        online: whether the registry can be reached now.
        in_use: the id of a container that is made of an image (its id), None where there is none.
    """

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        events: Events,
        *,
        online: Callable[[], bool] = lambda: True,
        in_use: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._events = events
        self._online = online
        self.in_use = in_use
        self._images: dict[str, Image] = {}
        self._contents: dict[str, CatalogueImage] = {}
        self._pulls: builtins.list[Pull] = []

    def list(self) -> builtins.list[Image]:
        """Every image, newest first."""
        return sorted(self._images.values(), key=lambda image: -image.content.created_at)

    def find(self, reference: str) -> Image:
        """The image of a name, tag, digest or id prefix.

        Raises:
            NoSuchImage: there is none.
        """
        by_id = [
            image
            for image in self._images.values()
            if len(reference) >= 4 and image.id.removeprefix("sha256:").startswith(reference.removeprefix("sha256:"))
        ]
        if by_id:
            return by_id[0]
        parsed = parse_reference(reference)
        for image in self._images.values():
            if (
                f"{parsed.repository}@{parsed.digest}" in image.digests
                if parsed.digest
                else parsed.familiar in image.tags
            ):
                return image
        raise NoSuchImage(reference if parsed.digest else parsed.familiar)

    def content_of(self, id_: str) -> CatalogueImage:
        """What is in an image, by its id, also when it has no name any more."""
        return self._contents[id_]

    def has(self, reference: str) -> bool:
        """Whether `find` would find it."""
        try:
            self.find(reference)
        except EngineError:
            return False
        return True

    def look_up(self, reference: str) -> CatalogueImage:
        """What the registry has under this name (`GET /distribution/…`); draws nothing, moves nothing.

        Raises:
            RegistryDenied, ManifestUnknown: it has none.
            ServerError: it cannot be reached.
        """
        if not self._online():
            raise ServerError(_UNREACHABLE)
        return catalogue.look_up(reference)

    # --- pulling ---

    def pull(self, reference: str) -> Pull:
        """Fetch an image; its refusals are the registry's."""
        parsed = parse_reference(reference)
        pull = Pull()
        self._pulls = [other for other in self._pulls if not other.ended] + [pull]
        if not self._online():
            self._clock.after(_OFFLINE_S, lambda: pull.image.fail(ServerError(_UNREACHABLE)))
            return pull
        wait_s = self._chance.between(*(_UP_TO_DATE_S if self._has_current(parsed) else _MANIFEST_S))
        self._clock.after(wait_s, lambda: self._begin(pull, parsed, reference))
        return pull

    def _has_current(self, parsed: Reference) -> bool:
        name = f"{parsed.repository}@{parsed.digest}" if parsed.digest else parsed.familiar
        return any(name in (*image.tags, *image.digests) for image in self._images.values())

    def power_off(self) -> None:
        """The engine dies, and what it is fetching is lost."""
        for pull in self._pulls:
            pull.image.fail(ServerError("the engine stopped"))
        self._pulls = []

    def _begin(self, pull: Pull, parsed: Reference, reference: str) -> None:
        if pull.ended:
            return
        try:
            content = catalogue.look_up(reference)
        except EngineError as error:
            pull.image.fail(error)
            return
        id_ = parsed.digest or parsed.tag
        pull.show(PullStep(id=id_, status=f"Pulling from {_path(parsed.repository)}"))
        if content.id in self._images:
            # A tag that is new here counts as news, though nothing was fetched. Source: recorded from Docker 28.5.2.
            outcome = "Image is up to date" if self._has_current(parsed) else "Downloaded newer image"
            self._finish(pull, parsed, content, outcome)
            return
        pull.show(*(PullStep(id=layer, status="Pulling fs layer") for layer in content.layers))
        self._fetch_layers(pull, parsed, content)

    def _fetch_layers(self, pull: Pull, parsed: Reference, content: CatalogueImage) -> None:
        """Plan the steps of every layer: all come down side by side, each is unpacked after the one before it."""
        down_s = sum(content.layer_bytes) / _BYTES_PER_S * self._chance.between(0.85, 1.3)
        unpacked_at = self._clock.now
        for layer, size in zip(content.layers, content.layer_bytes, strict=True):
            came_at = self._clock.now + down_s * size / max(content.layer_bytes)
            for step in range(1, _STEPS + 1):
                part = PullStep(id=layer, status="Downloading", current=size * step // _STEPS, total=size)
                self._show_at(pull, self._clock.now + (came_at - self._clock.now) * step / _STEPS, part)
            self._show_at(pull, came_at, PullStep(id=layer, status="Download complete"))
            extracting = PullStep(id=layer, status="Extracting", current=size, total=size)
            self._show_at(pull, max(unpacked_at, came_at), extracting)
            unpacked_at = max(unpacked_at, came_at) + size * 2.5 / _EXTRACTED_PER_S
            self._show_at(pull, unpacked_at, PullStep(id=layer, status="Pull complete"))
        self._clock.at(unpacked_at, lambda: self._finish(pull, parsed, content, "Downloaded newer image"))

    def _show_at(self, pull: Pull, time: float, step: PullStep) -> None:
        self._clock.at(time, lambda: pull.show(step))

    def _finish(self, pull: Pull, parsed: Reference, content: CatalogueImage, what: str) -> None:
        if pull.ended:
            return
        image = self._add(parsed, content)
        name = parsed.familiar if not parsed.digest else f"{parsed.repository}@{parsed.digest}"
        pull.show(PullStep(status=f"Digest: {content.digest}"), PullStep(status=f"Status: {what} for {name}"))
        self._events.emit("image", "pull", name, {"name": parsed.repository})
        pull.image.resolve(image)

    def _add(self, parsed: Reference, content: CatalogueImage) -> Image:
        image = self._images.setdefault(content.id, Image(id=content.id, content=content, tags=[], digests=[]))
        self._contents[content.id] = content
        digest = f"{content.repository}@{content.digest}"
        if digest not in image.digests:
            image.digests.append(digest)
        if not parsed.digest and parsed.familiar not in image.tags:
            image.tags.append(parsed.familiar)
        return image

    def add(self, reference: str) -> Image:
        """Have an image without pulling it: for a host that is to start with it."""
        return self._add(parse_reference(reference), catalogue.look_up(reference))

    # --- removing ---

    def remove(self, reference: str, *, force: bool = False) -> builtins.list[tuple[str, str]]:
        """Remove a name, and the image with its last name; returns (`Untagged` or `Deleted`, what).

        Raises:
            NoSuchImage: there is none.
            Conflict: a container is made of it.
        """
        image = self.find(reference)
        user = self.in_use(image.id)
        if user is not None and (not force or len(image.tags) <= 1):
            self._refuse_removal(image, reference, user)
        removed = [("Untagged", name) for name in self._names_to_go(image, reference)]
        for _, name in removed:
            self._events.emit("image", "untag", image.id, {"name": name})
        if not image.tags:
            del self._images[image.id]
            removed.append(("Deleted", image.id))
            self._events.emit("image", "delete", image.id, {"name": image.id})
        return removed

    def _refuse_removal(self, image: Image, reference: str, user: str) -> None:
        raise Conflict(
            f'conflict: unable to remove repository reference "{reference}" (must force) - container {user[:12]} is '
            f"using its referenced image {image.id.removeprefix('sha256:')[:12]}"
        )

    def _names_to_go(self, image: Image, reference: str) -> builtins.list[str]:
        name = "" if reference in image.id else parse_reference(reference).familiar
        if name in image.tags and len(image.tags) > 1:
            image.tags.remove(name)
            return [name]
        names, image.tags = [*image.tags, *image.digests], []
        return names


_UNREACHABLE = (
    'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection '
    "(Client.Timeout exceeded while awaiting headers)"
)


def _path(repository: str) -> str:
    return repository if "/" in repository else f"library/{repository}"
