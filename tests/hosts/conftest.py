"""Labs on hosts whose engines are simulated ones behind their unix sockets, and what those hosts hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from swarmlab.backends.dind import DindBackend
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.backends.hosts import HostsBackend, start
from swarmlab.backends.hosts.faults import HandFaults
from swarmlab.client.protocols import LabState
from swarmlab.ownership import create_lab_directory
from tests.hosts.network import mark_packets as pytest_collection_modifyitems
from tests.hosts.network import network, ssh, two_hosts
from tests.hosts.writing import write_settings
from tests.labs import StartLab, start_lab

__all__ = ["StartLab", "network", "pytest_collection_modifyitems", "ssh", "start_lab", "two_hosts"]

StartOnHosts = Callable[..., HostsBackend]


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whose ledgers and labs are of this test alone."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / "run"))


@pytest.fixture
def hosts_of(start_lab: StartLab) -> Callable[..., EmbeddedBackend]:
    """Starts three hosts, whose time is quick: nobody here wants to wait for it."""

    def hosts_of(state: LabState = "separate", **options: Any) -> EmbeddedBackend:
        return start_lab(state, **{"time": "live", "rate": 20.0, **options})

    return hosts_of


@pytest.fixture
def start_on(tmp_path: Path) -> Iterator[StartOnHosts]:
    """Starts labs on hosts; they end with the test."""
    labs: list[HostsBackend] = []

    def start_on(there: EmbeddedBackend, state: LabState | None = None, **options: Any) -> HostsBackend:
        path = write_settings(tmp_path, there.hosts, **options)
        directory = create_lab_directory("hosts")
        labs.append(start(directory, state, path))
        faults = labs[-1].faults
        assert isinstance(faults, HandFaults)
        faults._poll_s = 0.05
        return labs[-1]

    yield start_on
    for lab in labs:
        lab.close()


def everything(there: EmbeddedBackend | DindBackend) -> dict[str, Any]:
    """All that the hosts hold, object by object, whole, as their engines answer."""
    found: dict[str, Any] = {}
    for host in there.hosts:
        with closing(there.client(host.name)) as client:
            info = client.info()["Swarm"]
            lists = ["/containers/json?all=1", "/volumes", "/networks", "/images/json"]
            if info["ControlAvailable"]:
                lists += ["/services", "/secrets", "/configs", "/nodes", "/swarm"]
            api = client.api
            found[host.name] = {path: in_order(api.get(f"{api.base_url}{path}").json()) for path in lists}
            found[host.name]["swarm"] = info
            for container in found[host.name]["/containers/json?all=1"]:
                container.pop("Status")  # it says for how long
    return found


def settled(there: EmbeddedBackend | DindBackend) -> dict[str, Any]:
    """The same, once nothing moves any more: some seconds after a swarm was formed, nodes still hear of each other."""
    before = everything(there)
    for _ in range(60):
        there.clock.sleep(5)
        after = everything(there)
        if changed(before, after) == {}:
            return after
        before = after
    raise AssertionError("something on the hosts moves and moves")


def in_order(answer: Any) -> Any:
    """A list by its things' ids or names: real engines give it in any order."""
    if isinstance(answer, dict):
        return {key: in_order(value) if key == "Volumes" else value for key, value in answer.items()}
    return sorted(answer or [], key=lambda one: one.get("Id") or one.get("ID") or one["Name"])


def changed(before: Any, after: Any, where: str = "") -> dict[str, tuple[Any, Any]]:
    """What differs between two sights, by where it stands."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        pairs = [(f"{where}/{key}", before.get(key), after.get(key)) for key in keys]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(f"{where}[{number}]", *pair) for number, pair in enumerate(zip(before, after, strict=True))]
    else:
        return {} if before == after else {where: (before, after)}
    return {place: values for pair in pairs for place, values in changed(pair[1], pair[2], pair[0]).items()}
