"""`docker config …`: data that containers find as files, and everybody may read.

Source: docker/cli cli/command/config/.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, asks_for_pretty, each, inspect, inspect_pretty
from swarmlab.commands.printing.listing import Kind, Listing, columns
from swarmlab.commands.printing.templates import FORMAT_INSPECT, FORMAT_TABLE
from swarmlab.commands.resources.stored import (
    Stored,
    by_name,
    label_lines,
    labels_of,
    read_data,
    row,
    shown_time,
)
from swarmlab.commands.session import Session, filters, path_to, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag
from swarmlab.commands.standard_input import ReadsInput

_COLUMNS = {"ID": "ID", "Name": "NAME", "CreatedAt": "CREATED", "UpdatedAt": "UPDATED"}
_CONFIGS = Kind(type="*config.configContext", headers={**_COLUMNS, "Labels": "LABELS"}, table=columns(_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class ConfigCreate(ReadsInput, path="config create"):
    """Store a config; the file is needed no more afterwards."""

    usage = "[OPTIONS] CONFIG file|-"
    summary = "Create a config from a file or STDIN"

    label: Many = flag("-l, --label list", "Config labels", syntax="label")
    template_driver: Text = flag("--template-driver string", "Template driver")
    name: str = argument()
    file: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.configs.create(name={self.name!r}, data=open({self.file!r}, 'rb').read())"

    def perform(self, session: Session) -> None:
        """See Command."""
        body = {"Name": self.name, "Labels": labels_of(self.label), "Data": self._data()}
        if self.template_driver:
            body["Templating"] = {"Name": self.template_driver}
        session.terminal.print(session.post("/configs/create", body)["ID"])

    def _data(self) -> str:
        try:
            return read_data(self, self.file)
        except DockerError as error:
            raise DockerError(f'Error reading content from "{self.file}": {error}') from None


@dataclass(frozen=True, kw_only=True)
class ConfigLs(Command, path="config ls", also=("config list",)):
    """The configs of the swarm."""

    usage = "[OPTIONS]"
    summary = "List configs"
    aliases = "docker config ls, docker config list"

    filter: Many = flag("-f, --filter filter", "Filter output based on conditions provided")
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display IDs")

    def sdk(self) -> str:
        """See Command."""
        return f"client.configs.list(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        configs = by_name(session.get("/configs", filters(typed_filters(self.filter))))
        rows = [row(session, config) for config in configs]
        listing = Listing(session.terminal, _CONFIGS)
        listing.print(rows, quiet=bool(self.quiet), template=self.format or "")


@dataclass(frozen=True, kw_only=True)
class ConfigInspect(Command, path="config inspect"):
    """All that is known of a config, and what it says."""

    usage = "[OPTIONS] CONFIG [CONFIG...]"
    summary = "Display detailed information on one or more configs"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    pretty: Switch = flag("--pretty", "Print the information in a human friendly format")
    configs: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.configs.get({name!r}).attrs" for name in self.configs)

    def perform(self, session: Session) -> None:
        """See Command."""
        if asks_for_pretty(self.format or "", pretty=bool(self.pretty)):
            inspect_pretty(session, self.configs, lambda name: _pretty(session.get(_path(name))))
        else:
            template = _CONFIGS.of_inspect(self.format or "")
            inspect(session, self.configs, lambda name: _found(session, name), template)


def _found(session: Session, name: str) -> Found:
    return Found(session.raw(_path(name)), "swarm.Config", is_kept=True)


def _path(name: str) -> str:
    return path_to("config" if name.strip() else "contig", name)  # so printed by CLI 28


def _pretty(config: Stored) -> Iterator[str]:
    yield f"ID:\t\t\t{config['ID']}"
    yield f"Name:\t\t\t{config['Spec']['Name']}"
    yield from label_lines(config)
    yield f"Created at:            \t{shown_time(config['CreatedAt'])}"
    yield f"Updated at:            \t{shown_time(config['UpdatedAt'])}"
    yield "Data:"
    yield base64.b64decode(config["Spec"].get("Data", "")).decode(errors="replace")


@dataclass(frozen=True, kw_only=True)
class ConfigRm(Command, path="config rm", also=("config remove",)):
    """Remove configs that no service asks for."""

    usage = "CONFIG [CONFIG...]"
    summary = "Remove one or more configs"
    aliases = "docker config rm, docker config remove"

    configs: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.configs.get({name!r}).remove()" for name in self.configs)

    def perform(self, session: Session) -> None:
        """See Command."""

        def remove(name: str) -> None:
            session.delete(path_to("config", name))
            session.terminal.print(name)

        each(self.configs, remove)
