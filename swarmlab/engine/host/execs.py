"""Further commands in running containers: `exec`, whoever asked for it, a user or a health check.

Owns the execs of one host. One that has ended is remembered for ten minutes. Source: moby daemon/exec.go,
daemon/command/exec_config.go; texts recorded from 28.5.2.
Simplification: every exec takes the same time to begin.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from swarmlab.engine.errors import Conflict, EngineError, InvalidParameter, NoSuchExec
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.container_runs import Runs, emit
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.keyboard import Keyboard
from swarmlab.engine.host.logs import Attached
from swarmlab.engine.ids import Chance, ContainerId
from swarmlab.engine.pending import Pending
from swarmlab.engine.programs.processes import Context, Process, Running
from swarmlab.engine.programs.users import user_refusal
from swarmlab.engine.programs.workloads import NOT_FOUND, StartFailed, find_program

BEGIN_S = 0.045
"""From the request until the program runs. Recorded from 28.5.2 on two cores."""

REMEMBERED_S = 600.0
_KILLED = 137
_PREFIX = "OCI runtime exec failed: exec failed: unable to start container process: "


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecConfig:
    """What was asked for. `working_dir` and `user` empty mean the container's own."""

    command: tuple[str, ...]
    tty: bool = False
    stdin: bool = False
    stdout: bool = False
    stderr: bool = False
    env: tuple[str, ...] = ()
    working_dir: str = ""
    user: str = ""
    privileged: bool = False
    detach_keys: str = ""


@dataclass(slots=True, kw_only=True)
class Exec:
    """One exec. `ended` stands when its program has ended, or could not begin; `inner_pid` is what `ps` shows."""

    id: str
    container: Container
    config: ExecConfig
    keyboard: Keyboard | None = None
    process: Process | None = None
    started: bool = False
    pid: int = 0
    inner_pid: int = 0
    exit_code: int | None = None
    ended_at: float | None = None
    ended: Pending[int] = field(default_factory=Pending)
    listeners: list[Attached] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether its program runs, or is about to."""
        return self.started and self.exit_code is None

    @property
    def waits_for_keys(self) -> bool:
        """Whether nothing but something to read can make it go on."""
        return self.process is not None and self.process.awaits_input

    def write(self, stream: str, text: str) -> None:
        """Its program writes."""
        if self.config.tty:
            stream, text = "stdout", text.replace("\n", "\r\n")
        for listener in self.listeners:
            listener.hear(stream, text)


class Execs:
    """All execs of one host."""

    def __init__(self, parts: HostParts, runs: Runs) -> None:
        self._parts = parts
        self._runs = runs
        self._execs: dict[str, Exec] = {}
        self._of: dict[ContainerId, dict[str, Exec]] = {}
        self._made = 0
        runs.others, runs.process_of = self._running_in, self._process_of

    def ids_of(self, container: Container) -> list[str]:
        """The execs of a container that have not ended."""
        return list(self._of.get(container.id, ()))

    def _running_in(self, container_id: ContainerId) -> list[Running]:
        execs = self._of.get(container_id, {}).values()
        return [
            Running(pid=each.inner_pid, user=_user(each) or "root", command=each.config.command)
            for each in execs
            if each.process is not None
        ]

    def _process_of(self, container_id: ContainerId, pid: int) -> Process | None:
        execs = self._of.get(container_id, {}).values()
        return next((each.process for each in execs if each.inner_pid == pid), None)

    def find(self, id_: str) -> Exec:
        """The exec of an id. Raises NoSuchExec."""
        found = self._execs.get(id_)
        if found is None or (found.ended_at is not None and self._parts.clock.now - found.ended_at > REMEMBERED_S):
            raise NoSuchExec(id_)
        return found

    def create(self, container: Container, config: ExecConfig) -> Exec:
        """Note what is to be run.

        Raises:
            Conflict: the container does not run, or stands still.
            InvalidParameter: nothing to run, or no such user.
        """
        if not config.command:
            raise InvalidParameter("No exec command specified")
        check_ready(container, container.name)
        if refusal := user_refusal(config.user, self._parts.images.content_of(container.image_id).base):
            raise InvalidParameter(refusal)
        self._forget_old()
        exec_ = Exec(id=self._chance(container).hex_id(), container=container, config=config)
        if config.stdin or config.tty:
            exec_.keyboard = Keyboard((lambda text: exec_.write("stdout", text)) if config.tty else None)
        self._execs[exec_.id] = self._of.setdefault(container.id, {})[exec_.id] = exec_
        self._tell(exec_, f"exec_create: {_words(config)}")
        return exec_

    def _chance(self, container: Container) -> Chance:
        """A source of the exec's own: whoever never runs one draws nothing for it."""
        self._made += 1
        return Chance(int(container.id[:16], 16) + self._made)

    def _forget_old(self) -> None:
        horizon = self._parts.clock.now - REMEMBERED_S
        while self._execs:
            oldest = next(iter(self._execs.values()))
            if oldest.ended_at is None or oldest.ended_at > horizon:
                return
            del self._execs[oldest.id]

    # --- running ---

    def check_startable(self, exec_: Exec) -> None:
        """Raise Conflict where the exec's container cannot run anything now."""
        check_ready(exec_.container, exec_.container.name)

    def start(self, exec_: Exec) -> Pending[None]:
        """Begin it; answers when its program runs.

        Fails with:
            Conflict: it runs already, or has run.
            InvalidParameter: there is no such program.
        """
        begun: Pending[None] = Pending()
        if exec_.started:
            state = "is already running" if exec_.running else "has already run"
            begun.fail(Conflict(f"exec command {exec_.id} {state}"))
            return begun
        exec_.started = True
        self._tell(exec_, f"exec_start: {_words(exec_.config)}")
        self._parts.clock.after(BEGIN_S, lambda: self._begin(exec_, begun))
        return begun

    def _begin(self, exec_: Exec, begun: Pending[None]) -> None:
        if exec_.exit_code is not None:
            begun.resolve(None)  # the container ended meanwhile, and this with it
            return
        try:
            self._spawn(exec_)
        except EngineError as error:
            begun.fail(error)
            self._end(exec_, error.code if isinstance(error, _CannotRun) else NOT_FOUND, quietly=True)
        else:
            begun.resolve(None)

    def _spawn(self, exec_: Exec) -> None:
        config, container, contexts = exec_.config, exec_.container, self._runs.contexts
        directory = config.working_dir or container.config.working_dir
        if config.working_dir and not contexts.files(container).is_directory(directory):
            reason = f'chdir to cwd ("{directory}") set in config.json failed: no such file or directory'
            raise _CannotRun(reason, NOT_FOUND)
        try:
            files = partial(contexts.files, container)
            program = find_program(config.command, contexts.programs(container), files, directory)
        except StartFailed as error:
            raise _CannotRun(error.reason, error.code) from None
        exec_.pid = self._runs.next_pid()
        exec_.inner_pid = exec_.pid - container.state.pid + 1
        exec_.process = self._runs.spawn(
            program,
            self._context_of(exec_, directory),
            exec_.keyboard,
            on_exit=lambda code: self._end(exec_, code),
            is_init=False,
        )

    def _context_of(self, exec_: Exec, directory: str) -> Context:
        config, container = exec_.config, exec_.container
        return self._runs.contexts.make(
            container,
            self._runs.network_of(container),
            arguments=config.command,
            environment=config.env,
            working_dir=directory,
            user=_user(exec_),
            terminal=config.tty,
            chance=Chance(int(exec_.id[:16], 16)),
            write=exec_.write,
            keyboard=exec_.keyboard,
            pid=exec_.inner_pid,
        )

    # --- the end ---

    def kill(self, exec_: Exec) -> None:
        """End it at once."""
        if exec_.process is not None:
            exec_.process.signal("SIGKILL")
        elif exec_.running:
            self._end(exec_, _KILLED)

    def end_all(self, container: Container, *, quietly: bool = False) -> None:
        """The container's process 1 ended, and all others with it; `quietly` when the engine died."""
        for exec_ in list(self._of.get(container.id, {}).values()):
            if quietly and exec_.process is not None:
                exec_.process.vanish()
            if exec_.started and not quietly:
                self.kill(exec_)
            else:
                self._end(exec_, _KILLED, quietly=True)
        self._of.pop(container.id, None)

    def _end(self, exec_: Exec, code: int, *, quietly: bool = False) -> None:
        exec_.process = None
        if exec_.started:
            exec_.exit_code = code
        exec_.ended_at = self._parts.clock.now
        self._of.get(exec_.container.id, {}).pop(exec_.id, None)
        for listener in exec_.listeners:
            listener.close()
        if not quietly:
            self._tell(exec_, "exec_die", exitCode=str(code))
        exec_.ended.resolve(code)

    def _tell(self, exec_: Exec, action: str, **more: str) -> None:
        emit(self._parts.events, exec_.container, action, execID=exec_.id, **more)


class _CannotRun(InvalidParameter):
    """The exec's program could not be started, in runc's words; `code` is the exec's."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(_PREFIX + reason)
        self.code = code


def check_ready(container: Container, name: str) -> None:
    """Raise Conflict unless something can be run in a container now."""
    container.check_running()
    if container.state.paused:
        raise Conflict(f"Container {name} is paused, unpause the container before exec")
    if container.state.restarting:
        raise Conflict(f"Container {container.id} is restarting, wait until the container is running")


def _user(exec_: Exec) -> str:
    return exec_.config.user or exec_.container.config.user


def _words(config: ExecConfig) -> str:
    """The command in an event: its program, a blank, its arguments. Source: moby daemon/exec.go."""
    return f"{config.command[0]} {' '.join(config.command[1:])}"
