"""What can be broken in a lab of real engines, and how real Swarm takes it."""

from collections.abc import Iterator

import pytest
from docker import DockerClient

from swarmlab.backends.dind import DindBackend
from swarmlab.client.protocols import FaultRefused
from tests.real.waiting import wait_until

MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"


@pytest.fixture(scope="module")
def manager(lab: DindBackend) -> Iterator[DockerClient]:
    lab.reset("helloworld")
    client = lab.client(MANAGER)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def healed(lab: DindBackend, manager: DockerClient) -> Iterator[None]:
    yield
    lab.faults.heal()
    wait_until(lambda: set(node_states(manager, WORKER)) >= {"ready"}, "the worker to be ready again")


def node_states(manager: DockerClient, name: str) -> list[str]:
    # A node that is just joining has no host name yet.
    nodes = [node.attrs for node in manager.nodes.list()]
    return [node["Status"]["State"] for node in nodes if node["Description"].get("Hostname") == name]


def scale(manager: DockerClient, replicas: int) -> None:
    service = manager.services.get("helloworld")
    spec = service.attrs["Spec"]
    spec["Mode"] = {"Replicated": {"Replicas": replicas}}
    manager.api.update_service(service.id, service.version, **{
        "name": "helloworld", "mode": spec["Mode"], "task_template": spec["TaskTemplate"],
        "endpoint_spec": spec["EndpointSpec"],
    })  # fmt: skip


def running_task(manager: DockerClient, node: str) -> dict:
    """A running task of the node, started there if need be."""
    node_id = next(one.id for one in manager.nodes.list() if one.attrs["Description"]["Hostname"] == node)

    def found() -> list[dict]:
        tasks = manager.services.get("helloworld").tasks({"node": node_id, "desired-state": "running"})
        return [task for task in tasks if task["Status"]["State"] == "running"]

    if not found():
        scale(manager, 3)
    wait_until(found, f"a task on {node}")
    return found()[0]


def task_error(manager: DockerClient, task: dict) -> str:
    wait_until(lambda: manager.api.inspect_task(task["ID"])["Status"]["State"] == "failed", "the task to fail")
    return manager.api.inspect_task(task["ID"])["Status"]["Err"]


def test_a_killed_container_fails_with_its_exit_code(lab: DindBackend, manager: DockerClient) -> None:
    """SIGKILL, as the kernel's out-of-memory killer does it."""
    task = running_task(manager, WORKER)
    lab.faults.kill(WORKER, task["Status"]["ContainerStatus"]["ContainerID"])
    assert task_error(manager, task) == "task: non-zero exit (137)"


def test_a_lost_container_reads_as_in_the_source(lab: DindBackend, manager: DockerClient) -> None:
    """Row S19: gone while its engine was down."""
    task = running_task(manager, WORKER)
    lab.faults.lose_container(WORKER, task["Status"]["ContainerStatus"]["ContainerID"][:12])
    assert task_error(manager, task) == f"No such container: helloworld.{task['Slot']}.{task['ID']}"


def test_a_container_that_is_not_there_cannot_be_killed(lab: DindBackend) -> None:
    """The text says where to look."""
    with pytest.raises(FaultRefused, match="docker ps"):
        lab.faults.kill(WORKER, "no-such-container")


def test_a_stopped_engine_is_down_and_comes_back_at_its_address(lab: DindBackend, manager: DockerClient) -> None:
    """Twice, since stale pid files break the second start."""
    lab.faults.stop(WORKER)
    lab.faults.stop(WORKER)
    wait_until(lambda: node_states(manager, WORKER) == ["down"], "the worker to be down")
    for _ in range(2):
        lab.faults.stop(WORKER)
        lab.faults.start(WORKER)
    wait_until(lambda: node_states(manager, WORKER) == ["ready"], "the worker to be ready")
    assert manager.nodes.list(filters={"name": WORKER})[0].attrs["Status"]["Addr"] == lab.hosts[0].address


def test_a_disconnected_node_is_down_while_its_own_api_answers(lab: DindBackend, manager: DockerClient) -> None:
    """The learner can still look at it: it believes to be in the swarm."""
    lab.faults.disconnect(WORKER)
    wait_until(lambda: node_states(manager, WORKER) == ["down"], "the worker to be down")
    client = lab.client(WORKER)
    assert client.info()["Swarm"]["LocalNodeState"] == "active"
    client.close()
    lab.faults.reconnect(WORKER)
    wait_until(lambda: node_states(manager, WORKER) == ["ready"], "the worker to be ready")


def test_overlay_traffic_needs_its_port(lab: DindBackend, manager: DockerClient) -> None:
    """Row S2: containers of two hosts talk through 4789/udp, and in no other way."""
    network = manager.networks.create("between", driver="overlay", attachable=True)
    worker = lab.client(WORKER)
    far = worker.containers.run("alpine", "sleep 1000", name="far", network="between", detach=True)
    near = manager.containers.run("alpine", "sleep 1000", name="near", network="between", detach=True)
    ping = "ping -c 1 -W 1 far"
    try:
        wait_until(lambda: near.exec_run(ping).exit_code == 0, "the containers to reach each other", timeout_s=20)
        lab.faults.block(WORKER, "4789/udp", at="security_group")
        assert near.exec_run(ping).exit_code == 1
        lab.faults.open(WORKER, "4789/udp", at="security_group")
        assert near.exec_run(ping).exit_code == 0
    finally:
        for container in (near, far):
            container.remove(force=True)
        network.remove()
        worker.close()


def test_a_block_stops_what_is_connected_already_and_outlives_a_restart(
    lab: DindBackend, manager: DockerClient
) -> None:
    """A worker that cannot reach port 2377 of its manager is taken for dead."""
    lab.faults.block(MANAGER, "2377/tcp")
    wait_until(lambda: node_states(manager, WORKER) == ["down"], "the worker to be down")
    lab.faults.stop(MANAGER)
    lab.faults.start(MANAGER)
    assert not lab.ports.check(MANAGER, "2377/tcp", peer=WORKER).open
