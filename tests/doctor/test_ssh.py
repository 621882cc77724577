"""The shell over ssh: a real sshd in each of two hosts, the user's own ssh command, keys of both sides."""

import getpass
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from swarmlab.doctor.packets import Noise, send
from swarmlab.doctor.shell import ProgramShell, ShellFailed, ssh_shell
from tests.doctor.conftest import Network
from tests.needs import find_sshd

QUIET = Noise(datagrams=0, resets=0)

pytestmark = pytest.mark.ssh


@pytest.fixture
def ssh(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hosts `sender` and `target`, as the user's ssh knows them; returns the folder with keys and known hosts."""
    for key in ("host", "user", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / key], check=True)
    (tmp_path / "authorized").write_bytes((tmp_path / "user.pub").read_bytes())
    public = (tmp_path / "host.pub").read_text()
    (tmp_path / "known").write_text("".join(f"{host} {public}" for host in ("sender", "target")))
    (tmp_path / "sshd").write_text(
        f"HostKey {tmp_path}/host\nAuthorizedKeysFile {tmp_path}/authorized\nStrictModes no\nPidFile none\nUsePAM no\n"
    )
    namespaces = {"sender": network.enter_sender, "target": network.enter_target}
    hosts = [
        # A server on the program's own input and output, inside the host: no port of this machine is opened.
        f"Host {name}\n  ProxyCommand {' '.join(enter)} {find_sshd()} -i -f {tmp_path}/sshd\n"
        for name, enter in namespaces.items()
    ]
    files = f"IdentityFile {tmp_path}/user\nIdentitiesOnly yes\nUserKnownHostsFile {tmp_path}/known\n"
    (tmp_path / "config").write_text("".join(hosts) + f"Host *\n{files}GlobalKnownHostsFile /dev/null\n")
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "ssh"
    command.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {tmp_path}/config "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it, and its service makes it at a start
    return tmp_path


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
