"""Tests of further commands in a running container. Texts recorded from 28.5.2."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import Conflict, InvalidParameter, NoSuchExec
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.execs import Exec, ExecConfig
from swarmlab.engine.host.logs import Attached
from tests.engine.hosts import LocalHost


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


@pytest.fixture
def container(host: LocalHost) -> Container:
    return host.run("sleep", "1000", name="one")


def _exec(host: LocalHost, container: Container, *command: str, **config: object) -> tuple[Exec, Attached]:
    exec_ = host.containers.execs.create(container, ExecConfig(command=command, **config))  # type: ignore[arg-type]
    output = Attached()
    exec_.listeners.append(output)
    host.containers.execs.start(exec_)
    return exec_, output


def _text(output: Attached) -> str:
    return "".join(piece.text for piece in output.read())


def test_it_runs_beside_process_1(host: LocalHost, container: Container) -> None:
    """With the container's files and name; its code stands at its end, and nobody else hears what it wrote."""
    exec_, output = _exec(host, container, "sh", "-c", "hostname; exit 3")
    assert (exec_.running, exec_.exit_code) == (True, None)
    assert host.wait(exec_.ended) == 3
    assert _text(output) == f"{container.id[:12]}\n"
    assert output.ended
    assert not exec_.running
    assert container.log.open.__self__._lines is None  # type: ignore[attr-defined]


def test_it_has_its_own_variables_directory_and_user(host: LocalHost, container: Container) -> None:
    """Beyond what the container has."""
    exec_, output = _exec(
        host, container, "sh", "-c", "echo $A; pwd; whoami", env=("A=1",), working_dir="/tmp", user="nobody"
    )
    host.wait(exec_.ended)
    assert _text(output) == "1\n/tmp\nnobody\n"


def test_what_it_writes_to_files_stays(host: LocalHost, container: Container) -> None:
    """The container is the same for both."""
    host.wait(_exec(host, container, "touch", "/tmp/x")[0].ended)
    assert host.containers.files(container).list("/tmp") == ["x"]


@pytest.mark.parametrize(
    ("command", "more", "reason", "code"),
    [
        ("nosuch", {}, 'exec: "nosuch": executable file not found in $PATH', 127),
        ("/nosuch", {}, 'exec: "/nosuch": stat /nosuch: no such file or directory', 127),
        ("./var/..", {"working_dir": "/"}, 'exec: "./var/..": is a directory: permission denied', 126),
        ("./hostname", {"working_dir": "/etc"}, 'exec: "./hostname": permission denied', 126),
        (
            "ls",
            {"working_dir": "/nosuch"},
            'chdir to cwd ("/nosuch") set in config.json failed: no such file or directory',
            127,
        ),
    ],
)
def test_what_cannot_run_is_refused(
    host: LocalHost, container: Container, command: str, more: dict[str, str], reason: str, code: int
) -> None:
    """In runc's words; its code is 127 where nothing is there, 126 where it is no program."""
    exec_ = host.containers.execs.create(container, ExecConfig(command=(command,), **more))  # type: ignore[arg-type]
    with pytest.raises(InvalidParameter) as refusal:
        host.wait(host.containers.execs.start(exec_))
    assert str(refusal.value) == (f"OCI runtime exec failed: exec failed: unable to start container process: {reason}")
    assert (exec_.exit_code, exec_.pid) == (code, 0)


def test_it_runs_once(host: LocalHost, container: Container) -> None:
    """Not while it runs, nor after."""
    exec_, _ = _exec(host, container, "sleep", "1")
    with pytest.raises(Conflict, match=f"^exec command {exec_.id} is already running$"):
        host.containers.execs.start(exec_).result()
    host.wait(exec_.ended)
    with pytest.raises(Conflict, match=f"^exec command {exec_.id} has already run$"):
        host.containers.execs.start(exec_).result()


def test_it_ends_with_its_container(host: LocalHost, container: Container) -> None:
    """Killed, as everything in a container is when process 1 ends."""
    exec_, output = _exec(host, container, "sleep", "100")
    host.advance(1)
    assert host.containers.execs.ids_of(container) == [exec_.id]
    host.containers.kill("one")
    assert (exec_.exit_code, output.ended) == (137, True)
    assert host.containers.execs.ids_of(container) == []


def test_nothing_runs_in_a_container_that_does_not(host: LocalHost, container: Container) -> None:
    """Nor in one that stands still; the name is as the user knows it."""
    host.containers.pause("one")
    with pytest.raises(Conflict, match=r"^Container one is paused, unpause the container before exec$"):
        host.containers.execs.create(container, ExecConfig(command=("ls",)))
    host.containers.kill("one")
    with pytest.raises(Conflict, match=f"^container {container.id} is not running$"):
        host.containers.execs.create(container, ExecConfig(command=("ls",)))


def test_users_are_known(host: LocalHost, container: Container) -> None:
    """By name; any number will do."""
    with pytest.raises(InvalidParameter, match=r"^unable to find user nouser: no matching entries in passwd file$"):
        host.containers.execs.create(container, ExecConfig(command=("ls",), user="nouser"))
    assert host.containers.execs.create(container, ExecConfig(command=("ls",), user="1000:1000"))


def test_events_tell_of_it(host: LocalHost, container: Container) -> None:
    """The program, a blank, its arguments; the code at the end."""
    exec_, _ = _exec(host, container, "sh", "-c", "exit 3")
    host.wait(exec_.ended)
    events = [event for event in host.events.past() if event.action.startswith("exec_")]
    assert [event.action for event in events] == ["exec_create: sh -c exit 3", "exec_start: sh -c exit 3", "exec_die"]
    assert events[-1].attributes == {"execID": exec_.id, "exitCode": "3", "image": "alpine", "name": "one"}


def test_one_that_ended_is_forgotten_in_time(host: LocalHost, container: Container) -> None:
    """Its code can be asked for some minutes."""
    exec_, _ = _exec(host, container, "true")
    host.wait(exec_.ended)
    host.advance(300)
    assert host.containers.execs.find(exec_.id) is exec_
    host.advance(600)
    with pytest.raises(NoSuchExec, match=f"^No such exec instance: {exec_.id}$"):
        host.containers.execs.find(exec_.id)


def test_who_never_runs_one_draws_no_other_ids() -> None:
    """Ids of what comes after are the same with execs and without."""
    plain, busy = LocalHost(), LocalHost()
    first = busy.run("sleep", "100", name="one")
    plain.run("sleep", "100", name="one")
    busy.wait(_exec(busy, first, "true")[0].ended)
    assert plain.run("true").id == busy.run("true").id


# --- typing ---


def test_a_shell_runs_what_is_piped_in(host: LocalHost, container: Container) -> None:
    """Command by command, without a prompt; its end is the end of its input."""
    exec_, output = _exec(host, container, "sh", stdin=True)
    assert exec_.keyboard is not None
    host.advance(1)
    exec_.keyboard.receive(b"echo hi\nA=5\nfor x in a b\ndo echo $x$A\n")
    host.advance(1)
    assert _text(output) == "hi\n"
    exec_.keyboard.receive(b"done\nfalse")
    exec_.keyboard.end()
    assert host.wait(exec_.ended) == 1
    assert _text(output) == "a5\nb5\n"


def test_a_terminal_has_a_prompt_and_shows_what_is_typed(host: LocalHost, container: Container) -> None:
    """Backspace takes back; every line ends as on a terminal; exit ends it."""
    exec_, output = _exec(host, container, "sh", stdin=True, tty=True)
    assert exec_.keyboard is not None
    host.advance(1)
    assert _text(output) == "/ # "
    exec_.keyboard.receive(b"cd /tmpx\x7f\r")
    host.advance(1)
    assert _text(output) == "cd /tmpx\b \b\r\n/tmp # "
    exec_.keyboard.receive(b"exit 4\r")
    assert host.wait(exec_.ended) == 4


def test_ctrl_c_ends_the_command_not_the_shell(host: LocalHost, container: Container) -> None:
    """The next prompt comes."""
    exec_, output = _exec(host, container, "sh", stdin=True, tty=True)
    assert exec_.keyboard is not None
    host.advance(1)
    exec_.keyboard.receive(b"sleep 1000\r")
    host.advance(1)
    output.read()
    exec_.keyboard.receive(b"\x03")
    host.advance(1)
    assert _text(output) == "^C\r\n/ # "
    exec_.keyboard.receive(b"echo $?\r")
    host.advance(1)
    assert "130\r\n" in _text(output)


def test_cat_repeats_what_it_reads(host: LocalHost) -> None:
    """`echo x | docker run -i alpine cat`."""
    container = host.run("cat", open_stdin=True)
    assert container.keyboard is not None
    container.keyboard.receive("grüße\n".encode())
    container.keyboard.end()
    assert host.wait(host.containers.wait(container.id)) == 0
    assert [line.text for line in container.log._lines or ()] == ["grüße"]


def test_ctrl_d_ends_who_reads_not_the_terminal(host: LocalHost, container: Container) -> None:
    """First `cat`, then the shell."""
    exec_, output = _exec(host, container, "sh", stdin=True, tty=True)
    assert exec_.keyboard is not None
    for keys in (b"cat\r", b"hello\r", b"\x04"):
        host.advance(1)
        exec_.keyboard.receive(keys)
    host.advance(1)
    assert _text(output) == "/ # cat\r\nhello\r\nhello\r\n/ # "
    exec_.keyboard.receive(b"\x04")
    assert host.wait(exec_.ended) == 0
