"""The whole way through the engine without any API: init, join, a service, a lost node, in manual time."""

from dataclasses import replace

import pytest

from swarmlab.engine.host.logs import LogOptions
from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import Replicated, Service, Task, TaskState
from tests.engine.simulated import Hosts, helloworld


def ps(hosts: Hosts) -> list[str]:
    """`docker service ps`: slot, node, desired and current state, error."""
    nodes = {node.id: node.hostname for node in hosts.swarm.store.all(type(hosts.node(3)))}
    return sorted(
        f"{task.slot} {nodes[task.node_id]} {task.desired_state.name} {task.state.name} {task.status.err}".strip()
        for task in hosts.swarm.store.all(Task)
    )


def scale(hosts: Hosts, replicas: int) -> None:
    def change(control: Control) -> Service:
        service = control.store.find(Service, "helloworld")
        spec = replace(service.spec, mode=Replicated(replicas=replicas))
        return control.update_service(service.id, service.meta.version, spec)

    hosts.ask(3, change)
    hosts.simulation.settle()


def containers(hosts: Hosts) -> dict[int, int]:
    """How many containers run on each host."""
    return {number: len(hosts[number].containers.list()) for number in (1, 2, 3)}


def walk(seed: int) -> list[object]:
    """The walk, and all that was seen on it."""
    hosts = Hosts(seed=seed)
    seen: list[object] = [hosts.init(3), hosts.token()]
    for leg in (join_both, create_and_scale, lose_a_host, take_it_back, remove_the_service):
        seen.append(leg(hosts))
    return [*seen, hosts.clock.now, [event for number in (1, 2, 3) for event in hosts[number].events.past()]]


def join_both(hosts: Hosts) -> list[str]:
    hosts.wait(hosts.join(1))
    hosts.wait(hosts.join(2))
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]
    return [hosts.node(number).id for number in (1, 2, 3)]


def create_and_scale(hosts: Hosts) -> list[str]:
    hosts.ask(3, lambda control: control.create_service(helloworld()))
    began = hosts.clock.now
    hosts.simulation.settle()
    assert 0.3 < hosts.clock.now - began < 4
    assert len(hosts.running_on()) == 1
    scale(hosts, 5)
    assert sorted(containers(hosts).values()) == [1, 2, 2]
    lines = hosts.wait(hosts[3].service_logs("helloworld", LogOptions())).read()
    assert any("bytes from" in line.text for line in lines)
    return ps(hosts)


def lose_a_host(hosts: Hosts) -> list[str]:
    hosts[1].power_off()
    hosts.advance(40)
    assert hosts.node_ls()[0] == "docker-swarm-1 down"
    assert len(hosts.running_on()) == 5
    assert "docker-swarm-1" not in hosts.running_on()
    return ps(hosts)


def take_it_back(hosts: Hosts) -> list[str]:
    hosts[1].power_on()
    hosts.advance(30)
    assert hosts.node_ls()[0] == "docker-swarm-1 ready"
    lost = [line for line in ps(hosts) if "docker-swarm-1" in line]
    assert lost
    assert all("SHUTDOWN FAILED task: non-zero exit (255)" in line for line in lost)
    assert "docker-swarm-1" not in hosts.running_on()
    return ps(hosts)


def remove_the_service(hosts: Hosts) -> list[str]:
    hosts.ask(3, lambda control: control.remove_service("helloworld"))
    hosts.simulation.step()
    assert sum(containers(hosts).values()) == 5
    hosts.advance(13)
    assert sum(containers(hosts).values()) == 0
    assert list(hosts.swarm.store.all(Task)) == []
    return ps(hosts)


def test_the_walk_from_init_to_the_removed_service() -> None:
    """Every step does what Swarm does, and a second walk of the same seed is the same to the last digit."""
    assert walk(seed=5) == walk(seed=5)


def test_another_seed_is_another_walk() -> None:
    """Ids, tokens and placement come from the seed."""
    assert walk(seed=5)[:2] != walk(seed=6)[:2]


def test_five_replicas_take_a_few_seconds() -> None:
    """About as long as on three engines of two cores."""
    hosts = Hosts("formed")
    began = hosts.clock.now
    hosts.create_helloworld(5)
    assert 0.6 < hosts.clock.now - began < 4


def test_two_lost_workers_leave_everything_to_one() -> None:
    """`service ls` counts seven of five meanwhile: tasks last seen running on the lost nodes still count."""
    hosts = Hosts("formed")
    hosts.create_helloworld(5)
    lost = 5 - hosts.running_on().count("docker-swarm-3")
    hosts[1].power_off()
    hosts[2].power_off()
    hosts.advance(60)
    assert hosts.running_on() == ["docker-swarm-3"] * 5
    service = hosts.swarm.store.find(Service, "helloworld")
    status = hosts.swarm.control.service_status(service)
    assert (status.running, status.desired) == (5 + lost, 5)
    hosts[1].power_on()
    hosts[2].power_on()
    hosts.advance(30)
    assert hosts.swarm.control.service_status(service).running == 5
    assert hosts.running_on() == ["docker-swarm-3"] * 5


def test_a_lost_container_is_told_from_a_killed_one() -> None:
    """Row S19: the container deleted while its engine was off reads `No such container`, its sibling exit 255."""
    hosts = Hosts("formed")
    hosts.create_helloworld(6)
    kept, gone = (container.name for container in hosts[1].containers.list())
    hosts[1].power_off()
    hosts[1].containers.lose(gone)
    hosts.advance(30)
    hosts[1].power_on()
    hosts.advance(10)
    errors = {task.name: task.status.err for task in hosts.swarm.store.tasks_on_node(hosts.node(1).id)}
    assert errors[gone] == f"No such container: {gone}"
    assert errors[kept] == "task: non-zero exit (255)"


def test_a_killed_container_is_replaced() -> None:
    """Without being asked, five seconds later."""
    hosts = Hosts("helloworld")
    host = next(number for number in (1, 2, 3) if hosts[number].containers.list())
    hosts[host].containers.kill(hosts[host].containers.list()[0].id)
    hosts.advance(1)
    old, new = hosts.swarm.store.all(Task)
    assert (old.state, old.status.err) == (TaskState.FAILED, "task: non-zero exit (137)")
    assert new.desired_state is TaskState.READY
    hosts.simulation.settle()
    assert len(hosts.running_on()) == 1


@pytest.mark.parametrize("port", ["7946/tcp", "4789/udp"])
def test_other_ports_do_not_matter_to_the_managers(port: str) -> None:
    """Only 2377 carries what makes a node ready."""
    hosts = Hosts("formed")
    hosts.block(1, port)
    hosts.advance(60)
    assert hosts.node_ls()[0] == "docker-swarm-1 ready"


def test_a_closed_management_port_makes_workers_go_down() -> None:
    """And they are back when it is open again."""
    hosts = Hosts("formed")
    hosts.block(3)
    hosts.advance(30)
    assert hosts.node_ls() == ["docker-swarm-1 down", "docker-swarm-2 down", "docker-swarm-3 ready leader"]
    hosts.open(3)
    hosts.advance(9)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]


def test_a_node_removed_by_force_runs_nothing_for_the_swarm() -> None:
    """It is told to stop; its tasks are orphaned, and run elsewhere."""
    hosts = Hosts("formed")
    hosts.create_helloworld(3)
    assert len(hosts[1].containers.list()) == 1
    hosts.ask(3, lambda control: control.remove_node("docker-swarm-1", force=True))
    hosts.advance(20)
    assert hosts[1].containers.list() == []
    assert len(hosts.running_on()) == 3
    assert any(task.state is TaskState.ORPHANED for task in hosts.swarm.store.all(Task))


def test_a_container_lost_in_a_moment_is_replaced() -> None:
    """The engine was off so shortly that its node was never seen down."""
    hosts = Hosts("formed")
    hosts.create_helloworld(3)
    gone = hosts[1].containers.list()[0].name
    hosts[1].power_off()
    hosts[1].containers.lose(gone)
    hosts[1].power_on()
    hosts.advance(20)
    errors = {task.name: task.status.err for task in hosts.swarm.store.all(Task)}
    assert errors[gone] == f"No such container: {gone}"
    assert len(hosts.running_on()) == 3
