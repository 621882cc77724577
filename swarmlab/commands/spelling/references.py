"""Image references: `alpine` as people write it, `docker.io/library/alpine:latest` as a registry is asked for it.

Source: distribution/reference normalize.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from swarmlab.commands.errors import DockerError

DEFAULT_DOMAIN = "docker.io"
OFFICIAL = "library/"
_WORD = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = re.compile(rf"{_WORD}(/{_WORD})*")
_TAG = re.compile(r"\w[\w.-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|(?!sha256)[A-Za-z]\w*([-_+.][A-Za-z]\w*)*:[0-9a-fA-F]{32,}")
_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """An image by domain, path and, where given, tag and digest (`sha256:…`)."""

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def read(cls, text: str) -> Self:
        """Split what a person or an engine wrote."""
        rest, _, digest = text.partition("@")
        head, colon, tag = rest.rpartition(":")
        if not colon or "/" in tag:
            head, tag = rest, ""
        domain, slash, path = head.partition("/")
        if not slash or not ("." in domain or ":" in domain or domain == "localhost"):
            domain, path = DEFAULT_DOMAIN, head
        if domain == DEFAULT_DOMAIN and "/" not in path:
            path = OFFICIAL + path
        return cls(domain=domain, path=path, tag=tag, digest=digest)

    @property
    def familiar_name(self) -> str:
        """Without what goes without saying: `alpine`."""
        if self.domain != DEFAULT_DOMAIN:
            return f"{self.domain}/{self.path}"
        return self.path.removeprefix(OFFICIAL)

    @property
    def familiar(self) -> str:
        """Name, tag and digest as people read them."""
        return f"{self.familiar_name}{self.tag and ':' + self.tag}{self.digest and '@' + self.digest}"

    @property
    def named(self) -> str:
        """The full name that a registry is asked for."""
        return f"{self.domain}/{self.path}{self.tag and ':' + self.tag}{self.digest and '@' + self.digest}"


def shown(image: str) -> str:
    """An image as tables show it: without digest where there is a tag."""
    reference = Reference.read(image)
    if not reference.tag:
        return image
    return f"{reference.familiar_name}:{reference.tag}"


def check_reference(text: str) -> None:
    """Raise DockerError unless this can mean an image: its name, its id, a digest."""
    if not _ID.fullmatch(text) and not _DIGEST.fullmatch(text):
        check_name(text)


def check_name(text: str) -> None:
    """Raise DockerError unless this can name an image."""
    if _ID.fullmatch(text):
        raise DockerError(f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    reference = Reference.read(text)
    if reference.path != reference.path.lower():
        raise DockerError(f"invalid reference format: repository name ({reference.path}) must be lowercase")
    rest = text.partition("@")
    has_empty_part = rest[0].endswith(":") or (rest[1] and not rest[2])
    well_formed = _PATH.fullmatch(reference.path) and (not reference.tag or _TAG.fullmatch(reference.tag))
    if has_empty_part or not well_formed or (reference.digest and not _DIGEST.fullmatch(reference.digest)):
        raise DockerError("invalid reference format")
