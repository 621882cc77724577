"""Tests of `/networks`: containers come and go, what is not used is pruned. Texts recorded from 28.5.2."""

from __future__ import annotations

import pytest

from tests.api.simulated import SimulatedEngines

MANAGER, WORKER = "manager", "worker"


@pytest.fixture
def engines() -> SimulatedEngines:
    engines = SimulatedEngines("formed")
    for node in (MANAGER, WORKER):
        engines.daemon(node).images.add("alpine")
    engines.wait(5)
    return engines


def make(engines: SimulatedEngines, name: str, node: str = MANAGER, **more: object) -> None:
    assert engines.ask(node, "POST", "/networks/create", {"Name": name, **more}).status == 201


def run(engines: SimulatedEngines, name: str, node: str = MANAGER, *, start: bool = True, mode: str = "") -> None:
    body = {"Image": "alpine", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": mode} if mode else {}}
    created = engines.ask(node, "POST", f"/containers/create?name={name}", body)
    assert created.status == 201, created.body
    if start:
        assert engines.ask(node, "POST", f"/containers/{name}/start").status == 204


def refusal(engines: SimulatedEngines, path: str, body: object, node: str = MANAGER) -> tuple[int, str]:
    answer = engines.ask(node, "POST", path, body)
    return answer.status, answer.json()["message"]


def networks_of(engines: SimulatedEngines, name: str, node: str = MANAGER) -> dict[str, str]:
    shown = engines.ask(node, "GET", f"/containers/{name}/json").json()["NetworkSettings"]["Networks"]
    return {network: each["IPAddress"] for network, each in shown.items()}


def test_a_running_container_comes_to_a_network_and_leaves_it(engines: SimulatedEngines) -> None:
    """With an address there at once."""
    make(engines, "br1")
    run(engines, "c1")
    assert engines.ask(MANAGER, "POST", "/networks/br1/connect", {"Container": "c1"}).status == 200
    assert networks_of(engines, "c1").keys() == {"bridge", "br1"}
    assert networks_of(engines, "c1")["br1"].endswith(".0.2")
    assert refusal(engines, "/networks/br1/connect", {"Container": "c1"}) == (
        403,
        "endpoint with name c1 already exists in network br1",
    )
    assert engines.ask(MANAGER, "POST", "/networks/br1/disconnect", {"Container": "c1"}).status == 200
    assert networks_of(engines, "c1").keys() == {"bridge"}
    status, text = refusal(engines, "/networks/br1/disconnect", {"Container": "c1"})
    assert status == 500
    assert text.endswith(" is not connected to network br1")


def test_a_stopped_container_is_connected_at_its_start(engines: SimulatedEngines) -> None:
    """With an address of one's own choice."""
    make(engines, "br2", IPAM={"Config": [{"Subnet": "172.30.0.0/24"}]})
    run(engines, "c1", start=False)
    config = {"IPAMConfig": {"IPv4Address": "172.30.0.77"}, "Aliases": ["zz"]}
    body = {"Container": "c1", "EndpointConfig": config}
    assert engines.ask(MANAGER, "POST", "/networks/br2/connect", body).status == 200
    assert networks_of(engines, "c1")["br2"] == ""
    engines.ask(MANAGER, "POST", "/containers/c1/start")
    assert networks_of(engines, "c1")["br2"] == "172.30.0.77"
    run(engines, "c2", start=False)
    engines.ask(MANAGER, "POST", "/networks/br2/connect", {**body, "Container": "c2"})
    assert refusal(engines, "/containers/c2/start", None) == (
        403,
        "failed to set up container networking: Address already in use",
    )


@pytest.mark.parametrize(
    ("network", "mode", "status", "text"),
    [
        (
            "br2",
            "",
            400,
            "invalid endpoint settings:\nno configured subnet or ip-range contain the IP address 10.9.9.9",
        ),
        (
            "br1",
            "",
            400,
            "invalid endpoint settings:\nuser specified IP address is supported only when connecting to networks with "
            "user configured subnets",
        ),
        ("host", "", 400, "cannot connect container to host network - container must be created in host network mode"),
        (
            "none",
            "",
            400,
            "container cannot be connected to multiple networks with one of the networks in private (none) mode",
        ),
        (
            "br1",
            "host",
            400,
            "container sharing network namespace with another container or host cannot be connected to any other "
            "network",
        ),
        (
            "nosuch",
            "",
            500,
            "Could not attach to network nosuch: rpc error: code = NotFound desc = network nosuch not found",
        ),
        (
            "plain",
            "",
            500,
            "Could not attach to network plain: rpc error: code = PermissionDenied desc = network plain not manually "
            "attachable",
        ),
    ],
)
def test_what_cannot_be_connected(engines: SimulatedEngines, network: str, mode: str, status: int, text: str) -> None:
    """And why."""
    make(engines, "br1")
    make(engines, "br2", IPAM={"Config": [{"Subnet": "172.30.0.0/24"}]})
    make(engines, "plain", Driver="overlay")
    run(engines, "c1", mode=mode)
    own = (
        {"EndpointConfig": {"IPAMConfig": {"IPv4Address": "10.9.9.9"}}} if network.startswith("br") and not mode else {}
    )
    assert refusal(engines, f"/networks/{network}/connect", {"Container": "c1", **own}) == (status, text)


def test_a_container_of_a_worker_comes_to_an_attachable_network(engines: SimulatedEngines) -> None:
    """The worker shows the network then, with its peers; before and after it does not know it."""
    make(engines, "att", Driver="overlay", Attachable=True)
    assert engines.ask(WORKER, "GET", "/networks/att").status == 404
    run(engines, "c1", WORKER)
    assert engines.ask(WORKER, "POST", "/networks/att/connect", {"Container": "c1"}).status == 200
    shown = engines.ask(WORKER, "GET", "/networks/att").json()
    assert [each["Name"] for each in shown["Containers"].values()][:1] == ["c1"]
    assert len(shown["Peers"]) == 1
    assert refusal(engines, "/networks/att/connect", {"Container": "c1"}, WORKER) == (
        409,
        "c1 is already attached to network att",
    )
    assert engines.ask(WORKER, "POST", "/networks/att/disconnect", {"Container": "c1"}).status == 200
    assert engines.ask(WORKER, "GET", "/networks/att").status == 404


def test_prune_removes_what_nothing_uses(engines: SimulatedEngines) -> None:
    """The swarm's networks first; a worker has only its own."""
    make(engines, "plain", Driver="overlay")
    make(engines, "br1")
    make(engines, "br2")
    run(engines, "c1", mode="br2")
    assert engines.ask(WORKER, "POST", "/networks/prune").json() == {"NetworksDeleted": None}
    assert engines.ask(MANAGER, "POST", "/networks/prune").json() == {"NetworksDeleted": ["plain", "br1"]}


@pytest.mark.parametrize(
    ("ranges", "problem"),
    [
        ({"Subnet": "10.78.0.5/24"}, "invalid subnet 10.78.0.5/24: it should be 10.78.0.0/24"),
        ({"Subnet": "nosuch"}, "invalid subnet nosuch: invalid CIDR block notation"),
        ({"Gateway": "10.99.0.9"}, "invalid subnet : invalid CIDR block notation"),
        (
            {"Subnet": "10.78.0.0/24", "Gateway": "10.99.0.9"},
            "invalid gateway 10.99.0.9: parent subnet 10.78.0.0/24 doesn't contain this address",
        ),
        (
            {"Subnet": "10.78.0.0/24", "IPRange": "10.99.0.0/25"},
            "invalid ip-range 10.99.0.0/25: parent subnet 10.78.0.0/24 doesn't contain ip-range",
        ),
        (
            {"Subnet": "10.78.0.0/24", "IPRange": "nosuch", "Gateway": "nosuch"},
            "* invalid ip-range nosuch: invalid CIDR block notation\n* invalid gateway nosuch: invalid address",
        ),
    ],
)
@pytest.mark.parametrize("driver", ["bridge", "overlay"])
def test_a_range_that_is_none_is_refused(
    engines: SimulatedEngines, driver: str, ranges: dict[str, str], problem: str
) -> None:
    """In the same words for both drivers."""
    body = {"Name": "bad", "Driver": driver, "IPAM": {"Config": [ranges]}}
    assert refusal(engines, "/networks/create", body) == (400, f"invalid network config:\n{problem}")


def test_a_range_shows_as_it_was_asked_for(engines: SimulatedEngines) -> None:
    """Addresses come from the part that was named."""
    ranges = {"Subnet": "172.30.0.0/24", "IPRange": "172.30.0.128/25", "Gateway": "172.30.0.254"}
    make(engines, "br2", IPAM={"Config": [ranges]})
    assert engines.ask(MANAGER, "GET", "/networks/br2").json()["IPAM"]["Config"] == [ranges]
    run(engines, "c1", mode="br2")
    assert networks_of(engines, "c1") == {"br2": "172.30.0.128"}


@pytest.mark.parametrize("running", [True, False])
def test_an_address_on_one_of_dockers_own_networks_is_refused(engines: SimulatedEngines, running: bool) -> None:
    """All that is wrong is named, before it is looked whether the container is there already."""
    run(engines, "c1", start=running)
    config = {"IPAMConfig": {"IPv4Address": "1.1.1.1"}, "Aliases": ["x"]}
    assert refusal(engines, "/networks/bridge/connect", {"Container": "c1", "EndpointConfig": config}) == (
        400,
        "invalid endpoint settings:\n"
        "* user specified IP address is supported on user defined networks only\n"
        "* network-scoped alias is supported only for containers in user defined networks\n"
        "* user specified IP address is supported only when connecting to networks with user configured subnets",
    )


def test_a_container_is_not_made_with_an_address_that_its_network_has_not(engines: SimulatedEngines) -> None:
    """The refusal names the network; nothing is left."""
    make(engines, "own", IPAM={"Config": [{"Subnet": "172.40.0.0/24"}]})
    places = {"EndpointsConfig": {"own": {"IPAMConfig": {"IPv4Address": "172.17.0.9"}}}}
    body = {"Image": "alpine", "HostConfig": {"NetworkMode": "own"}, "NetworkingConfig": places}
    assert refusal(engines, "/containers/create?name=c1", body) == (
        400,
        "invalid config for network own: invalid endpoint settings:\n"
        "no configured subnet or ip-range contain the IP address 172.17.0.9",
    )
    assert engines.ask(MANAGER, "GET", "/containers/json?all=1").json() == []


def test_an_address_that_another_has_is_refused(engines: SimulatedEngines) -> None:
    """A gateway has one, too; a running container is told so without more words."""
    make(engines, "own", IPAM={"Config": [{"Subnet": "172.40.0.0/24"}]})
    run(engines, "c1")
    config = {"IPAMConfig": {"IPv4Address": "172.40.0.1"}}
    body = {"Container": "c1", "EndpointConfig": config}
    assert refusal(engines, "/networks/own/connect", body) == (403, "Address already in use")


def test_prune_goes_by_age_and_labels(engines: SimulatedEngines) -> None:
    """What is young, and what has an unwanted label, stays; overlays are no exception."""
    make(engines, "plain")
    make(engines, "kept", Labels={"keep": ""})
    make(engines, "wide", Driver="overlay")

    def prune(filters: str) -> list[str] | None:
        return engines.ask(MANAGER, "POST", f"/networks/prune?filters={filters}").json()["NetworksDeleted"]

    assert prune('{"until":["1h"]}') is None
    assert prune('{"label!":["keep"]}') == ["wide", "plain"]
    engines.wait(10)
    assert prune('{"until":["5s"]}') == ["kept"]


def test_a_network_whose_range_is_taken_waits_without_a_driver(engines: SimulatedEngines) -> None:
    """A task on it stays new; both get on when the other network goes."""
    make(engines, "talk", Driver="overlay", IPAM={"Config": [{"Subnet": "10.20.0.0/24"}]})
    make(engines, "wide", Driver="overlay", IPAM={"Config": [{"Subnet": "10.20.0.0/16"}]})
    shown = engines.ask(MANAGER, "GET", "/networks/wide").json()
    assert (shown["Driver"], shown["Options"]) == ("", None)
    assert shown["IPAM"] == {"Driver": "", "Options": None, "Config": None}
    task = {"ContainerSpec": {"Image": "alpine", "Args": ["sleep", "1000"]}, "Networks": [{"Target": "wide"}]}
    assert engines.ask(MANAGER, "POST", "/services/create", {"Name": "web", "TaskTemplate": task}).status == 201
    engines.wait(3)
    assert [each["Status"]["State"] for each in engines.ask(MANAGER, "GET", "/tasks").json()] == ["new"]
    assert engines.ask(MANAGER, "DELETE", "/networks/talk").status == 204
    engines.wait(10)
    assert [each["Status"]["State"] for each in engines.ask(MANAGER, "GET", "/tasks").json()] == ["running"]
    assert engines.ask(MANAGER, "GET", "/networks/wide").json()["Driver"] == "overlay"


@pytest.mark.parametrize("address", ["172.40.0.300", "abc", "::1", "0.0.0.0"])
def test_what_is_no_address_is_refused(engines: SimulatedEngines, address: str) -> None:
    """Whether a container is made or connected; recorded from 28.5.2."""
    make(engines, "own", IPAM={"Config": [{"Subnet": "172.40.0.0/24"}]})
    run(engines, "c1")
    place = {"IPAMConfig": {"IPv4Address": address}}
    wrong = (
        f"invalid endpoint settings:\n* invalid IPv4 address: {address}\n"
        f"* no configured subnet or ip-range contain the IP address {address}"
    )
    body = {"Container": "c1", "EndpointConfig": place}
    assert refusal(engines, "/networks/own/connect", body) == (400, wrong)
    body = {"Image": "alpine", "Cmd": ["sleep", "9"], "NetworkingConfig": {"EndpointsConfig": {"own": place}}}
    assert refusal(engines, "/containers/create", body) == (400, f"invalid config for network own: {wrong}")


def test_what_is_no_address_is_waited_for_in_vain_on_an_overlay(engines: SimulatedEngines) -> None:
    """Its place cannot be had; the swarm goes on. Recorded from 28.5.2."""
    make(engines, "wide", Driver="overlay", Attachable=True, IPAM={"Config": [{"Subnet": "10.20.0.0/24"}]})
    run(engines, "c1")
    body = {"Container": "c1", "EndpointConfig": {"IPAMConfig": {"IPv4Address": "10.20.0.300"}}}
    status, message = refusal(engines, "/networks/wide/connect", body)
    assert status == 500
    assert message.startswith("attaching to network failed")
    assert engines.ask(MANAGER, "GET", "/nodes").status == 200


@pytest.mark.parametrize(("wanted", "driver"), [("abc", ""), ("", ""), ("4444", "overlay")])
def test_an_overlay_may_choose_its_vxlan_id(engines: SimulatedEngines, wanted: str, driver: str) -> None:
    """One that is no number leaves the network as it was asked for, without a driver. Recorded from 28.5.2."""
    option = "com.docker.network.driver.overlay.vxlanid_list"
    make(engines, "wide", Driver="overlay", Options={option: wanted})
    shown = engines.ask(MANAGER, "GET", "/networks/wide").json()
    assert (shown["Driver"], (shown["Options"] or {}).get(option, "")) == (driver, wanted if driver else "")
    assert engines.ask(MANAGER, "DELETE", "/networks/wide").status == 204
    assert engines.ask(MANAGER, "GET", "/networks").status == 200


@pytest.mark.parametrize("subnet", ["10.41.0.0/32", "10.42.0.0/31"])
def test_a_network_may_be_as_small_as_it_likes(engines: SimulatedEngines, subnet: str) -> None:
    """Recorded from 28.5.2."""
    body = {"Name": "small", "IPAM": {"Config": [{"Subnet": subnet}]}}
    assert engines.ask(MANAGER, "POST", "/networks/create", body).status == 201


@pytest.mark.parametrize(("kind", "status"), [("networks", 400), ("containers", 400), ("images", 500)])
def test_a_prune_reads_its_filters_first(engines: SimulatedEngines, kind: str, status: int) -> None:
    """Also where there is nothing to prune; recorded from 28.5.2."""
    path = f"/{kind}/prune?filters="
    assert refusal(engines, path + '{"until":["x"]}', None) == (
        status,
        'failed to parse value as time or duration: "x"',
    )
    assert refusal(engines, path + '{"until":["1h","2h"]}', None) == (status, "more than one until filter specified")


OVERLAY = {"Name": "x", "Driver": "overlay"}
NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
FROM_A_WORKER = "Cannot create a multi-host network from a worker node. Please create the network from a manager node."
NO_SWARM = "cannot create a swarm scoped network when swarm is not active"


@pytest.mark.parametrize(
    ("state", "body", "text"),
    [
        ("formed", OVERLAY, NO_MANAGER),
        ("formed", {**OVERLAY, "Scope": "local"}, NO_MANAGER),
        ("formed", {"Name": "x", "Driver": "bridge", "Scope": "swarm"}, FROM_A_WORKER),
        ("separate", OVERLAY, NO_MANAGER),
        ("separate", {"Name": "x", "Driver": "macvlan", "Scope": "swarm"}, NO_SWARM),
    ],
)
def test_only_managers_make_networks_of_the_swarm(state: str, body: dict[str, str], text: str) -> None:
    """In words that tell an overlay from others. Source: moby daemon/network.go, libnetwork/controller.go."""
    assert refusal(SimulatedEngines(state), "/networks/create", body, WORKER) == (403, text)


IPAM = {"IPAM": {"Driver": "nosuch"}}
TAKEN = (409, "network with name taken already exists")
NO_DRIVER = (404, 'plugin "nosuch" not found')
NO_CONFIGURATION = (404, 'configuration network "nosuch" does not exist')
CONFIGURED_TWICE = (
    403,
    "user specified configurations are not supported if the network depends on a configuration network",
)
"""Recorded from 28.5.2: before it is looked whether the configuration is there."""
FROM_NOWHERE = {"ConfigFrom": {"Network": "nosuch"}}
RANGE = {"IPAM": {"Config": [{"Subnet": "nosuch"}]}}
NO_RANGE = (400, "invalid network config:\ninvalid subnet nosuch: invalid CIDR block notation")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"Name": "taken", "Driver": "nosuch"}, TAKEN),
        ({"Name": "taken", **IPAM}, TAKEN),
        ({"Name": "taken", "Ingress": True}, TAKEN),
        ({"Name": "taken", "Driver": "overlay", "EnableIPv4": False}, TAKEN),
        ({"Name": "taken", **RANGE}, NO_RANGE),
        ({"Name": " ", "Driver": "nosuch"}, (400, "invalid name: name is empty")),
        ({"Name": "x", "Driver": "nosuch", "Ingress": True}, NO_DRIVER),
        ({"Name": "x", "Driver": "nosuch", **FROM_NOWHERE}, NO_DRIVER),
        ({"Name": "x", **FROM_NOWHERE, **IPAM}, CONFIGURED_TWICE),
        ({"Name": "x", "Driver": "host", **IPAM}, (403, 'only one instance of "host" network is allowed')),
        ({"Name": "x", "EnableIPv4": False, **IPAM}, NO_DRIVER),
    ],
)
def test_of_several_mistakes_the_first_is_refused(
    engines: SimulatedEngines, body: dict[str, object], expected: tuple[int, str]
) -> None:
    """Ranges, name, driver, configuration, addresses. Source: moby libnetwork/controller.go, NewNetwork."""
    make(engines, "taken")
    assert refusal(engines, "/networks/create", body) == expected


def test_a_worker_looks_for_the_configuration_first(engines: SimulatedEngines) -> None:
    """Before it says that it does not manage."""
    body = {"Name": "x", "Driver": "macvlan", "Scope": "swarm", **FROM_NOWHERE}
    assert refusal(engines, "/networks/create", body, WORKER) == NO_CONFIGURATION


def test_a_configuration_needs_no_driver(engines: SimulatedEngines) -> None:
    """Its driver is null whatever is asked for."""
    make(engines, "conf", ConfigOnly=True, Driver="nosuch")
    assert engines.ask(MANAGER, "GET", "/networks/conf").json()["Driver"] == "null"
