"""Init, join, leave: every text and time as recorded from three engines 28.5.2."""

import pytest

from swarmlab.engine.model import ClusterSpec, ExternalCA, NodeState, Role
from swarmlab.engine.swarm.membership import InitRequest, LocalNodeState, RemoteManager
from swarmlab.engine.world import Outcome, Wall
from tests.engine.simulated import Hosts

TIMEOUT = (
    "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. "
    'Use the "docker info" command to see the current swarm status of your node.'
)
ALREADY = 'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.'
ATTEMPT = "You are attempting to leave the swarm on a node that is participating as a manager. "
RESTORE = (
    "The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. "
    "Use `--force` to suppress this message."
)


def with_manager(nodes: int = 3) -> Hosts:
    hosts = Hosts(nodes=nodes)
    hosts.init(3)
    return hosts


# --- init ---


def test_an_engine_is_in_no_swarm_at_first() -> None:
    """`docker info` says inactive and nothing else."""
    info = Hosts()[1].membership.info()
    assert (info.local_node_state, info.node_id, info.node_addr) == (LocalNodeState.INACTIVE, "", "")
    assert (info.remote_managers, info.cluster) == ((), None)


def test_init_makes_a_manager_that_leads() -> None:
    """The node's id comes back; the node is ready, leads, and knows itself as the only manager."""
    hosts = Hosts()
    node_id = hosts.init(3)
    info = hosts[3].membership.info()
    assert (info.local_node_state, info.control_available, info.node_id) == (LocalNodeState.ACTIVE, True, node_id)
    assert (info.nodes, info.managers, info.node_addr) == (1, 1, "172.31.16.13")
    hosts.simulation.settle()
    assert hosts.node_ls() == ["docker-swarm-3 ready leader"]
    assert hosts[3].membership.info().remote_managers == (RemoteManager(node_id=node_id, addr="172.31.16.13:2377"),)


def test_force_changes_nothing_where_there_is_no_swarm() -> None:
    """The settings are given once: the cluster's version is 10, as after any init."""
    named = {"external_cas": (ExternalCA(url="https://ca"),)}
    hosts = Hosts()
    hosts.init(3, force_new_cluster=True, spec=named)
    cluster = hosts.swarm.store.cluster()
    assert (cluster.spec.external_cas, cluster.meta.version) == (named["external_cas"], 10)


def test_init_takes_about_half_a_second() -> None:
    """Until then the node is pending, and its manager is being prepared."""
    hosts = Hosts()
    began = hosts.clock.now
    answer = hosts[3].membership.init(InitRequest())
    hosts.simulation.step()
    assert hosts[3].membership.info().local_node_state is LocalNodeState.PENDING
    assert hosts.refusal(hosts[3].ask(lambda control: None)) == (
        0,
        "This node is not a swarm manager. Manager is being prepared or has trouble connecting to the cluster.",
    )
    hosts.wait(answer)
    assert 0.4 < hosts.clock.now - began < 1


def test_a_swarm_stays_whose_settings_are_refused() -> None:
    """They are written once it is there: the command fails, the node manages a swarm with the usual settings."""
    hosts = Hosts()
    spec = {"node_cert_expiry_s": 60, "task_history_retention_limit": 3}
    answer = hosts[3].membership.init(InitRequest(spec=spec))
    assert hosts.refusal(answer)[1] == (
        "error updating cluster settings: rpc error: code = InvalidArgument desc = "
        "minimum certificate expiry time is: 1h0m0s"
    )
    info = hosts[3].membership.info()
    assert info.local_node_state is LocalNodeState.ACTIVE
    assert info.cluster is not None
    assert info.cluster.spec == ClusterSpec()


def test_init_twice_is_refused() -> None:
    """A node is in one swarm at most."""
    hosts = Hosts("formed")
    for number in (1, 3):
        assert hosts.refusal(hosts[number].membership.init(InitRequest())) == (0, ALREADY)


def test_init_advertises_what_it_was_told() -> None:
    """A public address is told to others; the node's own address stays the private one."""
    hosts = Hosts()
    hosts.init(3, advertise_addr="203.0.113.13")
    assert hosts.node(3).manager_status is not None
    assert hosts.node(3).manager_status.addr == "203.0.113.13:2377"
    assert hosts[3].membership.info().node_addr == "172.31.16.13"


# --- join ---


def test_a_worker_joins_in_moments() -> None:
    """It is ready, knows its manager, and manages nothing."""
    hosts = with_manager()
    began = hosts.clock.now
    hosts.wait(hosts.join(1))
    assert hosts.clock.now - began < 0.5
    info = hosts[1].membership.info()
    assert (info.local_node_state, info.control_available) == (LocalNodeState.ACTIVE, False)
    assert info.node_addr == "172.31.16.11"
    hosts.simulation.settle()
    managers = hosts[1].membership.info().remote_managers
    assert managers == (RemoteManager(node_id=hosts[3].membership.node_id, addr="172.31.16.13:2377"),)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-3 ready leader"]


def test_a_manager_joins_with_the_managers_token() -> None:
    """The role comes from the token; every node hears of the new manager."""
    hosts = with_manager()
    hosts.wait(hosts.join(1))
    hosts.wait(hosts.join(2, Role.MANAGER))
    hosts.advance(1)
    assert hosts.node_ls(2) == ["docker-swarm-1 ready", "docker-swarm-2 ready reachable", "docker-swarm-3 ready leader"]
    known = [manager.addr for manager in hosts[1].membership.info().remote_managers]
    assert known == ["172.31.16.12:2377", "172.31.16.13:2377"]


def test_a_worker_may_join_at_a_manager_that_follows() -> None:
    """Any manager passes the request on to the leader."""
    hosts = with_manager()
    hosts.wait(hosts.join(2, Role.MANAGER))
    hosts.wait(hosts.join(1, at="172.31.16.12:2377"))
    assert hosts.node(1).status.state is NodeState.READY


def test_joining_twice_is_refused() -> None:
    """Also while the first attempt goes on."""
    hosts = Hosts("formed")
    assert hosts.refusal(hosts.join(1)) == (0, ALREADY)


def test_a_token_that_is_none_is_refused_at_once() -> None:
    """Nobody needs to be asked."""
    hosts = with_manager()
    assert hosts.refusal(hosts.join(1, join_token="foo")) == (0, "invalid join token")
    assert hosts[1].membership.info().local_node_state is LocalNodeState.INACTIVE


def test_a_wrong_secret_is_refused_after_ten_seconds() -> None:
    """The manager says no five times."""
    hosts = with_manager()
    seconds, words = hosts.refusal(hosts.join(1, join_token=hosts.token()[:-25] + "a" * 25))
    assert seconds == pytest.approx(10)
    assert words == ("rpc error: code = InvalidArgument desc = A valid join token is necessary to join this cluster")
    assert hosts[1].membership.info().local_node_state is LocalNodeState.INACTIVE


def test_the_token_of_another_swarm_is_refused() -> None:
    """Its digest is not that of this swarm's root certificate."""
    hosts = with_manager()
    token = "SWMTKN-1-" + "1" * 50 + hosts.token()[-26:]
    seconds, words = hosts.refusal(hosts.join(1, join_token=token))
    assert seconds == pytest.approx(10)
    assert words == (
        "remote CA does not match fingerprint. "
        "Expected: 2944b8970a9cfc7f3fa920aae5c0394bcc716825075075075075075075075075"
    )


def test_where_nobody_manages_the_connection_is_refused() -> None:
    """After ten seconds the node gives up for good, and is in no swarm."""
    hosts = with_manager()
    seconds, words = hosts.refusal(hosts.join(1, at="172.31.16.12:2377"))
    assert seconds == pytest.approx(10)
    assert words == (
        'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: '
        'dial tcp 172.31.16.12:2377: connect: connection refused"'
    )
    assert hosts[1].membership.info().local_node_state is LocalNodeState.INACTIVE


def test_a_join_that_hears_nothing_goes_on_in_the_background() -> None:
    """Twenty seconds, then pending with the manager's address; it completes once the port is open."""
    hosts = with_manager()
    hosts.block(3)
    assert hosts.refusal(hosts.join(1)) == (pytest.approx(20), TIMEOUT)
    info = hosts[1].membership.info()
    assert (info.local_node_state, info.node_id, info.node_addr) == (LocalNodeState.PENDING, "", "172.31.16.11")
    assert info.remote_managers == (RemoteManager(node_id="", addr="172.31.16.13:2377"),)
    assert hosts.refusal(hosts.join(1)) == (0, ALREADY)
    hosts.open(3)
    hosts.advance(9)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.ACTIVE
    assert hosts.node(1).status.state is NodeState.READY


def test_both_walls_must_be_open_for_a_join() -> None:
    """Opening the host's firewall alone changes nothing."""
    hosts = with_manager()
    hosts.block(3)
    hosts.block(3, wall=Wall.SECURITY_GROUP)
    hosts.refusal(hosts.join(1))
    hosts.open(3)
    hosts.advance(8)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.PENDING
    hosts.open(3, wall=Wall.SECURITY_GROUP)
    hosts.advance(6.9)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.ACTIVE


def test_the_background_attempt_ends_in_an_error() -> None:
    """After 35 s the node stops trying and says why; opening the port is too late, leaving makes it free again."""
    hosts = with_manager()
    hosts.block(3)
    hosts.refusal(hosts.join(1))
    hosts.advance(14.9)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.PENDING
    hosts.advance(0.2)
    info = hosts[1].membership.info()
    assert (info.local_node_state, info.remote_managers) == (LocalNodeState.ERROR, ())
    assert info.error == (
        "rpc error: code = DeadlineExceeded desc = context deadline exceeded while waiting for connections to become "
        "ready"
    )
    hosts.open(3)
    hosts.advance(30)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.ERROR
    hosts.wait(hosts[1].membership.leave())
    hosts.wait(hosts.join(1))
    assert hosts.node(1).status.state is NodeState.READY


def test_a_pending_join_can_be_given_up() -> None:
    """`docker swarm leave` ends it at once, and nothing goes on."""
    hosts = with_manager()
    hosts.block(3)
    hosts.refusal(hosts.join(1))
    hosts.wait(hosts[1].membership.leave())
    hosts.open(3)
    hosts.advance(20)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.INACTIVE
    assert hosts.node_ls() == ["docker-swarm-3 ready leader"]


def test_a_host_outside_joins_by_the_public_address_only() -> None:
    """The private address of the manager answers nothing out there."""
    hosts = Hosts()
    hosts.init(3, advertise_addr="203.0.113.13")
    hosts.world.move_outside("docker-swarm-1")
    seconds, words = hosts.refusal(hosts.join(1, at="172.31.16.13:2377"))
    assert (seconds, words) == (pytest.approx(20), TIMEOUT)
    hosts.wait(hosts[1].membership.leave())
    hosts.wait(hosts.join(1, at="203.0.113.13:2377"))
    hosts.advance(60)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-3 ready leader"]


def test_a_manager_must_be_reachable_itself() -> None:
    """Its own port 2377 is tried from the swarm; where nothing comes back, it does not join."""
    hosts = with_manager()
    hosts.block(2)
    seconds, words = hosts.refusal(hosts.join(2, Role.MANAGER))
    assert seconds == pytest.approx(5, abs=0.3)
    assert words == (
        "manager stopped: can't initialize raft node: rpc error: code = DeadlineExceeded desc = could not connect to "
        "prospective new cluster member using its advertised address: rpc error: code = DeadlineExceeded desc = "
        "context deadline exceeded while waiting for connections to become ready"
    )
    assert hosts[2].membership.info().local_node_state is LocalNodeState.INACTIVE
    hosts.advance(30)
    assert hosts.node_ls() == ["docker-swarm-2 down", "docker-swarm-3 ready leader"]


def test_a_manager_that_cannot_listen_does_not_join() -> None:
    """Its listen address is not one of the host's."""
    hosts = with_manager()
    _, words = hosts.refusal(hosts.join(2, Role.MANAGER, listen_addr="10.9.9.9:2377"))
    assert words == (
        "manager stopped: failed to listen on remote API address: listen tcp 10.9.9.9:2377: bind: cannot assign "
        "requested address"
    )
    assert hosts[2].membership.info().local_node_state is LocalNodeState.INACTIVE


# --- leave ---


def test_who_is_in_no_swarm_cannot_leave() -> None:
    """There is nothing to leave."""
    hosts = Hosts()
    assert hosts.refusal(hosts[1].membership.leave()) == (0, "This node is not part of a swarm")


def test_the_last_manager_does_not_leave_without_force() -> None:
    """With it the swarm would be gone."""
    hosts = Hosts("formed")
    words = ATTEMPT + (
        "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. "
    )
    assert hosts.refusal(hosts[3].membership.leave()) == (0, words)


def test_one_of_two_managers_does_not_leave_without_force() -> None:
    """Half of two is no majority."""
    hosts = Hosts("formed", managers=2)
    words = (
        f"{ATTEMPT}Removing this node leaves 1 managers out of 2. "
        f"Without a Raft quorum your swarm will be inaccessible. {RESTORE}"
    )
    assert hosts.refusal(hosts[1].membership.leave()) == (0, words)


def test_one_of_three_managers_does_not_leave_without_force() -> None:
    """The quorum would stand, and yet."""
    hosts = Hosts("three-managers")
    assert hosts.refusal(hosts[1].membership.leave()) == (0, ATTEMPT + RESTORE)


def test_a_manager_that_left_by_force_still_counts() -> None:
    """It was not demoted: it stays a member that is not reachable."""
    hosts = Hosts("three-managers")
    hosts.wait(hosts[1].membership.leave(force=True))
    assert hosts.node_ls()[0] == "docker-swarm-1 ready unreachable"
    hosts.advance(20)
    assert hosts.node_ls()[0] == "docker-swarm-1 down unreachable"


def test_the_last_manager_takes_the_swarm_with_it() -> None:
    """By force; the node can make a new swarm afterwards."""
    hosts = Hosts("formed")
    hosts.wait(hosts[3].membership.leave(force=True))
    assert hosts[3].membership.info().local_node_state is LocalNodeState.INACTIVE
    hosts.init(3)
    assert hosts.node_ls() == ["docker-swarm-3 ready leader"]


def test_who_leaves_and_rejoins_is_a_new_node() -> None:
    """The hostname is there twice: ready with a new id, and down, once its heartbeat is missed."""
    hosts = Hosts("formed")
    old = hosts[1].membership.node_id
    hosts.wait(hosts[1].membership.leave())
    assert hosts[1].membership.info().local_node_state is LocalNodeState.INACTIVE
    assert "docker-swarm-1 ready" in hosts.node_ls()
    hosts.wait(hosts.join(1))
    hosts.advance(20)
    assert hosts[1].membership.node_id != old
    assert [line for line in hosts.node_ls() if "-1" in line] == ["docker-swarm-1 down", "docker-swarm-1 ready"]


def test_leaving_takes_the_swarms_containers_along() -> None:
    """What the swarm ran on the node is removed; its tasks run elsewhere once the node is down."""
    hosts = Hosts("formed")
    hosts.create_helloworld(6)
    assert len(hosts[1].containers.list(all_=True)) == 2
    hosts.wait(hosts[1].membership.leave())
    assert hosts[1].containers.list(all_=True) == []
    hosts.advance(40)
    assert hosts.running_on() == ["docker-swarm-2"] * 3 + ["docker-swarm-3"] * 3


def test_a_manager_serves_its_port_until_it_leaves() -> None:
    """A worker serves none: whoever asks there is refused."""
    hosts = Hosts("formed")
    assert hosts.world.reaches("docker-swarm-2", "172.31.16.13", "2377/tcp").outcome is Outcome.OK
    assert hosts.world.reaches("docker-swarm-2", "172.31.16.11", "2377/tcp").outcome is Outcome.REFUSED
    hosts.wait(hosts[3].membership.leave(force=True))
    assert hosts.world.reaches("docker-swarm-2", "172.31.16.13", "2377/tcp").outcome is Outcome.REFUSED


# --- power ---


def test_a_worker_that_was_off_is_the_same_node() -> None:
    """It is down after some heartbeats, and ready a moment after its engine is back."""
    hosts = Hosts("formed")
    node_id = hosts[1].membership.node_id
    hosts[1].power_off()
    hosts.advance(10)
    assert hosts.node(1).status.state is NodeState.READY
    hosts.advance(7)
    assert (hosts.node(1).status.state, hosts.node(1).status.message) == (NodeState.DOWN, "heartbeat failure")
    hosts[1].power_on()
    hosts.advance(2)
    assert hosts[1].membership.node_id == node_id
    assert hosts.node(1).status.state is NodeState.READY


def test_the_only_manager_leads_again_when_it_is_back() -> None:
    """Its state was on disk; the workers are unknown until they have found it again."""
    hosts = Hosts("helloworld")
    hosts[3].power_off()
    hosts.advance(20)
    hosts[3].power_on()
    assert "docker-swarm-3 unknown leader" in hosts.node_ls()
    hosts.advance(9)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]


def test_init_ends_with_its_engine_which_goes_on_when_it_is_back() -> None:
    """What was begun stood on its disk."""
    hosts = Hosts(nodes=3)
    answer = hosts[3].membership.init(InitRequest())
    hosts.advance(0.2)
    hosts[3].power_off()
    assert hosts.refusal(answer) == (0, "the engine stopped")
    hosts.advance(5)
    hosts[3].power_on()
    hosts.advance(2)
    assert hosts.node_ls() == ["docker-swarm-3 ready leader"]
    assert hosts[3].membership.info().local_node_state is LocalNodeState.ACTIVE
    hosts.wait(hosts.join(1))


def test_the_gossips_keys_are_made_by_the_manager_that_leads() -> None:
    """Not by an engine that dies before; its node makes them when it is back."""
    hosts = Hosts(nodes=3)
    answer = hosts[3].membership.init(InitRequest())
    hosts.advance(0.2)
    founded = hosts.swarm.store.cluster().meta
    hosts[3].power_off()
    hosts.refusal(answer)
    assert hosts.swarm.store.cluster().meta == founded
    hosts[3].power_on()
    hosts.advance(2)
    assert hosts.swarm.store.cluster().meta.updated_at > founded.updated_at


def test_to_go_on_alone_ends_with_the_engine_and_is_forgotten() -> None:
    """The swarm is what it was."""
    hosts = Hosts("formed")
    answer = hosts[3].membership.init(InitRequest(force_new_cluster=True))
    hosts[3].power_off()
    assert hosts.refusal(answer) == (0, "the engine stopped")
    hosts[3].power_on()
    hosts.advance(10)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]


def test_joining_ends_with_its_engine() -> None:
    """And is forgotten."""
    hosts = with_manager()
    answer = hosts.join(1)
    hosts[1].power_off()
    assert hosts.refusal(answer) == (0, "the engine stopped")
    hosts[1].power_on()
    assert hosts[1].membership.info().local_node_state is LocalNodeState.INACTIVE


def test_a_node_that_was_removed_while_it_was_off_finds_no_swarm() -> None:
    """It stays pending until it leaves."""
    hosts = Hosts("formed")
    hosts[1].power_off()
    hosts.advance(20)
    hosts.ask(3, lambda control: control.remove_node("docker-swarm-1"))
    hosts[1].power_on()
    hosts.advance(30)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.PENDING
    hosts.wait(hosts[1].membership.leave())
    assert hosts[1].membership.info().local_node_state is LocalNodeState.INACTIVE


def test_a_node_removed_by_force_does_not_notice() -> None:
    """Its record is gone, and yet it calls itself active, as on a real engine."""
    hosts = Hosts("formed")
    hosts.ask(3, lambda control: control.remove_node("docker-swarm-1", force=True))
    hosts.advance(30)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.ACTIVE
    assert len(hosts.node_ls()) == 2
