"""The parts of a real lab that need no Docker: contexts, addresses, what containers are made from."""

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from swarmlab.backends.contexts import write_contexts
from swarmlab.backends.dind import local_docker, refusals
from swarmlab.backends.dind.certificates import Authority
from swarmlab.backends.dind.network import LabNetwork
from swarmlab.backends.dind.node_plan import NodePlan, archive
from swarmlab.client.protocols import Host

NAMES = ("docker-swarm-1", "docker-swarm-2", "docker-swarm-3")


def host(name: str, port: int) -> Host:
    return Host(
        name=name, address="10.203.1.11", public_address=None, docker_host=f"tcp://127.0.0.1:{port}", context=name
    )


def plan(learner: Path) -> NodePlan:
    authority = Authority("lab")
    return NodePlan(
        name="docker-swarm-1", container="swarmlab-abc-docker-swarm-1", image="docker:dind", network="swarmlab-abc",
        address="10.203.1.11", registry="10.203.1.2:5000", publish_at="127.0.0.1", reach_at="127.0.0.1",
        labels={"swarmlab.lab": "abc"}, server=authority.issue_server(["docker-swarm-1"]), learner=learner,
    )  # fmt: skip


@pytest.mark.cli
def test_the_docker_command_finds_every_node_in_the_lab_s_own_configuration(tmp_path: Path) -> None:
    """`docker context ls` lists the nodes and marks the manager as the current one."""
    hosts = [host(name, 2000 + number) for number, name in enumerate(NAMES)]
    write_contexts(tmp_path, hosts, current="docker-swarm-3", write_tls=Authority("lab").issue_client().write)
    environment = {**os.environ, "DOCKER_CONFIG": str(tmp_path)}
    environment.pop("DOCKER_HOST", None)
    listed = subprocess.run(
        ["docker", "context", "ls", "--format", "{{.Name}} {{.Current}} {{.DockerEndpoint}}"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert listed.stdout.splitlines()[1:] == [
        "docker-swarm-1 false tcp://127.0.0.1:2000",
        "docker-swarm-2 false tcp://127.0.0.1:2001",
        "docker-swarm-3 true tcp://127.0.0.1:2002",
    ]


def test_contexts_are_private(tmp_path: Path) -> None:
    """Every file with a key in it is for this user only."""
    write_contexts(
        tmp_path, [host("docker-swarm-1", 2000)], current="x", write_tls=Authority("lab").issue_client().write
    )
    keys = list(tmp_path.rglob("key.pem"))
    assert keys
    assert all(key.stat().st_mode & 0o077 == 0 and key.parent.stat().st_mode & 0o077 == 0 for key in keys)
    assert json.loads((tmp_path / "config.json").read_text()) == {"currentContext": "x"}


def test_every_host_has_a_private_and_a_public_address() -> None:
    """No two alike, the registry's included."""
    network = LabNetwork(name="swarmlab-abc", prefix="10.203.7", host_names=NAMES)
    everything = [*network.addresses.values(), *network.public_addresses.values(), network.registry_address]
    assert len(set(everything)) == 7
    assert network.addresses["docker-swarm-3"] == "10.203.7.13"


def test_a_node_asks_for_capabilities_by_name_where_it_may_not_be_privileged(tmp_path: Path) -> None:
    """The four that a machine may lack are not among them."""
    privileged = plan(tmp_path).container_config(port=2000, privileged=True)["HostConfig"]
    named = plan(tmp_path).container_config(port=2000, privileged=False)["HostConfig"]
    assert privileged["Privileged"]
    assert "Privileged" not in named
    assert "SYS_ADMIN" in named["CapAdd"]
    assert {"CHECKPOINT_RESTORE", "PERFMON", "BPF", "SYS_RESOURCE"}.isdisjoint(named["CapAdd"])


def test_the_api_is_published_on_a_loopback_address_and_behind_certificates(tmp_path: Path) -> None:
    """Nobody else on the network can reach an engine, and nobody without the lab's certificate can use it."""
    config = plan(tmp_path).container_config(port=2000, privileged=True)
    assert config["HostConfig"]["PortBindings"] == {"2376/tcp": [{"HostIp": "127.0.0.1", "HostPort": "2000"}]}
    assert "--tlsverify" in config["Cmd"]


def test_files_for_a_container_are_readable_by_its_root_only(tmp_path: Path) -> None:
    """The engine's key is among them."""
    with tarfile.open(fileobj=io.BytesIO(archive(plan(tmp_path).files()))) as tar:
        members = tar.getmembers()
    assert {member.name for member in members} == {
        "swarmlab/node-entry.sh", "swarmlab/ca.pem", "swarmlab/cert.pem", "swarmlab/key.pem",
    }  # fmt: skip
    assert {member.mode for member in members} == {0o600}


@pytest.mark.shells
@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "busybox sh"])
def test_the_entry_script_is_a_script_of_every_shell(shell: str, tmp_path: Path) -> None:
    """Node images differ in their /bin/sh."""
    script = tmp_path / "node-entry.sh"
    script.write_bytes(plan(tmp_path).files()["node-entry.sh"])
    subprocess.run([*shell.split(), "-n", script], check=True)


def test_a_machine_without_docker_is_told_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and the way out: the embedded lab."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(refusals.NoLocalDocker, match="SWARMLAB_BACKEND=embedded"):
        local_docker.connect()
