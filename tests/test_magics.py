"""%docker and %%docker: which node, for how long, with which variables, echoed how."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from swarmlab import magics
from swarmlab.client.cluster import Cluster
from swarmlab.client.protocols import Host
from swarmlab.commands import DockerError, Terminal


class Engines:
    """A backend whose engines are all switched off: what needs none works, the rest is refused."""

    hosts = tuple(
        Host(
            name=f"docker-swarm-{number}",
            address=f"10.0.0.{number}",
            public_address=None,
            docker_host=f"unix:///nosuch/docker-swarm-{number}.sock",
            context=f"docker-swarm-{number}",
        )
        for number in (1, 2, 3)
    )
    name = "dind"
    faults = ports = None
    clock = SimpleNamespace(
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC), elapsed=lambda: 0.0, sleep=lambda seconds: None
    )

    def client(self, node: str) -> Any:
        """Nothing answers."""
        from docker.errors import DockerException

        raise DockerException(f"{node} is switched off")


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """An IPython in which `%docker` is loaded."""
    backend: Any = Engines()
    found = start_ipython() or InteractiveShell.instance()
    found.user_ns["lab"] = Cluster(backend)
    magics.load(found.user_ns["lab"], found)
    yield found
    for name in ("token", "lab"):
        found.user_ns.pop(name, None)


def printed(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str, cell: str | None = None) -> str:
    """What a magic prints, refusals included."""
    try:
        if cell is None:
            shell.run_line_magic("docker", line)
        else:
            shell.run_cell_magic("docker", line, cell)
    except DockerError as error:
        return f"{capsys.readouterr().out}raised {error}"
    return capsys.readouterr().out


def test_a_command_is_echoed_behind_its_node_s_prompt(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    """As if it were typed there."""
    out = printed(shell, capsys, "-n docker-swarm-2 service scale --help")
    assert out.startswith("docker-swarm-2:~$ docker service scale --help\nUsage:  docker service scale ")


@pytest.mark.parametrize("option", ["-n docker-swarm-1", "--context docker-swarm-1", "--context=docker-swarm-1"])
def test_the_node_has_several_spellings(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    """`-n` is ours, `--context` is the CLI's."""
    assert printed(shell, capsys, f"{option} service --help").startswith("docker-swarm-1:~$ docker service --help\n")


def test_a_cell_has_a_command_a_line(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty lines and remarks are left out, a backslash goes on, `docker` may be typed or not."""
    cell = "docker service --help\n\n# a remark\n-n docker-swarm-2 node \\\n  --help\n"
    out = printed(shell, capsys, "-n docker-swarm-1", cell)
    prompts = [line for line in out.splitlines() if "$" in line]
    assert prompts == ["docker-swarm-1:~$ docker service --help", "docker-swarm-2:~$ docker node    --help"]


def test_python_s_variables_are_filled_in(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """`{token}` and `$token`, in lines and cells."""
    shell.user_ns["token"] = "SWMTKN-1"
    line = "-n docker-swarm-1 swarm join --token {token} $token --help"
    assert "docker swarm join --token SWMTKN-1 SWMTKN-1 --help" in printed(shell, capsys, line)
    assert "join --token SWMTKN-1 --help" in printed(shell, capsys, "", "swarm join --token {token} --help")


def test_real_engines_secrets_are_masked(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """In the line that is echoed and in what is refused, printed and raised; the variable stays whole."""
    shell.user_ns["token"] = "SWMTKN-1-49nj1c-8vxv8rss"
    out = printed(shell, capsys, "swarm join --token {token} --help")
    assert out.startswith("docker-swarm-1:~$ docker swarm join --token SWMTKN-1-…masked --help\n")
    on_screen, raised = printed(shell, capsys, "service logs --tail {token} --since {token} --nosuch {token}").split(
        "raised "
    )
    assert "49nj1c" not in on_screen + raised
    on_screen, raised = printed(shell, capsys, "swarm ca --cert-expiry {token}").split("raised ")
    assert 'invalid argument "SWMTKN-1-…masked"' in on_screen
    assert 'invalid argument "SWMTKN-1-…masked"' in raised
    assert shell.user_ns["token"] == "SWMTKN-1-49nj1c-8vxv8rss"


def test_secrets_are_shown_where_somebody_asks(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """`lab.show_secrets = True`; and always where the engines are simulated."""
    shell.user_ns["lab"].show_secrets = True
    assert "SWMTKN-1-49nj1c --help" in printed(shell, capsys, "swarm join --token SWMTKN-1-49nj1c --help")
    shell.user_ns["lab"].show_secrets = False
    shell.user_ns["lab"].backend.name = "embedded"
    assert "SWMTKN-1-49nj1c --help" in printed(shell, capsys, "swarm join --token SWMTKN-1-49nj1c --help")


@pytest.mark.parametrize("text", ["{{.Name}}", "{{json .Spec}}", "{nosuch}", "$HOME", "{}", "{a b}"])
def test_what_is_not_python_s_stays(text: str) -> None:
    """Go's templates and the shell's variables are left alone."""
    assert magics.expand(f"service ls --format '{text}'", {}) == f"service ls --format '{text}'"


def test_a_refusal_is_printed_and_raised(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """The exception's message is the CLI's text, its traceback one line."""
    words = "Cannot connect to the Docker daemon at unix:///nosuch/docker-swarm-1.sock. Is the docker daemon running?"
    assert printed(shell, capsys, "node ls") == f"docker-swarm-1:~$ docker node ls\n{words}\nraised {words}"


def test_a_refusal_has_no_traceback() -> None:
    """One line, and the text only where it has not been printed."""
    refusal = DockerError("no such service: web", exit_code=3)
    assert refusal._render_traceback_() == ["DockerError: no such service: web"]
    Terminal(io.StringIO()).refuse(refusal)
    assert refusal._render_traceback_() == ["DockerError: exit status 3"]


def test_wrong_use_is_printed_and_raised(shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
    """In the CLI's words, and in ours where the option is ours."""
    for line, words in (
        ("service logs --timestamp web", "unknown flag: --timestamp"),
        ("-n nosuch node ls", "no node nosuch in this lab; it has docker-swarm-1"),
        ("-t soon node ls", "not a number of lab seconds"),
        ("-n", "flag needs an argument: -n"),
        ("service ls 'x", "this line has no closing quotation"),
    ):
        on_screen, raised = printed(shell, capsys, line).split("raised ")
        assert words in on_screen
        assert words in raised


def test_without_ipython_there_is_nothing_to_load() -> None:
    """A program may start a lab too."""
    backend: Any = Engines()
    assert magics.read_where("-n a -t 5 node ls", magics._Where())[1] == "node ls"
    assert len(Cluster(backend)) == 3
