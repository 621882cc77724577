"""The named states of a lab, on real engines."""

import tarfile
from contextlib import closing
from io import BytesIO

import docker
import pytest
from docker import DockerClient

from swarmlab.backends.dind import DindBackend
from swarmlab.backends.dind.image_files import FOLDER, write_image
from swarmlab.client.protocols import LAB_STATES, LabState

MANAGERS = {
    "separate": set(),
    "formed": {"docker-swarm-3"},
    "three-managers": {"docker-swarm-1", "docker-swarm-2", "docker-swarm-3"},
    "helloworld": {"docker-swarm-3"},
}


def swarm(lab: DindBackend, node: str) -> dict:
    client = lab.client(node)
    try:
        return client.info()["Swarm"]
    finally:
        client.close()


@pytest.fixture(scope="module")
def manager(lab: DindBackend) -> DockerClient:
    client = lab.client("docker-swarm-3")
    yield client
    client.close()


@pytest.mark.parametrize("state", [*LAB_STATES, "separate"])
def test_every_state_is_reached_from_the_one_before(lab: DindBackend, state: LabState) -> None:
    """From the rubble of any state; nodes and managers are as its name says."""
    lab.reset(state)
    found = {host.name: swarm(lab, host.name) for host in lab.hosts}
    assert {name for name, one in found.items() if one["ControlAvailable"]} == MANAGERS[state]
    active = {one["LocalNodeState"] for one in found.values()}
    assert active == ({"inactive"} if state == "separate" else {"active"})


def test_nothing_is_left_after_a_reset(lab: DindBackend, manager: DockerClient) -> None:
    """Containers, volumes, networks and images of before are gone, and so are faults."""
    lab.reset("formed")
    manager.volumes.create("left-over")
    manager.containers.run("alpine", "sleep 1000", name="left-over", detach=True)
    lab.faults.block("docker-swarm-3", "2377/tcp")
    lab.faults.stop("docker-swarm-1")
    lab.reset("separate")
    assert manager.containers.list(all=True) == manager.volumes.list() == manager.images.list() == []
    assert {network.name for network in manager.networks.list()} == {"bridge", "host", "none"}
    assert lab.ports.check("docker-swarm-3", "2377/tcp", peer="docker-swarm-1").open


def test_the_first_service_is_the_one_that_the_command_line_creates(lab: DindBackend, manager: DockerClient) -> None:
    """Its specification holds what CLI 28 sends, the digest of a real registry included."""
    lab.reset("helloworld")
    (service,) = manager.services.list()
    spec = service.attrs["Spec"]
    image = spec["TaskTemplate"]["ContainerSpec"].pop("Image")
    assert image.startswith("alpine:latest@sha256:")
    assert spec["Name"] == "helloworld"
    assert spec["TaskTemplate"]["ContainerSpec"]["Args"] == ["ping", "docker.com"]
    assert spec["Mode"] == {"Replicated": {"Replicas": 1}}
    assert spec["TaskTemplate"]["Placement"]["Platforms"]
    assert service.attrs["CreatedAt"] == service.attrs["UpdatedAt"]


def test_an_image_that_nobody_has_fails_soon(lab: DindBackend, manager: DockerClient) -> None:
    """Without internet as well: a task must not spend 20 s on a pull that cannot work."""
    with pytest.raises(Exception, match="no-such-image"):
        manager.images.pull("swarmlab/no-such-image", tag="none")


def test_a_node_pulls_the_very_image_of_the_local_docker(lab: DindBackend, manager: DockerClient) -> None:
    """It got into the registry as a file, and its id stays; what the node's own engine saves would do as well."""
    lab.reset("separate")
    pulled = manager.images.pull("alpine", tag="latest")
    with closing(docker.from_env()) as local:
        assert pulled.id == local.images.get("alpine:latest").id
    saved, files = BytesIO(b"".join(pulled.save(named="alpine:latest"))), BytesIO()
    with tarfile.open(fileobj=files, mode="w") as archive:
        write_image(saved, archive, repository="library/alpine", tag="latest")
        names = archive.getnames()
    assert f"{FOLDER}/blobs/sha256/{pulled.id[7:9]}/{pulled.id[7:]}/data" in names
