"""Whose a lab is in the local Docker, and what goes when its owner is gone."""

import socket
from collections.abc import Iterator

import docker
import pytest
from docker import DockerClient

from swarmlab.backends.dind import DindBackend
from swarmlab.backends.dind.labels import LAB_LABEL, lab_labels, remove_lab, remove_orphans
from swarmlab.ownership import Owner, this_process


@pytest.fixture
def local() -> Iterator[DockerClient]:
    client = docker.from_env()
    yield client
    for lab_id in ("dead", "alive"):
        remove_lab(client, lab_id)
    client.close()


def found(local: DockerClient, lab_id: str) -> list[str]:
    return [volume.name for volume in local.volumes.list(filters={"label": f"{LAB_LABEL}={lab_id}"})]


def test_a_start_removes_what_dead_owners_left_and_nothing_else(local: DockerClient) -> None:
    """A process of the same number that started at another time is not the owner."""
    dead = Owner(pid=this_process().pid, started=1.0)
    for lab_id, owner in (("dead", dead), ("alive", this_process())):
        local.volumes.create(f"swarmlab-{lab_id}-test", labels=lab_labels(lab_id, owner))
    remove_orphans(local)
    assert found(local, "dead") == []
    assert found(local, "alive") == ["swarmlab-alive-test"]


@pytest.mark.parametrize("machine", ["another-machine", f"{socket.gethostname()}-0123456789ab"])
def test_a_lab_of_another_machine_is_left_alone(local: DockerClient, machine: str) -> None:
    """Its process cannot be looked for from here; many machines have the same name."""
    labels = {LAB_LABEL: "alive", "swarmlab.owner": f"{machine}/1/1.0"}
    local.volumes.create("swarmlab-alive-test", labels=labels)
    remove_orphans(local)
    assert found(local, "alive") == ["swarmlab-alive-test"]


def test_everything_of_a_lab_is_labelled_and_named_after_it(lab: DindBackend, local: DockerClient) -> None:
    """Three nodes and the registry, each with a volume, and one network."""
    filters = {"label": f"{LAB_LABEL}={lab.lab_id}"}
    parts = ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3", "registry"]
    names = [f"swarmlab-{lab.lab_id}-{part}" for part in parts]
    assert sorted(container.name for container in local.containers.list(filters=filters)) == names
    assert sorted(found(local, lab.lab_id)) == names
    assert [network.name for network in local.networks.list(filters=filters)] == [f"swarmlab-{lab.lab_id}"]
