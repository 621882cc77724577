"""What holds whatever breaks: a swarm whose hosts are all healed comes to rest as it was declared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import Availability, Node, NodeState, Role, Service, Task, TaskState
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.membership import LocalNodeState
from swarmlab.engine.world import SWARM_PORTS, Wall
from tests.engine.simulated import Hosts, helloworld

NODES = 3
Act = Callable[[Hosts, int], object]


def change_node(number: int, **change: object) -> Callable[[Control], Node]:
    def function(control: Control) -> Node:
        node = control.store.find(Node, f"docker-swarm-{number}")
        return control.update_node(node.id, node.meta.version, replace(node.spec, **change))  # type: ignore[arg-type]

    return function


def kill_one(hosts: Hosts, number: int) -> None:
    for container in hosts[number].containers.list()[:1]:
        hosts[number].containers.kill(container.id)


def lose_one(hosts: Hosts, number: int) -> None:
    if not hosts[number].running:
        for container in hosts[number].containers.list(all_=True)[:1]:
            hosts[number].containers.lose(container.id)


def rejoin(hosts: Hosts, number: int) -> None:
    membership = hosts[number].membership
    if hosts[number].running and not membership.manager.runs:
        membership.leave(force=True)
        if hosts[3].membership.swarm is not None:
            hosts.join(number)


ACTS: dict[str, Act] = {
    "power off": lambda hosts, n: hosts[n].power_off(),
    "power on": lambda hosts, n: hosts[n].power_on(),
    "disconnect": lambda hosts, n: hosts.world.disconnect(f"docker-swarm-{n}"),
    "reconnect": lambda hosts, n: hosts.world.reconnect(f"docker-swarm-{n}"),
    "block": lambda hosts, n: hosts.block(n),
    "open": lambda hosts, n: hosts.open(n),
    "move outside": lambda hosts, n: hosts.world.move_outside(f"docker-swarm-{n}"),
    "move inside": lambda hosts, n: hosts.world.move_inside(f"docker-swarm-{n}"),
    "kill": kill_one,
    "lose": lose_one,
    "rejoin": rejoin,
    "promote": lambda hosts, n: hosts[3].ask(change_node(n, role=Role.MANAGER)),
    "demote": lambda hosts, n: hosts[3].ask(change_node(n, role=Role.WORKER)),
    "drain": lambda hosts, n: hosts[3].ask(change_node(n, availability=Availability.DRAIN)),
    "activate": lambda hosts, n: hosts[3].ask(change_node(n, availability=Availability.ACTIVE)),
    "create": lambda hosts, n: hosts[n].ask(lambda control: control.create_service(helloworld(n + 1))),
    "remove": lambda hosts, n: hosts[n].ask(lambda control: control.remove_service("helloworld")),
}

acts = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(1, NODES), st.sampled_from([0.0, 0.2, 3.0, 18.0, 45.0])),
    max_size=14,
)


def heal(hosts: Hosts) -> None:
    for number in range(1, NODES + 1):
        name = f"docker-swarm-{number}"
        hosts.world.reconnect(name)
        hosts.world.move_inside(name)
        for port in SWARM_PORTS:
            for wall in Wall:
                hosts.world.open(name, port, wall)
        hosts[number].power_on()
    hosts.advance(150)


def check_swarm(hosts: Hosts, swarm: Swarm) -> None:
    """One leader, every node that is there ready, every service as it was declared, no container too many."""
    assert swarm.has_leader
    nodes = list(swarm.store.all(Node))
    assert [node.manager_status.leader for node in nodes if node.manager_status].count(True) == 1
    assert all(node.status.state is NodeState.READY for node in nodes if node.id in swarm.members)
    if any(node.spec.availability is Availability.ACTIVE and node.id in swarm.members for node in nodes):
        for service in swarm.store.all(Service):
            live = [task for task in swarm.store.tasks_of_service(service.id) if _runs(task)]
            assert len(live) == swarm.control.service_status(service).desired
    for number in range(1, NODES + 1):
        wanted = [task.name for task in swarm.store.tasks_on_node(hosts[number].membership.node_id) if _runs(task)]
        assert sorted(container.name for container in hosts[number].containers.list()) == sorted(wanted)


def _runs(task: Task) -> bool:
    return task.desired_state is TaskState.RUNNING and task.state is TaskState.RUNNING


@settings(max_examples=40, deadline=None)
@given(state=st.sampled_from(["helloworld", "three-managers"]), script=acts, seed=st.integers(0, 3))
def test_a_healed_swarm_is_as_declared(state: str, script: list[tuple[str, int, float]], seed: int) -> None:
    """Whatever happened to hosts, cables, walls, containers and roles."""
    hosts = Hosts(state, seed=seed)
    for name, number, pause_s in script:
        if hosts[number].running or name in ("power on", "lose", "reconnect", "open", "move inside"):
            ACTS[name](hosts, number)
        hosts.advance(pause_s)
    heal(hosts)
    for swarm in hosts.simulation.swarms():
        check_swarm(hosts, swarm)
    for number in range(1, NODES + 1):
        if hosts[number].membership.state is LocalNodeState.INACTIVE:
            assert hosts[number].containers.list(all_=True) == []


@settings(max_examples=15, deadline=None)
@given(script=acts)
def test_one_seed_and_one_story_have_one_outcome(script: list[tuple[str, int, float]]) -> None:
    """Every id, time and state of two labs that live through the same is the same."""

    def live() -> list[object]:
        hosts = Hosts("helloworld")
        for name, number, pause_s in script:
            ACTS[name](hosts, number)
            hosts.advance(pause_s)
        return [
            (swarm.id, list(swarm.store.all(Node)), list(swarm.store.all(Task))) for swarm in hosts.simulation.swarms()
        ]

    assert live() == live()
