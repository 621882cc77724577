"""The files that a container sees: its own, and those of what is mounted into it. Text only.

Owns nothing: the mappings belong to the container, to the volumes and to the host. A mapping is from path to text; a
path that ends in a slash is a directory that somebody made. Bytes that are no UTF-8 stand in the text as surrogates.
Simplification: files have no owner, mode or time of their own.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from dataclasses import dataclass

DIRECTORIES = tuple("bin dev etc home lib media mnt opt proc root run sbin srv sys tmp usr var".split())
"""What stands in the root of every image. Source: alpine 3.20."""

GONE = "\ud800"
"""Stands in the place of a file's text where a file of the image was removed."""


class NoSuchFile(Exception):
    """There is no file of that path."""


class ReadOnly(Exception):
    """The file lies where nothing may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedFiles:
    """The files below `target`: those of `files` whose paths begin with `root`."""

    target: str
    files: dict[str, str]
    read_only: bool = False
    root: str = ""


def is_directory_in(files: Mapping[str, str], path: str) -> bool:
    """Whether a mapping has anything below a path, or the path as a directory."""
    prefix = path.rstrip("/") + "/"
    return prefix == "/" or any(each.startswith(prefix) for each in files)


def _nothing() -> Mapping[str, str]:
    return {}


class Files:
    """What a container sees.

    Args:
        own: the files of its own layer, by absolute path.
        mounts: what lies over it.
        read_only: whether its own layer may not be written.
        given: the files that the image and the engine put there.
    """

    __slots__ = ("_given", "_mounts", "_own", "_read_only")

    def __init__(
        self,
        own: dict[str, str],
        mounts: tuple[MountedFiles, ...] = (),
        *,
        read_only: bool = False,
        given: Callable[[], Mapping[str, str]] = _nothing,
    ) -> None:
        self._own = own
        self._mounts = sorted(mounts, key=lambda mount: len(mount.target), reverse=True) if mounts else ()
        self._read_only = read_only
        self._given = given

    def read(self, path: str) -> str:
        """The text of a file. Raises NoSuchFile."""
        files, inner, _ = self._place(path)
        text = files.get(inner)
        if text is None and files is self._own:
            text = self._given().get(inner)
        if text is None or text is GONE:
            raise NoSuchFile(path)
        return text

    def write(self, path: str, text: str, *, append: bool = False) -> None:
        """Replace or lengthen a file. Raises ReadOnly."""
        files, inner, read_only = self._place(path)
        if read_only:
            raise ReadOnly(path)
        before = (self.read(path) if self.is_file(path) else "") if append else ""
        files[inner] = before + text

    def make_directory(self, path: str) -> None:
        """Make a directory, where there is none. Raises ReadOnly."""
        if not self.is_directory(path):
            self.write(path.rstrip("/") + "/", "")

    def remove(self, path: str) -> None:
        """Remove a file, or a directory with all that is in it. Raises NoSuchFile, ReadOnly."""
        files, inner, read_only = self._place(path)
        prefix = inner.rstrip("/") + "/"
        given = self._given() if files is self._own else {}
        gone = [each for each in {**given, **files} if each == inner or each.startswith(prefix)]
        gone = [each for each in gone if files.get(each) is not GONE]
        if not gone:
            raise NoSuchFile(path)
        if read_only:
            raise ReadOnly(path)
        for each in gone:
            files.pop(each, None)
            if each in given:
                files[each] = GONE

    def is_file(self, path: str) -> bool:
        """Whether there is a file of that path."""
        try:
            self.read(path)
        except NoSuchFile:
            return False
        return not path.endswith("/")

    def is_directory(self, path: str) -> bool:
        """Whether anything can lie below `path`."""
        mounted = any(mount.target.rstrip("/") == path.rstrip("/") for mount in self._mounts)
        if mounted or path.strip("/") in ("", *DIRECTORIES):
            return not (mounted and self.is_file(path))
        return bool(self._below(path)) or path.rstrip("/") + "/" in self._place(path)[0]

    def list(self, path: str) -> list[str]:
        """The names in a directory, sorted. Raises NoSuchFile."""
        if not self.is_directory(path):
            raise NoSuchFile(path)
        standing = set(DIRECTORIES) if path == "/" else set()
        return sorted(standing | self._below(path))

    def walk(self, path: str) -> builtins.list[str]:
        """Every file and directory below a path, from the root on, directories (they end in a slash) first."""
        found = []
        for name in self.list(path):
            inner = f"{path.rstrip('/')}/{name}"
            found += [inner + "/", *self.walk(inner)] if self.is_directory(inner) else [inner]
        return found

    def _below(self, path: str) -> set[str]:
        prefix = path.rstrip("/") + "/"
        paths = [each for each, text in {**self._given(), **self._own}.items() if text is not GONE]
        for mount in self._mounts:
            target = mount.target.rstrip("/")
            paths.append(target)
            paths += [target + each[len(mount.root) :] for each in mount.files if each.startswith(mount.root + "/")]
        return {p[len(prefix) :].split("/")[0] for p in paths if p.startswith(prefix) and p != prefix}

    def _place(self, path: str) -> tuple[dict[str, str], str, bool]:
        for mount in self._mounts:
            target = mount.target.rstrip("/")
            if path == target or path.startswith(target + "/"):
                return mount.files, mount.root + path[len(target) :], mount.read_only
        return self._own, path, self._read_only
