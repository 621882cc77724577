"""Whom a node reaches, and which connection it keeps."""

from dataclasses import dataclass, field

from swarmlab.engine.ids import ClusterId, NodeId
from swarmlab.engine.swarm.contacts import Contacts, RemoteManager
from swarmlab.engine.world import HostSpec, World

SWARM_ID = ClusterId("s")


@dataclass(frozen=True)
class FakeSwarmOfManagers:
    """What a manager belongs to."""

    id: ClusterId = SWARM_ID


SWARM = FakeSwarmOfManagers()


@dataclass
class FakeManager:
    """What answers on a host."""

    swarm: FakeSwarmOfManagers | None = None
    hears: bool = True
    asked: list[str] = field(default_factory=list)

    def hears_leader(self) -> bool:
        return self.hears


class Net:
    """Three hosts, of which the second and the third manage; the first one is asked."""

    def __init__(self) -> None:
        self.world = World([HostSpec(hostname=name) for name in ("a", "b", "c")])
        self.managers = {"a": FakeManager(), "b": FakeManager(SWARM), "c": FakeManager(SWARM)}
        for name in ("b", "c"):
            self.world.listen(name, "2377/tcp")
        self.contacts = Contacts("a", self.world, self.managers.__getitem__)

    def learn(self, *addresses: str) -> None:
        self.contacts.learn(tuple(RemoteManager(node_id=NodeId(""), addr=f"{a}:2377") for a in addresses))


B, C, B_PUBLIC = "172.31.16.12", "172.31.16.13", "203.0.113.12"


def test_a_node_without_managers_finds_none() -> None:
    """It does not know whom to ask."""
    assert not Net().contacts.find_swarm(SWARM_ID)


def test_any_manager_that_hears_the_leader_will_do() -> None:
    """The first may be silent, or know of no leader itself."""
    net = Net()
    net.learn(B, C)
    net.world.power_off("b")
    assert net.contacts.find_swarm(SWARM_ID)
    net.world.power_on("b")
    net.managers["c"].hears = net.managers["b"].hears = False
    assert not net.contacts.find_swarm(SWARM_ID)


def test_a_manager_of_another_swarm_is_none_of_ours() -> None:
    """Its certificate is of another authority."""
    net = Net()
    net.learn(B)
    net.managers["b"].swarm = FakeSwarmOfManagers(ClusterId("another"))
    assert not net.contacts.find_swarm(SWARM_ID)


def test_a_connection_is_kept_although_the_list_has_another_address() -> None:
    """A host outside that came by the public address stays connected when it hears of the private one."""
    net = Net()
    net.world.move_outside("a")
    net.learn(B_PUBLIC)
    assert net.contacts.find_swarm(SWARM_ID)
    net.learn(B)
    assert net.contacts.find_swarm(SWARM_ID)
    net.contacts.hang_up()
    assert not net.contacts.find_swarm(SWARM_ID)


def test_managers_are_listed_by_address() -> None:
    """As the docker CLI shows them."""
    net = Net()
    net.learn(C, B)
    assert [remote.addr for remote in net.contacts.remotes] == [f"{B}:2377", f"{C}:2377"]
