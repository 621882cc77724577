"""Simulated engines on ports of this machine, as where there are no unix sockets: who knows the secret is answered."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from docker import DockerClient
from docker.errors import APIError
from requests.exceptions import ConnectionError as NoConnection

from swarmlab import Lab
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.ownership import current_docker_config
from swarmlab.server.places import SECRET_HEADER, PortPlace, socket_kind
from tools.lessons import ROOT

MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"


@pytest.fixture
def backend(start_lab: Callable[..., EmbeddedBackend]) -> EmbeddedBackend:
    """A manager and two workers, each on a port."""
    return start_lab("formed", sockets="tcp")


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A learner's lab on a platform that has no unix sockets."""
    monkeypatch.setenv("SWARMLAB_SOCKETS", "tcp")
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / "labs"))
    with Lab.start("formed", backend="embedded") as lab:
        yield lab


def address(backend: EmbeddedBackend, node: str = MANAGER) -> tuple[str, int]:
    """Where a node listens."""
    (found,) = (urlsplit(host.docker_host) for host in backend.hosts if host.name == node)
    assert found.scheme == "tcp"
    assert found.hostname is not None
    assert found.port is not None
    return found.hostname, found.port


def docker(*words: str, config: Path | str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The docker command, with a DOCKER_CONFIG."""
    own = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "DOCKER_CONFIG": str(config), **environment}
    return subprocess.run(["docker", *words], env=own, capture_output=True, text=True, timeout=60, check=False)


def test_every_node_has_a_port_of_its_own_that_other_machines_cannot_reach(backend: EmbeddedBackend) -> None:
    """On the loopback interface."""
    places = {address(backend, host.name) for host in backend.hosts}
    assert len(places) == 3
    assert {host for host, _ in places} == {"127.0.0.1"}


def test_who_does_not_know_the_secret_is_told_where_it_is(backend: EmbeddedBackend) -> None:
    """With 401, whatever is asked, as a page in a browser might ask it."""
    host, port = address(backend)
    for path, headers in (("/_ping", {}), ("/v1.48/nodes", {SECRET_HEADER: "0" * 32}), ("/nothing", {})):
        request = urllib.request.Request(f"http://{host}:{port}{path}", headers=headers)
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(request)
        with refused.value as answer:
            assert answer.code == 401
            assert f"set DOCKER_CONFIG to {backend.docker_config}," in json.load(answer)["message"]


def test_nothing_is_done_for_who_does_not_know_the_secret(backend: EmbeddedBackend) -> None:
    """And the SDK raises what it raises for any refusal."""
    stranger = DockerClient(base_url="tcp://{}:{}".format(*address(backend)), version="1.48")
    with closing(stranger), pytest.raises(APIError, match=r"^401 Client Error.*answers only who knows its secret"):
        stranger.swarm.leave(force=True)
    with closing(backend.client(MANAGER)) as client:
        assert len(client.nodes.list()) == 3


def test_each_lab_has_a_secret_of_its_own(start_lab: Callable[..., EmbeddedBackend]) -> None:
    """It lies where only its owner may look."""
    configs = [Path(start_lab("formed", sockets="tcp").docker_config) for _ in range(2)]
    secrets = [json.loads((config / "config.json").read_text())["HttpHeaders"][SECRET_HEADER] for config in configs]
    assert len(set(secrets)) == 2
    assert [len(secret) for secret in secrets] == [32, 32]
    assert [config.stat().st_mode & 0o777 for config in configs] == [0o700, 0o700]


def test_unix_sockets_need_no_secret(start_lab: Callable[..., EmbeddedBackend]) -> None:
    """The docker command's settings say nothing of one."""
    config = Path(start_lab("formed", sockets="unix").docker_config) / "config.json"
    assert json.loads(config.read_text()) == {"currentContext": MANAGER}


def test_the_sdk_finds_the_secret_where_docker_config_points(
    backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that a learner makes, whatever it asks."""
    monkeypatch.setenv("DOCKER_CONFIG", backend.docker_config)
    with closing(DockerClient(base_url="tcp://{}:{}".format(*address(backend)), version="auto")) as client:
        assert client.info()["Name"] == MANAGER
        client.containers.run("alpine", "sleep 60", name="sleeper", detach=True)
        assert [container.name for container in client.containers.list()] == ["sleeper"]


def test_a_proxy_is_not_asked_for_a_lab(backend: EmbeddedBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be handed the secret."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with closing(backend.client(MANAGER)) as client:
        assert client.ping()


def test_a_dead_engine_refuses_and_comes_back_on_its_port(backend: EmbeddedBackend) -> None:
    """Nobody else can have the port meanwhile."""
    before = address(backend, WORKER)
    with closing(backend.client(WORKER)) as client:
        backend.faults.stop(WORKER)
        with pytest.raises(NoConnection):
            client.ping()
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # who wants the port tries everything
            with pytest.raises(OSError, match="in use"):
                other.bind(before)
        backend.faults.start(WORKER)
        assert client.ping()
    assert address(backend, WORKER) == before


def test_a_port_is_given_back_at_the_end(start_lab: Callable[..., EmbeddedBackend]) -> None:
    """Whether its engine ran or not."""
    backend = start_lab("formed", sockets="tcp")
    backend.faults.stop(WORKER)
    places = [address(backend, node) for node in (MANAGER, WORKER)]
    backend.close()
    for place in places:
        with socket.create_server(place, reuse_port=False):
            pass


def test_a_reset_keeps_ports_and_secret(backend: EmbeddedBackend) -> None:
    """Terminals go on."""
    with closing(backend.client(MANAGER)) as client:
        backend.reset("helloworld")
        assert [service.name for service in client.services.list()] == ["helloworld"]


@pytest.mark.cli
def test_the_docker_command_is_told_where_the_secret_is(backend: EmbeddedBackend, tmp_path: Path) -> None:
    """As an error of the daemon."""
    refused = docker("node", "ls", config=tmp_path, DOCKER_HOST="tcp://{}:{}".format(*address(backend)))
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error response from daemon: this engine belongs to a lab and answers only who")
    assert docker("node", "ls", config=backend.docker_config).returncode == 0


@pytest.mark.cli
def test_a_terminal_talks_to_the_newest_lab(lab: Lab) -> None:
    """DOCKER_CONFIG is all that JupyterLab gives it; a context that the terminal chooses keeps the secret."""
    terminal = current_docker_config()
    assert f"{MANAGER} " in docker("node", "ls", config=terminal).stdout
    docker("context", "use", WORKER, config=terminal)
    assert docker("info", "--format", "{{.Name}}", config=terminal).stdout == f"{WORKER}\n"


def test_the_first_lesson_is_the_same(tmp_path: Path) -> None:
    """Output by output: `%docker`, the board, plots, a node that dies, exercises."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "notebooks/00-start.ipynb", "-p", "no:cacheprovider"]
    labs = tmp_path / "labs"
    run = subprocess.run(
        [*command, "-p", "no:xdist"],
        cwd=ROOT,
        env={
            **os.environ,
            "SWARMLAB_SOCKETS": "tcp",
            "SWARMLAB_RUNTIME_DIR": str(labs),
            "SWARMLAB_BACKEND": "embedded",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the platform does."""
    monkeypatch.delenv("SWARMLAB_SOCKETS", raising=False)
    assert socket_kind() == "unix"
    monkeypatch.setenv("SWARMLAB_SOCKETS", "tcp")
    assert socket_kind() == "tcp"
    monkeypatch.setenv("SWARMLAB_SOCKETS", "pipes")
    with pytest.raises(ValueError, match="SWARMLAB_SOCKETS may be unix or tcp, not 'pipes'"):
        socket_kind()


def test_a_platform_without_unix_sockets_has_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Windows."""
    monkeypatch.delenv("SWARMLAB_SOCKETS", raising=False)
    monkeypatch.delattr(socket, "AF_UNIX")
    assert socket_kind() == "tcp"
    place = PortPlace("secret", Path("/lab/docker"))
    assert place.objection({SECRET_HEADER: "secret"}) == ""
    assert place.objection({SECRET_HEADER: "sécret"}) != ""
    place.remove()
