"""Two hosts in network namespaces, for tests with real packets."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarmlab.backends.hosts.shell import ProgramShell
from tests.needs import find_sshd

SENDER_ADDRESS, TARGET_ADDRESS = "10.213.0.1", "10.213.0.2"


@dataclass
class Network:
    """Two hosts with nothing but a cable between them; no interface of this machine's own is made."""

    sender: ProgramShell
    target: ProgramShell
    enter_sender: list[str]
    enter_target: list[str]
    address: str = TARGET_ADDRESS


def mark_packets(items: list[pytest.Item]) -> None:
    """Mark what needs hosts with networks of their own."""
    for item in items:
        if "network" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.packets)


@pytest.fixture
def network(two_hosts: Network) -> Iterator[Network]:
    """Two hosts whose packet filters let everything pass."""
    yield two_hosts
    two_hosts.target.run("iptables -F")


@pytest.fixture(scope="module")
def two_hosts() -> Iterator[Network]:
    """The hosts, for all tests of a module."""
    shells = [ProgramShell(["unshare", "--net", "sh"]) for _ in range(2)]
    sender, target = shells
    try:
        sender_process, target_process = (shell.run("echo $$").strip() for shell in shells)
        said = [
            sender.run(f"ip link add cable type veth peer name cable netns {target_process}"),
            sender.run(f"ip addr add {SENDER_ADDRESS}/24 dev cable && ip link set lo up && ip link set cable up"),
            target.run(f"ip addr add {TARGET_ADDRESS}/24 dev cable && ip link set lo up && ip link set cable up"),
        ]
        assert not "".join(said).strip()
        enter = [["nsenter", f"--net=/proc/{process}/ns/net"] for process in (sender_process, target_process)]
        yield Network(sender=sender, target=target, enter_sender=enter[0], enter_target=enter[1])
    finally:
        for shell in shells:
            shell.close()


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
