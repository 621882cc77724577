"""`docker exec`: a further command in a running container.

Source: docker/cli cli/command/container/exec.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.containers.attending import check_terminal, exit_with, show
from swarmlab.commands.containers.creation import from_here
from swarmlab.commands.printing.following import follow_to_end
from swarmlab.commands.printing.streams import Frames, Stream
from swarmlab.commands.services.rights import read_env_files
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag
from swarmlab.commands.standard_input import ReadsInput


@dataclass(frozen=True, kw_only=True)
class ContainerExec(ReadsInput, path="exec", also=("container exec",)):
    """Run a further command in a running container."""

    usage = "[OPTIONS] CONTAINER COMMAND [ARG...]"
    summary = "Execute a command in a running container"
    interspersed = False

    detach: Switch = flag("-d, --detach", "Detached mode: run command in the background")
    detach_keys: Text = flag("--detach-keys string", "Override the key sequence for detaching a container")
    env: Many = flag("-e, --env list", "Set environment variables", syntax="env")
    env_file: Many = flag("--env-file list", "Read in a file of environment variables")
    interactive: Switch = flag("-i, --interactive", "Keep STDIN open even if not attached")
    privileged: Switch = flag("--privileged", "Give extended privileges to the command")
    tty: Switch = flag("-t, --tty", "Allocate a pseudo-TTY")
    user: Text = flag("-u, --user string", 'Username or UID (format: "<name|uid>[:<group|gid>]")')
    workdir: Text = flag("-w, --workdir string", "Working directory inside the container")
    container: str = argument()
    command: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return f"client.containers.get({self.container!r}).exec_run({list(self.command)!r})"

    def body(self) -> dict[str, Any]:
        """The request that notes the command. Raises DockerError."""
        output = not self.detach
        size = {"ConsoleSize": [0, 0]} if self.tty else {}
        return {
            "User": self.user or "",
            "Privileged": bool(self.privileged),
            "Tty": bool(self.tty),
            **size,
            "AttachStdin": bool(self.interactive) and output,
            "AttachStdout": output,
            "AttachStderr": output,
            "Detach": bool(self.detach),
            "DetachKeys": self.detach_keys or "",
            "Env": [*read_env_files(self.env_file), *map(from_here, self.env)] or None,
            "WorkingDir": self.workdir or "",
            "Cmd": list(self.command),
        }

    def perform(self, session: Session) -> None:
        """See Command."""
        body = self.body()
        session.get(path_to("container", self.container, "json"))
        check_terminal(stdin=body["AttachStdin"], tty=body["Tty"])
        exec_id = session.post(path_to("container", self.container, "exec"), body)["Id"]
        begin = {"Detach": bool(self.detach), "Tty": bool(self.tty)}
        where = f"/exec/{exec_id}/start"
        if self.detach:
            session.post(where, begin)
            return
        output = Stream(session.request("post", where, body=begin, stream=True, upgrade=True))
        if body["AttachStdin"]:
            output.send(self.piped_input())
        frames = None if self.tty else Frames()
        follow_to_end(session, output, lambda data: show(session, frames, data))
        exit_with(session.get(f"/exec/{exec_id}/json").get("ExitCode") or 0)
