"""The guard on every request of a lab's clients: a swarm that the lab did not form stays as it is; the ledger is kept.

Owns the transport hook of a docker SDK client. A request that only reads passes as it is. One that changes something
passes where the host is in no swarm or in the lab's own, and anywhere if lab.toml says `allow_changes = true`; what it
created is in the ledger before the caller has the answer. What is typed in a terminal does not come through here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NoReturn
from urllib.parse import quote

from docker import DockerClient
from docker.errors import DockerException
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.exceptions import RequestException

from swarmlab.backends.hosts.changes import Change, change_of, named_volumes
from swarmlab.backends.hosts.ledger import Entry, Ledger
from swarmlab.backends.hosts.membership import Membership, is_in_swarm, membership
from swarmlab.backends.hosts.settings import HostsSettings
from swarmlab.client.protocols import ChangesRefused

Send = Callable[[PreparedRequest], Response]
Ask = Callable[[str], Any]
"""The decoded answer of a GET; None where the engine has no such thing."""

AskHost = Callable[[str, str], Any]
"""The same of any host, by its name."""

KEPT = ("service", "network", "secret", "config", "container", "volume")
"""What a request to create leaves in the ledger, besides a host's place in a swarm."""

_ASK_TIMEOUT_S = 30
_GONE = 404


class Guard:
    """Watches one host's requests.

    Args:
        host: its name.
        settings: of the lab.
        ledger: where what is created is written down.
        ask_host: asks any of the lab's hosts.
    """

    def __init__(self, host: str, settings: HostsSettings, ledger: Ledger, ask_host: AskHost) -> None:
        self._host = host
        self._settings = settings
        self._ledger = ledger
        self._ask_host = ask_host

    def watch(self, client: DockerClient) -> DockerClient:
        """Let every request of a client come through here; returns the client."""
        adapters = client.api.adapters
        for prefix, adapter in list(adapters.items()):
            adapters[prefix] = _Watched(adapter, self)
        return client

    def pass_on(self, request: PreparedRequest, send: Send) -> Response:
        """Send a request if it may be sent, and write down what came of it.

        Raises:
            ChangesRefused: it would change a swarm that the lab did not form.
        """
        change = change_of(request)
        if change is None:
            return send(request)
        ask = _asking(request, send)
        swarm = _swarm(ask)
        joined = self._whose_is_joined(change, swarm)
        self._check(change, swarm, joined)
        volumes = self._new_volumes(change, ask)
        place = self._take_place(change, joined)
        answer = send(request)
        if answer.ok or answer.status_code == _GONE:
            self._write_down(change, answer, volumes)
        if place is not None:
            self._settle(place, _swarm(ask))
        return answer

    def _check(self, change: Change, swarm: Mapping[str, Any], joined: Membership | None) -> None:
        if self._settings.allow_changes:
            return
        if membership(self._host, swarm, self._ledger.entries()) == "foreign":
            self._refuse(f"is in a swarm that this lab did not form, and this would {change}")
        if joined == "foreign":
            self._refuse(f"would join the swarm of {', '.join(_addresses(change))}, which this lab did not form")

    def _refuse(self, why: str) -> NoReturn:
        raise ChangesRefused(
            f"{self._host} {why}. Nothing was changed. If lessons may change that swarm, write allow_changes = true"
            f" into {self._settings.path}."
        )

    def _whose_is_joined(self, change: Change, swarm: Mapping[str, Any]) -> Membership | None:
        """Whose swarm this request makes the host a node of; None if it joins none. A node more is a change to it."""
        if change.kind != "swarm" or change.verb not in ("init", "join") or is_in_swarm(swarm):
            return None
        is_foreign = any(self._whose(address) == "foreign" for address in _addresses(change))
        return "foreign" if is_foreign else "own"

    def _whose(self, address: str) -> Membership:
        """Whose swarm is behind an address; one that is no host's of the lab is somebody else's."""
        entries = self._ledger.entries()
        for host in self._settings.hosts:
            if address in (host.address, host.public_address):
                try:
                    return membership(host.name, self._ask_host(host.name, "/info")["Swarm"], entries)
                except (DockerException, RequestException):
                    known = any(entry.host == host.name and entry.kind == "swarm" for entry in entries)
                    return "own" if known else "foreign"
        return "foreign"

    def _new_volumes(self, change: Change, ask: Ask) -> list[Entry]:
        """The volumes that come to be by this; one that is there already is not the lab's."""
        if change.kind not in ("volume", "container", "service") or change.verb not in ("create", "update"):
            return []
        names = named_volumes(change)
        hosts = [self._host]
        if change.kind == "service":
            hosts = [host.name for host in self._settings.hosts]
            before = (ask(f"/services/{quote(change.name)}") or {}) if change.verb == "update" else {}
            names -= named_volumes(Change(verb="update", kind="service", name="", body=before.get("Spec") or {}))
        return [
            Entry(host=host, kind="volume", id=name, name=name)
            for name in sorted(names)
            for host in hosts
            if self._lacks(host, name, ask)
        ]

    def _lacks(self, host: str, volume: str, ask: Ask) -> bool:
        path = f"/volumes/{quote(volume)}"
        try:
            return (ask(path) if host == self._host else self._ask_host(host, path)) is None
        except (DockerException, RequestException):
            return False  # not to be seen, so not to be removed either

    def _take_place(self, change: Change, joined: Membership | None) -> Entry | None:
        """The host's place in a swarm, written down before there is one: a join may outlive its answer."""
        if joined is None:
            return None
        name = next((str(one) for one in change.body.get("RemoteAddrs") or ()), "")
        place = Entry(host=self._host, kind="swarm" if joined == "own" else "node", id="", name=name)
        self._leave_place()
        self._ledger.add(place)
        return place

    def _settle(self, place: Entry, swarm: Mapping[str, Any]) -> None:
        """Write down the node's id once there is one; strike the place out where nothing came of it."""
        node_id = str(swarm.get("NodeID") or "")
        if is_in_swarm(swarm) and not node_id:
            return
        self._leave_place()
        if node_id:
            self._ledger.add(replace(place, id=node_id))

    def _leave_swarm(self) -> None:
        """What a swarm holds goes with the last of its nodes."""
        was_own = self._has_own_places()
        self._leave_place()
        if was_own and not self._has_own_places():
            self._ledger.forget(lambda entry: entry.is_of_swarm)

    def _has_own_places(self) -> bool:
        return any(entry.kind == "swarm" for entry in self._ledger.entries())

    def _leave_place(self) -> None:
        self._ledger.forget(lambda entry: entry.host == self._host and entry.is_place)

    def _write_down(self, change: Change, answer: Response, volumes: list[Entry]) -> None:
        if change.verb == "remove" and change.kind in KEPT:
            self._ledger.forget(lambda entry: self._is_named(entry, change.kind, change.name))
        if not answer.ok:
            return
        if change.verb == "prune":
            gone = _pruned(answer)
            self._ledger.forget(lambda entry: any(self._is_named(entry, change.kind, name) for name in gone))
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

    def _is_named(self, entry: Entry, kind: str, name: str) -> bool:
        on_this_host = entry.host == self._host or kind not in ("container", "volume")
        return entry.kind == kind and on_this_host and bool(name) and (entry.name == name or entry.id.startswith(name))


class _Watched(BaseAdapter):
    def __init__(self, adapter: BaseAdapter, guard: Guard) -> None:
        super().__init__()
        self._adapter = adapter
        self._guard = guard

    def send(self, request: PreparedRequest, *arguments: Any, **named: Any) -> Response:
        def send(one: PreparedRequest) -> Response:
            given = named if one is request else {**named, "stream": False, "timeout": _ASK_TIMEOUT_S}
            return self._adapter.send(one, *arguments, **given)

        return self._guard.pass_on(request, send)

    def close(self) -> None:
        self._adapter.close()


def _asking(request: PreparedRequest, send: Send) -> Ask:
    """Asks the engine to which a request goes, on the same way."""
    base = str(request.url).split(str(request.path_url))[0]

    def ask(path: str) -> Any:
        question = PreparedRequest()
        question.prepare(method="GET", url=f"{base}{path}")
        answer = send(question)
        if answer.status_code == _GONE:
            return None
        answer.raise_for_status()
        return answer.json()

    return ask


def _swarm(ask: Ask) -> Mapping[str, Any]:
    """What `docker info` says of the swarm."""
    return (ask("/info") or {}).get("Swarm") or {}


def _addresses(change: Change) -> list[str]:
    """Of the managers that are asked for a place, without their ports."""
    return [str(one).rsplit(":", 1)[0] for one in change.body.get("RemoteAddrs") or ()]


def _decoded(answer: Response) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _pruned(answer: Response) -> list[str]:
    return [str(name) for value in _decoded(answer).values() if isinstance(value, list) for name in value]
