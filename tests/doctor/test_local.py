"""What this machine needs for the other two backends."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from swarmlab.backends.dind import local_docker
from swarmlab.backends.dind.refusals import NoLocalDocker
from swarmlab.backends.hosts.shell import is_here
from swarmlab.doctor import local, local_engines
from swarmlab.ownership import runtime_directory
from tests.doctor.hosts_made_up import host
from tests.labs import StartLab
from tools.lessons import ROOT


def program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


# --- the embedded lab ----------------------------------------------------------------------------------------------


def test_this_machine_can_run_the_embedded_lab() -> None:
    """It does so in these very tests."""
    assert {check.verdict for check in local.check_machine()} == {"ok"}


def test_an_old_python_is_refused() -> None:
    """3.10 lacks what the code uses."""
    assert local.check_python((3, 10, 14)).verdict == "failed"
    assert local.check_python((3, 13, 0)).verdict == "ok"


def versions(**installed: str) -> Callable[[str], str]:
    def version_of(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    return version_of


def test_packages_that_are_missing_or_of_another_version_are_named() -> None:
    """All of them at once; what only tests need is not asked for."""
    needs = ["jupyterlab>=4.2,<5", "docker<8,>=7.2", "sidecar>=0.7", 'pytest>=8.2; extra == "test"']
    check = local.check_packages(needs, versions(jupyterlab="3.6.1", docker="7.2.0"))
    assert (check.verdict, check.found) == ("failed", "jupyterlab 3.6.1 is not <5,>=4.2; sidecar is not installed")
    assert f"pip install --editable {ROOT}" in check.advice[0]
    check = local.check_packages(needs, versions(jupyterlab="4.6.1", docker="7.2.0", sidecar="0.8.0"))
    assert (check.verdict, check.found) == ("ok", "jupyterlab 4.6.1, docker 7.2.0")


def test_a_lab_directory_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a socket, and nothing stays."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / "labs"))
    assert local.check_runtime_directory(runtime_directory).verdict == "ok"
    assert list((tmp_path / "labs").iterdir()) == []


def test_packages_away_from_a_clone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """There pip takes the project from where it was taken before."""
    monkeypatch.setattr(local, "CHECKOUT", tmp_path)
    check = local.check_packages(["sidecar"], versions())
    assert check.advice[0].endswith("pip install --upgrade git+https://github.com/swarmlab/swarmlab")


def test_where_engines_listen_on_ports_a_long_path_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what they listen on is told."""
    monkeypatch.setenv("SWARMLAB_SOCKETS", "tcp")
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / ("long" * 20)))
    check = local.check_runtime_directory(runtime_directory)
    assert check.verdict == "ok"
    assert check.found.endswith("is writable; engines listen on TCP ports")
    monkeypatch.setenv("SWARMLAB_SOCKETS", "pipes")
    check = local.check_runtime_directory(runtime_directory)
    assert (check.verdict, check.advice) == ("failed", ("unset SWARMLAB_SOCKETS",))


def test_a_path_that_is_too_long_for_sockets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found before a lab is."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / ("long" * 20)))
    check = local.check_runtime_directory(runtime_directory)
    assert check.verdict == "failed"
    assert "may have 107 bytes" in check.found
    assert "SWARMLAB_RUNTIME_DIR" in check.advice[0]


def test_a_directory_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is in its way."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / "file" / "labs"))
    assert local.check_runtime_directory(runtime_directory).verdict == "failed"


def test_the_docker_command(tmp_path: Path) -> None:
    """Its version; not needed; broken."""
    works = program(tmp_path / "works", "echo 'Docker version 28.2.2, build e6534b4'")
    assert local.check_docker_command(works).found == "28.2.2, build e6534b4"
    assert local.check_docker_command(None).verdict == "ok"
    assert local.check_docker_command(program(tmp_path / "broken", "exit 1")).verdict == "failed"


# --- real engines in containers ------------------------------------------------------------------------------------


def test_no_docker_is_no_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The embedded lab needs none."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with pytest.raises(NoLocalDocker) as raised:
        local_docker.connect()
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(local_engines, "SOCKET", tmp_path / "docker.sock")
    check = local_engines.without_docker(raised.value)
    assert (check.verdict, check.found) == ("unknown", "none on this machine; the embedded lab needs none")


def test_a_docker_that_was_named_and_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the system's word for it."""
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    (check,) = local_engines.check_docker()
    assert (check.verdict, check.found) == ("failed", "does not answer: No such file or directory")
    assert "systemctl start docker" in check.advice[0]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to make a socket that another user may not use")
def test_a_user_who_may_not_use_docker(tmp_path: Path) -> None:
    """Is told which group to join."""
    path = Path("/tmp") / f"swarmlab-doctor-{os.getpid()}.sock"
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(str(path))
        server.listen()
        path.chmod(0o600)
        try:
            check = as_nobody(f"unix://{path}")
        finally:
            path.unlink()
    assert "failed does not answer: Permission denied" in check
    assert "usermod --append --groups docker" in check


def as_nobody(docker_host: str) -> str:
    """What a user without rights is told."""
    code = (
        "import os\nfrom swarmlab.doctor.local_engines import check_docker\nimport docker.transport\nos.setuid(65534)\n"
        "check, = check_docker()\nprint(check.verdict, check.found, check.advice)"
    )
    environment = {**os.environ, "DOCKER_HOST": docker_host}
    environment.pop("DOCKER_CONFIG", None)
    return subprocess.check_output([sys.executable, "-W", "ignore", "-c", code], text=True, env=environment)


@pytest.mark.parametrize(
    ("options", "system", "verdict"),
    [
        (["name=seccomp,profile=builtin", "name=cgroupns"], "Debian", "ok"),
        (["name=seccomp,profile=builtin", "name=rootless"], "Debian", "failed"),
        (["name=userns"], "Debian", "failed"),
        (["name=seccomp,profile=unconfined"], "Docker Desktop", "unknown"),
    ],
)
def test_a_docker_without_roots_rights(options: list[str], system: str, verdict: str) -> None:
    """Cannot carry engines; Docker Desktop was not measured."""
    facts = host(1)
    facts.info["SecurityOptions"] = options  # type: ignore[index]
    facts.info["OperatingSystem"] = system  # type: ignore[index]
    check = local_engines.check_rights(facts)
    assert check.verdict == verdict
    assert ("not measured" in check.found) == (system == "Docker Desktop")


def test_images_that_a_start_would_pull() -> None:
    """Whether it can, is not known."""
    there, missing = local_engines.check_images({"registry:2": True, "docker:dind": False})
    assert there.verdict == "ok"
    assert missing.verdict == "unknown"
    assert missing.found.endswith("as docker pull docker:dind does")


def test_images_may_be_named_in_the_environment() -> None:
    """As at a start."""
    named = {"SWARMLAB_NODE_IMAGE": "engine:20.10", "SWARMLAB_REGISTRY_IMAGE": ""}
    assert local_engines.needed_images(named) == ["engine:20.10", "registry:2", "alpine:latest"]


def test_a_docker_that_answers_is_asked_for_everything(start_lab: StartLab) -> None:
    """A simulated engine has no image of a node, and is not this machine's own."""
    with closing(start_lab(time="live").client("docker-swarm-1")) as client:
        checks = {(check.question, check.verdict) for check in local_engines.check_engine(client)}
    assert {("Docker", "ok"), ("local", "ok"), ("rights", "ok"), ("overlay", "ok")} < checks
    assert {("image", "unknown"), ("privileged", "unknown"), ("disk", "unknown"), ("IPVS", "unknown")} < checks


def test_a_socket_of_this_machine_may_lead_elsewhere() -> None:
    """Into a container, or a virtual machine: only an engine with this machine's name and kernel is here."""
    kernel = os.uname().release
    assert is_here({"Name": socket.gethostname(), "KernelVersion": kernel})
    assert not is_here({"Name": "docker-desktop", "KernelVersion": kernel})
    assert not is_here({"Name": socket.gethostname(), "KernelVersion": "6.1.0-simulated"})
