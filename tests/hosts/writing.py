"""lab.toml as a learner writes it, for hosts that a test has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from swarmlab.client.protocols import Host


def write_settings(
    folder: Path,
    hosts: Sequence[Host],
    *,
    allow_changes: bool = False,
    endpoints: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
) -> Path:
    """Write lab.toml; `endpoints` and `more` lines are by the hosts' names."""
    lines = ["allow_changes = true"] if allow_changes else []
    for host in hosts:
        lines += [
            "[[hosts]]",
            f'name = "{host.name}"',
            f'endpoint = "{(endpoints or {}).get(host.name, host.docker_host)}"',
            f'address = "{host.address}"',
            (more or {}).get(host.name, ""),
        ]
    path = folder / "lab.toml"
    path.write_text("\n".join(lines) + "\n")
    return path
