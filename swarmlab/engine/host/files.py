"""The files that a container sees: its own, and those of what is mounted into it. Text only.

Owns nothing: the mappings belong to the container and to the volumes.
"""

from __future__ import annotations

from dataclasses import dataclass

DIRECTORIES = tuple("bin dev etc home lib media mnt opt proc root run sbin srv sys tmp usr var".split())
"""What stands in the root of every image. Source: alpine 3.20."""


class NoSuchFile(Exception):
    """There is no file of that path."""


class ReadOnly(Exception):
    """The file lies where nothing may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MountedFiles:
    """The files below `target`; keys of `files` are paths below it (`/index.html`)."""

    target: str
    files: dict[str, str]
    read_only: bool = False


class Files:
    """What a container sees.

    Args:
        own: the files of its own layer, by absolute path.
        mounts: what lies over it.
    """

    def __init__(self, own: dict[str, str], mounts: tuple[MountedFiles, ...] = ()) -> None:
        self._own = own
        self._mounts = sorted(mounts, key=lambda mount: len(mount.target), reverse=True)

    def read(self, path: str) -> str:
        """The text of a file. Raises NoSuchFile."""
        files, inner, _ = self._place(path)
        if inner not in files:
            raise NoSuchFile(path)
        return files[inner]

    def write(self, path: str, text: str, *, append: bool = False) -> None:
        """Replace or lengthen a file. Raises ReadOnly."""
        files, inner, read_only = self._place(path)
        if read_only:
            raise ReadOnly(path)
        files[inner] = files.get(inner, "") + text if append else text

    def remove(self, path: str) -> None:
        """Remove a file. Raises NoSuchFile, ReadOnly."""
        files, inner, read_only = self._place(path)
        if inner not in files:
            raise NoSuchFile(path)
        if read_only:
            raise ReadOnly(path)
        del files[inner]

    def is_directory(self, path: str) -> bool:
        """Whether anything can lie below `path`."""
        mounted = any(mount.target.rstrip("/") == path.rstrip("/") for mount in self._mounts)
        return path.strip("/") in ("", *DIRECTORIES) or mounted or bool(self._below(path))

    def list(self, path: str) -> list[str]:
        """The names in a directory, sorted. Raises NoSuchFile."""
        if not self.is_directory(path):
            raise NoSuchFile(path)
        standing = set(DIRECTORIES) if path == "/" else set()
        return sorted(standing | self._below(path))

    def _below(self, path: str) -> set[str]:
        prefix = path.rstrip("/") + "/"
        paths = [*self._own]
        for mount in self._mounts:
            paths.append(mount.target)
            paths += [mount.target.rstrip("/") + inner for inner in mount.files]
        return {p[len(prefix) :].split("/")[0] for p in paths if p.startswith(prefix) and p != prefix}

    def _place(self, path: str) -> tuple[dict[str, str], str, bool]:
        for mount in self._mounts:
            target = mount.target.rstrip("/")
            if path.startswith(target + "/"):
                return mount.files, path[len(target) :], mount.read_only
        return self._own, path, False
