"""`docker info` and `docker events`.

Source: docker/cli cli/command/system/.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.following import follow_to_end
from swarmlab.commands.printing.log_options import unix_time
from swarmlab.commands.printing.streams import Stream
from swarmlab.commands.printing.templates import BAD_TEMPLATE, FILTER, FORMAT_INSPECT, JSON, fill, parse
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Many, Text, flag
from swarmlab.commands.system import info_text
from swarmlab.commands.system.version import client_of
from swarmlab.gotemplate import Items, Pointer, Struct, Template
from swarmlab.gotypes import decode

_FIELD = re.compile(r"\.[a-zA-Z]")


@dataclass(frozen=True, kw_only=True)
class SystemInfo(Command, path="info", also=("system info",)):
    """What an engine tells about itself, and about its swarm."""

    usage = "[OPTIONS]"
    summary = "Display system-wide information"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)

    def sdk(self) -> str:
        """See Command."""
        return "client.info()"

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.format:
            self._print_formatted(session, JSON if self.format == "json" else self.format)
            return
        session.terminal.print(info_text.client_text(session.context))
        try:
            info = session.get("/info")
        except DockerError as error:
            raise DockerError(f"Server:\nERROR: {error}\nerrors pretty printing info") from None
        session.terminal.print(info_text.server_text(info))

    def _print_formatted(self, session: Session, template: str) -> None:
        """The engine is asked only where the template needs it, and its refusal stops nothing."""
        parsed = parse(template, exit_code=BAD_TEMPLATE)
        errors = []
        about = {"Debug": False, **client_of(session.context), "Plugins": []}
        answer: dict[str, Any] = {}
        if not _is_about_the_client(template, about):
            try:
                answer = session.get("/info")
            except DockerError as error:
                session.terminal.print(str(error))
                errors.append(str(error))
        found = decode({**answer, "ClientInfo": about, "ServerErrors": errors or None}, "system.dockerInfo")
        try:
            fill(parsed, found, session.terminal.write)
        finally:
            session.terminal.print()


@dataclass(frozen=True, kw_only=True)
class SystemEvents(Command, path="events", also=("system events",)):
    """What happens on an engine, and on a manager in the swarm, as it happens."""

    usage = "[OPTIONS]"
    summary = "Get real time events from the server"

    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_INSPECT)
    since: Text = flag("--since string", "Show all events created since timestamp")
    until: Text = flag("--until string", "Stream events until this timestamp")

    def sdk(self) -> str:
        """See Command."""
        return f"client.events(decode=True, filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        template = self._template()
        params = {
            **filters(typed_filters(self.filter)),
            **({"since": unix_time(session, self.since)} if self.since else {}),
            **({"until": unix_time(session, self.until)} if self.until else {}),
        }
        rest = b""

        def take(data: bytes) -> None:
            nonlocal rest
            *complete, rest = (rest + data).split(b"\n")
            for line in complete:
                if line.strip():
                    _print_event(session, json.loads(line), template)

        follow_to_end(session, Stream(session.request("get", "/events", params=params, stream=True)), take)

    def _template(self) -> Template | None:
        """The template, tried on an event of which nothing is known."""
        if not self.format:
            return None
        words = "Error parsing format: "
        template = parse(JSON if self.format == "json" else self.format, words=words, exit_code=BAD_TEMPLATE)
        fill(template, Pointer("*events.Message", decode({}, "events.Message")), lambda _: None, words)
        return template


def _print_event(session: Session, event: dict[str, Any], template: Template | None) -> None:
    if template is None:
        session.terminal.print(_line(event))
        return
    try:
        fill(template, decode(event, "events.Message"), session.terminal.write)
    finally:
        session.terminal.print()


def _line(event: dict[str, Any]) -> str:
    actor = event.get("Actor") or {}
    attributes = ", ".join(f"{key}={value}" for key, value in sorted((actor.get("Attributes") or {}).items()))
    line = f"{_time(event)} {event['Type']} {event['Action']} {actor.get('ID', '')}"
    return f"{line} ({attributes})" if attributes else line


def _is_about_the_client(template: str, about: dict[str, Any]) -> bool:
    """Whether a template asks for fields, and for none of the engine's."""
    if not _FIELD.search(template):
        return False
    sparse = Struct(
        "system.sparseInfo", {"ClientInfo": decode(about, "*system.clientInfo"), "ClientErrors": Items([], "[]string")}
    )
    try:
        fill(parse(template), sparse, lambda _: None)
    except DockerError:
        return False
    return True


def _time(event: dict[str, Any]) -> str:
    seconds, nanoseconds = divmod(event.get("timeNano") or event.get("time", 0) * 10**9, 10**9)
    moment = datetime.fromtimestamp(seconds, tz=UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
