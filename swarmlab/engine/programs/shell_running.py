"""How the shell runs what shell_syntax.py parses: pipes, `&&`, `||`, loops, `if`, variables, `>`, `$(…)`.

Owns no state of its own: a running shell's is in shell_state.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import zip_longest
from posixpath import normpath

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.host.files import ReadOnly
from swarmlab.engine.programs import shell_syntax as syntax
from swarmlab.engine.programs.busybox import absolute
from swarmlab.engine.programs.pipelines import run_pipeline
from swarmlab.engine.programs.processes import Context, Heeds, Run, Signal
from swarmlab.engine.programs.shell_builtins import BUILTINS
from swarmlab.engine.programs.shell_expansion import ExpandingShell, RunText
from swarmlab.engine.programs.shell_redirections import errors_into_file, into_file, into_one
from swarmlab.engine.programs.shell_state import Exit, LoopControl
from swarmlab.engine.programs.shell_traps import EXIT
from swarmlab.engine.programs.shell_words import ShellSyntaxError
from swarmlab.engine.programs.signals import SIGNALS
from swarmlab.engine.programs.standard_input import read_line

NOT_FOUND, NOT_INVOKABLE = 127, 126
_TURN_S = 0.01
"""How long one turn of a loop takes that does nothing but compute. Simplification: everything else takes no time."""


class Shell(ExpandingShell):
    """Runs commands, each in the state that the ones before have left."""

    __slots__ = ()

    # --- commands ---

    def run(self, command: syntax.Command) -> Run:
        """Run a command; returns its code. Raises Exit, LoopControl, ShellSyntaxError."""
        match command:
            case syntax.Sequence():
                for each in command.commands:
                    yield from self.run(each)
            case syntax.Pipe():
                yield from self._run_pipe(command)
            case syntax.Chain():
                yield from self._run_chain(command)
            case syntax.Loop():
                yield from self._run_loop(command)
            case syntax.For():
                yield from self._run_for(command)
            case syntax.If():
                yield from self._run_if(command)
            case syntax.Simple():
                self.line = command.line
                self.code = yield from self._run_simple(command)
                if self.pending:
                    yield from self._run_traps()
        return self.code

    def finish(self, command: Callable[[], syntax.Command]) -> Run:
        """Run a shell's last command and, at the end, what its trap for that says. Returns the shell's code."""
        try:
            self.code = yield from self._to_end(command)
        finally:
            action = self.traps.pop(EXIT, "")
        if action:
            self.code_before_trap, self.line_before = self.code, self.voice.either(-1, 0)
            code = self.code
            self.code = yield from self._to_end(lambda: syntax.parse(action), keeps=code)
        return self.code

    def _to_end(self, command: Callable[[], syntax.Command], *, keeps: int | None = None) -> Run:
        try:
            code = yield from self.run(command())
        except Exit as end:
            return end.code
        except LoopControl:
            return self.code
        except (ShellSyntaxError, NotImplementedHere) as error:
            self.complain_of(error)
            return 2
        return code if keeps is None else keeps

    def complain_of(self, error: ShellSyntaxError | NotImplementedHere) -> None:
        """Say that something is no command, or none that this shell has."""
        if isinstance(error, NotImplementedHere):
            self.context.complain(f"{self.name}: {error}")
            return
        self.line = error.line
        text = self.voice.either(f"syntax error: {error}", f"Syntax error: {error.of_dash}")
        self.complain(self.context, text)

    def _run_traps(self) -> Run:
        """Do what was planned for the signals that came."""
        code, place = self.code, (self.line, self.line_before)
        while self.pending:
            self.code_before_trap, self.line_before = code, self.voice.either(-1, 0)
            action = self.traps.get(self.pending.pop(0), "")
            yield from self.run(syntax.parse(action))
        self.code, self.code_before_trap, (self.line, self.line_before) = code, None, place
        return code

    def _run_pipe(self, pipe: syntax.Pipe) -> Run:
        """Each command in a shell of its own, all at once; a single one, negated, in this."""
        if len(pipe.commands) == 1:
            yield from self.run(pipe.commands[0])
        else:
            self.code = yield from run_pipeline(
                self.context, [partial(self._run_apart, each) for each in pipe.commands]
            )
        if pipe.negated:
            self.code = int(self.code == 0)
        return self.code

    def _run_apart(self, command: syntax.Command, context: Context) -> Run:
        return (yield from self._inner(context).finish(lambda: command))

    def _inner(self, context: Context) -> Shell:
        """A shell of its own, with all that this one has but its traps."""
        return replace(
            self,
            context=context,
            variables=dict(self.variables),
            exported=set(self.exported),
            traps={},
            pending=[],
            is_main=False,
        )

    def _run_chain(self, chain: syntax.Chain) -> Run:
        for operator, command in chain.links:
            if operator == "" or (operator == "&&") == (self.code == 0):
                yield from self.run(command)
        return self.code

    def _run_loop(self, loop: syntax.Loop) -> Run:
        while True:
            yield from self.run(loop.condition)
            if (self.code == 0) == loop.until:
                self.code = 0
                return 0
            began = self.context.clock.now
            try:
                yield from self.run(loop.body)
            except LoopControl as control:
                if not control.again:
                    return self.code
            if self.context.clock.now == began:
                yield _TURN_S

    def _run_for(self, loop: syntax.For) -> Run:
        words: list[str] = []
        for each in loop.words:
            words += yield from self.expand(each)
        for word in words:
            self.variables[loop.name] = word
            try:
                yield from self.run(loop.body)
            except LoopControl as control:
                if not control.again:
                    break
        return self.code

    def _run_if(self, command: syntax.If) -> Run:
        for condition, body in command.branches:
            yield from self.run(condition)
            if self.code == 0:
                return (yield from self.run(body))
        self.code = 0
        return (yield from self.run(command.otherwise)) if command.otherwise else 0

    def _run_simple(self, command: syntax.Simple) -> Run:
        words: list[str] = []
        for word in command.words:
            words += yield from self.expand(word)
        for name, word in command.assignments:
            self.variables[name] = yield from self.expand_whole(word)
        context = self.context
        if command.output is not None:
            path = absolute(context, (yield from self.expand_whole(command.output)))
            try:
                context = into_file(context, path, append=command.append)
            except ReadOnly:
                create = self.voice.either("can't create", "cannot create")
                self.complain(self.context, f"{create} {path}: Read-only file system")
                return self.voice.either(1, 2)
        if command.errors is not None:
            path = absolute(context, (yield from self.expand_whole(command.errors)))
            context = errors_into_file(context, path)
        if command.errors_too or command.as_errors:
            context = into_one(context, stream="stdout" if command.errors_too else "stderr")
        try:
            return (yield from self._execute(context, tuple(words))) if words else 0
        except Signal as signal:
            name = signal.name.removeprefix("SIG")
            if name not in self.traps:
                raise
            self.pending.append(name)
            return 128 + SIGNALS[signal.name]

    def _execute(self, context: Context, words: tuple[str, ...], *, heeds: Heeds | None = None) -> Run:
        """Run a command; what it heeds are its own signals, or the `heeds` of the process that it becomes."""
        name = words[0]
        if name in BUILTINS:
            code = BUILTINS[name](self, context, words)
            if name == "kill":
                yield 0.0  # the signal gets there
            return code
        if name == "read":
            return (yield from self._read(words[1:]))
        if name == "exec" and len(words) > 1:
            raise Exit((yield from self._replaced_by(context, words[1:])))
        program = context.programs.get(name.rpartition("/")[2])
        if program is None:
            return self._not_run(context, name)
        environment = {**context.environment, **{name: self.variables[name] for name in self.exported}}
        context = replace(context, arguments=words, variables=lambda: dict(environment), heeds={})
        if heeds is not None:
            context.heeds = heeds
        return (yield from program.run(context))

    def _not_run(self, context: Context, name: str) -> int:
        path = normpath(absolute(context, name))
        there = "/" in name and (context.files.is_directory(path) or context.files.is_file(path))
        self.complain(context, f"{name}: Permission denied" if there else f"{name}: not found")
        return NOT_INVOKABLE if there else NOT_FOUND

    def _replaced_by(self, context: Context, words: tuple[str, ...]) -> Run:
        """The builtin `exec`: the program is the process from now on, and signals are its business."""
        self.traps.clear()
        program = context.programs.get(words[0].rpartition("/")[2])
        heeds = context.heeds if self.is_main and context.heeds is not None else {}
        heeds.clear()
        heeds.update(dict.fromkeys(program.handles if program else ()))
        return (yield from self._execute(context, words, heeds=heeds))

    def _read(self, names: tuple[str, ...]) -> Run:
        """The builtin: a line into variables, the last gets the rest."""
        names = tuple(name for name in names if name != "-r") or ("REPLY",)
        line = yield from read_line(self.context.stdin)
        for name, text in zip_longest(names, line.split(maxsplit=len(names) - 1), fillvalue=""):
            self.variables[name] = text.strip()
        return 0 if line else 1

    def output_of(self, script: str) -> RunText:
        """What a script writes, in a shell of its own."""
        collected: list[str] = []
        write = self.context.write

        def collect(stream: str, text: str) -> None:
            if stream == "stdout":
                collected.append(text)
            else:
                write(stream, text)

        inner = self._inner(replace(self.context, write=collect))
        inner.line_before += self.line - 1
        self.code = yield from inner.finish(lambda: syntax.parse(script))
        return "".join(collected).rstrip("\n")
