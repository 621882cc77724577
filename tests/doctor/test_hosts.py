"""Whole examinations: simulated engines as hosts over unix sockets, and two hosts that send each other packets."""

from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import APIError

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.backends.hosts.shell import ProgramShell, ShellFailed
from swarmlab.client.protocols import PORTS
from swarmlab.doctor.checks import Check
from swarmlab.doctor.container import LABEL, ContainerShell
from swarmlab.doctor.engine_facts import ask
from swarmlab.doctor.hosts import Visit, examine, judge, send_all
from swarmlab.doctor.local_engines import check_privileged
from swarmlab.doctor.looking import look_through
from tests.doctor.hosts_made_up import host
from tests.hosts.network import SENDER_ADDRESS, TARGET_ADDRESS, Network
from tests.labs import StartLab


@dataclass(frozen=True)
class Settings:
    """What the settings of a host tell."""

    name: str
    endpoint: str
    address: str


def settings(lab: EmbeddedBackend) -> list[Settings]:
    return [Settings(host.name, host.docker_host, host.address) for host in lab.hosts]


def connect(host: Settings) -> DockerClient:
    return DockerClient(base_url=host.endpoint, version="1.44")


def examined(hosts: list[Settings], *, allow_changes: bool = False) -> dict[tuple[str, str], Check]:
    sections = examine(hosts, connect, url_of=lambda host: host.endpoint, allow_changes=allow_changes)
    return {(check.subject, check.question): check for section in sections for check in section.checks}


def found(checks: dict[tuple[str, str], Check], question: str) -> list[tuple[str, str]]:
    return [(check.verdict, check.found) for (_, asked), check in checks.items() if asked == question]


# --- simulated engines ---------------------------------------------------------------------------------------------


def test_engines_that_form_a_swarm(start_lab: StartLab) -> None:
    """What the API tells is told; of packets, only the workers' heartbeats."""
    lab = start_lab("formed", time="live")
    checks = examined(settings(lab))
    assert found(checks, "reached") == [("ok", host.docker_host) for host in lab.hosts]
    assert [text for _, text in found(checks, "swarm")] == ["worker, ready", "worker, ready", "manager, ready"]
    assert {verdict for verdict, _ in found(checks, "clock") + found(checks, "address")} == {"ok"}
    assert found(checks, "DNS, registry") == [("ok", "the name is found, the registry answers")] * 3
    assert found(checks, "one swarm")[0][0] == "ok"
    assert {subject for (subject, port), check in checks.items() if port in PORTS and check.verdict == "ok"} == {
        "docker-swarm-1 → docker-swarm-3",
        "docker-swarm-2 → docker-swarm-3",
    }
    assert {verdict for verdict, _ in found(checks, "disk") + found(checks, "IPVS")} == {"unknown"}


def test_a_dead_engine_is_one_red_line(start_lab: StartLab) -> None:
    """Nothing else is asked of it, nor is it part of a pair."""
    lab = start_lab("formed", time="live")
    hosts = settings(lab)
    lab.faults.stop("docker-swarm-1")
    checks = examined(hosts)
    mine = {key: check for key, check in checks.items() if "docker-swarm-1" in key[0]}
    assert [(key, check.verdict) for key, check in mine.items()] == [(("docker-swarm-1", "reached"), "failed")]


def test_a_host_that_is_not_there(start_lab: StartLab, tmp_path: Path) -> None:
    """The others are examined all the same."""
    hosts = [*settings(start_lab(time="live")), Settings("docker-swarm-9", f"unix://{tmp_path}/none", "172.31.16.19")]
    checks = examined(hosts)
    assert checks["docker-swarm-9", "reached"].found == "No such file or directory"
    assert [text for _, text in found(checks, "swarm")] == ["in none"] * 3


def test_two_swarms_are_told_apart(start_lab: StartLab) -> None:
    """A host that manages a swarm of its own."""
    lab = start_lab("formed", time="live")
    with closing(lab.client("docker-swarm-1")) as stray:
        stray.swarm.leave()
        stray.swarm.init(advertise_addr="172.31.16.11")
    check = examined(settings(lab))["all hosts", "one swarm"]
    assert check.verdict == "failed"
    assert check.advice == ("on docker-swarm-1: docker swarm leave --force, then docker swarm join to the others",)


def test_a_clock_of_manual_time_is_off(start_lab: StartLab) -> None:
    """Engines in manual time live in the past: all three agree, and this machine is the one that differs."""
    lab = start_lab("separate")
    host = settings(lab)[0]
    with closing(connect(host)) as client:
        facts = ask(client, name=host.name, address=host.address, endpoint=host.endpoint, now=lambda: 0.0)
    assert facts.offset is not None
    assert facts.offset.seconds > 1e9
    assert facts.offset.error_s == 0


def test_nothing_is_changed_unless_allowed(start_lab: StartLab) -> None:
    """Not even a container that would only look; where it is allowed, it is gone afterwards."""
    lab = start_lab("helloworld", time="live")
    for allow_changes in (False, True):
        before = [listing(lab, host.name) for host in lab.hosts]
        with closing(lab.client("docker-swarm-3")) as client:
            since = client.info()["SystemTime"]
            examined(settings(lab), allow_changes=allow_changes)
            until = client.info()["SystemTime"]
            events = client.events(since=since, until=until, filters={"type": "container"}, decode=True)
            made = [event["Actor"]["Attributes"] for event in events if event["Action"] == "create"]
        assert [listing(lab, host.name) for host in lab.hosts] == before
        assert not made or (allow_changes and all(LABEL in attributes for attributes in made))


def listing(lab: EmbeddedBackend, node: str) -> list[str]:
    with closing(lab.client(node)) as client:
        containers = client.api.containers(all=True)
        return sorted([container["Id"] for container in containers] + [image.id for image in client.images.list()])


def test_a_container_that_does_not_start_does_not_stay(start_lab: StartLab) -> None:
    """An image without the program."""
    lab = start_lab(time="live")
    with closing(lab.client("docker-swarm-1")) as client:
        client.images.pull("hello-world", tag="latest")
        before = listing(lab, "docker-swarm-1")
        with pytest.raises(APIError, match="executable file not found"):
            ContainerShell(client, "hello-world:latest")
        assert check_privileged(client, "hello-world:latest").verdict == "failed"
        assert listing(lab, "docker-swarm-1") == before


# --- packets -------------------------------------------------------------------------------------------------------


def visits(network: Network) -> list[Visit]:
    one = replace(host(1), address=SENDER_ADDRESS, inside=None)
    two = replace(host(2), address=TARGET_ADDRESS, inside=None)
    return [
        Visit(facts=look_through(network.sender, one), shell=network.sender),
        Visit(facts=look_through(network.target, two), shell=network.target),
    ]


def test_two_hosts_send_each_other_packets(network: Network) -> None:
    """There and back; what one of them closes is closed in one direction."""
    network.target.run("iptables -A INPUT -p tcp --dport 7946 -j DROP; iptables -A INPUT -p udp --dport 4789 -j DROP")
    both = visits(network)
    sections = judge([visit.facts for visit in both], dict(send_all(both)))
    checks = {(check.subject, check.question): check.verdict for section in sections for check in section.checks}
    there, back = "docker-swarm-1 → docker-swarm-2", "docker-swarm-2 → docker-swarm-1"
    assert [checks[there, port] for port in PORTS] == ["ok", "failed", "ok", "failed"]
    assert [checks[back, port] for port in PORTS] == ["ok", "ok", "ok", "ok"]
    assert checks["docker-swarm-1", "address"] == checks["docker-swarm-2", "address"] == "ok"


def test_a_shell_that_dies_makes_the_rest_unknown(network: Network) -> None:
    """And nobody waits for it."""
    one, two = visits(network)
    dying = ProgramShell([*network.enter_sender, "sh"])
    with suppress(ShellFailed):
        dying.run("kill -9 $$")
    arrivals = dict(send_all([replace(one, shell=dying), two]))
    dying.close()
    assert set(arrivals.values()) == {"unseen"}
