"""How an image was built, as `docker history` tells it: one line for each layer and each setting. Owns no state.

Simplification: what was run for a layer is told in general; sizes follow those of the layers as they are fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from swarmlab.engine.host.catalogue import CatalogueImage


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a history."""

    created_by: str
    size_bytes: int = 0


def history_of(content: CatalogueImage) -> list[Step]:
    """The steps, the newest first."""
    return list(reversed([*_layers(content), *_settings(content)]))


def _layers(content: CatalogueImage) -> Iterator[Step]:
    sizes = [content.size_bytes * size // sum(content.layer_bytes) for size in content.layer_bytes]
    yield Step(created_by=_root(content), size_bytes=content.size_bytes - sum(sizes[1:]))
    for entry in content.env[1:]:
        yield Step(created_by=f"ENV {entry}")
    for number, size in enumerate(sizes[1:], 1):
        small = size < 100_000
        command = f"COPY files-{number} / # buildkit" if small else "RUN /bin/sh -c set -x     && … # buildkit"
        yield Step(created_by=command, size_bytes=size)


def _root(content: CatalogueImage) -> str:
    if content.base == "scratch":
        return "COPY / / # buildkit"
    if content.base == "debian":
        return "# debian.sh --arch 'amd64' out/ 'bookworm' '@1732492800'"
    return "ADD alpine-minirootfs-x86_64.tar.gz / # buildkit"


def _settings(content: CatalogueImage) -> Iterator[Step]:
    if content.entrypoint:
        yield Step(created_by=f"ENTRYPOINT {_exec_form(content.entrypoint)}")
    for port in content.exposed_ports:
        yield Step(created_by=f"EXPOSE map[{port}:{{}}]")
    for path in content.volumes:
        yield Step(created_by=f"VOLUME [{path}]")
    if content.stop_signal:
        yield Step(created_by=f"STOPSIGNAL {content.stop_signal}")
    if content.command:
        yield Step(created_by=f"CMD {_exec_form(content.command)}")


def _exec_form(words: tuple[str, ...]) -> str:
    return "[" + " ".join(f'"{word}"' for word in words) + "]"
