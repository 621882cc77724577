"""Requests to the leader: where they are refused, when they wait, and for how long."""

import pytest

from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import Service
from swarmlab.engine.swarm.membership import LocalNodeState
from tests.engine.simulated import Hosts, helloworld

NO_SWARM = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
NO_MANAGER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)
NO_LEADER = (
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are "
    "online. Make sure more than half of the managers are online."
)
TOO_LATE = "rpc error: code = DeadlineExceeded desc = context deadline exceeded"


def nothing(control: Control) -> None:
    """A request that any leader can answer."""


def services(control: Control) -> list[Service]:
    return list(control.store.all(Service))


def test_without_a_swarm_nobody_answers() -> None:
    """Init or join first."""
    hosts = Hosts()
    assert hosts.refusal(hosts[1].ask(nothing)) == (0, NO_SWARM)


def test_a_worker_does_not_answer() -> None:
    """It knows nothing of the cluster's state."""
    hosts = Hosts("formed")
    assert hosts.refusal(hosts[1].ask(nothing)) == (0, NO_MANAGER)


def test_a_joining_node_answers_as_a_worker() -> None:
    """And as a node without a swarm once its attempt has failed."""
    hosts = Hosts()
    hosts.init(3)
    hosts.block(3)
    hosts.refusal(hosts.join(1))
    assert hosts.refusal(hosts[1].ask(nothing)) == (0, NO_MANAGER)
    hosts.advance(20)
    assert hosts.refusal(hosts[1].ask(nothing)) == (0, NO_SWARM)


def test_a_follower_passes_requests_on() -> None:
    """Any manager will do."""
    hosts = Hosts("three-managers")
    hosts.ask(1, lambda control: control.create_service(helloworld()))
    assert [service.spec.name for service in hosts.ask(2, services)] == ["helloworld"]


def test_what_a_request_raises_fails_its_answer() -> None:
    """The refusal of the rules comes back as it is."""
    hosts = Hosts("formed")
    _, words = hosts.refusal(hosts[3].ask(lambda control: control.remove_service("nosuch")))
    assert words == "service nosuch not found"


def test_a_request_waits_for_the_election() -> None:
    """The leader is killed; whoever asks meanwhile is answered by the next one."""
    hosts = Hosts("three-managers")
    hosts[3].power_off()
    began = hosts.clock.now
    lines = hosts.node_ls(1)
    assert 10 < hosts.clock.now - began < 20
    assert any("leader" in line for line in lines)
    hosts.advance(5)
    assert "docker-swarm-3 unknown unreachable" in hosts.node_ls(1)
    hosts.advance(30)
    assert hosts.node_ls(1)[2] == "docker-swarm-3 down unreachable"


def test_without_quorum_the_first_request_waits_and_later_ones_do_not() -> None:
    """Twenty seconds; from ten seconds after its first attempt to be elected on, the words at once. Reads fail, too."""
    hosts = Hosts("three-managers")
    hosts[2].power_off()
    hosts[3].power_off()
    assert hosts.refusal(hosts[1].ask(services)) == (pytest.approx(20), TOO_LATE)
    hosts.advance(11)
    assert hosts.refusal(hosts[1].ask(services)) == (0, NO_LEADER)


def test_docker_info_waits_for_a_leader_like_any_request() -> None:
    """It says in the end why it knows no more: first that nobody answered in time, later that there is no leader."""
    hosts = Hosts("three-managers")
    hosts[2].power_off()
    hosts[3].power_off()
    began = hosts.clock.now
    first = hosts.wait(hosts[1].swarm_info())
    assert hosts.clock.now - began == pytest.approx(20)
    assert (first.local_node_state, first.control_available, first.error) == (LocalNodeState.ACTIVE, True, TOO_LATE)
    hosts.advance(11)
    later = hosts.wait(hosts[1].swarm_info())
    assert (later.error, later.nodes, later.managers, later.cluster) == (NO_LEADER, 0, 0, None)


def test_docker_info_tells_of_the_leader_that_was_elected_meanwhile() -> None:
    """As soon as there is one."""
    hosts = Hosts("three-managers")
    hosts[3].power_off()
    info = hosts.wait(hosts[1].swarm_info())
    assert (info.error, info.nodes, info.managers) == ("", 3, 3)


def test_quorum_that_is_back_answers_again() -> None:
    """One of the two lost managers is enough."""
    hosts = Hosts("three-managers")
    hosts[2].power_off()
    hosts[3].power_off()
    hosts.advance(60)
    hosts[2].power_on()
    hosts.advance(25)
    assert len(hosts.node_ls(1)) == 3


def test_a_leader_without_its_majority_still_reads_for_a_while() -> None:
    """Ten seconds later it steps down, and reads wait like everything else."""
    hosts = Hosts("three-managers")
    hosts[1].power_off()
    hosts[2].power_off()
    hosts.advance(4)
    assert hosts.node_ls() == [
        "docker-swarm-1 ready unreachable",
        "docker-swarm-2 ready unreachable",
        "docker-swarm-3 ready leader",
    ]
    hosts.advance(8)
    assert hosts.refusal(hosts[3].ask(services)) == (pytest.approx(20), TOO_LATE)
    assert hosts.refusal(hosts[3].ask(services)) == (0, NO_LEADER)


def test_what_cannot_be_committed_is_not_done() -> None:
    """A change asked for while the majority is away takes effect once it is back, and then once only."""
    hosts = Hosts("three-managers")
    hosts[1].power_off()
    hosts[2].power_off()
    hosts.simulation.step()
    answer = hosts[3].ask(lambda control: control.create_service(helloworld()))
    hosts.advance(2)
    assert (answer.done, hosts.ask(3, services)) == (False, [])
    hosts[1].power_on()
    hosts.wait(answer)
    assert len(hosts.ask(3, services)) == 1


def test_containers_run_on_without_a_leader() -> None:
    """Nothing moves, and nothing stops."""
    hosts = Hosts("three-managers")
    hosts.create_helloworld(3)
    hosts[2].power_off()
    hosts[3].power_off()
    hosts.advance(120)
    assert len(hosts[1].containers.list()) == 1


def test_a_lone_manager_goes_on_by_force() -> None:
    """It keeps every object and leads alone; the managers that return are workers first, and are promoted again."""
    hosts = Hosts("three-managers")
    hosts.create_helloworld(3)
    hosts[1].power_off()
    hosts[2].power_off()
    hosts.advance(40)
    began = hosts.clock.now
    old = hosts[3].membership.node_id
    assert hosts.init(3, force_new_cluster=True) == old
    assert 11 < hosts.clock.now - began < 15
    assert hosts.node_ls() == [
        "docker-swarm-1 unknown",
        "docker-swarm-2 unknown",
        "docker-swarm-3 ready leader",
    ]
    hosts.advance(60)
    assert hosts.running_on() == ["docker-swarm-3"] * 3
    hosts[1].power_on()
    hosts.advance(60)
    assert "docker-swarm-1 ready reachable" in hosts.node_ls(1)


def test_a_worker_cannot_go_on_by_force() -> None:
    """It has no state to go on with."""
    from swarmlab.engine.swarm.membership import InitRequest

    hosts = Hosts("formed")
    assert hosts.refusal(hosts[1].membership.init(InitRequest(force_new_cluster=True))) == (0, NO_MANAGER)
