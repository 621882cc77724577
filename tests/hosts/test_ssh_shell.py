"""The shell over ssh: a real sshd in each of two hosts, the user's own ssh command, keys of both sides."""

import getpass
from contextlib import closing
from pathlib import Path

import pytest

from swarmlab.backends.hosts.packets import Noise, send
from swarmlab.backends.hosts.shell import ProgramShell, ShellFailed, ssh_shell
from tests.hosts.network import Network

QUIET = Noise(datagrams=0, resets=0)

pytestmark = pytest.mark.ssh


def connect(host: str) -> ProgramShell:
    return ssh_shell(f"ssh://{getpass.getuser()}@{host}")


def test_packets_are_sent_and_seen_over_ssh(network: Network, ssh: Path) -> None:
    """One connection each for all that is asked; what the firewall drops is silent."""
    network.target.run("iptables -A INPUT -p udp --dport 4789 -j DROP")
    with closing(connect("sender")) as sender, closing(connect("target")) as target:
        assert send(sender, network.address, "7946/udp", target=target, noise=QUIET) == "arrived"
        assert send(sender, network.address, "4789/udp", target=target, noise=QUIET) == "silent"
        assert send(sender, network.address, "2377/tcp", target=target, noise=QUIET) == "arrived"


def test_a_host_key_that_is_not_known_ends_it(ssh: Path) -> None:
    """Nothing is asked, nothing is added to the known hosts."""
    (ssh / "known").write_text("")
    with closing(connect("sender")) as shell, pytest.raises(ShellFailed, match="Host key verification failed"):
        shell.run("echo never")
    assert (ssh / "known").read_text() == ""


def test_a_user_who_is_not_let_in(ssh: Path) -> None:
    """In the words of ssh."""
    (ssh / "authorized").write_bytes((ssh / "stranger.pub").read_bytes())
    with closing(connect("sender")) as shell, pytest.raises(ShellFailed, match="Permission denied"):
        shell.run("echo never")
