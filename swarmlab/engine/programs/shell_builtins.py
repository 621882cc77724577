"""What the shell does itself, without starting a program: `exit`, `break`, `export`, `cd`, `test` and shell_traps.py's.

Owns no state: a running shell's is in shell_state.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from swarmlab.engine.programs.busybox import absolute, not_simulated
from swarmlab.engine.programs.processes import Context
from swarmlab.engine.programs.shell_state import Exit, LoopControl, ShellState
from swarmlab.engine.programs.shell_traps import kill, trap


def _exit(shell: ShellState, context: Context, words: tuple[str, ...]) -> int:
    if len(words) == 1:
        raise Exit(shell.code if shell.code_before_trap is None else shell.code_before_trap)
    if not _is_code(words[1], is_dash=shell.voice.is_dash):
        shell.complain(context, f"Illegal number: {words[1]}", command="exit")
        raise Exit(2)
    raise Exit(int(words[1]) % 256)


def _is_code(text: str, *, is_dash: bool) -> bool:
    """Digits for ash; a sign for dash too, as long as the number is none below 0 and fits an int."""
    if not is_dash:
        return re.fullmatch(r"[0-9]+", text) is not None
    return re.fullmatch(r"[+-]?[0-9]+", text) is not None and 0 <= int(text) < 2**31


def _break(_: ShellState, __: Context, words: tuple[str, ...]) -> int:
    raise LoopControl(again=words[0] == "continue")


def _export(shell: ShellState, _: Context, words: tuple[str, ...]) -> int:
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if equals:
            shell.variables[name] = value
        if name in shell.variables:
            shell.exported.add(name)
    return 0


def _cd(shell: ShellState, context: Context, words: tuple[str, ...]) -> int:
    path = absolute(context, words[1] if len(words) > 1 else "/root")
    if not context.files.is_directory(path):
        why = shell.voice.either(": No such file or directory", "")
        shell.complain(context, f"can't cd to {words[1]}{why}", command="cd")
        return 2
    shell.context = replace(shell.context, working_dir=path)
    return 0


def _set(_: ShellState, context: Context, words: tuple[str, ...]) -> int:
    return not_simulated(context, " ".join(words))


def _test(shell: ShellState, context: Context, words: tuple[str, ...]) -> int:
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
            return _compare(shell, context, words[0], (left, operator, right))
        case (text,):
            return int(not text)
    return not_simulated(context, " ".join(words))


def _compare(shell: ShellState, context: Context, name: str, comparison: tuple[str, str, str]) -> int:
    left, operator, right = comparison
    for text in (left, right):
        if not re.fullmatch(r"\s*[+-]?[0-9]+\s*", text):
            wrong = shell.voice.either(f"{text}: bad number", f"Illegal number: {text}")
            shell.complain(context, wrong, command=shell.voice.either("", name))
            return 2
    return int(not _COMPARISONS[operator](int(left), int(right)))


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


BUILTINS: dict[str, Callable[[ShellState, Context, tuple[str, ...]], int]] = {
    "exit": _exit,
    "break": _break,
    "continue": _break,
    "export": _export,
    "cd": _cd,
    "set": _set,
    "trap": trap,
    "kill": kill,
    "wait": _set,
    "test": _test,
    "[": _test,
    ":": lambda _, __, ___: 0,
}
