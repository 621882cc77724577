"""Creating a container: its image is fetched where it is missing, its id goes into a file where one was named.

Source: docker/cli cli/command/container/create.go, createContainer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarmlab.commands.containers.creation import Body, CreationFlags
from swarmlab.commands.errors import DockerError
from swarmlab.commands.resources.image_pull import pull
from swarmlab.commands.services.images import tagged
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.platforms import read_platform
from swarmlab.commands.spelling.references import check_reference

_LOCALHOST = re.compile(r"(127\.([0-9]{1,3}\.){2}[0-9]{1,3})|(::1)$")


def create_container(session: Session, command: CreationFlags, body: Body) -> str:
    """The new container's id.

    Raises:
        DockerError: the engine or the registry refused.
    """
    local = next((address for address in command.dns if _LOCALHOST.search(address)), None)
    if local:
        session.terminal.print(f"WARNING: Localhost DNS ({local}) may fail in containers.")
    with _id_file(command.cidfile or "") as told:
        check_reference(command.image)
        answer = _asked(session, command, body)
        for warning in answer.get("Warnings") or []:
            session.terminal.print(f"WARNING: {warning}")
        told.append(str(answer["Id"]))
    return told[0]


def query(command: CreationFlags) -> dict[str, str]:
    """What of the command stands in the request's query. Raises DockerError."""
    name = {"name": command.name} if command.name else {}
    return name | ({"platform": _platform(command.platform)} if command.platform else {})


def _asked(session: Session, command: CreationFlags, body: Body) -> Body:
    params = query(command)
    if command.pull == "always":
        _pull(session, command)
    try:
        answer: Body = session.post("/containers/create", body, params)
    except DockerError as error:
        if error.status != 404 or command.pull not in (None, "missing"):
            raise
        if not command.quiet:
            session.terminal.print(f"Unable to find image '{tagged(command.image)}' locally")
        _pull(session, command)
        answer = session.post("/containers/create", body, params)
    return answer


def _pull(session: Session, command: CreationFlags) -> None:
    pull(session, tagged(command.image), quiet=bool(command.quiet), platform=command.platform or "")


@contextmanager
def _id_file(name: str) -> Iterator[list[str]]:
    """A list for the container's id, which is then written to the file; without an id the file goes again."""
    told: list[str] = []
    if not name:
        yield told
        return
    path = Path(name)
    if path.exists():
        raise DockerError(f"container ID file found, make sure the other container isn't running or delete {name}")
    try:
        path.touch()
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise DockerError(f"failed to create the container ID file: open {name}: {reason}") from None
    try:
        yield told
    finally:
        if told:
            path.write_text(told[0])
        else:
            path.unlink()


def _platform(text: str) -> str:
    try:
        return read_platform(text)
    except ValueError as error:
        raise DockerError(f"error parsing specified platform: {error}") from None
