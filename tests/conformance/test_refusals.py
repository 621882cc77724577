"""What Swarm refuses, with its words and its status. The words were recorded from engines 28.5.2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, SERVICE, WORKER, ask, create_service, demand, typist

STARTS_FROM = "formed"

NO_MANAGER = 'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node '
WORKERS_MAY_NOT = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. "
    "Please run this command on a manager node or promote the current node to a manager."
)
ALREADY_IN = 'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
LAST_MANAGER = (
    "You are attempting to leave the swarm on a node that is participating as a manager. Removing the last manager "
    "erases all current state of the swarm. Use `--force` to ignore this message. "
)
ADVERTISE = "advertise address must be a non-zero IP address or network interface (with optional port number)"
LISTEN = "listen address must be an IP address or network interface (with optional port number)"
INVALID, UNKNOWN, EXISTS, FAILED, UNIMPLEMENTED = (
    f"rpc error: code = {code} desc = "
    for code in ("InvalidArgument", "Unknown", "AlreadyExists", "FailedPrecondition", "Unimplemented")
)
ANYWHERE = "0.0.0.0:2377"
TASK = {"ContainerSpec": {"Image": "alpine:latest"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A request and its refusal.

    `path` and strings of `body` may hold `{manager}` and `{worker}` (ids), `{version}` (the service's),
    `{worker_version}`, `{manager_version}`, `{token}`, `{wrong_token}`, `{address}` (the manager's).
    """

    what: str
    node: str
    method: str
    path: str
    body: object = None
    status: int
    message: str


def service(**changes: object) -> dict[str, object]:
    """A service like the one that runs."""
    return {"Name": SERVICE, "TaskTemplate": TASK, "Mode": {"Replicated": {"Replicas": 1}}, **changes}


REFUSALS = [
    # who may be asked
    Refusal(
        what="create on a worker", node=WORKER, method="POST", path="/services/create", body=service(Name="other"),
        status=503, message=WORKERS_MAY_NOT,
    ),
    Refusal(what="node ls on a worker", node=WORKER, method="GET", path="/nodes", status=503, message=WORKERS_MAY_NOT),
    Refusal(
        what="service rm on a worker", node=WORKER, method="DELETE", path=f"/services/{SERVICE}",
        status=503, message=WORKERS_MAY_NOT,
    ),
    Refusal(
        what="service ls in no swarm", node=OTHER, method="GET", path="/services",
        status=503, message=NO_MANAGER + "to swarm and try again.",
    ),
    # joining and leaving
    Refusal(
        what="join with no token", node=OTHER, method="POST", path="/swarm/join",
        body={"ListenAddr": ANYWHERE, "RemoteAddrs": ["{address}:2377"], "JoinToken": "nonsense"},
        status=500, message="invalid join token",
    ),
    Refusal(
        what="join with a wrong token", node=OTHER, method="POST", path="/swarm/join",
        body={"ListenAddr": ANYWHERE, "RemoteAddrs": ["{address}:2377"], "JoinToken": "{wrong_token}"},
        status=400, message=INVALID + "A valid join token is necessary to join this cluster",
    ),
    Refusal(
        what="join nobody", node=OTHER, method="POST", path="/swarm/join",
        body={"ListenAddr": ANYWHERE, "RemoteAddrs": [], "JoinToken": "{token}"},
        status=400, message="at least 1 RemoteAddr is required to join",
    ),
    Refusal(
        what="join twice", node=WORKER, method="POST", path="/swarm/join",
        body={"ListenAddr": ANYWHERE, "RemoteAddrs": ["{address}:2377"], "JoinToken": "{token}"},
        status=503, message=ALREADY_IN,
    ),
    Refusal(
        what="init in a swarm", node=MANAGER, method="POST", path="/swarm/init",
        body={"ListenAddr": ANYWHERE, "AdvertiseAddr": "{address}"}, status=503, message=ALREADY_IN,
    ),
    Refusal(
        what="leave as the last manager", node=MANAGER, method="POST", path="/swarm/leave",
        status=503, message=LAST_MANAGER,
    ),
    Refusal(
        what="leave in no swarm", node=OTHER, method="POST", path="/swarm/leave",
        status=503, message="This node is not part of a swarm",
    ),
    # addresses
    *(
        Refusal(
            what=f"advertise {address}", node=OTHER, method="POST", path="/swarm/init",
            body={"ListenAddr": ANYWHERE, "AdvertiseAddr": address}, status=400, message=ADVERTISE,
        )
        for address in ("nosuch", "0.0.0.0", "eth9:2377", "300.1.2.3")
    ),
    Refusal(
        what="listen on nonsense", node=OTHER, method="POST", path="/swarm/init",
        body={"ListenAddr": "nosuch", "AdvertiseAddr": "10.0.0.1"}, status=400, message=LISTEN,
    ),
    # nodes
    Refusal(
        what="remove a ready worker", node=MANAGER, method="DELETE", path="/nodes/{worker}",
        status=400, message=FAILED + "node <id> is not down and can't be removed",
    ),
    Refusal(
        what="remove a manager", node=MANAGER, method="DELETE", path="/nodes/{manager}",
        status=400,
        message=FAILED + "node <id> is a cluster manager and is a member of the raft cluster. "
        "It must be demoted to worker before removal",
    ),
    Refusal(
        what="remove no node", node=MANAGER, method="DELETE", path="/nodes/nosuch",
        status=404, message="node nosuch not found",
    ),
    Refusal(
        what="demote the last manager", node=MANAGER, method="POST",
        path="/nodes/{manager}/update?version={manager_version}", body={"Role": "worker", "Availability": "active"},
        status=400, message=FAILED + "attempting to demote the last manager of the swarm",
    ),
    Refusal(
        what="update a node too late", node=MANAGER, method="POST", path="/nodes/{worker}/update?version=1",
        body={"Role": "worker", "Availability": "drain"}, status=500, message=UNKNOWN + "update out of sequence",
    ),
    Refusal(
        what="a node of no availability", node=MANAGER, method="POST",
        path="/nodes/{worker}/update?version={worker_version}", body={"Role": "worker", "Availability": "lazy"},
        status=400, message='invalid Availability: "lazy"',
    ),
    # services
    *(
        Refusal(
            what=f"the name {name}", node=MANAGER, method="POST", path="/services/create", body=service(Name=name),
            status=409, message=EXISTS + f"name conflicts with an existing object: service {name} already exists",
        )
        for name in ("helloworld", "HelloWorld")
    ),
    *(
        Refusal(
            what=f"the name {name[:12]}", node=MANAGER, method="POST", path="/services/create",
            body=service(Name=name), status=400, message=INVALID + words,
        )
        for name, words in (
            ("hello world", "name must be valid as a DNS name component"),
            ("-hello", "name must be valid as a DNS name component"),
            ("h" * 64, "name must be 63 characters or fewer"),
        )
    ),
    Refusal(
        what="no image", node=MANAGER, method="POST", path="/services/create",
        body=service(Name="other", TaskTemplate={"ContainerSpec": {}}), status=400,
        message=INVALID + "ContainerSpec: image reference must be provided",
    ),
    Refusal(
        what="a constraint of no sense", node=MANAGER, method="POST", path="/services/create",
        body=service(Name="other", TaskTemplate={**TASK, "Placement": {"Constraints": ["node.role=worker"]}}),
        status=500, message=UNKNOWN + "constraint expected one operator from ==, !=",
    ),
    Refusal(
        what="no such network", node=MANAGER, method="POST", path="/services/create",
        body=service(Name="other", TaskTemplate={**TASK, "Networks": [{"Target": "nosuch"}]}),
        status=500, message="network nosuch not found",
    ),
    Refusal(
        what="no such service", node=MANAGER, method="GET", path="/services/nosuch",
        status=404, message="service nosuch not found",
    ),
    Refusal(
        what="remove no service", node=MANAGER, method="DELETE", path="/services/nosuch",
        status=404, message="service nosuch not found",
    ),
    Refusal(
        what="update a service too late", node=MANAGER, method="POST", path=f"/services/{SERVICE}/update?version=1",
        body=service(), status=500, message=UNKNOWN + "update out of sequence",
    ),
    Refusal(
        what="another name", node=MANAGER, method="POST", path=f"/services/{SERVICE}/update?version={{version}}",
        body=service(Name="other"), status=501, message=UNIMPLEMENTED + "renaming services is not supported",
    ),
    Refusal(
        what="another mode", node=MANAGER, method="POST", path=f"/services/{SERVICE}/update?version={{version}}",
        body=service(Mode={"Global": {}}), status=501, message=UNIMPLEMENTED + "service mode change is not allowed",
    ),
    Refusal(
        what="back to nothing", node=MANAGER, method="POST",
        path=f"/services/{SERVICE}/update?version={{version}}&rollback=previous", body=service(),
        status=400, message=FAILED + "service <id> does not have a previous spec",
    ),
    Refusal(
        what="a negative tail", node=MANAGER, method="GET", path=f"/services/{SERVICE}/logs?stdout=1&tail=-1",
        status=500, message="negative tail values not supported",
    ),
    Refusal(
        what="no such task", node=MANAGER, method="GET", path="/tasks/nosuch",
        status=404, message="task nosuch not found",
    ),
    # one host
    Refusal(
        what="no such container", node=WORKER, method="DELETE", path="/containers/nosuch",
        status=404, message="No such container: nosuch",
    ),
    Refusal(
        what="no such volume", node=WORKER, method="DELETE", path="/volumes/nosuch",
        status=404, message="get nosuch: no such volume",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def values(lab: Lab) -> dict[str, Any]:
    """A manager with one worker and one service, a third engine in no swarm; what requests may name."""
    demand(lab[OTHER], "POST", "/swarm/leave")
    create_service(lab)
    manager, worker = (demand(lab[MANAGER], "GET", f"/nodes/{name}") for name in (MANAGER, WORKER))
    token = demand(lab[MANAGER], "GET", "/swarm")["JoinTokens"]["Worker"]
    return {
        "manager": manager["ID"],
        "worker": worker["ID"],
        "manager_version": manager["Version"]["Index"],
        "worker_version": worker["Version"]["Index"],
        "version": demand(lab[MANAGER], "GET", f"/services/{SERVICE}")["Version"]["Index"],
        "address": lab[MANAGER].address,
        "token": token,
        "wrong_token": token[:-1] + ("0" if token[-1] != "0" else "1"),
    }


def filled_in(template: object, values: dict[str, Any]) -> object:
    """Put the values in the place of their names."""
    match template:
        case str():
            return template.format(**values)
        case list():
            return [filled_in(item, values) for item in template]
        case dict():
            return {key: filled_in(value, values) for key, value in template.items()}
    return template


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.what)
def test_a_refusal_reads_as_on_a_real_engine(lab: Lab, values: dict[str, Any], refusal: Refusal) -> None:
    """Status and words."""
    path = str(filled_in(refusal.path, values))
    answer = ask(lab[refusal.node], refusal.method, path, filled_in(refusal.body, values))
    message = " ".join(typist(lab).comparable(answer.json()["message"]))
    assert (answer.status_code, message) == (refusal.status, " ".join(typist(lab).comparable(refusal.message)))
