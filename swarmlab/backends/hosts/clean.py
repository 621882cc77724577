"""Clean-up: removes from the learner's hosts exactly what the ledger names, and tells each thing.

Owns the order in which things go. What is gone already is fine; what cannot be reached stays in the ledger for the next
time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from docker import DockerClient
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException

from swarmlab.backends.hosts.endpoints import EndpointFailed, connect
from swarmlab.backends.hosts.ledger import PLACES, Entry, Kind, Ledger
from swarmlab.backends.hosts.membership import is_in_swarm, place_of
from swarmlab.backends.hosts.settings import HostsSettings

Tell = Callable[[str], None]

BUSY_TIMEOUT_S = 45.0
"""A container of a task may take its stop grace period, 10 s, before its networks and volumes are free."""

POLL_S = 0.25

_BEFORE: Sequence[Kind] = ("service", "container", "network", "config", "secret")
_BUSY = re.compile(r"in use|active endpoints|being used|in progress")
_STILL_STOPPING = "context deadline exceeded"
"""An engine waits 15 s for its part in the swarm to stop, then answers so; it stops all the same, or at the next word.

Source: moby, daemon/cluster/noderunner.go, Stop.
"""


class _Stays(Exception):
    """A thing could not be removed; the text says why."""


def clean(settings: HostsSettings, ledger: Ledger, tell: Tell) -> Sequence[Entry]:
    """Remove what the ledger names; returns what is left in it.

    Args:
        settings: how the hosts are reached.
        ledger: of that lab.toml.
        tell: gets a line for each thing.
    """
    with _connected(settings, ledger, tell) as clients:
        _Cleaning(clients, ledger, tell).run()
    return ledger.entries()


@contextmanager
def _connected(settings: HostsSettings, ledger: Ledger, tell: Tell) -> Iterator[dict[str, DockerClient]]:
    """Clients of the hosts that the ledger names and, for what a swarm holds, of the others."""
    named = {entry.host for entry in ledger.entries()}
    for name in sorted(named - {host.name for host in settings.hosts}):
        tell(f"{name} is in the ledger and not in {settings.path}. Add it there to have what it holds removed.")
    clients: dict[str, DockerClient] = {}
    with ExitStack() as ends:
        for host in settings.hosts if named else ():
            try:
                clients[host.name] = connect(host)
                ends.callback(clients[host.name].close)
            except EndpointFailed as error:
                tell(str(error))
        yield clients


class _Cleaning:
    def __init__(self, clients: Mapping[str, DockerClient], ledger: Ledger, tell: Tell) -> None:
        self._clients = clients
        self._ledger = ledger
        self._tell = tell

    def run(self) -> None:
        for kind in _BEFORE:
            self._each([kind], self._remove)
        # Workers before managers, who might not let go of them otherwise.
        has_left = [self._each(PLACES, self._leave, of_managers=is_manager) for is_manager in (False, True)]
        if any(has_left) and self._is_swarm_gone():
            for entry in self._ledger.entries():
                if entry.is_of_swarm:
                    self._forget(entry, "went with its swarm")
        self._each(["volume"], self._remove)

    def _each(self, kinds: Sequence[Kind], act: Callable[[Entry], str], *, of_managers: bool | None = None) -> bool:
        """Do something with the entries of some kinds; whether any of them is no more."""
        done = False
        for entry in self._ledger.entries():
            if entry.kind not in kinds or of_managers not in (None, self._is_manager(entry.host)):
                continue
            try:
                said = act(entry)
            except _Stays as error:
                self._tell(f"{entry} stays: {error}")
            except (DockerException, RequestException) as error:
                self._tell(f"{entry} stays: {getattr(error, 'explanation', None) or error}")
            else:
                self._forget(entry, said)
                done = True
        return done

    def _forget(self, entry: Entry, said: str) -> None:
        self._ledger.forget(lambda one: one == entry)
        if said:
            self._tell(f"{entry} {said}")

    def _remove(self, entry: Entry) -> str:
        """Remove one thing, from a manager where the swarm holds it."""
        holders = [name for name in self._clients if self._is_manager(name)] if entry.is_of_swarm else [entry.host]
        refusals: list[str] = []
        for name in holders:
            if name not in self._clients:
                refusals.append(f"{name} cannot be reached")
                continue
            try:
                return _delete(self._clients[name], entry.kind, entry.id)
            except APIError as error:
                refusals.append(str(error.explanation))
        raise _Stays("; ".join(refusals) or "no host of this lab manages a swarm")

    def _leave(self, entry: Entry) -> str:
        """Let a host leave the swarm, if it is still the one that the lab put it into."""
        if entry.host not in self._clients:
            raise _Stays(f"{entry.host} cannot be reached")
        client = self._clients[entry.host]
        swarm = client.info()["Swarm"]
        if not is_in_swarm(swarm):
            return "was given up already"
        place = place_of(entry.host, swarm, [entry])
        if place is None:
            return "was given up already; the host is in another swarm now, which stays as it is"
        if entry.kind == "node" and swarm.get("ControlAvailable"):
            raise _Stays(f"it manages a swarm that no lab formed. Demote it first: docker node demote {entry.host}")
        leave_swarm(client)
        if entry.kind == "node":
            self._remove_record(place)
        return "given up: it left"

    def _remove_record(self, place: Entry) -> None:
        """The swarm that was there keeps a record of a node that has left; it is the lab's too."""
        for name, client in self._clients.items():
            if name != place.host and self._is_manager(name):
                _delete(client, "node", place.id)
                return

    def _is_swarm_gone(self) -> bool:
        """Whether nobody is left in the lab's swarm, so that what it held went with it."""
        has_places = any(entry.kind == "swarm" for entry in self._ledger.entries())
        return not has_places and not any(is_in_swarm(client.info()["Swarm"]) for client in self._clients.values())

    def _is_manager(self, host: str) -> bool:
        try:
            return host in self._clients and bool(self._clients[host].info()["Swarm"].get("ControlAvailable"))
        except (DockerException, RequestException):
            return False


def leave_swarm(client: DockerClient) -> None:
    """Let an engine leave its swarm, by force; ask it again while it is still about to.

    Raises:
        APIError: it refused, or was still about to after BUSY_TIMEOUT_S.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            client.swarm.leave(force=True)
        except APIError as error:
            if not is_in_swarm(client.info()["Swarm"]):
                return
            if _STILL_STOPPING not in str(error.explanation) or time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)
        else:
            return


def _delete(client: DockerClient, kind: str, identifier: str) -> str:
    """Remove one thing, waiting while something that goes just now still uses it."""
    params = {"container": {"v": "1", "force": "1"}, "node": {"force": "1"}}.get(kind, {})
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    api: Any = client.api
    while True:
        try:
            url = f"{api.base_url}/v{api.api_version}/{kind}s/{identifier}"
            answer = api.delete(url, params=params, timeout=api.timeout)
            api._raise_for_status(answer)
        except NotFound:
            return "was gone already"
        except APIError as error:
            if not _BUSY.search(str(error.explanation)) or time.monotonic() > deadline:
                raise
            time.sleep(POLL_S)
        else:
            return "removed"
