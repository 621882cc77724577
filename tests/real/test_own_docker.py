"""A lab in a Docker that is restarted under it, is on another machine, or has not the rights that engines need."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from swarmlab.backends.dind import local_docker, refusals
from swarmlab.backends.dind.certificates import Authority
from tests.real import own_docker
from tests.real.inventory import files, of_lab, of_nobody
from tests.real.own_docker import LabProcess, Machine, OwnDocker, Raised

pytestmark = pytest.mark.dockerd

REGISTRY = os.environ.get("SWARMLAB_REGISTRY_IMAGE") or "registry:2"
NODE = os.environ.get("SWARMLAB_NODE_IMAGE") or "docker:dind"

SERVICES = "[one.name for one in lab['docker-swarm-3'].client.services.list()]"
READY = "sorted(one.attrs['Status']['State'] for one in lab['docker-swarm-3'].client.nodes.list())"
FAULTS = "[str(one) for one in lab.backend.faults.active()]"


@pytest.fixture(scope="module")
def own() -> Iterator[OwnDocker]:
    """It runs, and has the images; what a test does to it, the next one finds restarted."""
    made = OwnDocker()
    try:
        made.restart()
        made.load(NODE, REGISTRY, "alpine:latest")
        yield made
    finally:
        made.end()


@pytest.fixture
def process(own: OwnDocker, tmp_path: Path) -> Iterator[Callable[..., LabProcess]]:
    """Makes processes that can have a lab there: on its machine, or on another."""
    made: list[LabProcess] = []

    def make(machine: Machine | None = None, **environment: str) -> LabProcess:
        added = {"DOCKER_HOST": own.docker_host, **environment}
        made.append(LabProcess(tmp_path / "labs", machine=machine or own.machine, environment=added))
        return made[-1]

    yield make
    for one in made:
        one.kill()


# --- Docker is restarted -------------------------------------------------------------------------------------------


def test_a_lab_survives_a_restart_of_docker(own: OwnDocker, process: Callable[..., LabProcess]) -> None:
    """It is a power cut of every host: seen as such, healed as such, and a reset works on the rubble."""
    lab = process()
    lab_id = lab.ask("(lab := Lab.start('helloworld')).backend.lab_id")
    own.restart()
    assert lab.ask(FAULTS) == ["engine stopped"] * 3
    lab.ask("lab.backend.faults.heal()")
    assert lab.ask(FAULTS) == []
    lab.ask("[lab.wait_node(node.name, 'ready') for node in lab] and None")
    assert lab.ask(SERVICES) == ["helloworld"]
    assert lab.ask("lab['docker-swarm-1'].client.images.pull('alpine', tag='latest').tags") == ["alpine:latest"]

    own.restart()
    lab.ask("lab.reset('helloworld')")
    assert (lab.ask(SERVICES), lab.ask(READY)) == (["helloworld"], ["ready"] * 3)

    own.restart()
    lab.ask("lab.close()")
    with closing(own.client()) as local:
        assert of_lab(local, lab_id) == []


def test_a_lab_that_ends_while_docker_is_down_goes_with_the_next_start(
    own: OwnDocker, process: Callable[..., LabProcess], tmp_path: Path
) -> None:
    """Of the same process: it lives, but the lab is over."""
    lab = process()
    lab_id = lab.ask("(lab := Lab.start('separate')).backend.lab_id")
    own.stop()
    for ask in ("lab.reset('formed')", "lab.close()"):
        with pytest.raises(Raised, match="NoLocalDocker: The local Docker does not answer any more"):
            lab.ask(ask)
    own.restart()
    with closing(own.client()) as local:
        before = of_nobody(local)
        assert len(of_lab(local, lab_id)) == 9
        lab.ask("(lab := Lab.start('separate')) and None")
        assert of_lab(local, lab_id) == []
        lab.ask("lab.close()")
        assert of_nobody(local) == before
    assert files(tmp_path / "labs") == set()


# --- Docker is somewhere else --------------------------------------------------------------------------------------


@pytest.fixture
def far() -> Iterator[Machine]:
    """A machine at the other end of a cable."""
    machine = Machine()
    yield machine
    machine.end()


def test_a_lab_in_a_docker_of_another_machine_works_over_tls(
    own: OwnDocker, far: Machine, process: Callable[..., LabProcess], tmp_path: Path
) -> None:
    """DOCKER_HOST=tcp://… with certificates: the engines are reached at that machine's address."""
    own.machine.link(far, "198.51.100.1", "198.51.100.2")
    authority = Authority("machine")
    authority.issue_server(["198.51.100.1"]).write(tmp_path / "engine")
    authority.issue_client().write(tmp_path / "me")
    own.stop()
    tls = [f"--tls{name}={tmp_path}/engine/{file}.pem" for name, file in
           (("cacert", "ca"), ("cert", "cert"), ("key", "key"))]  # fmt: skip
    own.start("--storage-driver", own_docker.DRIVER, "--host", "tcp://198.51.100.1:2376", "--tlsverify", *tls)
    reached = {"DOCKER_HOST": "tcp://198.51.100.1:2376", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": f"{tmp_path}/me"}
    lab = process(far, **reached)
    lab.ask("(lab := Lab.start('helloworld')) and None")
    assert all(
        host.startswith("tcp://198.51.100.1:") for host in lab.ask("[host.docker_host for host in lab.backend.hosts]")
    )
    assert (lab.ask(SERVICES), lab.ask(READY)) == (["helloworld"], ["ready"] * 3)
    lab.ask("lab.close()")
    with closing(own.client()) as local:
        assert not [thing for thing in of_nobody(local) if "swarmlab-" in thing and not thing.startswith("image")]


def test_engines_that_cannot_be_reached_from_here_are_said_to_be(
    own: OwnDocker, far: Machine, process: Callable[..., LabProcess]
) -> None:
    """As with a Docker whose socket was handed into a container: its loopback address is not this one."""
    own.restart()
    lab = process(far)
    lab.ask("setattr(__import__('swarmlab.backends.dind.nodes', fromlist='x'), 'REACH_TIMEOUT_S', 3)")
    with pytest.raises(Raised, match=r"NodeFailed: docker-swarm-\d: its engine listens, but tcp://127.* cannot be"):
        lab.ask("Lab.start('separate')")


# --- Docker has not the rights -------------------------------------------------------------------------------------


def test_a_docker_that_may_give_no_rights_is_refused(own: OwnDocker, process: Callable[..., LabProcess]) -> None:
    """Here it was started without one capability that every engine needs; nothing is left of the attempt."""
    own.stop()
    own.start("--storage-driver", own_docker.DRIVER, within=["setpriv", "--bounding-set", "-audit_control"])
    with closing(own.client()) as local:
        before = of_nobody(local)
        lab = process()
        with pytest.raises(Raised, match=r"NoLocalDocker: This Docker may not give a container the rights .*=embedded"):
            lab.ask("Lab.start('separate')")
        assert of_nobody(local) == before
        assert not [one for one in local.containers.list(all=True) if one.name.startswith("swarmlab-")]


def test_a_rootless_docker_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A true one: dockerd in a user namespace, where root is nobody outside."""
    helper = tmp_path / "bin" / "rootlesskit-docker-proxy"
    helper.parent.mkdir()
    helper.symlink_to("/bin/true")  # dockerd only looks whether it is there
    rootless = OwnDocker()
    try:
        rootless.start(
            "--rootless", "--group=0", "--userland-proxy=false", "--iptables=false", "--storage-driver=vfs",
            within=[
                "unshare", "--user", "--map-root-user", "--net", "--mount", "env",
                f"PATH={helper.parent}:{os.environ['PATH']}", f"ROOTLESSKIT_STATE_DIR={tmp_path}",
                "ROOTLESSKIT_PARENT_EUID=1000", f"XDG_RUNTIME_DIR={tmp_path}",
            ],
        )  # fmt: skip
        monkeypatch.setenv("DOCKER_HOST", rootless.docker_host)
        with (
            closing(local_docker.connect()) as client,
            pytest.raises(refusals.NoLocalDocker, match="This Docker is rootless"),
        ):
            refusals.refuse_unfit(client)
    finally:
        rootless.end()


def test_the_tests_own_docker_leaves_nothing() -> None:
    """No mount and no process of one that has ended."""
    ended = OwnDocker()
    ended.restart()
    ended.end()
    assert not ended.folder.exists()
    assert str(ended.folder) not in Path("/proc/mounts").read_text()
    assert str(ended.folder) not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
