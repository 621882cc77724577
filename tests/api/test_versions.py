"""The same engine under older versions of its API. Compared with an engine 28.5.2, version by version."""

import json
from typing import Any

import pytest

from swarmlab.api.messages import Request, Response
from swarmlab.api.routes import answer
from tests.api.simulated import SimulatedEngines


@pytest.fixture(scope="module")
def engines() -> SimulatedEngines:
    engines = SimulatedEngines("helloworld")
    engines.ask("manager", "POST", "/images/create?fromImage=alpine&tag=latest")
    return engines


def get(engines: SimulatedEngines, path: str, version: str) -> Any:
    return engines.ask("manager", "GET", f"/v{version}{path}").json()


@pytest.mark.parametrize(
    ("key", "first", "last"),
    [
        ("KernelMemory", None, "1.41"),
        ("Containerd", "1.46", None),
        ("FirewallBackend", "1.49", None),
        ("BridgeNfIptables", None, "1.49"),
        ("BridgeNfIp6tables", None, "1.49"),
    ],
)
def test_info_has_what_its_version_has(
    engines: SimulatedEngines, key: str, first: str | None, last: str | None
) -> None:
    """Keys that came and keys that went."""
    for version in range(24, 52):
        came = first is None or version >= int(first[2:])
        gone = last is not None and version > int(last[2:])
        assert (key in get(engines, "/info", f"1.{version}")) == (came and not gone), version


def test_commits_had_an_expectation(engines: SimulatedEngines) -> None:
    """Until 1.48."""
    assert "Expected" in get(engines, "/info", "1.48")["RuncCommit"]
    assert "Expected" not in get(engines, "/info", "1.49")["RuncCommit"]


def test_a_list_of_services_counts_tasks_since_1_41(engines: SimulatedEngines) -> None:
    """`status` means nothing before."""
    assert "ServiceStatus" in get(engines, "/services?status=1", "1.41")[0]
    assert "ServiceStatus" not in get(engines, "/services?status=1", "1.40")[0]


def test_status_is_yes_or_no(engines: SimulatedEngines) -> None:
    """In Go's words."""
    refused = engines.ask("manager", "GET", "/services?status=maybe")
    words = 'invalid value for status: maybe: strconv.ParseBool: parsing "maybe": invalid syntax'
    assert (refused.status, refused.json()) == (400, {"message": words})


def test_images_had_a_virtual_size(engines: SimulatedEngines) -> None:
    """Until 1.43."""
    (old,), (new,) = get(engines, "/images/json", "1.43"), get(engines, "/images/json", "1.44")
    assert (old["VirtualSize"], "VirtualSize" in new) == (new["Size"], False)


def test_an_image_said_more_of_containers(engines: SimulatedEngines) -> None:
    """ContainerConfig until 1.44, and in Config what only containers have until 1.49."""
    images = {version: get(engines, "/images/alpine/json", version) for version in ("1.44", "1.45", "1.49", "1.50")}
    assert ["ContainerConfig" in image for image in images.values()] == [True, False, False, False]
    assert ["AttachStdin" in image["Config"] for image in images.values()] == [True, True, True, False]


def test_a_missing_volume_was_looked_for_on_this_host_only(engines: SimulatedEngines) -> None:
    """Before there were volumes of the swarm, 1.42."""
    assert get(engines, "/volumes/nosuch", "1.41") == {"message": "get nosuch: no such volume"}
    assert get(engines, "/volumes/nosuch", "1.42") == {"message": "volume nosuch not found"}


@pytest.mark.parametrize(("version", "type_"), [("1.41", "raw"), ("1.42", "multiplexed")])
def test_log_streams_say_that_they_are_multiplexed(engines: SimulatedEngines, version: str, type_: str) -> None:
    """Since 1.42; they always were."""
    answered = engines.ask("manager", "GET", f"/v{version}/services/helloworld/logs?stdout=1")
    assert answered.content_type == f"application/vnd.docker.{type_}-stream"


SERVICE = {
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "alpine:latest",
            "Sysctls": {"net.core.somaxconn": "1024"},
            "CapabilityAdd": ["CAP_NET_ADMIN"],
            "Ulimits": [{"Name": "nofile", "Soft": 1, "Hard": 2}],
            "OomScoreAdj": 5,
            "Privileges": {"NoNewPrivileges": True},
        },
        "Placement": {"MaxReplicas": 3},
        "Resources": {"Limits": {"Pids": 50}},
    },
    "Mode": {"ReplicatedJob": {}},
}


@pytest.mark.parametrize(
    ("version", "kept"),
    [
        ("1.39", []),
        ("1.40", ["Sysctls", "MaxReplicas"]),
        ("1.41", ["Sysctls", "MaxReplicas", "CapabilityAdd", "Ulimits", "Pids", "ReplicatedJob"]),
        ("1.46", "Sysctls MaxReplicas CapabilityAdd Ulimits Pids ReplicatedJob NoNewPrivileges OomScoreAdj".split()),
    ],
)
def test_a_service_is_declared_in_the_terms_of_its_version(
    engines: SimulatedEngines, version: str, kept: list[str]
) -> None:
    """What a version does not have is not heard; the job becomes a replicated service."""
    name = f"of{version.replace('.', '-')}"
    created = engines.ask("manager", "POST", f"/v{version}/services/create", {"Name": name, **SERVICE})
    assert created.status == 201, created.json()
    spec = json.dumps(get(engines, f"/services/{name}", "1.51")["Spec"])
    spec = spec.replace('"NoNewPrivileges": false', "")  # always shown
    everything = "Sysctls MaxReplicas CapabilityAdd Ulimits Pids ReplicatedJob NoNewPrivileges OomScoreAdj".split()
    assert [key for key in everything if f'"{key}"' in spec] == kept


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "PATCH"])
def test_options_of_anything_are_empty(engines: SimulatedEngines, method: str) -> None:
    """And a method that nobody has is a page that nobody has."""
    assert engines.ask("manager", "OPTIONS", "/info").status == 200
    assert engines.ask("manager", method, "/nosuch").json() == {"message": "page not found"}


@pytest.mark.parametrize(
    ("path", "place"),
    [("//info", "/info"), ("/containers/../info", "/info"), ("/v1.51/./info", "/v1.51/info"), ("/a//b/", "/a/b/")],
)
def test_a_path_that_goes_round_is_sent_on(engines: SimulatedEngines, path: str, place: str) -> None:
    """As by the router of a real engine."""
    reply = answer(engines.daemon("manager"), Request(method="GET", path=path))
    assert isinstance(reply, Response)
    assert (reply.status, reply.headers["Location"]) == (301, place)


def test_types_of_disk_usage_may_be_named(engines: SimulatedEngines) -> None:
    """More than one, since 1.42."""
    request = Request(method="GET", path="/system/df", query={"type": "image"}, repeated={"type": ("image", "volume")})
    reply = answer(engines.daemon("manager"), request)
    assert isinstance(reply, Response)
    found = json.loads(reply.body)
    assert [key for key in ("Images", "Containers", "Volumes", "BuildCache") if found[key] is not None] == [
        "Images",
        "Volumes",
    ]
    everything = get(engines, "/system/df?type=image", "1.41")
    assert None not in everything.values()
