"""Stacks: what `docker stack` makes of a Compose file, what it refuses, and in which order everything goes again.

The story is told twice, typed with the docker CLI and run as `%docker`: both must print the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.commands.running import printed
from tests.conformance.asking import MANAGER, WORKER, Spec, demand, type_line, typist, wait_for
from tests.needs import has_docker_command

STARTS_FROM = "formed"

CLI, MAGIC = "docker", "%docker"
NAMESPACE = "com.docker.stack.namespace"
OF_THE_STACK = f'{{"label":["{NAMESPACE}=demo"]}}'

STACK = """\
services:
  web:
    image: alpine:3.20
    command: sleep 1000
    stop_grace_period: 1s
    environment: [B=2, A=1]
    labels: {in: container}
    configs: [{source: greeting, target: /etc/greeting}]
    secrets: [word]
    networks: {front: {aliases: [shop]}, default: {}}
    ports: ["8080:80"]
    volumes: ["kept:/kept"]
    deploy: {replicas: 2, labels: {on: service}}
  ticker:
    image: alpine:3.20
    command: sleep 1000
    stop_grace_period: 1s
    deploy: {mode: global, placement: {constraints: [node.role == manager]}}
networks:
  front: {attachable: true, labels: {a: b}}
configs:
  greeting: {file: ./greeting, labels: {c: d}}
secrets:
  word: {file: ./greeting}
volumes:
  kept: {}
"""
LESS = """\
services:
  web: {image: "alpine:3.20", command: sleep 1000, stop_grace_period: 1s}
"""
WITH_CONFIG = """\
services:
  web: {image: "alpine:3.20", command: sleep 1000, stop_grace_period: 1s, configs: [greeting]}
configs:
  greeting: {file: ./changed}
"""
EXTERNAL = """\
services:
  web: {image: "alpine:3.20", command: sleep 1000, stop_grace_period: 1s, networks: [outer]}
networks:
  outer: {external: true, name: NAME}
"""
NO_SECRET = """\
services:
  web: {image: "alpine:3.20", secrets: [word]}
secrets:
  word: {external: true}
"""
FILES = {
    "stack.yml": STACK,
    "other-image.yml": STACK.replace("alpine:3.20", "alpine:3.21"),
    "less.yml": LESS,
    "changed.yml": WITH_CONFIG,
    "no-network.yml": EXTERNAL.replace("NAME", "nosuch"),
    "local-network.yml": EXTERNAL.replace("NAME", "here"),
    "network.yml": EXTERNAL.replace("NAME", "outer"),
    "no-secret.yml": NO_SECRET,
    "greeting": "hello",
    "changed": "good bye",
}

UNTOUCHED = {
    "ls": "docker stack ls",
    "services": "docker stack services demo",
    "ps": "docker stack ps demo",
    "rm": "docker stack rm demo",
}
REFUSED = {
    "no network": "docker stack deploy --detach=true -c {files}/no-network.yml demo",
    "local network": "docker stack deploy --detach=true -c {files}/local-network.yml demo",
    "no secret": "docker stack deploy --detach=true -c {files}/no-secret.yml demo",
    "bad name": "docker stack deploy --detach=true -c {files}/stack.yml .demo",
    "no file": "docker stack deploy demo",
    "bad policy": "docker stack deploy --resolve-image sometimes -c {files}/stack.yml demo",
}
LOOKED_AT = {
    "ls": "docker stack ls",
    "services": "docker stack services demo",
    "one service": 'docker stack services --filter name=demo_web --format "{{.Name}} {{.Mode}} {{.Ports}}" demo',
    "ps": 'docker stack ps --format "{{.Name}} {{.Image}} {{.DesiredState}} {{.Error}}" demo',
    "ps shutdown": "docker stack ps --filter desired-state=shutdown demo",
}


@dataclass(slots=True)
class Told:
    """What one of the two printed, and what there was then.

    Attributes:
        printed: by a name of the step; lines in the order of their words where the CLI follows no order.
        made: the objects after the first deployment, by kind.
        specs: a service's specification after each deployment.
        tasks: the ids of the tasks of `web` after each deployment.
    """

    printed: dict[str, list[str]] = field(default_factory=dict)
    made: dict[str, list[Any]] = field(default_factory=dict)
    specs: dict[str, Spec] = field(default_factory=dict)
    tasks: dict[str, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Teller:
    """Types or runs the lines of the story on one lab."""

    lab: Lab
    how: str
    files: Path
    told: Told = field(default_factory=Told)

    def say(self, name: str, line: str, *, node: str = MANAGER, in_any_order: bool = False) -> None:
        """Keep what a line prints under a name."""
        line = line.replace("{files}", str(self.files))
        if self.how == CLI:
            lines = type_line(self.lab, node, line)
        else:
            lines = typist(self.lab).comparable(printed(line, self.lab, node))
        self.told.printed[name] = sorted(lines) if in_any_order else lines

    def deploy(self, name: str, options: str) -> None:
        """Deploy, wait until it is done, keep what there is then."""
        self.say(name, f"docker stack deploy --detach=true {options} demo", in_any_order=True)
        services = demand(self.lab.manager(), "GET", f"/services?filters={OF_THE_STACK}")
        for service in services:
            self.lab.wait_converged(service["Spec"]["Name"])
        (self.told.specs[name],) = (each["Spec"] for each in services if each["Spec"]["Name"] == "demo_web")
        filters = '{"service":["demo_web"],"desired-state":["running"]}'
        tasks = demand(self.lab.manager(), "GET", f"/tasks?filters={filters}")
        self.told.tasks[name] = {task["ID"] for task in tasks}


def tell(lab: Lab, how: str, files: Path) -> Told:
    """The whole story; nothing is left at its end."""
    teller, manager = Teller(lab, how, files), lab[MANAGER]
    for name, line in UNTOUCHED.items():
        teller.say(f"no {name}", line)
        teller.say(f"{name} on a worker", line, node=WORKER)
    teller.say("deploy on a worker", "docker stack deploy --detach=true -c {files}/stack.yml demo", node=WORKER)
    here = demand(manager, "POST", "/networks/create", {"Name": "here"})["Id"]
    for name, line in REFUSED.items():
        teller.say(name, line, in_any_order=True)
    teller.say("rm what was begun", "docker stack rm demo")
    teller.deploy("deploy", "-c {files}/stack.yml")
    teller.told.made = made(lab)
    for name, line in LOOKED_AT.items():
        teller.say(name, line)
    redeploy(teller)
    outer = demand(manager, "POST", "/networks/create", {"Name": "outer", "Driver": "overlay"})["Id"]
    teller.deploy("deploy external", "-c {files}/network.yml")
    teller.say("rm", "docker stack rm demo nosuch")
    gone = f"/tasks?filters={OF_THE_STACK}"
    wait_for(lab, lambda: demand(manager, "GET", gone), [])
    for network in (here, outer):
        demand(manager, "DELETE", f"/networks/{network}")
    wait_for(lab, lambda: local_networks(lab), [])
    teller.told.made["left"] = made(lab)["secrets"] + made(lab)["configs"] + made(lab)["services"]
    for name, line in UNTOUCHED.items():
        teller.say(f"{name} at the end", line)
    return teller.told


def redeploy(teller: Teller) -> None:
    """Again: the same, another image, less, and a config that has changed."""
    teller.deploy("same", "-c {files}/stack.yml")
    teller.deploy("never", "--resolve-image never -c {files}/stack.yml")
    teller.deploy("changed", "--resolve-image changed -c {files}/other-image.yml")
    teller.deploy("less", "-c {files}/less.yml")
    teller.deploy("prune", "--prune -c {files}/less.yml")
    teller.say("changed config", "docker stack deploy --detach=true -c {files}/changed.yml demo", in_any_order=True)


def made(lab: Lab) -> dict[str, list[Any]]:
    """What belongs to the stack, by kind, in the order of names."""
    kinds = ("services", "secrets", "configs")
    found = {kind: demand(lab[MANAGER], "GET", f"/{kind}?filters={OF_THE_STACK}") for kind in kinds}
    networks = demand(lab[MANAGER], "GET", f"/networks?filters={OF_THE_STACK}")
    return {
        **{kind: sorted(each, key=lambda one: one["Spec"]["Name"]) for kind, each in found.items()},
        "networks": sorted(networks, key=lambda network: network["Name"]),
    }


def local_networks(lab: Lab) -> list[str]:
    """The stack's networks that some host still has."""
    asked = (demand(node, "GET", f"/networks?filters={OF_THE_STACK}") for node in lab)
    return [network["Name"] for networks in asked for network in networks]


@pytest.fixture(scope="module")
def tellings(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """The story by the CLI, where there is one, and by `%docker`."""
    files = tmp_path_factory.mktemp("stacks")
    for name, content in FILES.items():
        (files / name).write_text(content)
    tellers = [CLI, MAGIC] if has_docker_command() else [MAGIC]
    return {how: tell(lab, how, files) for how in tellers}


@pytest.fixture(params=[pytest.param(CLI, marks=pytest.mark.cli), MAGIC])
def told(request: pytest.FixtureRequest, tellings: dict[str, Told]) -> Told:
    """One of the tellings."""
    return tellings[request.param]


NOT_A_MANAGER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)


# --- what is not there ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["no {}", "{} at the end"])
def test_a_stack_that_is_not_there(told: Told, when: str) -> None:
    """Each command has words of its own, before the stack is deployed and after it is removed."""
    assert {name: told.printed[when.format(name)] for name in UNTOUCHED} == {
        "ls": ["NAME  SERVICES"],
        "services": ["Nothing found in stack: demo"],
        "ps": ["nothing found in stack: demo"],
        "rm": ["Nothing found in stack: demo"],
    }


@pytest.mark.parametrize("name", UNTOUCHED)
def test_a_worker_knows_no_stacks(told: Told, name: str) -> None:
    """What its engine refuses, the command passes on."""
    assert told.printed[f"{name} on a worker"] == [f"Error response from daemon: {NOT_A_MANAGER}"]


def test_a_worker_deploys_none(told: Told) -> None:
    """The command itself looks, before anything is made."""
    assert told.printed["deploy on a worker"] == [
        'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to '
        "swarm and try again"
    ]


# --- what is refused -----------------------------------------------------------------------------------------------


def test_an_external_network_must_be_there(told: Told) -> None:
    """With the scope of the swarm."""
    assert told.printed["no network"] == [
        'network "nosuch" is declared as external, but could not be found. You need to create a swarm-scoped network '
        "before the stack is deployed"
    ]
    assert told.printed["local network"] == [
        'network "here" is declared as external, but it is not in the right scope: "local" instead of "swarm"'
    ]


def test_an_external_secret_must_be_there(told: Told) -> None:
    """That is found out late: what was made before stays until it is removed."""
    assert told.printed["no secret"] == ["Creating network demo_default", "service web: secret not found: word"]
    assert told.printed["rm what was begun"] == ["Removing network demo_default"]


def test_options_are_looked_at_before_the_file(told: Told) -> None:
    """No file, a policy that is none, a name that no object may have."""
    assert told.printed["no file"] == ["Specify a Compose file (with --compose-file)"]
    assert told.printed["bad policy"] == ["Invalid option sometimes for flag --resolve-image"]


def test_a_bad_name_is_refused_by_the_first_object(told: Told) -> None:
    """A network, of which there are two in no order."""
    creating, failed = told.printed["bad name"]
    network = creating.removeprefix("Creating network ")
    assert network in (".demo_default", ".demo_front")
    assert failed == (
        f"failed to create network {network}: Error response from daemon: rpc error: code = InvalidArgument desc = "
        "name must be valid as a DNS name component"
    )


# --- what is made --------------------------------------------------------------------------------------------------


def test_a_stack_is_deployed(told: Told) -> None:
    """Networks, secrets, configs, services; those of a kind in no order."""
    assert told.printed["deploy"] == [
        "Creating config demo_greeting",
        "Creating network demo_default",
        "Creating network demo_front",
        "Creating secret demo_word",
        "Creating service demo_ticker",
        "Creating service demo_web",
    ]


def test_everything_carries_the_stack_and_its_own_labels(told: Told) -> None:
    """The namespace as a label, the name with it in front; the image as it was written."""
    assert [(each["Spec"]["Name"], each["Spec"]["Labels"]) for each in told.made["services"]] == [
        ("demo_ticker", {NAMESPACE: "demo", "com.docker.stack.image": "alpine:3.20"}),
        ("demo_web", {NAMESPACE: "demo", "com.docker.stack.image": "alpine:3.20", "on": "service"}),
    ]
    assert [(each["Spec"]["Name"], each["Spec"]["Labels"]) for each in told.made["configs"]] == [
        ("demo_greeting", {NAMESPACE: "demo", "c": "d"})
    ]
    assert [(each["Spec"]["Name"], each["Spec"]["Labels"]) for each in told.made["secrets"]] == [
        ("demo_word", {NAMESPACE: "demo"})
    ]
    assert [(each["Name"], each["Labels"], each["Attachable"]) for each in told.made["networks"]] == [
        ("demo_default", {NAMESPACE: "demo"}, False),
        ("demo_front", {NAMESPACE: "demo", "a": "b"}, True),
    ]


def test_a_service_is_what_the_file_says(told: Told) -> None:
    """Variables and ports in order, the image with its digest, an alias of the short name on each network."""
    spec = told.specs["deploy"]
    container, ids = spec["TaskTemplate"]["ContainerSpec"], {each["Id"]: each["Name"] for each in told.made["networks"]}
    assert container["Image"].startswith("alpine:3.20@sha256:")
    assert container["Env"] == ["A=1", "B=2"]
    assert container["Labels"] == {NAMESPACE: "demo", "in": "container"}
    assert container["Args"] == ["sleep", "1000"]
    assert [(each["SecretName"], each["File"]["Name"]) for each in container["Secrets"]] == [("demo_word", "word")]
    assert [(each["ConfigName"], each["File"]["Name"]) for each in container["Configs"]] == [
        ("demo_greeting", "/etc/greeting")
    ]
    assert sorted((ids[each["Target"]], each["Aliases"]) for each in spec["TaskTemplate"]["Networks"]) == [
        ("demo_default", ["web"]),
        ("demo_front", ["shop", "web"]),
    ]
    (mount,) = container["Mounts"]
    assert (mount["Source"], mount["VolumeOptions"]["Labels"]) == ("demo_kept", {NAMESPACE: "demo"})
    assert spec["EndpointSpec"]["Ports"] == [
        {"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 8080, "PublishMode": "ingress"}
    ]


def test_a_stack_is_looked_at(told: Told) -> None:
    """`ls`, `services`, `ps`; a filter that nothing fits is the same as no stack at all."""
    assert told.printed["ls"] == ["NAME  SERVICES", "demo  2"]
    assert told.printed["services"] == [
        "ID  NAME  MODE  REPLICAS  IMAGE  PORTS",
        "<id>  demo_ticker  global  1/1  alpine:3.20",
        "<id>  demo_web  replicated  2/2  alpine:3.20  *:8080->80/tcp",
    ]
    assert told.printed["one service"] == ["demo_web replicated *:8080->80/tcp"]
    assert told.printed["ps"] == [
        "demo_ticker.<id> alpine:3.20 Running",
        "demo_web.1 alpine:3.20 Running",
        "demo_web.2 alpine:3.20 Running",
    ]
    assert told.printed["ps shutdown"] == ["nothing found in stack: demo"]


# --- again ---------------------------------------------------------------------------------------------------------


def test_the_same_again_changes_nothing(told: Told) -> None:
    """Services are said to be updated; their tasks stay."""
    expected = ["Updating service demo_ticker (id: <id>)", "Updating service demo_web (id: <id>)"]
    assert told.printed["same"] == told.printed["never"] == expected
    assert told.specs["same"] == told.specs["deploy"]
    assert told.tasks["same"] == told.tasks["deploy"]


def test_an_image_that_is_never_resolved_keeps_the_digest_that_it_has(told: Told) -> None:
    """If the file names the same image as before; for which platforms it is, is not asked, and known no more."""
    before, after = (dict(told.specs[name]["TaskTemplate"]) for name in ("deploy", "never"))
    assert before.pop("Placement")["Platforms"]
    assert after.pop("Placement") == {}
    assert after == before
    assert told.tasks["never"] == told.tasks["deploy"]


def test_a_changed_image_is_resolved_and_rolled_out(told: Told) -> None:
    """New tasks, and the label says how the image was written."""
    container = told.specs["changed"]["TaskTemplate"]["ContainerSpec"]
    assert container["Image"].startswith("alpine:3.21@sha256:")
    assert told.specs["changed"]["Labels"]["com.docker.stack.image"] == "alpine:3.21"
    assert not told.tasks["changed"] & told.tasks["deploy"]


def test_what_the_file_names_no_more_stays_unless_it_is_pruned(told: Told) -> None:
    """Services only: `--prune` leaves secrets, configs and networks."""
    assert told.printed["less"] == ["Updating service demo_web (id: <id>)"]
    assert told.printed["prune"] == ["Removing service demo_ticker", "Updating service demo_web (id: <id>)"]
    assert told.specs["less"]["Mode"] == {"Replicated": {"Replicas": 1}}
    assert "Ports" not in told.specs["less"]["EndpointSpec"]


def test_a_config_that_has_changed_is_refused(told: Told) -> None:
    """Its data never changes: it needs another name."""
    assert told.printed["changed config"] == [
        "failed to update config demo_greeting: Error response from daemon: rpc error: code = InvalidArgument desc = "
        "only updates to Labels are allowed"
    ]


def test_an_external_network_is_used_as_it_is(told: Told) -> None:
    """By its id; the stack makes none."""
    assert told.printed["deploy external"] == ["Updating service demo_web (id: <id>)"]
    (network,) = told.specs["deploy external"]["TaskTemplate"]["Networks"]
    assert network["Aliases"] == ["web"]


# --- gone ----------------------------------------------------------------------------------------------------------


def test_a_stack_goes_in_order(told: Told) -> None:
    """Services, secrets, configs, networks; a stack that is not there does not hinder, and volumes stay."""
    *in_order, network, other_network, nothing = told.printed["rm"]
    assert in_order == ["Removing service demo_web", "Removing secret demo_word", "Removing config demo_greeting"]
    assert sorted([network, other_network]) == ["Removing network demo_default", "Removing network demo_front"]
    assert nothing == "Nothing found in stack: nosuch"
    assert told.made["left"] == []


@pytest.mark.cli
def test_the_magic_prints_what_the_cli_prints(tellings: dict[str, Told]) -> None:
    """Every line of the story; a failed deployment may stop at either network."""
    cli, magic = (dict(tellings[how].printed) for how in (CLI, MAGIC))
    for each in (cli, magic):
        each["bad name"] = [line.replace(".demo_front", ".demo_default") for line in each["bad name"]]
        each["rm"] = sorted(each["rm"])
    assert magic == cli
