"""Running our commands in tests and keeping what they print."""

from __future__ import annotations

import io
from contextlib import suppress

from swarmlab.client.cluster import Cluster
from swarmlab.commands import DockerError, Session, Terminal, parse


def printed(line: str, cluster: Cluster, node: str, *, patience_s: float | None = None) -> str:
    """What `docker …` of ours leaves on the screen, refusals included."""
    out = io.StringIO()
    session = Session.on(cluster, node, terminal=Terminal(out), patience_s=patience_s)
    try:
        command = parse(line)
    except DockerError as error:
        return f"{error}\n"
    with suppress(DockerError):  # its text has been printed
        command.run(session)
    return out.getvalue()
