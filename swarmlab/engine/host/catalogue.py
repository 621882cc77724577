"""What the registry has: how an image is described, and which one a name means. The images are in repositories.py.

Owns no state.
Simplification: digests and layer ids are made from the names; they are stable, but not those of the real images.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from hashlib import sha256

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.model import Healthcheck, Platform

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_PLATFORMS = (
    Platform(architecture="amd64", os="linux"),
    Platform(architecture="arm64", os="linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueImage:
    """One published image.

    Attributes:
        layer_bytes: the layers as they come over the wire, compressed.
        size_bytes: what it takes on a disk.
        base, servers: which programs it has (workloads.py).
        on: the image whose layer is its first one (`alpine:3.21`), where both share it.
        files: what lies in it, by absolute path.
    """

    repository: str
    tags: tuple[str, ...]
    layer_bytes: tuple[int, ...]
    size_bytes: int
    base: str = "busybox"
    servers: tuple[str, ...] = ()
    on: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ("/bin/sh",)
    env: tuple[str, ...] = (f"PATH={PATH}",)
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    working_dir: str = ""
    stop_signal: str = ""
    healthcheck: Healthcheck | None = None
    created_at: float = 1_733_000_000.0
    platforms: tuple[Platform, ...] = _PLATFORMS

    @property
    def digest(self) -> str:
        """The manifest's digest, one for all tags."""
        return _made_up("manifest", self)

    @property
    def id(self) -> str:
        """The image's id: the digest of its configuration."""
        return _made_up("configuration", self)

    @property
    def layer_digests(self) -> tuple[str, ...]:
        """The layers' digests."""
        own = [_made_up(f"layer {n}", self) for n in range(len(self.layer_bytes))]
        shared = [_digest(f"layer 0 of {self.on}")] if self.on else []
        return (*shared, *own[len(shared) :])

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' short ids, as progress shows them."""
        return tuple(digest[7:19] for digest in self.layer_digests)


def _made_up(what: str, image: CatalogueImage) -> str:
    return _digest(f"{what} of {image.repository}:{image.tags[0]}")


@cache
def _digest(text: str) -> str:
    return "sha256:" + sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An image's name taken apart: `name[:tag][@digest]`. Source: distribution/reference."""

    repository: str
    tag: str
    digest: str

    @property
    def familiar(self) -> str:
        """The name with its tag, as messages show it."""
        return f"{self.repository}:{self.tag}" if self.tag else f"{self.repository}@{self.digest}"


_PATH_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_DOMAIN = r"(?:[a-zA-Z0-9-]+\.[a-zA-Z0-9.-]+|[a-zA-Z0-9.-]+:\d+|localhost)"
_NAME = re.compile(rf"(?:(?P<domain>{_DOMAIN}(?::\d+)?)/)?(?P<path>{_PATH_PART}(?:/{_PATH_PART})*)")
_TAG = re.compile(r"[\w][\w.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_HUB = ("docker.io", "index.docker.io")


@lru_cache(maxsize=1000)
def parse_reference(text: str) -> Reference:
    """Take a name apart; without tag and digest the tag is `latest`. `docker.io/library/x` is `x`.

    Raises:
        InvalidParameter: it is no name.
    """
    name, at, digest = text.partition("@")
    head, colon, tail = name.rpartition(":")
    repository, tag = (head, tail) if colon and "/" not in tail else (name, "")
    match = _NAME.fullmatch(repository)
    if match is None:
        raise InvalidParameter(_why_not(repository))
    if (colon and repository == head and not _TAG.fullmatch(tag)) or (at and not _DIGEST.fullmatch(digest)):
        raise InvalidParameter("invalid reference format")
    if match["domain"] in (None, *_HUB):
        repository = match["path"].removeprefix("library/")
    return Reference(repository=repository, tag=tag or ("" if digest else "latest"), digest=digest)


def with_tag(repository: str, tag: str) -> Reference:
    """A repository's name with a tag of its own, `latest` where none is given.

    Raises:
        InvalidParameter: one of them is none.
    """
    reference = parse_reference(repository)
    if tag and not _TAG.fullmatch(tag):
        raise InvalidParameter("invalid tag format")
    return replace(reference, tag=tag or reference.tag)


def _why_not(repository: str) -> str:
    """Source: distribution/reference, ParseNormalizedNamed."""
    if repository != repository.lower() and _NAME.fullmatch(repository.lower()):
        shown = repository if "/" in repository else f"library/{repository}"
        return f"invalid reference format: repository name ({shown}) must be lowercase"
    return "invalid reference format"
