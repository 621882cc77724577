"""What the stories are told with: requests, the services they run, where its tasks are, waiting for what a look shows.

Everything goes through the lab: the nodes' clients and the lab's clock. Requests are raw ones, since the docker SDK
changes what is sent: it reads a service with defaults filled in and writes them back.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from requests import Response

from swarmlab.client.cluster import Node
from swarmlab.lab import Lab
from tests.needs import has_docker_command
from tests.transcripts.typed import Typist

T = TypeVar("T")
Spec = dict[str, Any]

WORKER, OTHER, MANAGER = "docker-swarm-1", "docker-swarm-2", "docker-swarm-3"
SERVICE = "helloworld"
NS = 10**9

_TIMEOUT_S = 60
_AGE = re.compile(r"(Less than a second|About an? \w+|\d+ \w+) ago")


def ask(node: Node, method: str, path: str, body: object = None) -> Response:
    """Send one request to a node's engine; refusals are answers, too."""
    api: Any = node.client.api
    answer: Response = api.request(method, f"{api.base_url}/v{api.api_version}{path}", json=body, timeout=_TIMEOUT_S)
    return answer


def demand(node: Node, method: str, path: str, body: object = None) -> Any:
    """Send one request that must not be refused; returns its JSON, if it has any."""
    answer = ask(node, method, path, body)
    assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def said(answer: Response) -> tuple[int, str]:
    """Status and words of an answer."""
    return answer.status_code, answer.json()["message"] if answer.content else ""


def type_line(lab: Lab, node: str, line: str) -> list[str]:
    """Type a line with the real docker CLI, if there is one; what it prints, without what differs from lab to lab."""
    if not has_docker_command():
        return []
    printed = typist(lab).type(node, line)
    # The CLI counts from today, manual time from where it began.
    return typist(lab).comparable(_AGE.sub("<age> ago", printed))


def typist(lab: Lab) -> Typist:
    """Types on the lab's nodes."""
    return Typist(lab.backend.hosts, lab.backend.docker_config)


def wait_for(lab: Lab, look: Callable[[], T], expected: T, *, timeout_s: float = 60) -> float:
    """Look until the look shows what is expected; returns how many lab seconds that took."""
    began = lab.clock.now()

    def missing() -> str:
        seen = look()
        return "" if seen == expected else repr(seen)

    lab.wait_until(missing, repr(expected), timeout_s=timeout_s)
    return (lab.clock.now() - began).total_seconds()


def timed(lab: Lab, act: Callable[[], T]) -> tuple[T, float]:
    """What an act returns, and how many lab seconds it took."""
    began = lab.clock.now()
    result = act()
    return result, (lab.clock.now() - began).total_seconds()


# --- nodes ---------------------------------------------------------------------------------------------------------


def states(lab: Lab, name: str) -> list[str]:
    """The states of all records of a host, in the order of their words."""
    return sorted(node.state for node in lab.snapshot().nodes if node.name == name)


def set_availability(lab: Lab, name: str, availability: str) -> None:
    """`docker node update --availability`."""
    manager = lab.manager()
    node = demand(manager, "GET", f"/nodes/{name}")
    spec = {**node["Spec"], "Availability": availability}
    demand(manager, "POST", f"/nodes/{node['ID']}/update?version={node['Version']['Index']}", spec)


def join_token(lab: Lab) -> str:
    """`docker swarm join-token -q worker`."""
    token: str = demand(lab.manager(), "GET", "/swarm")["JoinTokens"]["Worker"]
    return token


def join(lab: Lab, name: str, token: str, address: str) -> Response:
    """`docker swarm join`."""
    body = {"ListenAddr": "0.0.0.0:2377", "RemoteAddrs": [f"{address}:2377"], "JoinToken": token}
    return ask(lab[name], "POST", "/swarm/join", body)


# --- services ------------------------------------------------------------------------------------------------------


def create_service(
    lab: Lab,
    name: str = SERVICE,
    *,
    replicas: int = 1,
    args: tuple[str, ...] = ("ping", "docker.com"),
    stop_grace_s: float = 1,
    mounts: Sequence[Spec] = (),
    **template: object,
) -> None:
    """A replicated service of alpine, converged.

    `ping` as process 1 ignores SIGTERM: with a short grace period its end need not be waited for.
    """
    container: Spec = {"Image": "alpine:latest", "Args": list(args), "StopGracePeriod": int(stop_grace_s * NS)}
    if mounts:
        container["Mounts"] = mounts
    spec = {
        "Name": name,
        "TaskTemplate": {"ContainerSpec": container, **template},
        "Mode": {"Replicated": {"Replicas": replicas}},
    }
    demand(lab.manager(), "POST", "/services/create", spec)
    lab.wait_converged(name)


def update_service(lab: Lab, change: Callable[[Spec], None], name: str = SERVICE) -> None:
    """Read a service's specification, change it, send it back."""
    manager = lab.manager()
    service = demand(manager, "GET", f"/services/{name}")
    spec = copy.deepcopy(service["Spec"])
    change(spec)
    demand(manager, "POST", f"/services/{service['ID']}/update?version={service['Version']['Index']}", spec)


def scale(lab: Lab, replicas: int) -> None:
    """`docker service scale`, converged."""
    update_service(lab, lambda spec: spec["Mode"]["Replicated"].update(Replicas=replicas))
    lab.wait_converged(SERVICE)


def force_update(lab: Lab) -> None:
    """`docker service update --force`, converged."""
    update_service(lab, lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    lab.wait_converged(SERVICE)


def running_tasks(lab: Lab) -> int:
    """The first number that `docker service ls` shows under REPLICAS."""
    (service,) = demand(lab.manager(), "GET", "/services?status=true")
    running: int = service["ServiceStatus"]["RunningTasks"]
    return running


def placement(lab: Lab) -> dict[str, int]:
    """How many tasks that are meant to run do run, by host."""
    snapshot = lab.snapshot()
    hosts = [
        node.name
        for task in snapshot.tasks
        if task.desired_state == task.state == "running" and (node := snapshot.node(task.node_id))
    ]
    return {host: hosts.count(host) for host in sorted(set(hosts))}
