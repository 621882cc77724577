"""Three real Docker Engines behind ssh: what a learner's own hosts are. `make real` runs these tests."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
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

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder, and leave it to `make real`."""
    for item in items:
        if item.path.parent == HERE:
            for name in ("real", "ssh", "cli"):
                item.add_marker(name)
            if os.environ.get("SWARMLAB_BACKEND") != "dind":
                item.add_marker(pytest.mark.skip(reason="`make real` runs it"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHosts:
    """Three hosts, and the user whose they are.

    Attributes:
        engines: whose they really are; what happens to the hosts themselves is done there.
        user: has the key for them.
        folder: holds lab.toml.
        endpoints: of the hosts, by their names.
    """

    engines: DindBackend
    user: User
    folder: Path
    endpoints: dict[str, str]

    def write(self, *, allow_changes: bool = False) -> Path:
        """Write lab.toml."""
        return write_settings(self.folder, self.engines.hosts, allow_changes=allow_changes, endpoints=self.endpoints)

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


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnHosts]:
    """Hosts for the tests of one module, in whatever state the test before left them."""
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path_factory.mktemp("labs")))
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        directory = create_lab_directory("dind")
        engines = dind.start(directory, "separate")
        user = User.create(folder / "user")
        patch.setenv("PATH", str(folder / "user" / "bin"), prepend=":")
        try:
            endpoints = {
                host.name: user.start_host(number, *reach(engines, directory, number - 1)).endpoint
                for number, host in enumerate(engines.hosts, 1)
            }
            yield OwnHosts(engines=engines, user=user, folder=folder, endpoints=endpoints)
        finally:
            user.stop()
            engines.close()
            directory.remove()


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


@pytest.fixture
def directory() -> Iterator[LabDirectory]:
    """Of a lab on the hosts."""
    made = create_lab_directory("hosts")
    yield made
    made.remove()
