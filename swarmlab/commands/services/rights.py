"""What the container of a task may do and what it finds around it: capabilities, ulimits, files of variables.

Source: docker/cli opts/capabilities.go, opts/file.go, cli/command/service/update.go (updateCapabilities).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.flags import Spec
from swarmlab.commands.spelling.options import Many, flag
from swarmlab.commands.spelling.ulimits import read_ulimit

_ALL, _RESET = "ALL", "RESET"


@dataclass(frozen=True, kw_only=True)
class CapabilityFlags(Command):
    """Linux capabilities, added to the usual ones and dropped from them."""

    cap_add: Many = flag("--cap-add list", "Add Linux capabilities")
    cap_drop: Many = flag("--cap-drop list", "Drop Linux capabilities")


def change_capabilities(container: Spec, add: Iterable[str], drop: Iterable[str]) -> None:
    """Write both lists into a container spec. What is added is not dropped; RESET forgets what was said before."""
    adding, dropping = _capabilities(add), _capabilities(drop)
    if not (adding or dropping):
        return
    added = set() if _RESET in adding else _capabilities(container.get("CapabilityAdd") or ())
    dropped = set() if _RESET in dropping else _capabilities(container.get("CapabilityDrop") or ())
    dropping -= adding
    added, dropped = (added - dropping) | adding, (dropped | dropping) - adding
    for name, words in (("CapabilityAdd", added), ("CapabilityDrop", dropped)):
        words.discard(_RESET)
        container.pop(name, None)
        if words:
            container[name] = [_ALL] if _ALL in words else sorted(words)


def _capabilities(words: Iterable[str]) -> set[str]:
    """`net_admin` as `CAP_NET_ADMIN`."""
    upper = {word.strip().upper() for word in words}
    return {word if word in (_ALL, _RESET) or word.startswith("CAP_") else f"CAP_{word}" for word in upper}


def change_ulimits(container: Spec, add: Many, remove: Many) -> None:
    """Remove limits by name, then add or replace others."""
    if add or remove:
        kept = {each["Name"]: each for each in container.get("Ulimits") or [] if each["Name"] not in remove}
        kept |= {each["Name"]: each for each in map(read_ulimit, add)}
        container["Ulimits"] = [kept[name] for name in sorted(kept)]


def read_env_files(paths: Many) -> Many:
    """The variables that files declare, a line each; a name alone is taken from the environment, if it is there.

    Raises:
        DockerError: a file cannot be read, or a line is no variable.
    """
    return tuple(found for path in paths for line in _lines(path) if (found := _from_here(_checked(path, line))))


def read_label_files(paths: Many) -> Many:
    """The labels that files declare, a line each; a line without a value says nothing.

    Raises:
        DockerError: a file cannot be read, or a line is no label.
    """
    return tuple(found for path in paths for line in _lines(path) if "=" in (found := _checked(path, line)))


def _lines(path: str) -> list[str]:
    try:
        content = Path(path).read_bytes()
    except IsADirectoryError:
        raise DockerError(f"invalid env file ({path}): read {path}: is a directory") from None
    except OSError as error:
        raise DockerError(f"open {path}: {(error.strerror or '').lower()}") from None
    return [_decoded(path, number, line) for number, line in enumerate(content.splitlines(), 1)]


def _decoded(path: str, number: int, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        shown = " ".join(map(str, line))
        raise DockerError(f"invalid env file ({path}): invalid utf8 bytes at line {number}: [{shown}]") from None


def _checked(path: str, line: str) -> str:
    """A line without blanks before it; empty where it says nothing."""
    line = line.lstrip()
    if not line or line.startswith("#"):
        return ""
    name = line.partition("=")[0]
    if not name:
        raise DockerError(f"invalid env file ({path}): no variable name on line '{line}'")
    if any(letter.isspace() for letter in name):
        raise DockerError(f"invalid env file ({path}): variable '{name}' contains whitespaces")
    return line


def _from_here(line: str) -> str:
    """A variable with its value, from the environment where the line has none; empty where that has none either."""
    if not line or "=" in line:
        return line
    return f"{line}={os.environ[line]}" if line in os.environ else ""
