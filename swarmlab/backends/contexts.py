"""The docker CLI's side of a lab: a context for each node, in the lab's own DOCKER_CONFIG directory.

With DOCKER_CONFIG set to that directory, `docker --context docker-swarm-1 …` reaches a node, and plain `docker` the
node named as current. The user's own contexts are never read nor written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from swarmlab.client.protocols import Host


def write_contexts(
    directory: Path,
    hosts: Sequence[Host],
    *,
    current: str,
    write_tls: Callable[[Path], None] | None = None,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Write a context for each host, and make one of them the current one.

    Args:
        directory: what DOCKER_CONFIG is to be.
        hosts: the lab's hosts.
        current: the context that plain `docker` uses.
        write_tls: puts the certificates of a context into a directory; None where there are none.
        headers: what the docker command and the docker SDK are to send with each request.
    """
    for host in hosts:
        meta = directory / "contexts" / "meta" / _key(host.context)
        meta.mkdir(mode=0o700, parents=True, exist_ok=True)
        (meta / "meta.json").write_text(json.dumps(_meta(host)))
        if write_tls is not None:
            write_tls(tls_directory(directory, host.context))
    settings = {"currentContext": current, **({"HttpHeaders": dict(headers)} if headers else {})}
    (directory / "config.json").write_text(json.dumps(settings))


def tls_directory(directory: Path, context: str) -> Path:
    """Where the docker command looks for the certificates of a context."""
    return directory / "contexts" / "tls" / _key(context) / "docker"


def _key(context: str) -> str:
    return hashlib.sha256(context.encode()).hexdigest()


def _meta(host: Host) -> dict[str, object]:
    return {
        "Name": host.context,
        "Metadata": {"Description": f"{host.name}, {host.address}"},
        "Endpoints": {"docker": {"Host": host.docker_host, "SkipTLSVerify": False}},
    }
