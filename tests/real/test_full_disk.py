"""A node whose disk is full: what still works, what does not, and what brings it back."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import docker
import pytest
from docker import DockerClient
from docker.types import ServiceMode

from swarmlab.backends import states
from swarmlab.backends.dind import DindBackend
from swarmlab.backends.dind.nodes import NodeContainer, NodeFailed
from tests.real.waiting import wait_until

pytestmark = pytest.mark.dockerd

WORKER, MANAGER = "docker-swarm-1", "docker-swarm-3"
SIZE_MB = 128


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[str]:
    """A small disk of this machine."""
    file = tmp_path / "disk"
    with file.open("wb") as empty:
        empty.truncate(SIZE_MB * 1024 * 1024)
    subprocess.run(["mkfs.ext4", "-q", file], check=True)
    device = subprocess.run(["losetup", "--find", "--show", file], check=True, capture_output=True, text=True)
    yield device.stdout.strip()
    subprocess.run(["losetup", "--detach", device.stdout.strip()], check=True)


@pytest.fixture
def node(lab: DindBackend, disk: str) -> NodeContainer:
    """A worker with that disk, full to the last byte."""
    lab.reset("separate")
    worker = lab._nodes[WORKER]
    with closing(docker.from_env()) as local:
        local.containers.get(worker.plan.container).remove(force=True, v=True)
        local.volumes.get(worker.plan.container).remove()
        options = {"type": "ext4", "device": disk}
        local.volumes.create(worker.plan.container, driver_opts=options, labels=dict(worker.plan.labels))
        worker.create()
        states.build(lab._nodes, "formed")
        code, said = local.containers.get(worker.plan.container).exec_run("dd if=/dev/zero of=/var/lib/docker/full")
        assert (code, b"No space left" in said) == (1, True)
    return worker


def states_of(manager: DockerClient, service: str) -> list[str]:
    return [task["Status"]["State"] for task in manager.services.get(service).tasks()]


def test_a_full_disk_is_told_by_its_tasks_and_gone_after_a_reset(lab: DindBackend, node: NodeContainer) -> None:
    """Other nodes run tasks, faults can be done and undone there, and its engine says why it does not start."""
    with closing(lab.client(MANAGER)) as manager:
        here, elsewhere = f"node.hostname=={WORKER}", f"node.hostname!={WORKER}"
        manager.services.create("alpine", "ping docker.com", name="here", constraints=[here])
        two = ServiceMode("replicated", 2)
        manager.services.create("alpine", "ping docker.com", name="elsewhere", constraints=[elsewhere], mode=two)
        wait_until(lambda: states_of(manager, "elsewhere") == ["running"] * 2, "tasks on the other nodes")
        # The worker took its task, could not write down that it has it, and says so in its engine's log only.
        wait_until(lambda: b"tasks.db: no space left on device" in log_of(node), "the engine to complain")
        assert states_of(manager, "here") == ["accepted"]
    lab.faults.block(WORKER, "2377/tcp")
    assert not lab.ports.check(WORKER, "2377/tcp", peer=MANAGER).open
    lab.faults.heal()
    assert lab.ports.check(WORKER, "2377/tcp", peer=MANAGER).open
    lab.faults.stop(WORKER)
    with pytest.raises(NodeFailed, match=r"(?s)its disk is full.*lab\.reset.*no space left on device"):
        lab.faults.start(WORKER)
    lab.reset("formed")
    with closing(lab.client(MANAGER)) as manager:
        assert {one.attrs["Status"]["State"] for one in manager.nodes.list()} == {"ready"}


def log_of(node: NodeContainer) -> bytes:
    with closing(docker.from_env()) as local:
        return local.containers.get(node.plan.container).logs()
