"""Platforms as they are typed, `arm64` or `linux/arm/v7`, and as the API has them.

Source: containerd/platforms platforms.go, database.go.
"""

from __future__ import annotations

import json
import platform
import re

from swarmlab.commands.errors import DockerError

_SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows"
    " zos".split()
)
_MACHINES = frozenset(
    "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le"
    " ppc riscv riscv64 s390 s390x sparc sparc64 wasm".split()
)
_OTHER_NAMES = {
    "i386": ("386", ""),
    "x86_64": ("amd64", ""),
    "x86-64": ("amd64", ""),
    "aarch64": ("arm64", ""),
    "armhf": ("arm", ""),
    "armel": ("arm", "v6"),
}
_SYSTEM = re.compile(r"[A-Za-z0-9_-]+(\([A-Za-z0-9_.-]*\))?")
_PART = re.compile(r"[A-Za-z0-9_.-]+")


def read_platform(text: str) -> str:
    """`OS/ARCH[/VARIANT]` in the names that the engine knows.

    Raises:
        ValueError: in the CLI's words.
    """
    parts = text.split("/")
    if len(parts) > 3:
        raise ValueError(f'"{text}": cannot parse platform specifier: invalid argument')
    _check(parts, text)
    if len(parts) == 1:
        return _alone(parts[0], text)
    system, machine, *variant = (part.lower() for part in parts)
    machine, usual = _OTHER_NAMES.get(machine, (machine, ""))
    return "/".join(
        filter(None, ["darwin" if system == "macos" else system, machine, variant[0] if variant else usual])
    )


def platform_json(text: str) -> str:
    """A platform as a query has it: JSON.

    Raises:
        DockerError: in the CLI's words.
    """
    try:
        system, machine, *variant = read_platform(text).split("/")
    except ValueError as error:
        raise DockerError(str(error)) from None
    named = {"architecture": machine, "os": system, **({"variant": variant[0]} if variant else {})}
    return json.dumps(named, separators=(",", ":"))


def this_platform() -> tuple[str, str]:
    """System and machine that this runs on, in the engine's names."""
    machine = platform.machine().lower()
    return platform.system().lower(), _OTHER_NAMES.get(machine, (machine, ""))[0]


def _check(parts: list[str], text: str) -> None:
    if not _SYSTEM.fullmatch(parts[0]):
        pattern = r"^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$"
        rule = f'OSAndVersion specifier component must match "{pattern}": invalid argument'
        raise ValueError(f'"{parts[0]}" is an invalid OS component of "{text}": {rule}')
    for part in parts[1:]:
        if not _PART.fullmatch(part):
            rule = 'platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument'
            raise ValueError(f'"{part}" is an invalid component of "{text}": {rule}')


def _alone(part: str, text: str) -> str:
    name = part.lower()
    machine, variant = _OTHER_NAMES.get(name, (name, ""))
    if name in _SYSTEMS:
        return f"{name}/{this_platform()[1]}"
    if machine in _MACHINES:
        return "/".join(filter(None, ["linux", machine, variant]))
    raise ValueError(f'"{text}": unknown operating system or architecture: invalid argument')
