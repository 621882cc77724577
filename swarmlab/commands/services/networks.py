"""Networks that a service is attached to.

Source: docker/cli cli/command/service/opts.go resolveNetworkID.
"""

from __future__ import annotations

from collections.abc import Iterable

from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.attachments import Attachment, attachment


def resolve(session: Session, texts: Iterable[str]) -> list[Attachment]:
    """The attachments, by network id, in the order of the ids.

    Raises:
        DockerError: a network is not there.
    """
    found = [_resolved(session, attachment(text)) for text in texts]
    return sorted(found, key=lambda each: str(each["Target"]))


def network_id(session: Session, name: str) -> str:
    """The id of a network of the swarm."""
    return str(session.get(path_to("network", name), {"scope": "swarm"})["Id"])


def _resolved(session: Session, found: Attachment) -> Attachment:
    return {**found, "Target": network_id(session, found["Target"])}
