"""What the registry has: the images that can be pulled, with digests, sizes and platforms, and what is in them.

Owns no state. Sizes are those of the published images (late 2024).
Simplification: digests and layer ids are made from the names; they are stable, but not those of the real images.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from swarmlab.engine.errors import InvalidParameter, ManifestUnknown, RegistryDenied
from swarmlab.engine.model import Platform

_MB = 1_000_000
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_PLATFORMS = (
    Platform(architecture="amd64", os="linux"),
    Platform(architecture="arm64", os="linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueImage:
    """One published image. Sizes in bytes; `base` and `servers` say which programs it has (workloads.py)."""

    repository: str
    tags: tuple[str, ...]
    layer_bytes: tuple[int, ...]
    size_bytes: int
    base: str = "busybox"
    servers: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ("/bin/sh",)
    env: tuple[str, ...] = (f"PATH={PATH}",)
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    working_dir: str = ""
    stop_signal: str = ""
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
        return tuple(_made_up(f"layer {n}", self) for n in range(len(self.layer_bytes)))

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers' short ids, as progress shows them."""
        return tuple(digest[7:19] for digest in self.layer_digests)


def _made_up(what: str, image: CatalogueImage) -> str:
    return "sha256:" + sha256(f"{what} of {image.repository}:{image.tags[0]}".encode()).hexdigest()


def _mb(*sizes: float) -> tuple[int, ...]:
    return tuple(round(size * _MB) for size in sizes)


_NGINX = {
    "servers": ("nginx",),
    "command": ("nginx", "-g", "daemon off;"),
    "exposed_ports": ("80/tcp",),
    "stop_signal": "SIGQUIT",
}
_REDIS = {
    "servers": ("redis-server",),
    "command": ("redis-server",),
    "exposed_ports": ("6379/tcp",),
    "volumes": ("/data",),
    "working_dir": "/data",
}
_HTTPD = {
    "servers": ("httpd-foreground",),
    "command": ("httpd-foreground",),
    "exposed_ports": ("80/tcp",),
    "working_dir": "/usr/local/apache2",
    "stop_signal": "SIGWINCH",
}
_PYTHON = {"servers": ("python", "python3"), "command": ("python3",)}


def _image(repository: str, tags: str, layers: tuple[int, ...], size_mb: float, **more: object) -> CatalogueImage:
    return CatalogueImage(
        repository=repository,
        tags=tuple(tags.split()),
        layer_bytes=layers,
        size_bytes=round(size_mb * _MB),
        **more,  # type: ignore[arg-type]
    )


CATALOGUE: tuple[CatalogueImage, ...] = (
    _image("alpine", "3.21 3 latest", _mb(3.64), 7.83),
    _image("alpine", "3.20", _mb(3.63), 7.8),
    _image("alpine", "3.19", _mb(3.42), 7.4),
    _image("busybox", "1.37 1 latest", _mb(2.16), 4.28, command=("sh",)),
    _image("busybox", "1.36", _mb(2.16), 4.26, command=("sh",)),
    _image("nginx", "1.27 latest", _mb(28.2, 44.1, 0.6, 0.4, 1.2), 192, base="debian", **_NGINX),
    _image("nginx", "1.26 stable", _mb(28.2, 41.3, 0.6, 0.4, 1.2), 188, base="debian", **_NGINX),
    _image("nginx", "1.27-alpine alpine", _mb(3.63, 1.9, 0.6, 14.4), 47, **_NGINX),
    _image("nginx", "1.26-alpine stable-alpine", _mb(3.63, 1.9, 0.6, 14.1), 46, **_NGINX),
    _image("redis", "7.4 7 latest", _mb(28.2, 1.3, 15.8), 117, base="debian", **_REDIS),
    _image("redis", "7.2", _mb(28.2, 1.3, 15.3), 116, base="debian", **_REDIS),
    _image("redis", "3.0.7", _mb(51.4, 0.6, 18.6), 151, base="debian", **_REDIS),
    _image("redis", "3.0.6", _mb(51.4, 0.6, 18.6), 151, base="debian", **_REDIS),
    _image("redis", "7.4-alpine 7-alpine alpine", _mb(3.63, 1.2, 12.4), 41, **_REDIS),
    _image("httpd", "2.4 2 latest", _mb(28.2, 4.3, 26.1), 148, base="debian", **_HTTPD),
    _image("httpd", "2.4-alpine alpine", _mb(3.63, 2.1, 14.6), 59, **_HTTPD),
    _image("python", "3.13 3 latest", _mb(49.6, 24.1, 64.4, 211.2, 25.6), 1020, base="debian", **_PYTHON),
    _image("python", "3.12", _mb(49.6, 24.1, 64.4, 211.2, 25.1), 1020, base="debian", **_PYTHON),
    _image("python", "3.13-alpine 3-alpine alpine", _mb(3.63, 0.5, 12.6), 45, **_PYTHON),
    _image("python", "3.12-alpine", _mb(3.63, 0.5, 13.7), 49, **_PYTHON),
    _image(
        "traefik/whoami",
        "v1.10 latest",
        _mb(0.1, 2.7),
        6.6,
        base="scratch",
        servers=("whoami",),
        entrypoint=("/whoami",),
        command=(),
        exposed_ports=("80/tcp",),
    ),
)


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


def parse_reference(text: str) -> Reference:
    """Take a name apart; without tag and digest the tag is `latest`.

    Raises:
        InvalidParameter: it is no name.
    """
    name, _, digest = text.partition("@")
    head, colon, tail = name.rpartition(":")
    repository, tag = (head, tail) if colon and "/" not in tail else (name, "")
    repository = repository.removeprefix("docker.io/").removeprefix("library/")
    if not repository or repository != repository.lower() or repository.startswith(("/", "-", ".")):
        reason = "repository name must be lowercase" if repository and repository != repository.lower() else ""
        raise InvalidParameter(f"invalid reference format{': ' + reason if reason else ''}")
    return Reference(repository=repository, tag=tag or ("" if digest else "latest"), digest=digest)


def look_up(text: str) -> CatalogueImage:
    """The published image that a name means.

    Raises:
        RegistryDenied: there is no such repository.
        ManifestUnknown: it has no such tag or digest.
    """
    reference = parse_reference(text)
    images = [image for image in CATALOGUE if image.repository == reference.repository]
    if not images:
        raise RegistryDenied(reference.repository)
    for image in images:
        if image.digest == reference.digest if reference.digest else reference.tag in image.tags:
            return image
    raise ManifestUnknown(reference.familiar)
