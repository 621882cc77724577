"""`docker ps | stop | kill | rm`: containers of one engine.

Source: docker/cli cli/command/container/.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.containers import text as container_text
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import each
from swarmlab.commands.printing.listing import Listing
from swarmlab.commands.printing.templates import FILTER, FORMAT_TABLE
from swarmlab.commands.session import Session, filters, path_to, typed_filters
from swarmlab.commands.spelling.options import Many, Number, Switch, Text, arguments, flag

_MANY = "[OPTIONS] CONTAINER [CONTAINER...]"
_IGNORED = "WARNING: Ignoring custom format, because both --format and --quiet are set."


@dataclass(frozen=True, kw_only=True)
class ContainerLs(Command, path="ps", also=("container ls", "container list", "container ps")):
    """The containers of this engine, whoever started them."""

    usage = "[OPTIONS]"
    summary = "List containers"

    all: Switch = flag("-a, --all", "Show all containers (default shows just running)")
    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    last: Number = flag("-n, --last int", "Show n last created containers (includes all states)", "-1")
    latest: Switch = flag("-l, --latest", "Show the latest created container (includes all states)")
    no_trunc: Switch = flag("--no-trunc", "Don't truncate output")
    quiet: Switch = flag("-q, --quiet", "Only display container IDs")
    size: Switch = flag("-s, --size", "Display total file sizes")

    def sdk(self) -> str:
        """See Command."""
        return f"client.containers.list(all={bool(self.all)}, filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        last = 1 if self.latest else self.last
        if self.format and self.quiet:
            session.terminal.print(_IGNORED)
        size = container_text.needs_size(self.format) if self.format else False
        size = bool(self.size) if self.size is not None or self.quiet else size
        params = filters(typed_filters(self.filter)) | {"all": int(bool(self.all)), "size": int(size)}
        if last is not None and last > 0:
            params |= {"limit": last}
        found = session.get("/containers/json", params)
        rows = [container_text.row(each_, session.now(), trunc=not self.no_trunc) for each_ in found]
        listing = Listing(session.terminal, container_text.kind(size=size))
        template = self.format if self.format == "raw" or not self.quiet else ""
        listing.print(rows, quiet=bool(self.quiet), template=template or "")


@dataclass(frozen=True, kw_only=True)
class ContainerStop(Command, path="stop", also=("container stop",)):
    """Stop containers: first asked by a signal, then killed."""

    usage = _MANY
    summary = "Stop one or more running containers"

    signal: Text = flag("-s, --signal string", "Signal to send to the container")
    timeout: Number = flag("-t, --timeout int", "Seconds to wait before killing the container")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        timeout = "" if self.timeout is None else f"timeout={self.timeout}"
        return "\n".join(f"client.containers.get({name!r}).stop({timeout})" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"signal": self.signal} if self.signal else {}
        params |= {} if self.timeout is None else {"t": str(self.timeout)}

        def stop(name: str) -> None:
            session.request(
                "post", path_to("container", name, "stop"), params=params, timeout_s=(self.timeout or 10) + 120
            )
            session.terminal.print(name)

        each(self.containers, stop)


@dataclass(frozen=True, kw_only=True)
class ContainerKill(Command, path="kill", also=("container kill",)):
    """Kill containers, by SIGKILL unless another signal is named."""

    usage = _MANY
    summary = "Kill one or more running containers"

    signal: Text = flag("-s, --signal string", "Signal to send to the container")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        signal = repr(self.signal) if self.signal else ""
        return "\n".join(f"client.containers.get({name!r}).kill({signal})" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""

        def kill(name: str) -> None:
            session.post(path_to("container", name, "kill"), params={"signal": self.signal} if self.signal else None)
            session.terminal.print(name)

        each(self.containers, kill)


@dataclass(frozen=True, kw_only=True)
class ContainerRm(Command, path="rm", also=("container rm", "container remove")):
    """Remove containers that have stopped, or any by force."""

    usage = _MANY
    summary = "Remove one or more containers"

    force: Switch = flag("-f, --force", "Force the removal of a running container (uses SIGKILL)")
    link: Switch = flag("-l, --link", "Remove the specified link")
    volumes: Switch = flag("-v, --volumes", "Remove anonymous volumes associated with the container")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        options = f"force={bool(self.force)}, v={bool(self.volumes)}"
        return "\n".join(f"client.containers.get({name!r}).remove({options})" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""
        typed = {"force": self.force, "link": self.link, "v": self.volumes}
        params = {name: 1 for name, wanted in typed.items() if wanted}

        def remove(name: str) -> None:
            try:
                session.delete(path_to("container", _without_slashes(name)), params)
            except DockerError as error:
                if not (self.force and error.status == 404):
                    raise
                session.terminal.print(str(error))
            else:
                session.terminal.print(name)

        each(self.containers, remove)


def _without_slashes(name: str) -> str:
    name = name.strip("/")
    if not name:
        raise DockerError("container name cannot be empty")
    return name
