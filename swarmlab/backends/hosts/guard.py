"""The guard on every request of a lab's clients: a swarm that the lab did not form stays as it is; the ledger is kept.

Owns the transport hook of a docker SDK client. A request that only reads passes as it is. One that changes something
passes where the host is in no swarm or in the lab's own, and anywhere if lab.toml says `allow_changes = true`; what it
created is in the ledger before the caller has the answer.

What is typed in a terminal does not come through here: there the docker command talks to the hosts themselves, on
contexts with their own endpoints, and a door in between would have to speak all of the API, its streams included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
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
from swarmlab.backends.hosts.records import Records
from swarmlab.backends.hosts.settings import HostsSettings
from swarmlab.client.protocols import ChangesRefused

Send = Callable[[PreparedRequest], Response]
Ask = Callable[[str], Any]
"""The decoded answer of a GET; None where the engine has no such thing."""

AskHost = Callable[[str, str], Any]
"""The same of any host, by its name."""

_NAMED = dict.fromkeys(("service", "secret", "config", "network", "node", "volume"), "") | {"container": "/json"}
"""Kinds of things that can be asked for, and how the path ends that tells of one."""

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
        self._records = Records(host, ledger)

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
        self._check(change, swarm, joined, ask)
        volumes = self._new_volumes(change, ask)
        gone = _identity(_found(change, ask)) if change.verb == "remove" else ""
        place = self._records.take_place(change, joined)
        answer = send(request)
        self._records.write_down(change, answer, gone=gone, volumes=volumes)
        if place is not None:
            self._records.settle(place, _swarm(ask))
        return answer

    def _check(self, change: Change, swarm: Mapping[str, Any], joined: Membership | None, ask: Ask) -> None:
        if self._settings.allow_changes:
            return
        if membership(self._host, swarm, self._ledger.entries()) == "foreign":
            self._refuse(f"is in a swarm that this lab did not form, and this would {_by_its_name(change, ask)}")
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
            before = _found(change, ask)
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


def _found(change: Change, ask: Ask) -> Mapping[str, Any]:
    """The thing that a change is about, as it is; empty where there is none, or this engine does not tell."""
    if change.kind in _NAMED and change.verb not in ("create", "prune") and change.name:
        with suppress(RequestException):  # a worker's: what it says to the change itself is Docker's own answer
            return ask(f"/{change.kind}s/{quote(change.name)}{_NAMED[change.kind]}") or {}
    return {}


def _identity(found: Mapping[str, Any]) -> str:
    """Its id; of a volume its name."""
    return str(found.get("ID") or found.get("Id") or found.get("Name") or "")


def _by_its_name(change: Change, ask: Ask) -> Change:
    """The change with the name of its thing, where a request names it by id."""
    found = _found(change, ask)
    parts = (found.get("Spec") or {}, found, {"Name": (found.get("Description") or {}).get("Hostname")})
    name = next((str(part["Name"]) for part in parts if part.get("Name")), change.name)
    return replace(change, name=name.lstrip("/"))


def _swarm(ask: Ask) -> Mapping[str, Any]:
    """What `docker info` says of the swarm."""
    return (ask("/info") or {}).get("Swarm") or {}


def _addresses(change: Change) -> list[str]:
    """Of the managers that are asked for a place, without their ports."""
    return [str(one).rsplit(":", 1)[0] for one in change.body.get("RemoteAddrs") or ()]
