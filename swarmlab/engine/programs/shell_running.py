"""How the shell runs what shell_syntax.py parses: pipes, `&&`, `||`, loops, `if`, variables, `>`, `$(…)`.

Owns no state of its own: a running shell's is in shell_builtins.py.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from functools import partial
from itertools import zip_longest

from swarmlab.engine.host.files import ReadOnly
from swarmlab.engine.programs import shell_syntax as syntax
from swarmlab.engine.programs.arithmetic import NotComputable, evaluate
from swarmlab.engine.programs.busybox import absolute
from swarmlab.engine.programs.pipelines import run_pipeline
from swarmlab.engine.programs.processes import Context, Run
from swarmlab.engine.programs.shell_builtins import BUILTINS, Exit, LoopControl, ShellState
from swarmlab.engine.programs.shell_words import Word, expansions
from swarmlab.engine.programs.standard_input import read_line

NOT_FOUND = 127
_TURN_S = 0.01
"""How long one turn of a loop takes that does nothing but compute. Simplification: everything else takes no time."""

RunText = Generator[float | None, None, str]
RunWords = Generator[float | None, None, list[str]]


class Shell(ShellState):
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
                self.code = yield from self._run_simple(command)
        return self.code

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
        inner = Shell(context, dict(self.variables), self.arguments, self.code, set(self.exported))
        try:
            return (yield from inner.run(command))
        except Exit as end:
            return end.code

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
            words += yield from self._expand(each)
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
            words += yield from self._expand(word)
        for name, word in command.assignments:
            self.variables[name] = yield from self._expand_whole(word)
        context = self.context
        if command.output is not None:
            path = absolute(context, (yield from self._expand_whole(command.output)))
            try:
                context = self._into_file(context, path, command)
            except ReadOnly:
                self.context.complain(f"sh: can't create {path}: Read-only file system")
                return 1
        if command.errors is not None:
            path = absolute(context, (yield from self._expand_whole(command.errors)))
            context = _errors_into_file(context, path)
        if command.errors_too or command.as_errors:
            write, stream = context.write, "stdout" if command.errors_too else "stderr"
            context = replace(context, write=lambda _, text: write(stream, text))
        return (yield from self._execute(context, tuple(words))) if words else 0

    def _into_file(self, context: Context, path: str, command: syntax.Simple) -> Context:
        write = context.write
        if path == "/dev/null":
            return replace(context, write=lambda stream, text: None if stream == "stdout" else write(stream, text))
        if not path.startswith("/dev/std"):
            context.files.write(path, "", append=command.append)
            return replace(
                context,
                write=lambda stream, text: (
                    context.files.write(path, text, append=True) if stream == "stdout" else write(stream, text)
                ),
            )
        return replace(context, write=lambda _, text: write(path.removeprefix("/dev/"), text))

    def _execute(self, context: Context, words: tuple[str, ...]) -> Run:
        name = words[0]
        if name in BUILTINS:
            return BUILTINS[name](self, context, words)
        if name == "read":
            return (yield from self._read(words[1:]))
        if name == "exec" and len(words) > 1:
            raise Exit((yield from self._execute(context, words[1:])))
        program = context.programs.get(name.rpartition("/")[2])
        if program is None:
            context.complain(f"sh: {name}: not found")
            return NOT_FOUND
        environment = {**context.environment, **{name: self.variables[name] for name in self.exported}}
        return (yield from program.run(replace(context, arguments=words, variables=lambda: dict(environment))))

    def _read(self, names: tuple[str, ...]) -> Run:
        """The builtin: a line into variables, the last gets the rest."""
        names = tuple(name for name in names if name != "-r") or ("REPLY",)
        line = yield from read_line(self.context.stdin)
        for name, text in zip_longest(names, line.split(maxsplit=len(names) - 1), fillvalue=""):
            self.variables[name] = text.strip()
        return 0 if line else 1

    # --- words ---

    def _expand(self, word: Word) -> RunWords:
        if word.bare and not any(expand for _, expand in word.parts):
            return [word.text]
        whole = yield from self._expand_whole(word)
        return whole.split() if word.bare else [whole]

    def _expand_whole(self, word: Word) -> RunText:
        pieces: list[str] = []
        for text, expand in word.parts:
            pieces.append((yield from self._expand_text(text)) if expand else text)
        return "".join(pieces)

    def _expand_text(self, text: str) -> RunText:
        expanded = ""
        for kind, piece in expansions(re.sub(r'\\(["\\])', r"\1", text)):
            if kind == "command":
                expanded += yield from self._output_of(piece)
            elif kind == "arithmetic":
                expanded += self._arithmetic(piece)
            else:
                expanded += self._value(piece) if kind == "variable" else piece
        return expanded

    def _value(self, name: str) -> str:
        name, dash, default = name.partition(":-")
        if name == "?":
            return str(self.code)
        if name == "$":
            return "1"
        if name == "#":
            return str(len(self.arguments))
        if name in ("@", "*"):
            return " ".join(self.arguments)
        if name.isdigit():
            position = int(name) - 1
            return self.arguments[position] if 0 <= position < len(self.arguments) else "sh" if name == "0" else ""
        value = self.variables.get(name, "")
        return value or (default if dash else "")

    def _arithmetic(self, expression: str) -> str:
        names = {name: self._value(name) for name in re.findall(r"[A-Za-z_]\w*", expression)}
        try:
            return str(evaluate(expression.replace("$", ""), names))
        except NotComputable as error:
            self.context.complain(f"sh: {error}")
            raise Exit(2) from None

    def _output_of(self, script: str) -> RunText:
        collected: list[str] = []
        write = self.context.write

        def collect(stream: str, text: str) -> None:
            if stream == "stdout":
                collected.append(text)
            else:
                write(stream, text)

        inner = Shell(replace(self.context, write=collect), dict(self.variables), self.arguments, self.code)
        try:
            yield from inner.run(syntax.parse(script))
        except Exit as end:
            inner.code = end.code
        self.code = inner.code
        return "".join(collected).rstrip("\n")


def _errors_into_file(context: Context, path: str) -> Context:
    write, files = context.write, context.files
    if path != "/dev/null":
        files.write(path, "")

    def divide(stream: str, text: str) -> None:
        if stream == "stdout":
            write(stream, text)
        elif path != "/dev/null":
            files.write(path, text, append=True)

    return replace(context, write=divide)
