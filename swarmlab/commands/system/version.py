"""`docker version`: of the client whose words are printed here, and of the engine.

Source: docker/cli cli/command/system/version.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.tabwriter import aligned
from swarmlab.commands.printing.templates import BAD_TEMPLATE, FORMAT_INSPECT, JSON, fill, parse
from swarmlab.commands.printing.units import read_time
from swarmlab.commands.session import API_VERSION, Session, spoken_version
from swarmlab.commands.spelling.options import Text, flag
from swarmlab.commands.spelling.platforms import this_platform
from swarmlab.commands.system.info_text import CLI_VERSION
from swarmlab.gotemplate import Template
from swarmlab.gotypes import decode

Version = Mapping[str, Any]
_CLI_BUILD = {"GitCommit": "e6534b4", "GoVersion": "go1.24.3", "BuildTime": "2025-05-30T12:07:14.000000000Z"}
"""Of the CLI whose words this package prints."""

_WIDTH = 20
_LINES = {
    "Go version": "GoVersion",
    "Git commit": "GitCommit",
    "Built": "BuildTime",
}


@dataclass(frozen=True, kw_only=True)
class SystemVersion(Command, path="version"):
    """Which version of what answers."""

    usage = "[OPTIONS]"
    summary = "Show the Docker version information"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)

    def sdk(self) -> str:
        """See Command."""
        return "client.version()"

    def perform(self, session: Session) -> None:
        """See Command."""
        wanted = JSON if self.format == "json" else self.format
        template = parse(wanted, name="version", exit_code=BAD_TEMPLATE) if wanted else None
        refusal: DockerError | None = None
        server: Version | None = None
        try:
            server = _with_days(session.get("/version"))
        except DockerError as error:
            refusal = error
        client = client_of(session.context) | {
            "ApiVersion": spoken_version(server["ApiVersion"] if server else API_VERSION)
        }
        if template:
            refusal = _print_formatted(session, template, {"Client": client, "Server": server}) or refusal
        else:
            lines = [*_client_lines(client), *(_server_lines(server) if server else ())]
            session.terminal.print("\n".join(lines))
        if refusal is not None:
            raise refusal


@dataclass(frozen=True, kw_only=True)
class CliVersion(Command):
    """`docker --version`: which CLI's words are printed here."""

    path = "--version"

    def sdk(self) -> str:
        """See Command."""
        return "docker.__version__"

    def perform(self, session: Session) -> None:
        """See Command."""
        session.terminal.print(f"Docker version {CLI_VERSION}, build {_CLI_BUILD['GitCommit']}")


def _print_formatted(session: Session, template: Template, both: Version) -> DockerError | None:
    """Print what a template makes of client and server, as far as it comes. Returns what is wrong with it."""
    written: list[str] = []
    refusal = None
    try:
        fill(template, decode(both, "system.versionInfo"), written.append)
    except DockerError as error:
        refusal = error
    session.terminal.print(aligned("".join(written), minimum=_WIDTH, padding=1))
    return refusal


def _with_days(server: Version) -> Version:
    """The same with the engine's build time as the CLI writes times."""
    components = [
        {**each, "Details": {**each["Details"], "BuildTime": _day(each["Details"]["BuildTime"])}}
        if "BuildTime" in (each.get("Details") or {})
        else each
        for each in server.get("Components") or ()
    ]
    return {**server, "Components": components}


def client_of(context: str) -> dict[str, str]:
    """What the client tells of itself."""
    system, machine = this_platform()
    return {
        "Version": CLI_VERSION,
        "DefaultAPIVersion": API_VERSION,
        "GitCommit": _CLI_BUILD["GitCommit"],
        "GoVersion": _CLI_BUILD["GoVersion"],
        "Os": system,
        "Arch": machine,
        "BuildTime": _day(_CLI_BUILD["BuildTime"]),
        "Context": context,
    }


def _client_lines(client: Version) -> Iterator[str]:
    api, most = client["ApiVersion"], client["DefaultAPIVersion"]
    yield "Client:"
    yield _line("Version", client["Version"])
    yield _line("API version", api if api == most else f"{api} (downgraded from {most})")
    yield from (_line(name, client[key]) for name, key in _LINES.items())
    yield _line("OS/Arch", f"{client['Os']}/{client['Arch']}")
    yield _line("Context", client["Context"])


def _server_lines(server: Version) -> Iterator[str]:
    platform = (server.get("Platform") or {}).get("Name", "")
    yield f"\nServer: {platform}".rstrip(" ")
    for component in server.get("Components") or ():
        details = component.get("Details") or {}
        yield f" {component['Name']}:"
        yield _line("Version", component["Version"], indent=2)
        if component["Name"] == "Engine":
            yield from _engine_lines(details)
        else:
            yield from (_line(name, details[name], indent=2) for name in sorted(details))


def _engine_lines(details: Version) -> Iterator[str]:
    yield _line("API version", f"{details['ApiVersion']} (minimum version {details['MinAPIVersion']})", indent=2)
    yield from (_line(name, details[key], indent=2) for name, key in _LINES.items())
    yield _line("OS/Arch", f"{details['Os']}/{details['Arch']}", indent=2)
    yield _line("Experimental", details["Experimental"], indent=2)


def _line(name: str, value: str, *, indent: int = 1) -> str:
    return f"{' ' * indent}{name}:".ljust(_WIDTH) + value


def _day(text: str) -> str:
    """A time as Go's ANSIC layout has it: `Fri May 30 12:07:14 2025`."""
    try:
        moment = read_time(text)
    except ValueError:
        return text
    return f"{moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}"
