"""Networks that a manager, a worker and a host in no swarm refuse to make: status and words."""

from __future__ import annotations

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, WORKER, Spec, ask, demand

STARTS_FROM = "formed"

MULTI_HOST = "Cannot create a multi-host network from a worker node. Please create the network from a manager node."
NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
CONFIGURED = "user specified configurations are not supported if the network depends on a configuration network"
BRIDGE, HOST, NONE = ({"Name": name} for name in ("bridge", "host", "none"))
OF_THE_SWARM = {"Name": "x", "Scope": "swarm"}
LAN = {"Name": "x", "Scope": "swarm", "Driver": "macvlan"}
OVERLAY = {"Name": "x", "Driver": "overlay"}
FROM_NOWHERE = {"Name": "x", "ConfigFrom": {"Network": "nosuch"}, "IPAM": {"Driver": "nosuch"}}


def predefined(name: str) -> str:
    """The words about a network that every host has."""
    return f"operation is not permitted on predefined {name} network "


REFUSED: dict[str, tuple[str, Spec, int, str]] = {
    "of the swarm, no driver": (
        MANAGER,
        OF_THE_SWARM,
        400,
        "rpc error: code = InvalidArgument desc = driver name: if driver is specified name is required",
    ),
    "bridge": (MANAGER, BRIDGE, 409, "network with name bridge already exists"),
    "host": (MANAGER, HOST, 409, "network with name host already exists"),
    "none": (MANAGER, NONE, 403, predefined("none")),
    "configured twice": (MANAGER, FROM_NOWHERE, 403, CONFIGURED),
    "a worker: bridge": (WORKER, BRIDGE, 403, predefined("bridge")),
    "a worker: host": (WORKER, HOST, 403, predefined("host")),
    "a worker: none": (WORKER, NONE, 403, predefined("none")),
    "a worker: bridge, no driver": (WORKER, {**BRIDGE, "Driver": "nosuch"}, 403, predefined("bridge")),
    "a worker: of the swarm, no driver": (WORKER, OF_THE_SWARM, 403, MULTI_HOST),
    "a worker: of a LAN": (WORKER, LAN, 403, MULTI_HOST),
    "a worker: overlay": (WORKER, OVERLAY, 403, NO_MANAGER),
    "no swarm: of the swarm, no driver": (
        OTHER,
        OF_THE_SWARM,
        403,
        "cannot create a swarm scoped network when swarm is not active",
    ),
    "no swarm: of a LAN": (OTHER, LAN, 403, "cannot create a swarm scoped network when swarm is not active"),
    "no swarm: overlay": (OTHER, OVERLAY, 403, NO_MANAGER),
}


@pytest.fixture(scope="module")
def refused(lab: Lab) -> dict[str, tuple[int, str]]:
    """Each is asked for once; docker-swarm-2 has left the swarm."""
    demand(lab[OTHER], "POST", "/swarm/leave")
    answers = {what: ask(lab[who], "POST", "/networks/create", body) for what, (who, body, _, _) in REFUSED.items()}
    return {what: (answer.status_code, answer.json().get("message", "")) for what, answer in answers.items()}


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_host_makes(refused: dict[str, tuple[int, str]], what: str) -> None:
    """Which refusal comes first depends on what the host is."""
    _, _, status, message = REFUSED[what]
    assert refused[what] == (status, message)
