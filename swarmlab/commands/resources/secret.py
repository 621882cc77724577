"""`docker secret …`: data that only the containers that ask for it see.

Source: docker/cli cli/command/secret/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.listing import Kind, Row, columns
from swarmlab.commands.resources.stored import (
    Stored,
    StoredInspect,
    StoredLs,
    StoredRm,
    label_lines,
    read_data,
    row,
    shown_time,
)
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.options import Many, Text, argument, flag
from swarmlab.commands.spelling.typed import pairs
from swarmlab.commands.standard_input import ReadsInput

_COLUMNS = {"ID": "ID", "Name": "NAME", "Driver": "DRIVER", "CreatedAt": "CREATED", "UpdatedAt": "UPDATED"}
_SECRETS = Kind(type="*secret.secretContext", headers={**_COLUMNS, "Labels": "LABELS"}, table=columns(_COLUMNS))


@dataclass(frozen=True, kw_only=True)
class SecretCreate(ReadsInput, path="secret create"):
    """Store a secret; the file is needed no more afterwards."""

    usage = "[OPTIONS] SECRET [file|-]"
    summary = "Create a secret from a file or STDIN as content"

    driver: Text = flag("-d, --driver string", "Secret driver")
    label: Many = flag("-l, --label list", "Secret labels", syntax="label")
    template_driver: Text = flag("--template-driver string", "Template driver")
    name: str = argument()
    file: str | None = argument(optional=True)

    def sdk(self) -> str:
        """See Command."""
        return f"client.secrets.create(name={self.name!r}, data=open({self.file!r}, 'rb').read())"

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.driver and self.file:
            raise DockerError("When using secret driver secret data must be empty")
        if not self.driver and not self.file:
            raise DockerError("secret file is required")
        body = {"Name": self.name, "Labels": pairs(self.label)}
        if self.file:
            body["Data"] = read_data(self, self.file)
        if self.driver:
            body["Driver"] = {"Name": self.driver}
        if self.template_driver:
            body["Templating"] = {"Name": self.template_driver}
        session.terminal.print(session.post("/secrets/create", body)["ID"])


@dataclass(frozen=True, kw_only=True)
class SecretLs(StoredLs, path="secret ls", also=("secret list",)):
    """The secrets of the swarm; never what is in them."""

    summary = "List secrets"
    word = "secret"
    kind = _SECRETS

    def row(self, session: Session, stored: Stored) -> Row:
        """See StoredLs."""
        return {**row(session, stored), "Driver": _driver(stored)}


@dataclass(frozen=True, kw_only=True)
class SecretInspect(StoredInspect, path="secret inspect"):
    """All that is known of a secret, but what it says."""

    usage = "[OPTIONS] SECRET [SECRET...]"
    summary = "Display detailed information on one or more secrets"
    word = "secret"
    kind = _SECRETS
    type = "swarm.Secret"

    def lines(self, stored: Stored) -> Iterator[str]:
        """See StoredInspect."""
        yield f"ID:              {stored['ID']}"
        yield f"Name:              {stored['Spec']['Name']}"
        yield from label_lines(stored)
        yield f"Driver:            {_driver(stored)}"
        yield f"Created at:        {shown_time(stored['CreatedAt'])}"
        yield f"Updated at:        {shown_time(stored['UpdatedAt'])}"


def _driver(secret: Stored) -> str:
    return str((secret["Spec"].get("Driver") or {}).get("Name", ""))


@dataclass(frozen=True, kw_only=True)
class SecretRm(StoredRm, path="secret rm", also=("secret remove",)):
    """Remove secrets that no service asks for."""

    usage = "SECRET [SECRET...]"
    summary = "Remove one or more secrets"
    word = "secret"
