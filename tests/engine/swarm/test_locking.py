"""Autolock: a manager that was restarted waits for the key. Texts and states as recorded from engines 28.5.2."""

from dataclasses import replace

from swarmlab.engine.manager.control import Rotation
from swarmlab.engine.model import ClusterObject, Role
from swarmlab.engine.swarm.membership import InitRequest, LocalNodeState
from tests.engine.simulated import Hosts

LOCKED = (
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.'
)
LEAVE = "Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message."
WRONG = "swarm could not be unlocked: invalid key provided"
NO_MANAGER = "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state."
OTHER_KEY = "SWMKEY-1-7c37Cc8654o6p38HnroywCi19pllOnGtbdZEgtKxZu8"


def locking(state: str = "formed") -> Hosts:
    """Hosts whose swarm locks its managers."""
    hosts = Hosts(state)
    set_autolock(hosts, locked=True)
    return hosts


def set_autolock(hosts: Hosts, *, locked: bool, rotate: bool = False, at: int = 3) -> ClusterObject:
    cluster = hosts.ask(at, lambda control: control.store.cluster())
    spec = replace(cluster.spec, autolock_managers=locked)
    rotation = Rotation(unlock_key=rotate)
    return hosts.ask(at, lambda control: control.update_cluster(cluster.meta.version, spec, rotation))


def key_of(hosts: Hosts) -> str:
    return hosts.swarm.store.cluster().unlock_key


def restart(hosts: Hosts, number: int) -> None:
    hosts[number].power_off()
    hosts.advance(1)
    hosts[number].power_on()
    hosts.simulation.step()


def test_a_swarm_can_be_locked_from_the_start() -> None:
    """It has a key at once."""
    hosts = Hosts()
    hosts.init(3, spec={"autolock_managers": True})
    assert key_of(hosts).startswith("SWMKEY-1-")
    restart(hosts, 3)
    assert hosts[3].membership.info().local_node_state is LocalNodeState.LOCKED


def test_switching_it_on_makes_a_key_and_off_drops_it() -> None:
    """A change of something else keeps the key."""
    hosts = locking()
    key = key_of(hosts)
    assert set_autolock(hosts, locked=True).unlock_key == key
    assert set_autolock(hosts, locked=True, rotate=True).unlock_key not in ("", key)
    assert set_autolock(hosts, locked=False).unlock_key == ""
    assert set_autolock(hosts, locked=False, rotate=True).unlock_key == ""


def test_a_running_manager_notices_nothing() -> None:
    """Only a start needs the key; there is nothing to unlock."""
    hosts = locking()
    assert hosts.refusal(hosts[3].membership.unlock(key_of(hosts))) == (0, "swarm is not locked")
    assert hosts.refusal(hosts[1].membership.unlock(key_of(hosts)))[1].startswith(NO_MANAGER)
    assert hosts.refusal(Hosts()[1].membership.unlock("x"))[1].startswith("This node is not a swarm manager. Use")


def test_a_restarted_manager_is_locked() -> None:
    """It says so, refuses everything, and does not even know its own name; workers need no key."""
    hosts = locking()
    restart(hosts, 3)
    restart(hosts, 1)
    info = hosts[3].membership.info()
    assert (info.local_node_state, info.error) == (LocalNodeState.LOCKED, LOCKED)
    assert (info.node_id, info.node_addr, info.remote_managers) == ("", "172.31.16.13", ())
    assert (info.control_available, info.cluster) == (False, None)
    assert hosts.refusal(hosts[3].ask(lambda control: None)) == (0, LOCKED)
    assert hosts.refusal(hosts[3].membership.init(InitRequest(force_new_cluster=True)))[1].startswith(NO_MANAGER)
    assert hosts[1].membership.info().local_node_state is not LocalNodeState.LOCKED


def test_a_key_that_is_none_and_a_wrong_one() -> None:
    """The first is not even tried."""
    hosts = locking()
    restart(hosts, 3)
    assert hosts.refusal(hosts[3].membership.unlock("nonsense")) == (0, "invalid key string")
    assert hosts.refusal(hosts[3].membership.unlock(OTHER_KEY)) == (0, WRONG)
    assert hosts[3].membership.info().local_node_state is LocalNodeState.LOCKED


def test_the_key_unlocks() -> None:
    """Everything is as before, the tasks too."""
    hosts = Hosts("helloworld")
    key = set_autolock(hosts, locked=True).unlock_key
    node_id = hosts[3].membership.node_id
    restart(hosts, 3)
    hosts.wait(hosts[3].membership.unlock(key))
    info = hosts[3].membership.info()
    assert (info.local_node_state, info.node_id, info.error) == (LocalNodeState.ACTIVE, node_id, "")
    hosts.advance(30)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]
    assert len(hosts.running_on()) == 1


def test_a_locked_manager_runs_nothing_and_is_down_for_the_others() -> None:
    """To the swarm it is a host that does not answer."""
    hosts = locking("three-managers")
    hosts.create_helloworld(3)
    restart(hosts, 1)
    hosts.advance(40)
    assert "docker-swarm-1 down unreachable" in hosts.node_ls()
    assert "docker-swarm-1" not in hosts.running_on()
    hosts.wait(hosts[1].membership.unlock(key_of(hosts)))
    hosts.advance(10)
    assert "docker-swarm-1 ready reachable" in hosts.node_ls()


def test_a_manager_that_was_away_needs_the_key_of_its_time() -> None:
    """It hears of the new one when it is back."""
    hosts = locking("three-managers")
    old = key_of(hosts)
    hosts[1].power_off()
    hosts.advance(5)
    new = set_autolock(hosts, locked=True, rotate=True).unlock_key
    hosts[1].power_on()
    assert hosts.refusal(hosts[1].membership.unlock(new)) == (0, WRONG)
    hosts.wait(hosts[1].membership.unlock(old))
    hosts.advance(10)
    restart(hosts, 1)
    hosts.wait(hosts[1].membership.unlock(new))


def test_a_demoted_manager_needs_no_key() -> None:
    """Workers are not locked; whoever is promoted is."""
    hosts = locking("three-managers")
    hosts.set_role(1, Role.WORKER)
    hosts.advance(10)
    restart(hosts, 1)
    assert hosts[1].membership.info().local_node_state is not LocalNodeState.LOCKED
    hosts.advance(5)
    hosts.set_role(1, Role.MANAGER)
    hosts.advance(5)
    restart(hosts, 1)
    assert hosts[1].membership.info().local_node_state is LocalNodeState.LOCKED


def test_a_locked_manager_leaves_by_force_only() -> None:
    """Then it is in no swarm, and can make one."""
    hosts = locking()
    restart(hosts, 3)
    assert hosts.refusal(hosts[3].membership.leave()) == (0, LEAVE)
    hosts.wait(hosts[3].membership.leave(force=True))
    assert hosts[3].membership.info().local_node_state is LocalNodeState.INACTIVE
    hosts.init(3)
    hosts.create_helloworld(1)
    assert hosts.running_on() == ["docker-swarm-3"]
