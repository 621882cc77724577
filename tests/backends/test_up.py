"""`python -m swarmlab up`, as a terminal runs it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from docker import DockerClient

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def up() -> Iterator[Start]:
    """Starts `up`; what still runs at the end is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "swarmlab", "up", *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_to_ready(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    lines = []
    while (line := process.stdout.readline().rstrip("\n")) != "ready":
        assert line, process.communicate()
        lines.append(line)
    return lines


def terminal(directory: Path, home: Path) -> Callable[[str], str]:
    """A terminal in which DOCKER_CONFIG is the lab's; returns what the docker CLI prints, errors too."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    environment = {**inherited, "HOME": str(home), "DOCKER_CONFIG": str(directory / "docker")}

    def type_(line: str) -> str:
        done = subprocess.run(
            line.split(), env=environment, cwd=home, capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout + done.stderr

    return type_


def files_under(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def info(directory: Path, node: str) -> dict:
    with closing(DockerClient(base_url=f"unix://{directory / node}.sock")) as client:
        return client.info()


@pytest.mark.parametrize(
    ("options", "node", "command"),
    [([], "docker-swarm-1", "docker info"), (["--formed"], "docker-swarm-3", "docker node ls")],
)
def test_it_says_what_to_type_where_it_is_answered(
    up: Start, tmp_path: Path, options: list[str], node: str, command: str
) -> None:
    """A question that a swarm's manager answers is sent to a manager."""
    directory = tmp_path / "lab"
    process = up("--dir", directory, *options)
    read_to_ready(process)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    told = process.stdout.read()
    assert f"    export DOCKER_HOST=unix://{directory / node}.sock\n    {command}\n" in told
    assert f"    docker context use {node}\n    {command}\n" in told


def test_it_prints_a_line_a_node_then_ready(up: Start, tmp_path: Path) -> None:
    """Name, address, DOCKER_HOST; the engines are in no swarm."""
    directory = tmp_path / "lab"
    process = up("--nodes", "2", "--dir", directory)
    assert read_to_ready(process) == [
        f"docker-swarm-1 172.31.16.11 unix://{directory}/docker-swarm-1.sock",
        f"docker-swarm-2 172.31.16.12 unix://{directory}/docker-swarm-2.sock",
    ]
    assert info(directory, "docker-swarm-1")["Swarm"]["LocalNodeState"] == "inactive"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(up: Start, tmp_path: Path, number: signal.Signals) -> None:
    """Nothing is left of a directory that it made, and nothing is complained about."""
    process = up("--dir", tmp_path / "lab")
    read_to_ready(process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")
    assert not (tmp_path / "lab").exists()


def test_a_directory_that_was_there_stays(up: Start, tmp_path: Path) -> None:
    """Empty again, and closed to others while the lab runs."""
    directory = tmp_path / "mine"
    directory.mkdir(mode=0o755)
    process = up("--dir", directory)
    read_to_ready(process)
    assert directory.stat().st_mode & 0o077 == 0
    process.terminate()
    process.communicate(timeout=10)
    assert list(directory.iterdir()) == []


def test_a_directory_that_others_can_enter_is_refused(up: Start, tmp_path: Path) -> None:
    """If something lies in it: nobody's directory is closed without being asked."""
    directory = tmp_path / "shared"
    directory.mkdir(mode=0o755)
    (directory / "file").touch()
    _, errors = up("--dir", directory).communicate(timeout=30)
    assert re.fullmatch(r"Others can enter .*: name a new directory, or close it: chmod 700 .*\n", errors)


def test_a_formed_swarm_has_the_managers_asked_for(up: Start, tmp_path: Path) -> None:
    """docker-swarm-3 is the first of them."""
    directory = tmp_path / "lab"
    read_to_ready(up("--dir", directory, "--nodes", "5", "--formed", "--managers", "3"))
    swarm = info(directory, "docker-swarm-3")["Swarm"]
    assert (swarm["Nodes"], swarm["Managers"]) == (5, 3)


def test_a_path_that_is_too_long_is_refused_in_a_sentence(up: Start, tmp_path: Path) -> None:
    """Not with a traceback, and nothing is left."""
    process = up("--dir", tmp_path / ("x" * 100))
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert errors.startswith("The path of a unix socket may have 107 bytes")
    assert errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user who has contexts of their own."""
    own = tmp_path / "home" / ".docker"
    meta = own / "contexts" / "meta" / "0123"
    meta.mkdir(parents=True)
    (own / "config.json").write_text('{"currentContext": "work"}')
    (meta / "meta.json").write_text('{"Name": "work", "Endpoints": {"docker": {"Host": "ssh://work"}}}')
    return own.parent


@pytest.mark.cli
def test_docker_context_use_chooses_the_node(up: Start, tmp_path: Path, home: Path) -> None:
    """Without any flag afterwards, until another is chosen; the user's own contexts stay as they are."""
    directory, before = tmp_path / "lab", files_under(home)
    read_to_ready(up("--dir", directory, "--formed"))
    docker = terminal(directory, home)
    assert docker("docker context show") == "docker-swarm-3\n"
    assert docker("docker context ls -q").split() == ["default", "docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]
    assert docker("docker context use docker-swarm-1") == 'docker-swarm-1\nCurrent context is now "docker-swarm-1"\n'
    assert docker("docker context show") == docker("docker info --format {{.Name}}") == "docker-swarm-1\n"
    assert docker("docker context ls").splitlines()[2].split()[:2] == ["docker-swarm-1", "*"]
    assert docker("docker node ls").startswith("Error response from daemon: This node is not a swarm manager.")
    assert docker("docker context use docker-swarm-3").startswith("docker-swarm-3\n")
    assert docker("docker info --format {{.Name}}") == "docker-swarm-3\n"
    nodes = docker("docker node ls").splitlines()
    assert [line.replace("*", " ").split()[1] for line in nodes[1:]] == [f"docker-swarm-{n}" for n in (1, 2, 3)]
    assert files_under(home) == before


@pytest.mark.cli
def test_contexts_that_a_user_makes_go_with_the_lab(up: Start, tmp_path: Path, home: Path) -> None:
    """Made, written to a file, read from it, used; at the end nothing of them is left in the lab's directory."""
    directory = tmp_path / "lab"
    process = up("--dir", directory)
    read_to_ready(process)
    docker = terminal(directory, home)
    made = docker("docker context create second --docker from=docker-swarm-2")
    assert made == 'second\nSuccessfully created context "second"\n'
    assert docker("docker context export second file.tar") == 'Written file "file.tar"\n'
    assert docker("docker context import again file.tar") == 'again\nSuccessfully imported context "again"\n'
    assert docker("docker --context again info --format {{.Name}}") == "docker-swarm-2\n"
    assert docker("docker context use again") == 'again\nCurrent context is now "again"\n'
    process.terminate()
    assert (process.communicate(timeout=10)[1], process.returncode) == ("", 0)
    assert not directory.exists()


@pytest.mark.cli
def test_docker_host_goes_before_the_context(up: Start, tmp_path: Path, home: Path) -> None:
    """As the CLI warns: the one reason why `docker context use` seems to do nothing."""
    directory = tmp_path / "lab"
    read_to_ready(up("--dir", directory))
    docker = terminal(directory, home)
    first = f"unix://{directory}/docker-swarm-1.sock"
    assert docker(f"env DOCKER_HOST={first} docker context use docker-swarm-3") == (
        'docker-swarm-3\nCurrent context is now "docker-swarm-3"\n'
        "Warning: DOCKER_HOST environment variable overrides the active context. "
        'To use "docker-swarm-3", either set the global --context flag, or unset DOCKER_HOST environment variable.\n'
    )
    assert docker(f"env DOCKER_HOST={first} docker info --format {{{{.Name}}}}") == "docker-swarm-1\n"
    assert docker("docker info --format {{.Name}}") == "docker-swarm-3\n"
