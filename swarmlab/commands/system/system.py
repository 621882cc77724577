"""`docker info` and `docker events`.

Source: docker/cli cli/command/system/.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.following import follow_to_end
from swarmlab.commands.printing.log_options import unix_time
from swarmlab.commands.printing.streams import Stream
from swarmlab.commands.printing.templates import FORMAT_INSPECT, go_json, render
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Many, Text, flag
from swarmlab.commands.system import info_text


@dataclass(frozen=True, kw_only=True)
class SystemInfo(Command, path="info", also=("system info",)):
    """What an engine tells about itself, and about its swarm."""

    usage = "[OPTIONS]"
    summary = "Display system-wide information"
    aliases = "docker system info, docker info"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)

    def sdk(self) -> str:
        """See Command."""
        return "client.info()"

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.format:
            info = session.get("/info")
            session.terminal.print(go_json(info) if self.format == "json" else render(self.format, info))
            return
        session.terminal.print(info_text.client_text(session.context))
        try:
            info = session.get("/info")
        except DockerError as error:
            raise DockerError(f"Server:\nERROR: {error}\nerrors pretty printing info") from None
        session.terminal.print(info_text.server_text(info))


@dataclass(frozen=True, kw_only=True)
class SystemEvents(Command, path="events", also=("system events",)):
    """What happens on an engine, and on a manager in the swarm, as it happens."""

    usage = "[OPTIONS]"
    summary = "Get real time events from the server"
    aliases = "docker system events, docker events"

    filter: Many = flag("-f, --filter filter", "Filter output based on conditions provided")
    format: Text = flag("--format string", FORMAT_INSPECT)
    since: Text = flag("--since string", "Show all events created since timestamp")
    until: Text = flag("--until string", "Stream events until this timestamp")

    def sdk(self) -> str:
        """See Command."""
        return f"client.events(decode=True, filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {
            **filters(typed_filters(self.filter)),
            **({"since": unix_time(session, self.since, "since")} if self.since else {}),
            **({"until": unix_time(session, self.until, "until")} if self.until else {}),
        }
        rest = b""

        def take(data: bytes) -> None:
            nonlocal rest
            *complete, rest = (rest + data).split(b"\n")
            for line in complete:
                if line.strip():
                    session.terminal.print(self._shown(json.loads(line)))

        follow_to_end(session, Stream(session.request("get", "/events", params=params, stream=True)), take)

    def _shown(self, event: dict[str, Any]) -> str:
        if self.format:
            return go_json(event) if self.format == "json" else render(self.format, event)
        actor = event.get("Actor") or {}
        attributes = ", ".join(f"{key}={value}" for key, value in sorted((actor.get("Attributes") or {}).items()))
        line = f"{_time(event)} {event['Type']} {event['Action']} {actor.get('ID', '')}"
        return f"{line} ({attributes})" if attributes else line


def _time(event: dict[str, Any]) -> str:
    seconds, nanoseconds = divmod(event.get("timeNano") or event.get("time", 0) * 10**9, 10**9)
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
