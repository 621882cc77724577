"""How time passes."""

import pytest

from swarmlab.engine.pending import Pending
from tests.engine.simulated import Hosts


def test_time_does_not_pass_by_itself() -> None:
    """A step does what is due now; a second one finds nothing to do."""
    hosts = Hosts("helloworld")
    now = hosts.clock.now
    hosts.simulation.step()
    assert hosts.simulation.step() is False
    assert hosts.clock.now == now


def test_advancing_ends_exactly_where_it_was_told_to() -> None:
    """Also between two timers."""
    hosts = Hosts("helloworld")
    end = hosts.clock.now + 12.345
    hosts.simulation.advance_to(end)
    assert hosts.clock.now == end
    due = hosts.simulation.next_due()
    assert due is not None
    assert due > end


def test_separate_engines_have_nothing_planned() -> None:
    """Without a swarm and without containers there is nothing to wait for."""
    hosts = Hosts()
    hosts.simulation.step()
    assert hosts.simulation.next_due() is None


def test_a_swarm_that_is_well_has_nothing_planned() -> None:
    """No heartbeat of a healthy node wakes anybody, however many there are; some day certificates are renewed."""
    hosts = Hosts("three-managers", nodes=20)
    hosts.advance(60)
    due = hosts.simulation.next_due()
    assert due is not None
    assert due - hosts.clock.now > 30 * 86400
    assert {state for state in hosts.node_ls() if "ready" not in state} == set()


def test_waiting_for_an_answer_that_never_comes_ends() -> None:
    """After the limit."""
    hosts = Hosts("formed")
    answer: Pending[None] = Pending()
    with pytest.raises(TimeoutError, match="no answer within 5 s"):
        hosts.simulation.wait_for(answer, limit_s=5)


def test_reading_changes_nothing() -> None:
    """What is asked and shown draws no chance and moves no time: two labs of one seed stay equal."""
    one, other = Hosts("formed"), Hosts("formed")
    for _ in range(3):
        one.node_ls()
        one[1].membership.info()
        one[3].membership.info()
        one[3].networks.list()
    for hosts in (one, other):
        hosts.create_helloworld(3)
    assert list(one.swarm.store.all(type(one.node(3)))) == list(other.swarm.store.all(type(other.node(3))))
    assert one.clock.now == other.clock.now


def test_a_swarm_that_nobody_is_in_is_gone() -> None:
    """Its last node left."""
    hosts = Hosts(nodes=3)
    hosts.init(3)
    assert len(hosts.simulation.swarms()) == 1
    hosts.wait(hosts[3].membership.leave(force=True))
    assert hosts.simulation.swarms() == []


def test_two_swarms_can_live_side_by_side() -> None:
    """Each host decides for itself."""
    hosts = Hosts()
    hosts.init(3)
    hosts.init(1)
    hosts.wait(hosts.join(2))
    assert len(hosts.simulation.swarms()) == 2
    assert hosts.node_ls() == ["docker-swarm-2 ready", "docker-swarm-3 ready leader"]
    assert hosts[1].membership.info().nodes == 1
