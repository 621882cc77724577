"""Tests of signals to a shell: traps, who waits for whom, process 1. Words of the shells: test_shells_recorded.py."""

from __future__ import annotations

import pytest

from swarmlab.engine.host.container import Container
from swarmlab.engine.host.execs import ExecConfig
from tests.engine.hosts import LocalHost, text_of


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


def _exec(host: LocalHost, container: Container, *command: str) -> int:
    exec_ = host.containers.execs.create(container, ExecConfig(command=command))
    host.containers.execs.start(exec_)
    return host.wait(exec_.ended)


def test_a_trap_ends_a_container_in_good_order(host: LocalHost) -> None:
    """As soon as the command in the foreground has ended."""
    container = host.run("sh", "-c", "trap 'echo bye; exit 3' TERM; while true; do sleep 1; done")
    host.advance(5.3)
    began = host.clock.now
    host.wait(host.containers.stop(container.id))
    assert 0 < host.clock.now - began < 1
    assert (container.state.exit_code, text_of(container)) == (3, "bye\n")


def test_a_trap_waits_for_the_program_in_the_foreground(host: LocalHost) -> None:
    """A long one is not reached by the signal: the container is killed."""
    container = host.run("sh", "-c", "trap 'echo bye; exit' TERM; sleep 1000")
    began = host.clock.now
    host.wait(host.containers.stop(container.id))
    assert host.clock.now - began == pytest.approx(10)
    assert (container.state.exit_code, text_of(container)) == (137, "")


def test_exec_hands_the_signals_over(host: LocalHost) -> None:
    """`exec nginx` is process 1 then, and ends at its own stop signal."""
    container = host.run("sh", "-c", "trap 'echo never' QUIT; exec nginx -g 'daemon off;'", image="nginx:alpine")
    host.advance(1)
    began = host.clock.now
    host.wait(host.containers.stop(container.id))
    assert (host.clock.now - began < 1, container.state.exit_code) == (True, 0)
    assert "never" not in text_of(container)


def test_process_1_ignores_what_it_has_no_trap_for(host: LocalHost) -> None:
    """Also what it sends itself, and SIGKILL from inside."""
    assert host.output("sh", "-c", "kill $$; kill -9 1; echo alive") == "alive\n"


def test_what_exec_runs_signals_process_1_and_others(host: LocalHost) -> None:
    """`docker exec … kill 1`; a process that is none is named."""
    container = host.run("sh", "-c", "trap 'echo heard' USR1; while true; do sleep 1; done")
    other = host.containers.execs.create(container, ExecConfig(command=("sleep", "1000")))
    host.wait(host.containers.execs.start(other))
    assert _exec(host, container, "kill", "-USR1", "1") == 0
    assert _exec(host, container, "kill", str(other.inner_pid)) == 0
    assert _exec(host, container, "kill", str(other.inner_pid)) == 1
    host.advance(1)
    assert (other.exit_code, text_of(container)) == (143, "heard\n")


def test_a_shell_of_exec_knows_its_own_number(host: LocalHost) -> None:
    """`$$` is what `ps` shows, and an own signal ends it."""
    container = host.run("sleep", "1000")
    assert _exec(host, container, "sh", "-c", "kill $$; echo never") == 143
    assert container.state.running


def test_a_shell_in_a_shell_keeps_its_traps_to_itself(host: LocalHost) -> None:
    """The outer one heeds its own."""
    script = "trap 'echo outer' TERM; sh -c \"trap 'echo inner' TERM\"; kill $$; echo end"
    assert host.output("sh", "-c", script) == "outer\nend\n"


def test_ctrl_c_runs_the_trap_and_ends_the_command(host: LocalHost) -> None:
    """At a terminal, where it reaches both."""
    container = host.run("sh", "-c", "trap 'echo trapped' INT; sleep 1000; echo end", tty=True)
    host.advance(1)
    assert container.keyboard is not None
    container.keyboard.receive(b"\x03")
    host.advance(1)
    assert text_of(container).replace("\r", "") == "^Ctrapped\nend\n"
