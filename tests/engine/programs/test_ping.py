"""Tests of the program ping."""

from __future__ import annotations

import re

from swarmlab.engine.world import Wall
from tests.engine.hosts import LocalHost, text_of


def test_it_prints_a_line_a_second_and_statistics_at_the_end() -> None:
    """The lines of busybox's ping."""
    host = LocalHost()
    began = host.clock.now
    lines = host.output("ping", "-c", "3", "docker.com").splitlines()
    assert lines[0] == "PING docker.com (198.51.100.10): 56 data bytes"
    for number in range(3):
        pattern = rf"64 bytes from 198\.51\.100\.10: seq={number} ttl=50 time=\d+\.\d{{3}} ms"
        assert re.fullmatch(pattern, lines[1 + number])
    assert lines[4:7] == [
        "",
        "--- docker.com ping statistics ---",
        "3 packets transmitted, 3 packets received, 0% packet loss",
    ]
    assert re.fullmatch(r"round-trip min/avg/max = \d+\.\d{3}/\d+\.\d{3}/\d+\.\d{3} ms", lines[7])
    assert 2 <= host.clock.now - began < 3


def test_a_name_that_nobody_knows_is_a_bad_address() -> None:
    """It ends with code 1."""
    host = LocalHost()
    container = host.run("ping", "nosuch.example")
    host.advance(1)
    assert text_of(container) == "ping: bad address 'nosuch.example'\n"
    assert container.state.exit_code == 1


def test_no_answer_prints_no_line() -> None:
    """After the last packet it waits ten seconds, then it says that all are lost."""
    host = LocalHost()
    lines = host.output("ping", "-c", "2", "172.17.0.99").splitlines()
    assert lines[0] == "PING 172.17.0.99 (172.17.0.99): 56 data bytes"
    assert lines[3] == "2 packets transmitted, 0 packets received, 100% packet loss"


def test_as_process_1_it_ignores_sigterm_and_ends_on_sigint() -> None:
    """SIGINT is handled: statistics, code 0."""
    host = LocalHost()
    container = host.run("ping", "docker.com")
    host.advance(2)
    host.containers.kill(container.id, "SIGTERM")
    host.advance(1)
    assert container.state.running
    host.containers.kill(container.id, "SIGINT")
    assert container.state.exit_code == 0
    assert "4 packets transmitted, 4 packets received" in text_of(container)


def test_a_cut_cable_means_a_bad_address() -> None:
    """No resolver is reached."""
    host = LocalHost()
    host.world.disconnect("host")
    assert host.output("ping", "docker.com") == "ping: bad address 'docker.com'\n"


def test_other_hosts_answer_whatever_ports_are_blocked() -> None:
    """The walls drop swarm ports, not echo requests."""
    host = LocalHost()
    host.world.block("other", "7946/tcp", Wall.FIREWALL)
    assert "1 packets received" in host.output("ping", "-c", "1", "172.31.16.12")


def test_an_unknown_option_is_refused() -> None:
    """With code 1, as busybox's."""
    host = LocalHost()
    container = host.run("ping", "-z", "docker.com")
    host.advance(1)
    assert text_of(container).startswith("ping: invalid option -- 'z'\nBusyBox")
    assert container.state.exit_code == 1
