"""The named states that a lab can be brought to, made by real init, join and create calls on a fresh simulation."""

from __future__ import annotations

from swarmlab.engine.simulation import Simulation

STATES = ("separate", "formed", "three-managers", "helloworld")

START = 1_700_000_000.0
"""Engine time at which a manual lab starts unless told otherwise (2023-11-14 22:13:20 UTC)."""


def hostnames(nodes: int) -> list[str]:
    """`docker-swarm-1` … in order; the third manages, or the last where there are fewer."""
    return [f"docker-swarm-{number}" for number in range(1, nodes + 1)]


def build(state: str, *, nodes: int = 3, managers: int = 1, seed: int = 0, now: float = START) -> Simulation:
    """A fresh simulation in a named state.

    Args:
        state: `separate`, `formed` (docker-swarm-3 manages, the others work), `three-managers`, or `helloworld`
            (`formed`, and the service `helloworld` running: one replica of `alpine ping docker.com`).
        nodes: how many hosts.
        managers: how many of them manage in `formed` and `helloworld`; docker-swarm-3 is the first.
        seed: of all chance.
        now: engine time to begin at.
    """
    raise NotImplementedError
