"""What secrets and configs have in common: listed, shown, read from a file or from what is typed.

Source: docker/cli cli/command/{secret,config}/.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from swarmlab.client.tables import natural
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.listing import Row, label_of
from swarmlab.commands.printing.units import age
from swarmlab.commands.session import Session
from swarmlab.commands.standard_input import ReadsInput

Stored = Mapping[str, Any]


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


def labels_of(texts: tuple[str, ...]) -> dict[str, str]:
    """`a=b` and `c` as a map; the last of the same name counts."""
    return {key: value for key, _, value in (text.partition("=") for text in texts)}


def by_name(found: list[Stored]) -> list[Stored]:
    """In the order of a table."""
    return sorted(found, key=lambda each: natural(each["Spec"]["Name"]))


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
