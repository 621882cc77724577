"""Whose swarm a host is in: none, one that the lab formed, or one that was there.

Pure: an engine's own words and the ledger in, the answer out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from swarmlab.backends.hosts.ledger import Entry

Membership = Literal["none", "own", "foreign"]


def is_in_swarm(swarm: Mapping[str, Any]) -> bool:
    """Whether a host is in a swarm, or still joins one. `swarm` is what `docker info` says of it."""
    return (swarm.get("LocalNodeState") or "inactive") != "inactive"


def membership(host: str, swarm: Mapping[str, Any], entries: Iterable[Entry]) -> Membership:
    """Whose swarm a host is in.

    Args:
        host: its name.
        swarm: what `docker info` says of it there.
        entries: of the ledger.
    """
    if not is_in_swarm(swarm):
        return "none"
    place = place_of(host, swarm, entries)
    return "own" if place is not None and place.kind == "swarm" else "foreign"


def place_of(host: str, swarm: Mapping[str, Any], entries: Iterable[Entry]) -> Entry | None:
    """The entry of the host's place in the swarm that it is in, with the node's id; None if no lab put it there."""
    node_id = str(swarm.get("NodeID") or "")
    managers = {str(one.get("Addr")) for one in swarm.get("RemoteManagers") or ()}
    for entry in entries:
        if entry.host != host or not entry.is_place:
            continue
        # A join that took too long goes on by itself; its place has no id yet.
        if entry.id == node_id or (not node_id and not managers) or (not entry.id and entry.name in managers):
            return replace(entry, id=node_id or entry.id)
    return None
