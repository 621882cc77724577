"""What secrets and configs have in common: commands that do the same to both, how they are read and shown.

Source: docker/cli cli/command/{secret,config}/.
"""

from __future__ import annotations

import base64
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, asks_for_pretty, each, inspect, inspect_pretty
from swarmlab.commands.printing.listing import Kind, Listing, Row, label_of
from swarmlab.commands.printing.templates import FILTER, FORMAT_INSPECT, FORMAT_TABLE
from swarmlab.commands.printing.units import age
from swarmlab.commands.session import Session, filters, path_to, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, Text, arguments, flag
from swarmlab.commands.standard_input import ReadsInput

Stored = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StoredLs(Command):
    """All that is stored.

    Attributes:
        word: what it is called, in paths and in the SDK.
        kind: how it is listed.
    """

    usage = "[OPTIONS]"
    word: ClassVar[str]
    kind: ClassVar[Kind]

    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display IDs")

    def sdk(self) -> str:
        """See Command."""
        return f"client.{self.word}s.list(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        found = session.get(f"/{self.word}s", filters(typed_filters(self.filter)))
        found.sort(key=lambda stored: natural(stored["Spec"]["Name"]))
        rows = [self.row(session, stored) for stored in found]
        Listing(session.terminal, self.kind).print(rows, quiet=bool(self.quiet), template=self.format or "")

    def row(self, session: Session, stored: Stored) -> Row:
        """One line of the table, and what only templates show."""
        return row(session, stored)


@dataclass(frozen=True, kw_only=True)
class StoredInspect(Command):
    """All that is known of what is stored.

    Attributes:
        word: what it is called, in paths and in the SDK.
        kind: how it is listed, for the templates that are known by name.
        type: what Go calls it.
    """

    word: ClassVar[str]
    kind: ClassVar[Kind]
    type: ClassVar[str]

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    pretty: Switch = flag("--pretty", "Print the information in a human friendly format")
    names: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.{self.word}s.get({name!r}).attrs" for name in self.names)

    def perform(self, session: Session) -> None:
        """See Command."""
        if asks_for_pretty(self.format or "", pretty=bool(self.pretty)):
            inspect_pretty(session, self.names, lambda name: self.lines(session.get(self.path_of_one(name))))
        else:
            inspect(
                session,
                self.names,
                lambda name: Found(session.raw(self.path_of_one(name)), self.type, is_kept=True),
                self.kind.of_inspect(self.format or ""),
            )

    def path_of_one(self, name: str) -> str:
        """Where the engine has it. Raises DockerError: it has no name."""
        return path_to(self.word, name)

    @abstractmethod
    def lines(self, stored: Stored) -> Iterator[str]:
        """It as `--pretty` shows it."""


@dataclass(frozen=True, kw_only=True)
class StoredRm(Command):
    """Remove what no service asks for.

    Attributes:
        word: what it is called, in paths and in the SDK.
    """

    word: ClassVar[str]

    names: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.{self.word}s.get({name!r}).remove()" for name in self.names)

    def perform(self, session: Session) -> None:
        """See Command."""

        def remove(name: str) -> None:
            session.delete(path_to(self.word, name))
            session.terminal.print(name)

        each(self.names, remove)


def read_data(command: ReadsInput, path: str) -> str:
    """The bytes of a file, or of the standard input for `-`, in base64.

    Raises:
        DockerError: there are none.
    """
    if path == "-":
        data, name = command.read_input(), "STDIN"
    else:
        data, name = _read_file(path), path
    if not data:
        raise DockerError(f"error reading from {name}: data is empty")
    return base64.b64encode(data).decode()


def _read_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise DockerError(f"error reading from {path}: open {path}: no such file or directory") from None
    except IsADirectoryError:
        raise DockerError(f"error reading from {path}: read {path}: is a directory") from None
    except PermissionError:
        raise DockerError(f"error reading from {path}: open {path}: permission denied") from None
    except OSError as error:
        raise DockerError(f"error reading from {path}: read {path}: {(error.strerror or '').lower()}") from None


def row(session: Session, stored: Stored) -> Row:
    """One line of a table, and what only templates show."""
    spec = stored["Spec"]
    labels = spec.get("Labels") or {}
    return {
        "ID": stored["ID"],
        "Name": spec["Name"],
        "CreatedAt": f"{age(stored['CreatedAt'], session.now())} ago",
        "UpdatedAt": f"{age(stored['UpdatedAt'], session.now())} ago",
        "Labels": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        "Label": label_of(labels),
    }


def label_lines(stored: Stored) -> Iterator[str]:
    """The labels as `--pretty` shows them."""
    labels = stored["Spec"].get("Labels") or {}
    if labels:
        yield "Labels:"
        yield from (f" - {key}={value}" if value else f" - {key}" for key, value in sorted(labels.items()))


def shown_time(timestamp: str) -> str:
    """A moment as `--pretty` shows it: Go's spelling, in small letters."""
    day, _, clock = timestamp.rstrip("Z").partition("T")
    return f"{day} {clock} +0000 utc"
