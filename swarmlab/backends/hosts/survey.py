"""What is on the hosts before a lab begins: engines, versions, swarms. And what a lab cannot be made of.

Owns the look at the hosts, which changes nothing, and the refusals that come of it: each names the host and what to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from docker import DockerClient
from docker.errors import DockerException
from requests.exceptions import RequestException

from swarmlab.backends.hosts.endpoints import EndpointFailed, connect
from swarmlab.backends.hosts.ledger import Entry
from swarmlab.backends.hosts.membership import is_in_swarm, membership
from swarmlab.backends.hosts.settings import HostSettings, HostsSettings
from swarmlab.backends.states import SERVICE_NAME
from swarmlab.client.protocols import LabState

MANAGERS = 3
"""Of the state `three-managers`."""


class HostsRefused(Exception):
    """No lab can be made of these hosts as they are; the text says what is there and what to do. All is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one host's engine says.

    Attributes:
        host: as lab.toml has it.
        hostname: as the engine itself has it.
        version: of Docker.
        swarm: what `docker info` says of the swarm.
        node_ids: of the nodes that it lists; None if it is no manager, or has no leader.
        services: the names that it lists.
    """

    host: HostSettings
    hostname: str
    version: str
    swarm: Mapping[str, Any]
    node_ids: frozenset[str] | None
    services: frozenset[str]

    @property
    def name(self) -> str:
        """The host's name."""
        return self.host.name

    @property
    def is_manager(self) -> bool:
        """Whether it manages the swarm that it is in."""
        return bool(self.swarm.get("ControlAvailable"))

    @property
    def in_words(self) -> str:
        """What it is just now."""
        if not is_in_swarm(self.swarm):
            return f"{self.name} is in no swarm"
        return f"{self.name} is a {'manager' if self.is_manager else 'worker'}"


def survey(settings: HostsSettings, entries: Sequence[Entry] = ()) -> Sequence[Sight]:
    """Look at every host, at all of them at the same time.

    Args:
        settings: the hosts.
        entries: of the ledger; what is left of a swarm of the lab's own is no other swarm.

    Raises:
        HostsRefused: one cannot be reached, is not the host that lab.toml says, or does not fit the others.
    """
    with ThreadPoolExecutor(max_workers=len(settings.hosts)) as pool:
        found = list(pool.map(_look, settings.hosts))
    if failed := [str(one) for one in found if isinstance(one, Exception)]:
        raise HostsRefused("\n".join(failed))
    sights = [one for one in found if isinstance(one, Sight)]
    problems = [*_other_names(settings, sights), *_other_versions(sights), *_other_swarms(sights, entries)]
    if problems:
        raise HostsRefused("\n".join(problems))
    return sights


def _look(host: HostSettings) -> Sight | Exception:
    try:
        with closing(connect(host)) as client:
            return _see(host, client)
    except EndpointFailed as error:
        return error
    except (DockerException, RequestException) as error:
        return HostsRefused(f"{host.name}: its engine does not say what it is: {error}. Try `docker info` there.")


def _see(host: HostSettings, client: DockerClient) -> Sight:
    info = client.info()
    node_ids, services = None, frozenset[str]()
    if info["Swarm"].get("ControlAvailable"):
        try:
            node_ids = frozenset(str(node.id) for node in client.nodes.list())
            services = frozenset(str(service.name) for service in client.services.list())
        except (DockerException, RequestException):  # there is no leader: it says so when it is asked for more
            pass
    return Sight(
        host=host,
        hostname=str(info.get("Name", "")),
        version=str(info.get("ServerVersion", "")),
        swarm=info["Swarm"],
        node_ids=node_ids,
        services=services,
    )


def _other_names(settings: HostsSettings, sights: Sequence[Sight]) -> list[str]:
    return [
        f"{settings.where(sight.host)}: the host at {sight.host.endpoint} is named {sight.hostname}, not {sight.name}."
        f" Write that name, or change it there: sudo hostnamectl set-hostname {sight.name}; sudo systemctl"
        " restart docker"
        for sight in sights
        if sight.hostname != sight.name
    ]


def _other_versions(sights: Sequence[Sight]) -> list[str]:
    releases = {re.match(r"\d+\.\d+|", sight.version)[0] for sight in sights}  # type: ignore[index]  # always matches
    if len(releases) < 2:
        return []
    seen = ", ".join(f"{sight.name} has {sight.version}" for sight in sights)
    return [f"The hosts have different versions of Docker: {seen}. Install the newest of them on all."]


def _other_swarms(sights: Sequence[Sight], entries: Sequence[Entry]) -> list[str]:
    """Nodes of another swarm than the one that the first manager knows."""
    first = next((sight for sight in sights if sight.node_ids is not None), None)
    if first is None or first.node_ids is None:
        return []
    return [
        f"{sight.name} is a node of another swarm than the one that {first.name} manages. Take it out of lab.toml, or"
        " let it leave that swarm: docker swarm leave"
        for sight in sights
        if sight.swarm.get("NodeID")
        and sight.swarm["NodeID"] not in first.node_ids
        and "foreign" in (membership(one.name, one.swarm, entries) for one in (first, sight))
    ]


def why_not(state: LabState, sights: Sequence[Sight], manager: str) -> str:
    """Why a swarm that is there is not in a named state, and what would have to be done; nothing if it is.

    Args:
        state: that a lesson wants to begin with.
        sights: the hosts.
        manager: the host that manages in the states with one manager.
    """
    wanted = {sight.name: _role(state, sight.name, manager) for sight in sights}
    if any(_role_of(sight) != wanted[sight.name] for sight in sights):
        there = "; ".join(sight.in_words for sight in sights)
        return (
            f"a swarm is there that this lab did not form ({there}), and the state {state} needs"
            f" {_NEEDS[state].format(manager=manager)}. The lab does not change that. Use other hosts, or do it by"
            f" hand: {_STEPS[state]}"
        )
    managers = [sight for sight in sights if sight.is_manager]
    if state == "helloworld" and not any(SERVICE_NAME in sight.services for sight in managers):
        return (
            f"the swarm that is there has no service {SERVICE_NAME}. Create it on {manager}: docker service create"
            f" --name {SERVICE_NAME} alpine ping docker.com"
        )
    return ""


def _role(state: LabState, host: str, manager: str) -> str:
    if state == "separate":
        return "none"
    return "manager" if state == "three-managers" or host == manager else "worker"


def _role_of(sight: Sight) -> str:
    return ("manager" if sight.is_manager else "worker") if is_in_swarm(sight.swarm) else "none"


_NEEDS = {
    "separate": "hosts that are in no swarm",
    "formed": "{manager} as the only manager and the others as workers",
    "three-managers": "every host as a manager",
    "helloworld": "{manager} as the only manager and the others as workers",
}
_STEPS = {
    "separate": "docker swarm leave on each host.",
    "formed": "docker node promote and docker node demote.",
    "three-managers": "docker node promote on the workers.",
    "helloworld": "docker node promote and docker node demote.",
}
