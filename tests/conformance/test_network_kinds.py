"""Networks of all kinds: ranges, configurations for others, other drivers in the swarm, chosen addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, OTHER, WORKER, Spec, ask, demand, type_line

STARTS_FROM = "formed"


def ranges(*configs: Spec, **more: object) -> Spec:
    """What is said of addresses."""
    return {"IPAM": {"Config": list(configs), **more}}


A_IS_B, AUX = {"a": "b"}, {"a": "10.99.0.3"}
NETWORKS: dict[str, Spec] = {
    "aux": ranges({"Subnet": "172.31.3.0/24", "AuxiliaryAddresses": {"a": "172.31.3.2"}}),
    "options": {"IPAM": {"Driver": "default", "Options": {"a": "b"}}},
    "part": ranges({"Subnet": "172.31.4.0/24", "IPRange": "172.31.4.128/25"}),
    "conf": {
        "ConfigOnly": True,
        "Options": {"com.docker.network.driver.mtu": "1400"},
        "Labels": {"a": "b"},
        **ranges({"Subnet": "192.168.90.0/24", "IPRange": "192.168.90.0/28", "Gateway": "192.168.90.9"}),
    },
    "empty": {"ConfigOnly": True, "Driver": "macvlan"},
    "configured": {"Driver": "bridge", "ConfigFrom": {"Network": "empty"}},
    "lan": {"Driver": "macvlan", "Options": {"parent": "eth0"}, **ranges({"Subnet": "192.168.77.0/24"})},
    "two": {"Driver": "overlay", **ranges({"Subnet": "10.98.0.0/29"}, {"Subnet": "10.98.1.0/24"})},
    "overlay-aux": {"Driver": "overlay", **ranges({"Subnet": "10.99.0.0/24", "AuxiliaryAddresses": AUX})},
    "overlay-options": {"Driver": "overlay", **ranges({"Subnet": "10.95.0.0/24"}, Driver="default", Options=A_IS_B)},
    "encrypted": {"Driver": "overlay", "Options": {"encrypted": ""}, **ranges({"Subnet": "10.94.0.0/24"})},
    "attachable": {"Driver": "overlay", "Attachable": True, **ranges({"Subnet": "10.96.0.0/24"})},
    "overlay-configured": {"Driver": "overlay", "ConfigFrom": {"Network": "empty"}},
    "everywhere": {"Driver": "bridge", "Scope": "swarm", "ConfigFrom": {"Network": "conf"}},
    "own": {"ConfigOnly": True, **ranges({"Subnet": "192.168.92.0/24"})},
    "own-range": {"Driver": "bridge", "Scope": "swarm", "Attachable": True, "ConfigFrom": {"Network": "own"}},
    "plain": {"Driver": "bridge", "Scope": "swarm"},
    "hosts": {"Driver": "host", "Scope": "swarm"},
}  # fmt: skip
ONLY = (
    "configuration network can only contain network specific fields. Network operator fields like [ ingress | internal "
    "| attachable | scope ] are not supported."
)
DEPENDS = "user specified configurations are not supported if the network depends on a configuration network"
NO_OPTIONS = "network driver options are not supported if the network depends on a configuration network"
NO_CONFIGURATION = 'configuration network "{}" does not exist'
REFUSED: dict[str, tuple[Spec, int, str]] = {
    "an address outside": (
        ranges({"Subnet": "172.31.9.0/24", "AuxiliaryAddresses": {"a": "10.0.0.1"}}), 400,
        "invalid network config:\ninvalid auxiliary address a: parent subnet 172.31.9.0/24 doesn't contain this "
        "address",
    ),
    "several ranges of a bridge": (
        ranges({"Subnet": "172.31.1.0/24"}, {"Subnet": "172.31.2.0/24"}), 403,
        "bridge driver doesn't support multiple subnets",
    ),
    "neither IPv4 nor IPv6": ({"EnableIPv4": False}, 400, "IPv4 or IPv6 must be enabled"),
    "an overlay without IPv4": (
        {"Driver": "overlay", "EnableIPv4": False}, 400, "IPv4 cannot be disabled in a Swarm scoped network",
    ),
    "an IPAM driver": ({"IPAM": {"Driver": "nosuch"}}, 404, 'plugin "nosuch" not found'),
    "no IPAM": ({"IPAM": {"Driver": "null"}}, 400, "ipv4 pool is empty"),
    "an IPAM driver of an overlay": (
        {"Driver": "overlay", "IPAM": {"Driver": "nosuch"}}, 400,
        "rpc error: code = InvalidArgument desc = error during lookup of plugin nosuch",
    ),
    "a mode of macvlan": (
        {"Driver": "macvlan", "Options": {"macvlan_mode": "x"}}, 500,
        "requested macvlan mode 'x' is not valid, 'bridge' mode is the macvlan driver default",
    ),
    "a mode of ipvlan": (
        {"Driver": "ipvlan", "Options": {"ipvlan_mode": "x"}}, 500,
        "requested ipvlan mode 'x' is not valid, 'l2' mode is the ipvlan driver default",
    ),
    "a parent": (
        {"Driver": "macvlan", "Options": {"parent": "nosuch0"}}, 500,
        "invalid subinterface vlan name nosuch0, example formatting is eth0.10",
    ),
    "a configuration of the swarm": ({"ConfigOnly": True, "Scope": "swarm"}, 403, ONLY),
    "an internal configuration": ({"ConfigOnly": True, "Internal": True}, 403, ONLY),
    "an attachable configuration": ({"ConfigOnly": True, "Attachable": True}, 403, ONLY),
    "a configuration of another": (
        {"ConfigOnly": True, "ConfigFrom": {"Network": "conf"}}, 403,
        "a configuration network cannot depend on another configuration network",
    ),
    "more than its configuration": (
        {"ConfigFrom": {"Network": "conf"}, **ranges({"Subnet": "192.168.79.0/24"})}, 403, DEPENDS,
    ),
    "more options": ({"ConfigFrom": {"Network": "conf"}, "Options": {"a": "b"}}, 403, NO_OPTIONS),
    "more than its configuration in the swarm": (
        {"Driver": "overlay", "ConfigFrom": {"Network": "conf"}, "Labels": {"a": "b"}}, 403, DEPENDS,
    ),
    "no such configuration": ({"ConfigFrom": {"Network": "nosuch"}}, 404, NO_CONFIGURATION.format("nosuch")),
    "a network as a configuration": ({"ConfigFrom": {"Network": "bridge"}}, 404, NO_CONFIGURATION.format("bridge")),
    "no such configuration in the swarm": (
        {"Driver": "macvlan", "Scope": "swarm", "ConfigFrom": {"Network": "nosuch"}}, 404,
        NO_CONFIGURATION.format("nosuch"),
    ),
    "one more host": ({"Driver": "host"}, 403, 'only one instance of "host" network is allowed'),
    "a name that is taken": ({"Name": "two"}, 409, "network with name two already exists"),
}  # fmt: skip
ATTACHING = (
    "failed to set up container networking: attaching to network failed, make sure your network options are correct "
    "and check manager logs: context deadline exceeded"
)
OUTSIDE = "invalid endpoint settings:\nno configured subnet or ip-range contain the IP address {}"
CONTAINERS: dict[str, tuple[str, str, str, tuple[int, str], str]] = {
    # node, network, wanted address, refusal of its creation or start, address
    "any": (MANAGER, "attachable", "", (0, ""), "10.96.0.2"),
    "chosen": (MANAGER, "attachable", "10.96.0.77", (0, ""), "10.96.0.77"),
    "elsewhere": (WORKER, "attachable", "10.96.0.99", (0, ""), "10.96.0.99"),
    "taken": (WORKER, "attachable", "10.96.0.77", (500, ATTACHING), ""),
    "the gateway's": (MANAGER, "attachable", "10.96.0.1", (500, ATTACHING), ""),
    "outside": (
        MANAGER, "attachable", "10.1.0.77",
        (400, "invalid config for network attachable: " + OUTSIDE.format("10.1.0.77")), "",
    ),
    "not the auxiliary one": (MANAGER, "aux", "", (0, ""), "172.31.3.3"),
    "the auxiliary one": (
        MANAGER, "aux", "172.31.3.2", (403, "failed to set up container networking: Address already in use"), "",
    ),
    "outside of a bridge": (
        MANAGER, "aux", "172.31.9.9", (400, "invalid config for network aux: " + OUTSIDE.format("172.31.9.9")), "",
    ),
    "on the old bridge": (
        MANAGER, "bridge", "172.17.0.9",
        (400, "invalid config for network bridge: invalid endpoint settings:\n* user specified IP address is "
              "supported on user defined networks only\n* user specified IP address is supported only when "
              "connecting to networks with user configured subnets"), "",
    ),
    "of part": (MANAGER, "part", "", (0, ""), "172.31.4.129"),
    "on the LAN": (MANAGER, "lan", "", (0, ""), "192.168.77.2"),
    "on a configuration": (
        MANAGER, "conf", "",
        (403, "failed to set up container networking: cannot create endpoint on configuration-only network"), "",
    ),
    "on each host's": (MANAGER, "own-range", "", (0, ""), "192.168.92.2"),
    "not attachable": (
        MANAGER, "plain", "",
        (500, "failed to set up container networking: Could not attach to network plain: rpc error: code = "
              "PermissionDenied desc = network plain not manually attachable"), "",
    ),
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Story:
    """What was answered and seen."""

    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    shown: dict[str, Spec] = field(default_factory=dict)
    containers: dict[str, tuple[tuple[int, str], str]] = field(default_factory=dict)
    tasks: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    addresses: dict[str, Any] = field(default_factory=dict)
    removed: dict[str, tuple[int, str]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Make them, run on them, remove them."""
    told, manager = Story(), lab[MANAGER]
    worker_conf = {"ConfigOnly": True, **ranges({"Subnet": "192.168.91.0/24"})}
    demand(lab[WORKER], "POST", "/networks/create", {"Name": "conf", **worker_conf})
    for name, body in NETWORKS.items():
        demand(manager, "POST", "/networks/create", {"Name": name, **body})
        told.shown[name] = allocated(lab, name)
    for what, (body, _, _) in REFUSED.items():
        told.refused[what] = told_of(ask(manager, "POST", "/networks/create", {"Name": "x", **body}))
        if told.refused[what] == (0, ""):
            demand(manager, "DELETE", "/networks/x")
    for node in (MANAGER, WORKER):
        assert ask(lab[node], "POST", "/images/create?fromImage=alpine&tag=latest").ok
    for what, (node, network, address, _, _) in CONTAINERS.items():
        told.containers[what] = run(lab, node, what, network, address)
    told.typed = {line: type_line(lab, MANAGER, line) for line in TYPED}
    serve(lab, told)
    told.removed["a configuration in use"] = told_of(ask(manager, "DELETE", "/networks/empty"))
    told.removed["its user"] = told_of(ask(manager, "DELETE", "/networks/configured"))
    return told


def told_of(answer: Any) -> tuple[int, str]:
    """Status and refusal of an answer, none where it was not refused."""
    return (0, "") if answer.ok else (answer.status_code, answer.json()["message"])


def run(lab: Lab, node: str, what: str, network: str, address: str) -> tuple[tuple[int, str], str]:
    """Run a container on a network: why not, and its address there."""
    name = what.replace(" ", "-").replace("'", "")
    endpoint = {"IPAMConfig": {"IPv4Address": address}} if address else {}
    networking = {"EndpointsConfig": {network: endpoint}}
    body = {"Image": "alpine:latest", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": network},
            "NetworkingConfig": networking}  # fmt: skip
    refusal = told_of(ask(lab[node], "POST", f"/containers/create?name={name}", body))
    if refusal[0]:
        return refusal, ""
    refusal = told_of(ask(lab[node], "POST", f"/containers/{name}/start"))
    found = demand(lab[node], "GET", f"/containers/{name}/json")["NetworkSettings"]["Networks"]
    return refusal, found[network]["IPAddress"]


SERVICES = {
    "s-two": ("two", 7),
    "s-everywhere": ("everywhere", 1),
    "s-plain": ("plain", 1),
    "s-hosts": ("hosts", 1),
    "s-aux": ("overlay-aux", 1),
    "s-encrypted": ("encrypted", 1),
}


def serve(lab: Lab, told: Story) -> None:
    """Services on them; those on networks that hosts make for themselves run on the hosts that can."""
    manager = lab[MANAGER]
    for name, (network, replicas) in SERVICES.items():
        create(lab, name, network, replicas, MANAGER if name != "s-two" else "")
    create(lab, "there", "everywhere", 1, WORKER)
    create(lab, "not-there", "everywhere", 1, OTHER)
    lab.wait_until(lambda: "" if settled(lab) else "tasks on their way", "settled tasks", timeout_s=90)
    for name in (*SERVICES, "there", "not-there"):
        service = demand(manager, "GET", f"/services/{name}")
        tasks = [task for task in demand(manager, "GET", "/tasks") if task["ServiceID"] == service["ID"]]
        told.tasks[name] = sorted({(each["Status"]["State"], each["Status"].get("Err", "")) for each in tasks})
        told.addresses[name] = sorted(
            address
            for task in tasks
            for place in task.get("NetworksAttachments", ())
            for address in place.get("Addresses", ())
        )
        told.addresses[f"of {name}"] = [vip.get("Addr", "") for vip in service["Endpoint"].get("VirtualIPs", ())]
    told.shown["everywhere on the worker"] = demand(lab[WORKER], "GET", "/networks/everywhere")
    (task,) = demand(manager, "GET", '/tasks?filters={"service":["there"]}')
    told.addresses["attachment"] = [place["Network"] for place in task["NetworksAttachments"]]
    inspected = demand(lab[WORKER], "GET", f"/containers/{task['Status']['ContainerStatus']['ContainerID']}/json")
    told.addresses["container"] = inspected["NetworkSettings"]["Networks"]["everywhere"]


def allocated(lab: Lab, name: str) -> Any:
    """A network as it is shown once the swarm has made it: then it has a driver."""
    shown: dict[str, Any] = {}

    def missing() -> str:
        shown.update(demand(lab[MANAGER], "GET", f"/networks/{name}"))
        return "" if shown["Driver"] else "no driver yet"

    lab.wait_until(missing, f"{name} has a driver", timeout_s=30)
    return shown


def create(lab: Lab, name: str, network: str, replicas: int, host: str) -> None:
    """A service that sleeps on a network, on one host or on any."""
    template: Spec = {
        "ContainerSpec": {"Image": "alpine:latest", "Args": ["sleep", "1000"], "StopGracePeriod": NS},
        "Networks": [{"Target": network}],
        "RestartPolicy": {"Condition": "none"},
        **({"Placement": {"Constraints": [f"node.hostname=={host}"]}} if host else {}),
    }
    body = {"Name": name, "TaskTemplate": template, "Mode": {"Replicated": {"Replicas": replicas}}}
    demand(lab[MANAGER], "POST", "/services/create", body)


def settled(lab: Lab) -> bool:
    """Whether every task has come to where it stays."""
    states = {task["Status"]["State"] for task in demand(lab[MANAGER], "GET", "/tasks")}
    return states <= {"running", "failed", "rejected"}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused(story: Story, what: str) -> None:
    """In the engine's words."""
    _, status, message = REFUSED[what]
    assert story.refused[what] == (status, message)


@pytest.mark.parametrize("what", CONTAINERS)
def test_a_container_gets_the_address_that_it_can_have(story: Story, what: str) -> None:
    """On overlays, bridges and what is like them; what is taken in the swarm is waited for in vain."""
    *_, refusal, address = CONTAINERS[what]
    assert story.containers[what] == (refusal, address)


CONFIG = {
    "aux": [{"Subnet": "172.31.3.0/24", "AuxiliaryAddresses": {"a": "172.31.3.2"}}],
    "part": [{"Subnet": "172.31.4.0/24", "IPRange": "172.31.4.128/25"}],
    "conf": [{"Subnet": "192.168.90.0/24", "IPRange": "192.168.90.0/28", "Gateway": "192.168.90.9"}],
    "empty": None,
    "lan": [{"Subnet": "192.168.77.0/24"}],
    "two": [{"Subnet": "10.98.0.0/29", "Gateway": "10.98.0.1"}, {"Subnet": "10.98.1.0/24", "Gateway": "10.98.1.1"}],
    "overlay-aux": [{"Subnet": "10.99.0.0/24", "Gateway": "10.99.0.1"}],
    "everywhere": [],
    "plain": [],
    "everywhere on the worker": [{"Subnet": "192.168.91.0/24"}],
}


@pytest.mark.parametrize("name", CONFIG)
def test_ranges_are_shown_as_they_were_asked_for_or_given(story: Story, name: str) -> None:
    """A gateway that nobody asked for is shown in the swarm only."""
    assert story.shown[name]["IPAM"]["Config"] == CONFIG[name]


def test_a_configuration_is_shown_without_what_it_does_not_say(story: Story) -> None:
    """Its driver is null whatever was asked for."""
    assert {name: story.shown[name]["Driver"] for name in ("conf", "empty", "configured", "lan", "everywhere")} == {
        "conf": "null",
        "empty": "null",
        "configured": "bridge",
        "lan": "macvlan",
        "everywhere": "bridge",
    }
    kinds = {
        name: (shown["ConfigOnly"], shown["ConfigFrom"]["Network"], shown["Scope"])
        for name, shown in story.shown.items()
    }
    assert kinds["conf"] == kinds["empty"] == (True, "", "local")
    assert kinds["configured"] == (False, "empty", "local")
    assert kinds["overlay-configured"] == (False, "empty", "swarm")
    assert kinds["everywhere"] == kinds["everywhere on the worker"] == (False, "conf", "swarm")
    assert (story.shown["conf"]["Options"], story.shown["conf"]["Labels"]) == (
        {"com.docker.network.driver.mtu": "1400"},
        {"a": "b"},
    )


def test_options_of_address_management_are_shown(story: Story) -> None:
    """The swarm adds its own."""
    assert story.shown["options"]["IPAM"]["Options"] == {"a": "b"}
    assert story.shown["overlay-options"]["IPAM"]["Options"] == {"a": "b", "com.docker.network.ipam.serial": "true"}
    assert (story.shown["two"]["IPAM"]["Options"], story.shown["plain"]["IPAM"]) == (
        None,
        {"Driver": "", "Options": None, "Config": []},
    )
    assert (story.shown["plain"]["Options"], story.shown["plain"]["Labels"], story.shown["plain"]["Containers"]) == (
        None, None, None,
    )  # fmt: skip


def test_an_overlay_has_a_number_for_each_range(story: Story) -> None:
    """And addresses of the second one when the first is used up."""
    first, second = story.shown["two"]["Options"]["com.docker.network.driver.overlay.vxlanid_list"].split(",")
    assert int(second) == int(first) + 1
    assert story.addresses["of s-two"] == ["10.98.0.2/29"]
    given = story.addresses["s-two"]
    assert len(given) == len(set(given)) == 7
    assert {address.rpartition(".")[0] for address in given} == {"10.98.0", "10.98.1"}
    assert story.tasks["s-two"] == [("running", "")]


def test_the_swarm_minds_no_auxiliary_addresses(story: Story) -> None:
    """They are given out like others."""
    assert story.addresses["s-aux"] == ["10.99.0.3/24"]
    assert story.tasks["s-encrypted"] == [("running", "")]


def test_a_network_of_each_host_is_made_where_its_configuration_is(story: Story) -> None:
    """A task on a host without it is rejected; the swarm gives no addresses on it."""
    assert story.tasks["s-everywhere"] == story.tasks["there"] == story.tasks["s-plain"] == [("running", "")]
    assert story.tasks["not-there"] == [("rejected", NO_CONFIGURATION.format("conf"))]
    assert story.tasks["s-hosts"] == [("rejected", 'only one instance of "host" network is allowed')]
    assert (story.addresses["there"], story.addresses["of there"]) == ([], [""])
    shown = story.addresses["container"]
    assert (shown["IPAMConfig"], shown["IPAddress"], shown["Gateway"]) == ({}, "192.168.91.2", "192.168.91.1")


def test_a_task_carries_its_network_without_ranges(story: Story) -> None:
    """Where each host makes it."""
    (network,) = story.addresses["attachment"]
    assert network["Spec"] == {
        "Name": "everywhere",
        "Labels": {},
        "DriverConfiguration": {"Name": "bridge"},
        "ConfigFrom": {"Network": "conf"},
        "Scope": "swarm",
    }
    assert (network["DriverState"], network["IPAMOptions"]) == ({"Name": "bridge"}, {"Driver": {}})


def test_a_configuration_stays_while_it_is_used(story: Story) -> None:
    """Its users first."""
    in_use = 'error while removing network: configuration network "empty" is in use'
    assert story.removed == {"a configuration in use": (403, in_use), "its user": (0, "")}


TYPED = {
    "docker network create --config-only --subnet 172.29.0.0/24 --aux-address a=172.29.0.4 t1": ["<id>"],
    "docker network create --config-from t1 t2": ["<id>"],
    "docker network create --config-from t1 --driver macvlan --scope swarm t3": ["<id>"],
    "docker network create --config-only --config-from t1 t4": [
        "Error response from daemon: a configuration network cannot depend on another configuration network"
    ],
    "docker network create --ipv4=false t5": ["Error response from daemon: IPv4 or IPv6 must be enabled"],
    "docker network create --subnet 172.28.0.0/24 --subnet 172.28.1.0/24 t4": [
        "Error response from daemon: bridge driver doesn't support multiple subnets"
    ],
    "docker network create --aux-address a=1.2.3.4 --subnet 172.28.4.0/24 t4": [
        "no matching subnet for aux-address 1.2.3.4"
    ],
    "docker network create --gateway 172.28.5.1 t4": ["every ip-range or gateway must have a corresponding subnet"],
    "docker network create --ipam-opt a=b t4": ["<id>"],
    "docker network ls --filter name=t --format '{{.Name}} {{.Driver}} {{.Scope}}' --filter driver=null": [
        "empty null local",
        "t1 null local",
    ],
    "docker network rm t1": [
        'Error response from daemon: error while removing network: configuration network "t1" is in use'
    ],
}


@pytest.mark.cli
@pytest.mark.parametrize("line", [line for line in TYPED if "rm t1" not in line])
def test_the_docker_command_prints(story: Story, line: str) -> None:
    """What a reader sees who types it."""
    assert story.typed[line] == TYPED[line]
