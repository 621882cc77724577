"""The program `sh`: a script, a file, or what is typed. It runs commands as shell_running.py does.

As process 1 it ignores SIGTERM, as busybox's does, and a program that it runs in the foreground is not reached by
signals to it.
"""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.host.files import NoSuchFile
from swarmlab.engine.programs import shell_syntax as syntax
from swarmlab.engine.programs.busybox import absolute
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.shell_running import Shell
from swarmlab.engine.programs.shell_state import Exit, LoopControl
from swarmlab.engine.programs.shell_voices import ASH, DASH, Voice
from swarmlab.engine.programs.shell_words import ShellSyntaxError, UnfinishedCommand
from swarmlab.engine.programs.standard_input import read_line


def _shell(context: Context, voice: Voice, name: str, arguments: tuple[str, ...] = ()) -> Shell:
    variables = {**context.environment, "PWD": context.working_dir}
    return Shell(context, variables, arguments, exported={*context.environment}, name=name, voice=voice)


def script_of(arguments: tuple[str, ...]) -> str | None:
    """The script in `sh -c SCRIPT …`; None where there is none (then sh reads standard input)."""
    words = arguments[1:]
    for number, word in enumerate(words):
        if word.startswith("-") and "c" in word:
            return words[number + 1] if number + 1 < len(words) else None
    return None


def _run_input(context: Context, voice: Voice) -> Run:
    """Run what is typed or piped in, command by command; at a terminal with a prompt, and Ctrl-C ends the command."""
    shell = _shell(context, voice, context.arguments[0])
    shell.is_typed = context.terminal
    typed, lines = "", 0
    while True:
        try:
            shell.line_before = shell.line_before if typed else lines
            line = yield from _next_line(shell, more=bool(typed))
            typed, lines = typed + line, lines + 1
            command = _command_of(typed, whole=not line)
            if command is not None:
                typed = ""
                yield from shell.run(command)
        except (ShellSyntaxError, NotImplementedHere) as error:
            typed, shell.code = "", 2
            shell.complain_of(error)
        except Signal:
            context.print()
            typed, shell.code = "", 130
        except LoopControl:
            continue
        except Exit as end:
            return (yield from shell.finish(partial(_leave, end.code)))
        if not line:
            return (yield from shell.finish(partial(_leave, shell.code)))


def _leave(code: int) -> syntax.Command:
    raise Exit(code)


def _next_line(shell: Shell, *, more: bool) -> Generator[float | None, None, str]:
    """What comes next; at a terminal it is asked for, `more` of a command with another sign."""
    context = shell.context
    if context.terminal:
        context.write("stdout", "> " if more else f"{context.working_dir} {_sign(context)} ")
    return (yield from read_line(context.stdin))


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


def _sh(voice: Voice, context: Context) -> Run:
    script = script_of(context.arguments)
    if script is not None:
        after = context.arguments[context.arguments.index(script) + 1 :]
        shell = _shell(context, voice, after[0] if after else context.arguments[0], after[1:])
        shell.line_before = voice.either(-1, 0)
        return (yield from shell.finish(lambda: syntax.parse(script)))
    files = [word for word in context.arguments[1:] if not word.startswith("-")]
    if not files:
        return (yield from _run_input(context, voice))
    try:
        text = context.files.read(absolute(context, files[0]))
    except NoSuchFile:
        why = f"can't open '{files[0]}': No such file or directory", f"0: cannot open {files[0]}: No such file"
        context.complain(f"{context.arguments[0]}: {voice.either(*why)}")
        return 2
    shell = _shell(context, voice, files[0], tuple(files[1:]))
    return (yield from shell.finish(lambda: syntax.parse(text)))


def _shells(voice: Voice, *names: str) -> dict[str, Program]:
    return {name: Program(name=name, run=partial(_sh, voice), minds_keys=True, traps=True) for name in names}


SHELLS, DEBIAN_SHELLS = _shells(ASH, "sh", "ash"), _shells(DASH, "sh", "dash", "bash")
