"""The images of one host: their names, how they go, and pulling them from the registry (repositories.py).

Owns which images lie on the host. How a pull goes is pulls.py's.
Source: moby daemon/images, distribution/pull_v2.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import Conflict, EngineError, EngineStopped, NoSuchImage, ServerError
from swarmlab.engine.host import repositories
from swarmlab.engine.host.catalogue import CatalogueImage, Reference, parse_reference, with_tag
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.image import Image
from swarmlab.engine.host.pulls import Pull, PullStep, plan_layers
from swarmlab.engine.ids import Chance

_MANIFEST_S = (0.12, 0.3)
_UP_TO_DATE_S = (0.01, 0.03)
_OFFLINE_S = 15.0


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
        if len(reference) >= 4 and "@" not in reference:
            beginning = "sha256:" + reference.removeprefix("sha256:")
            for image in self._images.values():
                if image.id.startswith(beginning):
                    return image
        parsed = parse_reference(reference)
        for image in self._images.values():
            if _has_name(image, parsed):
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
        return repositories.look_up(reference)

    # --- pulling ---

    def pull(self, reference: str) -> Pull:
        """Fetch an image; its refusals are the registry's."""
        parsed = parse_reference(reference)
        pull = Pull()
        self._pulls = [other for other in self._pulls if not other.ended] + [pull]
        if not self._online():
            self._clock.after(_OFFLINE_S, lambda: pull.image.fail(ServerError(_UNREACHABLE)))
            return pull
        known = any(_has_name(image, parsed) for image in self._images.values())
        wait_s = self._chance.between(*(_UP_TO_DATE_S if known else _MANIFEST_S))
        self._clock.after(wait_s, lambda: self._begin(pull, parsed, reference))
        return pull

    def power_off(self) -> None:
        """The engine dies, and what it is fetching is lost."""
        for pull in self._pulls:
            pull.image.fail(EngineStopped())
        self._pulls = []

    def _begin(self, pull: Pull, parsed: Reference, reference: str) -> None:
        if pull.ended:
            return
        try:
            content = repositories.look_up(reference)
        except EngineError as error:
            pull.image.fail(error)
            return
        id_ = parsed.digest or parsed.tag
        pull.show(PullStep(id=id_, status=f"Pulling from {_path(parsed.repository)}"))
        if content.id in self._images:
            # A tag that the image has not yet is news, though nothing was fetched. Source: recorded from Docker 28.5.2.
            up_to_date = _has_name(self._images[content.id], parsed)
            outcome = "Image is up to date" if up_to_date else "Downloaded newer image"
            self._finish(pull, parsed, content, outcome)
            return
        there = {layer for image in self._images.values() for layer in image.content.layer_digests}
        ended_at = plan_layers(pull, content, there, self._clock, self._chance)
        self._clock.at(ended_at, lambda: self._finish(pull, parsed, content, "Downloaded newer image"))

    def _finish(self, pull: Pull, parsed: Reference, content: CatalogueImage, what: str) -> None:
        if pull.ended:
            return
        image = self._add(parsed, content)
        name = _name(parsed)
        pull.show(PullStep(status=f"Digest: {content.digest}"), PullStep(status=f"Status: {what} for {name}"))
        self._events.emit("image", "pull", name, {"name": parsed.repository})
        pull.image.resolve(image)

    def _add(self, parsed: Reference, content: CatalogueImage) -> Image:
        image = self._images.setdefault(content.id, Image(id=content.id, content=content, tags=[], digests=[]))
        self._contents[content.id] = content
        digest = f"{content.repository}@{content.digest}"
        if digest not in image.digests:
            image.digests.append(digest)
        if not parsed.digest:
            self._give(image, parsed.familiar)
        return image

    def _give(self, image: Image, name: str) -> None:
        """A name is one image's alone: whichever had it before has it no more."""
        for other in self._images.values():
            if name in other.tags and other is not image:
                other.tags.remove(name)
        if name not in image.tags:
            image.tags.append(name)

    def tag(self, source: str, repository: str, tag: str) -> None:
        """Give an image one more name; whichever image had it before has it no more.

        Raises:
            NoSuchImage: there is no such image.
            InvalidParameter: that is no name.
        """
        image = self.find(source)
        name = with_tag(repository, tag).familiar
        self._give(image, name)
        self._events.emit("image", "tag", image.id, {"name": name})

    def add(self, reference: str) -> Image:
        """Have an image without pulling it: for a host that is to start with it."""
        return self._add(parse_reference(reference), repositories.look_up(reference))

    # --- removing ---

    def remove(self, reference: str, *, force: bool = False) -> builtins.list[tuple[str, str]]:
        """Remove a name, and the image with its last name; returns (`Untagged` or `Deleted`, what).

        Raises:
            NoSuchImage: there is none.
            Conflict: a container is made of it.
        """
        image = self.find(reference)
        by_id = reference.removeprefix("sha256:") in image.id
        repositories_of = {name.rpartition(":")[0] for name in image.tags}
        if by_id and not force and len(repositories_of) > 1:
            raise Conflict(
                f"conflict: unable to delete {_short(image.id)} (must be forced) - image is referenced in multiple "
                "repositories"
            )
        user = self.in_use(image.id)
        if user is not None and len(image.tags) <= 1 and not force:
            self._refuse_removal(image, reference, user, by_id=by_id)
        gone = [("Untagged", name) for name in self._names_to_go(image, reference, by_id=by_id)]
        # The digests that go with a repository's last tag are not told of. Source: moby daemon/images/image_delete.go
        self._tell_untagged(image, len(gone) if by_id else 1)
        return gone if image.tags else gone + self._delete(image)

    def prune(
        self, *, all_: bool, meant: Callable[[Image], bool] = lambda _: True
    ) -> tuple[builtins.list[tuple[str, str]], int]:
        """Remove those of the images without a name that are meant, with `all_` of those that no container is made of.

        Returns:
            What went, as `remove` says it, and how many bytes that makes free.
        """
        chosen = (image for image in self.list() if (all_ or not image.tags) and meant(image))
        unused = [image for image in chosen if self.in_use(image.id) is None]
        gone: builtins.list[tuple[str, str]] = []
        for image in unused:
            names = [*image.tags, *image.digests]
            self._tell_untagged(image, len(image.tags or image.digests))
            image.tags = []
            gone += [("Untagged", name) for name in names] + self._delete(image)
        freed = sum(image.content.size_bytes for image in unused)
        self._events.pruned("image", freed)
        return gone, freed

    def _tell_untagged(self, image: Image, times: int) -> None:
        for _ in range(times):
            self._events.emit("image", "untag", image.id, {"name": image.id})

    def _delete(self, image: Image) -> builtins.list[tuple[str, str]]:
        """Remove an image, and those of its layers that no other one has."""
        del self._images[image.id]
        self._events.emit("image", "delete", image.id, {"name": image.id})
        kept = {layer for other in self._images.values() for layer in other.content.layer_digests}
        layers = [layer for layer in reversed(image.content.layer_digests) if layer not in kept]
        return [("Deleted", image.id), *(("Deleted", layer) for layer in layers)]

    @staticmethod
    def _refuse_removal(image: Image, reference: str, user: str, *, by_id: bool) -> None:
        if by_id:
            raise Conflict(
                f"conflict: unable to delete {_short(image.id)} (must be forced) - image is being used by container "
                f"{user[:12]}"
            )
        raise Conflict(
            f'conflict: unable to remove repository reference "{reference}" (must force) - container {user[:12]} is '
            f"using its referenced image {_short(image.id)}"
        )

    @staticmethod
    def _names_to_go(image: Image, reference: str, *, by_id: bool) -> builtins.list[str]:
        name = "" if by_id else parse_reference(reference).familiar
        if name in image.tags and len(image.tags) > 1:
            image.tags.remove(name)
            repository = name.rpartition(":")[0]
            if any(other.rpartition(":")[0] == repository for other in image.tags):
                return [name]
            # A repository's digest goes with its last tag. Recorded from 28.5.2.
            digests = [digest for digest in image.digests if digest.partition("@")[0] == repository]
            image.digests = [digest for digest in image.digests if digest not in digests]
            return [name, *digests]
        names, image.tags = [*image.tags, *image.digests], []
        return names


def _name(parsed: Reference) -> str:
    return f"{parsed.repository}@{parsed.digest}" if parsed.digest else parsed.familiar


def _has_name(image: Image, parsed: Reference) -> bool:
    return _name(parsed) in (*image.tags, *image.digests)


def _short(id_: str) -> str:
    return id_.removeprefix("sha256:")[:12]


_UNREACHABLE = (
    'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection '
    "(Client.Timeout exceeded while awaiting headers)"
)


def _path(repository: str) -> str:
    return repository if "/" in repository else f"library/{repository}"
