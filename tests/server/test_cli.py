"""Simulated engines under the real docker CLI, where a transcript cannot tell: streams, terminals, dead engines."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pexpect
import pytest

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.server import SocketKind

pytestmark = pytest.mark.cli

NODE = "docker-swarm-3"


@pytest.fixture(scope="module", params=get_args(SocketKind))
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBackend]:
    """A formed swarm in live time, ten times as fast as the wall's, on either kind of socket."""
    directory = tmp_path_factory.mktemp("cli")
    backend = EmbeddedBackend(rate=10, directory=directory, state="formed", sockets=request.param)
    yield backend
    backend.close()


@pytest.fixture
def docker(lab: EmbeddedBackend) -> Callable[..., str]:
    """Runs the docker CLI on docker-swarm-3; returns what it prints, errors too."""

    def run(*arguments: str, context: str = NODE) -> str:
        command = ["docker", "--context", context, *arguments]
        done = subprocess.run(command, env=environment(lab), capture_output=True, text=True, timeout=60, check=False)
        return done.stdout + done.stderr

    return run


def environment(lab: EmbeddedBackend) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "DOCKER_CONFIG": lab.docker_config}


@pytest.fixture
def spawn(lab: EmbeddedBackend) -> Iterator[Callable[..., pexpect.spawn]]:
    """Runs the docker CLI on docker-swarm-3 in a terminal of its own, which ends with the test, however that ends."""
    terminals = []

    def run(*arguments: str) -> pexpect.spawn:
        command = ["--context", NODE, *arguments]
        terminals.append(pexpect.spawn("docker", command, env=environment(lab), encoding="utf-8", timeout=60))
        return terminals[-1]

    yield run
    for terminal in terminals:
        terminal.close(force=True)


def test_following_logs_ends_with_ctrl_c(docker: Callable[..., str], spawn: Callable[..., pexpect.spawn]) -> None:
    """Lines come as they are written."""
    docker("service", "create", "--detach", "--name", "pinger", "alpine", "ping", "docker.com")
    terminal = spawn("service", "logs", "--follow", "pinger")
    terminal.expect(r"pinger\.1\.\w{12}@docker-swarm-\d +\| 64 bytes from")
    terminal.expect("64 bytes from")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    docker("service", "rm", "pinger")


def test_ctrl_c_interrupts_what_runs_in_a_terminal(spawn: Callable[..., pexpect.spawn]) -> None:
    """`docker run -it`."""
    terminal = spawn("run", "--rm", "-it", "alpine", "ping", "docker.com")
    terminal.expect("seq=1")
    terminal.sendintr()
    terminal.expect("packets transmitted")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_standard_input_goes_to_the_container(lab: EmbeddedBackend) -> None:
    """`echo | docker run -i`: its end ends the container."""
    command = ["docker", "--context", NODE, "run", "--rm", "-i", "alpine", "cat"]
    done = subprocess.run(command, env=environment(lab), input=b"hello\n", capture_output=True, timeout=60, check=True)
    assert done.stdout == b"hello\n"


def test_events_follow(lab: EmbeddedBackend, docker: Callable[..., str], spawn: Callable[..., pexpect.spawn]) -> None:
    """What happens on this host and in its swarm."""
    terminal = spawn("events")
    wait_for_stream(lab)
    docker("volume", "create", "eventful")
    terminal.expect(r"volume create eventful \(driver=local\)")
    docker("volume", "rm", "eventful")
    terminal.expect("volume destroy eventful")
    terminal.close(force=True)


def test_events_end_with_ctrl_c(lab: EmbeddedBackend, spawn: Callable[..., pexpect.spawn]) -> None:
    """And nobody listens any more."""
    terminal = spawn("events", "--filter", "type=volume")
    wait_for_stream(lab)
    end_by_ctrl_c(lab, terminal)


def test_followed_logs_end_with_the_container(
    lab: EmbeddedBackend, docker: Callable[..., str], spawn: Callable[..., pexpect.spawn]
) -> None:
    """Lines come at once, not when it ends."""
    docker("run", "--detach", "--name", "talker", "alpine", "sh", "-c", "echo one; sleep 300; echo two; sleep 300")
    terminal = spawn("logs", "--follow", "talker")
    terminal.expect("one")
    assert docker("inspect", "--format", "{{.State.Status}}", "talker") == "running\n"
    hurry(lab)
    terminal.expect("two")
    assert docker("inspect", "--format", "{{.State.Status}}", "talker") == "running\n"
    hurry(lab)
    terminal.expect(pexpect.EOF)
    assert docker("inspect", "--format", "{{.State.Status}}", "talker") == "exited\n"
    docker("rm", "talker")


def test_followed_logs_of_a_container_end_with_ctrl_c(
    lab: EmbeddedBackend, docker: Callable[..., str], spawn: Callable[..., pexpect.spawn]
) -> None:
    """The container goes on, and nothing of the stream is left."""
    docker("run", "--detach", "--name", "pinging", "alpine", "ping", "docker.com")
    terminal = spawn("logs", "--follow", "pinging")
    terminal.expect("64 bytes from")
    end_by_ctrl_c(lab, terminal)
    assert docker("inspect", "--format", "{{.State.Status}}", "pinging") == "running\n"
    docker("rm", "--force", "pinging")


def test_a_stream_ends_with_a_killed_command(
    lab: EmbeddedBackend, docker: Callable[..., str], spawn: Callable[..., pexpect.spawn]
) -> None:
    """Attached or looking at figures, whose commands do not hear the first Ctrl-C, on real engines neither."""
    docker("run", "--detach", "--name", "pinging", "alpine", "ping", "docker.com")
    for words, seen in ((("attach", "--sig-proxy=false"), "64 bytes from"), (("stats",), "CPU %")):
        terminal = spawn(*words, "pinging")
        terminal.expect(seen)
        terminal.close(force=True)
        wait_for_no_stream(lab)
    assert docker("rm", "--force", "pinging") == "pinging\n"


def test_a_pull_shows_its_progress_and_is_given_up_with_ctrl_c(
    lab: EmbeddedBackend, docker: Callable[..., str], spawn: Callable[..., pexpect.spawn]
) -> None:
    """As on a real engine nothing of the image is there then; the next pull brings it."""
    terminal = spawn("pull", "postgres")
    terminal.expect("Pulling fs layer")
    end_by_ctrl_c(lab, terminal)
    lab.clock.sleep(60)
    assert docker("images", "--quiet", "postgres") == ""
    assert docker("pull", "--quiet", "postgres") == "docker.io/library/postgres:latest\n"
    docker("rmi", "postgres")


def end_by_ctrl_c(lab: EmbeddedBackend, terminal: pexpect.spawn) -> None:
    """Until the command and its request are gone."""
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    wait_for_no_stream(lab)


def hurry(lab: EmbeddedBackend) -> None:
    """Five minutes pass at once."""
    lab.clock.pause()
    lab.clock.sleep(300)
    lab.clock.resume()


def wait_for_no_stream(lab: EmbeddedBackend) -> None:
    """Until no request is under way."""
    end = time.monotonic() + 30
    while lab._server.call(lambda _: lab._server._exchanges):
        assert time.monotonic() < end
        lab.clock.sleep(0.1)


def wait_for_stream(lab: EmbeddedBackend) -> None:
    """Until a request is under way."""
    end = time.monotonic() + 30
    while not lab._server.call(lambda _: lab._server._exchanges):
        assert time.monotonic() < end, "no request came"
        lab.clock.sleep(0.1)


def test_a_stack_comes_and_goes(docker: Callable[..., str], tmp_path: Path) -> None:
    """With a network of its own."""
    compose = tmp_path / "stack.yml"
    compose.write_text("services:\n  web:\n    image: alpine\n    command: ping docker.com\n")
    deployed = docker("stack", "deploy", "--detach=true", "-c", str(compose), "shop")
    assert deployed.splitlines() == ["Creating network shop_default", "Creating service shop_web"]
    assert docker("stack", "ls").split() == ["NAME", "SERVICES", "shop", "1"]
    assert "shop_web" in docker("stack", "services", "shop")
    assert "shop_web.1" in docker("stack", "ps", "shop")
    removed = docker("stack", "rm", "shop")
    assert removed.splitlines() == ["Removing service shop_web", "Removing network shop_default"]
    assert docker("stack", "services", "shop") == "Nothing found in stack: shop\n"


def test_a_dead_engine_reads_as_dockers(lab: EmbeddedBackend, docker: Callable[..., str]) -> None:
    """The CLI asks whether the daemon is running."""
    lab.faults.stop("docker-swarm-1")
    (host,) = (host for host in lab.hosts if host.name == "docker-swarm-1")
    assert docker("node", "ls", context="docker-swarm-1") == (
        f"Cannot connect to the Docker daemon at {host.docker_host}. Is the docker daemon running?\n"
    )
    lab.faults.start("docker-swarm-1")
    assert "docker-swarm-1" in docker("info", "--format", "{{.Name}}", context="docker-swarm-1")


def test_a_join_that_reaches_nobody_goes_on_in_the_background(lab: EmbeddedBackend, docker: Callable[..., str]) -> None:
    """Row S18: the port is closed, then it is opened."""
    token = docker("swarm", "join-token", "-q", "worker").strip()
    docker("swarm", "leave", context="docker-swarm-2")
    lab.faults.block(NODE, "2377/tcp")
    assert docker("swarm", "join", "--token", token, "172.31.16.13:2377", context="docker-swarm-2") == (
        "Error response from daemon: Timeout was reached before node joined. The attempt to join the swarm will "
        'continue in the background. Use the "docker info" command to see the current swarm status of your node.\n'
    )
    state = ("info", "--format", "{{.Swarm.LocalNodeState}}")
    assert docker(*state, context="docker-swarm-2") == "pending\n"
    lab.faults.open(NODE, "2377/tcp")
    lab.clock.sleep(30)
    assert docker(*state, context="docker-swarm-2") == "active\n"


def test_what_is_missing_names_itself(docker: Callable[..., str]) -> None:
    """Not a stub, and not a wrong answer."""
    assert docker("commit", "nosuch", "image") == (
        "Error response from daemon: POST /commit is not implemented by this engine\n"
    )
