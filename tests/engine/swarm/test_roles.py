"""Promotion and demotion: what is refused, and how long it takes."""

from swarmlab.engine.model import Role
from tests.engine.simulated import Hosts

NO_MANAGER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)
NOT_UP = "This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster."
REFUSED = "rpc error: code = FailedPrecondition desc = "


def test_a_promoted_worker_manages_after_a_second() -> None:
    """The spec changes at once, MANAGER STATUS half a second later, its own requests work after another half."""
    hosts = Hosts("formed")
    hosts.set_role(1, Role.MANAGER)
    assert (hosts.node(1).spec.role, hosts.node(1).manager_status) == (Role.MANAGER, None)
    hosts.advance(0.6)
    assert "docker-swarm-1 ready reachable" in hosts.node_ls()
    assert hosts.refusal(hosts[1].ask(lambda control: None)) == (0, NOT_UP)
    hosts.advance(0.5)
    assert "docker-swarm-1 ready reachable" in hosts.node_ls(1)
    assert hosts[1].membership.info().managers == 2
    assert hosts.node(1).role is Role.MANAGER


def test_every_node_hears_of_a_new_manager() -> None:
    """`docker info` lists it on workers too."""
    hosts = Hosts("formed")
    hosts.set_role(1, Role.MANAGER)
    hosts.advance(1)
    assert [manager.addr for manager in hosts[2].membership.info().remote_managers] == [
        "172.31.16.11:2377",
        "172.31.16.13:2377",
    ]


def test_a_demoted_manager_is_a_worker_at_once() -> None:
    """It answers no more, and its place among the managers is gone."""
    hosts = Hosts("three-managers")
    hosts.set_role(1, Role.WORKER)
    hosts.simulation.step()
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready reachable", "docker-swarm-3 ready leader"]
    assert hosts.refusal(hosts[1].ask(lambda control: None)) == (0, NO_MANAGER)
    assert hosts[1].membership.info().control_available is False


def test_a_demoted_leader_hands_over_and_needs_a_moment() -> None:
    """Another manager leads at once; the former leader closes for eight seconds, and then it is a worker."""
    hosts = Hosts("three-managers")
    hosts.set_role(3, Role.WORKER)
    hosts.simulation.step()
    assert "docker-swarm-1 unknown leader" in hosts.node_ls(1) or "docker-swarm-1 ready leader" in hosts.node_ls(1)
    assert hosts.refusal(hosts[3].ask(lambda control: None)) == (
        0,
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: '
        'dial unix /var/run/docker/swarm/control.sock: connect: no such file or directory"',
    )
    hosts.advance(0.9)
    assert "docker-swarm-3 unknown" in hosts.node_ls(1)
    hosts.advance(7.2)
    assert "docker-swarm-3 ready" in hosts.node_ls(1)
    assert hosts.refusal(hosts[3].ask(lambda control: None)) == (0, NO_MANAGER)
    hosts.advance(20)
    assert hosts.node_ls(1) == ["docker-swarm-1 ready leader", "docker-swarm-2 ready reachable", "docker-swarm-3 ready"]


def test_the_last_manager_is_not_demoted() -> None:
    """Nobody would be left."""
    hosts = Hosts("formed")

    def demote() -> None:
        hosts.set_role(3, Role.WORKER)

    words = REFUSED + "attempting to demote the last manager of the swarm"
    assert _refusal(demote) == words


def test_no_manager_is_demoted_when_that_costs_the_quorum() -> None:
    """With one of three lost, the two that remain must both stay."""
    hosts = Hosts("three-managers")
    hosts[1].power_off()
    hosts.advance(4)
    words = REFUSED + "can't remove member from the raft: this would result in a loss of quorum"
    assert _refusal(lambda: hosts.set_role(2, Role.WORKER)) == words
    hosts.advance(20)
    hosts.ask(3, lambda control: None)


def test_a_lost_manager_can_be_demoted_and_removed() -> None:
    """That is how it is taken out for good."""
    hosts = Hosts("three-managers")
    old = hosts[1].membership.node_id
    hosts[1].power_off()
    hosts.advance(20)
    words = (
        f"{REFUSED}node {old} is a cluster manager and is a member of the raft cluster. "
        "It must be demoted to worker before removal"
    )
    assert _refusal(lambda: hosts.ask(3, lambda control: control.remove_node(old, force=True))) == words
    hosts.set_role(1, Role.WORKER)
    hosts.advance(1)
    hosts.ask(3, lambda control: control.remove_node(old))
    assert hosts.node_ls() == ["docker-swarm-2 ready reachable", "docker-swarm-3 ready leader"]


def test_a_demoted_manager_has_the_role_of_a_worker_five_seconds_later() -> None:
    """The leader looks again every five seconds; constraints go by this role."""
    hosts = Hosts("three-managers")
    hosts.set_role(1, Role.WORKER)
    hosts.advance(4.9)
    assert hosts.node(1).role is Role.MANAGER
    hosts.advance(0.2)
    assert hosts.node(1).role is Role.WORKER


def test_who_is_promoted_right_after_a_demotion_waits() -> None:
    """Its engine waits twice sixteen seconds for the role of a worker that does not come; later it takes a second."""
    hosts = Hosts("three-managers")
    hosts.set_role(1, Role.WORKER)
    hosts.advance(1)
    hosts.set_role(1, Role.MANAGER)
    hosts.advance(30)
    assert "docker-swarm-1 ready" in hosts.node_ls()
    hosts.advance(2)
    assert "docker-swarm-1 ready reachable" in hosts.node_ls()
    hosts.set_role(1, Role.WORKER)
    hosts.advance(6)
    hosts.set_role(1, Role.MANAGER)
    hosts.advance(1)
    assert "docker-swarm-1 ready reachable" in hosts.node_ls()


def test_several_managers_are_demoted_one_after_the_other() -> None:
    """Each as long as the rest is a majority; the last one stays."""
    hosts = Hosts("three-managers")
    hosts.set_role(1, Role.WORKER)
    hosts.set_role(2, Role.WORKER)
    words = REFUSED + "attempting to demote the last manager of the swarm"
    assert _refusal(lambda: hosts.set_role(3, Role.WORKER)) == words
    hosts.advance(6)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]


def test_an_unreachable_worker_is_promoted_when_it_is_back() -> None:
    """Until then the wish stands."""
    hosts = Hosts("formed")
    hosts[1].power_off()
    hosts.advance(20)
    hosts.set_role(1, Role.MANAGER)
    hosts.advance(20)
    assert hosts.node(1).manager_status is None
    hosts[1].power_on()
    hosts.advance(12)
    assert "docker-swarm-1 ready reachable" in hosts.node_ls(1)


def _refusal(function: object) -> str:
    try:
        function()  # type: ignore[operator]
    except Exception as error:
        return str(error)
    return ""
