"""The program `sh`: runs what shell_syntax.py parses. Pipes, `&&`, `||`, loops, `if`, variables, `>`, `$(…)`.

Owns the variables of one running shell. As process 1 it ignores SIGTERM, as busybox's does, and a program that it runs
in the foreground is not reached by signals to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.host.files import NoSuchFile, ReadOnly
from swarmlab.engine.programs import shell_syntax as syntax
from swarmlab.engine.programs.arithmetic import NotComputable, evaluate
from swarmlab.engine.programs.busybox import absolute, not_simulated
from swarmlab.engine.programs.pipelines import run_pipeline
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.shell_words import ShellSyntaxError, UnfinishedCommand, Word, expansions
from swarmlab.engine.programs.standard_input import read_line

NOT_FOUND = 127
_TURN_S = 0.01
"""How long one turn of a loop takes that does nothing but compute. Simplification: everything else takes no time."""

RunText = Generator[float | None, None, str]
RunWords = Generator[float | None, None, list[str]]


class _Exit(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _LoopControl(Exception):
    def __init__(self, *, again: bool) -> None:
        super().__init__(again)
        self.again = again


@dataclass(slots=True)
class _Shell:
    """A running shell: its context, its variables, the code of the last command."""

    context: Context
    variables: dict[str, str]
    arguments: tuple[str, ...] = ()
    code: int = 0
    exported: set[str] = field(default_factory=set)

    # --- commands ---

    def run(self, command: syntax.Command) -> Run:
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
        inner = _Shell(context, dict(self.variables), self.arguments, self.code, set(self.exported))
        try:
            return (yield from inner.run(command))
        except _Exit as end:
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
            except _LoopControl as control:
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
            except _LoopControl as control:
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
        if name in _BUILTINS:
            return _BUILTINS[name](self, context, words)
        if name == "read":
            return (yield from self._read(words[1:]))
        if name == "exec" and len(words) > 1:
            raise _Exit((yield from self._execute(context, words[1:])))
        program = context.programs.get(name.rpartition("/")[2])
        if program is None:
            context.complain(f"sh: {name}: not found")
            return NOT_FOUND
        environment = {**context.environment, **{name: self.variables[name] for name in self.exported}}
        return (yield from program.run(replace(context, arguments=words, environment=environment)))

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
            raise _Exit(2) from None

    def _output_of(self, script: str) -> RunText:
        collected: list[str] = []
        write = self.context.write

        def collect(stream: str, text: str) -> None:
            if stream == "stdout":
                collected.append(text)
            else:
                write(stream, text)

        inner = _Shell(replace(self.context, write=collect), dict(self.variables), self.arguments, self.code)
        try:
            yield from inner.run(syntax.parse(script))
        except _Exit as end:
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


# --- what the shell does itself ---


def _exit(shell: _Shell, _: Context, words: tuple[str, ...]) -> int:
    raise _Exit(int(words[1]) % 256 if len(words) > 1 and words[1].isdigit() else shell.code)


def _break(_: _Shell, __: Context, words: tuple[str, ...]) -> int:
    raise _LoopControl(again=words[0] == "continue")


def _export(shell: _Shell, _: Context, words: tuple[str, ...]) -> int:
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals:
            shell.variables[name] = value
        if name in shell.variables:
            shell.exported.add(name)
    return 0


def _cd(shell: _Shell, context: Context, words: tuple[str, ...]) -> int:
    path = absolute(context, words[1] if len(words) > 1 else "/root")
    if not context.files.is_directory(path):
        context.complain(f"sh: cd: can't cd to {words[1]}: No such file or directory")
        return 2
    shell.context = replace(shell.context, working_dir=path)
    return 0


def _set(_: _Shell, context: Context, words: tuple[str, ...]) -> int:
    return not_simulated(context, " ".join(words))


def _test(shell: _Shell, context: Context, words: tuple[str, ...]) -> int:
    arguments = words[1:-1] if words[0] == "[" else words[1:]
    if arguments[:1] == ("!",) and len(arguments) > 1:
        code = _test(shell, context, ("test", *arguments[1:]))
        return int(not code) if code < 2 else code
    match arguments:
        case (("-z" | "-n") as operator, text):
            return int(bool(text) == (operator == "-z"))
        case (("-r" | "-w"), path):
            return int(not _exists(context, absolute(context, path), "-e"))
        case ("-s", path):
            whole = absolute(context, path)
            return int(not (context.files.is_file(whole) and context.files.read(whole)))
        case (("-e" | "-f" | "-d") as operator, path):
            return int(not _exists(context, absolute(context, path), operator))
        case (left, ("=" | "==" | "!=") as operator, right):
            return int((left == right) == (operator == "!="))
        case (left, operator, right) if operator in _COMPARISONS:
            try:
                return int(not _COMPARISONS[operator](int(left), int(right)))
            except ValueError:
                context.complain(f"sh: {left}: bad number")
                return 2
        case (text,):
            return int(not text)
    return not_simulated(context, " ".join(words))


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda a, b: a == b,
    "-ne": lambda a, b: a != b,
    "-lt": lambda a, b: a < b,
    "-le": lambda a, b: a <= b,
    "-gt": lambda a, b: a > b,
    "-ge": lambda a, b: a >= b,
}


def _exists(context: Context, path: str, operator: str) -> bool:
    directory = context.files.is_directory(path)
    if operator == "-d" or directory:
        return directory and operator != "-f"
    folder, _, name = path.rpartition("/")
    return context.files.is_directory(folder or "/") and name in context.files.list(folder or "/")


_BUILTINS: dict[str, Callable[[_Shell, Context, tuple[str, ...]], int]] = {
    "exit": _exit,
    "break": _break,
    "continue": _break,
    "export": _export,
    "cd": _cd,
    "set": _set,
    "trap": _set,
    "wait": _set,
    "test": _test,
    "[": _test,
    ":": lambda _, __, ___: 0,
}


# --- the program ---


def _shell(context: Context, arguments: tuple[str, ...]) -> _Shell:
    shell = _Shell(context, {**context.environment, "PWD": context.working_dir}, arguments)
    shell.exported = {*context.environment}
    return shell


def _run_script(context: Context, script: str, arguments: tuple[str, ...]) -> Run:
    shell = _shell(context, arguments)
    try:
        return (yield from shell.run(syntax.parse(script)))
    except _Exit as end:
        return end.code
    except _LoopControl:
        return shell.code
    except ShellSyntaxError as error:
        context.complain(str(error))
        return 2


def script_of(arguments: tuple[str, ...]) -> str | None:
    """The script in `sh -c SCRIPT …`; None where there is none (then sh reads standard input)."""
    words = arguments[1:]
    for number, word in enumerate(words):
        if word.startswith("-") and "c" in word:
            return words[number + 1] if number + 1 < len(words) else None
    return None


def _run_input(context: Context) -> Run:
    """Run what is typed or piped in, command by command; at a terminal with a prompt, and Ctrl-C ends the command."""
    shell = _shell(context, ())
    typed = ""
    while True:
        try:
            if context.terminal:
                context.write("stdout", "> " if typed else f"{shell.context.working_dir} {_sign(context)} ")
            line = yield from read_line(context.stdin)
            typed += line
            command = _command_of(typed, whole=not line)
            if command is not None:
                typed = ""
                yield from shell.run(command)
        except ShellSyntaxError as error:
            typed = ""
            context.complain(str(error))
            shell.code = 2
        except Signal:
            context.print()
            typed, shell.code = "", 130
        except _LoopControl:
            continue
        except _Exit as end:
            return end.code
        if not line:
            return shell.code


def _sign(context: Context) -> str:
    return "#" if context.user in ("", "root", "0") else "$"


def _command_of(typed: str, *, whole: bool) -> syntax.Sequence | None:
    """The command that was typed; None when more lines belong to it."""
    try:
        return syntax.parse(typed)
    except UnfinishedCommand:
        if whole:
            raise
        return None
    except NotImplementedHere as error:
        raise ShellSyntaxError(f"sh: {error}") from None


def _sh(context: Context) -> Run:
    script = script_of(context.arguments)
    if script is not None:
        after = context.arguments.index(script) + 1
        return (yield from _run_script(context, script, context.arguments[after + 1 :]))
    files = [word for word in context.arguments[1:] if not word.startswith("-")]
    if not files:
        return (yield from _run_input(context))
    path = absolute(context, files[0])
    try:
        text = context.files.read(path)
    except NoSuchFile:
        context.complain(f"sh: can't open '{files[0]}': No such file or directory")
        return 2
    return (yield from _run_script(context, text, tuple(files[1:])))


SHELLS: dict[str, Program] = {name: Program(name=name, run=_sh, minds_keys=True) for name in ("sh", "ash")}
