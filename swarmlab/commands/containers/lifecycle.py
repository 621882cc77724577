"""`docker pause | unpause | restart | rename | wait | top | port | diff | container prune`.

Source: docker/cli cli/command/container/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import each
from swarmlab.commands.resources.pruning import is_meant, prune_containers
from swarmlab.commands.session import Session, path_to, typed_filters
from swarmlab.commands.spelling.options import Many, Number, Switch, Text, argument, arguments, flag

_LEAST_WIDTH, _GAP = 20, 3
_KINDS = "CAD"


def _call(names: Sequence[str], method: str) -> str:
    """The SDK's call for each container."""
    return "\n".join(f"client.containers.get({name!r}).{method}" for name in names)


@dataclass(frozen=True, kw_only=True)
class ContainerPause(Command, path="pause", also=("container pause",)):
    """Let the processes of containers stand still."""

    usage = "CONTAINER [CONTAINER...]"
    summary = "Pause all processes within one or more containers"

    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return _call(self.containers, "pause()")

    def perform(self, session: Session) -> None:
        """See Command."""
        _post_each(session, self.containers, "pause")


@dataclass(frozen=True, kw_only=True)
class ContainerUnpause(Command, path="unpause", also=("container unpause",)):
    """Let them go on."""

    usage = "CONTAINER [CONTAINER...]"
    summary = "Unpause all processes within one or more containers"

    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return _call(self.containers, "unpause()")

    def perform(self, session: Session) -> None:
        """See Command."""
        _post_each(session, self.containers, "unpause")


def _post_each(session: Session, names: Sequence[str], action: str) -> None:
    def act(name: str) -> None:
        session.post(path_to("container", name, action))
        session.terminal.print(name)

    each(names, act)


@dataclass(frozen=True, kw_only=True)
class ContainerRestart(Command, path="restart", also=("container restart",)):
    """Stop containers and start them again."""

    usage = "[OPTIONS] CONTAINER [CONTAINER...]"
    summary = "Restart one or more containers"

    signal: Text = flag("-s, --signal string", "Signal to send to the container")
    timeout: Number = flag("-t, --timeout int", "Seconds to wait before killing the container")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return _call(self.containers, "restart()" if self.timeout is None else f"restart(timeout={self.timeout})")

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"signal": self.signal} if self.signal else {}
        params |= {} if self.timeout is None else {"t": str(self.timeout)}

        def restart(name: str) -> None:
            wait_s = (self.timeout or 10) + 120
            session.request("post", path_to("container", name, "restart"), params=params, timeout_s=wait_s)
            session.terminal.print(name)

        each(self.containers, restart)


@dataclass(frozen=True, kw_only=True)
class ContainerRename(Command, path="rename", also=("container rename",)):
    """Give a container another name."""

    usage = "CONTAINER NEW_NAME"
    summary = "Rename a container"

    container: str = argument()
    name: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return _call((self.container,), f"rename({self.name!r})")

    def perform(self, session: Session) -> None:
        """See Command."""
        if not (self.container.strip() and self.name.strip()):
            raise DockerError("Error: Neither old nor new names may be empty")
        try:
            session.post(path_to("container", self.container, "rename"), params={"name": self.name})
        except DockerError as error:
            raise DockerError(f"{error}\nError: failed to rename container named {self.container}") from None


@dataclass(frozen=True, kw_only=True)
class ContainerWait(Command, path="wait", also=("container wait",)):
    """Wait until containers stop, and print their exit codes."""

    usage = "CONTAINER [CONTAINER...]"
    summary = "Block until one or more containers stop, then print their exit codes"

    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return _call(self.containers, "wait()")

    def perform(self, session: Session) -> None:
        """See Command."""

        def wait(name: str) -> None:
            session.terminal.print(str(session.post(path_to("container", name, "wait"))["StatusCode"]))

        each(self.containers, wait)


@dataclass(frozen=True, kw_only=True)
class ContainerTop(Command, path="top", also=("container top",)):
    """What runs in a container."""

    usage = "CONTAINER [ps OPTIONS]"
    summary = "Display the running processes of a container"
    interspersed = False

    container: str = argument()
    options: Many = arguments(least=0)

    def sdk(self) -> str:
        """See Command."""
        return _call((self.container,), f"top({' '.join(self.options)!r})" if self.options else "top()")

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"ps_args": " ".join(self.options)} if self.options else None
        found = session.get(path_to("container", self.container, "top"), params)
        rows = [found["Titles"], *found["Processes"]]
        widths = [max(_LEAST_WIDTH, *(len(row[n]) + _GAP for row in rows)) for n in range(len(rows[0]))]
        for row in rows:
            padded = [text.ljust(width) for text, width in zip(row[:-1], widths, strict=False)]
            session.terminal.print("".join(padded) + row[-1])


@dataclass(frozen=True, kw_only=True)
class ContainerPort(Command, path="port", also=("container port",)):
    """Which ports of the host lead to a container."""

    usage = "CONTAINER [PRIVATE_PORT[/PROTO]]"
    summary = "List port mappings or a specific mapping for the container"

    container: str = argument()
    port: str = argument(optional=True)

    def sdk(self) -> str:
        """See Command."""
        return f"client.containers.get({self.container!r}).ports"

    def perform(self, session: Session) -> None:
        """See Command."""
        found = session.get(path_to("container", self.container, "json"))["NetworkSettings"]["Ports"]
        published = {
            port: [f"{at['HostIp']}:{at['HostPort']}" for at in places or ()] for port, places in found.items()
        }
        if not self.port:
            lines = [f"{port} -> {place}" for port, places in published.items() for place in places]
            for line in sorted(lines):
                session.terminal.print(line)
            return
        number, _, protocol = self.port.partition("/")
        wanted = published.get(f"{number}/{protocol or 'tcp'}")
        if not wanted:
            raise DockerError(f"Error: No public port '{self.port}' published for {self.container}")
        for place in wanted:
            session.terminal.print(place)


@dataclass(frozen=True, kw_only=True)
class ContainerDiff(Command, path="diff", also=("container diff",)):
    """What a container wrote over its image."""

    usage = "CONTAINER"
    summary = "Inspect changes to files or directories on a container's filesystem"

    container: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return _call((self.container,), "diff()")

    def perform(self, session: Session) -> None:
        """See Command."""
        if not self.container:
            raise DockerError("Container name cannot be empty")
        for change in session.get(path_to("container", self.container, "changes")) or ():
            session.terminal.print(f"{_KINDS[change['Kind']]} {change['Path']}")


@dataclass(frozen=True, kw_only=True)
class ContainerPrune(Command, path="container prune"):
    """Remove every container that does not run."""

    usage = "[OPTIONS]"
    summary = "Remove all stopped containers"

    filter: Many = flag("--filter filter", 'Provide filter values (e.g. "until=<timestamp>")')
    force: Switch = flag("-f, --force", "Do not prompt for confirmation")

    def sdk(self) -> str:
        """See Command."""
        return f"client.containers.prune(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        if not is_meant(session, "This will remove all stopped containers.", force=self.force):
            return
        prune_containers(session, typed_filters(self.filter)).tell(session)
