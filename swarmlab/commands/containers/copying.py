"""`docker cp` and `docker export`: files of a container here, files from here in a container.

"Here" is where the command is typed: in a notebook, the machine of its kernel.
Source: docker/cli cli/command/container/{cp,export}.go.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.containers import archives
from swarmlab.commands.containers.archives import Place
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.units import decimal_size
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Switch, Text, argument, flag
from swarmlab.commands.standard_input import ReadsInput

_DIRECTORY, _LINK = 1 << 31, 1 << 27
_STAT = "X-Docker-Container-Path-Stat"


@dataclass(frozen=True, kw_only=True)
class ContainerCp(ReadsInput, path="cp", also=("container cp",)):
    """Copy a file or a directory into a container or out of it."""

    usage = "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH"
    summary = "Copy files/folders between a container and the local filesystem"
    description = (
        f"{summary}\n\nUse '-' as the source to read a tar archive from stdin\n"
        "and extract it to a directory destination in a container.\n"
        "Use '-' as the destination to stream a tar archive of a\ncontainer source to stdout."
    )

    archive: Switch = flag("-a, --archive", "Archive mode (copy all uid/gid information)")
    follow_link: Switch = flag("-L, --follow-link", "Always follow symbol link in SRC_PATH")
    quiet: Switch = flag(
        "-q, --quiet",
        "Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached",
    )
    source: str = argument()
    target: str = argument()

    def sdk(self) -> str:
        """See Command."""
        here, there = _parts(self.source), _parts(self.target)
        if here[0]:
            return f"client.containers.get({here[0]!r}).get_archive({here[1]!r})"
        return f"client.containers.get({there[0]!r}).put_archive({there[1]!r}, data)"

    def perform(self, session: Session) -> None:
        """See Command."""
        if not self.source:
            raise DockerError("source can not be empty")
        if not self.target:
            raise DockerError("destination can not be empty")
        here, there = _parts(self.source), _parts(self.target)
        if here[0] and there[0]:
            raise DockerError("copying between containers is not supported")
        if not here[0] and not there[0]:
            raise DockerError("must specify at least one container source")
        if here[0]:
            self._copy_out(session, *here, there[1])
        else:
            self._copy_in(session, here[1], *there)

    def _copy_out(self, session: Session, container: str, source: str, target: str) -> None:
        target = target if target == "-" else archives.absolute(target)
        if target != "-":
            archives.check_target(target)
        if self.follow_link:
            source = _followed(session, container, source)
        answer = session.request("get", path_to("container", container, "archive"), params={"path": source})
        if target == "-":
            session.terminal.write(answer.content.decode("utf-8", "replace"))
            return
        is_directory = bool(_stat(answer.headers)["mode"] & _DIRECTORY)
        place = Place(path=source, exists=True, is_directory=is_directory)
        told = 0
        try:
            arrival = archives.way(place, archives.target_here(target))
            told = len(answer.content)
            archives.unpack(answer.content, arrival)
        finally:
            self._tell(session, told, target)

    def _copy_in(self, session: Session, source: str, container: str, target: str) -> None:
        place = _place(session, container, target)
        if source == "-":
            if not place.is_directory:
                raise DockerError(f'destination "{container}:{target}" must be a directory')
            content, directory, told = self.read_input(), place.path, 0
        else:
            origin = archives.place_here(archives.absolute(source), follow=bool(self.follow_link))
            arrival = archives.way(origin, place)
            content, directory = archives.packed(origin, arrival), arrival.directory
            told = len(content)
        params = {"path": directory, "noOverwriteDirNonDir": "true"}
        params |= {"copyUIDGID": "true"} if self.archive else {}
        try:
            session.request("put", path_to("container", container, "archive"), params=params, data=content)
        finally:
            self._tell(session, told, f"{container}:{place.path}")

    def _tell(self, session: Session, size: int, target: str) -> None:
        if not self.quiet:
            session.terminal.print(f"Successfully copied {decimal_size(size)} to {target}")


def _parts(text: str) -> tuple[str, str]:
    """Container and path; no container where the text is a path of this machine."""
    container, colon, path = text.partition(":")
    return ("", text) if text.startswith("/") or not colon or container.startswith(".") else (container, path)


def _place(session: Session, container: str, path: str) -> Place:
    """What there is in the container, behind a link too; whether it can be written there, the engine says."""
    try:
        stat = _asked(session, container, path)
        if stat["mode"] & _LINK:
            path = os.path.join(os.path.dirname(path), stat["linkTarget"])
            stat = _asked(session, container, path)
    except DockerError:
        return Place(path=path, exists=False, is_directory=False)
    return Place(path=path, exists=True, is_directory=bool(stat["mode"] & _DIRECTORY))


def _followed(session: Session, container: str, path: str) -> str:
    try:
        stat = _asked(session, container, path)
    except DockerError:
        return path
    return os.path.join(os.path.dirname(path), stat["linkTarget"]) if stat["mode"] & _LINK else path


def _asked(session: Session, container: str, path: str) -> dict[str, Any]:
    answer = session.request("head", path_to("container", container, "archive"), params={"path": path})
    return _stat(answer.headers)


def _stat(headers: Any) -> dict[str, Any]:
    stat: dict[str, Any] = json.loads(base64.b64decode(headers[_STAT]))
    return stat


@dataclass(frozen=True, kw_only=True)
class ContainerExport(Command, path="export", also=("container export",)):
    """All files of a container as a tar."""

    usage = "[OPTIONS] CONTAINER"
    summary = "Export a container's filesystem as a tar archive"

    output: Text = flag("-o, --output string", "Write to a file, instead of STDOUT")
    container: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.containers.get({self.container!r}).export()"

    def perform(self, session: Session) -> None:
        """See Command."""
        if not self.output:
            raise DockerError("cowardly refusing to save to a terminal. Use the -o flag or redirect")
        path = Path(self.output)
        if not path.absolute().parent.exists():
            missing = os.path.dirname(os.path.normpath(self.output))
            raise DockerError(
                f"failed to export container: invalid output path: stat {missing}: no such file or directory"
            )
        if path.is_dir():
            raise DockerError("failed to export container: cannot write to a directory")
        content = session.request("get", path_to("container", self.container, "export")).content
        try:
            path.write_bytes(content)
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise DockerError(f"failed to export container: open {path}: {reason}") from None
