"""Containers of one engine: restart policies, pause, mounts, archives, filters, and how each refuses."""

import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, ask, demand, wait_for

STARTS_FROM = "separate"
Json = dict[str, Any]


@dataclass
class Seen:
    """What the story left."""

    ids: dict[str, str] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def seen(lab: Lab) -> Seen:  # noqa: PLR0915  (one story, told once)
    """Containers that crash, stand still, mount and hold files."""
    node, seen = lab[MANAGER], Seen()
    node.client.images.pull("alpine", "latest")

    def run(name: str, *command: str, **config: object) -> None:
        body = {"Image": "alpine", "Cmd": list(command), **config}
        seen.ids[name] = demand(node, "POST", f"/containers/create?name={name}", body)["Id"]
        demand(node, "POST", f"/containers/{name}/start")

    def refuse(name: str, method: str, path: str, body: object = None) -> None:
        answer = ask(node, method, path, body)
        seen.refused[name] = (answer.status_code, answer.json()["message"])

    def create(name: str, host: object) -> None:
        refuse(name, "POST", "/containers/create", {"Image": "alpine", "Cmd": ["true"], "HostConfig": host})

    def inspect(name: str) -> dict[str, Any]:
        found: dict[str, Any] = demand(node, "GET", f"/containers/{name}/json")
        return found

    _crash(lab, seen, run, refuse, inspect)
    run("one", "sleep", "1000", ExposedPorts={"99/tcp": {}}, Labels={"a": "b", "com.docker.swarm.task.id": "x"})
    demand(node, "POST", "/containers/one/pause")
    seen.states["paused"] = inspect("one")["State"]
    refuse("pause twice", "POST", "/containers/one/pause")
    refuse("start paused", "POST", "/containers/one/start")
    refuse("remove paused", "DELETE", "/containers/one")
    demand(node, "POST", "/containers/one/unpause")
    refuse("unpause twice", "POST", "/containers/one/unpause")
    refuse("remove running", "DELETE", "/containers/one")
    refuse("same name", "POST", "/containers/one/rename?name=one")
    refuse("no name", "POST", "/containers/one/rename?name=")
    create("foo policy", {"RestartPolicy": {"Name": "foo"}})
    create("retries", {"RestartPolicy": {"Name": "always", "MaximumRetryCount": 3}})
    create("auto remove", {"AutoRemove": True, "RestartPolicy": {"Name": "always"}})
    create("no source", {"Mounts": [{"Type": "bind", "Source": "/nosuch/x", "Target": "/m"}]})
    create("relative", {"Mounts": [{"Type": "bind", "Source": "rel", "Target": "/m"}]})
    create("mode", {"Binds": ["/a:/m:foo"]})
    create("twice", {"Binds": ["/a:/m", "/b:/m"]})
    create("root", {"Binds": ["/x:/"]})
    create("little memory", {"Memory": 1000})
    run("two", "sh", "-c", "echo hi > /m/x; sleep 1000", HostConfig={"Binds": ["/srv/made:/m"], "ReadonlyRootfs": True})
    _archive(node, seen, refuse)
    seen.states["mounts"] = inspect("two")["Mounts"]
    _filter(node, seen, refuse)
    for name in ("one", "two", "crasher"):
        demand(node, "DELETE", f"/containers/{name}?force=1")
    return seen


def _crash(lab: Lab, seen: Seen, run: Any, refuse: Any, inspect: Any) -> None:
    policy = {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 2}}
    run("few", "sh", "-c", "exit 2", HostConfig=policy)
    wait_for(lab, lambda: inspect("few")["State"]["Status"], "exited", timeout_s=30)
    seen.counts["few"] = inspect("few")["RestartCount"]
    demand(lab[MANAGER], "DELETE", "/containers/few")
    run("crasher", "sh", "-c", "exit 2", HostConfig={"RestartPolicy": {"Name": "always"}})
    wait_for(lab, lambda: inspect("crasher")["RestartCount"] >= 4, True, timeout_s=30)
    wait_for(lab, lambda: inspect("crasher")["State"]["Status"], "restarting", timeout_s=30)
    seen.states["restarting"] = inspect("crasher")["State"]
    refuse("remove restarting", "DELETE", "/containers/crasher")
    refuse("pause restarting", "POST", "/containers/crasher/pause")
    demand(lab[MANAGER], "POST", "/containers/crasher/stop")
    seen.states["stopped"] = inspect("crasher")["State"]


def _archive(node: Any, seen: Seen, refuse: Any) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        entry = tarfile.TarInfo("f.txt")
        entry.size = 6
        tar.addfile(entry, io.BytesIO(b"hello\n"))
    container = node.client.containers.get("one")
    container.put_archive("/tmp", packed.getvalue())
    chunks, stat = container.get_archive("/tmp/f.txt")
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
        member = tar.extractfile("f.txt")
        assert member is not None
        seen.files["content"] = member.read()
    seen.files["stat"] = {key: stat[key] for key in ("name", "size", "linkTarget")}
    seen.files["changes"] = demand(node, "GET", "/containers/one/changes")
    refuse("no file", "GET", "/containers/one/archive?path=/nosuch")
    refuse("into a file", "PUT", "/containers/one/archive?path=/tmp/f.txt", {})
    refuse("nowhere", "PUT", "/containers/one/archive?path=/nosuch", {})


def _filter(node: Any, seen: Seen, refuse: Any) -> None:
    filters = {
        "before": {"before": ["two"]},
        "since": {"since": ["one"]},
        "expose": {"expose": ["90-100/tcp"]},
        "exited": {"exited": ["2"]},
        "label": {"label": ["a=b"]},
        "status": {"status": ["exited"]},
        "ancestor": {"ancestor": ["alpine"], "name": ["^/two$"]},
        "no task": {"is-task": ["false"], "name": ["one"]},
        "volume": {"volume": ["/m"]},
    }
    for name, wanted in filters.items():
        found = demand(node, "GET", f"/containers/json?all=1&filters={json.dumps(wanted)}")
        seen.listed[name] = sorted(each["Names"][0].strip("/") for each in found)
    wrong = {
        "status": {"status": ["foo"]},
        "health": {"health": ["foo"]},
        "exited": {"exited": ["x"]},
        "publish": {"publish": ["x"]},
        "before": {"before": ["nosuch"]},
        "unknown": {"foo": ["bar"]},
    }
    for name, wanted in wrong.items():
        refuse(f"filter {name}", "GET", f"/containers/json?filters={json.dumps(wanted)}")


def test_a_container_is_restarted_so_many_times(seen: Seen) -> None:
    """`--restart on-failure:2`."""
    assert seen.counts["few"] == 2


def test_between_two_runs_it_is_restarting(seen: Seen) -> None:
    """It counts as running; a stop leaves it as it is."""
    state = seen.states["restarting"]
    assert (state["Running"], state["Restarting"], state["Pid"], state["ExitCode"]) == (True, True, 0, 2)
    state = seen.states["stopped"]
    assert (state["Status"], state["Running"], state["Restarting"], state["ExitCode"]) == ("exited", False, False, 2)


def test_a_paused_container_counts_as_running(seen: Seen) -> None:
    """With its process."""
    state = seen.states["paused"]
    assert (state["Status"], state["Running"], state["Paused"], state["Pid"] > 0) == ("paused", True, True, True)


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        (
            "remove restarting",
            409,
            'cannot remove container "crasher": container is restarting: stop the container before removing or force '
            "remove",
        ),
        ("pause restarting", 409, "Container {crasher} is restarting, wait until the container is running"),
        ("pause twice", 409, "Container {one} is already paused"),
        ("start paused", 409, "cannot start a paused container, try unpause instead"),
        (
            "remove paused",
            409,
            'cannot remove container "one": container is paused and must be unpaused first',
        ),
        ("unpause twice", 500, "Container {one} is not paused"),
        (
            "remove running",
            409,
            'cannot remove container "one": container is running: stop the container before removing or force remove',
        ),
        ("same name", 400, "Renaming a container with the same name as its current name"),
        ("no name", 400, "Neither old nor new names may be empty"),
        (
            "foo policy",
            400,
            "invalid restart policy: unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or "
            "'unless-stopped'",
        ),
        ("retries", 400, "invalid restart policy: maximum retry count can only be used with 'on-failure'"),
        ("auto remove", 400, "can't create 'AutoRemove' container with restart policy"),
        ("no source", 400, 'invalid mount config for type "bind": bind source path does not exist: /nosuch/x'),
        (
            "relative",
            400,
            "invalid mount config for type \"bind\": invalid mount path: 'rel' mount path must be absolute",
        ),
        ("mode", 500, "invalid mode: foo"),
        ("twice", 400, "Duplicate mount point: /m"),
        (
            "root",
            500,
            "invalid volume specification: '/x:/': invalid mount config for type \"bind\": invalid specification: "
            "destination can't be '/'",
        ),
        ("little memory", 400, "Minimum memory limit allowed is 6MB"),
        ("no file", 404, "Could not find the file /nosuch in container one"),
        ("into a file", 400, "extraction point is not a directory"),
        ("nowhere", 404, "Could not find the file /nosuch in container one"),
        (
            "filter status",
            400,
            "invalid filter 'status=foo': invalid value for state (foo): must be one of created, running, paused, "
            "restarting, removing, exited, dead",
        ),
        (
            "filter health",
            400,
            "invalid filter 'health=foo': invalid value for health (foo): must be one of none, starting, healthy, "
            "unhealthy",
        ),
        ("filter exited", 400, "invalid filter 'exited=x': strconv.Atoi: parsing \"x\": invalid syntax"),
        ("filter before", 404, "No such container: nosuch"),
        ("filter unknown", 400, "invalid filter 'foo'"),
    ],
)
def test_a_refusal_is_worded(seen: Seen, name: str, status: int, text: str) -> None:
    """Status and text."""
    assert seen.refused[name] == (status, text.format(**seen.ids))


def test_a_file_goes_in_and_comes_out(seen: Seen) -> None:
    """`docker cp`; what it wrote shows in `docker diff`."""
    assert seen.files["content"] == b"hello\n"
    assert seen.files["stat"] == {"name": "f.txt", "size": 6, "linkTarget": ""}
    assert seen.files["changes"] == [{"Path": "/tmp", "Kind": 0}, {"Path": "/tmp/f.txt", "Kind": 1}]


def test_a_path_of_the_host_is_made_and_mounted(seen: Seen) -> None:
    """`--volume /srv/made:/m`."""
    assert seen.states["mounts"] == [
        {
            "Type": "bind",
            "Source": "/srv/made",
            "Destination": "/m",
            "Mode": "",
            "RW": True,
            "Propagation": "rprivate",
        }
    ]


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("before", ["crasher", "one"]),
        ("since", ["two"]),
        ("expose", ["one"]),
        ("exited", ["crasher"]),
        ("label", ["one"]),
        ("status", ["crasher"]),
        ("ancestor", ["two"]),
        ("no task", ["one"]),
        ("volume", ["two"]),
    ],
)
def test_a_filter_chooses(seen: Seen, name: str, names: list[str]) -> None:
    """`docker ps --all --filter`."""
    assert seen.listed[name] == names


@pytest.fixture(scope="module")
def asked(lab: Lab, seen: Seen) -> dict[str, tuple[int, Any]]:
    """What engines say to containers, limits and prunes that make no sense."""
    node = lab[MANAGER]
    demand(node, "POST", "/containers/create?name=box", {"Image": "alpine", "Cmd": ["true"]})

    def answer(method: str, path: str, body: object = None) -> tuple[int, Any]:
        found = ask(node, method, path, body)
        return found.status_code, found.json()

    def create(host: Json, networking: Json | None = None) -> tuple[int, Any]:
        body = {"Image": "alpine", "Cmd": ["true"], "HostConfig": host, "NetworkingConfig": networking or {}}
        return answer("POST", "/containers/create", body)

    return {
        "log driver": create({"LogConfig": {"Type": "nosuch"}}),
        "address": create({}, {"EndpointsConfig": {"default": {"IPAMConfig": {"IPv4Address": "172.17.0.9"}}}}),
        "published": create({"NetworkMode": "host", "PortBindings": {"80/tcp": [{"HostPort": "80"}]}}),
        "no killer": create({"OomKillDisable": True}),
        "limit": answer("POST", "/containers/nosuch/update", {"Memory": 1}),
        "policy": answer("POST", "/containers/nosuch/update", {"RestartPolicy": {"Name": "nosuch"}}),
        "link": answer("DELETE", "/containers/box?link=1"),
        "builds": answer("POST", "/build/prune"),
        "builds of a kind": answer("POST", "/build/prune?filters=" + quote('{"nosuch":["x"]}')),
        "images": answer("POST", "/images/prune?filters=" + quote('{"label":["nosuch"]}')),
    }


def test_what_cannot_be_is_refused_before_anybody_looks(asked: dict[str, tuple[int, Any]]) -> None:
    """A limit, a policy, a driver, an address, a link."""
    only = "user specified IP address is supported only when connecting to networks with user configured subnets"
    address = f"* user specified IP address is supported on user defined networks only\n* {only}"
    policies = "use one of 'no', 'always', 'on-failure', or 'unless-stopped'"
    assert {name: (code, body["message"]) for name, (code, body) in asked.items() if code >= 400} == {
        "log driver": (400, 'error looking up logging plugin nosuch: plugin "nosuch" not found'),
        "address": (400, f"invalid config for network bridge: invalid endpoint settings:\n{address}"),
        "limit": (400, "Minimum memory limit allowed is 6MB"),
        "policy": (400, f"invalid restart policy: unknown policy 'nosuch'; {policies}"),
        "link": (500, "Conflict, cannot remove the default link name of the container"),
        "builds of a kind": (400, "failed to prune build cache: invalid filter 'nosuch'"),
    }


def test_what_makes_no_sense_is_told(asked: dict[str, tuple[int, Any]]) -> None:
    """The container is made all the same."""
    assert asked["published"][1]["Warnings"] == ["Published ports are discarded when using host network mode"]
    assert asked["no killer"][1]["Warnings"][0].startswith("OOM killer is disabled for the container, but no memory")


def test_a_prune_of_what_is_not_there_frees_nothing(asked: dict[str, tuple[int, Any]]) -> None:
    """Nothing was built, and no image has that label."""
    assert asked["builds"] == (200, {"CachesDeleted": None, "SpaceReclaimed": 0})
    assert asked["images"] == (200, {"ImagesDeleted": None, "SpaceReclaimed": 0})


def test_a_path_that_ends_with_a_dot_means_what_is_in_it(lab: Lab, asked: dict[str, tuple[int, Any]]) -> None:
    """The archive ends where its last entry ends, but for two empty blocks."""
    node = lab[MANAGER]
    packed = {path: ask(node, "GET", f"/containers/box/archive?path={path}").content for path in ("/tmp", "/tmp/.")}
    for content, name in zip(packed.values(), ("tmp", "."), strict=True):
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            assert tar.getnames() == [name]
        assert len(content) == 3 * tarfile.BLOCKSIZE
