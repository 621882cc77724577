"""What belongs to a stack: everything that carries its label.

Source: docker/cli cli/command/stack/swarm/{common,remove}.go.
"""

from __future__ import annotations

import json
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.session import Session, filters
from swarmlab.commands.stacks.compose_services import NAMESPACE

KINDS = ("service", "secret", "config", "network")
"""In the order in which they are removed."""


def check_stack_name(stack: str) -> None:
    """Raise DockerError for a name of nothing but quotes and blanks. Source: docker/cli cli/command/stack/common.go."""
    if not stack.strip("\"' \t\n\v\f\r"):
        raise DockerError(f"invalid stack name: {json.dumps(stack)}")


def label_of(stack: str) -> str:
    """What everything that belongs to a stack is labelled with."""
    return f"{NAMESPACE}={stack}"


def owned(session: Session, kind: str, stack: str) -> list[dict[str, Any]]:
    """The services, networks, secrets or configs of a stack."""
    return list(session.get(f"/{kind}s", filters({"label": [label_of(stack)]})))


def name_of(kind: str, found: dict[str, Any]) -> str:
    """What it is called."""
    return str(found["Name"] if kind == "network" else found["Spec"]["Name"])


def remove(session: Session, kind: str, found: dict[str, Any]) -> bool:
    """Remove one; says so, and why not."""
    identifier = found["Id"] if kind == "network" else found["ID"]
    session.terminal.print(f"Removing {kind} {name_of(kind, found)}")
    try:
        session.delete(f"/{kind}s/{identifier}")
    except DockerError as error:
        session.terminal.print(f"Failed to remove {kind} {identifier}: {error}")
        return False
    return True
