"""`docker ps | start | stop | kill | rm | logs | exec`: containers of one engine.

Source: docker/cli cli/command/container/.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.containers import text as container_text
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.following import follow_to_end, take_whole
from swarmlab.commands.printing.inspecting import each
from swarmlab.commands.printing.listing import Listing
from swarmlab.commands.printing.log_options import log_params, unix_time
from swarmlab.commands.printing.streams import Frames, Stream
from swarmlab.commands.printing.templates import FORMAT_TABLE
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Many, Number, Switch, Text, argument, arguments, flag

_MANY = "[OPTIONS] CONTAINER [CONTAINER...]"
_SINCE = '(e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'
_HEADERS = {
    "ID": "CONTAINER ID",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "RunningFor": "CREATED",
    "Status": "STATUS",
    "Ports": "PORTS",
    "Names": "NAMES",
}
_HIDDEN = {
    "State": "STATE",
    "CreatedAt": "CREATED AT",
    "Labels": "LABELS",
    "Mounts": "MOUNTS",
    "LocalVolumes": "LOCAL VOLUMES",
    "Networks": "NETWORKS",
}


@dataclass(frozen=True, kw_only=True)
class ContainerLs(Command, path="ps", also=("container ls", "container list", "container ps")):
    """The containers of this engine, whoever started them."""

    usage = "[OPTIONS]"
    summary = "List containers"
    aliases = "docker container ls, docker container list, docker container ps, docker ps"

    all: Switch = flag("-a, --all", "Show all containers (default shows just running)")
    filter: Many = flag("-f, --filter filter", "Filter output based on conditions provided")
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
        params = filters(typed_filters(self.filter)) | {"all": int(bool(self.all)), "size": int(bool(self.size))}
        if last is not None and last > 0:
            params |= {"limit": last}
        found = session.get("/containers/json", params)
        rows = [container_text.row(each_, session.now(), trunc=not self.no_trunc) for each_ in found]
        headers = _HEADERS | ({"Size": "SIZE"} if self.size else {})
        Listing(session.terminal, headers, hidden=_HIDDEN).print(
            rows, quiet=bool(self.quiet), template=self.format or ""
        )


@dataclass(frozen=True, kw_only=True)
class ContainerStart(Command, path="start", also=("container start",)):
    """Start containers that have stopped."""

    usage = _MANY
    summary = "Start one or more stopped containers"
    aliases = "docker container start, docker start"
    lacks = frozenset("-a --attach --checkpoint --checkpoint-dir --detach-keys -i --interactive".split())

    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.containers.get({name!r}).start()" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""
        failed = []
        for name in self.containers:
            try:
                session.post(f"/containers/{name}/start")
            except DockerError as error:
                session.terminal.print(str(error))
                failed.append(name)
            else:
                session.terminal.print(name)
        if failed:
            raise DockerError(f"failed to start containers: {', '.join(failed)}")


@dataclass(frozen=True, kw_only=True)
class ContainerStop(Command, path="stop", also=("container stop",)):
    """Stop containers: first asked by a signal, then killed."""

    usage = _MANY
    summary = "Stop one or more running containers"
    aliases = "docker container stop, docker stop"

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
            session.request("post", f"/containers/{name}/stop", params=params, timeout_s=(self.timeout or 10) + 120)
            session.terminal.print(name)

        each(self.containers, stop)


@dataclass(frozen=True, kw_only=True)
class ContainerKill(Command, path="kill", also=("container kill",)):
    """Kill containers, by SIGKILL unless another signal is named."""

    usage = _MANY
    summary = "Kill one or more running containers"
    aliases = "docker container kill, docker kill"

    signal: Text = flag("-s, --signal string", "Signal to send to the container")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        signal = repr(self.signal) if self.signal else ""
        return "\n".join(f"client.containers.get({name!r}).kill({signal})" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""

        def kill(name: str) -> None:
            session.post(f"/containers/{name}/kill", params={"signal": self.signal} if self.signal else None)
            session.terminal.print(name)

        each(self.containers, kill)


@dataclass(frozen=True, kw_only=True)
class ContainerRm(Command, path="rm", also=("container rm", "container remove")):
    """Remove containers that have stopped, or any by force."""

    usage = _MANY
    summary = "Remove one or more containers"
    aliases = "docker container rm, docker container remove, docker rm"
    lacks = frozenset({"-l", "--link"})

    force: Switch = flag("-f, --force", "Force the removal of a running container (uses SIGKILL)")
    volumes: Switch = flag("-v, --volumes", "Remove anonymous volumes associated with the container")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        options = f"force={bool(self.force)}, v={bool(self.volumes)}"
        return "\n".join(f"client.containers.get({name!r}).remove({options})" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"force": 1} if self.force else {}
        params |= {"v": 1} if self.volumes else {}

        def remove(name: str) -> None:
            try:
                session.delete(f"/containers/{name.strip('/')}", params)
            except DockerError as error:
                if not (self.force and error.status == 404):
                    raise
                session.terminal.print(str(error))
            else:
                session.terminal.print(name)

        each(self.containers, remove)


@dataclass(frozen=True, kw_only=True)
class ContainerLogs(Command, path="logs", also=("container logs",)):
    """What a container has written."""

    usage = "[OPTIONS] CONTAINER"
    summary = "Fetch the logs of a container"
    aliases = "docker container logs, docker logs"

    details: Switch = flag("--details", "Show extra details provided to logs")
    follow: Switch = flag("-f, --follow", "Follow log output")
    since: Text = flag("--since string", f"Show logs since timestamp {_SINCE}")
    tail: Text = flag("-n, --tail string", "Number of lines to show from the end of the logs", '"all"')
    timestamps: Switch = flag("-t, --timestamps", "Show timestamps")
    until: Text = flag("--until string", f"Show logs before a timestamp {_SINCE}")
    container: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return (
            f"client.containers.get({self.container!r}).logs(tail={self.tail or 'all'!r}, stream={bool(self.follow)})"
        )

    def perform(self, session: Session) -> None:
        """See Command."""
        container = session.get(f"/containers/{self.container}/json")
        params = log_params(session, self.since, self.tail, timestamps=self.timestamps, follow=self.follow)
        params |= {"until": unix_time(session, self.until, "until")} if self.until else {}
        params |= {"details": 1} if self.details else {}
        path = f"/containers/{container['Id']}/logs"
        stream = Stream(session.request("get", path, params=params, stream=True))
        print_stream(session, stream, container, lasting=bool(self.follow))


def print_stream(session: Session, stream: Stream, container: dict[str, object], *, lasting: bool = True) -> None:
    """Print a container's output: as lab time passes where it is a lasting one, else what there is.

    `container` tells whether it is a terminal's.
    """
    config = container["Config"]
    frames = None if isinstance(config, dict) and config.get("Tty") else Frames()

    def take(data: bytes) -> None:
        for text in [data.decode("utf-8", "replace")] if frames is None else frames.feed(data):
            session.terminal.write(text)

    if lasting:
        follow_to_end(session, stream, take)
    else:
        take_whole(stream, take)


@dataclass(frozen=True, kw_only=True)
class ContainerExec(Command, path="exec", also=("container exec",)):
    """Run a further command in a running container."""

    usage = "[OPTIONS] CONTAINER COMMAND [ARG...]"
    summary = "Execute a command in a running container"
    aliases = "docker container exec, docker exec"
    interspersed = False
    lacks = frozenset("--detach-keys --env-file -i --interactive --privileged -t --tty".split())

    detach: Switch = flag("-d, --detach", "Detached mode: run command in the background")
    env: Many = flag("-e, --env list", "Set environment variables", syntax="env")
    user: Text = flag("-u, --user string", 'Username or UID (format: "<name|uid>[:<group|gid>]")')
    workdir: Text = flag("-w, --workdir string", "Working directory inside the container")
    container: str = argument()
    command: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return f"client.containers.get({self.container!r}).exec_run({list(self.command)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        output = not self.detach
        body = {"Cmd": list(self.command), "AttachStdout": output, "AttachStderr": output, "Env": list(self.env)}
        body |= {"User": self.user or "", "WorkingDir": self.workdir or ""}
        session.get(f"/containers/{self.container}/json")
        exec_id = session.post(f"/containers/{self.container}/exec", body)["Id"]
        started = session.request("post", f"/exec/{exec_id}/start", body={"Detach": bool(self.detach)}, stream=True)
        if self.detach:
            return
        print_stream(session, Stream(started), {"Config": {}})
        if code := session.get(f"/exec/{exec_id}/json").get("ExitCode"):
            raise DockerError("", exit_code=code)
