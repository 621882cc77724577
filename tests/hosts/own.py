"""Three real Docker Engines behind ssh: what a learner's own hosts are, and the user whose they are."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from swarmlab.backends import dind
from swarmlab.backends.dind import DindBackend
from swarmlab.backends.hosts import HostsBackend, HostSettings, TlsFiles, start
from swarmlab.client.protocols import LabState
from swarmlab.ownership import LabDirectory, create_lab_directory
from tests.hosts.sshd import User
from tests.hosts.writing import write_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHosts:
    """Three hosts, and the user whose they are.

    Attributes:
        engines: whose they really are; what happens to the hosts themselves is done there.
        user: has the key for them, and names for them in an ssh configuration.
        folder: holds lab.toml.
        endpoints: of the hosts, by their names.
    """

    engines: DindBackend
    user: User
    folder: Path
    endpoints: dict[str, str]

    def write(self, *, allow_changes: bool = False) -> Path:
        """Write lab.toml."""
        hosts = self.engines.hosts
        public = {host.name: f'public_address = "{host.public_address}"\n' for host in hosts}
        return write_settings(
            self.folder, hosts, allow_changes=allow_changes, endpoints=self.endpoints, more=public
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """What the user sets to have the lessons on these hosts; docker's contexts are of this user, too."""
        return {"SWARMLAB_BACKEND": f"hosts:{self.write()}", "DOCKER_CONFIG": str(self.folder / "docker")}

    @property
    def ca(self) -> Path:
        """The certificate of the engines' own authority; the learner's lie beside it."""
        return Path(self.engines.docker_config) / "ca.pem"

    def over_tls(self, tls: TlsFiles) -> HostSettings:
        """The first host, reached without ssh."""
        host = self.engines.hosts[0]
        return HostSettings(
            name=host.name, endpoint=host.docker_host, address=host.address, public_address=None, labels={}, tls=tls,
            line=1,
        )  # fmt: skip

    def start(self, directory: LabDirectory, state: LabState | None, *, allow_changes: bool = False) -> HostsBackend:
        """Start a lab on them."""
        return start(directory, state, self.write(allow_changes=allow_changes))


@contextmanager
def own_hosts(folder: Path) -> Iterator[OwnHosts]:
    """Start three hosts, in no swarm; in the meantime `ssh` is their user's.

    Args:
        folder: holds the user's files: keys, the ssh configuration, ledgers, lab.toml.
    """
    with pytest.MonkeyPatch.context() as patch, ExitStack() as ends:
        patch.setenv("SWARMLAB_RUNTIME_DIR", str(folder / "run"))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        directory = create_lab_directory("dind")
        ends.callback(directory.remove)
        engines = dind.start(directory, "separate")
        ends.callback(engines.close)
        user = User.create(folder / "user")
        ends.callback(user.stop)
        patch.setenv("PATH", str(folder / "user" / "bin"), prepend=":")
        endpoints = {}
        for number, host in enumerate(engines.hosts):
            sshd = user.start_host(number + 1, *reach(engines, directory, number))
            endpoints[host.name] = user.name(sshd, host.name)
        yield OwnHosts(engines=engines, user=user, folder=folder, endpoints=endpoints)


def reach(engines: DindBackend, directory: LabDirectory, number: int) -> tuple[dict[str, str], str]:
    """How whoever logs in on a host gets to its engine, and to a shell beside it."""
    host = engines.hosts[number]
    engine = {
        "DOCKER_HOST": host.docker_host,
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CERT_PATH": str(directory.docker_config),
    }
    local = shlex.quote(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    container = f"swarmlab-{directory.lab_id}-{host.name}"
    shell = f'{shutil.which("docker")} --host {local} exec -i {container} sh -c "$SSH_ORIGINAL_COMMAND"'
    return engine, shell
