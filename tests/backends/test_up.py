"""`python -m swarmlab up`, as a terminal runs it."""

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


def info(directory: Path, node: str) -> dict:
    with closing(DockerClient(base_url=f"unix://{directory / node}.sock")) as client:
        return client.info()


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
