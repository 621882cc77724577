"""`docker run`: create a container, start it, show what it writes.

Source: docker/cli cli/command/container/run.go.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.containers.attending import Attendance, check_terminal, exit_with
from swarmlab.commands.containers.creating import create_container
from swarmlab.commands.containers.creation import Body, CreationFlags
from swarmlab.commands.errors import DockerError
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Switch, Text, flag
from swarmlab.commands.standard_input import ReadsInput

_NOT_FOUND = ("executable file not found", "no such file or directory", "system cannot find the file specified")
_NOT_ALLOWED = ("permission denied", "is a directory")


@dataclass(frozen=True, kw_only=True)
class ContainerRun(CreationFlags, ReadsInput, path="run", also=("container run",)):
    """One container on one engine: Docker's unit, where Swarm's is the service."""

    summary = "Create and run a new container from an image"

    detach: Switch = flag("-d, --detach", "Run container in background and print container ID")
    detach_keys: Text = flag("--detach-keys string", "Override the key sequence for detaching a container")
    pull: Text = flag("--pull string", 'Pull image before running ("always", "missing", "never")', '"missing"')
    sig_proxy: Switch = flag("--sig-proxy", "Proxy received signals to the process", "true")

    def sdk(self) -> str:
        """See Command."""
        words = f", {shlex.join(self.command)!r}" if self.command else ""
        name = f", name={self.name!r}" if self.name else ""
        remove = ", remove=True" if self.rm else ""
        return f"client.containers.run({self.image!r}{words}{name}, detach={bool(self.detach)}{remove})"

    def body(self) -> Body:
        """See CreationFlags; nothing is attached to a container in the background."""
        body = super().body()
        if self.detach:
            body |= dict.fromkeys(("AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce"), False)
        return body

    def perform(self, session: Session) -> None:
        """See Command."""
        try:
            body = self.body()
        except DockerError as error:
            raise self.refusal(error) from None
        self._check_streams(body)
        try:
            container = create_container(session, self, body)
        except DockerError as error:
            raise self._failure(error) from None
        streams = tuple(name for name in ("stdin", "stdout", "stderr") if body[f"Attach{name.capitalize()}"])
        if not (body["AttachStdout"] or body["AttachStderr"]):
            session.terminal.print(container)  # the CLI too tells the id of a container that does not start
        if streams:
            self._attend(session, container, streams)
        else:
            self._start(session, container)

    def _check_streams(self, body: Body) -> None:
        if not self.detach:
            check_terminal(stdin=body["AttachStdin"], tty=body["Tty"])
        elif self.attach:
            raise DockerError("conflicting options: cannot specify both --attach and --detach")

    def _attend(self, session: Session, container: str, streams: tuple[str, ...]) -> None:
        given: dict[str, Any] = {"stdin": self.piped_input(), "detach_keys": self.detach_keys or ""}
        attendance = Attendance(session, container, tty=bool(self.tty), streams=streams, **given)
        try:
            self._start(session, container)
            attendance.send_input()
            code = attendance.watch(proxy=self.sig_proxy is not False)
        finally:
            attendance.close()
        if len(streams) > streams.count("stdin"):
            exit_with(code)

    def _start(self, session: Session, container: str) -> None:
        try:
            session.post(path_to("container", container, "start"))
        except DockerError as error:
            raise self._failure(error) from None

    def _failure(self, error: DockerError) -> DockerError:
        return DockerError(str(self.refusal(error)), status=error.status, exit_code=_exit_code(str(error)))


def _exit_code(text: str) -> int:
    if any(words in text for words in _NOT_FOUND):
        return 127
    return 126 if any(words in text for words in _NOT_ALLOWED) else 125
