"""Faults on hosts that the lab has no right to break: it shows what to type, waits, and sees when it was done."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.backends.hosts import HostsBackend
from swarmlab.backends.hosts.commands import commands_for
from swarmlab.backends.hosts.faults import HandFaults
from swarmlab.client.protocols import ChangesRefused, Fault, FaultRefused
from tests.hosts.conftest import StartOnHosts

HostsOf = Callable[..., EmbeddedBackend]
MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"


class Human:
    """Reads what the lab shows and does it, as a learner in another terminal would."""

    def __init__(self, lab: HostsBackend) -> None:
        assert isinstance(lab.faults, HandFaults)
        self.read: list[str] = []
        self.faults = lab.faults
        self.faults._tell = self._read
        self._does: Callable[[], None] = lambda: None
        self._threads: list[threading.Thread] = []

    def will(self, do: Callable[[], None]) -> HandFaults:
        """Do this as soon as the lab asks for something."""
        self._does = do
        return self.faults

    def _read(self, text: str) -> None:
        self.read.append(text)
        if "Waiting until" in text:
            self._threads.append(threading.Thread(target=self._does))
            self._threads[-1].start()

    def go(self) -> None:
        for thread in self._threads:
            thread.join()


def test_an_engine_is_stopped_and_started_by_a_human(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """The lab shows the commands of a power cut, and goes on when the engine is silent, and when it answers."""
    there = hosts_of("formed")
    human = Human(start_on(there))
    human.will(lambda: there.faults.stop(WORKER)).stop(WORKER)
    assert human.read == [
        "On docker-swarm-1, type:\n\n    sudo systemctl stop docker.socket\n"
        "    sudo systemctl kill --signal=SIGKILL docker\n    sudo systemctl stop docker\n\n"
        "Waiting until its engine does not answer. Ctrl-C ends the waiting.",
        "docker-swarm-1: its engine does not answer.",
    ]
    assert human.faults.active() == [Fault(node=WORKER, kind="stopped")]
    human.will(lambda: there.faults.start(WORKER)).heal()
    assert "    sudo systemctl start docker.socket docker" in human.read[2]
    assert human.faults.active() == []
    human.go()


def test_a_host_is_cut_off_by_a_human(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Seen by the manager, who takes it for down; and the other way round."""
    there = hosts_of("formed")
    human = Human(start_on(there))
    human.will(lambda: there.faults.disconnect(WORKER)).disconnect(WORKER)
    assert "sudo iptables -I INPUT -s 172.31.16.13 -j DROP\n" in human.read[0]
    assert human.faults.active() == [Fault(node=WORKER, kind="disconnected")]
    human.will(lambda: there.faults.reconnect(WORKER)).reconnect(WORKER)
    assert "sudo iptables -D INPUT -s 172.31.16.13 -j DROP\n" in human.read[2]
    assert human.faults.active() == []
    human.go()


def test_a_manager_that_is_cut_off_sees_nobody(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """It is the only one who can be asked."""
    there = hosts_of("formed")
    human = Human(start_on(there))
    human.will(lambda: there.faults.disconnect(MANAGER)).disconnect(MANAGER)
    human.will(lambda: there.faults.reconnect(MANAGER)).reconnect(MANAGER)
    assert human.faults.active() == []
    human.go()


def test_what_nobody_could_see_is_refused_with_the_commands(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Without a manager, or from a peer that is not reached by ssh; nobody is kept waiting for ever."""
    human = Human(start_on(hosts_of()))
    with pytest.raises(FaultRefused, match=r"No manager answers.* By hand: sudo iptables -I INPUT -s 172\.31\.16\.12"):
        human.faults.disconnect(WORKER)
    with pytest.raises(FaultRefused, match=r"By hand, on docker-swarm-1: sudo ufw insert 1 deny 2377/tcp\. Whether"):
        human.faults.block(WORKER, "2377/tcp")
    with pytest.raises(FaultRefused, match=r"revoke-security-group-ingress .* --protocol udp --port 4789"):
        human.faults.block(WORKER, "4789/udp", at="security_group")
    with pytest.raises(FaultRefused, match="SWARMLAB_BACKEND=dind"):
        human.faults.move_outside(WORKER)
    assert human.read == human.faults.active() == []


def test_ctrl_c_ends_the_waiting(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """With a sentence; nothing is noted as broken."""
    human = Human(start_on(hosts_of()))
    with pytest.raises(FaultRefused, match=f"^{WORKER}: waiting was ended, and it is not so yet that its engine does"):
        human.will(lambda: os.kill(os.getpid(), signal.SIGINT)).stop(WORKER)
    assert human.faults.active() == []
    human.go()


def test_a_panel_shows_what_to_type(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """It has a thread of its own, which nobody could end; pressed again, it sees what was done."""
    there = hosts_of()
    human = Human(start_on(there))
    with ThreadPoolExecutor(1) as panel:
        shown = panel.submit(human.faults.stop, WORKER).exception()
        there.faults.stop(WORKER)
        panel.submit(human.faults.stop, WORKER).result()
    assert isinstance(shown, FaultRefused)
    assert str(shown).startswith("On docker-swarm-1, type:\n\n    sudo systemctl stop docker.socket\n")
    assert human.faults.active() == [Fault(node=WORKER, kind="stopped")]


def test_a_container_is_killed_through_its_api(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """That is no human's work; in a swarm that was there it is refused as every change is."""
    there = hosts_of()
    lab = start_on(there)
    with closing(lab.client(WORKER)) as client:
        container = client.containers.run("alpine", "sleep 999", detach=True)
        lab.faults.kill(WORKER, container.id)
        container.reload()
        assert container.attrs["State"]["ExitCode"] == 137
        with pytest.raises(FaultRefused, match="docker ps"):
            lab.faults.kill(WORKER, "no-such-container")
    with closing(there.client(WORKER)) as client:
        client.containers.get(container.id).start()
        client.swarm.init(there.hosts[0].address)
    with pytest.raises(ChangesRefused, match=f"this would kill the container {container.name}"):
        lab.faults.kill(WORKER, container.id)


def test_a_container_is_lost_by_a_human(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Row S19: its directory is deleted while the engine is down."""
    there = hosts_of("helloworld")
    human = Human(start_on(there))
    node, container = running(there)
    human.will(lambda: there.faults.lose_container(node, container)).lose_container(node, container)
    assert f"    sudo rm -r /var/lib/docker/containers/{container}\n" in human.read[0]
    human.go()


def running(there: EmbeddedBackend) -> tuple[str, str]:
    """Where a container of the service runs, and its id."""
    for host in there.hosts:
        with closing(there.client(host.name)) as client:
            for container in client.containers.list():
                return host.name, container.id
    raise AssertionError("no container runs")


def test_a_wrong_name_or_port_is_refused(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Before anything is shown."""
    faults = start_on(hosts_of()).faults
    with pytest.raises(ValueError, match="no node 'docker-swarm-9' in this lab"):
        faults.stop("docker-swarm-9")
    with pytest.raises(ValueError, match="'2377' is no port"):
        faults.block(WORKER, "2377")
    with pytest.raises(ValueError, match="no wall 'moat'"):
        faults.block(WORKER, "2377/tcp", at="moat")  # type: ignore[arg-type]


def test_a_published_port_is_closed_where_docker_looks(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """ufw never sees packets for it."""
    lab = start_on(hosts_of())
    host, *peers = lab.settings.hosts
    closing_it = commands_for("block firewall", host, peers, port="8080/tcp").lines
    opening_it = commands_for("open firewall", host, peers, port="8080/tcp").lines
    match = "-p tcp -m conntrack --ctorigdstport 8080 --ctdir ORIGINAL -j DROP"
    assert (closing_it, opening_it) == (
        [f"sudo iptables -I DOCKER-USER {match}"],
        [f"sudo iptables -D DOCKER-USER {match}"],
    )
