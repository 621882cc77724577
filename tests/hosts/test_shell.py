"""A shell on a host: what is typed there comes back, and nothing is left behind."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from swarmlab.backends.hosts.shell import ProgramShell, ShellFailed, ssh_shell


@pytest.fixture
def shell() -> Iterator[ProgramShell]:
    here = ProgramShell(["sh"])
    yield here
    here.close()


def test_it_runs_one_script_after_the_other(shell: ProgramShell) -> None:
    """Each in a shell of its own: what one sets, the next does not see."""
    assert shell.run("name=first; echo $name; echo second line") == "first\nsecond line\n"
    assert shell.run('echo "[$name]"') == "[]\n"


def test_a_script_may_print_without_an_end_of_line(shell: ProgramShell) -> None:
    """Or nothing at all."""
    assert shell.run("printf x") == "x"
    assert shell.run("true") == ""


def test_errors_of_a_script_are_part_of_its_answer(shell: ProgramShell) -> None:
    """And do not end the shell."""
    assert "nosuchprogram" in shell.run("nosuchprogram; exit 3")
    assert shell.run("echo still here") == "still here\n"


def test_a_program_that_reads_does_not_swallow_the_next_script(shell: ProgramShell) -> None:
    """Its input is empty."""
    assert shell.run("cat; echo read nothing") == "read nothing\n"


def test_what_a_login_prints_is_no_answer() -> None:
    """Some hosts greet whoever comes."""
    shell = ProgramShell(["sh", "-c", "echo 'Welcome to Ubuntu'; exec sh"])
    assert shell.run("echo answer") == "answer\n"
    shell.close()


def test_a_long_answer_comes_whole(shell: ProgramShell) -> None:
    """In as many parts as it takes."""
    assert len(shell.run("seq 100000").splitlines()) == 100000


def test_one_that_does_not_answer_is_given_up() -> None:
    """After the time that it was given; with the shell ends what it waits for."""
    shell = ProgramShell(["sh"])
    with pytest.raises(ShellFailed, match="no answer in time"):
        shell.run("sleep 1003 & wait", timeout_s=0.2)
    shell.close()
    assert ["sleep", "1003"] not in [process.info["cmdline"] for process in psutil.process_iter(["cmdline"])]


def test_a_program_that_ends_tells_its_last_words() -> None:
    """As ssh does when a host does not let it in."""
    shell = ProgramShell(["sh", "-c", "echo 'Permission denied (publickey).'; exit 255"])
    with pytest.raises(ShellFailed, match=r"^Permission denied \(publickey\)\.$"):
        shell.run("echo never")
    with pytest.raises(ShellFailed):
        shell.run("echo never")
    shell.close()


def test_closing_ends_the_program() -> None:
    """No process stays."""
    shell = ProgramShell(["sh"])
    shell.close()
    assert shell._process.returncode == 0


def test_ssh_is_not_given_the_libraries_of_an_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conda sets where they are, and the system's ssh would not start with them."""
    program = tmp_path / "ssh"
    program.write_text("#!/bin/sh\nexec sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    with closing(ssh_shell("ssh://ubuntu@docker-swarm-1")) as shell:
        assert shell.run('echo "[$LD_LIBRARY_PATH]"') == "[]\n"
