"""Who leads, and who knows it."""

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import Reachability
from swarmlab.engine.swarm.raft import Raft

A, B, C = NodeId("a"), NodeId("b"), NodeId("c")


class Log:
    """How far it goes."""

    def __init__(self) -> None:
        self.version = 1

    def note_entries(self, count: int = 1) -> None:
        self.version += count


class Managers:
    """Three managers and the cables between them."""

    def __init__(self, *names: NodeId, seed: int = 1) -> None:
        self.clock = Clock(0.0)
        self.off: set[NodeId] = set()
        self.cut: set[NodeId] = set()
        self.paused: set[NodeId] = set()
        self.leaders: list[NodeId | None] = []
        self.log = Log()
        self.raft = Raft(
            self.clock,
            Chance(seed),
            contact=self._contact,
            paused=self.paused.__contains__,
            log=self.log,
            on_leader=self.leaders.append,
        )
        for name in names:
            self.raft.add(name, f"10.0.0.{name}:2377")
        self.pass_time(0)

    def _contact(self, one: NodeId, other: NodeId) -> bool:
        if {one, other} & (self.off | self.paused):
            return False
        return one == other or not {one, other} & self.cut

    def fail(self, *names: NodeId) -> None:
        self.off.update(names)
        self.raft.recheck()
        self.pass_time(0)

    def recover(self, *names: NodeId) -> None:
        self.off.difference_update(names)
        self.raft.recheck()
        self.pass_time(0)

    def isolate(self, name: NodeId) -> None:
        self.cut.add(name)
        self.raft.recheck()
        self.pass_time(0)

    def reconnect(self) -> None:
        self.cut.clear()
        self.raft.recheck()

    def pause(self, name: NodeId) -> None:
        self.paused.add(name)
        self.raft.recheck()

    def resume(self, name: NodeId) -> None:
        self.paused.remove(name)
        self.raft.recheck()

    def pass_time(self, seconds: float) -> None:
        until = self.clock.now + seconds
        self._work()
        while (due := self.clock.next_due()) is not None and due <= until:
            self.clock.move_to(due)
            self._work()
        self.clock.move_to(until)

    def _work(self) -> None:
        while self.clock.run_due() or self.raft.tick():
            pass


def test_the_first_member_leads() -> None:
    """The manager that makes the swarm is its leader, and stays it when others join."""
    assert Managers(A, B, C).raft.leader == A


def test_a_lost_leader_is_followed_by_another_after_an_election() -> None:
    """Nobody leads for ten to twenty seconds; then one of the rest does, and the lost one is unreachable."""
    managers = Managers(A, B, C)
    managers.fail(A)
    assert managers.raft.leader is None
    managers.pass_time(9.9)
    assert managers.raft.leader is None
    managers.pass_time(10.1)
    assert managers.raft.leader in (B, C)
    assert managers.raft.reachability(A) is Reachability.UNREACHABLE
    assert managers.raft.hears_leader(B)
    assert managers.raft.hears_leader(C)


def test_a_lost_leader_follows_when_it_is_back() -> None:
    """It takes some seconds until it is reachable and hears the new leader; it does not lead again."""
    managers = Managers(A, B, C)
    managers.fail(A)
    managers.pass_time(20)
    leader = managers.raft.leader
    managers.recover(A)
    managers.pass_time(3)
    assert not managers.raft.hears_leader(A)
    managers.pass_time(3)
    assert managers.raft.hears_leader(A)
    assert managers.raft.reachability(A) is Reachability.REACHABLE
    assert managers.raft.leader == leader


def test_a_lost_follower_is_unreachable_after_moments() -> None:
    """The leader goes on, and notices within three seconds."""
    managers = Managers(A, B, C)
    managers.fail(C)
    assert managers.raft.reachability(C) is Reachability.REACHABLE
    managers.pass_time(3)
    assert managers.raft.reachability(C) is Reachability.UNREACHABLE
    assert (managers.raft.leader, managers.raft.has_quorum) == (A, True)


def test_a_leader_without_a_majority_cannot_commit_and_steps_down() -> None:
    """It has lost its quorum at once, and notices after about ten seconds."""
    managers = Managers(A, B, C)
    managers.fail(B, C)
    assert (managers.raft.leader, managers.raft.has_quorum) == (A, False)
    managers.pass_time(12)
    assert managers.raft.leader is None


def test_a_manager_without_a_leader_refuses_only_after_a_while() -> None:
    """Requests are patient until it has stood for election for ten seconds."""
    managers = Managers(A, B, C)
    managers.fail(A, B)
    managers.pass_time(20)
    assert not managers.raft.refuses(C)
    managers.pass_time(10.1)
    assert managers.raft.refuses(C)


def test_a_majority_that_is_back_elects_a_leader() -> None:
    """Quorum regained is a leader some seconds later."""
    managers = Managers(A, B, C)
    managers.fail(A, B)
    managers.pass_time(60)
    managers.recover(B)
    managers.pass_time(60)
    assert managers.raft.leader in (B, C)
    assert not managers.raft.refuses(C)


def test_a_single_manager_leads_again_at_once() -> None:
    """It needs nobody's vote."""
    managers = Managers(A)
    managers.fail(A)
    assert managers.raft.leader is None
    managers.recover(A)
    managers.pass_time(1)
    assert managers.raft.leader == A


def test_a_leader_cut_off_is_replaced_and_follows_afterwards() -> None:
    """The majority elects one of its own; whoever was cut off does not lead, and hears the new one when healed."""
    managers = Managers(A, B, C)
    managers.isolate(A)
    managers.pass_time(20)
    assert managers.raft.leader in (B, C)
    assert not managers.raft.hears_leader(A)
    managers.reconnect()
    managers.pass_time(6)
    assert managers.raft.hears_leader(A)


def test_a_follower_cut_off_for_a_moment_changes_nothing() -> None:
    """It has not stood for election yet, so it hears the leader again and that is all."""
    managers = Managers(A, B, C)
    managers.isolate(C)
    managers.pass_time(9)
    managers.reconnect()
    managers.pass_time(30)
    assert set(managers.leaders) == {A}
    assert managers.raft.hears_leader(C)


def test_a_follower_cut_off_for_longer_ends_the_leaders_rule_when_it_is_back() -> None:
    """It has stood for election in a later term than the leader's: nobody leads until there was another election."""
    managers = Managers(A, B, C)
    managers.isolate(C)
    managers.pass_time(40)
    assert managers.raft.leader == A
    managers.reconnect()
    managers.pass_time(6)
    assert managers.raft.leader is None
    managers.pass_time(120)
    assert managers.raft.leader is not None
    assert all(managers.raft.hears_leader(name) for name in (A, B, C))


def test_who_lacks_what_was_committed_is_not_elected() -> None:
    """Whoever is asked for a vote has more, and says no; so one of the others leads in the end."""
    for seed in range(20):
        managers = Managers(A, B, C, seed=seed)
        managers.isolate(C)
        managers.log.note_entries()
        managers.pass_time(40)
        managers.reconnect()
        managers.pass_time(200)
        assert managers.raft.leader in (A, B)


def test_a_manager_that_was_off_does_not_disturb_the_leader() -> None:
    """Its term is what it was: it never stood for election."""
    managers = Managers(A, B, C)
    managers.fail(C)
    managers.pass_time(100)
    managers.recover(C)
    managers.pass_time(30)
    assert set(managers.leaders) == {A}
    assert managers.raft.hears_leader(C)


def test_a_leader_that_stood_still_for_a_moment_goes_on() -> None:
    """Nobody has been elected meanwhile."""
    managers = Managers(A, B, C)
    managers.pause(A)
    managers.pass_time(8)
    assert not managers.raft.has_quorum
    managers.resume(A)
    managers.pass_time(30)
    assert set(managers.leaders) == {A}
    assert managers.raft.has_quorum


def test_a_leader_that_stood_still_for_long_follows_another() -> None:
    """What it believed when it stopped is past."""
    managers = Managers(A, B, C)
    managers.pause(A)
    managers.pass_time(30)
    leader = managers.raft.leader
    assert leader in (B, C)
    managers.resume(A)
    managers.pass_time(6)
    assert managers.raft.leader == leader
    assert managers.raft.hears_leader(A)


def test_a_demoted_leader_hands_over_at_once() -> None:
    """There is no election and no pause."""
    managers = Managers(A, B, C)
    managers.raft.remove(A)
    assert managers.raft.leader == B
    assert not managers.raft.is_member(A)
    assert managers.raft.was_leader(A)


def test_who_may_be_demoted() -> None:
    """What remains must have a majority that is reachable."""
    managers = Managers(A, B, C)
    assert managers.raft.can_lose(B)
    managers.fail(C)
    managers.pass_time(3)
    assert not managers.raft.can_lose(B)
    assert managers.raft.can_lose(C)


def test_a_lone_survivor_can_begin_anew() -> None:
    """By force, and with itself as the only member."""
    managers = Managers(A, B, C)
    managers.fail(B, C)
    managers.pass_time(30)
    managers.raft.shrink_to(A, "10.0.0.1:2377")
    managers.pass_time(0)
    assert (managers.raft.leader, list(managers.raft.peers)) == (A, [A])
    managers.recover(B)
    managers.pass_time(60)
    assert managers.raft.leader == A
