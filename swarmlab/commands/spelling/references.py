"""Image references: `alpine` as people write it, `docker.io/library/alpine:latest` as a registry is asked for it.

Source: distribution/reference normalize.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

DEFAULT_DOMAIN = "docker.io"
OFFICIAL = "library/"


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
