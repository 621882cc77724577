"""The parameter `platform`: a system, an architecture, or both. Every image on a host here is for linux/amd64.

Source: containerd platforms/platforms.go (Parse), database.go; recorded from 28.5.2.
"""

from __future__ import annotations

import re

from swarmlab.engine.errors import InvalidParameter, NotFound

HERE = "linux/amd64"

_SYSTEM = re.compile(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.%-]*)((?:\+[A-Za-z0-9_.%-]+)*)\))?")
_SHOWN_SYSTEM = r"^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$"
_PART = re.compile(r"[A-Za-z0-9_.-]+")
_SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows "
    "zos".split()
)
_ARCHITECTURES = frozenset(
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 "
    "ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm".split()
)
_OTHER_NAMES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "armhf": "arm", "armel": "arm"}


class OtherPlatform(NotFound):
    """The image is there, for another platform."""

    def __init__(self, image: str, wanted: str) -> None:
        super(NotFound, self).__init__(
            f"image with reference {image} was found but its platform ({HERE}) does not match the specified platform "
            f"({wanted})"
        )


def parse(text: str) -> str:
    """A platform as `system/architecture`, with what was not said.

    Raises:
        InvalidParameter: it is none.
    """
    parts = text.split("/")
    if "*" in text:
        raise _wrong(text, "wildcards not yet supported")
    if not _SYSTEM.fullmatch(parts[0]):
        raise InvalidParameter(
            f'"{parts[0]}" is an invalid OS component of "{text}": OSAndVersion specifier component must match '
            f'"{_SHOWN_SYSTEM}": invalid argument'
        )
    for part in parts[1:]:
        if not _PART.fullmatch(part):
            raise InvalidParameter(
                f'"{part}" is an invalid component of "{text}": platform specifier component must match '
                '"^[A-Za-z0-9_.-]+$": invalid argument'
            )
    if len(parts) > 3:
        raise _wrong(text, "cannot parse platform specifier")
    lowered = [part.lower() for part in parts]
    if len(parts) > 1:
        return "/".join([lowered[0], _OTHER_NAMES.get(lowered[1], lowered[1]), *lowered[2:]])
    if lowered[0] in _SYSTEMS:
        return f"{lowered[0]}/amd64"
    architecture = _OTHER_NAMES.get(lowered[0], lowered[0])
    if architecture in _ARCHITECTURES:
        return f"linux/{architecture}"
    raise _wrong(text, "unknown operating system or architecture")


def _wrong(text: str, why: str) -> InvalidParameter:
    return InvalidParameter(f'"{text}": {why}: invalid argument')
