"""`docker secret …`: data that only the containers that ask for it see.

Source: docker/cli cli/command/secret/.
"""

from __future__ import annotations

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
        body = {"Name": self.name, "Labels": labels_of(self.label)}
        if self.file:
            body["Data"] = read_data(self, self.file)
        if self.driver:
            body["Driver"] = {"Name": self.driver}
        if self.template_driver:
            body["Templating"] = {"Name": self.template_driver}
        session.terminal.print(session.post("/secrets/create", body)["ID"])


@dataclass(frozen=True, kw_only=True)
class SecretLs(Command, path="secret ls", also=("secret list",)):
    """The secrets of the swarm; never what is in them."""

    usage = "[OPTIONS]"
    summary = "List secrets"
    aliases = "docker secret ls, docker secret list"

    filter: Many = flag("-f, --filter filter", "Filter output based on conditions provided")
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display IDs")

    def sdk(self) -> str:
        """See Command."""
        return f"client.secrets.list(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        secrets = by_name(session.get("/secrets", filters(typed_filters(self.filter))))
        rows = [{**row(session, secret), "Driver": _driver(secret)} for secret in secrets]
        listing = Listing(session.terminal, _SECRETS)
        listing.print(rows, quiet=bool(self.quiet), template=self.format or "")


@dataclass(frozen=True, kw_only=True)
class SecretInspect(Command, path="secret inspect"):
    """All that is known of a secret, but what it says."""

    usage = "[OPTIONS] SECRET [SECRET...]"
    summary = "Display detailed information on one or more secrets"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    pretty: Switch = flag("--pretty", "Print the information in a human friendly format")
    secrets: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.secrets.get({name!r}).attrs" for name in self.secrets)

    def perform(self, session: Session) -> None:
        """See Command."""
        if asks_for_pretty(self.format or "", pretty=bool(self.pretty)):
            inspect_pretty(session, self.secrets, lambda name: _pretty(session.get(path_to("secret", name))))
        else:
            template = _SECRETS.of_inspect(self.format or "")
            inspect(session, self.secrets, lambda name: _found(session, name), template)


def _driver(secret: Stored) -> str:
    return str((secret["Spec"].get("Driver") or {}).get("Name", ""))


def _found(session: Session, name: str) -> Found:
    return Found(session.raw(path_to("secret", name)), "swarm.Secret", is_kept=True)


def _pretty(secret: Stored) -> Iterator[str]:
    yield f"ID:              {secret['ID']}"
    yield f"Name:              {secret['Spec']['Name']}"
    yield from label_lines(secret)
    yield f"Driver:            {_driver(secret)}"
    yield f"Created at:        {shown_time(secret['CreatedAt'])}"
    yield f"Updated at:        {shown_time(secret['UpdatedAt'])}"


@dataclass(frozen=True, kw_only=True)
class SecretRm(Command, path="secret rm", also=("secret remove",)):
    """Remove secrets that no service asks for."""

    usage = "SECRET [SECRET...]"
    summary = "Remove one or more secrets"
    aliases = "docker secret rm, docker secret remove"

    secrets: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.secrets.get({name!r}).remove()" for name in self.secrets)

    def perform(self, session: Session) -> None:
        """See Command."""

        def remove(name: str) -> None:
            session.delete(path_to("secret", name))
            session.terminal.print(name)

        each(self.secrets, remove)
