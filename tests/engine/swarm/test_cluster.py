"""What every swarm has, and what becomes of it when the leader changes."""

from swarmlab.engine.manager.control import Rotation
from swarmlab.engine.model import Network, Node, NodeState, Role, Task, TaskState
from swarmlab.engine.swarm.roots import digest_of
from swarmlab.engine.swarm.tokens import parse_join_token
from tests.engine.simulated import Hosts


def test_a_new_swarm_has_its_networks() -> None:
    """ingress for published ports, and the hidden bridge and host."""
    hosts = Hosts("formed")
    networks = {network.spec.name: network for network in hosts.swarm.store.all(Network)}
    assert set(networks) == {"ingress", "bridge", "host"}
    assert networks["ingress"].spec.ingress
    assert networks["bridge"].predefined


def test_tokens_hold_the_digest_of_the_authority() -> None:
    """And stand for a role each."""
    hosts = Hosts("formed")
    cluster = hosts.swarm.store.cluster()
    worker, manager = parse_join_token(cluster.worker_token), parse_join_token(cluster.manager_token)
    assert worker.digest == manager.digest == digest_of(cluster.root)
    authority = hosts.swarm.authority
    assert (authority.role_of(worker), authority.role_of(manager)) == (Role.WORKER, Role.MANAGER)


def test_a_rotated_token_no_longer_lets_anybody_in() -> None:
    """The new one does; nodes that are in stay in."""
    hosts = Hosts(nodes=3)
    hosts.init(3)
    hosts.wait(hosts.join(1))
    old = hosts.token()
    cluster = hosts.swarm.store.cluster()
    hosts.ask(
        3,
        lambda control: control.update_cluster(cluster.meta.version, cluster.spec, Rotation(worker_token=True)),
    )
    _seconds, words = hosts.refusal(hosts.join(2, join_token=old))
    assert words.endswith("A valid join token is necessary to join this cluster")
    hosts.wait(hosts.join(2))
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]


def test_every_node_has_a_certificate_of_its_role() -> None:
    """A promotion brings a new one."""
    hosts = Hosts("formed")
    assert _certified_role(hosts, 1) is Role.WORKER
    hosts.set_role(1, Role.MANAGER)
    hosts.advance(1)
    assert _certified_role(hosts, 1) is Role.MANAGER


def _certified_role(hosts: Hosts, number: int) -> Role:
    certificate = hosts[number].membership.identity.certificate
    assert certificate is not None
    return certificate.role


def test_after_a_change_of_leader_every_node_is_unknown_until_it_registers() -> None:
    """What runs goes on running meanwhile; the lost leader goes down from there."""
    hosts = Hosts("three-managers", nodes=4)
    hosts.create_helloworld(4)
    hosts[3].power_off()
    hosts.ask(1, lambda control: None)
    unknown = [node for node in hosts.swarm.store.all(Node) if node.status.state is NodeState.UNKNOWN]
    assert unknown
    assert unknown[0].status.message == 'Node moved to "unknown" state due to leadership change in cluster'
    hosts.advance(10)
    states = {node.hostname: node.status.state for node in hosts.swarm.store.all(Node)}
    assert states == {
        "docker-swarm-1": NodeState.READY,
        "docker-swarm-2": NodeState.READY,
        "docker-swarm-3": NodeState.UNKNOWN,
        "docker-swarm-4": NodeState.READY,
    }
    assert [task.state for task in hosts.swarm.store.all(Task)] == [TaskState.RUNNING] * 4
    hosts.advance(40)
    assert len(hosts.running_on()) == 4
    lost = next(node for node in hosts.swarm.store.all(Node) if node.hostname == "docker-swarm-3")
    assert lost.status.message == 'heartbeat failure for node in "unknown" state'


def test_workers_follow_the_new_leader() -> None:
    """They know all managers, and need not be told."""
    hosts = Hosts("three-managers", nodes=4)
    hosts[3].power_off()
    hosts.advance(30)
    assert "docker-swarm-4 ready" in hosts.node_ls(1)


def test_a_swarm_cut_in_two_goes_on_where_the_majority_is() -> None:
    """The leader that was cut off answers no more; after healing there is one leader, and everything runs once."""
    hosts = Hosts("three-managers")
    hosts.create_helloworld(3)
    hosts.world.disconnect("docker-swarm-3")
    hosts.advance(90)
    assert hosts.refusal(hosts[3].ask(lambda control: None))[1].startswith("rpc error: code = Unknown desc = The swarm")
    assert len(hosts.running_on()) == 3
    hosts.world.reconnect("docker-swarm-3")
    hosts.advance(60)
    assert sum("leader" in line for line in hosts.node_ls(3)) == 1
    assert sum(len(hosts[number].containers.list()) for number in (1, 2, 3)) == 3
