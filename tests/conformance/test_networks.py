"""Networks of hosts and of the swarm: what is refused, who may attach, which addresses are given, who finds whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.client.protocols import NoWebAnswer
from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, OTHER, WORKER, ask, demand, wait_for

STARTS_FROM = "formed"
NS = 10**9

SAY = "httpd -f -p 80 -h /www"
SERVE = f"mkdir -p /www; hostname > /www/index.html; {SAY}"


@dataclass(slots=True)
class Story:
    """What was seen."""

    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    shown: dict[str, Any] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)


def refuse(story: Story, key: str, lab: Lab, node: str, path: str, body: object) -> None:
    answer = ask(lab[node], "POST", path, body)
    story.refused[key] = (answer.status_code, answer.json()["message"])


def run(lab: Lab, node: str, name: str, *command: str, network: str) -> tuple[int, str]:
    """`docker run --detach`: status and refusal of the start."""
    body = {"Image": "alpine:latest", "Cmd": list(command), "HostConfig": {"NetworkMode": network}}
    body["NetworkingConfig"] = {"EndpointsConfig": {network: {"Aliases": [f"alias-of-{name}"]}}}
    demand(lab[node], "POST", f"/containers/create?name={name}", body)
    answer = ask(lab[node], "POST", f"/containers/{name}/start")
    return answer.status_code, "" if answer.ok else answer.json()["message"]


def output(lab: Lab, node: str, *command: str, network: str) -> str:
    """What a container prints until it ends."""
    assert run(lab, node, "asker", *command, network=network)[0] == 204
    demand(lab[node], "POST", "/containers/asker/wait")
    text: str = lab[node].client.containers.get("asker").logs().decode()
    demand(lab[node], "DELETE", "/containers/asker?force=1")
    return text


@pytest.fixture(scope="module")
def networks(lab: Lab) -> Story:
    """Networks are made, refused and removed."""
    story, manager = Story(), lab[MANAGER]
    for node in (MANAGER, WORKER):
        lab[node].client.images.pull("alpine", tag="latest")
    for name, driver, more in (
        ("plain", "overlay", {}),
        ("att", "overlay", {"Attachable": True}),
        ("ranged", "overlay", {"IPAM": {"Config": [{"Subnet": "10.77.0.0/24", "Gateway": "10.77.0.9"}]}}),
        ("local", "bridge", {}),
    ):
        demand(manager, "POST", "/networks/create", {"Name": name, "Driver": driver, **more})
    _refusals(story, lab)
    run(lab, WORKER, "c1", "sleep", "1000", network="att")
    story.shown["on the worker"] = demand(lab[WORKER], "GET", "/networks/att")
    story.shown["on the manager"] = demand(manager, "GET", "/networks/att")
    story.shown["ranged"] = demand(manager, "GET", "/networks/ranged")
    story.shown["host of the swarm"] = demand(manager, "GET", "/networks/host?scope=swarm")
    lab.clock.sleep(5)
    story.said["by name"] = output(lab, MANAGER, "ping", "-c", "1", "c1", network="att")
    story.said["by alias"] = output(lab, MANAGER, "ping", "-c", "1", "alias-of-c1", network="att")
    story.said["by no name"] = output(lab, MANAGER, "ping", "-c", "1", "nosuch", network="att")
    refuse(story, "attached already", lab, WORKER, "/networks/att/connect", {"Container": "c1"})
    in_use = ask(manager, "DELETE", "/networks/att")
    story.refused["in use"] = (in_use.status_code, in_use.json()["message"].rpartition(" ")[0])
    demand(lab[WORKER], "DELETE", "/containers/c1?force=1")
    wait_for(lab, lambda: ask(manager, "DELETE", "/networks/att").status_code, 204)
    story.shown["pruned"] = demand(manager, "POST", "/networks/prune")["NetworksDeleted"]
    return story


def _refusals(story: Story, lab: Lab) -> None:
    create = "/networks/create"
    refuse(story, "twice", lab, MANAGER, create, {"Name": "att", "Driver": "overlay"})
    refuse(story, "by a worker", lab, WORKER, create, {"Name": "x", "Driver": "overlay"})
    refuse(
        story,
        "attachable ingress",
        lab,
        MANAGER,
        create,
        {"Name": "x", "Driver": "overlay", "Ingress": True, "Attachable": True},
    )
    refuse(story, "local ingress", lab, MANAGER, create, {"Name": "x", "Ingress": True})
    refuse(story, "local overlay", lab, MANAGER, create, {"Name": "x", "Driver": "overlay", "Scope": "local"})
    refuse(story, "driver", lab, MANAGER, create, {"Name": "x", "Driver": "nosuch"})
    refuse(story, "nameless", lab, MANAGER, create, {"Name": ""})
    ranges = {"Subnet": "10.78.0.0/24", "IPRange": "nosuch", "Gateway": "10.99.0.1"}
    refuse(story, "ranges", lab, MANAGER, create, {"Name": "x", "IPAM": {"Config": [ranges]}})
    for node in (MANAGER, WORKER):
        story.refused[f"plain on {node}"] = run(lab, node, "poor", "true", network="plain")
        demand(lab[node], "DELETE", "/containers/poor")
    story.refused["nosuch"] = run(lab, WORKER, "poor", "true", network="nosuch")
    demand(lab[WORKER], "DELETE", "/containers/poor")


@pytest.fixture(scope="module")
def services(lab: Lab, networks: Story) -> Story:
    """A service with its port in host mode, one without an address of its own, one on the host's network."""
    story = Story()
    demand(lab[MANAGER], "POST", "/networks/create", {"Name": "back", "Driver": "overlay", "Attachable": True})
    here = {"Constraints": [f"node.hostname=={WORKER}"]}
    web = {"Image": "alpine:latest", "Args": ["sh", "-c", SERVE], "StopGracePeriod": NS}
    port = {"TargetPort": 80, "PublishedPort": 8080, "PublishMode": "host"}
    specs = {
        "published": {"EndpointSpec": {"Mode": "dnsrr", "Ports": [port]}, "TaskTemplate": {"Placement": here}},
        "found": {"EndpointSpec": {"Mode": "dnsrr"}, "Mode": {"Replicated": {"Replicas": 2}}},
        "onhost": {"TaskTemplate": {"Networks": [{"Target": "host"}], "Placement": here}},
    }
    for name, spec in specs.items():
        template = {
            "ContainerSpec": web,
            "Networks": [{"Target": "back", "Aliases": ["nick"]}],
            **spec.pop("TaskTemplate", {}),
        }
        demand(lab[MANAGER], "POST", "/services/create", {"Name": name, "TaskTemplate": template, **spec})
        lab.wait_converged(name)
    lab.clock.sleep(5)
    for node in (WORKER, OTHER):
        try:
            story.shown[f"port of {node}"] = lab[node].get(8080).status
        except NoWebAnswer as error:
            story.said[f"port of {node}"] = str(error)
    story.shown["name on host"] = lab[WORKER].get(80).body.strip()
    tasks = demand(lab[MANAGER], "GET", "/tasks")
    story.shown["addresses"] = sorted(
        attachment["Addresses"][0].partition("/")[0]
        for task in tasks
        for attachment in task.get("NetworksAttachments", ())
        if task["ServiceID"] == demand(lab[MANAGER], "GET", "/services/found")["ID"]
    )
    story.shown["hostless"] = [
        attachment.get("Addresses")
        for task in tasks
        for attachment in task["NetworksAttachments"]
        if attachment["Network"]["Spec"]["Name"] == "host"
    ]
    for name in ("found", "tasks.found"):
        text = output(lab, MANAGER, "nslookup", name, network="back")
        story.shown[name] = sorted(line.split()[1] for line in text.splitlines() if line.startswith("Address: "))
    story.said["page"] = output(lab, MANAGER, "wget", "-qO-", "http://published", network="back")
    story.said["refused"] = output(lab, MANAGER, "wget", "-qO-", "http://published:81", network="back")
    story.said["nobody"] = output(lab, MANAGER, "wget", "-qO-", "http://nosuch", network="back")
    return story


@pytest.mark.parametrize(
    ("what", "status", "text"),
    [
        ("twice", 409, "network with name att already exists"),
        ("local ingress", 403, "Ingress network can only be global scope network"),
        ("local overlay", 403, "cannot downgrade network scope for overlay networks"),
        ("driver", 404, 'plugin "nosuch" not found'),
        ("nameless", 400, "invalid name: name is empty"),
        (
            "ranges",
            400,
            "invalid network config:\n* invalid ip-range nosuch: invalid CIDR block notation\n"
            "* invalid gateway 10.99.0.1: parent subnet 10.78.0.0/24 doesn't contain this address",
        ),
        (
            "attachable ingress",
            400,
            "rpc error: code = InvalidArgument desc = ingress network cannot be attachable",
        ),
        (
            "by a worker",
            403,
            'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to '
            "swarm and try again.",
        ),
        ("attached already", 409, "c1 is already attached to network att"),
    ],
)
def test_what_is_refused(networks: Story, what: str, status: int, text: str) -> None:
    """Status and words."""
    assert networks.refused[what] == (status, text)


@pytest.mark.parametrize("node", [MANAGER, WORKER])
def test_a_network_for_services_takes_no_other_container(networks: Story, node: str) -> None:
    """Wherever it is started."""
    assert networks.refused[f"plain on {node}"] == (
        500,
        "failed to set up container networking: Could not attach to network plain: rpc error: code = PermissionDenied "
        "desc = network plain not manually attachable",
    )


def test_a_node_asks_its_swarm_for_a_network_that_it_does_not_know(networks: Story) -> None:
    """And hears that there is none."""
    assert networks.refused["nosuch"] == (
        500,
        "failed to set up container networking: Could not attach to network nosuch: rpc error: code = NotFound desc = "
        "network nosuch not found",
    )


def test_an_attached_container_has_an_address_of_the_swarm(networks: Story) -> None:
    """Its node shows it, and the node's own place from which it balances load; a manager elsewhere shows neither."""
    attached = networks.shown["on the worker"]["Containers"]
    assert {each["Name"] for each in attached.values()} == {"c1", "att-endpoint"}
    subnet = networks.shown["on the worker"]["IPAM"]["Config"][0]["Subnet"].removesuffix("0/24")
    assert {each["IPv4Address"] for each in attached.values()} == {f"{subnet}2/24", f"{subnet}3/24"}
    assert networks.shown["on the manager"]["Containers"] is None
    assert "Peers" not in networks.shown["on the manager"]
    assert [peer.keys() for peer in networks.shown["on the worker"]["Peers"]] == [{"Name", "IP"}]


def test_attached_containers_find_each_other_over_hosts(networks: Story) -> None:
    """By name and alias; an unknown name is a bad address."""
    assert "1 packets transmitted, 1 packets received" in networks.said["by name"]
    assert "1 packets transmitted, 1 packets received" in networks.said["by alias"]
    assert networks.said["by no name"] == "ping: bad address 'nosuch'\n"


def test_a_network_in_use_by_a_container_stays(networks: Story) -> None:
    """The attachment counts as a task."""
    status, text = networks.refused["in use"]
    assert status == 400
    assert text.startswith("rpc error: code = FailedPrecondition desc = network ")
    assert text.endswith(" is in use by task")


def test_a_gateway_of_ones_own_choice(networks: Story) -> None:
    """Is shown as it was asked for."""
    assert networks.shown["ranged"]["IPAM"]["Config"] == [{"Subnet": "10.77.0.0/24", "Gateway": "10.77.0.9"}]


def test_the_hosts_networks_are_known_to_the_swarm(networks: Story) -> None:
    """By a label, and without a range."""
    host = networks.shown["host of the swarm"]
    assert (host["Driver"], host["Scope"], host["IPAM"]["Config"]) == ("host", "swarm", [])
    assert host["Labels"] == {"com.docker.swarm.predefined": "true"}


def test_prune_removes_all_that_nothing_uses(networks: Story) -> None:
    """The swarm's networks and the host's own."""
    assert sorted(networks.shown["pruned"]) == ["local", "plain", "ranged"]


def test_a_port_in_host_mode_is_served_where_the_task_is(services: Story) -> None:
    """Asked from outside; on another node nothing listens."""
    assert services.shown[f"port of {WORKER}"] == 200
    assert services.said[f"port of {OTHER}"].endswith("Connection refused")


def test_on_the_hosts_network_a_task_serves_the_hosts_ports(services: Story) -> None:
    """It has the host's name, and no address of the swarm."""
    assert services.shown["name on host"] == WORKER
    assert services.shown["hostless"] == [None]


def test_without_a_virtual_address_names_lead_to_the_tasks(services: Story) -> None:
    """The service's name as well as `tasks.` before it."""
    assert len(services.shown["addresses"]) == 2
    assert services.shown["found"] == services.shown["tasks.found"] == services.shown["addresses"]


def test_a_web_server_is_asked_by_its_services_name(services: Story) -> None:
    """What is not there is told in busybox's words."""
    assert len(services.said["page"].strip()) == 12
    assert services.said["refused"].startswith("wget: can't connect to remote host (")
    assert services.said["refused"].endswith("): Connection refused\n")
    assert services.said["nobody"] == "wget: bad address 'nosuch'\n"
