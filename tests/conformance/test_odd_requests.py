"""Requests with something wrong in them, mostly two things: what is looked at first, and in which words it is refused.

Found by sending fuzzed requests to both sides (tests/real/test_hostile_requests.py).
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, WORKER, ask, demand, said

STARTS_FROM = "formed"

NO_MANAGER = (
    503,
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager.",
)
WORDS = 'strconv.Atoi: parsing "{0}": invalid syntax'
BYTES = "{0} is in bytes and expects an integer, got x: " + WORDS.format("x")
REGULAR = {"Image": "alpine"}
SERVICE: Any = {"Name": "x", "TaskTemplate": {"ContainerSpec": {"Image": "alpine"}, "Networks": [{}]}}
PLATFORM = "image with reference alpine was found but its platform (linux/amd64) does not match the specified platform "
LIMITED = {"Image": "alpine", "HostConfig": {"CpuPeriod": 1}}
OWN = '{"x": {"a": true}, "y": []}'

ODD: dict[str, tuple[str, str, str, object, tuple[int, str]]] = {
    "a worker, an unknown filter": (WORKER, "GET", '/services?filters={"x":["y"]}', None, NO_MANAGER),
    "a worker, an unknown state": (WORKER, "GET", '/tasks?filters={"desired-state":["y"]}', None, NO_MANAGER),
    "a worker, no filter": (WORKER, "GET", '/services?filters={"x":5}', None, (400, "invalid filter")),
    "a worker, no spec": (WORKER, "POST", "/services/create", {"Name": "x"}, NO_MANAGER),
    "a worker, no version": (
        WORKER,
        "POST",
        "/nodes/x/update?version=x",
        {},
        (400, "invalid node version 'x': strconv.ParseUint: parsing \"x\": invalid syntax"),
    ),
    "a worker, no role": (WORKER, "POST", "/nodes/x/update?version=1", {}, NO_MANAGER),
    "a worker, another name": (WORKER, "POST", "/swarm/update?version=1", {"Name": "x"}, NO_MANAGER),
    "no rotation": (
        WORKER,
        "POST",
        "/swarm/update?version=1&rotateManagerUnlockKey=5",
        {"Name": "x"},
        (400, "invalid value for rotateManagerUnlockKey: 5"),
    ),
    "filters of two shapes": (MANAGER, "GET", f"/containers/json?filters={OWN}", None, (400, "invalid filter")),
    "a network without a name": (
        MANAGER,
        "POST",
        "/services/create",
        SERVICE,
        (400, "network  is ambiguous (4 matches found)"),
    ),
    "and a condition that is none": (
        MANAGER,
        "POST",
        "/services/create",
        {**SERVICE, "TaskTemplate": {**SERVICE["TaskTemplate"], "RestartPolicy": {"Condition": "x"}}},
        (400, "network  is ambiguous (4 matches found)"),
    ),
    "no limit": (MANAGER, "GET", "/containers/json?limit=x", None, (500, WORDS.format("x"))),
    "no time to stop": (MANAGER, "POST", "/containers/nosuch/stop?t=x", None, (500, WORDS.format("x"))),
    "no stream": (
        MANAGER,
        "GET",
        "/containers/nosuch/logs",
        None,
        (400, "Bad parameters: you must choose at least one stream"),
    ),
    "a since that is none": (
        MANAGER,
        "GET",
        "/containers/nosuch/logs?stdout=1&since=x",
        None,
        (404, "No such container: nosuch"),
    ),
    "no new name": (
        MANAGER,
        "POST",
        "/containers/nosuch/rename",
        None,
        (400, "Neither old nor new names may be empty"),
    ),
    "a signal that is none": (
        MANAGER,
        "POST",
        "/containers/box/kill?signal=SIGNOSUCH",
        None,
        (400, "cannot kill container: box: invalid signal: SIGNOSUCH"),
    ),
    "a signal to stop that is none": (
        MANAGER,
        "POST",
        "/containers/box/stop?signal=nosuch",
        None,
        (500, "cannot stop container: box: invalid signal: nosuch"),
    ),
    "a CPU that is none": (
        MANAGER,
        "POST",
        "/containers/nosuch/update",
        {"CpusetCpus": "x"},
        (400, "Invalid value x for cpuset cpus: invalid format: x"),
    ),
    "a memory node that is none": (
        MANAGER,
        "POST",
        "/containers/create",
        {"Image": "alpine", "HostConfig": {"CpusetMems": "x"}},
        (400, "Invalid value x for cpuset mems: invalid format: x"),
    ),
    "a short period": (
        MANAGER,
        "POST",
        "/containers/create",
        LIMITED,
        (400, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"),
    ),
    "a platform that is none": (
        MANAGER,
        "POST",
        "/containers/create?platform=1",
        REGULAR,
        (400, '"1": unknown operating system or architecture: invalid argument'),
    ),
    "a platform of many": (
        MANAGER,
        "POST",
        "/containers/create?platform=*",
        REGULAR,
        (400, '"*": wildcards not yet supported: invalid argument'),
    ),
    "a platform of four parts": (
        MANAGER,
        "POST",
        "/containers/create?platform=a/b/c/d",
        REGULAR,
        (400, '"a/b/c/d": cannot parse platform specifier: invalid argument'),
    ),
    "another platform": (
        MANAGER,
        "POST",
        "/containers/create?platform=arm64",
        REGULAR,
        (404, f"{PLATFORM}(linux/arm64)"),
    ),
    "no container": (
        MANAGER,
        "POST",
        "/containers/create",
        None,
        (400, "invalid JSON: got EOF while reading request body"),
    ),
    "an image without another name": (MANAGER, "POST", "/images/alpine/tag?tag=x", None, (200, "")),
    "a network that is not here": (
        MANAGER,
        "POST",
        "/networks/front/disconnect",
        {"Container": "box"},
        (404, "network front not found"),
    ),
    "by force": (
        MANAGER,
        "POST",
        "/networks/front/disconnect",
        {"Container": "box", "Force": True},
        (500, "container <hash> is not connected to the network front"),
    ),
    "nobody, by force": (
        MANAGER,
        "POST",
        "/networks/bridge/disconnect",
        {"Container": "nosuch", "Force": True},
        (404, "endpoint nosuch not found"),
    ),
    "a volume of a short name": (
        MANAGER,
        "POST",
        "/volumes/create",
        {"Name": "a", "DriverOpts": {"x": "y"}},
        (400, "create a: volume name is too short, names should be at least two alphanumeric characters"),
    ),
    "bytes that are no text": (
        MANAGER,
        "POST",
        "/secrets/create",
        {"Name": "x", "Data": [104, "x"]},
        (400, "invalid JSON: json: cannot unmarshal string into SecretSpec.Data.1 of type uint8"),
    ),
    "a space that is none": (
        MANAGER,
        "POST",
        "/build/prune?reserved-space=x",
        None,
        (400, BYTES.format("reserved-space")),
    ),
    "an exec with a slash": (MANAGER, "GET", "/exec/a/b/json", None, (404, "No such exec instance: a/b")),
    "plugins by what is none": (MANAGER, "GET", '/plugins?filters={"x":["y"]}', None, (400, "invalid filter 'x'")),
}


@pytest.fixture(scope="module")
def answers(lab: Lab) -> dict[str, tuple[int, str]]:
    """One after the other, beside a container and a network of the swarm."""
    manager = lab[MANAGER]
    manager.client.images.pull("alpine", tag="latest")
    demand(manager, "POST", "/containers/create?name=box", {"Image": "alpine", "Cmd": ["sleep", "1000"]})
    demand(manager, "POST", "/containers/box/start")
    demand(manager, "POST", "/networks/create", {"Name": "front", "Driver": "overlay", "Attachable": True})
    told = {}
    for name, (node, method, path, body, _) in ODD.items():
        told[name] = said(ask(lab[node], method, path, body))
    return told


@pytest.mark.parametrize("name", ODD)
def test_what_is_said_first(answers: dict[str, tuple[int, str]], name: str) -> None:
    """Status and words."""
    status, words = answers[name]
    assert (status, re.sub(r"\b[0-9a-f]{64}\b", "<hash>", words)) == ODD[name][4]
