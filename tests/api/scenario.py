"""Requests that are sent to real engines and to simulated ones, and the shape of what comes back.

`python -m tests.api.scenario DIR/docker-swarm-3.sock DIR/docker-swarm-1.sock ADDRESS` sends them to two engines in no
swarm (ADDRESS is the first one's) and keeps the answers' shapes in recorded/answers.json.
"""

from __future__ import annotations

import http.client
import json
import re
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

RECORDED = Path(__file__).parent / "recorded" / "answers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer: its status, what it says it is, and its body."""

    status: int
    content_type: str
    body: bytes

    def json(self) -> object:
        """The body, read; of several lines the list of them."""
        text = self.body.decode()
        try:
            return json.loads(text)
        except ValueError:
            return [json.loads(line) for line in text.splitlines()]


class Engines(Protocol):
    """Two engines: `manager`, and `worker`."""

    address: str

    def ask(self, node: str, method: str, path: str, body: object = None) -> Answered:
        """Send one request."""

    def wait(self, seconds: float) -> None:
        """Let engine time pass."""


class Play:
    """Sends the scenario's requests and keeps the answers by name."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.answers: dict[str, Answered] = {}

    def ask(self, name: str, method: str, path: str, body: object = None, *, node: str = "manager") -> object:
        """Send a request, keep the answer under a name, return its JSON."""
        answered = self.engines.ask(node, method, path, body)
        assert name not in self.answers, name
        self.answers[name] = answered
        return answered.json() if answered.content_type == "application/json" and answered.body else None

    def get(self, name: str, path: str, *, node: str = "manager") -> object:
        """Ask for something."""
        return self.ask(name, "GET", path, node=node)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Let engine time pass until something holds."""
        for _ in range(120):
            if condition():
                return
            self.engines.wait(0.25)
        raise AssertionError("this never came to pass")

    def all_running(self) -> bool:
        """Whether every task that is to run runs."""
        tasks = self.engines.ask("manager", "GET", "/tasks").json()
        assert isinstance(tasks, list)
        return bool(tasks) and all(task["Status"]["State"] == "running" for task in tasks)


CONTAINER_SPEC = {"Image": "alpine:latest", "Args": ["ping", "docker.com"], "Init": False, "DNSConfig": {}}
HELLOWORLD = {
    "Name": "helloworld",
    "Labels": {},
    "TaskTemplate": {
        "ContainerSpec": CONTAINER_SPEC,
        "Resources": {"Limits": {}, "Reservations": {}},
        "Placement": {"Platforms": [{"Architecture": "amd64", "OS": "linux"}]},
        "ForceUpdate": 0,
    },
    "Mode": {"Replicated": {"Replicas": 1}},
    "EndpointSpec": {"Mode": "vip"},
}
WEB = {
    "Name": "web",
    "Labels": {"tier": "front"},
    "TaskTemplate": {
        "ContainerSpec": {**CONTAINER_SPEC, "Mounts": [{"Type": "volume", "Source": "data", "Target": "/data"}]},
        "Placement": {"Constraints": ["node.role==manager"]},
        "Networks": [{"Target": "ov"}],
    },
    "Mode": {"Replicated": {"Replicas": 1}},
    "EndpointSpec": {"Ports": [{"TargetPort": 80, "PublishedPort": 8080}]},
}
EVERYWHERE = {
    "Name": "everywhere",
    "TaskTemplate": {"ContainerSpec": {"Image": "alpine:latest", "Args": ["sleep", "1000"]}},
    "Mode": {"Global": {}},
    "EndpointSpec": {"Ports": [{"TargetPort": 81, "PublishedPort": 8081, "PublishMode": "host"}]},
}


def play(engines: Engines) -> dict[str, Answered]:
    """Send all requests; returns the answers by name."""
    play = Play(engines)
    alone(play)
    images_and_containers(play)
    swarm_and_nodes(play)
    services_and_tasks(play)
    refusals(play)
    changes(play)
    removals(play)
    return play.answers


def alone(play: Play) -> None:
    """An engine in no swarm."""
    play.ask("ping", "GET", "/_ping")
    play.ask("ping head", "HEAD", "/_ping")
    play.get("version", "/version")
    play.get("info alone", "/info")
    play.get("swarm alone", "/swarm")
    play.get("networks alone", "/networks?filters={%22name%22:[%22^bridge$%22]}")
    play.get("no volumes", "/volumes")
    play.get("no containers", "/containers/json?all=1")
    play.get("no such page", "/nosuch")
    play.get("too new", "/v1.99/info")
    play.get("too old", "/v1.23/info")
    join = {"ListenAddr": "0.0.0.0:2377", "JoinToken": "x"}
    play.ask("join badly", "POST", "/swarm/join", {**join, "RemoteAddrs": [f"{play.engines.address}:2377"]})
    play.ask("join nobody", "POST", "/swarm/join", join)
    play.ask("join without listening", "POST", "/swarm/join", {"JoinToken": "x"})
    play.ask("leave alone", "POST", "/swarm/leave")
    play.ask("advertise nonsense", "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "nosuch"})


def images_and_containers(play: Play) -> None:
    """One host's own things."""
    images_and_volumes(play)
    containers(play)
    networks(play)


def images_and_volumes(play: Play) -> None:
    """What lies on a host."""
    play.get("no such image", "/images/alpine/json")
    play.ask("create without image", "POST", "/containers/create?name=c1", {"Image": "alpine"})
    play.ask("pull", "POST", "/images/create?fromImage=alpine&tag=latest")
    play.ask("pull again", "POST", "/images/create?fromImage=alpine&tag=latest")
    play.get("images", "/images/json")
    play.get("image", "/images/alpine/json")
    play.get("image history", "/images/alpine/history")
    play.get("distribution", "/distribution/alpine:latest/json")
    play.ask("create volume", "POST", "/volumes/create", {"Name": "data", "Labels": {"a": "b"}})
    play.get("volumes", "/volumes")
    play.get("volume", "/volumes/data")
    play.get("no such volume", "/volumes/nosuch")


def containers(play: Play) -> None:
    """A container from its making to its removal."""
    config = {
        "Image": "alpine",
        "Cmd": ["sleep", "1000"],
        "Env": ["A=B"],
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/anonymous": {}},
        "HostConfig": {
            "Binds": ["data:/data:ro"],
            "PortBindings": {"80/tcp": [{"HostPort": "9090"}]},
        },
    }
    play.ask("create container", "POST", "/containers/create?name=c1", config)
    play.ask("create it again", "POST", "/containers/create?name=c1", config)
    play.get("created container", "/containers/c1/json")
    play.ask("start", "POST", "/containers/c1/start")
    play.ask("start again", "POST", "/containers/c1/start")
    play.get("running container", "/containers/c1/json")
    play.get("running containers", "/containers/json")
    play.get("used volumes", "/volumes?filters={%22name%22:[%22data%22]}")
    play.ask("remove used volume", "DELETE", "/volumes/data")
    play.ask("remove running container", "DELETE", "/containers/c1")
    play.ask("stop", "POST", "/containers/c1/stop?t=1")
    play.ask("stop again", "POST", "/containers/c1/stop?t=1")
    play.ask("kill stopped", "POST", "/containers/c1/kill")
    play.ask("wait for stopped", "POST", "/containers/c1/wait")
    play.get("stopped container", "/containers/c1/json")
    play.get("all containers", "/containers/json?all=1")
    play.get("no running containers", "/containers/json")
    play.get("logs of c1", "/containers/c1/logs?stdout=1")
    play.get("logs of no stream", "/containers/c1/logs")
    play.ask("remove container", "DELETE", "/containers/c1?v=1")
    play.get("no such container", "/containers/c1/json")


def networks(play: Play) -> None:
    """A network of one host."""
    play.ask("create network", "POST", "/networks/create", {"Name": "br1", "Labels": {"a": "b"}})
    play.ask("create network again", "POST", "/networks/create", {"Name": "br1"})
    play.get("network", "/networks/br1")
    play.ask("remove network", "DELETE", "/networks/br1")
    play.ask("remove bridge", "DELETE", "/networks/bridge")
    play.ask("remove no network", "DELETE", "/networks/nosuch")


def swarm_and_nodes(play: Play) -> None:
    """A swarm of two."""
    address = play.engines.address
    play.ask("init", "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": address, "SubnetSize": 24})
    play.ask("init again", "POST", "/swarm/init", {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": address})
    swarm = play.get("swarm", "/swarm")
    assert isinstance(swarm, dict)
    token = swarm["JoinTokens"]["Worker"]
    wrong = token[:-1] + ("0" if token[-1] != "0" else "1")
    join = {"ListenAddr": "0.0.0.0:2377", "RemoteAddrs": [f"{address}:2377"], "JoinToken": token}
    play.ask("join wrongly", "POST", "/swarm/join", {**join, "JoinToken": wrong}, node="worker")
    play.ask("join", "POST", "/swarm/join", join, node="worker")
    play.get("nodes of a worker", "/nodes", node="worker")
    play.ask("ping manager", "GET", "/_ping")
    play.wait_for(lambda: b'"down"' not in play.engines.ask("manager", "GET", "/nodes").body)
    play.get("nodes", "/nodes?filters={%22role%22:[%22manager%22]}")
    play.get("node", "/nodes/docker-swarm-3")
    play.get("info of manager", "/info")
    play.get("info of worker", "/info", node="worker")
    play.get("unlock key", "/swarm/unlockkey")
    play.get("no secrets", "/secrets")
    play.get("no configs", "/configs")
    play.get("networks of a manager", "/networks?filters={%22name%22:[%22ingress%22]}")
    play.ask("leave as manager", "POST", "/swarm/leave")


def services_and_tasks(play: Play) -> None:
    """Three services, until all their tasks run."""
    overlay = {"Name": "ov", "Driver": "overlay", "Attachable": True, "Labels": {"a": "b"}}
    play.ask("create overlay", "POST", "/networks/create", overlay)
    play.get("unused overlay", "/networks/ov")
    play.ask("create service", "POST", "/services/create", HELLOWORLD)
    play.ask("create web", "POST", "/services/create", WEB)
    play.ask("create everywhere", "POST", "/services/create", EVERYWHERE)
    play.wait_for(play.all_running)
    for name in ("helloworld", "web", "everywhere"):
        play.get(f"service {name}", f"/services/{name}")
        play.get(f"service {name} in full", f"/services/{name}?insertDefaults=true")
        play.get(f"tasks of {name}", f'/tasks?filters={{"service":["{name}"]}}')
    play.get("services", "/services?status=true&filters={%22name%22:[%22hello%22]}")
    play.get("used overlay", "/networks/ov")
    listed = play.get("containers of a manager", "/containers/json?filters={%22name%22:[%22web%22]}")
    assert isinstance(listed, list)
    play.get("container of a task", f"/containers/{listed[0]['Id']}/json")
    play.engines.wait(2)
    play.get("service logs", "/services/helloworld/logs?stdout=1&tail=2&timestamps=1&details=1")


def refusals(play: Play) -> None:
    """Requests that are wrong."""
    play.get("unknown filter", '/services?filters={"foo":["a"]}')
    play.get("broken filter", "/services?filters=foo")
    play.get("tasks of nobody", '/tasks?filters={"service":["nosuch"]}')
    play.get("tasks on nowhere", '/tasks?filters={"node":["nosuch"]}')
    play.get("tasks desired oddly", '/tasks?filters={"desired-state":["odd"]}')
    play.get("nodes of an odd role", '/nodes?filters={"role":["odd"]}')
    play.get("no such service", "/services/nosuch")
    play.get("no such node", "/nodes/nosuch")
    play.get("no such task", "/tasks/nosuch")
    play.get("no such network", "/networks/nosuch")
    play.get("no such volume on a manager", "/volumes/nosuch")
    play.ask("remove no service", "DELETE", "/services/nosuch")
    play.ask("remove ready node", "DELETE", "/nodes/docker-swarm-1")
    play.ask("remove manager", "DELETE", "/nodes/docker-swarm-3?force=1")
    refusals_of_services(play)
    refusals_of_updates(play)
    refusals_of_networks(play)


def refusals_of_services(play: Play) -> None:
    """Services that cannot be."""
    play.ask("service of nothing", "POST", "/services/create", {})
    play.ask("service with a bad name", "POST", "/services/create", {**HELLOWORLD, "Name": "a b"})
    play.ask("service twice", "POST", "/services/create", HELLOWORLD)
    play.ask("service on the same port", "POST", "/services/create", {**WEB, "Name": "web2"})
    play.ask("service on no network", "POST", "/services/create", on_network("nosuch"))
    play.ask("create a bridge", "POST", "/networks/create", {"Name": "br2"})
    play.ask("service on a bridge", "POST", "/services/create", on_network("br2"))
    play.ask("remove the bridge", "DELETE", "/networks/br2")
    play.ask("service with two modes", "POST", "/services/create", with_mode({"Replicated": {}, "Global": {}}))
    play.ask("service of -1 replicas", "POST", "/services/create", with_mode({"Replicated": {"Replicas": -1}}))
    play.ask("bad constraint", "POST", "/services/create", with_constraint("node.role=worker"))


def refusals_of_updates(play: Play) -> None:
    """Changes that cannot be, and logs."""
    play.ask("update of nothing", "POST", "/services/nosuch/update?version=1", HELLOWORLD)
    play.ask("update of no version", "POST", "/services/helloworld/update?version=x", HELLOWORLD)
    play.ask("update too late", "POST", "/services/helloworld/update?version=999999", HELLOWORLD)
    play.ask("update oddly", "POST", "/services/helloworld/update?version=1&rollback=odd", HELLOWORLD)
    play.ask("node of no role", "POST", "/nodes/docker-swarm-1/update?version=1", {"Availability": "active"})
    node = {"Role": "worker", "Availability": "active"}
    play.ask("node too late", "POST", "/nodes/docker-swarm-1/update?version=999999", node)
    play.ask("swarm too late", "POST", "/swarm/update?version=999999", {"Name": "default"})
    play.get("logs of no service", "/services/nosuch/logs?stdout=1")
    play.get("service logs of no stream", "/services/helloworld/logs")
    play.get("service logs of a bad tail", "/services/helloworld/logs?stdout=1&tail=-1")


def refusals_of_networks(play: Play) -> None:
    """Networks that cannot be, or must not go."""
    play.ask("remove used overlay", "DELETE", "/networks/ov")
    play.ask("remove ingress", "DELETE", "/networks/ingress")
    play.ask("overlay twice", "POST", "/networks/create", {"Name": "ov", "Driver": "overlay"})
    play.ask("overlay on a worker", "POST", "/networks/create", {"Name": "o2", "Driver": "overlay"}, node="worker")
    play.ask("network of no driver", "POST", "/networks/create", {"Name": "o2", "Driver": "nosuch"})


def on_network(name: str) -> object:
    """A service attached to a network."""
    return {"Name": "x", "TaskTemplate": {"ContainerSpec": CONTAINER_SPEC, "Networks": [{"Target": name}]}}


def with_mode(mode: object) -> object:
    """A service of a mode."""
    return {"Name": "x", "TaskTemplate": {"ContainerSpec": CONTAINER_SPEC}, "Mode": mode}


def with_constraint(constraint: str) -> object:
    """A service with a constraint."""
    placement = {"Constraints": [constraint]}
    return {"Name": "x", "TaskTemplate": {"ContainerSpec": CONTAINER_SPEC, "Placement": placement}}


def changes(play: Play) -> None:
    """An update, a rollback, a drained node."""
    before = play.engines.ask("manager", "GET", "/services/helloworld").json()
    assert isinstance(before, dict)
    play.ask("rollback of nothing", "POST", update_path(before, "helloworld") + "&rollback=previous", HELLOWORLD)
    forced = {**HELLOWORLD, "TaskTemplate": {**HELLOWORLD["TaskTemplate"], "ForceUpdate": 1}}  # type: ignore[dict-item]
    play.ask("update", "POST", update_path(before, "helloworld"), forced)
    play.wait_for(lambda: b'"completed"' in play.engines.ask("manager", "GET", "/services/helloworld").body)
    play.get("updated service", "/services/helloworld")
    play.get("tasks after the update", '/tasks?filters={"service":["helloworld"]}')
    node = play.engines.ask("manager", "GET", "/nodes/docker-swarm-1").json()
    assert isinstance(node, dict)
    drained = {"Role": "worker", "Availability": "drain", "Labels": {"a": "b"}}
    play.ask("drain", "POST", f"/nodes/docker-swarm-1/update?version={node['Version']['Index']}", drained)
    play.get("drained node", "/nodes/docker-swarm-1")


def update_path(service: dict[str, dict[str, int]], name: str) -> str:
    """The path of an update that is based on a service as it was read."""
    return f"/services/{name}/update?version={service['Version']['Index']}"


def removals(play: Play) -> None:
    """Everything goes."""
    for name in ("helloworld", "web", "everywhere"):
        play.ask(f"remove {name}", "DELETE", f"/services/{name}")
    play.wait_for(lambda: play.engines.ask("manager", "GET", "/tasks").json() == [])
    play.ask("remove overlay", "DELETE", "/networks/ov")
    play.ask("leave by force", "POST", "/swarm/leave?force=1")


# --- the shape of an answer ----------------------------------------------------------------------------------------


OF_THE_MACHINE = ("KernelMemoryTCP", "RegistryConfig", "Runtimes", "GraphDriver", "Peers")
"""Keys that depend on the machine of a real engine, and those that a simulation has nothing to say about."""


def shape(value: object) -> object:
    """What of JSON every engine must have alike: keys, their order, types; of a list its first item."""
    match value:
        case dict() if "swarmlab.stand-in" in value:
            return shape({key: content for key, content in value.items() if key != "swarmlab.stand-in"} or None)
        case dict() if value and all(re.fullmatch(r"[0-9a-f]{64}|.*-sbox|lb-.*", key) for key in value):
            return {"<id>": shape(next(iter(value.values())))}
        case dict():
            kept = {key: shape(content) for key, content in value.items() if key not in OF_THE_MACHINE}
            return {key: content or None if key == "Labels" else content for key, content in kept.items()}
        case list():
            return [shape(value[0])] if value else []
        case None:
            return None
    return type(value).__name__


def summary(answered: Answered) -> dict[str, object]:
    """An answer as it is kept and compared: a refusal by its words, anything else by its shape."""
    body: object = None
    if answered.content_type == "application/json" and answered.body:
        content = answered.json()
        is_refusal = answered.status >= 400 and isinstance(content, dict)
        body = without_ids(content["message"]) if is_refusal else shape(content)
    return {"status": answered.status, "content_type": answered.content_type, "body": body}


def without_ids(text: str) -> str:
    """A refusal without what differs from lab to lab."""
    text = re.sub(r"\b[0-9a-z]{25}\b|\b[0-9a-f]{64}\b", "<id>", text)
    return re.sub(r"\d+\.\d+\.\d+\.\d+", "<address>", text)


# --- real engines --------------------------------------------------------------------------------------------------


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


class RealEngines:
    """Two engines behind unix sockets."""

    def __init__(self, manager: str, worker: str, address: str) -> None:
        self._paths = {"manager": manager, "worker": worker}
        self.address = address

    def ask(self, node: str, method: str, path: str, body: object = None) -> Answered:
        """Send one request."""
        connection = _UnixConnection(self._paths[node])
        content = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path.replace('"', "%22"), content, headers)
        response = connection.getresponse()
        answered = Answered(
            status=response.status, content_type=response.getheader("Content-Type") or "", body=response.read()
        )
        connection.close()
        return answered

    def wait(self, seconds: float) -> None:
        """Let engine time pass."""
        time.sleep(seconds)


if __name__ == "__main__":
    answers = play(RealEngines(*sys.argv[1:]))
    RECORDED.write_text(json.dumps({name: summary(answered) for name, answered in answers.items()}, indent=1) + "\n")
    for name, answered in answers.items():
        sys.stdout.write(f"{name} {answered.status} {answered.body[:150]!r}\n")
