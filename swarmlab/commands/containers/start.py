"""`docker start` and `docker attach`: containers that are there, with or without their streams.

Source: docker/cli cli/command/container/{start,attach}.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.containers.attending import Attendance, check_terminal, exit_with
from swarmlab.commands.errors import DockerError
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag
from swarmlab.commands.standard_input import ReadsInput

_KEYS = "Override the key sequence for detaching a container"
_EXPERIMENTAL = "is only supported on a Docker daemon with experimental features enabled"


@dataclass(frozen=True, kw_only=True)
class ContainerStart(ReadsInput, path="start", also=("container start",)):
    """Start containers that have stopped."""

    usage = "[OPTIONS] CONTAINER [CONTAINER...]"
    summary = "Start one or more stopped containers"
    refused = dict.fromkeys(("--checkpoint", "--checkpoint-dir"), _EXPERIMENTAL)

    attach: Switch = flag("-a, --attach", "Attach STDOUT/STDERR and forward signals")
    detach_keys: Text = flag("--detach-keys string", _KEYS)
    interactive: Switch = flag("-i, --interactive", "Attach container's STDIN")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.containers.get({name!r}).start()" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""
        if not (self.attach or self.interactive):
            self._start_each(session)
            return
        if len(self.containers) > 1:
            raise DockerError("you cannot start and attach multiple containers at once")
        container = session.get(path_to("container", self.containers[0], "json"))
        typing = bool(self.interactive) and container["Config"]["OpenStdin"]
        attendance = attend(session, container, self, typing=typing, detach_keys=self.detach_keys or "")
        try:
            session.post(f"/containers/{container['Id']}/start")
            attendance.send_input()
            code = attendance.watch(proxy=not container["Config"]["Tty"])
        finally:
            attendance.close()
        exit_with(code)

    def _start_each(self, session: Session) -> None:
        failed = []
        for name in self.containers:
            try:
                session.post(path_to("container", name, "start"))
            except DockerError as error:
                session.terminal.print(str(error))
                failed.append(name)
            else:
                session.terminal.print(name)
        if failed:
            raise DockerError(f"Error: failed to start containers: {', '.join(failed)}")


@dataclass(frozen=True, kw_only=True)
class ContainerAttach(ReadsInput, path="attach", also=("container attach",)):
    """See what a running container writes from now on, and type into it."""

    usage = "[OPTIONS] CONTAINER"
    summary = "Attach local standard input, output, and error streams to a running container"

    detach_keys: Text = flag("--detach-keys string", _KEYS)
    no_stdin: Switch = flag("--no-stdin", "Do not attach STDIN")
    sig_proxy: Switch = flag("--sig-proxy", "Proxy all received signals to the process", "true")
    container: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.containers.get({self.container!r}).attach(stream=True, logs=False)"

    def perform(self, session: Session) -> None:
        """See Command."""
        container = session.get(path_to("container", self.container, "json"))
        _check_running(container["State"])
        check_terminal(stdin=not self.no_stdin, tty=container["Config"]["Tty"])
        typing = not self.no_stdin and container["Config"]["OpenStdin"]
        attendance = attend(session, container, self, typing=typing, detach_keys=self.detach_keys or "")
        try:
            attendance.send_input()
            code = attendance.watch(proxy=self.sig_proxy is not False and not container["Config"]["Tty"])
        finally:
            attendance.close()
        exit_with(code)


def attend(
    session: Session, container: dict[str, Any], command: ReadsInput, *, typing: bool, detach_keys: str
) -> Attendance:
    """A client at the output of a container that was inspected, and where `typing` at its input."""
    streams = ("stdin", "stdout", "stderr") if typing else ("stdout", "stderr")
    tty, stdin = bool(container["Config"]["Tty"]), command.piped_input()
    return Attendance(session, container["Id"], tty=tty, streams=streams, stdin=stdin, detach_keys=detach_keys)


def _check_running(state: dict[str, Any]) -> None:
    if not state["Running"]:
        raise DockerError("You cannot attach to a stopped container, start it first")
    if state["Paused"]:
        raise DockerError("You cannot attach to a paused container, unpause it first")
    if state["Restarting"]:
        raise DockerError("You cannot attach to a restarting container, wait until it is running")
