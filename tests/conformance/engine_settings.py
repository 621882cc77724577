"""What an engine is started with besides what every lab gives it: `dockerd --label`, `--node-generic-resource`.

No lab offers this to a learner, so each kind of lab is told in its own way: a real engine reads its daemon.json, a
simulated one what its host says.
"""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

from swarmlab.backends.dind import DindBackend
from swarmlab.lab import Lab
from tests.conformance.asking import demand, wait_for


def restart_with(lab: Lab, name: str, *, labels: tuple[str, ...] = (), generic_resources: tuple[str, ...] = ()) -> None:
    """Start a node's engine anew with these settings; returns once a manager has heard of them."""
    backend: Any = lab.backend
    lab[name].stop()
    if isinstance(backend, DindBackend):
        settings = {"labels": labels, "node-generic-resources": generic_resources}
        content = json.dumps({key: list(value) for key, value in settings.items() if value}).encode()
        backend._nodes[name]._container().put_archive("/", _archive("etc/docker/daemon.json", content))
    else:

        def set_up(simulation: Any) -> None:
            host = simulation.daemons[name].host
            host.labels, host.generic_resources = labels, generic_resources

        backend._server.call(set_up)
    lab[name].start()
    wait_for(lab, lambda: _known(lab, name), (len(labels), len({each.partition("=")[0] for each in generic_resources})))


def _known(lab: Lab, name: str) -> tuple[int, int]:
    """How many labels and kinds of resources a manager knows of an engine."""
    node = demand(lab.manager(), "GET", f"/nodes/{name}")["Description"]
    kinds = {next(iter(each.values()))["Kind"] for each in node["Resources"].get("GenericResources", [])}
    return len(node["Engine"].get("Labels") or {}), len(kinds)


def _archive(path: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        member = tarfile.TarInfo(path)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
