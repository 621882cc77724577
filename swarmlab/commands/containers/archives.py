"""Tars on their way between a container and this machine: what is packed under which name, and where it is unpacked.

As with `cp`: into a directory that is there, beside what is there under a name of its own, or over a file.
Source: moby/go-archive copy.go (PrepareArchiveCopy, CopyInfoSourcePath, CopyInfoDestinationPath, RebaseArchiveEntries).
"""

from __future__ import annotations

import io
import os
import posixpath
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.errors import DockerError

_END = 2 * tarfile.BLOCKSIZE
_SAFELY: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
"""How a tar is unpacked: Python before 3.11.4 knows one way only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A path, and what is there."""

    path: str
    exists: bool
    is_directory: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Into which directory a tar is unpacked, and which part of its names is replaced by what."""

    directory: str
    old: str = ""
    new: str = ""

    def renamed(self, name: str) -> str:
        """An entry's name on arrival."""
        return name.replace(self.old, self.new, 1) if self.new else name


def way(source: Place, target: Place) -> Way:
    """How what is at `source` comes to be at `target`.

    Raises:
        DockerError: it cannot.
    """
    directory, name = _split(target.path)
    if target.exists and target.is_directory:
        return Way(directory=target.path)
    if target.exists and source.is_directory:
        raise DockerError("cannot copy directory")
    if not target.exists and not source.is_directory and _is_said_to_be_directory(target.path):
        raise DockerError("no such directory")
    old = _split(source.path)[1]
    return Way(directory=directory, old="" if old == "/" else old, new=name)


def _split(path: str) -> tuple[str, str]:
    clean = posixpath.normpath(path or ".")
    if posixpath.basename(path.rstrip("/")) == "." and clean != ".":
        clean = f"{clean}/."
    return posixpath.dirname(clean) or ".", posixpath.basename(clean) or "/"


def _is_said_to_be_directory(path: str) -> bool:
    return path.endswith(("/", "/.")) or path == "."


def absolute(path: str) -> str:
    """A path of this machine from its root; a slash or a dot at its end says something, and stays."""
    end = "/." if path.endswith("/.") or path == "." else "/" if path.endswith("/") else ""
    return os.path.abspath(path).rstrip("/") + end or "/"


def place_here(path: str, *, follow: bool = False) -> Place:
    """What there is at a path of this machine that is to be read.

    Raises:
        DockerError: nothing.
    """
    front, _, last = path.rpartition("/")
    try:
        real = os.path.realpath(path if follow else front or "/", strict=True)
        found = real if follow else f"{real}/{last}"
        os.lstat(found)
    except OSError as error:
        raise DockerError(f"lstat {error.filename}: {(error.strerror or '').lower()}") from None
    return Place(path=found, exists=True, is_directory=os.path.isdir(found))


def check_target(path: str) -> None:
    """Raise DockerError unless the directory of a path that is to be written is there."""
    directory = os.path.dirname(os.path.normpath(path))
    if not os.path.exists(directory):
        raise DockerError(f'invalid output path: directory "{directory}" does not exist')


def target_here(path: str) -> Place:
    """What there is at a path of this machine that is to be written, whose directory is there."""
    return Place(path=path, exists=os.path.lexists(path), is_directory=os.path.isdir(path))


def packed(source: Place, arrival: Way) -> bytes:
    """What is at a path of this machine as a tar, under the names that it is to have."""
    content = io.BytesIO()
    directory, base = _split(source.path)
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in _names(directory, base):
            entry = tar.gettarinfo(os.path.join(directory, name), arcname=arrival.renamed(name))
            entry.mtime = int(entry.mtime)  # as the CLI: whole seconds
            entry.uid = entry.gid = 0
            entry.uname = entry.gname = ""
            if entry.isfile():
                with open(os.path.join(directory, name), "rb") as file:
                    tar.addfile(entry, file)
            else:
                tar.addfile(entry)
        size = tar.offset
    return content.getvalue()[: size + _END]


def _names(directory: str, base: str) -> Iterator[str]:
    """The entry and all that is under it, in order."""
    yield base
    full = os.path.join(directory, base)
    if os.path.isdir(full) and not os.path.islink(full):
        for child in sorted(os.listdir(full)):
            yield from _names(directory, f"{base}/{child}")


def unpack(content: bytes, arrival: Way) -> None:
    """Unpack a tar on this machine.

    Raises:
        DockerError: it cannot be written there.
    """
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        for entry in tar:
            entry.name = arrival.renamed(entry.name)
            try:
                tar.extract(entry, arrival.directory, **_SAFELY)
            except OSError as error:
                raise DockerError(f"open {error.filename}: {(error.strerror or '').lower()}") from None
