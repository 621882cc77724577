"""One image that lies on a host, as a value. Which there are, how they come and go, is in images.py."""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.engine.host.catalogue import CatalogueImage


@dataclass(slots=True, kw_only=True)
class Image:
    """An image that lies on the host. `tags` (`alpine:latest`) and `digests` (`alpine@sha256:…`) are its references."""

    id: str
    content: CatalogueImage
    tags: list[str]
    digests: list[str]
