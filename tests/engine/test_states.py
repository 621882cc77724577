"""The named states of a lab."""

import pytest

from swarmlab.engine import states
from swarmlab.engine.swarm.membership import LocalNodeState
from tests.engine.simulated import Hosts


def test_separate_engines_are_in_no_swarm() -> None:
    """Each is for itself, at the very start of time."""
    hosts = Hosts()
    assert all(
        d.membership.info().local_node_state is LocalNodeState.INACTIVE for d in hosts.simulation.daemons.values()
    )
    assert hosts.clock.now == states.START


def test_formed_has_one_manager() -> None:
    """docker-swarm-3 manages, the others work."""
    assert Hosts("formed").node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]


def test_three_managers() -> None:
    """docker-swarm-3 leads, the others follow."""
    assert Hosts("three-managers").node_ls() == [
        "docker-swarm-1 ready reachable",
        "docker-swarm-2 ready reachable",
        "docker-swarm-3 ready leader",
    ]


def test_helloworld_runs() -> None:
    """One replica, and nothing on its way."""
    assert len(Hosts("helloworld").running_on()) == 1


@pytest.mark.parametrize(("nodes", "manager"), [(1, 1), (2, 2), (3, 3), (5, 3)])
def test_the_manager_is_the_third_host_or_the_last(nodes: int, manager: int) -> None:
    """With fewer than three hosts there is no docker-swarm-3."""
    simulation = states.build("formed", nodes=nodes)
    assert simulation.daemons[f"docker-swarm-{manager}"].membership.info().control_available
    assert simulation.daemons[f"docker-swarm-{manager}"].membership.info().nodes == nodes


def test_more_managers_on_more_hosts() -> None:
    """The third manages first, then those before it in the order of their names."""
    info = states.build("formed", nodes=5, managers=3).daemons["docker-swarm-3"].membership.info()
    assert (info.nodes, info.managers) == (5, 3)


def test_a_hundred_hosts_are_formed_in_a_moment_of_engine_time() -> None:
    """They join side by side."""
    simulation = states.build("formed", nodes=100)
    assert simulation.daemons["docker-swarm-3"].membership.info().nodes == 100
    assert simulation.clock.now - states.START < 5


@pytest.mark.parametrize(
    ("state", "options"), [("nosuch", {}), ("three-managers", {"nodes": 2}), ("formed", {"managers": 4})]
)
def test_impossible_states_are_refused(state: str, options: dict[str, int]) -> None:
    """With the value in the text."""
    with pytest.raises(ValueError, match=r"nosuch|managers do not fit"):
        states.build(state, **options)
