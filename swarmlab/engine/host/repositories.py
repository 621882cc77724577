"""The repositories of the registry, and the images in them. Owns no state.

Sizes, tags, settings and variables are those of the published images of late 2024.
Simplification: every image is there for amd64 and arm64 only, and has the newest build alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypedDict, Unpack

from swarmlab.engine.errors import ManifestUnknown, RegistryDenied
from swarmlab.engine.host.catalogue import PATH, CatalogueImage, parse_reference
from swarmlab.engine.programs.servers import httpd, nginx

_MB = 1_000_000


class _Settings(TypedDict, total=False):
    base: str
    servers: tuple[str, ...]
    on: str
    files: Mapping[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    env: tuple[str, ...]
    exposed_ports: tuple[str, ...]
    volumes: tuple[str, ...]
    working_dir: str
    stop_signal: str


def _image(
    repository: str, tags: str, layers_mb: tuple[float, ...], size_mb: float, **settings: Unpack[_Settings]
) -> CatalogueImage:
    return CatalogueImage(
        repository=repository,
        tags=tuple(tags.split()),
        layer_bytes=tuple(round(size * _MB) for size in layers_mb),
        size_bytes=round(size_mb * _MB),
        **settings,
    )


def _env(**variables: str) -> tuple[str, ...]:
    return (f"PATH={PATH}", *(f"{name}={value}" for name, value in variables.items()))


_BOOKWORM = "debian:bookworm"
_ALPINE = "alpine:3.21"


def _base_images() -> tuple[CatalogueImage, ...]:
    bash: _Settings = {"base": "debian", "command": ("bash",)}
    return (
        _image("alpine", "3.21 3 latest", (3.64,), 7.83),
        _image("alpine", "3.20", (3.63,), 7.8),
        _image("alpine", "3.19", (3.42,), 7.4),
        _image("busybox", "1.37 1 latest", (2.16,), 4.28, command=("sh",)),
        _image("busybox", "1.36", (2.16,), 4.26, command=("sh",)),
        _image("debian", "bookworm 12 latest", (48.5,), 117, **bash),
        _image("debian", "bookworm-slim 12-slim stable-slim", (28.2,), 74.8, **bash),
        _image("ubuntu", "24.04 noble latest", (29.8,), 78.1, base="debian", command=("/bin/bash",)),
        _image("ubuntu", "22.04 jammy", (29.5,), 77.9, base="debian", command=("/bin/bash",)),
        _image(
            "hello-world", "latest linux", (0.0024,), 0.0101, base="scratch", servers=("/hello",), command=("/hello",)
        ),
        _image(
            "curlimages/curl",
            "8.11.0 latest",
            (3.63, 4.9, 1.0),
            22.4,
            servers=("curl",),
            on=_ALPINE,
            entrypoint=("/entrypoint.sh",),
            command=("curl",),
            env=_env(CURL_VERSION="8.11.0"),
        ),
    )


def _nginx(tags: str, version: str, size_mb: float, *, alpine: bool) -> CatalogueImage:
    on = _ALPINE if alpine else "debian:bookworm-slim"
    layers = (3.64, 1.8, 0.6, 1.0, 0.4, 1.2, 1.4, 14.4) if alpine else (28.2, 43.9, 0.6, 1.0, 0.4, 1.2, 1.4)
    release = "1" if alpine else "1~bookworm"
    return _image(
        "nginx",
        tags,
        layers,
        size_mb,
        base="busybox" if alpine else "debian",
        servers=("nginx", "curl"),
        on=on,
        files={
            f"{nginx.ROOT}/index.html": nginx.WELCOME,
            f"{nginx.ROOT}/50x.html": "<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n</html>\n",
            "/etc/nginx/nginx.conf": "user  nginx;\nworker_processes  auto;\n",
        },
        entrypoint=("/docker-entrypoint.sh",),
        command=("nginx", "-g", "daemon off;"),
        env=_env(NGINX_VERSION=version, PKG_RELEASE=release, DYNPKG_RELEASE=release),
        exposed_ports=("80/tcp",),
        stop_signal="SIGQUIT",
    )


def _redis(tags: str, version: str, layers_mb: tuple[float, ...], size_mb: float, *, alpine: bool) -> CatalogueImage:
    modern = version >= "5"
    return _image(
        "redis",
        tags,
        layers_mb,
        size_mb,
        base="busybox" if alpine else "debian",
        servers=("redis-server", "redis-cli"),
        on=_ALPINE if alpine else "debian:bookworm-slim" if modern else "",
        entrypoint=("docker-entrypoint.sh",) if modern else ("/entrypoint.sh",),
        command=("redis-server",),
        env=_env(REDIS_VERSION=version),
        exposed_ports=("6379/tcp",),
        volumes=("/data",),
        working_dir="/data",
    )


def _httpd(tags: str, layers_mb: tuple[float, ...], size_mb: float, *, alpine: bool) -> CatalogueImage:
    prefix = "/usr/local/apache2"
    return _image(
        "httpd",
        tags,
        layers_mb,
        size_mb,
        base="busybox" if alpine else "debian",
        servers=("httpd-foreground",),
        on=_ALPINE if alpine else "debian:bookworm-slim",
        files={f"{httpd.ROOT}/index.html": httpd.WELCOME},
        command=("httpd-foreground",),
        env=(f"PATH={prefix}/bin:{PATH}", f"HTTPD_PREFIX={prefix}", "HTTPD_VERSION=2.4.62"),
        exposed_ports=("80/tcp",),
        working_dir=prefix,
        stop_signal="SIGWINCH",
    )


def _python(tags: str, version: str, layers_mb: tuple[float, ...], size_mb: float) -> CatalogueImage:
    alpine = "alpine" in tags
    return _image(
        "python",
        tags,
        layers_mb,
        size_mb,
        base="busybox" if alpine else "debian",
        servers=("python", "python3", *(() if alpine or "slim" in tags else ("curl", "wget"))),
        on=_ALPINE if alpine else "debian:bookworm-slim" if "slim" in tags else _BOOKWORM,
        command=("python3",),
        env=(f"PATH=/usr/local/bin:{PATH}", f"PYTHON_VERSION={version}"),
    )


def _postgres(tags: str, version: str, layers_mb: tuple[float, ...], size_mb: float) -> CatalogueImage:
    alpine = "alpine" in tags
    return _image(
        "postgres",
        tags,
        layers_mb,
        size_mb,
        base="busybox" if alpine else "debian",
        servers=("postgres", "pg_isready"),
        on=_ALPINE if alpine else "debian:bookworm-slim",
        entrypoint=("docker-entrypoint.sh",),
        command=("postgres",),
        env=_env(LANG="en_US.utf8", PG_VERSION=version, PGDATA="/var/lib/postgresql/data"),
        exposed_ports=("5432/tcp",),
        volumes=("/var/lib/postgresql/data",),
        stop_signal="SIGINT",
    )


def _mysql(
    repository: str, tags: str, version: str, layers_mb: tuple[float, ...], size_mb: float, servers: tuple[str, ...]
) -> CatalogueImage:
    return _image(
        repository,
        tags,
        layers_mb,
        size_mb,
        base="debian",
        servers=servers,
        entrypoint=("docker-entrypoint.sh",),
        command=(servers[0],),
        env=_env(**{f"{repository.upper()}_VERSION": version}),
        exposed_ports=("3306/tcp", "33060/tcp") if repository == "mysql" else ("3306/tcp",),
        volumes=("/var/lib/mysql",),
    )


def _servers() -> tuple[CatalogueImage, ...]:
    old_redis = (51.4, 0.6, 18.6)
    return (
        _nginx("1.27 latest 1.27.3 1 mainline", "1.27.3", 192, alpine=False),
        _nginx("1.26 stable 1.26.2", "1.26.2", 188, alpine=False),
        _nginx("1.25 1.25.5", "1.25.5", 188, alpine=False),
        _nginx("1.27-alpine alpine 1.27.3-alpine mainline-alpine", "1.27.3", 47, alpine=True),
        _nginx("1.26-alpine stable-alpine 1.26.2-alpine", "1.26.2", 46, alpine=True),
        _nginx("1.25-alpine 1.25.5-alpine", "1.25.5", 43, alpine=True),
        _redis("7.4 7 latest 7.4.1", "7.4.1", (28.2, 1.3, 15.8), 117, alpine=False),
        _redis("7.2 7.2.6", "7.2.6", (28.2, 1.3, 15.3), 116, alpine=False),
        _redis("7.0 7.0.15", "7.0.15", (28.2, 1.3, 15.1), 130, alpine=False),
        _redis("3.0.7", "3.0.7", old_redis, 151, alpine=False),
        _redis("3.0.6", "3.0.6", old_redis, 151, alpine=False),
        _redis("7.4-alpine 7-alpine alpine 7.4.1-alpine", "7.4.1", (3.64, 1.2, 12.4), 41, alpine=True),
        _redis("7.2-alpine 7.2.6-alpine", "7.2.6", (3.64, 1.2, 12.1), 40, alpine=True),
        _httpd("2.4 2 latest 2.4.62", (28.2, 4.3, 26.1), 148, alpine=False),
        _httpd("2.4-alpine alpine 2.4.62-alpine", (3.64, 2.1, 14.6), 59, alpine=True),
        _python("3.13 3 latest", "3.13.0", (48.5, 24.1, 64.4, 211.2, 25.6), 1020),
        _python("3.12", "3.12.7", (48.5, 24.1, 64.4, 211.2, 25.1), 1020),
        _python("3.13-slim 3-slim slim", "3.13.0", (28.2, 3.3, 11.9), 121),
        _python("3.13-alpine 3-alpine alpine", "3.13.0", (3.64, 0.5, 12.6), 45),
        _python("3.12-alpine", "3.12.7", (3.64, 0.5, 13.7), 49),
        _postgres("17 latest 17.2", "17.2-1.pgdg120+1", (28.2, 1.1, 4.5, 8.0, 107.6), 435),
        _postgres("16 16.6", "16.6-1.pgdg120+1", (28.2, 1.1, 4.5, 8.0, 106.1), 432),
        _postgres("17-alpine alpine 17.2-alpine", "17.2", (3.64, 1.0, 98.6), 279),
        _mysql("mysql", "9.1 latest 9 9.1.0", "9.1.0-1.el9", (48.6, 6.0, 48.2, 128.4), 603, ("mysqld", "mysqladmin")),
        _mysql("mysql", "8.4 8 lts 8.4.3", "8.4.3-1.el9", (48.6, 6.0, 48.2, 124.1), 590, ("mysqld", "mysqladmin")),
        _mysql("mysql", "8.0 8.0.40", "8.0.40-1.el9", (48.6, 6.0, 48.2, 119.7), 591, ("mysqld", "mysqladmin")),
        _mysql(
            "mariadb",
            "11.6 latest 11 11.6.2",
            "1:11.6.2+maria~ubu2404",
            (29.7, 6.1, 92.9),
            407,
            ("mariadbd", "mariadb-admin"),
        ),
        _mysql(
            "mariadb",
            "10.11 10 10.11.10",
            "1:10.11.10+maria~ubu2204",
            (29.5, 6.1, 89.2),
            396,
            ("mariadbd", "mariadb-admin"),
        ),
        _image(
            "traefik/whoami",
            "v1.10 latest v1.10.3",
            (0.1, 2.7),
            6.6,
            base="scratch",
            servers=("/whoami",),
            entrypoint=("/whoami",),
            command=(),
            exposed_ports=("80/tcp",),
        ),
        _image(
            "registry",
            "2 latest 2.8 2.8.3",
            (3.4, 0.8, 6.3),
            25.4,
            servers=("registry",),
            on="alpine:3.18",
            entrypoint=("/entrypoint.sh",),
            command=("/etc/docker/registry/config.yml",),
            exposed_ports=("5000/tcp",),
            volumes=("/var/lib/registry",),
        ),
    )


CATALOGUE: tuple[CatalogueImage, ...] = (*_base_images(), *_servers())


def _by_repository() -> dict[str, list[CatalogueImage]]:
    repositories: dict[str, list[CatalogueImage]] = defaultdict(list)
    for image in CATALOGUE:
        repositories[image.repository].append(image)
    return dict(repositories)


_REPOSITORIES = _by_repository()


def look_up(text: str) -> CatalogueImage:
    """The published image that a name means.

    Raises:
        RegistryDenied: there is no such repository.
        ManifestUnknown: it has no such tag or digest.
    """
    reference = parse_reference(text)
    if reference.repository not in _REPOSITORIES:
        raise RegistryDenied(reference.repository)
    for image in _REPOSITORIES[reference.repository]:
        if image.digest == reference.digest if reference.digest else reference.tag in image.tags:
            return image
    raise ManifestUnknown(reference.familiar)
