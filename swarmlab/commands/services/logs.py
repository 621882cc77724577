"""`docker service logs`: what all tasks of a service, or one task, have written.

Source: docker/cli cli/command/service/logs.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from swarmlab.client.tables import short_id
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.following import follow_to_end, take_whole
from swarmlab.commands.printing.log_options import log_params
from swarmlab.commands.printing.streams import Frames, Stream
from swarmlab.commands.services.tasks import Names
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Switch, Text, argument, flag

_ID = "com.docker.swarm.{}.id"


@dataclass(frozen=True, kw_only=True)
class ServiceLogs(Command, path="service logs"):
    """The lines of all tasks of a service, each with the task and the node that it comes from."""

    usage = "[OPTIONS] SERVICE|TASK"
    summary = "Fetch the logs of a service or task"

    details: Switch = flag("--details", "Show extra details provided to logs")
    follow: Switch = flag("-f, --follow", "Follow log output")
    no_resolve: Switch = flag("--no-resolve", "Do not map IDs to Names in output")
    no_task_ids: Switch = flag("--no-task-ids", "Do not include task IDs in output")
    no_trunc: Switch = flag("--no-trunc", "Do not truncate output")
    raw: Switch = flag("--raw", "Do not neatly format logs")
    since: Text = flag(
        "--since string",
        'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    )
    tail: Text = flag("-n, --tail string", "Number of lines to show from the end of the logs", '"all"')
    timestamps: Switch = flag("-t, --timestamps", "Show timestamps")
    target: str = argument()

    def sdk(self) -> str:
        """See Command."""
        options = f"stdout=True, stderr=True, follow={bool(self.follow)}, tail={self.tail or 'all'!r}"
        timestamps = ", timestamps=True" if self.timestamps else ""
        return f"client.services.get({self.target!r}).logs({options}{timestamps})"

    def perform(self, session: Session) -> None:
        """See Command."""
        path, is_tty, width = self._source(session)
        if is_tty and not self.raw:
            raise DockerError("tty service logs only supported with --raw")
        details = bool(self.details or not self.raw)
        params = log_params(session, self.since, self.tail, timestamps=self.timestamps, follow=self.follow)
        stream = Stream(session.request("get", path, params={**params, "details": int(details)}, stream=True))
        take = _as_written(session) if is_tty else _Lines(session, self, width).feed
        if self.follow:
            follow_to_end(session, stream, take)
        else:
            take_whole(stream, take)

    def _source(self, session: Session) -> tuple[str, bool, int]:
        """Path of the log, whether it is a terminal's, digits of the highest slot."""
        try:
            service = session.get(path_to("service", self.target))
        except DockerError as error:
            if error.status != 404:
                raise
            return self._task_source(session)
        replicas = (service["Spec"]["Mode"].get("Replicated") or {}).get("Replicas")
        container = service["Spec"]["TaskTemplate"].get("ContainerSpec", {})
        width = 1 if replicas is None else len(str(replicas))
        return path_to("service", self.target, "logs"), bool(container.get("TTY")), width

    def _task_source(self, session: Session) -> tuple[str, bool, int]:
        try:
            task = session.get(path_to("task", self.target))
        except DockerError as error:
            if error.status != 404:
                raise
            raise DockerError(f"no such task or service: {self.target}", status=404) from None
        is_tty = bool(task["Spec"].get("ContainerSpec", {}).get("TTY"))
        return path_to("task", self.target, "logs"), is_tty, len(str(task.get("Slot", 0)))


def _as_written(session: Session) -> Callable[[bytes], None]:
    """What a terminal's log is: no frames, no prefix."""
    return lambda data: session.terminal.write(data.decode("utf-8", "replace"))


class _Lines:
    """Turns frames into lines with a prefix; what a frame says about itself is looked up once."""

    def __init__(self, session: Session, command: ServiceLogs, width: int) -> None:
        self._session = session
        self._command = command
        self._width = width
        self._names = Names(session, resolve=not command.no_resolve)
        self._prefixes: dict[str, str] = {}
        self._frames = Frames()

    def feed(self, data: bytes) -> None:
        """Print the lines that are complete by now."""
        for frame in self._frames.feed(data):
            self._session.terminal.write(frame if self._command.raw else "".join(self._pieces(frame)))

    def _pieces(self, frame: str) -> Iterator[str]:
        if self._command.timestamps:
            timestamp, _, frame = frame.partition(" ")
            yield f"{timestamp} "
        details, _, message = frame.partition(" ")
        known = dict(_detail(each) for each in details.split(","))
        yield f"{self._prefix(known)}    | "
        if self._command.details:
            others = {key: value for key, value in known.items() if not key.startswith("com.docker.swarm.") and key}
            yield ",".join(f"{key}={value}" for key, value in sorted(others.items())) + " "
        yield message

    def _prefix(self, known: dict[str, str]) -> str:
        task_id = known[_ID.format("task")]
        if task_id not in self._prefixes:
            self._prefixes[task_id] = self._new_prefix(known, self._session.get(path_to("task", task_id)))
        return self._prefixes[task_id]

    def _new_prefix(self, known: dict[str, str], task: dict[str, Any]) -> str:
        slot = str(task.get("Slot", 0))
        name = f"{self._names.service(known[_ID.format('service')])}.{slot}"
        if not self._command.no_task_ids:
            name += f".{task['ID'] if self._command.no_trunc else short_id(task['ID'])}"
        return f"{name}@{self._names.node(known[_ID.format('node')])}{' ' * (self._width - len(slot))}"


def _detail(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return unquote_plus(key), unquote_plus(value)
