"""`… inspect`: the engine's JSON, indented; what was found first, then why something was not.

Source: docker/cli cli/command/inspect/inspector.go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.json_text import json_list
from swarmlab.commands.printing.templates import go_json, render
from swarmlab.commands.session import Session


def inspect(session: Session, names: Sequence[str], get: Callable[[str], str], template: str = "") -> None:
    """Print what `get` answers for each name, as one JSON list or through a template.

    Raises:
        DockerError: some names were not found; the text has a line for each.
    """
    found, errors = [], []
    for name in names:
        try:
            found.append(get(name))
        except DockerError as error:
            errors.append(str(error))
    if not template:
        session.terminal.print(json_list(found))
    for raw in found if template else []:
        data = json.loads(raw)
        session.terminal.print(go_json(data) if template == "json" else render(template, data))
    if errors:
        raise DockerError("\n".join(errors))


def inspect_pretty(session: Session, names: Sequence[str], pretty: Callable[[str], Iterable[str]]) -> None:
    """Print what is known of each name for people to read; nothing at all where one was not found."""
    session.terminal.print("\n".join(line for name in names for line in pretty(name)))


def each(names: Sequence[str], act: Callable[[str], None]) -> None:
    """Do something for each name and go on after a refusal.

    Raises:
        DockerError: some were refused; the text has a line for each.
    """
    errors = []
    for name in names:
        try:
            act(name)
        except DockerError as error:
            errors.append(str(error))
    if errors:
        raise DockerError("\n".join(errors))
