"""The program `sh`: a script, a file, or what is typed. It runs commands as shell_running.py does.

As process 1 it ignores SIGTERM, as busybox's does, and a program that it runs in the foreground is not reached by
signals to it.
"""

from __future__ import annotations

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.host.files import NoSuchFile
from swarmlab.engine.programs import shell_syntax as syntax
from swarmlab.engine.programs.busybox import absolute
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.shell_builtins import Exit, LoopControl
from swarmlab.engine.programs.shell_running import Shell
from swarmlab.engine.programs.shell_words import ShellSyntaxError, UnfinishedCommand
from swarmlab.engine.programs.standard_input import read_line


def _shell(context: Context, arguments: tuple[str, ...]) -> Shell:
    shell = Shell(context, {**context.environment, "PWD": context.working_dir}, arguments)
    shell.exported = {*context.environment}
    return shell


def _run_script(context: Context, script: str, arguments: tuple[str, ...]) -> Run:
    shell = _shell(context, arguments)
    try:
        return (yield from shell.run(syntax.parse(script)))
    except Exit as end:
        return end.code
    except LoopControl:
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
        except LoopControl:
            continue
        except Exit as end:
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
