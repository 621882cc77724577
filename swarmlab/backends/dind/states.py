"""The named states of a lab, built out of empty engines: the swarm, and the first service in it.

Making engines empty is not done here: a new container for each node is as fast as leaving a swarm, and always works.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final

from docker import DockerClient
from docker.errors import APIError

from swarmlab.backends.dind.labels import in_parallel
from swarmlab.backends.dind.nodes import NodeContainer
from swarmlab.backends.dind.registry import NEEDED_IMAGE, PINGED_NAME
from swarmlab.client.protocols import LabState

MANAGER: Final = "docker-swarm-3"
"""The manager of the workbook's source text, in every state that has one."""

SWARM_PORT: Final = 2377
SUBNET_SIZE: Final = 24
SERVICE_NAME: Final = "helloworld"
FORM_TIMEOUT_S: Final = 60
POLL_S: Final = 0.05


class StateNotReached(Exception):
    """The lab did not come to the named state in time."""


def build(nodes: Mapping[str, NodeContainer], state: LabState) -> None:
    """Build a named state out of empty engines.

    Raises:
        StateNotReached: it took too long.
    """
    if state != "separate":
        _form(nodes, role="manager" if state == "three-managers" else "worker")
    if state == "helloworld":
        with closing(nodes[MANAGER].connect(FORM_TIMEOUT_S)) as manager:
            _create_helloworld(manager)


def _form(nodes: Mapping[str, NodeContainer], *, role: str) -> None:
    with closing(nodes[MANAGER].connect(FORM_TIMEOUT_S)) as manager:
        address = nodes[MANAGER].plan.address
        # An empty list of pools and the size are what the docker command sends; without them `docker info` differs.
        manager.swarm.init(address, f"0.0.0.0:{SWARM_PORT}", default_addr_pool=[], subnet_size=SUBNET_SIZE)
        manager.swarm.reload()
        token = manager.swarm.attrs["JoinTokens"][role.title()]
        others = [node for name, node in nodes.items() if name != MANAGER]
        # Managers one after the other: each changes who votes.
        if role == "worker":
            in_parallel(lambda node: _join(node, address, token), others)
        else:
            for node in others:
                _join(node, address, token)
        _wait("all nodes to be ready", lambda: _ready_nodes(manager) == len(nodes))


def _join(node: NodeContainer, manager_address: str, token: str) -> None:
    with closing(node.connect(FORM_TIMEOUT_S)) as client:
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
    data = manager.images.get_registry_data(NEEDED_IMAGE)
    platforms = [{"Architecture": one["architecture"], "OS": one["os"]} for one in data.attrs["Platforms"]]
    spec = {
        "Name": SERVICE_NAME,
        "Labels": {},
        "TaskTemplate": {
            "ContainerSpec": {
                "Image": f"{NEEDED_IMAGE}@{data.id}",
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
