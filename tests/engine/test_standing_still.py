"""Machines that stand still, and clocks that jump."""

from __future__ import annotations

from swarmlab.engine.model import NodeState, Task, TaskState
from swarmlab.engine.world import Outcome
from tests.engine.simulated import Hosts


def test_a_machine_that_stands_still_for_a_moment_is_not_missed() -> None:
    """Its heartbeats come late, and not too late."""
    hosts = Hosts("formed")
    hosts[1].pause()
    hosts.advance(4)
    hosts[1].resume()
    hosts.advance(60)
    assert hosts.node(1).status.state is NodeState.READY


def test_a_machine_that_stands_still_is_down_and_its_tasks_run_elsewhere() -> None:
    """As if it were cut off."""
    hosts = Hosts("formed")
    hosts.create_helloworld(3)
    hosts[1].pause()
    hosts.advance(40)
    assert hosts.node(1).status.state is NodeState.DOWN
    assert hosts.running_on().count("docker-swarm-1") == 0
    assert len(hosts.running_on()) == 3


def test_its_containers_stand_still_with_it_and_stop_when_it_goes_on() -> None:
    """They were replaced; the machine hears of it when it is back."""
    hosts = Hosts("formed")
    hosts.create_helloworld(3)
    hosts[1].pause()
    hosts.advance(40)
    assert [container.state.running for container in hosts[1].containers.list()] == [True]
    hosts[1].resume()
    hosts.advance(30)
    assert hosts.node(1).status.state is NodeState.READY
    assert hosts[1].containers.list() == []
    assert {task.state for task in hosts.swarm.store.all(Task)} == {TaskState.RUNNING, TaskState.SHUTDOWN}


def test_nothing_reaches_a_machine_that_stands_still() -> None:
    """Nobody refuses, and nobody answers."""
    hosts = Hosts("formed")
    hosts[3].pause()
    assert hosts.world.reaches("docker-swarm-1", hosts[3].host.address, "2377/tcp").outcome is Outcome.SILENT
    assert hosts.world.reaches_from_outside(hosts[3].host.address, "2377/tcp").outcome is Outcome.SILENT


def test_the_only_manager_goes_on_where_it_was() -> None:
    """Nobody could be elected meanwhile; the workers come back to it."""
    hosts = Hosts("formed")
    hosts.create_helloworld(3)
    hosts[3].pause()
    hosts.advance(100)
    hosts[3].resume()
    hosts.advance(60)
    assert hosts.node_ls() == ["docker-swarm-1 ready", "docker-swarm-2 ready", "docker-swarm-3 ready leader"]
    assert len(hosts.running_on()) == 3


def test_a_machine_that_loses_power_while_it_stands_still_starts_anew() -> None:
    """Nothing is left of what it was about to do."""
    hosts = Hosts("formed")
    hosts[1].pause()
    hosts[1].power_off()
    hosts[1].power_on()
    hosts.advance(20)
    assert hosts[1].host.works
    assert hosts.node(1).status.state is NodeState.READY


def test_a_host_whose_clock_is_ahead_stamps_what_it_reports() -> None:
    """Its tasks' states seem to be of the future; everything goes on as before."""
    hosts = Hosts("formed")
    hosts[1].set_clock_forward(3600)
    hosts.create_helloworld(3)
    stamps = {task.node_id: task.status.timestamp - hosts.clock.now for task in hosts.swarm.store.all(Task)}
    assert 3500 < stamps[hosts[1].membership.node_id] < 3600
    assert stamps[hosts[2].membership.node_id] < 0
    assert len(hosts.running_on()) == 3


def test_a_jump_of_all_time_makes_every_node_late_at_once() -> None:
    """Nobody missed anything that the others did not miss: nobody is down, and what runs goes on."""
    hosts = Hosts("three-managers")
    hosts.create_helloworld(3)
    hosts.simulation.jump(600)
    hosts.advance(60)
    assert all("ready" in line for line in hosts.node_ls())
    assert len(hosts.running_on()) == 3
