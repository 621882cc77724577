"""The named states of a lab, built out of empty engines: the swarm, and the first service in it.

Making engines empty is not done here: each backend of real engines has its own way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final, Protocol

from docker import DockerClient
from docker.errors import APIError

from swarmlab.backends.parallel import in_parallel
from swarmlab.client.protocols import LabState

MANAGER: Final = "docker-swarm-3"
"""The manager of the workbook's source text, in every state that has one."""

SWARM_PORT: Final = 2377
SUBNET_SIZE: Final = 24
SERVICE_NAME: Final = "helloworld"
SERVICE_IMAGE: Final = "alpine:latest"
PINGED_NAME: Final = "docker.com"
FORM_TIMEOUT_S: Final = 60
POLL_S: Final = 0.05


class StateNotReached(Exception):
    """The lab did not come to the named state in time."""


class Engine(Protocol):
    """One host's engine, to build a state of."""

    @property
    def address(self) -> str:
        """The one that it advertises."""
        ...

    def connect(self, timeout_s: int) -> DockerClient:
        """A new client, which the caller closes."""
        ...


def build(engines: Mapping[str, Engine], state: LabState, *, manager: str = MANAGER) -> None:
    """Build a named state out of empty engines.

    Args:
        engines: by their hosts' names.
        state: which.
        manager: the host that makes the swarm.

    Raises:
        StateNotReached: it took too long.
    """
    if state != "separate":
        _form(engines, manager, role="manager" if state == "three-managers" else "worker")
    if state == "helloworld":
        with closing(engines[manager].connect(FORM_TIMEOUT_S)) as client:
            _create_helloworld(client)


def _form(engines: Mapping[str, Engine], first: str, *, role: str) -> None:
    with closing(engines[first].connect(FORM_TIMEOUT_S)) as manager:
        address = engines[first].address
        # An empty list of pools and the size are what the docker command sends; without them `docker info` differs.
        manager.swarm.init(address, f"0.0.0.0:{SWARM_PORT}", default_addr_pool=[], subnet_size=SUBNET_SIZE)
        manager.swarm.reload()
        token = manager.swarm.attrs["JoinTokens"][role.title()]
        others = [engine for name, engine in engines.items() if name != first]
        # Managers one after the other: each changes who votes.
        if role == "worker":
            in_parallel(lambda engine: _join(engine, address, token), others)
        else:
            for engine in others:
                _join(engine, address, token)
        _wait("all nodes to be ready", lambda: _ready_nodes(manager) == len(engines))


def _join(engine: Engine, manager_address: str, token: str) -> None:
    with closing(engine.connect(FORM_TIMEOUT_S)) as client:
        client.swarm.join(
            remote_addrs=[f"{manager_address}:{SWARM_PORT}"], join_token=token, listen_addr=f"0.0.0.0:{SWARM_PORT}"
        )


def _ready_nodes(manager: DockerClient) -> int:
    return sum(_is_ready(node.attrs) for node in manager.nodes.list())


def _is_ready(node: Mapping[str, Any]) -> bool:
    reachability = node.get("ManagerStatus", {}).get("Reachability", "reachable")
    return bool(node["Status"]["State"] == "ready" and reachability == "reachable")


def _create_helloworld(manager: DockerClient) -> None:
    """`docker service create --replicas 1 --name helloworld alpine ping docker.com`, and wait until it runs.

    What is sent is what the CLI sends, the image's digest and platforms included (recorded from CLI 28.2.2). The SDK's
    own `services.create` would leave some of it out.
    """
    data = manager.images.get_registry_data(SERVICE_IMAGE)
    platforms = [{"Architecture": one["architecture"], "OS": one["os"]} for one in data.attrs["Platforms"]]
    spec = {
        "Name": SERVICE_NAME,
        "Labels": {},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": f"{SERVICE_IMAGE}@{data.id}",
                "Args": ["ping", PINGED_NAME],
                "Init": False,
                "DNSConfig": {},
            },
            "Resources": {"Limits": {}, "Reservations": {}},
            "Placement": {"Platforms": platforms},
            "ForceUpdate": 0,
        },
        "Mode": {"Replicated": {"Replicas": 1}},
        "EndpointSpec": {"Mode": "vip"},
    }
    _post(manager, "/services/create", spec)
    _wait(f"the service {SERVICE_NAME} to run", lambda: _runs(manager))


def _runs(manager: DockerClient) -> bool:
    tasks = manager.api.tasks(filters={"service": SERVICE_NAME})  # type: ignore[no-untyped-call]
    return any(task["Status"]["State"] == "running" for task in tasks)


def _post(client: DockerClient, path: str, body: Mapping[str, Any]) -> None:
    response = client.api.post(f"{client.api.base_url}/v{client.api.api_version}{path}", json=body)
    if not response.ok:
        raise APIError(response.text, response=response)


def _wait(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + FORM_TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise StateNotReached(f"waited {FORM_TIMEOUT_S} s for {what}")
        time.sleep(POLL_S)
