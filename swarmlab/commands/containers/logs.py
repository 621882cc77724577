"""`docker logs`: what a container has written.

Source: docker/cli cli/command/container/logs.go.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.printing.following import follow_to_end, take_whole
from swarmlab.commands.printing.log_options import log_params, named_time
from swarmlab.commands.printing.streams import Frames, Stream
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Switch, Text, argument, flag

_SINCE = '(e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'


@dataclass(frozen=True, kw_only=True)
class ContainerLogs(Command, path="logs", also=("container logs",)):
    """What a container has written."""

    usage = "[OPTIONS] CONTAINER"
    summary = "Fetch the logs of a container"

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
        container = session.get(path_to("container", self.container, "json"))
        params = log_params(session, self.since, self.tail, timestamps=self.timestamps, follow=self.follow)
        params |= {"until": named_time(session, self.until, "until")} if self.until else {}
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
