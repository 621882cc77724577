"""What becomes of a change in the ledger: created things come in, removed ones go out, hosts take and give up places.

Owns how an engine's answer to one host's request is written down. Whether it may be sent is the guard's to say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from requests import Response

from swarmlab.backends.hosts.changes import Change
from swarmlab.backends.hosts.ledger import Entry, Ledger
from swarmlab.backends.hosts.membership import Membership, is_in_swarm

KEPT = ("service", "network", "secret", "config", "container", "volume")
"""What a request to create leaves in the ledger, besides a host's place in a swarm."""

_OF_A_HOST = ("container", "volume")
_GONE = 404


class Records:
    """Writes down what one host's requests did.

    Args:
        host: its name.
        ledger: where.
    """

    def __init__(self, host: str, ledger: Ledger) -> None:
        self._host = host
        self._ledger = ledger

    def take_place(self, change: Change, joined: Membership | None) -> Entry | None:
        """The host's place in a swarm, written down before there is one: a join may outlive its answer."""
        if joined is None:
            return None
        name = next((str(one) for one in change.body.get("RemoteAddrs") or ()), "")
        place = Entry(host=self._host, kind="swarm" if joined == "own" else "node", id="", name=name)
        self._give_up_place()
        self._ledger.add(place)
        return place

    def settle(self, place: Entry, swarm: Mapping[str, Any]) -> None:
        """Write down the node's id once there is one; strike the place out where nothing came of it."""
        node_id = str(swarm.get("NodeID") or "")
        if is_in_swarm(swarm) and not node_id:
            return
        self._give_up_place()
        if node_id:
            self._ledger.add(replace(place, id=node_id))

    def write_down(self, change: Change, answer: Response, *, gone: str, volumes: Sequence[Entry]) -> None:
        """Write down what came of a change.

        Args:
            change: what was asked for.
            answer: what the engine said.
            gone: the id of what was to be removed; empty where the engine knew of none.
            volumes: that come to be by it.
        """
        if change.verb == "remove" and change.kind in KEPT and (answer.ok or answer.status_code == _GONE):
            self._forget(change.kind, {gone or change.name})
        if not answer.ok:
            return
        if change.verb == "prune":
            self._forget(change.kind, _pruned(answer))
        if (change.kind, change.verb) == ("swarm", "leave"):
            self._leave_swarm()
        self._ledger.add(*self._created(change, answer), *volumes)

    def _created(self, change: Change, answer: Response) -> list[Entry]:
        if change.verb != "create" or change.kind not in KEPT or change.kind == "volume":
            return []
        found = _decoded(answer)
        identifier = str(found.get("ID") or found.get("Id") or "")
        kind: Any = change.kind
        return [Entry(host=self._host, kind=kind, id=identifier, name=change.name)] if identifier else []

    def _forget(self, kind: str, gone: set[str]) -> None:
        """Strike out things by their ids or full names."""

        def is_gone(entry: Entry) -> bool:
            is_here = entry.host == self._host or kind not in _OF_A_HOST
            return entry.kind == kind and is_here and bool({entry.id, entry.name} & gone)

        self._ledger.forget(is_gone)

    def _leave_swarm(self) -> None:
        """What a swarm holds goes with the last of its nodes."""
        was_own = self._has_own_places()
        self._give_up_place()
        if was_own and not self._has_own_places():
            self._ledger.forget(lambda entry: entry.is_of_swarm)

    def _has_own_places(self) -> bool:
        return any(entry.kind == "swarm" for entry in self._ledger.entries())

    def _give_up_place(self) -> None:
        self._ledger.forget(lambda entry: entry.host == self._host and entry.is_place)


def _decoded(answer: Response) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _pruned(answer: Response) -> set[str]:
    return {str(name) for value in _decoded(answer).values() if isinstance(value, list) for name in value}
