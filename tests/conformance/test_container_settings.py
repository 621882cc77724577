"""Settings that an engine refuses: when the container is created, or only when it is started, and what then stays."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.client.cluster import Node
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, ask, demand

STARTS_FROM = "separate"
CREATE = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
)
INIT = f"{CREATE}unable to start container process: error during container init: "
EXEC = "OCI runtime exec failed: exec failed: unable to start container process: "

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "added": ({"HostConfig": {"CapAdd": ["foo"]}}, 'invalid CapAdd: unknown capability: "CAP_FOO"'),
    "dropped": ({"HostConfig": {"CapDrop": ["CAP_BAR"]}}, 'invalid CapDrop: unknown capability: "CAP_BAR"'),
    "directory": (
        {"WorkingDir": "tmp"},
        "the working directory 'tmp' is invalid, it needs to be an absolute path",
    ),
    "signal": ({"StopSignal": "SIGFOO"}, "invalid signal: SIGFOO"),
    "no signal": ({"StopSignal": "0"}, "invalid signal: 0"),
    "variable": ({"Env": ["A=1", "=x"]}, "invalid environment variable: =x"),
    "empty variable": ({"Env": [""]}, "invalid environment variable: "),
    "host": ({"HostConfig": {"ExtraHosts": ["foo"]}}, 'bad format for add-host: "foo"'),
    "host's address": ({"HostConfig": {"ExtraHosts": ["a:b"]}}, 'invalid IP address in add-host: "b"'),
    "score": (
        {"HostConfig": {"OomScoreAdj": 1001}},
        "Invalid value 1001, range for oom score adj is [-1000, 1000]",
    ),
    "before its image": (
        {"Image": "nosuch", "WorkingDir": "x"},
        "the working directory 'x' is invalid, it needs to be an absolute path",
    ),
}
"""What is asked for besides an image and a command, and why not."""

NOT_STARTED: dict[str, tuple[dict[str, Any], int, int, str]] = {
    "user": ({"User": "nosuch"}, 500, 128, "unable to find user nosuch: no matching entries in passwd file"),
    "group": ({"User": "root:nosuch"}, 500, 128, "unable to find group nosuch: no matching entries in group file"),
    "number": ({"User": "2147483648"}, 500, 128, "uids and gids must be in range 0-2147483647"),
    "further group": (
        {"HostConfig": {"GroupAdd": ["nosuch"]}},
        500,
        128,
        "unable to find group nosuch: no matching entries in group file",
    ),
    "sysctl": (
        {"HostConfig": {"Sysctls": {"vm.swappiness": "1"}}},
        500,
        128,
        f'{CREATE}sysctl "vm.swappiness" is not in a separate kernel namespace',
    ),
    "sysctl of the host": (
        {"HostConfig": {"Sysctls": {"net.ipv4.ip_forward": "1"}, "NetworkMode": "host"}},
        500,
        128,
        f'{CREATE}sysctl "net.ipv4.ip_forward" not allowed in host network namespace',
    ),
    "program": ({"Cmd": ["nosuch"]}, 400, 127, f'{INIT}exec: "nosuch": executable file not found in $PATH'),
    "path": ({"Cmd": ["/nosuch"]}, 400, 127, f'{INIT}exec: "/nosuch": stat /nosuch: no such file or directory'),
    "a directory": ({"Cmd": ["/tmp"]}, 400, 126, f'{INIT}exec: "/tmp": is a directory: permission denied'),
    "a file": ({"Cmd": ["/etc/hosts"]}, 400, 126, f'{INIT}exec: "/etc/hosts": permission denied'),
}
"""What is asked for, the status and the words of the start's answer, and the container's code."""


EXPOSED = {
    "80/tcp": "80/tcp",
    "80": "80/tcp",
    "80/": "80/tcp",
    "80/TCP": "80/tcp",
    "80/tcp/udp": "80/tcp",
    "80/xyz": "80/0",
    "abc/tcp": "0/tcp",
    "65536/tcp": "0/tcp",
    f"{'9' * 5000}/udp": "0/udp",
    "-1/tcp": "0/tcp",
    "80-82/tcp": "0/tcp",
    "1_0/tcp": "0/tcp",
    "²/udp": "0/udp",
    " 80/tcp": "0/tcp",
    "": "0/0",
    "/tcp": "0/0",
}
"""Ports that a container exposes, and how the engine shows each while it runs: none is refused."""

NO_PORTS: dict[str, tuple[dict[str, Any], str]] = {
    "no port": ({"80/tcp": [{"HostPort": "abc"}]}, 'invalid port specification: "abc"'),
    "no port of the container": ({"abc/tcp": [{"HostPort": "8080"}]}, 'invalid port specification: "abc"'),
    "too great": ({"80/tcp": [{"HostPort": "99999"}]}, 'invalid port specification: "99999"'),
}
"""Ports that are to be published, and why not."""

REFUSED |= {name: ({"HostConfig": {"PortBindings": ports}}, words) for name, (ports, words) in NO_PORTS.items()}


@dataclass
class Seen:
    """What the story left."""

    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    started: dict[str, tuple[int, str]] = field(default_factory=dict)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    ran: dict[str, tuple[int, str]] = field(default_factory=dict)
    exposed: dict[str, tuple[list[str], list[str], list[str]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(lab: Lab) -> Seen:
    """Every setting is asked for once."""
    node, seen = lab[MANAGER], Seen()
    node.client.images.pull("alpine", "latest")
    plain = {"Image": "alpine", "Cmd": ["true"]}
    for name, (config, _) in REFUSED.items():
        answer = ask(node, "POST", "/containers/create", {**plain, **config})
        seen.refused[name] = (answer.status_code, answer.json()["message"])
    for name, (config, *_) in NOT_STARTED.items():
        id_ = demand(node, "POST", "/containers/create", {**plain, **config})["Id"]
        answer = ask(node, "POST", f"/containers/{id_}/start")
        seen.started[name] = (answer.status_code, answer.json()["message"])
        seen.states[name] = demand(node, "GET", f"/containers/{id_}/json")["State"]
        demand(node, "DELETE", f"/containers/{id_}")
    for port in EXPOSED:
        seen.exposed[port] = expose(node, port)
    container = node.client.containers.run("alpine", ["sleep", "1000"], detach=True)
    for name in ("/tmp", "/etc/hosts", "./etc/hosts", "../tmp/"):
        result = container.exec_run([name])
        seen.ran[name] = (result.exit_code, result.output.decode())
    container.remove(force=True)
    return seen


def expose(node: Node, port: str) -> tuple[list[str], list[str], list[str]]:
    """A container that exposes it: what its configuration says, what its network does, and what a list of all shows."""
    config = {"Image": "alpine", "Cmd": ["sleep", "1000"], "ExposedPorts": {port: {}}}
    path = f"/containers/{demand(node, 'POST', '/containers/create', config)['Id']}"
    demand(node, "POST", f"{path}/start")
    shown = demand(node, "GET", f"{path}/json")
    (listed,) = demand(node, "GET", "/containers/json")
    demand(node, "DELETE", f"{path}?force=1")
    ports = [f"{each['PrivatePort']}/{each['Type']}" for each in listed["Ports"]]
    return list(shown["Config"]["ExposedPorts"]), list(shown["NetworkSettings"]["Ports"]), ports


@pytest.mark.parametrize("port", EXPOSED, ids=lambda port: port[:12])
def test_a_port_that_is_exposed_is_shown(seen: Seen, port: str) -> None:
    """As it was asked for, and as the engine understands it."""
    assert seen.exposed[port] == ([port], [EXPOSED[port]], [EXPOSED[port]])


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_when_it_is_created(seen: Seen, name: str) -> None:
    """With 400, in the engine's words."""
    assert seen.refused[name] == (400, REFUSED[name][1])


@pytest.mark.parametrize("name", NOT_STARTED)
def test_it_is_refused_when_it_is_started(seen: Seen, name: str) -> None:
    """In the words of the engine or of runc."""
    _, status, _, text = NOT_STARTED[name]
    assert seen.started[name] == (status, text)


@pytest.mark.parametrize("name", NOT_STARTED)
def test_the_container_stays_as_created(seen: Seen, name: str) -> None:
    """With the code and the words of its start."""
    _, _, code, text = NOT_STARTED[name]
    state = seen.states[name]
    assert (state["Status"], state["ExitCode"], state["Error"]) == ("created", code, text)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/tmp", "is a directory: permission denied"),
        ("/etc/hosts", "permission denied"),
        ("./etc/hosts", "permission denied"),
        ("../tmp/", "is a directory: permission denied"),
    ],
)
def test_exec_of_what_is_no_program_is_refused(seen: Seen, name: str, reason: str) -> None:
    """With 126."""
    assert seen.ran[name] == (126, f'{EXEC}exec: "{name}": {reason}\r\n')
