"""`docker config …`: data that containers find as files, and everybody may read.

Source: docker/cli cli/command/config/.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.listing import Kind, columns
from swarmlab.commands.resources.stored import (
    Stored,
    StoredInspect,
    StoredLs,
    StoredRm,
    label_lines,
    read_data,
    shown_time,
)
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Many, Text, argument, flag
from swarmlab.commands.spelling.typed import pairs
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
        body = {"Name": self.name, "Labels": pairs(self.label), "Data": self._data()}
        if self.template_driver:
            body["Templating"] = {"Name": self.template_driver}
        session.terminal.print(session.post("/configs/create", body)["ID"])

    def _data(self) -> str:
        try:
            return read_data(self, self.file)
        except DockerError as error:
            raise DockerError(f'Error reading content from "{self.file}": {error}') from None


@dataclass(frozen=True, kw_only=True)
class ConfigLs(StoredLs, path="config ls", also=("config list",)):
    """The configs of the swarm."""

    summary = "List configs"
    word = "config"
    kind = _CONFIGS


@dataclass(frozen=True, kw_only=True)
class ConfigInspect(StoredInspect, path="config inspect"):
    """All that is known of a config, and what it says."""

    usage = "[OPTIONS] CONFIG [CONFIG...]"
    summary = "Display detailed information on one or more configs"
    word = "config"
    kind = _CONFIGS
    type = "swarm.Config"

    def path_of_one(self, name: str) -> str:
        """See StoredInspect."""
        return path_to("config" if name.strip() else "contig", name)  # so printed by CLI 28

    def lines(self, stored: Stored) -> Iterator[str]:
        """See StoredInspect."""
        yield f"ID:\t\t\t{stored['ID']}"
        yield f"Name:\t\t\t{stored['Spec']['Name']}"
        yield from label_lines(stored)
        yield f"Created at:            \t{shown_time(stored['CreatedAt'])}"
        yield f"Updated at:            \t{shown_time(stored['UpdatedAt'])}"
        yield "Data:"
        yield base64.b64decode(stored["Spec"].get("Data", "")).decode(errors="replace")


@dataclass(frozen=True, kw_only=True)
class ConfigRm(StoredRm, path="config rm", also=("config remove",)):
    """Remove configs that no service asks for."""

    usage = "CONFIG [CONFIG...]"
    summary = "Remove one or more configs"
    word = "config"
