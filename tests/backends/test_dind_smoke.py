"""Three real Docker Engines, once: up, a service runs, its container is killed and replaced, everything is gone."""

from collections.abc import Iterator

import docker
import pytest
from docker import DockerClient

from swarmlab.backends.dind import DindBackend, start
from swarmlab.ownership import LabDirectory, create_lab_directory
from tests.needs import changing_network
from tests.real.waiting import wait_until

pytestmark = pytest.mark.real


@pytest.fixture
def directory(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabDirectory]:
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path_factory.mktemp("labs")))
    lab = create_lab_directory("dind")
    with changing_network():
        yield lab
    lab.remove()


def test_a_real_lab_lives_breaks_heals_and_leaves_nothing(directory: LabDirectory) -> None:
    """The one test of real engines that `make test` runs."""
    backend = start(directory, "helloworld")
    try:
        manager = backend.client("docker-swarm-3")
        worker = backend.client(node_of_the_task(manager))
        (container,) = worker.containers.list()
        assert container.name.startswith("helloworld.1.")
        wait_until(lambda: b"64 bytes from" in container.logs(), "ping lines of docker.com")
        backend.faults.kill(node_of_the_task(manager), container.id)
        wait_until(lambda: "failed" in states(manager), "the killed task to be seen as failed")
        manager.close()
        worker.close()
    finally:
        backend.close()
    assert leftovers(backend) == []


def node_of_the_task(manager: DockerClient) -> str:
    (task,) = [task for task in tasks(manager) if task["DesiredState"] == "running"]
    return str(manager.nodes.get(task["NodeID"]).attrs["Description"]["Hostname"])


def tasks(manager: DockerClient) -> list[dict]:
    return manager.services.get("helloworld").tasks()


def states(manager: DockerClient) -> set[str]:
    return {task["Status"]["State"] for task in tasks(manager)}


def leftovers(backend: DindBackend) -> list[object]:
    local = docker.from_env()
    filters = {"label": f"swarmlab.lab={backend.lab_id}"}
    try:
        return [
            *local.containers.list(all=True, filters=filters),
            *local.networks.list(filters=filters),
            *local.volumes.list(filters=filters),
        ]
    finally:
        local.close()
