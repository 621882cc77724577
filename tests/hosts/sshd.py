"""Hosts behind ssh: a real sshd for each, on a loopback port, and the `ssh` command of a user who has a key.

Whoever logs in runs no shell: a forced command reaches the host's engine, and whatever else a test gives it.
"""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.needs import find_sshd

START_TIMEOUT_S = 30

CONFIG = """\
ListenAddress {address}:{port}
HostKey {key}
AuthorizedKeysFile {folder}/authorized_keys
AllowUsers {user}
ForceCommand {folder}/command
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel ERROR
"""

COMMAND = """\
#!/bin/sh
case "$SSH_ORIGINAL_COMMAND" in
    *"system dial-stdio") export {environment}; exec {docker} system dial-stdio ;;
    *) exec {shell} ;;
esac
"""


def make_key(path: Path) -> str:
    """A new pair of keys; returns the public one."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path.with_name(f"{path.name}.pub").read_text().strip()


@dataclass(slots=True, kw_only=True)
class Sshd:
    """One host's sshd.

    Attributes:
        folder: holds its files.
        address: where it listens.
        port: there.
        process: which runs it.
    """

    folder: Path
    address: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        """As lab.toml has it."""
        return f"ssh://{getpass.getuser()}@{self.address}:{self.port}"

    @property
    def known(self) -> str:
        """Its line in known_hosts."""
        kind, key, *_ = (self.folder / "host_key.pub").read_text().split()
        return f"[{self.address}]:{self.port} {kind} {key}"

    def stop(self) -> None:
        """End it; connections that stand go on."""
        self.process.terminate()
        self.process.wait()


@dataclass(slots=True, kw_only=True)
class User:
    """A user with a key, an `ssh` command that uses it, and known hosts."""

    folder: Path
    hosts: list[Sshd] = field(default_factory=list)

    @classmethod
    def create(cls, folder: Path) -> User:
        """With an `ssh` in `folder/bin`, for the PATH: the system's, which reads this user's files and no others."""
        (folder / "bin").mkdir(parents=True)
        make_key(folder / "key")
        user = cls(folder=folder)
        ssh = folder / "bin" / "ssh"
        ssh.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/config "$@"\n')
        ssh.chmod(0o755)
        user.use("key")
        return user

    def use(self, key: str) -> None:
        """Log in with a key."""
        (self.folder / "config").write_text(
            f"IdentityFile {self.folder}/{key}\nIdentitiesOnly yes\nIdentityAgent none\n"
            f"UserKnownHostsFile {self.folder}/known_hosts\nGlobalKnownHostsFile none\n"
        )

    def name(self, host: Sshd, name: str) -> str:
        """Write a name for a host into the configuration, as a learner does; the endpoint with that name."""
        lines = (f"Host {name}", f"HostName {host.address}", f"Port {host.port}", f"User {getpass.getuser()}")
        with (self.folder / "config").open("a") as config:
            config.write("\n    ".join(lines) + "\n")
        return f"ssh://{name}"

    def know(self, lines: str) -> None:
        """Write known_hosts anew."""
        (self.folder / "known_hosts").write_text(lines)

    def start_host(self, number: int, engine: Mapping[str, str], shell: str = "false") -> Sshd:
        """Start the sshd of a host, known to the user.

        Args:
            number: names its folder.
            engine: environment of the docker command that reaches its engine.
            shell: what runs any other command; in it `$SSH_ORIGINAL_COMMAND` is that.
        """
        folder, address = self.folder / f"host-{number}", "127.0.0.1"
        folder.mkdir()
        make_key(folder / "host_key")
        (folder / "authorized_keys").write_text((self.folder / "key.pub").read_text())
        with socket.create_server((address, 0)) as free:
            port = free.getsockname()[1]
        environment = " ".join(f"{name}={shlex.quote(value)}" for name, value in engine.items())
        command = folder / "command"
        command.write_text(COMMAND.format(environment=environment, docker=shutil.which("docker"), shell=shell))
        command.chmod(0o755)
        config = folder / "sshd_config"
        names = {"address": address, "port": port, "key": folder / "host_key", "folder": folder}
        config.write_text(CONFIG.format(user=getpass.getuser(), **names))
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        process = subprocess.Popen([str(find_sshd()), "-D", "-e", "-f", config])
        host = Sshd(folder=folder, address=address, port=port, process=process)
        _wait_until_it_listens(host)
        self.hosts.append(host)
        self.know("".join(f"{one.known}\n" for one in self.hosts))
        return host

    def stop(self) -> None:
        """End every sshd."""
        for host in self.hosts:
            host.stop()


def _wait_until_it_listens(host: Sshd) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            return socket.create_connection((host.address, host.port), timeout=1).close()
        except OSError:
            assert host.process.poll() is None, "sshd ended"
            assert time.monotonic() < deadline, "sshd does not listen"
            time.sleep(0.05)
